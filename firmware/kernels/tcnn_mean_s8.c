/*
 * tcnn_mean_s8.c - MEAN, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "kernels.h"

void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                  int8_t *output) {
    const tcnn_mean_params_t *p = params;
    for (int32_t outer = 0; outer < p->outer; outer++) {
        for (int32_t inner = 0; inner < p->inner; inner++) {
            const int8_t *x = &input[outer * p->count * p->inner + inner];
            int32_t sum = -p->input_zero_point * p->count;
            for (int32_t i = 0; i < p->count; i++) {
                sum += x[i * p->inner];
            }
            const int32_t value =
                tcnn_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
            *output++ = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
        }
    }
}
