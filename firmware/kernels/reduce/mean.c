/*
 * reduce/mean.c - MEAN and SUM, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "reduce.h"

/* Sum over the reduced dimensions of (input - zero_point). */
static int32_t reduce(const tcnn_mean_params_t *p, const int8_t *input) {
    const int32_t *size = p->loops.reduced_size;
    const int32_t *stride = p->loops.reduced_stride;
    int32_t sum = 0;
    for (int32_t i = 0; i < size[0]; i++) {
        for (int32_t j = 0; j < size[1]; j++) {
            for (int32_t k = 0; k < size[2]; k++) {
                sum += input[i * stride[0] + j * stride[1] + k * stride[2]] -
                       p->input_zero_point;
            }
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                              int8_t *output) {
    const tcnn_mean_params_t *p = params;
    const int32_t *size = p->loops.kept_size;
    const int32_t *stride = p->loops.kept_stride;
    for (int32_t i = 0; i < size[0]; i++) {
        for (int32_t j = 0; j < size[1]; j++) {
            for (int32_t k = 0; k < size[2]; k++) {
                const int8_t *x = &input[i * stride[0] + j * stride[1] + k * stride[2]];
                const int32_t value =
                    tcnn_requantize(reduce(p, x), p->multiplier, p->shift) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
            }
        }
    }
}
