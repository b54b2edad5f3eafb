/*
 * find_extremum_words.h - the same, four values at a time, for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 *
 * The value is found first, then its place. Values must be neighbours.
 */
#ifndef TCNN_FIND_EXTREMUM_WORDS_H
#define TCNN_FIND_EXTREMUM_WORDS_H

#include "dsp.h"

#include "arg_extremum.h"

#define TCNN_ARG_FEW 8 /* values that are compared one by one, if fewer */

static inline int32_t tcnn_find_of_few(const int8_t *input, int32_t size,
                                       int32_t sign) {
    int32_t best = *input * sign, place = 0;
    TCNN_ROLLED
    for (int32_t i = 1; i < size; i++) {
        const int32_t value = input[i] * sign;
        place = value > best ? i : place;
        best = value > best ? value : best;
    }
    return place;
}

/* The extreme one of `size` values in each byte. */
TCNN_INLINE uint32_t tcnn_spread_extremum(const int8_t *input, int32_t size,
                                          tcnn_choose_bytes_t *choose) {
    const uint32_t last = tcnn_load_4(&input[size - 4]);
    uint32_t found = tcnn_choose_words(last, input, 4, size >> 2, choose);
    found = choose(found, found << 16 | found >> 16);
    return choose(found, found << 8 | found >> 24);
}

/* The highest bits of bytes that are 0; that of the lowest such byte is right. */
static inline uint32_t tcnn_zero_bytes(uint32_t word) {
    return (word - 0x01010101u) & ~word & 0x80808080u;
}

static inline int32_t tcnn_find_extremum_words(const int8_t *input, int32_t size,
                                               int32_t sign) {
    if (size < TCNN_ARG_FEW) {
        return tcnn_find_of_few(input, size, sign);
    }
    const uint32_t found = sign > 0
                               ? tcnn_spread_extremum(input, size, tcnn_largest_bytes)
                               : tcnn_spread_extremum(input, size, tcnn_smallest_bytes);
    int32_t i = 0;
    uint32_t equal = tcnn_zero_bytes(tcnn_load_4(input) ^ found);
    TCNN_ROLLED
    while (!equal) {
        i = i + 4 < size - 4 ? i + 4 : size - 4; /* what is read again was not equal */
        equal = tcnn_zero_bytes(tcnn_load_4(&input[i]) ^ found);
    }
    return i + (__builtin_ctz(equal) >> 3);
}

#endif /* TCNN_FIND_EXTREMUM_WORDS_H */
