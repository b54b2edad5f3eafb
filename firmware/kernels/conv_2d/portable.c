/*
 * conv_2d/portable.c - CONV_2D, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "conv_2d.h"
#include "fixed_point.h"

/* Sum of (input - zero_point) * weights over `size` neighbours in memory. */
static int32_t dot(const int8_t *input, const int8_t *weights, int32_t size,
                   int32_t zero_point) {
    int32_t sum = 0;
    for (int32_t i = 0; i < size; i++) {
        sum += (input[i] - zero_point) * weights[i];
    }
    return sum;
}

/* Sum over one output pixel's window for one output channel, whose weights these are.
 * Without dilation, a row of the window is one stretch of memory. */
static int32_t convolve(const tcnn_conv_2d_params_t *p, const int8_t *input,
                        const int8_t *weights, int32_t top, int32_t left) {
    const int32_t run = p->dilation_width == 1 ? p->kernel_width : 1;
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        if (y < 0 || y >= p->input_height) {
            continue;
        }
        for (int32_t kx = 0; kx < p->kernel_width; kx += run) {
            const int32_t x = left + kx * p->dilation_width;
            const int32_t first = tcnn_max(0, -x);
            const int32_t size = tcnn_min(run, p->input_width - x) - first;
            if (size > 0) {
                sum += dot(
                    &input[(y * p->input_width + x + first) * p->input_channels],
                    &weights[(ky * p->kernel_width + kx + first) * p->input_channels],
                    size * p->input_channels, p->input_zero_point);
            }
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_conv_2d_s8(const tcnn_conv_2d_params_t *params,
                                 const int8_t *input, const int8_t *weights,
                                 const int32_t *bias, int8_t *output) {
    const tcnn_conv_2d_params_t *p = params;
    const int32_t filter_size = p->kernel_height * p->kernel_width * p->input_channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int32_t top = y * p->stride_height - p->pad_top;
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = x * p->stride_width - p->pad_left;
            for (int32_t c = 0; c < p->output_channels; c++) {
                const int32_t sum =
                    convolve(p, input, &weights[c * filter_size], top, left) +
                    (bias ? bias[c] : 0);
                const int32_t value =
                    tcnn_requantize(sum, p->multiplier[c], p->shift[c]) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
    }
}
