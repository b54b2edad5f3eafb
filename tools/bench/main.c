/*
 * main.c - one inference between two markers on a bare Cortex-M, for a meter
 * SPDX-License-Identifier: Apache-2.0
 *
 * Its output goes out by semihosting.
 */
#include <stdint.h>

#include "bench_model.h"

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_ON (0xFu << 20)
#define STACK_TOP ((void *)0x20400000)

/* Operations of ARM's semihosting. */
#define SYS_WRITE 0x05u
#define SYS_EXIT 0x18u
#define STANDARD_OUTPUT 1u
#define APPLICATION_EXIT 0x20026u

void fill_inputs(void); /* of input.c, as is the next */
void feed_input(void);  /* what arrives row by row */
void marker_start(void);
void marker_stop(void);
void reset(void);

__attribute__((noinline)) void marker_start(void) { __asm__ volatile("nop"); }

__attribute__((noinline)) void marker_stop(void) { __asm__ volatile("nop"); }

static void call_host(uint32_t operation, uint32_t argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register uint32_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void reset(void) {
#if defined(__ARM_FP)
    CPACR |= CPACR_FPU_ON;
#endif
    fill_inputs();
    marker_start();
    feed_input();
    bench_invoke(bench_arena);
    marker_stop();
    const uint32_t output[] = {
        STANDARD_OUTPUT,
        (uint32_t)&bench_arena[BENCH_OUTPUT_OFFSET],
        BENCH_OUTPUT_BYTES,
    };
    call_host(SYS_WRITE, (uint32_t)output);
    call_host(SYS_EXIT, APPLICATION_EXIT);
    for (;;) {
    }
}

typedef union {
    void *stack_top;
    void (*handler)(void);
} vector_t;

__attribute__((section(".vectors"), used)) static const vector_t vectors[] = {
    {.stack_top = STACK_TOP},
    {.handler = reset},
};
