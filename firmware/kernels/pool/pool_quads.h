/*
 * pool_quads.h - slides a window, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The last channels of a pixel are computed before any is written, since outputs may be
 * written over the window. Of fewer than four, the word has the bytes before it, too.
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

/* The bytes of a pixel of fewer than four channels. */
static inline void tcnn_store_few(int8_t *to, uint32_t word, int32_t depth) {
    to[0] = (int8_t)word;
    if (depth > 1) {
        to[1] = (int8_t)(word >> 8);
    }
    if (depth > 2) {
        to[2] = (int8_t)(word >> 16);
    }
}

/* Pixels of fewer than four channels: a word has the bytes before them, too, so that
 * those at the start of the image, which `before` bytes are before, are computed one
 * by one. */
TCNN_INLINE void tcnn_pool_few(const void *state, const int8_t *from, int32_t before,
                               int32_t count, int32_t stride, int32_t depth,
                               tcnn_window_t window, int8_t *output,
                               tcnn_pool_four_t *four, tcnn_pool_one_t *one) {
    const int32_t others = 4 - depth;
    TCNN_ROLLED
    for (; count > 0; count--) {
        if (before >= others) {
            const uint32_t word = four(state, &from[-others], window);
            tcnn_store_few(output, word >> 8 * others, depth);
        } else {
            TCNN_ROLLED
            for (int32_t c = 0; c < depth; c++) {
                output[c] = (int8_t)one(state, &from[c], window);
            }
        }
        before += stride;
        from += stride;
        output += depth;
    }
}

/* `count` pixels of a row of the output, `stride` bytes of the input apart, from the
 * one whose window is `before` bytes behind the start of the image. */
TCNN_INLINE void tcnn_pool_pixels(const void *state, const int8_t *from, int32_t before,
                                  int32_t count, int32_t stride, int32_t depth,
                                  tcnn_window_t window, int8_t *output,
                                  tcnn_pool_four_t *four, tcnn_pool_one_t *one) {
    const int32_t last = depth - 4;
    if (last < 0) {
        tcnn_pool_few(state, from, before, count, stride, depth, window, output, four,
                      one);
        return;
    }
    TCNN_ROLLED
    for (; count > 0; count--) {
        const uint32_t end = four(state, &from[last], window);
        TCNN_ROLLED
        for (int32_t c = 0; c < last; c += 4) {
            tcnn_store_4(&output[c], four(state, &from[c], window));
        }
        tcnn_store_4(&output[last], end);
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

/* `count` pixels of the output, whose windows have so many rows and columns; the first
 * one's is `before` bytes behind the start of the image. */
typedef void tcnn_pool_run_t(const tcnn_pool_params_t *params, const int8_t *from,
                             int32_t before, int32_t count, int32_t rows,
                             int32_t columns, int8_t *output);

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
            const int32_t place = y * row_bytes + x * depth;
            run(p, &input[place], place, count, rows, columns, to);
            to += count * depth;
            ox += count;
        }
        const int32_t size = p->output_width * depth;
        tcnn_clamp_bytes(output, size, p->clamp_min, p->clamp_max);
        output += size;
    }
}

#endif /* TCNN_POOL_QUADS_H */
