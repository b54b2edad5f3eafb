/*
 * transpose_conv.h - TRANSPOSE_CONV
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_TRANSPOSE_CONV_H
#define TCNN_TRANSPOSE_CONV_H

#include "convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TRANSPOSE_CONV; weights: [output channel][kernel row][kernel column][input channel],
 * dilation is 1, pad_top and pad_left are cut from the output */
void tcnn_transpose_conv_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                            const int8_t *weights, const int32_t *bias, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_TRANSPOSE_CONV_H */
