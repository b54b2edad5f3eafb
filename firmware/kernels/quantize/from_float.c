/*
 * quantize/from_float.c - QUANTIZE from float32, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "nearest.h"
#include "quantize.h"

TCNN_SHARED void tcnn_quantize_f32_s8(const tcnn_affine_params_t *params,
                                      const float *input, int8_t *output) {
    const float scale = params->scale; /* outputs may lie over them for all C knows */
    const int32_t zero_point = params->zero_point, size = params->size;
    for (int32_t i = 0; i < size; i++) {
        const int32_t value = tcnn_nearest(input[i] / scale) + zero_point;
        output[i] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
    }
}
