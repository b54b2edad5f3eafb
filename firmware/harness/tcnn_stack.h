/*
 * tcnn_stack.h - how much stack is used: paints what lies below and looks what is left
 * SPDX-License-Identifier: Apache-2.0
 *
 * On ARM only, and only where the port knows the stack's end: elsewhere nothing is
 * painted and all answers are 0. What interrupts put on the same stack counts too, and
 * what is next to the painter's stack pointer, TCNN_STACK_SPARED_BYTES, always.
 */
#ifndef TCNN_STACK_H
#define TCNN_STACK_H

#include <stddef.h>
#include <stdint.h>

#include "tcnn.h"

/* Left unpainted below the painter, for what interrupts and itself put there. */
#define TCNN_STACK_SPARED_BYTES 64u

/* The lowest byte of the caller's stack that may be written; NULL: not known. */
typedef const void *(*tcnn_stack_floor_t)(void);

/* The caller's stack pointer; NULL where it is not known. */
static inline uint32_t *tcnn_stack_pointer(void) {
#if defined(__arm__)
    uint32_t *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
#elif defined(__riscv)
    uint32_t *sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
#else
    return NULL;
#endif
}

/* The last words of the stack, which nothing uses that fits it. */
typedef enum {
    TCNN_CANARY_NONE = 0, /* the floor is not known, or a heap moved it */
    TCNN_CANARY_ALIVE,
    TCNN_CANARY_DEAD, /* overwritten: the stack was too small */
} tcnn_canary_t;

/* Watches the stack below the caller from now on, down to its floor; not if NULL. */
void tcnn_stack_watch(tcnn_stack_floor_t floor);

/* Most bytes used below the caller of tcnn_stack_watch since then. */
uint32_t tcnn_stack_used(void);

/* Bytes from there down to the floor; 0: not known. */
uint32_t tcnn_stack_room(void);

/* Whether the words at the floor are as tcnn_stack_watch left them. */
tcnn_canary_t tcnn_stack_canary(void);

/* Leaves them so again, where there are any. */
void tcnn_stack_mend(void);

/* Paints anew what lies below the caller, for tcnn_stack_used_below. */
void tcnn_stack_paint(void);

/* Most bytes used below `top` since tcnn_stack_paint; at least a few, its own. */
uint32_t tcnn_stack_used_below(const uint32_t *top);

#endif /* TCNN_STACK_H */
