/*
 * tcnn_stack.h - how much stack is used: paints what lies below and looks what is left
 * SPDX-License-Identifier: Apache-2.0
 *
 * On ARM only, and only as far down as the port allows: elsewhere nothing is painted
 * and all answers are 0. What interrupts put on the same stack counts too.
 */
#ifndef TCNN_STACK_H
#define TCNN_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "tcnn.h"

/* The caller's stack pointer; NULL where it is not known. */
static inline uint32_t *tcnn_stack_pointer(void) {
#if defined(__arm__)
    uint32_t *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
#else
    return NULL;
#endif
}

/* Watches `bytes` of stack below the caller from now on; none if 0. */
void tcnn_stack_watch(uint32_t bytes);

/* Most bytes used below the caller of tcnn_stack_watch since then. */
uint32_t tcnn_stack_used(void);

/* Paints anew what lies below the caller, for tcnn_stack_used_below. */
void tcnn_stack_paint(void);

/* Most bytes used below `top` since tcnn_stack_paint; at least a few, its own. */
uint32_t tcnn_stack_used_below(const uint32_t *top);

#endif /* TCNN_STACK_H */
