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
#include "tcnn_receive.h"
#include "tcnn_stack_floor.h"

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

/* On mbed an interrupt tells of each packet of USB, which can be taken at once. */
#if (defined(ARDUINO_ARCH_MBED) || defined(__MBED__)) && defined(SERIAL_CDC)
#define PORT_IS_TOLD
#endif

/* Where Serial is USB that refuses what it has no room for, or has flow control, the
 * host may send at any time. Elsewhere a ring of unknown size overruns. */
#if defined(TCNN_SERIAL_WAITS) || defined(PORT_IS_TOLD)
#define PORT_RECEIVE_BYTES TCNN_RECEIVE_BYTES
#define PORT_LINK_FLAGS TCNN_LINK_WAITS
#elif defined(SERIAL_CDC) || (defined(ARDUINO_NRF52_ADAFRUIT) && defined(USE_TINYUSB))
#define PORT_RECEIVE_BYTES TCNN_HOST_WAITS
#define PORT_LINK_FLAGS TCNN_LINK_WAITS
#else
#define PORT_RECEIVE_BYTES 0
#define PORT_LINK_FLAGS 0
#endif

/* USB has taken a reply, and the host has fetched it, by then. */
#define PORT_RESTART_MS 50

/* One light a state: an RGB LED, which lights when low wherever a core names its pins,
 * or three times the same LED, whose rhythm tells. */
#if defined(LEDR) && defined(LEDG) && defined(LEDB)
#define LIGHTS {LEDG, LEDB, LEDR}
#define LIGHT_ON LOW
#define LIGHT_OFF HIGH
#elif defined(LED_BUILTIN)
#define LIGHTS {LED_BUILTIN, LED_BUILTIN, LED_BUILTIN}
#define LIGHT_ON HIGH
#define LIGHT_OFF LOW
#endif

/* Half periods, as powers of two in microseconds: 0.5 s and 0.1 s. */
#define ALIVE_BLINK 19
#define FAILED_BLINK 17
#define DARK (-1)

/* The nRF52840's switch of its instruction cache: NVMC ICACHECNF. */
#define ICACHECNF (*(volatile uint32_t *)0x4001E540u)
#define ICACHECNF_CACHEEN 1u

/* Why the nRF52840 started: POWER RESETREAS, whose bits add up until a 1 clears them.
 */
#define RESETREAS (*(volatile uint32_t *)0x40000400u)
#define RESETREAS_RESETPIN (1u << 0)
#define RESETREAS_DOG (1u << 1)
#define RESETREAS_SREQ (1u << 2)
#define RESETREAS_LOCKUP (1u << 3)
#define RESETREAS_DIF (1u << 18)
#define RESETREAS_WAKE ((1u << 16) | (1u << 17) | (1u << 19) | (1u << 20))

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

/* Read once: the next start has causes of its own. */
static uint8_t take_reset_causes(void) {
#if defined(NRF52840_XXAA)
    const uint32_t reasons = RESETREAS;
    uint32_t causes = reasons == 0 ? TCNN_RESET_POWER : 0;
    RESETREAS = reasons;
    causes |= (reasons & RESETREAS_RESETPIN) != 0 ? TCNN_RESET_PIN : 0;
    causes |= (reasons & RESETREAS_DOG) != 0 ? TCNN_RESET_WATCHDOG : 0;
    causes |= (reasons & RESETREAS_SREQ) != 0 ? TCNN_RESET_SOFTWARE : 0;
    causes |= (reasons & RESETREAS_LOCKUP) != 0 ? TCNN_RESET_LOCKUP : 0;
    causes |= (reasons & RESETREAS_DIF) != 0 ? TCNN_RESET_DEBUG : 0;
    causes |= (reasons & RESETREAS_WAKE) != 0 ? TCNN_RESET_WAKE : 0;
    return (uint8_t)causes;
#else
    return 0;
#endif
}

#if defined(SCB_AIRCR_SYSRESETREQ_Msk)

/* Into the sketch: no bootloader is asked for. */
static void restart(void) {
    delay(PORT_RESTART_MS);
    NVIC_SystemReset();
}

