/*
 * term_rows.h - sums of two rescaled inputs by rows, for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rounded twice as the reference does: terms in their table, the rest by one
 * instruction and by adding a half, less 1 below 0.
 */
#ifndef TCNN_TERM_ROWS_H
#define TCNN_TERM_ROWS_H

#include "broadcast_rows.h"

#include "terms.h"

/* What is rescaled to the output, of the sum of both terms. */
typedef int32_t tcnn_use_sum_t(int32_t sum);

TCNN_INLINE int8_t tcnn_finish_terms(tcnn_terms_t t, int32_t first, uint32_t second,
                                     tcnn_use_sum_t *use) {
    const int32_t value = use(first * t.factor + t.sums[second]);
    const int32_t offset = t.offset + (value >> 31); /* ties away from zero */
    return tcnn_saturate_8(tcnn_high_multiply_add(value, t.multiplier, offset) >>
                           t.right);
}

/* A row of the output. */
TCNN_INLINE void tcnn_compute_terms(tcnn_terms_t t, const tcnn_broadcast_t *b,
                                    const int8_t *first, const int8_t *second,
                                    int8_t *output, tcnn_use_sum_t *use) {
    const int32_t step1 = b->stride1[3], step2 = b->stride2[3];
    int32_t size = b->shape[3];
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t four1 = tcnn_load_4(first), four2 = tcnn_load_4(second);
        first += 4 * step1;
        second += 4 * step2;
        output[0] = tcnn_finish_terms(t, (int8_t)four1, four2 & 0xFF, use);
        output[1] = tcnn_finish_terms(t, (int8_t)(four1 >> 8), four2 >> 8 & 0xFF, use);
        output[2] =
            tcnn_finish_terms(t, (int8_t)(four1 >> 16), four2 >> 16 & 0xFF, use);
        output[3] = tcnn_finish_terms(t, (int8_t)(four1 >> 24), four2 >> 24, use);
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = tcnn_finish_terms(t, *first, (uint8_t)*second, use);
        first += step1;
        second += step2;
    }
}

#endif /* TCNN_TERM_ROWS_H */
