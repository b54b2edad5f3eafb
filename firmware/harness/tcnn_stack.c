/*
 * tcnn_stack.c - how much stack is used: paints what lies below and looks what is left
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_stack.h"

#include <stdbool.h>

#define PAINT 0xC5C5C5C5u

/* No deeper: painting takes time, and what runs here needs less. */
#define DEEPEST_BYTES 8192u

#define SPARED_WORDS (TCNN_STACK_SPARED_BYTES / sizeof(uint32_t))

/* Painted at the floor, however deep it lies. */
#define CANARY_WORDS 4u

static struct {
    tcnn_stack_floor_t floor;
    const uint32_t *top;    /* where watching begins */
    const uint32_t *lowest; /* that is painted; NULL: nothing is */
    uint32_t most_bytes;    /* used before the last painting */
    uint32_t *canary;       /* NULL: there is none */
} stack;

/* The lowest word at or above the floor; 0: not known. */
static uintptr_t find_floor(void) {
    const uintptr_t byte = stack.floor == NULL ? 0 : (uintptr_t)stack.floor();
    return (byte + 3u) & ~(uintptr_t)3u;
}

/* Where painting below `start` ends; `start` itself where nothing may be painted. */
static const uint32_t *find_lowest(const uint32_t *start) {
    const uintptr_t floor = find_floor();
    if (floor == 0 || floor >= (uintptr_t)start) {
        return start;
    }
    const bool is_deep = (uintptr_t)start - floor > DEEPEST_BYTES;
    return is_deep ? start - DEEPEST_BYTES / sizeof *start : (const uint32_t *)floor;
}

/* Volatile, and no more than a loop: it works below its own stack pointer. */
static void paint(void) {
    uint32_t *sp = tcnn_stack_pointer();
    stack.lowest = NULL;
    if (sp == NULL) {
        return;
    }
    volatile uint32_t *word = sp - SPARED_WORDS;
    const uint32_t *lowest = find_lowest(sp - SPARED_WORDS);
    if (word > lowest) {
        stack.lowest = lowest;
    }
    while (word > lowest) {
        *--word = PAINT;
    }
}

/* Where a canary can stand: at the floor, unless it is as near as what painting spares;
 * NULL: nowhere. */
static uint32_t *find_canary(void) {
    const uintptr_t floor = find_floor();
    const uintptr_t start = (uintptr_t)tcnn_stack_pointer();
    const bool is_near = floor + 2u * TCNN_STACK_SPARED_BYTES > start;
    return floor == 0 || is_near ? NULL : (uint32_t *)floor;
}

TCNN_SHARED void tcnn_stack_watch(tcnn_stack_floor_t floor) {
    stack.floor = floor;
    stack.top = tcnn_stack_pointer();
    stack.most_bytes = 0;
    stack.canary = find_canary();
    tcnn_stack_mend();
    paint();
}

TCNN_SHARED uint32_t tcnn_stack_room(void) {
    const uintptr_t floor = find_floor();
    const uintptr_t top = (uintptr_t)stack.top;
    return floor != 0 && floor < top ? (uint32_t)(top - floor) : 0;
}

/* A heap that has grown over the canary took its place for good. */
static void forget_lost(void) {
    if ((uintptr_t)stack.canary != find_floor()) {
        stack.canary = NULL;
    }
}

TCNN_SHARED void tcnn_stack_mend(void) {
    forget_lost();
    for (uint32_t i = 0; stack.canary != NULL && i < CANARY_WORDS; i++) {
        ((volatile uint32_t *)stack.canary)[i] = PAINT;
    }
}

TCNN_SHARED tcnn_canary_t tcnn_stack_canary(void) {
    forget_lost();
    if (stack.canary == NULL) {
        return TCNN_CANARY_NONE;
    }
    bool is_alive = true;
    for (uint32_t i = 0; i < CANARY_WORDS; i++) {
        is_alive = is_alive && ((const volatile uint32_t *)stack.canary)[i] == PAINT;
    }
    return is_alive ? TCNN_CANARY_ALIVE : TCNN_CANARY_DEAD;
}

TCNN_SHARED uint32_t tcnn_stack_used_below(const uint32_t *top) {
    const uintptr_t floor = find_floor(); /* a heap may have grown since */
    const volatile uint32_t *word = stack.lowest;
    if (word == NULL) {
        return 0;
    }
    if ((uintptr_t)word < floor) {
        word = (const uint32_t *)floor;
    }
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
