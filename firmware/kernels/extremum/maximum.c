/*
 * extremum/maximum.c - MAXIMUM, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "broadcast.h"
#include "extremum.h"
#include "fixed_point.h"

TCNN_SHARED void tcnn_maximum_s8(const tcnn_broadcast_t *params, const int8_t *input1,
                                 const int8_t *input2, int8_t *output) {
    const tcnn_broadcast_t *b = params;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        for (int32_t i = 0; i < b->shape[3]; i++) {
            *output++ =
                (int8_t)tcnn_max(first[i * b->stride1[3]], second[i * b->stride2[3]]);
        }
    }
}
