/*
 * quantize.h - QUANTIZE and DEQUANTIZE
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_QUANTIZE_H
#define TCNN_QUANTIZE_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t size;       /* elements; 1 or more */
    float scale;        /* above 0: real = scale * (value - zero_point) */
    int32_t zero_point; /* -128 to 127: the value that stands for 0 */
} tcnn_affine_params_t;

/* QUANTIZE, float32 to int8; ties away from zero */
void tcnn_quantize_f32_s8(const tcnn_affine_params_t *params, const float *input,
                          int8_t *output);

/* The same for Cortex-M with DSP; `scale` from 2^-100 to 2^100 */
void tcnn_quantize_f32_s8_dsp(const tcnn_affine_params_t *params, const float *input,
                              int8_t *output);

/* DEQUANTIZE, int8 to float32 */
void tcnn_dequantize_s8_f32(const tcnn_affine_params_t *params, const int8_t *input,
                            float *output);

typedef struct {
    int32_t size;              /* elements; 1 or more */
    int32_t input_zero_point;  /* -128 to 255: the value that stands for 0 */
    int32_t output_zero_point; /* -128 to 255: the value that stands for 0 */
    int32_t multiplier;        /* Q0.31, 0 or more; 0: all becomes the zero point */
    int32_t shift;             /* bits to the left, -31 to 30; 0: none */
} tcnn_requantize_params_t;

/* QUANTIZE between 8-bit types: s8 is int8, u8 is uint8 */
void tcnn_requantize_s8_s8(const tcnn_requantize_params_t *params, const int8_t *input,
                           int8_t *output);
void tcnn_requantize_u8_s8(const tcnn_requantize_params_t *params, const uint8_t *input,
                           int8_t *output);
void tcnn_requantize_s8_u8(const tcnn_requantize_params_t *params, const int8_t *input,
                           uint8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_QUANTIZE_H */
