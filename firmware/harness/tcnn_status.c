/*
 * tcnn_status.c - what the device watches beside its work, and tells in STATUS
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_status.h"

#include <stddef.h>
#include <string.h>

#include "tcnn_packet.h"
#include "tcnn_stack.h"

#define MOST_GUARDS 8u

#define PAINT 0xA59C3E71u
/* A shorter run of it may be an activation's. */
#define LEAST_PAINTED_WORDS 4u

/* Odd, so that any byte that changes changes the sum. */
#define FIRST_WEIGHT 0x9E3779B1u
#define NEXT_WEIGHT 0x3C6EF362u

/* Small matters here, not fast. */
#if defined(__clang__)
#define SMALL __attribute__((noinline, minsize))
#elif defined(__GNUC__)
#define SMALL __attribute__((noinline))
#else
#define SMALL
#endif

typedef enum { UNSEALED = 0, ASKED, SEALED } seal_t;

static struct {
    const tcnn_model_t *model;
    uint32_t arena_bytes; /* there are, before TFLite Micro says what it uses */
    tcnn_guard_t *guards[MOST_GUARDS];
    uint32_t guard_count;
    uint32_t counts[TCNN_COUNTS];
    uint64_t uptime_us;
    uint32_t ticked_us;
    uint8_t causes;
    seal_t rest; /* of the arena without the inputs */
    seal_t inputs;
    uint32_t rest_sum;
    uint32_t inputs_sum;
} status;

static const uint8_t whole[TCNN_GUARD_BYTES] = {
    0x5A, 0x85, 0xB0, 0xDB, 0x06, 0x31, 0x5C, 0x87,
    0xB2, 0xDD, 0x08, 0x33, 0x5E, 0x89, 0xB4, 0xDF,
};

static void write_guard(uint8_t *guard) { memcpy(guard, whole, sizeof whole); }

static bool guard_lives(const uint8_t *guard) {
    return memcmp(guard, whole, sizeof whole) == 0;
}

static uint8_t *arena_end(void) { return status.model->arena + status.arena_bytes; }

static bool has_arena_guards(void) {
    return status.model->guard_bytes >= TCNN_GUARD_BYTES;
}

SMALL static void write_guards(void) {
    if (has_arena_guards()) {
        write_guard(status.model->arena - TCNN_GUARD_BYTES);
        write_guard(arena_end());
    }
    for (uint32_t i = 0; i < status.guard_count; i++) {
        write_guard(status.guards[i]->bytes);
    }
}

/* All that is whole words. */
SMALL static void paint_arena(void) {
    uint32_t *words = (uint32_t *)(void *)status.model->arena;
    for (uint32_t i = 0; i < status.arena_bytes / sizeof *words; i++) {
        words[i] = PAINT;
    }
}

/* Bytes of the arena but those of the longest run that is still painted: TFLite Micro
 * works from both ends of it. */
SMALL static uint32_t count_written(void) {
    const uint32_t *words = (const uint32_t *)(const void *)status.model->arena;
    uint32_t run = 0;
    uint32_t longest = 0;
    for (uint32_t i = 0; i < status.arena_bytes / sizeof *words; i++) {
        run = words[i] == PAINT ? run + 1u : 0;
        longest = run > longest ? run : longest;
    }
    longest = longest < LEAST_PAINTED_WORDS ? 0 : longest;
    return status.arena_bytes - longest * (uint32_t)sizeof *words;
}

/* A sum of `size` bytes of the arena that tells where each of them lies. */
SMALL static uint32_t weigh(uint32_t offset, uint32_t size) {
    uint32_t weight = FIRST_WEIGHT + NEXT_WEIGHT * offset;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < size; i++, weight += NEXT_WEIGHT) {
        sum += weight * status.model->arena[offset + i];
    }
    return sum;
}

SMALL static uint32_t weigh_inputs(void) {
    uint32_t sum = 0;
    const uint32_t count = status.model->feed == NULL ? status.model->input_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const tcnn_tensor_t *input = &status.model->inputs[i];
        sum += weigh(input->offset, input->bytes);
    }
    return sum;
}

static uint8_t judge_seals(void) {
    if (status.rest != SEALED) {
        return 0;
    }
    const uint32_t inputs = weigh_inputs();
    const uint32_t rest = weigh(0, status.arena_bytes) - inputs;
    uint32_t flags = TCNN_SEAL_REST;
    if (rest != status.rest_sum) {
        flags |= TCNN_SEAL_REST_BROKEN;
    }
    if (status.inputs == SEALED) {
        flags |= TCNN_SEAL_INPUTS;
        if (inputs != status.inputs_sum) {
            flags |= TCNN_SEAL_INPUTS_BROKEN;
        }
    }
    return (uint8_t)flags;
}

