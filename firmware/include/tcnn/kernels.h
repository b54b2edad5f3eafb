/*
 * kernels.h - int8 kernels of the TFLite operators, and their constants
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tensors are NHWC with batch 1. Sizes, strides and offsets were checked when the code
 * was generated; kernels trust them. `clamp_min` and `clamp_max` hold the fused
 * activation. Each kernel names the TFLite operator that it reproduces bit for bit, as
 * LiteRT's reference kernels (BUILTIN_REF) and TFLite Micro compute it:
 *   - requantize: 32-bit fixed-point multiplier and shift, rounded twice (the doubling
 *     high multiply to nearest, then the right shift to nearest, ties away from zero);
 *   - FULLY_CONNECTED alone rounds once in LiteRT, ties away from zero.
 * A shift is a power of two: positive to the left, negative to the right.
 */
#ifndef TCNN_KERNELS_H
#define TCNN_KERNELS_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* weights: [output channel][kernel row][kernel column][input channel] */
void tcnn_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                     const int8_t *weights, const int32_t *bias, int8_t *output);

/* CONV_2D for Cortex-M with DSP. */
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
    int32_t pad_top;
    int32_t pad_left;
    int32_t padded_width; /* pixels of a padded row; 0: nothing is padded */
    int32_t input_zero_point;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_conv_2d_dsp_params_t;

/* weights: for each four output channels a, b, c, d
 *   sums to start from: 256 * a + b, b, 256 * c + d, d
 *   for each two elements of a window, as the kernel gathers them: two words of lanes
 *     256 * a + b and 256 * c + d, the first element in the low half
 *   multiplier, offset, shift of each (see requantization in the kernel)
 * scratch: two windows of 16-bit numbers, then kernel_height
 * padded rows of the input */
void tcnn_conv_2d_s8_dsp(const tcnn_conv_2d_dsp_params_t *params, const int8_t *input,
                         const int32_t *weights, uint8_t *scratch, int8_t *output);

/* CONV_2D 3x3 of stride 1 for Cortex-M with DSP. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t output_channels;
    int32_t pad_top;
    int32_t pad_left;
    int32_t input_zero_point;
    int32_t tiles_at_once; /* 4 x 4 outputs; of a row whose inputs are transformed */
    int32_t room_bytes;    /* see scratch */
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_conv_2d_winograd_dsp_params_t;

/* Input channels are rounded up to 4 where words hold them.
 * weights: for each four output channels
 *   for each of 36 positions, each pair of input channels (0 and 2, 1 and 3, 4 and 6,
 *     and so on), each output channel: a word, the pair's first in the low half
 *   for each output channel: multiplier, offset, shift, 36 times the sum to start from,
 *     what is added to 4 times the sums of a tile's last 2 x 2 outputs
 * scratch: 3 words an input channel for each of 4 * tiles_at_once + 2 columns; 36 for
 * two tiles; room_bytes; what three rows of the input have beyond those columns.
 * room_bytes: at least 1216, and those of 7 pixels and of 4 * tiles_at_once */
void tcnn_conv_2d_winograd_s8_dsp(const tcnn_conv_2d_winograd_dsp_params_t *params,
                                  const int8_t *input, const int32_t *weights,
                                  uint8_t *scratch, int8_t *output);

/* DEPTHWISE_CONV_2D for Cortex-M with DSP: 3x3, depth multiplier 1. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    int32_t pad_top;
    int32_t pad_left;
    int32_t input_zero_point;
    int32_t clamp_min;
    int32_t clamp_max;
    int32_t fixed_shift; /* 1: sums are scaled for one shift of all channels */
} tcnn_depthwise_dsp_params_t;

/* Stride 1.
 * weights: 9 words a channel, see depthwise.h
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

typedef struct {
    tcnn_conv_2d_params_t conv;
    int32_t groups; /* of input channels, and as many of output channels */
} tcnn_grouped_conv_2d_params_t;

/* CONV_2D where each output channel reads the input channels of its group only;
 * weights: [output channel][kernel row][kernel column][channel of the group] */
void tcnn_grouped_conv_2d_s8(const tcnn_grouped_conv_2d_params_t *params,
                             const int8_t *input, const int8_t *weights,
                             const int32_t *bias, int8_t *output);

/* weights: [kernel row][kernel column][output channel]; the depth multiplier is
 * output_channels / input_channels */
void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                               const int8_t *weights, const int32_t *bias,
                               int8_t *output);

/* TRANSPOSE_CONV; weights: [output channel][kernel row][kernel column][input channel],
 * dilation is 1, pad_top and pad_left are cut from the output */
void tcnn_transpose_conv_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                            const int8_t *weights, const int32_t *bias, int8_t *output);

