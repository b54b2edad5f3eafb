/*
 * depthwise_conv_2d/portable.c - DEPTHWISE_CONV_2D, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "depthwise_conv_2d.h"
#include "fixed_point.h"

/* The taps of one dimension that fall inside the image: first, and one past the last.
 */
typedef struct {
    int32_t first;
    int32_t end;
} taps_t;

static taps_t clip(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
    const int32_t before = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    const int32_t inside = (size - origin + dilation - 1) / dilation;
    const taps_t clipped = {before, tcnn_min(taps, inside)};
    return clipped;
}

/* Sum of (input - zero_point) * weights over `rows` x `columns` of one channel, whose
 * tap (0, 0) is input[origin]; that may be outside the image. */
static int32_t convolve(const tcnn_conv_2d_params_t *p, const int8_t *input,
                        int32_t origin, const int8_t *weights, taps_t rows,
                        taps_t columns) {
    const int32_t x_step = p->dilation_width * p->input_channels;
    const int32_t y_step = p->dilation_height * p->input_width * p->input_channels;
    int32_t sum = 0;
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        for (int32_t kx = columns.first; kx < columns.end; kx++) {
            sum += (input[origin + ky * y_step + kx * x_step] - p->input_zero_point) *
                   weights[(ky * p->kernel_width + kx) * p->output_channels];
        }
    }
    return sum;
}

TCNN_SHARED void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params,
                                           const int8_t *input, const int8_t *weights,
                                           const int32_t *bias, int8_t *output) {
    const tcnn_conv_2d_params_t *p = params;
    const int32_t depth_multiplier = p->output_channels / p->input_channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int32_t top = y * p->stride_height - p->pad_top;
        const taps_t rows =
            clip(top, p->kernel_height, p->dilation_height, p->input_height);
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = x * p->stride_width - p->pad_left;
            const taps_t columns =
                clip(left, p->kernel_width, p->dilation_width, p->input_width);
            const int32_t origin = (top * p->input_width + left) * p->input_channels;
            for (int32_t c = 0; c < p->output_channels; c++) {
                const int32_t sum = convolve(p, input, origin + c / depth_multiplier,
                                             &weights[c], rows, columns) +
                                    (bias ? bias[c] : 0);
                const int32_t value =
                    tcnn_requantize(sum, p->multiplier[c], p->shift[c]) +
                    p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
    }
}
