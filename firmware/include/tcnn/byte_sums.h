/*
 * byte_sums.h - sums of the bytes of words, by kernels for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_BYTE_SUMS_H
#define TCNN_BYTE_SUMS_H

#include "dsp.h"

/* Of 256 words at most. */
typedef struct {
    uint32_t even; /* of bytes 0 and 2, in 16 bits each; any */
    uint32_t odd;  /* of bytes 1 and 3, likewise; any */
} tcnn_byte_sums_t;

static inline tcnn_byte_sums_t tcnn_sum_word(tcnn_byte_sums_t sums, uint32_t word) {
    sums.even = tcnn_add_even_bytes(sums.even, word);
    sums.odd = tcnn_add_odd_bytes(sums.odd, word);
    return sums;
}

/* Adds `count` words, `step` bytes apart: 18 cycles for four. */
static inline tcnn_byte_sums_t tcnn_sum_words(tcnn_byte_sums_t sums, const int8_t *from,
                                              int32_t step, int32_t count) {
    TCNN_ROLLED
    for (int32_t i = count >> 2; i > 0; i--) {
        const tcnn_words_t w = tcnn_load_words(from, step);
        sums = tcnn_sum_word(tcnn_sum_word(sums, w.a), w.b);
        sums = tcnn_sum_word(tcnn_sum_word(sums, w.c), w.d);
        from += 4 * step;
    }
    if (count & 2) {
        const uint32_t first = tcnn_load_4(from), second = tcnn_load_4(&from[step]);
        sums = tcnn_sum_word(tcnn_sum_word(sums, first), second);
        from += 2 * step;
    }
    return count & 1 ? tcnn_sum_word(sums, tcnn_load_4(from)) : sums;
}

/* The same in 32 bits, of any number of words: sums of bytes 0, 1, 2, 3. */
static inline void tcnn_sum_many(int32_t *sums, const int8_t *from, int32_t step,
                                 int32_t count) {
    while (count > 0) {
        const int32_t words = count < 256 ? count : 256;
        const tcnn_byte_sums_t few =
            tcnn_sum_words((tcnn_byte_sums_t){0, 0}, from, step, words);
        sums[0] += tcnn_low(few.even);
        sums[1] += tcnn_low(few.odd);
        sums[2] += tcnn_high(few.even);
        sums[3] += tcnn_high(few.odd);
        from += words * step;
        count -= words;
    }
}

/* The sum of `count` bytes, `step` apart. */
static inline int32_t tcnn_sum_bytes(const int8_t *from, int32_t step, int32_t count) {
    int32_t sum = 0;
    TCNN_ROLLED
    for (int32_t i = count >> 2; i > 0; i--) {
        const int32_t a = from[0], b = from[step];
        const int32_t c = from[2 * step], d = from[3 * step];
        sum += a + b + c + d;
        from += 4 * step;
    }
    TCNN_ROLLED
    for (int32_t i = count & 3; i > 0; i--) {
        sum += *from;
        from += step;
    }
    return sum;
}

#endif /* TCNN_BYTE_SUMS_H */
