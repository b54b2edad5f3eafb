/*
 * broadcast_rows.h - walks two inputs by rows of the output, for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_BROADCAST_ROWS_H
#define TCNN_BROADCAST_ROWS_H

#include "broadcast.h"
#include "dsp.h"

/* A row of the output: `shape[3]` elements from two inputs, whose elements are
 * `stride1[3]` and `stride2[3]` apart, 0 or 1. Of an input that repeats one, `first` or
 * `second` has four. */
typedef void tcnn_compute_row_t(const void *params, const tcnn_broadcast_t *b,
                                const int8_t *first, const int8_t *second,
                                int8_t *output);

/* Four times the element at `from` in `four` where it repeats, else what is there. */
static inline const int8_t *tcnn_repeat(const int8_t *from, int32_t stride,
                                        uint32_t *four) {
    if (stride != 0) {
        return from;
    }
    *four = (uint8_t)*from * 0x01010101u;
    return (const int8_t *)four;
}

/* All rows, the parameters given to each. */
TCNN_INLINE void tcnn_compute_rows(const tcnn_broadcast_t *b, const int8_t *input1,
                                   const int8_t *input2, int8_t *output,
                                   const void *params, tcnn_compute_row_t *compute) {
    for (int32_t i = 0; i < b->shape[0]; i++) {
        for (int32_t j = 0; j < b->shape[1]; j++) {
            const int8_t *first = &input1[i * b->stride1[0] + j * b->stride1[1]];
            const int8_t *second = &input2[i * b->stride2[0] + j * b->stride2[1]];
            for (int32_t k = b->shape[2]; k > 0; k--) {
                uint32_t four1, four2;
                compute(params, b, tcnn_repeat(first, b->stride1[3], &four1),
                        tcnn_repeat(second, b->stride2[3], &four2), output);
                first += b->stride1[2];
                second += b->stride2[2];
                output += b->shape[3];
            }
        }
    }
}

#endif /* TCNN_BROADCAST_ROWS_H */
