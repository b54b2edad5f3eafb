/*
 * pool_quads.h - slides a window, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The last channels of a pixel are computed before any is written, since outputs may be
 * written over the window.
 */
#ifndef TCNN_POOL_QUADS_H
#define TCNN_POOL_QUADS_H

#include "dsp.h"

#include "fixed_point.h"
#include "pool.h"

/* What is inside the image of a window; runs are its rows, or one is all. */
typedef struct {
    int32_t runs;     /* 1 or more */
    int32_t pixels;   /* of a run; 1 or more */
    int32_t run_step; /* bytes from one to the next; 0 or more, of one run: 0 */
    int32_t step;     /* bytes from pixel to pixel; 1 or more */
} tcnn_window_t;

/* Four channels of the window at `from` as bytes of a word, and one channel. */
typedef uint32_t tcnn_pool_four_t(const void *state, const int8_t *from,
                                  tcnn_window_t window);
typedef int32_t tcnn_pool_one_t(const void *state, const int8_t *from,
                                tcnn_window_t window);

/* `count` pixels of a row of the output, `stride` bytes of the input apart. */
TCNN_INLINE void tcnn_pool_pixels(const void *state, const int8_t *from, int32_t count,
                                  int32_t stride, int32_t depth, tcnn_window_t window,
                                  int8_t *output, tcnn_pool_four_t *four,
                                  tcnn_pool_one_t *one) {
    const int32_t last = depth - 4;
    TCNN_ROLLED
    for (; count > 0; count--) {
        if (last >= 0) {
            const uint32_t end = four(state, &from[last], window);
            TCNN_ROLLED
            for (int32_t c = 0; c < last; c += 4) {
                tcnn_store_4(&output[c], four(state, &from[c], window));
            }
            tcnn_store_4(&output[last], end);
        } else {
            TCNN_ROLLED
            for (int32_t c = 0; c < depth; c++) {
                output[c] = (int8_t)one(state, &from[c], window);
            }
        }
        from += stride;
        output += depth;
    }
}

/* Rows and columns of an image as runs and pixels. */
static inline tcnn_window_t tcnn_find_window(const tcnn_pool_params_t *p, int32_t rows,
                                             int32_t columns) {
    const int32_t depth = p->channels, row_bytes = p->input_width * depth;
    if (columns == p->input_width) {
        return (tcnn_window_t){1, rows * columns, 0, depth};
    }
    if (columns == 1) {
        return (tcnn_window_t){1, rows, 0, row_bytes};
    }
    return (tcnn_window_t){rows, columns, row_bytes, depth};
}

/* Pixels from `ox` whose windows are as wide as its own; 1 at the border. */
static inline int32_t tcnn_count_alike(const tcnn_pool_params_t *p, int32_t ox) {
    const int32_t left = ox * p->stride_width - p->pad_left;
    const int32_t room = p->input_width - p->window_width - left;
    if (left < 0 || room < 0) {
        return 1;
    }
    return tcnn_min(room / p->stride_width + 1, p->output_width - ox);
}

/* `count` pixels of the output, whose windows have so many rows and columns. */
typedef void tcnn_pool_run_t(const tcnn_pool_params_t *params, const int8_t *from,
                             int32_t count, int32_t rows, int32_t columns,
                             int8_t *output);

/* The whole image, by runs of pixels whose windows are alike. */
TCNN_INLINE void tcnn_pool_image(const tcnn_pool_params_t *p, const int8_t *input,
                                 int8_t *output, tcnn_pool_run_t *run) {
    const int32_t depth = p->channels, row_bytes = p->input_width * depth;
    for (int32_t oy = 0; oy < p->output_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y = tcnn_max(top, 0);
        const int32_t rows = tcnn_min(top + p->window_height, p->input_height) - y;
        int8_t *to = output;
        for (int32_t ox = 0; ox < p->output_width;) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x = tcnn_max(left, 0);
            const int32_t columns =
                tcnn_min(left + p->window_width, p->input_width) - x;
            const int32_t count = tcnn_count_alike(p, ox);
            run(p, &input[y * row_bytes + x * depth], count, rows, columns, to);
            to += count * depth;
            ox += count;
        }
        const int32_t size = p->output_width * depth;
        tcnn_clamp_bytes(output, size, p->clamp_min, p->clamp_max);
        output += size;
    }
}

#endif /* TCNN_POOL_QUADS_H */