typedef struct {
    int32_t rows; /* of the input; 1 for a vector */
    int32_t input_channels;
    int32_t output_channels;
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t clamp_min;
    int32_t clamp_max;
    int32_t per_channel; /* 1: a multiplier for each output channel; 0: one */
    int32_t round_once;  /* 1: as LiteRT; 0: twice, as TFLite Micro */
    const int32_t *multiplier;
    const int8_t *shift;
} tcnn_fully_connected_params_t;

/* FULLY_CONNECTED for Cortex-M with DSP. */
typedef struct {
    int32_t input_channels; /* a multiple of 4 */
    int32_t output_channels;
    int32_t clamp_min;
    int32_t clamp_max;
    int32_t round_once; /* 1: as LiteRT; 0: twice, as TFLite Micro */
} tcnn_fully_connected_dsp_params_t;

/* One row; weights as those of tcnn_conv_2d_s8_dsp, inputs in the order 0, 2, 1, 3,
 * 4, 6, ... */
void tcnn_fully_connected_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                                 const int8_t *input, const int32_t *weights,
                                 int8_t *output);

/* FULLY_CONNECTED; weights: [output channel][input channel] */
void tcnn_fully_connected_s8(const tcnn_fully_connected_params_t *params,
                             const int8_t *input, const int8_t *weights,
                             const int32_t *bias, int8_t *output);

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

/* MEAN. Dimensions that follow each other without a gap are one; unused ones
 * have size 1. */
typedef struct {
    int32_t kept_size[3];   /* of the output, outermost first */
    int32_t kept_stride[3]; /* elements of the input from one index to the next */
    int32_t reduced_size[3];
    int32_t reduced_stride[3];
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t multiplier; /* 1 / number of elements is part of it */
    int32_t shift;
} tcnn_mean_params_t;

/* MEAN */
void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                  int8_t *output);

/* REDUCE_MAX and REDUCE_MIN; as in tcnn_mean_params_t. */
typedef struct {
    int32_t kept_size[3];
    int32_t kept_stride[3];
    int32_t reduced_size[3];
    int32_t reduced_stride[3];
} tcnn_reduce_params_t;

/* REDUCE_MAX */
void tcnn_reduce_max_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

/* REDUCE_MIN */
void tcnn_reduce_min_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

/* Dimensions of a box to copy; unused ones come first and have size 1. */
#define TCNN_COPY_RANK 6

typedef struct {
    int32_t size[TCNN_COPY_RANK];
    int32_t input_stride[TCNN_COPY_RANK]; /* elements; 0 repeats, below 0 mirrors */
    int32_t output_stride[TCNN_COPY_RANK];
    int32_t input_offset; /* place of the box's first element */
    int32_t output_offset;
} tcnn_copy_params_t;

/* CONCATENATION, SPLIT, TRANSPOSE and all that only move data, one call a box */
void tcnn_copy_s8(const tcnn_copy_params_t *params, const int8_t *input,
                  int8_t *output);

typedef struct {
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    const int16_t *rows;    /* the input row of each output row */
    const int16_t *columns; /* the input column of each output column */
} tcnn_resize_nearest_params_t;

/* RESIZE_NEAREST_NEIGHBOR */
void tcnn_resize_nearest_neighbor_s8(const tcnn_resize_nearest_params_t *params,
                                     const int8_t *input, int8_t *output);

typedef struct {
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    const int16_t *rows;           /* upper and lower input row of each output row */
    const int16_t *columns;        /* left and right column of each output column */
    const int16_t *row_weights;    /* of the lower row, 1024 is one */
    const int16_t *column_weights; /* of the right column; may lie outside 0 to 1024 */
} tcnn_resize_bilinear_params_t;

/* RESIZE_BILINEAR; ties away from zero */
void tcnn_resize_bilinear_s8(const tcnn_resize_bilinear_params_t *params,
                             const int8_t *input, int8_t *output);

