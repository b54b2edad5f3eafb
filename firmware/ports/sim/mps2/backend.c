/*
 * backend.c - MPS2 boards: CMSDK UART0 and TIMER0
 * SPDX-License-Identifier: Apache-2.0
 */
#include "backend.h"

#include "Arduino.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* A core with the security extension starts in its secure state, and so do they. */
#if defined(__ARM_FEATURE_CMSE)
#define UART_BASE 0x50200000u
#define TIMER_BASE 0x50000000u
#else
#define UART_BASE 0x40004000u
#define TIMER_BASE 0x40000000u
#endif

#define UART_DATA REGISTER(UART_BASE)
#define UART_STATE REGISTER(UART_BASE + 0x04u)
#define UART_CTRL REGISTER(UART_BASE + 0x08u)
#define UART_BAUDDIV REGISTER(UART_BASE + 0x10u)

#define UART_SENDER_FULL 1u
#define UART_RECEIVER_FULL 2u
#define UART_BOTH_ENABLED 3u
#define UART_FASTEST 16u

#define TIMER_CTRL REGISTER(TIMER_BASE)
#define TIMER_VALUE REGISTER(TIMER_BASE + 0x04u)
#define TIMER_RELOAD REGISTER(TIMER_BASE + 0x08u)

#define TIMER_ENABLED 1u
#define TICKS_PER_US 25u

void backend_init(void) {
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = TIMER_ENABLED;
    UART_BAUDDIV = UART_FASTEST;
    UART_CTRL = UART_BOTH_ENABLED;
}

/* The timer counts down and wraps after 171 s; whole microseconds are carried over. */
uint32_t backend_micros(void) {
    static uint32_t last_ticks = UINT32_MAX;
    static uint32_t now_us;
    const uint32_t elapsed_us = (last_ticks - TIMER_VALUE) / TICKS_PER_US;
    last_ticks -= elapsed_us * TICKS_PER_US;
    now_us += elapsed_us;
    return now_us;
}

uint32_t backend_available(void) {
    return (UART_STATE & UART_RECEIVER_FULL) != 0 ? 1u : 0u;
}

int backend_read(void) {
    return backend_available() > 0 ? (int)(UART_DATA & 0xFFu) : -1;
}

void backend_write(const uint8_t *data, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        while ((UART_STATE & UART_SENDER_FULL) != 0) {
        }
        UART_DATA = data[i];
    }
}

void backend_pin(uint8_t pin, bool high) {
    (void)pin;
    (void)high; /* no LED that anyone could see */
}
