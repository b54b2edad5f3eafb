/*
 * move/portable.c - a tensor to another place in the arena
 * SPDX-License-Identifier: Apache-2.0
 *
 * By blocks of four words, as the memmove of small C libraries goes byte by byte.
 */
#include <string.h>

#include "dsp.h"

#include "move.h"

#define BLOCK 16

/* All of it is read before it is written. */
static inline void move_block(int8_t *to, const int8_t *from) {
    const uint32_t a = tcnn_load_4(&from[0]), b = tcnn_load_4(&from[4]);
    const uint32_t c = tcnn_load_4(&from[8]), d = tcnn_load_4(&from[12]);
    tcnn_store_4(&to[0], a);
    tcnn_store_4(&to[4], b);
    tcnn_store_4(&to[8], c);
    tcnn_store_4(&to[12], d);
}

TCNN_SHARED void tcnn_move_s8(const tcnn_move_params_t *params, const int8_t *input,
                              int8_t *output) {
    const int32_t rest = params->size % BLOCK, end = params->size - rest;
    if (output < input) {
        for (int32_t i = 0; i < end; i += BLOCK) {
            move_block(&output[i], &input[i]);
        }
        memmove(&output[end], &input[end], (size_t)rest);
    } else {
        memmove(&output[end], &input[end], (size_t)rest);
        for (int32_t i = end; i > 0; i -= BLOCK) {
            move_block(&output[i - BLOCK], &input[i - BLOCK]);
        }
    }
}
