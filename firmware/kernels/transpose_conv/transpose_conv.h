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

/* TRANSPOSE_CONV for Cortex-M with DSP. */
typedef struct {
    tcnn_window_shape_t conv; /* dilation is 1 */
    /* for each row below stride_height and each column below stride_width: rows and
     * columns of the window, its bytes rounded up to 4, and the word of the weights
     * that the phase begins with; never NULL */
    const int32_t *phases;
} tcnn_transpose_conv_windows_params_t;

/* weights: for each phase, each output channel: the taps whose row and column leave
 * those of the phase when they are divided by the strides, the last first, all input
 * channels of each; filled up with 0 to the bytes of its window; then 0 for more
 * channels, to a multiple of 4 constants: for each phase, each four of those channels,
 * see windows.h scratch: the largest window; NULL: it has 600 bytes or less */
void tcnn_transpose_conv_windows_s8_dsp(
    const tcnn_transpose_conv_windows_params_t *params, const int8_t *input,
    const int32_t *weights, const int32_t *constants, uint8_t *scratch, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_TRANSPOSE_CONV_H */
