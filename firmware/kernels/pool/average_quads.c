/*
 * pool/average_quads.c - AVERAGE_POOL_2D, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums stay in 16 bits: a window has at most 256 pixels. So for sums x, with 128 for
 * each pixel made positive, (2 * x * ceil(2^31 / count)) >> 32 is x / count: the factor
 * is too large by less than 1, the product by less than 2^17, and that by less than
 * 2^32 / count.
 */
#include "dsp.h"

#include "fixed_point.h"
#include "pool.h"

/* So that it is compiled for the constants that it is given. */
#define INLINE static inline __attribute__((always_inline))

/* How sums of `count` pixels are divided. */
typedef struct {
    uint32_t factor;
    int32_t offset; /* 128 for each pixel, and half of the pixels */
    int32_t even;   /* -1 where sums may lie halfway between integers, or 0 */
} divisor_t;

static divisor_t find_divisor(int32_t count) {
    const divisor_t divisor = {
        (UINT32_C(0x7FFFFFFF) + (uint32_t)count) / (uint32_t)count,
        128 * count + count / 2,
        (count & 1) - 1,
    };
    return divisor;
}

/* sum / count, ties away from zero. */
static inline int8_t divide(int32_t sum, divisor_t d) {
    const uint32_t positive = (uint32_t)(sum + (sum >> 31 & d.even) + d.offset);
    return (int8_t)((int32_t)((uint64_t)(2 * positive) * d.factor >> 32) - 128);
}

/* The sums of four channels, 0 and 2, 1 and 3. */
typedef struct {
    uint32_t even, odd;
} sums_t;

static inline sums_t add(sums_t sums, uint32_t word) {
    sums.even = tcnn_add_even_bytes(sums.even, word);
    sums.odd = tcnn_add_odd_bytes(sums.odd, word);
    return sums;
}

INLINE sums_t add_row(sums_t sums, const int8_t *from, int32_t columns, int32_t depth) {
    TCNN_ROLLED
    for (; columns >= 2; columns -= 2) {
        const uint32_t first = tcnn_load_4(from), second = tcnn_load_4(&from[depth]);
        sums = add(add(sums, first), second);
        from += 2 * depth;
    }
    return columns > 0 ? add(sums, tcnn_load_4(from)) : sums;
}

INLINE sums_t add_window(const int8_t *row, int32_t rows, int32_t columns,
                         int32_t depth, int32_t row_bytes) {
    sums_t sums = {0, 0};
    if (rows == 2 && columns == 2) {
        const int8_t *below = &row[row_bytes];
        const uint32_t a = tcnn_load_4(row), b = tcnn_load_4(&row[depth]);
        const uint32_t c = tcnn_load_4(below), d = tcnn_load_4(&below[depth]);
        return add(add(add(add(sums, a), b), c), d);
    }
    TCNN_ROLLED
    for (; rows > 0; rows--) {
        sums = add_row(sums, row, columns, depth);
        row += row_bytes;
    }
    return sums;
}

/* The channels of a pixel that fill fours. */
INLINE void average_quads(const int8_t *window, int32_t rows, int32_t columns,
                          int32_t depth, int32_t row_bytes, divisor_t divisor,
                          int8_t *output) {
    TCNN_ROLLED
    for (int32_t c = depth >> 2; c > 0; c--) {
        const sums_t sums = add_window(window, rows, columns, depth, row_bytes);
        output[0] = divide(tcnn_low(sums.even), divisor);
        output[1] = divide(tcnn_low(sums.odd), divisor);
        output[2] = divide(tcnn_high(sums.even), divisor);
        output[3] = divide(tcnn_high(sums.odd), divisor);
        output += 4;
        window += 4;
    }
}

/* A channel that does not fill a four with others. */
TCNN_APART static int32_t sum_one(const int8_t *row, int32_t rows, int32_t columns,
                                  int32_t depth, int32_t row_bytes) {
    int32_t sum = 0;
    for (; rows > 0; rows--) {
        TCNN_ROLLED
        for (int32_t x = 0; x < columns; x++) {
            sum += row[x * depth];
        }
        row += row_bytes;
    }
    return sum;
}

TCNN_SHARED void tcnn_average_pool_2d_s8_dsp(const tcnn_pool_params_t *params,
                                             const int8_t *input, int8_t *output) {
    const tcnn_pool_params_t *p = params;
    const int32_t depth = p->channels;
    const int32_t row_bytes = p->input_width * depth;
    const int32_t size = p->output_height * p->output_width * depth;
    int32_t count = 0;
    divisor_t divisor = {0, 0, 0};
    for (int32_t oy = 0; oy < p->output_height; oy++) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t y = tcnn_max(top, 0);
        const int32_t rows = tcnn_min(top + p->window_height, p->input_height) - y;
        for (int32_t ox = 0; ox < p->output_width; ox++) {
            const int32_t left = ox * p->stride_width - p->pad_left;
            const int32_t x = tcnn_max(left, 0);
            const int32_t columns =
                tcnn_min(left + p->window_width, p->input_width) - x;
            const int8_t *window = &input[y * row_bytes + x * depth];
            if (rows * columns != count) {
                count = rows * columns;
                divisor = find_divisor(count);
            }
            if (rows == 2 && columns == 2) {
                average_quads(window, 2, 2, depth, row_bytes, divisor, output);
            } else {
                average_quads(window, rows, columns, depth, row_bytes, divisor, output);
            }
            for (int32_t c = depth & ~3; c < depth; c++) {
                const int32_t sum =
                    sum_one(&window[c], rows, columns, depth, row_bytes);
                output[c] = divide(sum, divisor);
            }
            output += depth;
        }
    }
    tcnn_clamp_bytes(&output[-size], size, p->clamp_min, p->clamp_max);
}
