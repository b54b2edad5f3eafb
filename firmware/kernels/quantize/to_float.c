/*
 * quantize/to_float.c - DEQUANTIZE to float32, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "quantize.h"

TCNN_SHARED void tcnn_dequantize_s8_f32(const tcnn_affine_params_t *params,
                                        const int8_t *input, float *output) {
    const tcnn_affine_params_t *p = params;
    for (int32_t i = 0; i < p->size; i++) {
        output[i] = p->scale * (float)(input[i] - p->zero_point);
    }
}
