/*
 * tcnn_port.c - the harness's port on the Pico SDK
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link is USB by the SDK's stdio, which makes the host wait while nobody reads.
 */
#include <hardware/clocks.h>
#include <hardware/watchdog.h>
#include <pico/platform.h>
#include <pico/stdlib.h>
#include <pico/unique_id.h>

#if PICO_RP2350 && defined(__ARM_ARCH_8M_MAIN__)
#include <hardware/structs/m33.h>
#define HAS_COUNTER 1
#else
#define HAS_COUNTER 0 /* the Cortex-M0+ and the RISC-V cores are not asked for it */
#endif

#include "harness.h"

#define WAIT_US 2000

/* USB has taken a reply, and the host has fetched it, by then. */
#define RESTART_MS 50

/* Half periods, as powers of two in microseconds: 0.5 s and 0.1 s. */
#define ALIVE_BLINK 19
#define FAILED_BLINK 17

/* The bank of RAM that the first core's stack lies in. */
extern char __StackBottom[];

static const void *stack_floor(void) { return __StackBottom; }

static void restart(void) {
    sleep_ms(RESTART_MS);
    watchdog_reboot(0, 0, 0);
}

static uint32_t start_cycle_counter(void) {
#if HAS_COUNTER
    m33_hw->demcr |= M33_DEMCR_TRCENA_BITS;
    m33_hw->dwt_cyccnt = 0;
    m33_hw->dwt_ctrl |= M33_DWT_CTRL_CYCCNTENA_BITS;
    return TCNN_COUNTER_RUNS;
#else
    return 0;
#endif
}

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    pico_unique_board_id_t id;
    (void)stdio_init_all();
#if defined(PICO_DEFAULT_LED_PIN)
    gpio_init(PICO_DEFAULT_LED_PIN);
    gpio_set_dir(PICO_DEFAULT_LED_PIN, GPIO_OUT);
#endif
    pico_get_unique_board_id(&id);
    for (uint32_t i = 0; i < sizeof id.id && i < sizeof info->board_id; i++) {
        info->board_id[i] = id.id[i];
    }
    info->board = PICO_BOARD;
    info->clock_hz = clock_get_hz(clk_sys);
    info->flags = (uint16_t)(start_cycle_counter() | TCNN_LINK_WAITS);
    info->stack_floor = stack_floor;
    info->reset_causes = watchdog_caused_reboot() ? TCNN_RESET_SOFTWARE : 0;
    info->restart = restart;
    info->receive_bytes = TCNN_HOST_WAITS;
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    while (count < size) {
        const int byte = getchar_timeout_us(count == 0 ? WAIT_US : 0);
        if (byte < 0) {
            break;
        }
        data[count++] = (uint8_t)byte;
    }
    return count;
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        putchar_raw(data[i]);
    }
    stdio_flush();
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) {
#if HAS_COUNTER
    return m33_hw->dwt_cyccnt;
#else
    return 0;
#endif
}

TCNN_SHARED uint32_t tcnn_port_micros(void) { return time_us_32(); }

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) {
#if defined(PICO_DEFAULT_LED_PIN)
    const int half_period = state == TCNN_ALIVE ? ALIVE_BLINK : FAILED_BLINK;
    gpio_put(PICO_DEFAULT_LED_PIN,
             state == TCNN_BUSY || ((time_us_32() >> half_period) & 1u) != 0);
#else
    (void)state;
#endif
}
