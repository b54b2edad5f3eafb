/*
 * backend.c - nRF52840: UARTE0 with EasyDMA, TIMER0 and the LED on P0.13
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reception is double-buffered: while one buffer is read, the UARTE fills the other. A
 * full buffer stops the host through the hardware flow control, so nothing is lost.
 */
#include "backend.h"

#include "Arduino.h"

/* Of a sketch that tinycnn wrote; others have a usual size. */
#if __has_include("tcnn_receive.h")
#include "tcnn_receive.h"
#else
#define TCNN_RECEIVE_BYTES 2048u
#endif

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define UARTE_STARTRX REGISTER(0x40002000u)
#define UARTE_STOPRX REGISTER(0x40002004u)
#define UARTE_STARTTX REGISTER(0x40002008u)
#define UARTE_RXDRDY REGISTER(0x40002108u)
#define UARTE_ENDTX REGISTER(0x40002120u)
#define UARTE_RXTO REGISTER(0x40002144u)
#define UARTE_ENABLE REGISTER(0x40002500u)
#define UARTE_PSEL_RTS REGISTER(0x40002508u)
#define UARTE_PSEL_TXD REGISTER(0x4000250Cu)
#define UARTE_PSEL_CTS REGISTER(0x40002510u)
#define UARTE_PSEL_RXD REGISTER(0x40002514u)
#define UARTE_BAUDRATE REGISTER(0x40002524u)
#define UARTE_RXD_PTR REGISTER(0x40002534u)
#define UARTE_RXD_MAXCNT REGISTER(0x40002538u)
#define UARTE_RXD_AMOUNT REGISTER(0x4000253Cu)
#define UARTE_TXD_PTR REGISTER(0x40002544u)
#define UARTE_TXD_MAXCNT REGISTER(0x40002548u)
#define UARTE_CONFIG REGISTER(0x4000256Cu)

#define UARTE_ENABLED 8u
#define UARTE_BAUDRATE_1M 0x10000000u
#define UARTE_FLOW_CONTROL 1u

#define TIMER_START REGISTER(0x40008000u)
#define TIMER_CAPTURE REGISTER(0x40008040u)
#define TIMER_BITMODE REGISTER(0x40008508u)
#define TIMER_PRESCALER REGISTER(0x40008510u)
#define TIMER_CC REGISTER(0x40008540u)

#define TIMER_32_BITS 3u
#define TIMER_1_MHZ 4u /* 16 MHz divided by 2^4 */

#define GPIO_OUTSET REGISTER(0x50000508u)
#define GPIO_OUTCLR REGISTER(0x5000050Cu)
#define GPIO_DIRSET REGISTER(0x50000518u)

#define LED_MASK (1u << 13)

#define SEND_BYTES 1024u
#define HALF_BYTES (TCNN_RECEIVE_BYTES / 2u)

static uint8_t receive_buffer[2][HALF_BYTES];
static uint32_t receive_filling; /* the buffer that the UARTE owns */
static uint32_t receive_length;  /* bytes in the other one */
static uint32_t receive_position;
static uint8_t send_buffer[SEND_BYTES];

static void start_receiving(uint32_t buffer) {
    receive_filling = buffer;
    UARTE_RXD_PTR = (uint32_t)(uintptr_t)receive_buffer[buffer];
    UARTE_RXD_MAXCNT = HALF_BYTES;
    UARTE_STARTRX = 1;
}

void backend_init(void) {
    TIMER_BITMODE = TIMER_32_BITS;
    TIMER_PRESCALER = TIMER_1_MHZ;
    TIMER_START = 1;
    GPIO_DIRSET = LED_MASK;
    UARTE_PSEL_RTS = 5;
    UARTE_PSEL_TXD = 6;
    UARTE_PSEL_CTS = 7;
    UARTE_PSEL_RXD = 8;
    UARTE_BAUDRATE = UARTE_BAUDRATE_1M;
    UARTE_CONFIG = UARTE_FLOW_CONTROL;
    UARTE_ENABLE = UARTE_ENABLED;
    start_receiving(0);
}

uint32_t backend_micros(void) {
    TIMER_CAPTURE = 1;
    return TIMER_CC;
}

uint32_t backend_available(void) {
    if (receive_position == receive_length && UARTE_RXDRDY != 0) {
        UARTE_RXDRDY = 0;
        UARTE_STOPRX = 1;
        while (UARTE_RXTO == 0) {
        }
        UARTE_RXTO = 0;
        receive_length = UARTE_RXD_AMOUNT;
        receive_position = 0;
        start_receiving(1u - receive_filling);
    }
    return receive_length - receive_position;
}

int backend_read(void) {
    if (receive_position == receive_length && backend_available() == 0) {
        return -1;
    }
    return receive_buffer[1u - receive_filling][receive_position++];
}

/* EasyDMA reads RAM only, and `data` may be in flash. */
void backend_write(const uint8_t *data, uint32_t size) {
    while (size > 0) {
        const uint32_t count = size < SEND_BYTES ? size : SEND_BYTES;
        for (uint32_t i = 0; i < count; i++) {
            send_buffer[i] = data[i];
        }
        UARTE_TXD_PTR = (uint32_t)(uintptr_t)send_buffer;
        UARTE_TXD_MAXCNT = count;
        UARTE_STARTTX = 1;
        while (UARTE_ENDTX == 0) {
        }
        UARTE_ENDTX = 0;
        data += count;
        size -= count;
    }
}

void backend_pin(uint8_t pin, bool high) {
    if (pin == LED_BUILTIN) {
        if (high) {
            GPIO_OUTSET = LED_MASK;
        } else {
            GPIO_OUTCLR = LED_MASK;
        }
    }
}
