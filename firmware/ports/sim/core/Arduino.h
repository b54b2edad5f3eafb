/*
 * Arduino.h - the part of the Arduino interface that a generated sketch uses
 * SPDX-License-Identifier: Apache-2.0
 *
 * A core of our own, so that the sketch's own sources run on emulated boards. What the
 * board is comes from pins_arduino.h and backend.c of the variant that is built with
 * it.
 */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pins_arduino.h"

/* Types of their own, as in Arduino's newer cores: a number does not pass for one. */
typedef enum { LOW = 0, HIGH = 1 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1 } PinMode;

/* Of CMSIS: what a sketch needs to count cycles, on cores that do. */
#if __ARM_ARCH >= 7
typedef struct {
    volatile uint32_t CTRL;   /* any bits; DWT_CTRL_CYCCNTENA_Msk: the counter runs */
    volatile uint32_t CYCCNT; /* cycles, modulo 2^32, any */
} DWT_Type;

typedef struct {
    volatile uint32_t DHCSR; /* halting, any bits; unused here */
    volatile uint32_t DCRSR; /* register to transfer, any bits; unused here */
    volatile uint32_t DCRDR; /* its value, any bits; unused here */
    /* any bits; CoreDebug_DEMCR_TRCENA_Msk: counters have power */
    volatile uint32_t DEMCR;
} CoreDebug_Type;

#define SCB_AIRCR_SYSRESETREQ_Msk (1u << 2)

static inline void NVIC_SystemReset(void) {
    *(volatile uint32_t *)0xE000ED0Cu = 0x05FA0000u | SCB_AIRCR_SYSRESETREQ_Msk;
    for (;;) {
    }
}

#define DWT ((DWT_Type *)0xE0001000u)
#define DWT_CTRL_CYCCNTENA_Msk (1u << 0)
#define CoreDebug ((CoreDebug_Type *)0xE000EDF0u)
#define CoreDebug_DEMCR_TRCENA_Msk (1u << 24)
#endif

/* Of sections.ld: the lowest byte of the stack. */
#define TCNN_STACK_FLOOR image_stack_floor

/* The UART's flow control makes the host wait. */
#define TCNN_SERIAL_WAITS

#ifdef __cplusplus
extern "C" {
#endif

/* The sketch. */
void setup(void);
void loop(void);

unsigned long micros(void);
unsigned long millis(void);
void delay(unsigned long milliseconds);
void pinMode(uint8_t pin, PinMode mode);
void digitalWrite(uint8_t pin, PinStatus status);

/* Whichever pin: a pulse five times a second, as a camera has before a frame. */
PinStatus digitalRead(uint8_t pin);

#ifdef __cplusplus
}

class SerialPort {
  public:
    void begin(unsigned long baud_rate);
    int available();
    int read();                                   /* -1 when nothing has arrived */
    size_t readBytes(uint8_t *data, size_t size); /* waits at most one second */
    size_t write(uint8_t value);
    size_t write(const uint8_t *data, size_t size);
    void flush() {}
    explicit operator bool() const { return true; }
};

extern SerialPort Serial;
#endif

#endif /* ARDUINO_H */
