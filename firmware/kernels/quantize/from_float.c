/*
 * quantize/from_float.c - QUANTIZE from float32, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "quantize.h"

/* Nearest integer, ties away from zero; values beyond int8 need not be exact. Halves
 * are among the 65,536ths that the conversion keeps. */
static int32_t round_to_int(float value) {
    const float least = value < -1000.0f ? -1000.0f : value;
    const int32_t parts = (int32_t)((least > 1000.0f ? 1000.0f : least) * 65536.0f);
    return (parts + 32768 + (parts >> 31)) >> 16;
}

TCNN_SHARED void tcnn_quantize_f32_s8(const tcnn_affine_params_t *params,
                                      const float *input, int8_t *output) {
    const float scale = params->scale; /* outputs may lie over them for all C knows */
    const int32_t zero_point = params->zero_point, size = params->size;
    for (int32_t i = 0; i < size; i++) {
        const int32_t value = round_to_int(input[i] / scale) + zero_point;
        output[i] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
    }
}
