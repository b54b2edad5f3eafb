/*
 * tcnn_port.cpp - the harness's port on any Arduino core
 * SPDX-License-Identifier: Apache-2.0
 *
 * Serial is USB on most boards: without a host its reads find nothing and its writes
 * return 0, so nothing here waits for one. Writes longer than a USB packet have crashed
 * the mbed core, hence at most 64 bytes each.
 */
#include <Arduino.h>

#include "harness.h"

#ifndef BOARD_NAME
#if defined(ARDUINO_ARDUINO_NANO33BLE)
#define BOARD_NAME "Arduino Nano 33 BLE"
#else
#define BOARD_NAME "Arduino"
#endif
#endif

#if defined(VARIANT_MCK)
#define PORT_CLOCK_HZ (VARIANT_MCK)
#elif defined(F_CPU)
#define PORT_CLOCK_HZ (F_CPU)
#else
#define PORT_CLOCK_HZ 0
#endif

/* Serial ignores the rate where it is USB. */
#define PORT_BAUD_RATE 115200
#define PORT_PACKET_BYTES 64u

/* Stack is counted from tcnn_port_init on, which setup() calls, and at most so far. The
 * gap is not watched: the painting itself runs there. */
#define STACK_WATCH_BYTES 4096u
#define STACK_GAP_BYTES 128u
#define STACK_PAINT 0xC5C5C5C5u

#if defined(__arm__)

static uint32_t *stack_lowest;
static uint32_t stack_words;

static uint32_t *stack_pointer(void) {
    uint32_t *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
}

static void paint_stack(void) {
    stack_words = (STACK_WATCH_BYTES - STACK_GAP_BYTES) / sizeof(uint32_t);
    stack_lowest = stack_pointer() - STACK_WATCH_BYTES / sizeof(uint32_t);
    for (uint32_t i = 0; i < stack_words; i++) {
        ((volatile uint32_t *)stack_lowest)[i] = STACK_PAINT;
    }
}

uint32_t tcnn_port_stack_bytes(void) {
    const volatile uint32_t *place = stack_lowest;
    uint32_t untouched = 0;
    while (untouched < stack_words && place[untouched] == STACK_PAINT) {
        untouched++;
    }
    return STACK_WATCH_BYTES - untouched * (uint32_t)sizeof(uint32_t);
}

#else

static void paint_stack(void) {}

uint32_t tcnn_port_stack_bytes(void) { return 0; }

#endif

/* The factory's 64-bit number of this chip (FICR DEVICEID). */
static void read_board_id(uint8_t *board_id) {
#if defined(NRF52840_XXAA)
    const volatile uint32_t *device_id = (const volatile uint32_t *)0x10000060u;
    for (uint32_t i = 0; i < 8; i++) {
        board_id[i] = (uint8_t)(device_id[i / 4] >> (8 * (i % 4)));
    }
#else
    for (uint32_t i = 0; i < 8; i++) {
        board_id[i] = 0;
    }
#endif
}

static void start_cycle_counter(void) {
#if defined(DWT_CTRL_CYCCNTENA_Msk)
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
#endif
}

void tcnn_port_init(tcnn_port_info_t *info) {
    paint_stack();
    Serial.begin(PORT_BAUD_RATE);
    start_cycle_counter();
    info->board = BOARD_NAME;
    info->clock_hz = PORT_CLOCK_HZ;
    read_board_id(info->board_id);
}

uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    const int arrived = Serial.available();
    uint32_t count = arrived > 0 ? (uint32_t)arrived : 0;
    if (count > size) {
        count = size;
    }
    for (uint32_t i = 0; i < count; i++) {
        data[i] = (uint8_t)Serial.read();
    }
    return count;
}

void tcnn_port_write(const uint8_t *data, uint32_t size) {
    while (size > 0) {
        const uint32_t packet = size < PORT_PACKET_BYTES ? size : PORT_PACKET_BYTES;
        const uint32_t sent = (uint32_t)Serial.write(data, packet);
        if (sent == 0 || sent > packet) {
            return; /* no host; it will ask again */
        }
        data += sent;
        size -= sent;
    }
}

uint32_t tcnn_port_cycles(void) {
#if defined(DWT_CTRL_CYCCNTENA_Msk)
    return DWT->CYCCNT;
#else
    return 0;
#endif
}

uint32_t tcnn_port_micros(void) { return (uint32_t)micros(); }
