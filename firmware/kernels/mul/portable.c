/*
 * mul/portable.c - MUL, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "broadcast.h"
#include "fixed_point.h"
#include "mul.h"

TCNN_SHARED void tcnn_mul_s8(const tcnn_mul_params_t *params, const int8_t *input1,
                             const int8_t *input2, int8_t *output) {
    const tcnn_mul_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        for (int32_t i = 0; i < b->shape[3]; i++) {
            const int32_t product = (first[i * b->stride1[3]] - p->input1_zero_point) *
                                    (second[i * b->stride2[3]] - p->input2_zero_point);
            const int32_t value = tcnn_requantize(product, p->multiplier, p->shift) +
                                  p->output_zero_point;
            *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
        }
    }
}
