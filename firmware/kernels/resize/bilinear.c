/*
 * resize/bilinear.c - RESIZE_BILINEAR, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "resize.h"

#define ONE 1024 /* weights have 10 fraction bits */

/* sum / 2^20, rounded to nearest, ties away from zero. */
static int8_t round_sum(int64_t sum) {
    const int64_t half = INT64_C(1) << 19;
    return (int8_t)((sum + (sum > 0 ? half : -half)) / (INT64_C(1) << 20));
}

TCNN_SHARED void tcnn_resize_bilinear_s8(const tcnn_resize_bilinear_params_t *params,
                                         const int8_t *input, int8_t *output) {
    const tcnn_resize_bilinear_params_t *p = params;
    const int32_t row_size = p->input_width * p->channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int8_t *upper = &input[p->rows[2 * y] * row_size];
        const int8_t *lower = &input[p->rows[2 * y + 1] * row_size];
        const int64_t down = p->row_weights[y];
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = p->columns[2 * x] * p->channels;
            const int32_t right = p->columns[2 * x + 1] * p->channels;
            const int64_t across = p->column_weights[x];
            for (int32_t c = 0; c < p->channels; c++) {
                const int64_t top =
                    upper[left + c] * (ONE - across) + upper[right + c] * across;
                const int64_t bottom =
                    lower[left + c] * (ONE - across) + lower[right + c] * across;
                *output++ = round_sum(top * (ONE - down) + bottom * down);
            }
        }
    }
}