/* ADD as (factor1 * a + factor2 * b + offset) >> shift, for Cortex-M with DSP. */
typedef struct {
    int32_t size; /* elements */
    int32_t factor1;
    int32_t factor2;
    int32_t offset;
    int32_t shift;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_dsp_params_t;

/* ADD of tensors of one shape */
void tcnn_add_s8_dsp(const tcnn_add_dsp_params_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);

typedef struct {
    int32_t zero_point;
    int32_t multiplier;
    int32_t shift;
} tcnn_add_term_t;

typedef struct {
    int32_t size; /* elements */
    tcnn_add_term_t input1;
    tcnn_add_term_t input2;
    tcnn_add_term_t output;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_params_t;

/* ADD of two tensors of one shape; `output` may be one of the inputs */
void tcnn_add_s8(const tcnn_add_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

/* How two inputs are walked to give every element of the output in order. Dimensions
 * that both inputs walk alike are one. */
typedef struct {
    int32_t shape[4]; /* of the output */
    int32_t
        stride1[4]; /* elements from one index to the next in input 1; 0: repeated */
    int32_t stride2[4]; /* the same for input 2 */
} tcnn_broadcast_t;

typedef struct {
    tcnn_broadcast_t broadcast;
    int32_t sign; /* 1: input1 + input2; -1: input1 - input2 */
    tcnn_add_term_t input1;
    tcnn_add_term_t input2;
    tcnn_add_term_t output;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_broadcast_params_t;

/* ADD of tensors of unlike shapes, and SUB; `output` may be an input of its shape */
void tcnn_add_broadcast_s8(const tcnn_add_broadcast_params_t *params,
                           const int8_t *input1, const int8_t *input2, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast;
    int32_t input1_zero_point;
    int32_t input2_zero_point;
    int32_t output_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_mul_params_t;

/* MUL; `output` may be an input of its shape */
void tcnn_mul_s8(const tcnn_mul_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

/* MAXIMUM and MINIMUM, all scales equal; `output` may be an input of its shape */
void tcnn_maximum_s8(const tcnn_broadcast_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);
void tcnn_minimum_s8(const tcnn_broadcast_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast; /* of input and alpha */
    int32_t input_zero_point;
    int32_t alpha_zero_point;
    int32_t output_zero_point;
    int32_t multiplier; /* of inputs from the zero point upwards */
    int32_t shift;
    int32_t alpha_multiplier; /* of input * alpha below it */
    int32_t alpha_shift;
} tcnn_prelu_params_t;

/* PRELU; `output` may be `input` */
void tcnn_prelu_s8(const tcnn_prelu_params_t *params, const int8_t *input,
                   const int8_t *alpha, int8_t *output);

typedef struct {
    int32_t size; /* elements */
} tcnn_lookup_params_t;

/* LOGISTIC, TANH, RELU and other functions of one value; table: the outputs for inputs
 * -128 to 127. `output` may be `input` */
void tcnn_lookup_s8(const tcnn_lookup_params_t *params, const int8_t *input,
                    const int8_t *table, int8_t *output);

typedef struct {
    int32_t size; /* elements */
} tcnn_move_params_t;

/* a copy in another place, which may overlap the first */
void tcnn_move_s8(const tcnn_move_params_t *params, const int8_t *input,
                  int8_t *output);

typedef struct {
    int32_t input_shape[4];
    int32_t before[4]; /* elements put before each dimension */
    int32_t after[4];
    int32_t value; /* the zero point */
} tcnn_pad_params_t;

/* PAD of a tensor of four dimensions (smaller ones are extended by 1 in front) */
void tcnn_pad_s8(const tcnn_pad_params_t *params, const int8_t *input, int8_t *output);

typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t table_size; /* differences to the largest value that count at all */
    const int32_t *exp; /* Q0.31: exp(-scale * beta * difference), difference 0.. */
} tcnn_softmax_params_t;

/* SOFTMAX over the last dimension; output scale 1/256, zero point -128 */
void tcnn_softmax_s8(const tcnn_softmax_params_t *params, const int8_t *input,
                     int8_t *output);

typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t table_size;    /* differences to the largest value that count at all */
    const int32_t *exp;    /* Q0.31: exp(-scale * difference), difference 0.. */
    const int32_t *scaled; /* Q5.26: -scale * difference */
    int32_t multiplier;    /* of Q5.26 to differences */
    int32_t shift;
} tcnn_log_softmax_params_t;

/* LOG_SOFTMAX over the last dimension; output scale 1/16, zero point 127 */
void tcnn_log_softmax_s8(const tcnn_log_softmax_params_t *params, const int8_t *input,
                         int8_t *output);

typedef struct {
    int32_t rows;
    int32_t channels;
    float beta;          /* LOG_SOFTMAX: 1 */
    int32_t logarithmic; /* 1: LOG_SOFTMAX; 0: SOFTMAX */
} tcnn_softmax_f32_params_t;

/* SOFTMAX and LOG_SOFTMAX of floats over the last dimension; `output` may be `input` */
void tcnn_softmax_f32(const tcnn_softmax_f32_params_t *params, const float *input,
                      float *output);

typedef struct {
    int32_t size; /* elements */
    float scale;
    int32_t zero_point;
} tcnn_affine_params_t;

/* QUANTIZE, float32 to int8; ties away from zero */
void tcnn_quantize_f32_s8(const tcnn_affine_params_t *params, const float *input,
                          int8_t *output);

/* DEQUANTIZE, int8 to float32 */
void tcnn_dequantize_s8_f32(const tcnn_affine_params_t *params, const int8_t *input,
                            float *output);

typedef struct {
    int32_t size; /* elements */
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t multiplier;
    int32_t shift;
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

#endif /* TCNN_KERNELS_H */
