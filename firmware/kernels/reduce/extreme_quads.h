/*
 * extreme_quads.h - REDUCE_MAX and REDUCE_MIN, by words
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_EXTREME_QUADS_H
#define TCNN_EXTREME_QUADS_H

#include <stddef.h>

#include "reduce_quads.h"

/* Of neighbours: byte by byte of the words that start from them. */
TCNN_INLINE uint32_t tcnn_extreme_of_words(const tcnn_reduce_params_t *p,
                                           const int8_t *input,
                                           tcnn_choose_bytes_t *choose) {
    uint32_t found = tcnn_load_4(input);
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *x =
                &input[i * p->reduced_stride[0] + j * p->reduced_stride[1]];
            found = tcnn_choose_words(found, x, p->reduced_stride[2],
                                      p->reduced_size[2], choose);
        }
    }
    return found;
}

/* Of what is reduced to one output; by words where it lies side by side. */
TCNN_INLINE int32_t tcnn_extreme_of_bytes(const tcnn_reduce_params_t *p,
                                          const int8_t *input,
                                          tcnn_choose_bytes_t *choose) {
    const int32_t step = p->reduced_stride[2];
    uint32_t found = (uint8_t)*input * 0x01010101u;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *x =
                &input[i * p->reduced_stride[0] + j * p->reduced_stride[1]];
            int32_t left = p->reduced_size[2];
            if (step == 1) {
                found = tcnn_choose_words(found, x, 4, left >> 2, choose);
                x += left & ~3;
                left &= 3;
            }
            TCNN_ROLLED
            for (; left > 0; left--) {
                found = choose(found, (uint8_t)*x * 0x01010101u);
                x += step;
            }
        }
    }
    found = choose(found, found >> 16 | found << 16);
    return (int8_t)choose(found, found >> 8 | found << 24);
}

#endif /* TCNN_EXTREME_QUADS_H */
