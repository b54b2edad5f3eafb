/*
 * prelu/rows.c - PRELU, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rounded twice as the reference does, by one instruction and by adding a half.
 */
#include "broadcast_rows.h"

#include "prelu.h"

/* Kept apart from the parameters, which outputs may lie over for all C knows. */
typedef struct {
    int32_t zero, slope_zero;
    int32_t factor, multiplier, right, offset; /* from the zero point upwards */
    int32_t alpha_multiplier, alpha_right, alpha_offset;
} rescale_t;

/* `x` and `slope` less their zero points. */
static inline int8_t rescale(const rescale_t *r, int32_t x, int32_t slope) {
    if (x >= 0) {
        const int32_t value = tcnn_high_multiply(x * r->factor, r->multiplier);
        return tcnn_saturate_8((value + r->offset) >> r->right);
    }
    int32_t value = tcnn_high_multiply(2 * x * slope, r->alpha_multiplier);
    value += value >> 31; /* ties away from zero */
    return tcnn_saturate_8((value + r->alpha_offset) >> r->alpha_right);
}

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    const rescale_t r = *(const rescale_t *)params;
    const int32_t step1 = b->stride1[3], step2 = b->stride2[3];
    int32_t size = b->shape[3];
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t four1 = tcnn_load_4(first), four2 = tcnn_load_4(second);
        first += 4 * step1;
        second += 4 * step2;
        output[0] = rescale(&r, tcnn_add_byte_0(r.zero, four1),
                            tcnn_add_byte_0(r.slope_zero, four2));
        output[1] = rescale(&r, tcnn_add_byte_1(r.zero, four1),
                            tcnn_add_byte_1(r.slope_zero, four2));
        output[2] = rescale(&r, tcnn_add_byte_2(r.zero, four1),
                            tcnn_add_byte_2(r.slope_zero, four2));
        output[3] = rescale(&r, tcnn_add_byte_3(r.zero, four1),
                            tcnn_add_byte_3(r.slope_zero, four2));
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = rescale(&r, *first + r.zero, *second + r.slope_zero);
        first += step1;
        second += step2;
    }
}

TCNN_SHARED void tcnn_prelu_s8_dsp(const tcnn_prelu_dsp_params_t *params,
                                   const int8_t *input, const int8_t *alpha,
                                   int8_t *output) {
    const tcnn_prelu_dsp_params_t *p = params;
    const int32_t half = (int32_t)(UINT32_C(1) << p->right >> 1);
    const int32_t alpha_half = (int32_t)(UINT32_C(1) << (p->alpha_right - 1));
    const rescale_t r = {
        -p->input_zero_point,
        -p->alpha_zero_point,
        p->factor,
        p->multiplier,
        p->right,
        p->output_zero_point * (1 << p->right) + half,
        p->alpha_multiplier,
        p->alpha_right,
        p->output_zero_point * (1 << p->alpha_right) + alpha_half,
    };
    tcnn_compute_rows(&p->broadcast, input, alpha, output, &r, compute);
}
