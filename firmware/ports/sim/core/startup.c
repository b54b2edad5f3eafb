/*
 * startup.c - from reset to main; a RISC-V core is started like a Cortex-M
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "backend.h"

#define VECTOR_COUNT 16

typedef void (*handler_t)(void);

/* Of sections.ld. */
extern uint32_t image_data_source[];
extern uint32_t image_data_start[];
extern uint32_t image_data_end[];
extern uint32_t image_bss_start[];
extern uint32_t image_bss_end[];
extern uint32_t image_stack_top[];
extern handler_t image_init_start[];
extern handler_t image_init_end[];

void Reset_Handler(void);
void HardFault_Handler(void);

void HardFault_Handler(void) {
    for (;;) {
    }
}

#if defined(__ARM_FP)

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_ON (0xFu << 20)

static void start_fpu(void) {
    CPACR |= CPACR_FPU_ON;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

#else

static void start_fpu(void) {}

#endif

void Reset_Handler(void) {
    start_fpu();
    const uint32_t *source = image_data_source;
    for (uint32_t *word = image_data_start; word < image_data_end; word++) {
        *word = *source++;
    }
    for (uint32_t *word = image_bss_start; word < image_bss_end; word++) {
        *word = 0;
    }
    for (handler_t *init = image_init_start; init < image_init_end; init++) {
        (*init)();
    }
    core_main();
}

/* First in the image: initial stack pointer, reset, and the system exceptions, every
 * one of which ends in HardFault_Handler. */
typedef union {
    uint32_t *stack_top;
    handler_t handler;
} vector_t;

__attribute__((section(".vectors"),
               used)) static const vector_t vectors[VECTOR_COUNT] = {
    {.stack_top = image_stack_top}, {.handler = Reset_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
    {.handler = HardFault_Handler}, {.handler = HardFault_Handler},
};
