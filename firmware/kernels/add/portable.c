/*
 * add/portable.c - ADD of two tensors of one shape, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "add.h"
#include "fixed_point.h"

static int32_t rescale(int32_t value, const tcnn_add_term_t *term) {
    return tcnn_rescale_term(value - term->zero_point, term->multiplier, term->shift);
}

TCNN_SHARED void tcnn_add_s8(const tcnn_add_params_t *params, const int8_t *input1,
                             const int8_t *input2, int8_t *output) {
    const tcnn_add_params_t *p = params;
    for (int32_t i = 0; i < p->size; i++) {
        const int32_t sum =
            rescale(input1[i], &p->input1) + rescale(input2[i], &p->input2);
        const int32_t value =
            tcnn_requantize(sum, p->output.multiplier, p->output.shift) +
            p->output.zero_point;
        output[i] = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
    }
}
