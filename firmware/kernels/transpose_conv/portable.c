/*
 * transpose_conv/portable.c - TRANSPOSE_CONV, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "transpose_conv.h"

/* Which input row (or column) reaches an output at `distance` - its place in the padded
 * output less the tap's - or -1. */
static int32_t source(int32_t distance, int32_t stride, int32_t size) {
    if (distance < 0 || distance % stride != 0 || distance / stride >= size) {
        return -1;
    }
    return distance / stride;
}

/* Sum of all products that reach one output element of one channel, whose weights
 * these are. */
static int32_t gather(const tcnn_conv_2d_params_t *p, const int8_t *input,
                      const int8_t *weights, int32_t top, int32_t left) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t y = source(top - ky, p->stride_height, p->input_height);
        for (int32_t kx = 0; y >= 0 && kx < p->kernel_width; kx++) {
            const int32_t x = source(left - kx, p->stride_width, p->input_width);
            if (x < 0) {
                continue;
            }
            const int8_t *pixel = &input[(y * p->input_width + x) * p->input_channels];
            const int8_t *tap =
                &weights[(ky * p->kernel_width + kx) * p->input_channels];
            for (int32_t c = 0; c < p->input_channels; c++) {
                sum += (pixel[c] - p->input_zero_point) * tap[c];
            }
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_transpose_conv_s8(const tcnn_conv_2d_params_t *params,
                                        const int8_t *input, const int8_t *weights,
                                        const int32_t *bias, int8_t *output) {
    const tcnn_conv_2d_params_t *p = params;
    const int32_t filter_size = p->kernel_height * p->kernel_width * p->input_channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        for (int32_t x = 0; x < p->output_width; x++) {
            for (int32_t c = 0; c < p->output_channels; c++) {
                const int32_t sum = gather(p, input, &weights[c * filter_size],
                                           y + p->pad_top, x + p->pad_left) +
                                    (bias ? bias[c] : 0);
                const int32_t value =
                    tcnn_requantize(sum, p->multiplier[c], p->shift[c]) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
    }
}
