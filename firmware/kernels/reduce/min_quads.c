/*
 * reduce/min_quads.c - REDUCE_MIN, by words
 * SPDX-License-Identifier: Apache-2.0
 */
#include "extreme_quads.h"

static uint32_t find_four(const void *state, const tcnn_reduce_params_t *loops,
                          const int8_t *input) {
    (void)state;
    return tcnn_extreme_of_words(loops, input, tcnn_smallest_bytes);
}

static int32_t find_one(const void *state, const tcnn_reduce_params_t *loops,
                        const int8_t *input) {
    (void)state;
    return tcnn_extreme_of_bytes(loops, input, tcnn_smallest_bytes);
}

TCNN_SHARED void tcnn_reduce_min_s8_dsp(const tcnn_reduce_params_t *params,
                                        const int8_t *input, int8_t *output) {
    tcnn_reduce_quads(params, input, output, NULL, find_four, find_one);
}
