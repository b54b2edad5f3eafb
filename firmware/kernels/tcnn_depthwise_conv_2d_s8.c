/*
 * tcnn_depthwise_conv_2d_s8.c - DEPTHWISE_CONV_2D, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "kernels.h"

/* Sum over one output pixel's window for output channel `channel`. */
static int32_t convolve(const tcnn_conv_2d_params_t *p, const int8_t *input,
                        const int8_t *weights, int32_t top, int32_t left,
                        int32_t channel) {
    const int32_t input_channel = channel / (p->output_channels / p->input_channels);
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        if (y < 0 || y >= p->input_height) {
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t x = left + kx * p->dilation_width;
            if (x < 0 || x >= p->input_width) {
                continue;
            }
            sum +=
                (input[(y * p->input_width + x) * p->input_channels + input_channel] -
                 p->input_zero_point) *
                weights[(ky * p->kernel_width + kx) * p->output_channels + channel];
        }
    }
    return sum;
}

void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                               const int8_t *weights, const int32_t *bias,
                               int8_t *output) {
    const tcnn_conv_2d_params_t *p = params;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int32_t top = y * p->stride_height - p->pad_top;
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = x * p->stride_width - p->pad_left;
            for (int32_t c = 0; c < p->output_channels; c++) {
                const int32_t sum =
                    convolve(p, input, weights, top, left, c) + (bias ? bias[c] : 0);
                const int32_t value =
                    tcnn_requantize(sum, p->multiplier[c], p->shift[c]) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
    }
}
