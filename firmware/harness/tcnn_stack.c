/*
 * tcnn_stack.c - how much stack is used: paints what lies below and looks what is left
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_stack.h"

#define PAINT 0xC5C5C5C5u

static struct {
    const uint32_t *top;    /* where watching begins; equal to lowest: nowhere */
    const uint32_t *lowest; /* and where it ends */
    uint32_t most_bytes;    /* used before the last painting */
} stack;

/* Volatile, and no more than a loop: it works below its own stack pointer. */
static void paint(void) {
    volatile uint32_t *word = tcnn_stack_pointer();
    while (word > stack.lowest) {
        *--word = PAINT;
    }
}

TCNN_SHARED void tcnn_stack_watch(uint32_t bytes) {
    stack.top = tcnn_stack_pointer();
    stack.lowest = stack.top == NULL ? NULL : stack.top - bytes / sizeof *stack.top;
    stack.most_bytes = 0;
    paint();
}

TCNN_SHARED uint32_t tcnn_stack_used_below(const uint32_t *top) {
    const volatile uint32_t *word = stack.lowest;
    while (word < top && *word == PAINT) {
        word++;
    }
    return word < top ? (uint32_t)(top - word) * (uint32_t)sizeof *word : 0;
}

TCNN_SHARED uint32_t tcnn_stack_used(void) {
    const uint32_t bytes = tcnn_stack_used_below(stack.top);
    return bytes > stack.most_bytes ? bytes : stack.most_bytes;
}

TCNN_SHARED void tcnn_stack_paint(void) {
    stack.most_bytes = tcnn_stack_used();
    paint();
}