/* Bits of the guards that are watched; of those that are dead, too, in *dead. */
SMALL static uint16_t judge_guards(uint32_t *dead) {
    uint32_t watched = 0;
    *dead = 0;
    if (has_arena_guards()) {
        watched = TCNN_GUARD_BEFORE_ARENA | TCNN_GUARD_BEHIND_ARENA;
        const uint8_t *before = status.model->arena - TCNN_GUARD_BYTES;
        *dead |= guard_lives(before) ? 0u : (uint32_t)TCNN_GUARD_BEFORE_ARENA;
        *dead |= guard_lives(arena_end()) ? 0u : (uint32_t)TCNN_GUARD_BEHIND_ARENA;
    }
    for (uint32_t i = 0; i < status.guard_count; i++) {
        const uint32_t bit = (uint32_t)TCNN_GUARD_BUFFERS << i;
        watched |= bit;
        *dead |= guard_lives(status.guards[i]->bytes) ? 0u : bit;
    }
    const tcnn_canary_t canary = tcnn_stack_canary();
    watched |= canary == TCNN_CANARY_NONE ? 0u : (uint32_t)TCNN_GUARD_STACK;
    *dead |= canary == TCNN_CANARY_DEAD ? (uint32_t)TCNN_GUARD_STACK : 0u;
    return (uint16_t)watched;
}

TCNN_SHARED void tcnn_status_watch(const tcnn_model_t *model, uint8_t causes) {
    status.model = model;
    status.arena_bytes = model->arena_bytes;
    status.guard_count = 0;
    status.causes = causes;
    status.uptime_us = 0;
    status.ticked_us = tcnn_port_micros();
    status.rest = status.inputs = UNSEALED;
    for (uint32_t i = 0; i < TCNN_COUNTS; i++) {
        status.counts[i] = 0;
    }
    write_guards();
    paint_arena();
}

TCNN_SHARED void tcnn_status_guard(tcnn_guard_t *guard) {
    if (status.guard_count < MOST_GUARDS) {
        write_guard(guard->bytes);
        status.guards[status.guard_count++] = guard;
    }
}

TCNN_SHARED void tcnn_status_count(tcnn_count_t what) { status.counts[what]++; }

TCNN_SHARED void tcnn_status_tick(uint32_t now_us) {
    status.uptime_us += (uint32_t)(now_us - status.ticked_us);
    status.ticked_us = now_us;
}

TCNN_SHARED void tcnn_status_take(void) {
    if (status.inputs == SEALED) {
        status.inputs = UNSEALED;
    }
    if (status.model->feed != NULL && status.rest == SEALED) {
        status.rest = UNSEALED; /* what is fed is computed with at once */
    }
}

TCNN_SHARED void tcnn_status_ran(void) {
    const seal_t seal = status.rest == ASKED ? SEALED : UNSEALED;
    if (seal == SEALED) {
        status.inputs_sum = weigh_inputs();
        status.rest_sum = weigh(0, status.arena_bytes) - status.inputs_sum;
    }
    status.rest = status.inputs = seal;
}

TCNN_SHARED void tcnn_status_put(uint8_t *to, uint32_t actions) {
    const tcnn_model_t *model = status.model;
    uint32_t dead;
    tcnn_status_tick(tcnn_port_micros());
    if ((actions & TCNN_STATUS_PAINT) != 0 && model->start == NULL) {
        paint_arena();
        status.rest = status.inputs = UNSEALED;
    }
    const uint8_t seals = judge_seals();
    if ((actions & TCNN_STATUS_MEND) != 0) {
        write_guards();
        tcnn_stack_mend();
    }
    if ((actions & TCNN_STATUS_SEAL) != 0) {
        status.rest = status.inputs = ASKED;
    }
    tcnn_put_u32(to, model->arena_bytes);
    tcnn_put_u32(to + 4, status.arena_bytes);
    tcnn_put_u32(to + 8, count_written());
    tcnn_put_u32(to + 12, tcnn_stack_used());
    tcnn_put_u32(to + 16, tcnn_stack_room());
    tcnn_put_u16(to + 20, judge_guards(&dead));
    tcnn_put_u16(to + 22, (uint16_t)dead);
    to[24] = status.causes;
    to[25] = seals;
    tcnn_put_u32(to + 26, (uint32_t)(status.uptime_us & UINT32_MAX));
    tcnn_put_u32(to + 30, (uint32_t)(status.uptime_us >> 32));
    for (uint32_t i = 0; i < TCNN_COUNTS; i++) {
        tcnn_put_u32(to + 34 + 4 * i, status.counts[i]);
    }
}
