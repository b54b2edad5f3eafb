/*
 * pool/average_quads.c - AVERAGE_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums stay in 16 bits where a window has at most 256 pixels. So for sums x, with 128
 * for each pixel made positive, (x * ceil(2^32 / count)) >> 32 is x / count: the factor
 * is too large by less than 1, the product by less than 2^16, and that by less than
 * 2^32 / count.
 */
#include <stddef.h>

#include "byte_sums.h"

#include "pool_quads.h"

#define EACH 0x00010001u /* 16-bit lane */
#define FEW 256          /* pixels whose sums fit 16 bits */

/* How sums of `count` pixels are divided. */
typedef struct {
    uint32_t factor; /* over 2^32 */
    uint32_t offset; /* in each lane, what makes sums positive and rounds them */
    uint32_t even;   /* 1 in each lane if sums may lie halfway between integers, or 0 */
    int32_t count;
} divisor_t;

/* A factor for 1 is 2^32 - 1, and sums then are one more. */
static divisor_t find_divisor(int32_t count) {
    const uint32_t n = (uint32_t)count, is_even = 1 - (n & 1), is_one = n == 1;
    const divisor_t divisor = {
        is_one ? UINT32_MAX : UINT32_MAX / n + 1,
        (128 * n + n / 2 - is_even + is_one) * EACH,
        is_even * EACH,
        count,
    };
    return divisor;
}

static inline uint32_t divide(uint32_t positive, uint32_t factor) {
    return (uint32_t)((uint64_t)positive * factor >> 32);
}

/* Positive sums, ties away from zero. */
static inline uint32_t make_positive(uint32_t lanes, const divisor_t *d) {
    const uint32_t not_negative = d->even & ~(lanes >> 15);
    return tcnn_add_lanes(tcnn_add_lanes(lanes, not_negative), d->offset);
}

TCNN_INLINE uint32_t average(tcnn_byte_sums_t sums, const divisor_t *d) {
    const uint32_t even = make_positive(sums.even, d);
    const uint32_t odd = make_positive(sums.odd, d), factor = d->factor;
    uint32_t word = divide(even & 0xFFFF, factor) | divide(odd & 0xFFFF, factor) << 8;
    word |= divide(even >> 16, factor) << 16 | divide(odd >> 16, factor) << 24;
    return word ^ 0x80808080u;
}

static inline int32_t divide_one(int32_t sum, int32_t count) {
    return (sum + (sum > 0 ? count / 2 : -(count / 2))) / count;
}

/* Of windows that are too large for 16 bits. */
TCNN_APART static uint32_t average_many(const int8_t *from, tcnn_window_t window,
                                        int32_t count) {
    int32_t sums[4] = {0, 0, 0, 0};
    for (int32_t i = window.runs; i > 0; i--) {
        tcnn_sum_many(sums, from, window.step, window.pixels);
        from += window.run_step;
    }
    uint32_t word = 0;
    for (int32_t i = 3; i >= 0; i--) {
        word = word << 8 | (uint8_t)divide_one(sums[i], count);
    }
    return word;
}

TCNN_INLINE uint32_t average_four(const void *state, const int8_t *from,
                                  tcnn_window_t window) {
    const divisor_t *d = state;
    if (d->count > FEW) {
        return average_many(from, window, d->count);
    }
    tcnn_byte_sums_t sums = {0, 0};
    TCNN_ROLLED
    for (int32_t i = window.runs; i > 0; i--) {
        sums = tcnn_sum_words(sums, from, window.step, window.pixels);
        from += window.run_step;
    }
    return average(sums, d);
}

static inline int32_t average_one(const void *state, const int8_t *from,
                                  tcnn_window_t window) {
    const divisor_t *d = state;
    int32_t sum = 0;
    for (int32_t i = window.runs; i > 0; i--) {
        sum += tcnn_sum_bytes(from, window.step, window.pixels);
        from += window.run_step;
    }
    return divide_one(sum, d->count);
}

/* (x + 2 - (x < 0)) >> 2 of sums x that start from 1: it is 1 less only where that
 * makes no difference. */
TCNN_INLINE uint32_t average_four_of_4(const void *state, const int8_t *from,
                                       tcnn_window_t window) {
    (void)state;
    const int8_t *below = &from[window.run_step];
    const uint32_t a = tcnn_load_4(from), b = tcnn_load_4(&from[window.step]);
    const uint32_t c = tcnn_load_4(below), d = tcnn_load_4(&below[window.step]);
    tcnn_byte_sums_t sums = {EACH, EACH};
    sums = tcnn_sum_word(tcnn_sum_word(sums, a), b);
    sums = tcnn_sum_word(tcnn_sum_word(sums, c), d);
    const uint32_t even = tcnn_add_lanes(sums.even, EACH & ~(sums.even >> 15));
    const uint32_t odd = tcnn_add_lanes(sums.odd, EACH & ~(sums.odd >> 15));
    return (even >> 2 & 0x00FF00FFu) | (odd << 6 & 0xFF00FF00u);
}

static inline int32_t average_one_of_4(const void *state, const int8_t *from,
                                       tcnn_window_t window) {
    (void)state;
    const int8_t *below = &from[window.run_step];
    const int32_t sum = from[0] + from[window.step] + below[0] + below[window.step];
    return (sum + 2 + (sum >> 31)) >> 2;
}

static void run(const tcnn_pool_params_t *p, const int8_t *from, int32_t before,
                int32_t count, int32_t rows, int32_t columns, int8_t *output) {
    const int32_t stride = p->stride_width * p->channels;
    const tcnn_window_t w = tcnn_find_window(p, rows, columns);
    if (w.runs == 2 && w.pixels == 2) {
        tcnn_pool_pixels(NULL, from, before, count, stride, p->channels, w, output,
                         average_four_of_4, average_one_of_4);
        return;
    }
    const divisor_t divisor = find_divisor(rows * columns);
    if (w.pixels == 3) {
        const tcnn_window_t three = {w.runs, 3, w.run_step, w.step};
        tcnn_pool_pixels(&divisor, from, before, count, stride, p->channels, three,
                         output, average_four, average_one);
    } else {
        tcnn_pool_pixels(&divisor, from, before, count, stride, p->channels, w, output,
                         average_four, average_one);
    }
}

TCNN_SHARED void tcnn_average_pool_2d_s8_dsp(const tcnn_pool_params_t *params,
                                             const int8_t *input, int8_t *output) {
    tcnn_pool_image(params, input, output, run);
}
