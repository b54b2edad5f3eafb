/*
 * tcnn_port.c - the harness's port on ESP-IDF 5
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link is the chip's own USB where it has one, else UART 0; -DTCNN_LINK_UART
 * chooses UART 0. Their drivers keep what arrives while the model runs; USB makes the
 * host wait when they are full.
 */
#include <esp_cpu.h>
#include <esp_mac.h>
#include <esp_system.h>
#include <esp_timer.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <sdkconfig.h>
#include <soc/soc_caps.h>

#include "harness.h"
#include "tcnn_receive.h"

#if SOC_USB_SERIAL_JTAG_SUPPORTED && !defined(TCNN_LINK_UART)
#include <driver/usb_serial_jtag.h>
#define LINK_IS_USB 1
#define LINK_FLAGS TCNN_LINK_WAITS
#else
#include <driver/uart.h>
#define LINK_IS_USB 0
#define LINK_FLAGS 0
#endif

#define LINK_UART UART_NUM_0
#define LINK_BAUD_RATE 115200
#define HARDWARE_FIFO_BYTES 128 /* the least that a driver's ring must exceed */
#define SEND_BYTES 1024
#define WAIT_MS 5

/* The driver has sent a reply, and the host has fetched it, by then. */
#define RESTART_MS 50

/* FreeRTOS looks after the last words of a stack. */
#define STACK_MARK_BYTES 32

static const size_t ring_bytes = TCNN_RECEIVE_BYTES > 2 * HARDWARE_FIFO_BYTES
                                     ? TCNN_RECEIVE_BYTES
                                     : 2 * HARDWARE_FIFO_BYTES;

#if LINK_IS_USB

static void start_link(void) {
    usb_serial_jtag_driver_config_t config = {
        .tx_buffer_size = SEND_BYTES,
        .rx_buffer_size = ring_bytes,
    };
    ESP_ERROR_CHECK(usb_serial_jtag_driver_install(&config));
}

static int receive(uint8_t *data, uint32_t size, TickType_t ticks) {
    return usb_serial_jtag_read_bytes(data, size, ticks);
}

static int send(const uint8_t *data, uint32_t size) {
    return usb_serial_jtag_write_bytes(data, size, pdMS_TO_TICKS(RESTART_MS));
}

#else

static void start_link(void) {
    const uart_config_t config = {
        .baud_rate = LINK_BAUD_RATE,
        .data_bits = UART_DATA_8_BITS,
        .parity = UART_PARITY_DISABLE,
        .stop_bits = UART_STOP_BITS_1,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
        .source_clk = UART_SCLK_DEFAULT,
    };
    ESP_ERROR_CHECK(uart_driver_install(LINK_UART, ring_bytes, SEND_BYTES, 0, NULL, 0));
    ESP_ERROR_CHECK(uart_param_config(LINK_UART, &config));
}

static int receive(uint8_t *data, uint32_t size, TickType_t ticks) {
    return uart_read_bytes(LINK_UART, data, size, ticks);
}

static int send(const uint8_t *data, uint32_t size) {
    return uart_write_bytes(LINK_UART, data, size);
}

#endif

static uint8_t read_reset_cause(void) {
    switch (esp_reset_reason()) {
    case ESP_RST_POWERON:
        return TCNN_RESET_POWER;
    case ESP_RST_EXT:
        return TCNN_RESET_PIN;
    case ESP_RST_SW:
        return TCNN_RESET_SOFTWARE;
    case ESP_RST_PANIC:
        return TCNN_RESET_LOCKUP;
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT:
        return TCNN_RESET_WATCHDOG;
    case ESP_RST_DEEPSLEEP:
        return TCNN_RESET_WAKE;
    case ESP_RST_BROWNOUT:
        return TCNN_RESET_BROWNOUT;
    default:
        return 0;
    }
}

static void restart(void) {
    vTaskDelay(pdMS_TO_TICKS(RESTART_MS));
    esp_restart();
}

/* Of the task that serves. */
static const void *stack_floor(void) {
    return (const char *)pxTaskGetStackStart(NULL) + STACK_MARK_BYTES;
}

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    start_link();
    info->board = CONFIG_IDF_TARGET;
    info->clock_hz = CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ * 1000000u;
    info->flags = (uint16_t)(TCNN_COUNTER_RUNS | LINK_FLAGS);
    info->stack_floor = stack_floor;
    info->reset_causes = read_reset_cause();
    info->restart = restart;
    info->receive_bytes = (uint32_t)ring_bytes;
    (void)esp_efuse_mac_get_default(info->board_id);
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    const int count = receive(data, size, 0);
    if (count > 0) {
        return (uint32_t)count;
    }
    /* One byte: a driver that is asked for more waits for all of them. */
    const int later = receive(data, 1, pdMS_TO_TICKS(WAIT_MS));
    return later > 0 ? (uint32_t)later : 0;
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    while (size > 0) {
        const int sent = send(data, size < SEND_BYTES / 2 ? size : SEND_BYTES / 2);
        if (sent <= 0) {
            return; /* no host; it will ask again */
        }
        data += sent;
        size -= (uint32_t)sent;
    }
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) { return esp_cpu_get_cycle_count(); }

TCNN_SHARED uint32_t tcnn_port_micros(void) { return (uint32_t)esp_timer_get_time(); }

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { (void)state; }
