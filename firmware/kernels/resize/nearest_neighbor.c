/*
 * resize/nearest_neighbor.c - RESIZE_NEAREST_NEIGHBOR, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "resize.h"

TCNN_SHARED void
tcnn_resize_nearest_neighbor_s8(const tcnn_resize_nearest_params_t *params,
                                const int8_t *input, int8_t *output) {
    const tcnn_resize_nearest_params_t *p = params;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int8_t *row = &input[p->rows[y] * p->input_width * p->channels];
        for (int32_t x = 0; x < p->output_width; x++) {
            const int8_t *pixel = &row[p->columns[x] * p->channels];
            for (int32_t c = 0; c < p->channels; c++) {
                *output++ = pixel[c];
            }
        }
    }
}
