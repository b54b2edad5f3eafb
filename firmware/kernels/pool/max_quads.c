/*
 * pool/max_quads.c - MAX_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dsp.h"

#include "fixed_point.h"
#include "pool.h"

/* So that it is compiled for the constants that it is given. */
#define INLINE static inline __attribute__((always_inline))

/* Four channels of a window. */
INLINE uint32_t largest_of_window(const int8_t *row, int32_t rows, int32_t columns,
                                  int32_t depth, int32_t row_bytes) {
    uint32_t largest = tcnn_load_4(row);
    if (rows == 2 && columns == 2) {
        const int8_t *below = &row[row_bytes];
        const uint32_t right = tcnn_load_4(&row[depth]);
        const uint32_t low = tcnn_load_4(below), corner = tcnn_load_4(&below[depth]);
        return tcnn_largest_bytes(tcnn_largest_bytes(largest, right),
                                  tcnn_largest_bytes(low, corner));
    }
    for (; rows > 0; rows--) {
        const int8_t *from = row;
        for (int32_t x = columns; x > 0; x--) {
            largest = tcnn_largest_bytes(largest, tcnn_load_4(from));
            from += depth;
        }
        row += row_bytes;
    }
    return largest;
}

/* One pixel of the output. The last four channels are computed before any is written,
 * since outputs may be written over the window. */
INLINE void pool_quads(const int8_t *window, int32_t rows, int32_t columns,
                       int32_t depth, int32_t row_bytes, int8_t *output) {
    const int32_t last = depth - 4;
    const uint32_t end =
        largest_of_window(&window[last], rows, columns, depth, row_bytes);
    for (int32_t c = 0; c < last; c += 4) {
        tcnn_store_4(&output[c],
                     largest_of_window(&window[c], rows, columns, depth, row_bytes));
    }
    tcnn_store_4(&output[last], end);
}

static void pool_bytes(const int8_t *window, int32_t rows, int32_t columns,
                       int32_t depth, int32_t row_bytes, int8_t *output) {
    for (int32_t c = 0; c < depth; c++) {
        int32_t largest = INT8_MIN;
        for (int32_t y = 0; y < rows; y++) {
            for (int32_t x = 0; x < columns; x++) {
                largest = tcnn_max(largest, window[y * row_bytes + x * depth + c]);
            }
        }
        output[c] = (int8_t)largest;
    }
}

TCNN_SHARED void tcnn_max_pool_2d_s8_dsp(const tcnn_pool_params_t *params,
                                         const int8_t *input, int8_t *output) {
    const tcnn_pool_params_t *p = params;
    const int32_t depth = p->channels;
    const int32_t row_bytes = p->input_width * depth;
    for (int32_t oy = 0; oy < p->output_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y = tcnn_max(top, 0);
        const int32_t rows = tcnn_min(top + p->window_height, p->input_height) - y;
        int8_t *start = output;
        for (int32_t ox = 0; ox < p->output_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x = tcnn_max(left, 0);
            const int32_t columns =
                tcnn_min(left + p->window_width, p->input_width) - x;
            const int8_t *window = &input[y * row_bytes + x * depth];
            if (depth < 4) {
                pool_bytes(window, rows, columns, depth, row_bytes, output);
            } else if (rows == 2 && columns == 2) {
                pool_quads(window, 2, 2, depth, row_bytes, output);
            } else {
                pool_quads(window, rows, columns, depth, row_bytes, output);
            }
            output += depth;
        }
        tcnn_clamp_bytes(start, (int32_t)(output - start), p->clamp_min, p->clamp_max);
    }
}
