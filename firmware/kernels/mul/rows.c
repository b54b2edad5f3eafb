/*
 * mul/rows.c - MUL, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rounded twice as the reference does, by one instruction and by adding a half.
 */
#include "dsp.h"

#include "mul.h"

/* Kept apart from the parameters, which outputs may lie over for all C knows. */
typedef struct {
    int32_t zero1, zero2, multiplier, right, offset;
} rescale_t;

static inline int8_t rescale(rescale_t r, int32_t first, int32_t second) {
    const int32_t product = first * second;
    int32_t value = tcnn_high_multiply(2 * product, r.multiplier);
    value += value >> 31; /* ties away from zero */
    return tcnn_saturate_8((value + r.offset) >> r.right);
}

TCNN_SHARED void tcnn_mul_s8_dsp(const tcnn_mul_dsp_params_t *params,
                                 const int8_t *input1, const int8_t *input2,
                                 int8_t *output) {
    const tcnn_mul_dsp_params_t *p = params;
    const tcnn_broadcast_t *b = &p->broadcast;
    const int32_t size = b->shape[3], step1 = b->stride1[3], step2 = b->stride2[3];
    const int32_t half = (int32_t)(UINT32_C(1) << (p->right - 1));
    const rescale_t r = {-p->input1_zero_point, -p->input2_zero_point, p->multiplier,
                         p->right, p->output_zero_point * half * 2 + half};
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        const uint32_t repeated1 = (uint8_t)*first * 0x01010101u;
        const uint32_t repeated2 = (uint8_t)*second * 0x01010101u;
        first = step1 == 0 ? (const int8_t *)&repeated1 : first;
        second = step2 == 0 ? (const int8_t *)&repeated2 : second;
        TCNN_ROLLED
        for (int32_t i = size >> 2; i > 0; i--) {
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
        for (int32_t i = size & 3; i > 0; i--) {
            *output++ = rescale(r, *first + r.zero1, *second + r.zero2);
            first += step1;
            second += step2;
        }
    }
    const int32_t all = tcnn_rows(b) * size;
    tcnn_clamp_bytes(output - all, all, p->clamp_min, p->clamp_max);
}
