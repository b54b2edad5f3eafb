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

TCNN_SHARED void tcnn_move_s8(const tcnn_move_params_t *params, const int8_t *input,
                              int8_t *output) {
    const int32_t rest = params->size % BLOCK, end = params->size - rest;
    if (output < input) {
        for (int32_t i = 0; i < end; i += BLOCK) {
            tcnn_move_16(&output[i], &input[i]);
        }
        memmove(&output[end], &input[end], (size_t)rest);
    } else {
        memmove(&output[end], &input[end], (size_t)rest);
        for (int32_t i = end; i > 0; i -= BLOCK) {
            tcnn_move_16(&output[i - BLOCK], &input[i - BLOCK]);
        }
    }
}
