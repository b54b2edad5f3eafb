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
    /* channels that share a strip; 1 to channels, fewer than all are a multiple of 4,
     * as all are: then a channel's outputs are written before others' inputs are read
     */
    int32_t channels_at_once;
} tcnn_depthwise_dsp_params_t;

/* Stride 1.
 * weights: 9 words a channel, see depthwise_rows.h
 * scratch: a word for each of channels_at_once of each of output_width + 2 columns, and
 * if these are not all, two rows of outputs of them */
void tcnn_depthwise_conv_2d_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                   const int8_t *input, const int32_t *weights,
                                   uint8_t *scratch, int8_t *output);

/* Stride 2; the same weights.
 * scratch: 3 words for each two of channels_at_once of each of output_width + 1 pairs
 * of columns, and the bytes of a pixel and of channels_at_once */
void tcnn_depthwise_conv_2d_stride_2_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                            const int8_t *input, const int32_t *weights,
                                            uint8_t *scratch, int8_t *output);

/* DEPTHWISE_CONV_2D for Cortex-M with DSP: any window, any depth multiplier. */
typedef struct {
    int32_t input_height;     /* rows; 1 or more */
    int32_t input_width;      /* pixels of a row; 1 or more */
    int32_t input_channels;   /* 1 or more */
    int32_t output_height;    /* rows; 1 or more */
    int32_t output_width;     /* pixels of a row; 1 or more */
    int32_t depth_multiplier; /* output channels for each input channel; 1 or more */
    int32_t kernel_height;    /* rows of the window; 1 or more */
    int32_t kernel_width;     /* pixels of a row of it; 1 or more */
    int32_t stride_height;    /* rows from window to window; 1 or more */
    int32_t stride_width;     /* pixels from window to window; 1 or more */
    int32_t dilation_height;  /* rows from tap to tap; 1 or more, 1: side by side */
    int32_t dilation_width;   /* pixels from tap to tap; 1 or more, 1: side by side */
    int32_t pad_top;          /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;         /* pixels before the first of a row; 0 or more, 0: none */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    /* rows of outputs that share what is gathered; 1 or more, 1: with a stride of
     * columns and a dilation of rows */
    int32_t rows_at_once;
} tcnn_depthwise_planes_params_t;

/* weights: for each output channel
 *   sum to start from, multiplier, offset, shift of sums to the left, and of the
 * product to the right: 0 if it is rounded once, by the shift that depthwise_rows.h
 * fixes; then 1, or 0 where nothing is shifted to the right for each row of the window
 * and each p below stride_width: the weights of columns p, p + stride_width and so on,
 * in as many words of four as the kernel's `quads`: 0 in the lowest byte, then 2, 1 and
 * 3; 0 where there is none scratch: words for twice the weights of a channel; what is
 * gathered of four input channels; rows_at_once rows of the output, see the kernel */
void tcnn_depthwise_conv_2d_planes_s8_dsp(const tcnn_depthwise_planes_params_t *params,
                                          const int8_t *input, const int32_t *weights,
                                          uint8_t *scratch, int8_t *output);

/* DEPTHWISE_CONV_2D of any window for Cortex-M with DSP; channels are a multiple of 4,
 * as many in the output.
 * weights: for each four channels
 *   of each: bias, multiplier, offset, shift of the sum to the left and of the product
 *     to the right, and what is added to negative ones: -1, or 0 if nothing is shifted
 *     to the right
 *   for each tap of the window, by rows: four bytes */
void tcnn_depthwise_conv_2d_quads_s8_dsp(const tcnn_window_shape_t *params,
                                         const int8_t *input, const int32_t *weights,
                                         int8_t *output);

/* DEPTHWISE_CONV_2D of any window whose stride to the side is 1 or 2, for cores with a
 * fast multiplication and no DSP. */
typedef struct {
    tcnn_window_shape_t conv; /* with all channels */
    int32_t rows_at_once;     /* of outputs; 1 or more */
} tcnn_depthwise_lines_params_t;

/* weights: for each output channel, its window by rows and columns
 * constants: for each output channel, see tcnn_mul_channel_t of multiply.h; sums are of
 *   inputs that are 128 larger
 * scratch: a word for each weight of a window; rows_at_once rows of outputs; the rows
 * of inputs that these need of one channel, each as long as outputs, filled up to a
 *   multiple of 4, need it */
void tcnn_depthwise_conv_2d_lines_s8_mul(const tcnn_depthwise_lines_params_t *params,
                                         const int8_t *input, const int8_t *weights,
                                         const int32_t *constants, uint8_t *scratch,
                                         int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_DEPTHWISE_CONV_2D_H */
