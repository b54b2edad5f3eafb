/*
 * mul/rows.c - MUL, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rounded twice as the reference does, by one instruction and by adding a half.
 */
#include "broadcast_rows.h"

#include "mul.h"

/* Kept apart from the parameters, which outputs may lie over for all C knows. */
typedef struct {
    int32_t zero1, zero2, multiplier, right, offset;
} rescale_t;

static inline int8_t rescale(rescale_t r, int32_t first, int32_t second) {
    const int32_t product = first * second;
    /* twice the product, by a multiplier that is 2^32 less */
    int32_t value = tcnn_high_multiply_add(product, r.multiplier, product);
    value += value >> 31; /* ties away from zero */
    return tcnn_saturate_8((value + r.offset) >> r.right);
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
        output[0] = rescale(r, tcnn_add_byte_0(r.zero1, four1),
                            tcnn_add_byte_0(r.zero2, four2));
        output[1] = rescale(r, tcnn_add_byte_1(r.zero1, four1),
                            tcnn_add_byte_1(r.zero2, four2));
        output[2] = rescale(r, tcnn_add_byte_2(r.zero1, four1),
                            tcnn_add_byte_2(r.zero2, four2));
        output[3] = rescale(r, tcnn_add_byte_3(r.zero1, four1),
                            tcnn_add_byte_3(r.zero2, four2));
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = rescale(r, *first + r.zero1, *second + r.zero2);
        first += step1;
        second += step2;
    }
}

TCNN_SHARED void tcnn_mul_s8_dsp(const tcnn_mul_dsp_params_t *params,
                                 const int8_t *input1, const int8_t *input2,
                                 int8_t *output) {
    const tcnn_mul_dsp_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    const int32_t half = (int32_t)(UINT32_C(1) << (p->right - 1));
    const int32_t multiplier = (int32_t)(2 * (uint32_t)p->multiplier);
    const rescale_t r = {-p->input1_zero_point, -p->input2_zero_point, multiplier,
                         p->right, p->output_zero_point * half * 2 + half};
    tcnn_compute_rows(b, input1, input2, output, &r, compute);
    tcnn_clamp_bytes(output, tcnn_rows(b) * b->shape[3], p->clamp_min, p->clamp_max);
}
