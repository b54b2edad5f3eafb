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

enum {
    TCNN_JOINED_BYTES = 64 /* of short rows that are computed as one */
};

/* Rows that are computed as one: where an input repeats its row, from copies of it. */
static inline int32_t tcnn_count_joined(const tcnn_broadcast_t *b,
                                        const int32_t *repeated, const int32_t *other) {
    const int32_t size = b->shape[3];
    if (repeated[2] != 0 || repeated[3] != 1 || other[2] != size || other[3] != 1) {
        return 1;
    }
    const int32_t most = TCNN_JOINED_BYTES / size;
    const int32_t times = most < b->shape[2] ? most : b->shape[2];
    return times < 1 ? 1 : times;
}

/* All rows, the parameters given to each. */
TCNN_INLINE void tcnn_compute_rows(const tcnn_broadcast_t *b, const int8_t *input1,
                                   const int8_t *input2, int8_t *output,
                                   const void *params, tcnn_compute_row_t *compute) {
    const int32_t size = b->shape[3];
    const int32_t times1 = tcnn_count_joined(b, b->stride1, b->stride2);
    const int32_t times2 = tcnn_count_joined(b, b->stride2, b->stride1);
    const int32_t times = times1 > 1 ? times1 : times2;
    const int32_t step1 = times * b->stride1[2], step2 = times * b->stride2[2];
    int8_t copies[TCNN_JOINED_BYTES];
    tcnn_broadcast_t rows = *b;
    const int32_t step = times * size;
    for (int32_t i = 0; i < b->shape[0]; i++) {
        for (int32_t j = 0; j < b->shape[1]; j++) {
            const int8_t *first = &input1[i * b->stride1[0] + j * b->stride1[1]];
            const int8_t *second = &input2[i * b->stride2[0] + j * b->stride2[1]];
            if (times > 1) {
                const int8_t *row = times1 > 1 ? first : second;
                for (int32_t k = 0; k < times; k++) {
                    tcnn_copy_bytes(&copies[k * size], row, size);
                }
                first = times1 > 1 ? copies : first;
                second = times1 > 1 ? second : copies;
            }
            rows.shape[3] = step;
            for (int32_t k = b->shape[2]; k > 0; k -= times) {
                uint32_t four1, four2;
                if (k < times) {
                    rows.shape[3] = k * size;
                }
                compute(params, &rows, tcnn_repeat(first, b->stride1[3], &four1),
                        tcnn_repeat(second, b->stride2[3], &four2), output);
                first += step1;
                second += step2;
                output += rows.shape[3];
            }
        }
    }
}

#endif /* TCNN_BROADCAST_ROWS_H */
