/*
 * fake_zephyr.h - as much of Zephyr as the port uses; what it must not do is missing
 * SPDX-License-Identifier: Apache-2.0
 *
 * A node of the devicetree exists where HAS_<node> is defined as 1.
 */
#ifndef FAKE_ZEPHYR_H
#define FAKE_ZEPHYR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFIG_BOARD_TARGET "fake/board"
#define ARG_UNUSED(x) ((void)(x))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define JOIN(a, b) a##b
#define TEXT(node) #node
#define HAS(node) JOIN(HAS_, node)
#define DT_ALIAS(alias) alias
#define DT_CHOSEN(name) name
#define DT_PATH(a, b) a##_##b
#define DT_HAS_CHOSEN(name) HAS(name)
#define DT_NODE_HAS_PROP(node, property) HAS(node)
#define DT_PROP(node, property) 64000000
#define DT_PROP_OR(node, property, otherwise) otherwise
#define DT_NODE_HAS_COMPAT(node, compatible) 0
#define DEVICE_DT_GET(node) (&(node))

struct device {
    const char *name;
};
extern const struct device zephyr_console;

/* Time, in microseconds; the counter is wider than 32 bits and is cut. */
extern uint64_t fake_us;
uint32_t k_cycle_get_32(void);
uint64_t k_cyc_to_us_floor64(uint64_t cycles);
int64_t k_uptime_get(void);
int32_t k_msleep(int32_t ms);

unsigned int irq_lock(void);
void irq_unlock(unsigned int key);

struct k_thread {
    struct {
        uintptr_t start;
    } stack_info;
};
struct k_thread *k_current_get(void);

struct k_sem {
    unsigned count;
};
#define K_SEM_DEFINE(name, initial, limit) struct k_sem name = {initial}
#define K_MSEC(ms) (ms)
void k_sem_give(struct k_sem *sem);
int k_sem_take(struct k_sem *sem, int timeout_ms);

struct ring_buf {
    uint8_t *data;
    uint32_t size, head, put, got; /* head: end of what was claimed */
};
#define RING_BUF_DECLARE(name, bytes)                                                  \
    static uint8_t name##_data[bytes];                                                 \
    static struct ring_buf name = {name##_data, bytes, 0, 0, 0}
uint32_t ring_buf_put_claim(struct ring_buf *ring, uint8_t **place, uint32_t size);
int ring_buf_put_finish(struct ring_buf *ring, uint32_t size);
bool ring_buf_is_empty(struct ring_buf *ring);
uint32_t ring_buf_get(struct ring_buf *ring, uint8_t *data, uint32_t size);

#define UART_LINE_CTRL_BAUD_RATE 1
#define UART_LINE_CTRL_DTR 4
typedef void (*uart_callback_t)(const struct device *uart, void *user);
int uart_irq_callback_set(const struct device *uart, uart_callback_t callback);
void uart_irq_rx_enable(const struct device *uart);
void uart_irq_rx_disable(const struct device *uart);
int uart_irq_update(const struct device *uart);
int uart_irq_rx_ready(const struct device *uart);
int uart_fifo_read(const struct device *uart, uint8_t *data, int size);
int uart_poll_in(const struct device *uart, unsigned char *byte);
void uart_poll_out(const struct device *uart, unsigned char byte);
int uart_line_ctrl_get(const struct device *uart, uint32_t what, uint32_t *value);

struct gpio_dt_spec {
    const char *name;
};
#define GPIO_DT_SPEC_GET(node, property) {TEXT(node)}
#define GPIO_OUTPUT_INACTIVE 0
int gpio_pin_configure_dt(const struct gpio_dt_spec *pin, int flags);
int gpio_pin_set_dt(const struct gpio_dt_spec *pin, int value);

ssize_t hwinfo_get_device_id(uint8_t *id, size_t size);

#define RESET_PIN (1u << 0)
#define RESET_SOFTWARE (1u << 1)
#define RESET_BROWNOUT (1u << 2)
#define RESET_POR (1u << 3)
#define RESET_WATCHDOG (1u << 4)
#define RESET_DEBUG (1u << 5)
#define RESET_LOW_POWER_WAKE (1u << 7)
#define RESET_CPU_LOCKUP (1u << 8)
int hwinfo_get_reset_cause(uint32_t *cause);
int hwinfo_clear_reset_cause(void);

typedef struct {
    uint32_t GPREGRET, ICACHECNF, DEMCR, CTRL, CYCCNT;
} fake_registers_t;
extern fake_registers_t fake_registers;
#define NRF_POWER (&fake_registers)
#define NRF_NVMC (&fake_registers)
#define NVMC_ICACHECNF_CACHEEN_Msk 1u
#define CoreDebug (&fake_registers)
#define CoreDebug_DEMCR_TRCENA_Msk (1u << 24)
#define DWT (&fake_registers)
#define DWT_CTRL_CYCCNTENA_Msk 1u
void NVIC_SystemReset(void);

#define SYS_REBOOT_COLD 1
void sys_reboot(int type);

#endif /* FAKE_ZEPHYR_H */
