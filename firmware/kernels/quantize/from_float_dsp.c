/*
 * quantize/from_float_dsp.c - QUANTIZE from float32, by multiplication
 * SPDX-License-Identifier: Apache-2.0
 *
 * A product with 1 / scale differs from the quotient by less than 3 parts of 2^24, so
 * by less than 8 of 65,536ths up to 512. Only close to a half is there a division.
 */
#include "dsp.h"

#include "nearest.h"
#include "quantize.h"

#define NEAR 16 /* 65,536ths */

/* 65,536ths, towards zero; beyond 32 bits, the nearest of 32 bits. */
static inline int32_t count_parts(float value) {
#if TCNN_DSP && defined(__ARM_FP)
    int32_t parts;
    __asm__("vcvt.s32.f32 %1, %1, #16\n\tvmov %0, %1" : "=r"(parts), "+t"(value));
    return parts;
#else
    const float least = value < -1000.0f ? -1000.0f : value;
    return (int32_t)((least > 1000.0f ? 1000.0f : least) * 65536.0f);
#endif
}

TCNN_APART static int32_t divide(float value, float scale) {
    return tcnn_nearest(value / scale);
}

TCNN_SHARED void tcnn_quantize_f32_s8_dsp(const tcnn_affine_params_t *params,
                                          const float *input, int8_t *output) {
    const float scale = params->scale; /* outputs may lie over them for all C knows */
    const float factor = 1.0f / scale;
    const int32_t zero_point = params->zero_point;
    TCNN_ROLLED
    for (int32_t i = params->size; i > 0; i--) {
        const float value = *input++;
        const int32_t parts = count_parts(value * factor);
        int32_t nearest = ((parts >> 15) + 1) >> 1;
        if (((uint32_t)(parts + NEAR - 32768) & 0xFFFFu) <= 2 * NEAR) {
            nearest = divide(value, scale);
        }
        *output++ = tcnn_saturate_8(nearest + zero_point);
    }
}
