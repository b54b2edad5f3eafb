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
    int32_t input_height;  /* rows; 1 or more */
    int32_t input_width;   /* pixels of a row; 1 or more */
    int32_t channels;      /* 1 or more, of input and output */
    int32_t output_height; /* rows; 1 or more */
    int32_t output_width;  /* pixels of a row; 1 or more */
    int32_t window_height; /* rows; 1 or more */
    int32_t window_width;  /* pixels of a row of it; 1 or more */
    int32_t stride_height; /* rows from window to window; 1 or more */
    int32_t stride_width;  /* pixels from window to window; 1 or more */
    int32_t pad_top;       /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;      /* pixels before the first of a row; 0 or more, 0: none */
    int32_t clamp_min;     /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;     /* largest output; clamp_min to 127, 127: any */
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
