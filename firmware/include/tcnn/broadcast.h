/*
 * broadcast.h - how a kernel walks two inputs that repeat along some dimensions
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_BROADCAST_H
#define TCNN_BROADCAST_H

#include "tcnn.h"

/* How two inputs are walked to give every element of the output in order. Dimensions
 * that both inputs walk alike are one. */
typedef struct {
    /* of the output, outermost first; 1 or more, unused ones in front: 1 */
    int32_t shape[4];
    /* elements of input 1 to the next index; 0 or more, 0: repeated */
    int32_t stride1[4];
    /* elements of input 2 to the next index; 0 or more, 0: repeated */
    int32_t stride2[4];
} tcnn_broadcast_t;

/* Rows of the output: runs along its last dimension. */
static inline int32_t tcnn_rows(const tcnn_broadcast_t *b) {
    return b->shape[0] * b->shape[1] * b->shape[2];
}

/* The element of an input that row `row` of the output starts with; `stride` is one of
 * the two in `b`. */
static inline int32_t tcnn_row_start(const tcnn_broadcast_t *b, const int32_t *stride,
                                     int32_t row) {
    const int32_t plane = row / b->shape[2];
    return plane / b->shape[1] * stride[0] + plane % b->shape[1] * stride[1] +
           row % b->shape[2] * stride[2];
}

#endif /* TCNN_BROADCAST_H */
