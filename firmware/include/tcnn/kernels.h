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

/* weights: [kernel row][kernel column][output channel]; the depth multiplier is
 * output_channels / input_channels */
void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                               const int8_t *weights, const int32_t *bias,
                               int8_t *output);

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

/* AVERAGE_POOL_2D; pixels outside the image do not count, ties away from zero */
void tcnn_average_pool_2d_s8(const tcnn_pool_params_t *params, const int8_t *input,
                             int8_t *output);

typedef struct {
    int32_t outer; /* product of the dimensions before the reduced ones */
    int32_t count; /* product of the reduced dimensions, which stand together */
    int32_t inner; /* product of the dimensions after them */
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t multiplier; /* 1 / count is part of it */
    int32_t shift;
} tcnn_mean_params_t;

/* MEAN; input: [outer][count][inner], output: [outer][inner] */
void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                  int8_t *output);

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
