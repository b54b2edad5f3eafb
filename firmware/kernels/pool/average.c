/*
 * pool/average.c - AVERAGE_POOL_2D, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "pool.h"

TCNN_SHARED void tcnn_average_pool_2d_s8(const tcnn_pool_params_t *params,
                                         const int8_t *input, int8_t *output) {
    const tcnn_pool_params_t *p = params;
    for (int32_t oy = 0; oy < p->output_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y_start = tcnn_max(top, 0);
        const int32_t y_end = tcnn_min(top + p->window_height, p->input_height);
        for (int32_t ox = 0; ox < p->output_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x_start = tcnn_max(left, 0);
            const int32_t x_end = tcnn_min(left + p->window_width, p->input_width);
            const int32_t count = (y_end - y_start) * (x_end - x_start);
            for (int32_t c = 0; c < p->channels; c++) {
                int32_t sum = 0;
                for (int32_t y = y_start; y < y_end; y++) {
                    for (int32_t x = x_start; x < x_end; x++) {
                        sum += input[(y * p->input_width + x) * p->channels + c];
                    }
                }
                const int32_t half = sum > 0 ? count / 2 : -(count / 2);
                *output++ = (int8_t)tcnn_clamp((sum + half) / count, p->clamp_min,
                                               p->clamp_max);
            }
        }
    }
}
