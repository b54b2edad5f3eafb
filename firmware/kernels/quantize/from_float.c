/*
 * quantize/from_float.c - QUANTIZE from float32, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "quantize.h"

/* Nearest integer, ties away from zero; values beyond int8 need not be exact. */
static int32_t round_to_int(float value) {
    if (value > 1000.0f) {
        return 1000;
    }
    if (value < -1000.0f) {
        return -1000;
    }
    const int32_t whole = (int32_t)value;
    const float rest = value - (float)whole;
    return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}

TCNN_SHARED void tcnn_quantize_f32_s8(const tcnn_affine_params_t *params,
                                      const float *input, int8_t *output) {
    const tcnn_affine_params_t *p = params;
    for (int32_t i = 0; i < p->size; i++) {
        const int32_t value = round_to_int(input[i] / p->scale) + p->zero_point;
        output[i] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
    }
}
