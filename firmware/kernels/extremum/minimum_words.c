/*
 * extremum/minimum_words.c - MINIMUM, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "extremum_words.h"

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    (void)params;
    tcnn_choose_row(b, first, second, output, tcnn_smallest_bytes);
}

TCNN_SHARED void tcnn_minimum_s8_dsp(const tcnn_broadcast_t *params,
                                     const int8_t *input1, const int8_t *input2,
                                     int8_t *output) {
    tcnn_compute_rows(params, input1, input2, output, NULL, compute);
}
