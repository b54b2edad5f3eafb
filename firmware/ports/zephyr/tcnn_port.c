/*
 * tcnn_port.c - the harness's port on Zephyr
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link is the UART chosen as `tinycnn,link` in the devicetree, or else the
 * console's. Interrupts fill a ring; while that is full they are off, so that USB makes
 * the host wait. Drivers without interrupts are polled.
 */
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/reboot.h>
#include <zephyr/sys/ring_buffer.h>

#if defined(CONFIG_CPU_CORTEX_M)
#include <soc.h>
#endif

#include "harness.h"
#include "tcnn_receive.h"

#if DT_HAS_CHOSEN(tinycnn_link)
#define LINK DT_CHOSEN(tinycnn_link)
#else
#define LINK DT_CHOSEN(zephyr_console)
#endif

#define WAIT_MS 5

/* USB has taken a reply, and the host has fetched it, by then. */
#define RESTART_MS 50

#if DT_NODE_HAS_COMPAT(LINK, zephyr_cdc_acm_uart) ||                                   \
    DT_PROP_OR(LINK, hw_flow_control, 0)
#define LINK_FLAGS TCNN_LINK_WAITS
#else
#define LINK_FLAGS 0
#endif

/* What may arrive while the model runs. */
#if defined(CONFIG_UART_INTERRUPT_DRIVEN)
#define RECEIVE_BYTES TCNN_RECEIVE_BYTES
#else
#define RECEIVE_BYTES 0
#endif

/* A host that opens the port at 1200 bit/s and closes it wants the bootloader; this is
 * how the bootloader is told to stay. */
#define TOUCH_BAUD_RATE 1200
#define TOUCH_MS 200
#if defined(CONFIG_BOARD_ARDUINO_NANO_33_BLE)
#define STAY_IN_BOOTLOADER 0xB0
#elif defined(CONFIG_BOARD_XIAO_BLE) || defined(CONFIG_BOARD_ADAFRUIT_FEATHER_NRF52840)
#define STAY_IN_BOOTLOADER 0x57
#endif

/* The stack's end is not watched: its guard may begin there. */
#define STACK_GUARD_BYTES 256

/* Half periods, as powers of two in microseconds: 0.5 s and 0.1 s. */
#define ALIVE_BLINK 19
#define FAILED_BLINK 17
#define DARK (-1)

static const struct device *const uart = DEVICE_DT_GET(LINK);

#if defined(CONFIG_UART_INTERRUPT_DRIVEN)

RING_BUF_DECLARE(received, RECEIVE_BYTES);
static K_SEM_DEFINE(arrived, 0, 1);

static void on_interrupt(const struct device *device, void *unused) {
    ARG_UNUSED(unused);
    while (uart_irq_update(device) && uart_irq_rx_ready(device)) {
        uint8_t *place;
        const uint32_t room = ring_buf_put_claim(&received, &place, RECEIVE_BYTES);
        if (room == 0) {
            uart_irq_rx_disable(device);
            break;
        }
        const int count = uart_fifo_read(device, place, (int)room);
        (void)ring_buf_put_finish(&received, count > 0 ? (uint32_t)count : 0);
        if (count <= 0) {
            break;
        }
        k_sem_give(&arrived);
    }
}

static void start_receiving(void) {
    (void)uart_irq_callback_set(uart, on_interrupt);
    uart_irq_rx_enable(uart);
}

/* Some UARTs interrupt for a byte only if they may when it arrives, and then hold back
 * all that follow: one such byte. */
static uint32_t take_missed(uint8_t *byte) {
    const unsigned int key = irq_lock();
    const bool is_missed =
        ring_buf_is_empty(&received) && uart_poll_in(uart, byte) == 0;
    irq_unlock(key);
    return is_missed ? 1 : 0;
}

static uint32_t take(uint8_t *data, uint32_t size) {
    const uint32_t count = ring_buf_get(&received, data, size);
    if (count == 0) {
        return take_missed(data);
    }
    uart_irq_rx_enable(uart); /* there is room again */
    return count;
}

static void wait_for_bytes(void) { (void)k_sem_take(&arrived, K_MSEC(WAIT_MS)); }

#else

static void start_receiving(void) {}

