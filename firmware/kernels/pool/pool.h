/*
 * pool.h - MAX_POOL_2D and AVERAGE_POOL_2D
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_POOL_H
#define TCNN_POOL_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    int32_t window_height;
    int32_t window_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t pad_top;
    int32_t pad_left;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_pool_params_t;

/* MAX_POOL_2D; pixels outside the image do not count */
void tcnn_max_pool_2d_s8(const tcnn_pool_params_t *params, const int8_t *input,
                         int8_t *output);

/* The same for Cortex-M with DSP. */
void tcnn_max_pool_2d_s8_dsp(const tcnn_pool_params_t *params, const int8_t *input,
                             int8_t *output);

/* AVERAGE_POOL_2D; pixels outside the image do not count, ties away from zero */
void tcnn_average_pool_2d_s8(const tcnn_pool_params_t *params, const int8_t *input,
                             int8_t *output);

/* The same for Cortex-M with DSP; a window has at most 256 pixels. */
void tcnn_average_pool_2d_s8_dsp(const tcnn_pool_params_t *params, const int8_t *input,
                                 int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_POOL_H */
