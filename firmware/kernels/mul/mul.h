/*
 * mul.h - MUL
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_MUL_H
#define TCNN_MUL_H

#include "broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    int32_t input1_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t input2_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t multiplier;         /* Q0.31, 0 or more; 0: all becomes the zero point */
    int32_t shift;              /* bits to the left, -31 to 30; 0: none */
    int32_t clamp_min;          /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;          /* largest output; clamp_min to 127, 127: any */
} tcnn_mul_params_t;

/* MUL; `output` may be an input of its shape */
void tcnn_mul_s8(const tcnn_mul_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    int32_t input1_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t input2_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t multiplier;         /* Q0.31, 2^30 or more */
    int32_t right;              /* bits to the right behind it, 1 to 22 */
    int32_t clamp_min;          /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;          /* largest output; clamp_min to 127, 127: any */
} tcnn_mul_dsp_params_t;

/* The same for Cortex-M with DSP, of a multiplier below 1/2. */
void tcnn_mul_s8_dsp(const tcnn_mul_dsp_params_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_MUL_H */
