/*
 * conv_2d/grouped.c - CONV_2D in groups of channels, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "conv_2d.h"
#include "fixed_point.h"

/* Sum over one output pixel's window for one filter, whose weights these are; `input`
 * is the first channel of its group. */
static int32_t convolve(const tcnn_conv_2d_params_t *p, const int8_t *input,
                        int32_t channels, const int8_t *weights, int32_t top,
                        int32_t left) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = top + ky * p->dilation_height;
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t x = left + kx * p->dilation_width;
            if (y < 0 || y >= p->input_height || x < 0 || x >= p->input_width) {
                continue;
            }
            const int8_t *pixel = &input[(y * p->input_width + x) * p->input_channels];
            const int8_t *tap = &weights[(ky * p->kernel_width + kx) * channels];
            for (int32_t c = 0; c < channels; c++) {
                sum += (pixel[c] - p->input_zero_point) * tap[c];
            }
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_grouped_conv_2d_s8(const tcnn_grouped_conv_2d_params_t *params,
                                         const int8_t *input, const int8_t *weights,
                                         const int32_t *bias, int8_t *output) {
    const tcnn_conv_2d_params_t *p = &params->conv;
    const int32_t channels = p->input_channels / params->groups;
    const int32_t filters = p->output_channels / params->groups;
    const int32_t filter_size = p->kernel_height * p->kernel_width * channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int32_t top = y * p->stride_height - p->pad_top;
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = x * p->stride_width - p->pad_left;
            for (int32_t c = 0; c < p->output_channels; c++) {
                const int8_t *group = &input[c / filters * channels];
                const int32_t sum =
                    convolve(p, group, channels, &weights[c * filter_size], top, left) +
                    (bias ? bias[c] : 0);
                const int32_t value =
                    tcnn_requantize(sum, p->multiplier[c], p->shift[c]) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
    }
}
