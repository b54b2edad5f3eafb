/*
 * port_main.cpp - drives the Arduino port on the fake core: `write BYTES ACCEPTED`,
 * `show STATE`, two seconds of that state after two of the one before, or `restart`
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino.h"
#include "harness.h"

#define STEP_US 1000ul
#define SHOWN_US 2000000ul

FakeSerial Serial;
static unsigned long now_us;

unsigned long micros() { return now_us; }

void pinMode(uint8_t, PinMode) {}

void digitalWrite(uint8_t pin, PinStatus status) {
    printf("%lu pin %d %d\n", now_us / 1000, pin, status);
}

size_t FakeSerial::write(const uint8_t *, size_t size) {
    const size_t taken = size < accepts ? size : accepts;
    printf("wrote %d of %d\n", (int)taken, (int)size);
    return taken;
}

#if defined(SCB_AIRCR_SYSRESETREQ_Msk)

void delay(unsigned long milliseconds) { now_us += 1000 * milliseconds; }

void NVIC_SystemReset() {
    printf("reset at %lu ms\n", now_us / 1000);
    exit(0);
}

#endif

int main(int, char **arguments) {
    static uint8_t data[1024];
    if (strcmp(arguments[1], "write") == 0) {
        Serial.accepts = (size_t)atoi(arguments[3]);
        tcnn_port_write(data, (uint32_t)atoi(arguments[2]));
        return 0;
    }
    tcnn_port_info_t info = {};
    tcnn_port_init(&info);
    if (strcmp(arguments[1], "restart") == 0) {
        if (info.restart == nullptr) {
            printf("cannot\n");
            return 0;
        }
        info.restart();
    }
    for (; now_us < SHOWN_US; now_us += STEP_US) {
        tcnn_port_show((tcnn_state_t)atoi(arguments[2]));
    }
    return 0;
}