static uint32_t take(uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    while (count < size && uart_poll_in(uart, &data[count]) == 0) {
        count++;
    }
    return count;
}

/* Sleeps: simulated time stands still while code runs. */
static void wait_for_bytes(void) { (void)k_msleep(1); }

#endif

#if defined(STAY_IN_BOOTLOADER) && defined(CONFIG_UART_LINE_CTRL)

static void obey_touch(void) {
    static int64_t untouched_ms;
    uint32_t baud_rate = 0;
    uint32_t is_open = 1;
    (void)uart_line_ctrl_get(uart, UART_LINE_CTRL_BAUD_RATE, &baud_rate);
    (void)uart_line_ctrl_get(uart, UART_LINE_CTRL_DTR, &is_open);
    if (baud_rate != TOUCH_BAUD_RATE || is_open != 0) {
        untouched_ms = k_uptime_get();
    } else if (k_uptime_get() - untouched_ms >= TOUCH_MS) {
        NRF_POWER->GPREGRET = STAY_IN_BOOTLOADER;
        NVIC_SystemReset();
    }
}

#else

static void obey_touch(void) {}

#endif

#if DT_NODE_HAS_PROP(DT_ALIAS(led0), gpios) && defined(CONFIG_GPIO)

#define LIGHT(alias) GPIO_DT_SPEC_GET(DT_ALIAS(alias), gpios)

/* One light a state, by the usual order red, green, blue; or three times the same,
 * whose rhythm tells. */
static const struct gpio_dt_spec lights[] = {
#if DT_NODE_HAS_PROP(DT_ALIAS(led1), gpios) && DT_NODE_HAS_PROP(DT_ALIAS(led2), gpios)
    [TCNN_ALIVE] = LIGHT(led1),
    [TCNN_BUSY] = LIGHT(led2),
    [TCNN_FAILED] = LIGHT(led0),
#else
    [TCNN_ALIVE] = LIGHT(led0),
    [TCNN_BUSY] = LIGHT(led0),
    [TCNN_FAILED] = LIGHT(led0),
#endif
};

static void start_lights(void) {
    for (uint32_t i = 0; i < ARRAY_SIZE(lights); i++) {
        (void)gpio_pin_configure_dt(&lights[i], GPIO_OUTPUT_INACTIVE);
    }
}

/* Writes only what changes. */
TCNN_SHARED void tcnn_port_show(tcnn_state_t state) {
    static int lit = DARK;
    const int half_period = state == TCNN_ALIVE ? ALIVE_BLINK : FAILED_BLINK;
    const bool is_on =
        state == TCNN_BUSY || ((tcnn_port_micros() >> half_period) & 1u) != 0;
    const int light = is_on ? (int)state : DARK;
    if (light == lit) {
        return;
    }
    if (lit != DARK) {
        (void)gpio_pin_set_dt(&lights[lit], 0);
    }
    if (light != DARK) {
        (void)gpio_pin_set_dt(&lights[light], 1);
    }
    lit = light;
}

#else

static void start_lights(void) {}

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { ARG_UNUSED(state); }

#endif

/* The chip's number, last byte first; a long one is folded into eight bytes. */
static void read_board_id(uint8_t *board_id) {
#if defined(CONFIG_HWINFO)
    uint8_t number[16];
    const ssize_t size = hwinfo_get_device_id(number, sizeof number);
    for (ssize_t i = 0; i < size; i++) {
        board_id[(size - 1 - i) % 8] ^= number[i];
    }
#else
    ARG_UNUSED(board_id);
#endif
}

/* Zephyr's causes of a reset, which add up until they are cleared, and the harness's.
 */
static uint8_t take_reset_causes(void) {
    uint32_t causes = 0;
#if defined(CONFIG_HWINFO)
    static const uint32_t known[][2] = {
        {RESET_POR, TCNN_RESET_POWER},         {RESET_PIN, TCNN_RESET_PIN},
        {RESET_WATCHDOG, TCNN_RESET_WATCHDOG}, {RESET_SOFTWARE, TCNN_RESET_SOFTWARE},
        {RESET_CPU_LOCKUP, TCNN_RESET_LOCKUP}, {RESET_LOW_POWER_WAKE, TCNN_RESET_WAKE},
        {RESET_BROWNOUT, TCNN_RESET_BROWNOUT}, {RESET_DEBUG, TCNN_RESET_DEBUG},
    };
    uint32_t reasons = 0;
    if (hwinfo_get_reset_cause(&reasons) != 0) {
        return 0;
    }
    (void)hwinfo_clear_reset_cause();
    for (uint32_t i = 0; i < ARRAY_SIZE(known); i++) {
        causes |= (reasons & known[i][0]) != 0 ? known[i][1] : 0;
    }
#if defined(CONFIG_SOC_NRF52840)
    if (reasons == 0) {
        causes = TCNN_RESET_POWER; /* which has no bit there */
    }
#endif
#endif
    return (uint8_t)causes;
}

