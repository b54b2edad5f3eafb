/*
 * quantize/s8_to_u8.c - QUANTIZE from int8 to uint8, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "quantize.h"

TCNN_SHARED void tcnn_requantize_s8_u8(const tcnn_requantize_params_t *params,
                                       const int8_t *input, uint8_t *output) {
    const tcnn_requantize_params_t *p = params;
    for (int32_t i = 0; i < p->size; i++) {
        const int32_t value =
            tcnn_requantize(input[i] - p->input_zero_point, p->multiplier, p->shift) +
            p->output_zero_point;
        output[i] = (uint8_t)tcnn_clamp(value, 0, UINT8_MAX);
    }
}