#define PORT_RESTART restart
#else
#define PORT_RESTART nullptr
#endif

/* Arduino's core leaves it off. */
static uint32_t start_cache(void) {
#if defined(NRF52840_XXAA)
    ICACHECNF |= ICACHECNF_CACHEEN;
    return TCNN_CACHE_KNOWN |
           ((ICACHECNF & ICACHECNF_CACHEEN) != 0 ? TCNN_CACHE_ON : 0);
#else
    return 0;
#endif
}

static uint32_t start_cycle_counter(void) {
#if defined(DWT_CTRL_CYCCNTENA_Msk)
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
    return (DWT->CTRL & DWT_CTRL_CYCCNTENA_Msk) != 0 ? TCNN_COUNTER_RUNS : 0;
#else
    return 0;
#endif
}

#ifdef LIGHTS

static const uint8_t lights[] = LIGHTS;

static void start_lights(void) {
    for (const uint8_t pin : lights) {
        pinMode(pin, OUTPUT);
        digitalWrite(pin, LIGHT_OFF);
    }
}

/* Writes only what changes: on some cores a pin takes microseconds. */
TCNN_SHARED void tcnn_port_show(tcnn_state_t state) {
    static int lit = DARK;
    const int half_period = state == TCNN_ALIVE ? ALIVE_BLINK : FAILED_BLINK;
    const bool is_on = state == TCNN_BUSY || ((micros() >> half_period) & 1u) != 0;
    const int light = is_on ? (int)state : DARK;
    if (light == lit) {
        return;
    }
    if (lit != DARK) {
        digitalWrite(lights[lit], LIGHT_OFF);
    }
    if (light != DARK) {
        digitalWrite(lights[light], LIGHT_ON);
    }
    lit = light;
}

#else

static void start_lights(void) {}

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { (void)state; }

#endif

#ifdef PORT_IS_TOLD

/* The core's own buffer holds 256 bytes; here the next image waits. */
static uint8_t receive_buffer[TCNN_RECEIVE_BYTES];
static uint32_t receive_first; /* the oldest byte's place */
static uint32_t receive_count;

/* Called by the core in an interrupt, and by who reads, with interrupts off. What does
 * not fit stays in the core, which makes the host wait. */
static void on_packet(void) {
    const uint32_t arrived = (uint32_t)Serial.available(); /* asked once: it locks */
    const uint32_t room = TCNN_RECEIVE_BYTES - receive_count;
    const uint32_t count = arrived < room ? arrived : room;
    uint32_t place = receive_first + receive_count;
    place -= place >= TCNN_RECEIVE_BYTES ? TCNN_RECEIVE_BYTES : 0;
    for (uint32_t i = 0; i < count; i++) {
        receive_buffer[place++] = (uint8_t)Serial.read();
        place = place < TCNN_RECEIVE_BYTES ? place : 0;
    }
    receive_count += count;
}

static void start_receiving(void) { Serial.attach(on_packet); }

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    noInterrupts();
    on_packet();
    while (count < size && receive_count > 0) {
        data[count++] = receive_buffer[receive_first++];
        receive_first = receive_first < TCNN_RECEIVE_BYTES ? receive_first : 0;
        receive_count--;
    }
    interrupts();
    return count;
}

#else

static void start_receiving(void) {}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
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

#endif

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    start_lights();
    Serial.begin(PORT_BAUD_RATE);
    start_receiving();
    info->board = BOARD_NAME;
    info->clock_hz = PORT_CLOCK_HZ;
    info->flags = (uint16_t)(start_cache() | start_cycle_counter() | PORT_LINK_FLAGS);
    info->stack_floor = tcnn_stack_floor;
    info->reset_causes = take_reset_causes();
    info->restart = PORT_RESTART;
    info->receive_bytes = PORT_RECEIVE_BYTES;
    read_board_id(info->board_id);
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
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

TCNN_SHARED uint32_t tcnn_port_cycles(void) {
#if defined(DWT_CTRL_CYCCNTENA_Msk)
    return DWT->CYCCNT;
#else
    return 0;
#endif
}

TCNN_SHARED uint32_t tcnn_port_micros(void) { return (uint32_t)micros(); }