#if defined(CONFIG_REBOOT)

/* Into the application: no bootloader is asked for. */
static void restart(void) {
    (void)k_msleep(RESTART_MS);
    sys_reboot(SYS_REBOOT_COLD);
}

#define RESTART restart
#else
#define RESTART NULL
#endif

/* As Zephyr left it. */
static uint32_t read_cache(void) {
#if defined(CONFIG_SOC_NRF52840)
    const bool is_on = (NRF_NVMC->ICACHECNF & NVMC_ICACHECNF_CACHEEN_Msk) != 0;
    return TCNN_CACHE_KNOWN | (is_on ? TCNN_CACHE_ON : 0);
#elif defined(CONFIG_CPU_CORTEX_M7)
    const bool is_on = (SCB->CCR & SCB_CCR_IC_Msk) != 0;
    return TCNN_CACHE_KNOWN | (is_on ? TCNN_CACHE_ON : 0);
#else
    return 0;
#endif
}

/* Zephyr's own clock may be as slow as 32 kHz: the processor's counter, where it has
 * one. */
static uint32_t start_cycle_counter(void) {
#if defined(CONFIG_CPU_CORTEX_M_HAS_DWT)
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
#if defined(CONFIG_CPU_CORTEX_M7)
    DWT->LAR = 0xC5ACCE55; /* unlocks the counter's registers */
#endif
    DWT->CYCCNT = 0;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
    return (DWT->CTRL & DWT_CTRL_CYCCNTENA_Msk) != 0 ? TCNN_COUNTER_RUNS : 0;
#elif defined(CONFIG_CORTEX_M_SYSTICK)
    return TCNN_COUNTER_RUNS;
#else
    return 0;
#endif
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) {
#if defined(CONFIG_CPU_CORTEX_M_HAS_DWT)
    return DWT->CYCCNT;
#elif defined(CONFIG_CORTEX_M_SYSTICK)
    return k_cycle_get_32();
#else
    return 0;
#endif
}

static uint32_t clock_hz(void) {
#if DT_NODE_HAS_PROP(DT_PATH(cpus, cpu_0), clock_frequency)
    return DT_PROP(DT_PATH(cpus, cpu_0), clock_frequency);
#elif defined(CONFIG_CORTEX_M_SYSTICK)
    return (uint32_t)sys_clock_hw_cycles_per_sec();
#else
    return 0;
#endif
}

/* Counts on where Zephyr's counter starts anew, as long as it is asked in between. */
TCNN_SHARED uint32_t tcnn_port_micros(void) {
    static uint32_t last;
    static uint64_t cycles;
    const uint32_t now = k_cycle_get_32();
    cycles += now - last;
    last = now;
    return (uint32_t)(k_cyc_to_us_floor64(cycles) & UINT32_MAX);
}

/* Of whichever thread serves. */
static const void *stack_floor(void) {
    return (const void *)(k_current_get()->stack_info.start + STACK_GUARD_BYTES);
}

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    start_lights();
    start_receiving();
    info->board = CONFIG_BOARD_TARGET;
    info->clock_hz = clock_hz();
    info->flags = (uint16_t)(read_cache() | start_cycle_counter() | LINK_FLAGS);
    info->stack_floor = stack_floor;
    info->reset_causes = take_reset_causes();
    info->restart = RESTART;
    info->receive_bytes = RECEIVE_BYTES;
    read_board_id(info->board_id);
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    const uint32_t count = take(data, size);
    if (count > 0) {
        return count;
    }
    obey_touch();
    wait_for_bytes();
    return take(data, size);
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        uart_poll_out(uart, data[i]);
    }
}
