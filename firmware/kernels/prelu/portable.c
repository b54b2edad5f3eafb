/*
 * prelu/portable.c - PRELU, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "broadcast.h"
#include "fixed_point.h"
#include "prelu.h"

TCNN_SHARED void tcnn_prelu_s8(const tcnn_prelu_params_t *params, const int8_t *input,
                               const int8_t *alpha, int8_t *output) {
    const tcnn_prelu_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &alpha[tcnn_row_start(b, b->stride2, row)];
        for (int32_t i = 0; i < b->shape[3]; i++) {
            const int32_t x = first[i * b->stride1[3]] - p->input_zero_point;
            const int32_t slope = second[i * b->stride2[3]] - p->alpha_zero_point;
            const int32_t scaled =
                x >= 0
                    ? tcnn_requantize(x, p->multiplier, p->shift)
                    : tcnn_requantize(x * slope, p->alpha_multiplier, p->alpha_shift);
            *output++ =
                (int8_t)tcnn_clamp(scaled + p->output_zero_point, INT8_MIN, INT8_MAX);
        }
    }
}
