/*
 * zephyr_port_main.c - drives the Zephyr port on the fake of Zephyr
 * SPDX-License-Identifier: Apache-2.0
 *
 *   receive BYTES PART   so many bytes arrive at once, then they are read in parts
 *   early BYTES PART     the same, but they arrive before the port starts
 *   touch BAUD DTR MS    a host sets the line and waits
 *   show STATE           two seconds of that state
 *   micros STEP COUNT    reads the clock after each of so many steps
 *   info
 *   restart
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_zephyr.h"
#include "harness.h"

#define FIFO_BYTES 8192

const struct device zephyr_console = {"console"};
uint64_t fake_us;
fake_registers_t fake_registers;

static uint8_t fifo[FIFO_BYTES];
static int fifo_in, fifo_out;
static bool rx_enabled, is_polled;
static uart_callback_t callback;
static uint32_t baud_rate = 115200, dtr = 1;

uint32_t k_cycle_get_32(void) { return (uint32_t)(fake_us & UINT32_MAX); }
uint64_t k_cyc_to_us_floor64(uint64_t cycles) { return cycles; }
int64_t k_uptime_get(void) { return (int64_t)(fake_us / 1000); }

int32_t k_msleep(int32_t ms) {
    fake_us += (uint64_t)ms * 1000;
    return 0;
}

struct k_thread *k_current_get(void) {
    static struct k_thread thread;
    uint8_t here;
    thread.stack_info.start = (uintptr_t)&here - 4096;
    return &thread;
}

void k_sem_give(struct k_sem *sem) { sem->count = 1; }

int k_sem_take(struct k_sem *sem, int timeout_ms) {
    if (sem->count == 0) {
        k_msleep(timeout_ms);
    }
    sem->count = 0;
    return 0;
}

uint32_t ring_buf_put_claim(struct ring_buf *ring, uint8_t **place, uint32_t size) {
    const uint32_t room = ring->size - (ring->head - ring->got);
    const uint32_t at = ring->head % ring->size;
    *place = ring->data + at;
    size = size < room ? size : room;
    size = size < ring->size - at ? size : ring->size - at;
    ring->head += size;
    return size;
}

int ring_buf_put_finish(struct ring_buf *ring, uint32_t size) {
    ring->put += size;
    ring->head = ring->put;
    return 0;
}

uint32_t ring_buf_get(struct ring_buf *ring, uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    while (count < size && ring->got != ring->put) {
        data[count++] = ring->data[ring->got++ % ring->size];
    }
    return count;
}

bool ring_buf_is_empty(struct ring_buf *ring) { return ring->got == ring->put; }

/* Comes when a byte arrives while interrupts are on, not when they are switched on. */
static void interrupt(void) {
    while (rx_enabled && callback != NULL && fifo_out < fifo_in) {
        callback(&zephyr_console, NULL);
    }
}

int uart_irq_callback_set(const struct device *uart, uart_callback_t function) {
    ARG_UNUSED(uart);
    callback = function;
    return 0;
}

void uart_irq_rx_enable(const struct device *uart) {
    ARG_UNUSED(uart);
    rx_enabled = true;
}

void uart_irq_rx_disable(const struct device *uart) {
    printf("%s: full after %d\n", uart->name, fifo_out);
    rx_enabled = false;
}

int uart_irq_update(const struct device *uart) {
    ARG_UNUSED(uart);
    return 1;
}

int uart_irq_rx_ready(const struct device *uart) {
    ARG_UNUSED(uart);
    return rx_enabled && fifo_out < fifo_in;
}

/* Now and then an interrupt has nothing to read. */
int uart_fifo_read(const struct device *uart, uint8_t *data, int size) {
    static int calls;
    int count = 0;
    if (++calls % 5 == 0) {
        return 0;
    }
    while (count < size && count < 64 && uart_poll_in(uart, data + count) == 0) {
        count++;
    }
    is_polled = false;
    return count;
}

int uart_poll_in(const struct device *uart, unsigned char *byte) {
    ARG_UNUSED(uart);
    if (fifo_out == fifo_in) {
        return -1;
    }
    *byte = fifo[fifo_out++];
    is_polled = true;
    return 0;
}

void uart_poll_out(const struct device *uart, unsigned char byte) {
    ARG_UNUSED(uart);
    printf("%02x", byte);
}

