/*
 * extremum_words.h - the larger, or smaller, elements of two rows, by words
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_EXTREMUM_WORDS_H
#define TCNN_EXTREMUM_WORDS_H

#include <stddef.h>

#include "broadcast_rows.h"
#include "extremum.h"

TCNN_INLINE void tcnn_choose_row(const tcnn_broadcast_t *b, const int8_t *first,
                                 const int8_t *second, int8_t *output,
                                 tcnn_choose_bytes_t *choose) {
    const int32_t step1 = b->stride1[3], step2 = b->stride2[3];
    int32_t size = b->shape[3];
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t four1 = tcnn_load_4(first), four2 = tcnn_load_4(second);
        first += 4 * step1;
        second += 4 * step2;
        tcnn_store_4(output, choose(four1, four2));
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = (int8_t)choose((uint8_t)*first, (uint8_t)*second);
        first += step1;
        second += step2;
    }
}

#endif /* TCNN_EXTREMUM_WORDS_H */
