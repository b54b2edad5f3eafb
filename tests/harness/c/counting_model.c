/*
 * counting_model.c - a model for tests: output = input + 1, then how often it ran
 * SPDX-License-Identifier: Apache-2.0
 *
 * INPUT_BYTES sets the size of its input; the output has the input's first four bytes,
 * each plus one, and the number of runs as four bytes, little endian. It takes STEPS
 * steps, of which the last two work. With FED the input is fed, and lies elsewhere.
 */
#include "tcnn/tcnn.h"

#ifndef STEPS
#define STEPS 2
#endif

#ifndef INPUT_BYTES
#define INPUT_BYTES 4
#endif

#define OUTPUT_OFFSET ((INPUT_BYTES + 15) / 16 * 16)
#define OUTPUT_BYTES 8
#define CANARY_BYTES 32

/* The arena lies between two canaries; a run with a dead canary answers with zeros. */
static struct {
    uint8_t before[CANARY_BYTES];
    TCNN_ALIGN(16) uint8_t arena[OUTPUT_OFFSET + OUTPUT_BYTES];
    uint8_t after[CANARY_BYTES];
} memory;

static uint32_t runs;

#ifdef FED
static uint8_t fed[INPUT_BYTES];

static void counting_feed(uint8_t *arena, const int8_t *bytes, uint32_t offset,
                          uint32_t size) {
    (void)arena;
    for (uint32_t i = 0; i < size; i++) {
        fed[offset + i] = (uint8_t)bytes[i];
    }
}
#else
#define fed arena
#define counting_feed 0
#endif

static int canaries_live(void) {
    for (int i = 0; i < CANARY_BYTES; i++) {
        if (memory.before[i] != 0 || memory.after[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static void counting_step(uint8_t *arena, uint32_t number) {
    uint8_t *output = arena + OUTPUT_OFFSET;
    if (number == STEPS - 2) {
        for (uint32_t i = 0; i < 4; i++) {
            output[i] = canaries_live() ? (uint8_t)(fed[i] + 1u) : 0;
        }
    } else if (number == STEPS - 1) {
        runs++;
        for (uint32_t i = 0; i < 4; i++) {
            output[4 + i] = (uint8_t)(runs >> (8u * i));
        }
    }
}

static void counting_invoke(uint8_t *arena) {
    for (uint32_t number = 0; number < STEPS; number++) {
        counting_step(arena, number);
    }
}

static const tcnn_tensor_t input = {.dtype = TCNN_INT8,
                                    .rank = 2,
                                    .shape = {1, INPUT_BYTES},
                                    .scale = 0.5f,
                                    .zero_point = -3,
                                    .offset = 0,
                                    .bytes = INPUT_BYTES};
static const tcnn_tensor_t output = {.dtype = TCNN_INT8,
                                     .rank = 2,
                                     .shape = {1, OUTPUT_BYTES},
                                     .scale = 1.0f,
                                     .zero_point = 0,
                                     .offset = OUTPUT_OFFSET,
                                     .bytes = OUTPUT_BYTES};

extern const tcnn_model_t counting_model;
const tcnn_model_t counting_model = {
    .name = "counting",
    .generator = "tests",
    .numerics = "none",
    .sha256 = {0xC0, 0x01, 0xD0, 0x0D},
    .arena = memory.arena,
    .arena_bytes = sizeof memory.arena,
    .input_count = 1,
    .inputs = &input,
    .output_count = 1,
    .outputs = &output,
    .invoke = counting_invoke,
    .steps = STEPS,
    .step = counting_step,
    .feed = counting_feed,
};