int uart_line_ctrl_get(const struct device *uart, uint32_t what, uint32_t *value) {
    ARG_UNUSED(uart);
    *value = what == UART_LINE_CTRL_BAUD_RATE ? baud_rate : dtr;
    return 0;
}

int gpio_pin_configure_dt(const struct gpio_dt_spec *pin, int flags) {
    printf("%s: out %d\n", pin->name, flags);
    return 0;
}

int gpio_pin_set_dt(const struct gpio_dt_spec *pin, int value) {
    printf("%lu %s %d\n", (unsigned long)(fake_us / 1000), pin->name, value);
    return 0;
}

/* As long as an STM32's. */
ssize_t hwinfo_get_device_id(uint8_t *id, size_t size) {
    ssize_t count = 0;
    for (; count < 12 && count < (ssize_t)size; count++) {
        id[count] = (uint8_t)(count * count);
    }
    return count;
}

static uint32_t reset_causes = RESET_WATCHDOG | RESET_PIN;

int hwinfo_get_reset_cause(uint32_t *cause) {
    *cause = reset_causes;
    return 0;
}

int hwinfo_clear_reset_cause(void) {
    reset_causes = 0;
    return 0;
}

void NVIC_SystemReset(void) {
    printf("reset with %02x at %lu ms\n", fake_registers.GPREGRET,
           (unsigned long)(fake_us / 1000));
    exit(0);
}

void sys_reboot(int type) {
    printf("reboot %d at %lu ms\n", type, (unsigned long)(fake_us / 1000));
    exit(0);
}

/* The next byte arrives when one has been taken. */
void irq_unlock(unsigned int key) {
    ARG_UNUSED(key);
    if (is_polled) {
        interrupt();
    }
    is_polled = false;
}

unsigned int irq_lock(void) { return 0; }

static void arrive(int bytes) {
    if (fifo_in < bytes) {
        for (; fifo_in < bytes; fifo_in++) {
            fifo[fifo_in] = (uint8_t)(fifo_in * 7);
        }
        interrupt();
    }
}

static void read_all(uint32_t part) {
    uint8_t data[256];
    uint32_t total = 0;
    uint32_t count;
    while ((count = tcnn_port_read(data, part)) > 0) {
        for (uint32_t i = 0; i < count; i++, total++) {
            if (data[i] != (uint8_t)(total * 7)) {
                printf("wrong at %u\n", total);
                return;
            }
        }
    }
    printf("read %u, waited %lu ms\n", total, (unsigned long)(fake_us / 1000));
}

static unsigned int free_stack_bytes(const tcnn_port_info_t *info) {
    const char here = 0;
    return (unsigned int)((uintptr_t)&here - (uintptr_t)info->stack_floor());
}

int main(int count, char **words) {
    uint8_t byte;
    tcnn_port_info_t info = {0};
    const uint64_t first = count > 2 ? strtoull(words[2], NULL, 10) : 0;
    const bool is_early = strcmp(words[1], "early") == 0;
    if (is_early) {
        arrive((int)first);
    }
    tcnn_port_init(&info);
    if (is_early || strcmp(words[1], "receive") == 0) {
        arrive((int)first);
        read_all((uint32_t)atoi(words[3]));
    } else if (strcmp(words[1], "touch") == 0) {
        baud_rate = (uint32_t)first;
        dtr = (uint32_t)atoi(words[3]);
        while (fake_us / 1000 < strtoull(words[4], NULL, 10)) {
            (void)tcnn_port_read(&byte, 1);
        }
    } else if (strcmp(words[1], "restart") == 0) {
        if (info.restart == NULL) {
            printf("cannot\n");
            return 0;
        }
        info.restart();
    } else if (strcmp(words[1], "show") == 0) {
        for (; fake_us < 2000000; fake_us += 1000) {
            tcnn_port_show((tcnn_state_t)first);
        }
    } else if (strcmp(words[1], "micros") == 0) {
        for (int i = atoi(words[3]); i > 0; i--) {
            fake_us += first;
            printf("%u\n", tcnn_port_micros());
        }
    } else {
        printf("%s %u %u %u ", info.board, info.clock_hz, info.flags,
               free_stack_bytes(&info));
        printf("%u,%u ", info.reset_causes, reset_causes);
        for (int i = 0; i < 8; i++) {
            printf("%02x", info.board_id[i]);
        }
    }
    return 0;
}
