/*
 * pool/max_quads.c - MAX_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>

#include "pool_quads.h"

TCNN_INLINE uint32_t find_four(const void *state, const int8_t *from,
                               tcnn_window_t window) {
    (void)state;
    uint32_t largest = tcnn_load_4(from);
    TCNN_ROLLED
    for (int32_t i = window.runs; i > 0; i--) {
        largest = tcnn_choose_words(largest, from, window.step, window.pixels,
                                    tcnn_largest_bytes);
        from += window.run_step;
    }
    return largest;
}

static inline int32_t find_one(const void *state, const int8_t *from,
                               tcnn_window_t window) {
    (void)state;
    int32_t largest = INT8_MIN;
    for (int32_t i = window.runs; i > 0; i--) {
        const int8_t *x = from;
        TCNN_ROLLED
        for (int32_t k = window.pixels; k > 0; k--) {
            largest = tcnn_max(largest, *x);
            x += window.step;
        }
        from += window.run_step;
    }
    return largest;
}

TCNN_INLINE uint32_t find_four_of_4(const void *state, const int8_t *from,
                                    tcnn_window_t window) {
    (void)state;
    const int8_t *below = &from[window.run_step];
    const uint32_t a = tcnn_load_4(from), b = tcnn_load_4(&from[window.step]);
    const uint32_t c = tcnn_load_4(below), d = tcnn_load_4(&below[window.step]);
    return tcnn_largest_bytes(tcnn_largest_bytes(a, b), tcnn_largest_bytes(c, d));
}

static inline int32_t find_one_of_4(const void *state, const int8_t *from,
                                    tcnn_window_t window) {
    (void)state;
    const int8_t *below = &from[window.run_step];
    return tcnn_max(tcnn_max(from[0], from[window.step]),
                    tcnn_max(below[0], below[window.step]));
}

static void run(const tcnn_pool_params_t *p, const int8_t *from, int32_t before,
                int32_t count, int32_t rows, int32_t columns, int8_t *output) {
    const int32_t stride = p->stride_width * p->channels;
    const tcnn_window_t w = tcnn_find_window(p, rows, columns);
    if (w.runs == 2 && w.pixels == 2) {
        tcnn_pool_pixels(NULL, from, before, count, stride, p->channels, w, output,
                         find_four_of_4, find_one_of_4);
    } else if (w.pixels == 3) {
        const tcnn_window_t three = {w.runs, 3, w.run_step, w.step};
        tcnn_pool_pixels(NULL, from, before, count, stride, p->channels, three, output,
                         find_four, find_one);
    } else {
        tcnn_pool_pixels(NULL, from, before, count, stride, p->channels, w, output,
                         find_four, find_one);
    }
}

TCNN_SHARED void tcnn_max_pool_2d_s8_dsp(const tcnn_pool_params_t *params,
                                         const int8_t *input, int8_t *output) {
    tcnn_pool_image(params, input, output, run);
}
