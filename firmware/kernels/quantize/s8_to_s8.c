/*
 * quantize/s8_to_s8.c - QUANTIZE from int8 to int8, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "quantize.h"

TCNN_SHARED void tcnn_requantize_s8_s8(const tcnn_requantize_params_t *params,
                                       const int8_t *input, int8_t *output) {
    const tcnn_requantize_params_t *p = params;
    for (int32_t i = 0; i < p->size; i++) {
        const int32_t value =
            tcnn_requantize(input[i] - p->input_zero_point, p->multiplier, p->shift) +
            p->output_zero_point;
        output[i] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
    }
}
