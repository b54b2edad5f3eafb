/*
 * add/broadcast.c - ADD of tensors of unlike shapes, and SUB, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "broadcast.h"
#include "add.h"
#include "fixed_point.h"

static int32_t rescale(int32_t value, const tcnn_add_term_t *term) {
    return tcnn_rescale_term(value - term->zero_point, term->multiplier, term->shift);
}

TCNN_SHARED void tcnn_add_broadcast_s8(const tcnn_add_broadcast_params_t *params,
                                       const int8_t *input1, const int8_t *input2,
                                       int8_t *output) {
    const tcnn_add_broadcast_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        for (int32_t i = 0; i < b->shape[3]; i++) {
            const int32_t sum =
                rescale(first[i * b->stride1[3]], &p->input1) +
                p->sign * rescale(second[i * b->stride2[3]], &p->input2);
            const int32_t value =
                tcnn_requantize(sum, p->output.multiplier, p->output.shift) +
                p->output.zero_point;
            *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
        }
    }
}
