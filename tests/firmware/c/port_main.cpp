/*
 * port_main.cpp - drives the Arduino port on the fake core: `write BYTES ACCEPTED`,
 * `show STATE`, two seconds of that state after two of the one before, `restart`, or
 * `receive BYTES SIZE`: so many arrive while nobody reads, then they are read in parts
 * of SIZE
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino.h"
#include "harness.h"

#define STEP_US 1000ul
#define SHOWN_US 2000000ul

#define CORE_BYTES 256u
#define PACKET_BYTES 64u

extern "C" char stack_floor[1];
char stack_floor[1];
FakeSerial Serial;
static void (*tell)();
static bool is_off; /* interrupts */
static uint8_t core[CORE_BYTES];
static uint32_t core_put, core_got; /* bytes so far */
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

void noInterrupts() { is_off = true; }

void interrupts() { is_off = false; }

void FakeSerial::attach(void (*on_packet)()) { tell = on_packet; }

int FakeSerial::available() { return (int)(core_put - core_got); }

int FakeSerial::read() {
    return core_put == core_got ? -1 : core[core_got++ % CORE_BYTES];
}

static uint8_t nth(uint32_t number) { return (uint8_t)(number * 7u + number / 251u); }

/* The packets of `size` bytes for which the core has room; how many bytes were sent. */
static uint32_t arrive(uint32_t sent, uint32_t size) {
    while (sent < size && core_put - core_got + PACKET_BYTES <= CORE_BYTES) {
        for (uint32_t i = 0; i < PACKET_BYTES && sent < size; i++) {
            core[core_put++ % CORE_BYTES] = nth(sent++);
        }
        if (tell != nullptr && !is_off) {
            tell();
        }
    }
    return sent;
}

static void receive(uint32_t size, uint32_t part) {
    static uint8_t data[1024];
    uint32_t sent = arrive(0, size), got = 0, count;
    printf("%d before it is read\n", (int)sent);
    while ((count = tcnn_port_read(data, part)) > 0) {
        for (uint32_t i = 0; i < count; i++) {
            if (data[i] != nth(got++)) {
                printf("wrong byte %d\n", (int)got - 1);
                return;
            }
        }
        sent = arrive(sent, size);
    }
    printf("read %d\n", (int)got);
}

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
        return 0;
    }
    if (strcmp(arguments[1], "receive") == 0) {
        printf("keeps %d, flags %d\n", (int)info.receive_bytes, info.flags);
        receive((uint32_t)atoi(arguments[2]), (uint32_t)atoi(arguments[3]));
        return 0;
    }
    for (; now_us < SHOWN_US; now_us += STEP_US) {
        tcnn_port_show((tcnn_state_t)atoi(arguments[2]));
    }
    return 0;
}
