/*
 * tcnn_max_pool_2d_s8_dsp.c - MAX_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dsp.h"

#include "fixed_point.h"
#include "kernels.h"

/* The larger of each two signed bytes. */
static inline uint32_t largest_bytes(uint32_t a, uint32_t b) {
#if TCNN_DSP
    uint32_t larger;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b));
    return larger;
#else
    uint32_t larger = 0;
    for (uint32_t i = 0; i < 32; i += 8) {
        const uint32_t byte = (int8_t)(a >> i) > (int8_t)(b >> i) ? a : b;
        larger |= byte & 0xFFu << i;
    }
    return larger;
#endif
}

void tcnn_max_pool_2d_s8_dsp(const tcnn_pool_params_t *params, const int8_t *input,
                             int8_t *output) {
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
            const int8_t *window = &input[y_start * row_bytes + x_start * depth];
            int8_t *pixel = output;
            for (int32_t c = 0; c + 4 <= depth; c += 4) {
                const int8_t *row = &window[c];
                uint32_t largest = tcnn_load_4(row);
                for (int32_t y = y_start; y < y_end; y++) {
                    const int8_t *from = row;
                    for (int32_t x = x_start; x < x_end; x++) {
                        largest = largest_bytes(largest, tcnn_load_4(from));
                        from += depth;
                    }
                    row += row_bytes;
                }
                tcnn_store_4(output, largest);
                output += 4;
            }
            for (int32_t c = depth - depth % 4; c < depth; c++) {
                const int8_t *row = &window[c];
                int32_t largest = INT8_MIN;
                for (int32_t y = y_start; y < y_end; y++) {
                    for (int32_t x = 0; x < x_end - x_start; x++) {
                        largest = tcnn_max(largest, row[x * depth]);
                    }
                    row += row_bytes;
                }
                *output++ = (int8_t)largest;
            }
            tcnn_clamp_bytes(pixel, depth, p->clamp_min, p->clamp_max);
        }
    }
}
