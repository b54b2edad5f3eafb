/*
 * pool/average_quads.c - AVERAGE_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums stay in 16 bits: a window has at most 256 pixels.
 */
#include "dsp.h"

#include "fixed_point.h"
#include "pool.h"

/* sum / count, ties away from zero, clamped. */
TCNN_APART static int8_t divide(int32_t sum, int32_t count,
                                const tcnn_pool_params_t *p) {
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return (int8_t)tcnn_clamp((sum + half) / count, p->clamp_min, p->clamp_max);
}

TCNN_SHARED void tcnn_average_pool_2d_s8_dsp(const tcnn_pool_params_t *params,
                                             const int8_t *input, int8_t *output) {
    const tcnn_pool_params_t *p = params;
    const int32_t depth = p->channels;
    const int32_t row_bytes = p->input_width * depth;
    for (int32_t oy = 0; oy < p->output_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y_start = tcnn_max(top, 0);
        const int32_t y_end = tcnn_min(top + p->window_height, p->input_height);
        for (int32_t ox = 0; ox < p->output_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x_start = tcnn_max(left, 0);
            const int32_t x_end = tcnn_min(left + p->window_width, p->input_width);
            const int32_t count = (y_end - y_start) * (x_end - x_start);
            const int8_t *window = &input[y_start * row_bytes + x_start * depth];
            for (int32_t c = 0; c + 4 <= depth; c += 4) {
                const int8_t *row = &window[c];
                uint32_t even = 0;
                uint32_t odd = 0;
                for (int32_t y = y_start; y < y_end; y++) {
                    const int8_t *from = row;
                    TCNN_ROLLED
                    for (int32_t x = x_start; x < x_end; x++) {
                        const uint32_t word = tcnn_load_4(from);
                        even = tcnn_add_lanes(even, tcnn_even_bytes(word));
                        odd = tcnn_add_lanes(odd, tcnn_odd_bytes(word));
                        from += depth;
                    }
                    row += row_bytes;
                }
                *output++ = divide(tcnn_low(even), count, p);
                *output++ = divide(tcnn_low(odd), count, p);
                *output++ = divide(tcnn_high(even), count, p);
                *output++ = divide(tcnn_high(odd), count, p);
            }
            for (int32_t c = depth - depth % 4; c < depth; c++) {
                const int8_t *row = &window[c];
                int32_t sum = 0;
                for (int32_t y = y_start; y < y_end; y++) {
                    TCNN_ROLLED
                    for (int32_t x = 0; x < x_end - x_start; x++) {
                        sum += row[x * depth];
                    }
                    row += row_bytes;
                }
                *output++ = divide(sum, count, p);
            }
        }
    }
}
