/*
 * convolution.h - what all convolutions are told
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_CONVOLUTION_H
#define TCNN_CONVOLUTION_H

#include "tcnn.h"

/* CONV_2D and DEPTHWISE_CONV_2D. */
typedef struct {
    int32_t input_height;    /* rows; 1 or more */
    int32_t input_width;     /* pixels of a row; 1 or more */
    int32_t input_channels;  /* 1 or more */
    int32_t output_height;   /* rows; 1 or more */
    int32_t output_width;    /* pixels of a row; 1 or more */
    int32_t output_channels; /* 1 or more */
    int32_t kernel_height;   /* rows of the window; 1 or more */
    int32_t kernel_width;    /* pixels of a row of it; 1 or more */
    int32_t stride_height;   /* rows from window to window; 1 or more */
    int32_t stride_width;    /* pixels from window to window; 1 or more */
    int32_t dilation_height; /* rows from tap to tap; 1 or more, 1: side by side */
    int32_t dilation_width;  /* pixels from tap to tap; 1 or more, 1: side by side */
    /* rows before the first (TRANSPOSE_CONV: cut off); 0 or more, 0: none */
    int32_t pad_top;
    int32_t pad_left;          /* the same for pixels of a row; 0 or more, 0: none */
    int32_t input_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;         /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;         /* largest output; clamp_min to 127, 127: any */
    const int32_t *multiplier; /* Q0.31, one an output channel, 0 or more; never NULL */
    const int8_t *shift;       /* bits to the left, likewise, -31 to 30; never NULL */
} tcnn_conv_2d_params_t;

/* Convolutions by one window at a time, for Cortex-M with DSP. */
typedef struct {
    int32_t input_height;    /* rows; 1 or more */
    int32_t input_width;     /* pixels of a row; 1 or more */
    int32_t input_channels;  /* 1 or more */
    int32_t output_height;   /* rows; 1 or more */
    int32_t output_width;    /* pixels of a row; 1 or more */
    int32_t output_channels; /* 1 or more */
    int32_t kernel_height;   /* rows of the window; 1 or more */
    int32_t kernel_width;    /* pixels of a row of it; 1 or more */
    int32_t stride_height;   /* rows from window to window; 1 or more */
    int32_t stride_width;    /* pixels from window to window; 1 or more */
    int32_t dilation_height; /* rows from tap to tap; 1 or more, 1: side by side */
    int32_t dilation_width;  /* pixels from tap to tap; 1 or more, 1: side by side */
    /* rows before the first (TRANSPOSE_CONV: cut off); 0 or more, 0: none */
    int32_t pad_top;
    int32_t pad_left;         /* the same for pixels of a row; 0 or more, 0: none */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
} tcnn_window_shape_t;

#endif /* TCNN_CONVOLUTION_H */
