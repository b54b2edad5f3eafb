/*
 * depthwise_conv_2d.h - DEPTHWISE_CONV_2D
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_DEPTHWISE_CONV_2D_H
#define TCNN_DEPTHWISE_CONV_2D_H

#include "convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weights: [kernel row][kernel column][output channel]; the depth multiplier is
 * output_channels / input_channels */
void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                               const int8_t *weights, const int32_t *bias,
                               int8_t *output);

/* DEPTHWISE_CONV_2D for Cortex-M with DSP: 3x3, depth multiplier 1. */
typedef struct {
    int32_t input_height;     /* rows; 1 or more */
    int32_t input_width;      /* pixels of a row; 1 or more */
    int32_t channels;         /* 1 or more, of input and output */
    int32_t output_height;    /* rows; 1 or more */
    int32_t output_width;     /* pixels of a row; 1 or more */
    int32_t pad_top;          /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;         /* pixels before the first of a row; 0 or more, 0: none */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    /* 1: sums are scaled for one shift of all channels; 0: each has its own */
    int32_t fixed_shift;
} tcnn_depthwise_dsp_params_t;

/* Stride 1.
 * weights: 9 words a channel, see depthwise_rows.h
 * scratch: a word for each channel of each of output_width + 2 columns */
void tcnn_depthwise_conv_2d_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                   const int8_t *input, const int32_t *weights,
                                   uint8_t *scratch, int8_t *output);

/* Stride 2; the same weights.
 * scratch: 3 words for each two channels of each of output_width + 1 pairs of columns,
 * and the bytes of two pixels */
void tcnn_depthwise_conv_2d_stride_2_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                            const int8_t *input, const int32_t *weights,
                                            uint8_t *scratch, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_DEPTHWISE_CONV_2D_H */
