/*
 * squared_difference/portable.c - SQUARED_DIFFERENCE, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "broadcast.h"
#include "fixed_point.h"
#include "squared_difference.h"

/* A term on the scale that both share, with 7 bits of headroom: within 16,320, so that
 * the square of a difference fits 32 bits. */
static int32_t rescale(int32_t value, int32_t multiplier, int32_t shift) {
    return tcnn_requantize(value * (1 << 7), multiplier, shift);
}

TCNN_SHARED void
tcnn_squared_difference_s8(const tcnn_squared_difference_params_t *params,
                           const int8_t *input1, const int8_t *input2, int8_t *output) {
    const tcnn_squared_difference_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        for (int32_t i = 0; i < b->shape[3]; i++) {
            const int32_t difference =
                rescale(first[i * b->stride1[3]] - p->input1_zero_point,
                        p->input1_multiplier, p->input1_shift) -
                rescale(second[i * b->stride2[3]] - p->input2_zero_point,
                        p->input2_multiplier, p->input2_shift);
            const int32_t value =
                tcnn_requantize(difference * difference, p->output_multiplier,
                                p->output_shift) +
                p->output_zero_point;
            *output++ = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
        }
    }
}
