/*
 * convolution.h - what all convolutions are told
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_CONVOLUTION_H
#define TCNN_CONVOLUTION_H

#include "tcnn.h"

/* CONV_2D and DEPTHWISE_CONV_2D. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t output_channels;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t dilation_height;
    int32_t dilation_width;
    int32_t pad_top;
    int32_t pad_left;
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t clamp_min;
    int32_t clamp_max;
    const int32_t *multiplier; /* one an output channel */
    const int8_t *shift;       /* one an output channel */
} tcnn_conv_2d_params_t;

#endif /* TCNN_CONVOLUTION_H */
