/*
 * Arduino.h - as much of an Arduino core as the port uses; it prints what it is told
 * SPDX-License-Identifier: Apache-2.0
 *
 * What must not be called is missing: Serial has no flush() and is no bool.
 */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>

typedef enum { LOW = 0, HIGH = 1 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1 } PinMode;

unsigned long micros();
void pinMode(uint8_t pin, PinMode mode);
void digitalWrite(uint8_t pin, PinStatus status);
void noInterrupts();
void interrupts();

/* Of CMSIS, on cores that have it. */
#if defined(SCB_AIRCR_SYSRESETREQ_Msk)
void delay(unsigned long milliseconds);
void NVIC_SystemReset();
#endif

struct FakeSerial {
    size_t accepts; /* bytes that a write takes at most */
    void begin(unsigned long) {}
    int available();
    int read();
    void attach(void (*on_packet)());
    size_t write(const uint8_t *data, size_t size);
};

extern FakeSerial Serial;

#endif /* ARDUINO_H */
