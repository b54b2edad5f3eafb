/*
 * wild.ino - serves the model net with one fault, which a test picks in the image
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "src/net_model.h"
#include "src/tcnn/harness.h"

extern "C" {

/* "PLAN", then the fault; never optimised to a number. */
extern const volatile uint32_t planted[2];
const volatile uint32_t planted[2] = {0x4E414C50u, 0};

extern char image_stack_floor[];
extern char image_stack_top[];

/* Of a stack of 1,024 bytes. */
const void *near_floor(void) { return image_stack_top - 1024; }
}

static tcnn_model_t model;
static uint32_t runs;
static uint32_t polls;
static uint32_t latest_us;
static uint8_t last;

/* Twice the bytes of that stack, and all of them written. */
__attribute__((noinline)) static uint32_t use_stack(uint32_t value) {
    volatile uint32_t words[512];
    for (uint32_t i = 0; i < 512; i++) {
        words[i] = value + i;
    }
    return words[value % 512];
}

static uint32_t recurse(uint32_t depth) {
    volatile uint32_t words[512];
    words[depth] = depth == 0 ? 0 : recurse(depth - 1);
    return words[depth] + 1;
}

static void run(uint8_t *arena) {
    uint8_t *output = arena + model.outputs->offset;
    const uint8_t first = arena[model.inputs->offset];
    uint8_t before = 0;
    for (uint32_t i = 0; i < model.inputs->offset; i++) {
        before ^= arena[i];
    }
    net_invoke(arena);
    runs++;
    switch (planted[1]) {
    case 1:
        net_memory.behind[15] ^= runs == 9;
        break;
    case 2:
        net_memory.before[0] = 1;
        break;
    case 5:
        output[0] ^= last;
        last = first;
        break;
    case 6:
        output[0] ^= before & 1;
        break;
    case 7:
        output[0] ^= use_stack(runs) == 0;
        break;
    case 8:
        output[0] ^= runs == 10 && recurse(40) == 0;
        break;
    case 11:
        output[0] ^= tcnn_port_micros() > 3600000000u;
        break;
    case 12:
        output[0] ^= tcnn_port_micros() < latest_us;
        latest_us = tcnn_port_micros();
        break;
    default:
        break;
    }
}

void setup(void) {
    memcpy(&model, &net_model, sizeof model);
    model.invoke = run;
    tcnn_harness_init(&model);
}

/* Between two runs: another value each time, or always the same one. */
void loop(void) {
    tcnn_harness_poll();
    if (planted[1] == 3) {
        net_arena[NET_ARENA_BYTES / 2] ^= (uint8_t)(1u << (++polls % 8));
    }
    if (planted[1] == 4) {
        net_arena[model.outputs->offset] = 0x99;
    }
}
