/*
 * reduce/mean_quads.c - MEAN and SUM, four neighbours at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "reduce_quads.h"

enum { MOST = 256 }; /* bytes whose sum fits 16 bits */

/* Adds `count` words, `step` bytes apart, to the sums of their bytes. */
static inline void add(const int8_t *x, int32_t step, int32_t count, int32_t *sums) {
    while (count > 0) {
        uint32_t even = 0, odd = 0;
        int32_t left = tcnn_min(count, MOST);
        count -= left;
        TCNN_ROLLED
        for (; left >= 2; left -= 2) {
            const uint32_t first = tcnn_load_4(x), second = tcnn_load_4(&x[step]);
            even = tcnn_add_even_bytes(tcnn_add_even_bytes(even, first), second);
            odd = tcnn_add_odd_bytes(tcnn_add_odd_bytes(odd, first), second);
            x += 2 * step;
        }
        if (left) {
            even = tcnn_add_even_bytes(even, tcnn_load_4(x));
            odd = tcnn_add_odd_bytes(odd, tcnn_load_4(x));
            x += step;
        }
        sums[0] += tcnn_low(even);
        sums[1] += tcnn_low(odd);
        sums[2] += tcnn_high(even);
        sums[3] += tcnn_high(odd);
    }
}

static uint32_t reduce(const void *params, const int8_t *input) {
    const tcnn_mean_params_t *p = params;
    const int32_t *size = p->loops.reduced_size;
    const int32_t *stride = p->loops.reduced_stride;
    const int32_t count = size[0] * size[1] * size[2];
    const int32_t zero = count * p->input_zero_point;
    int32_t sums[4] = {-zero, -zero, -zero, -zero};
    for (int32_t i = 0; i < size[0]; i++) {
        for (int32_t j = 0; j < size[1]; j++) {
            add(&input[i * stride[0] + j * stride[1]], stride[2], size[2], sums);
        }
    }
    uint32_t word = 0;
    for (int32_t k = 3; k >= 0; k--) {
        const int32_t value = tcnn_requantize(sums[k], p->multiplier, p->shift);
        word = word << 8 | (uint8_t)tcnn_saturate_8(value + p->output_zero_point);
    }
    return word;
}

TCNN_SHARED void tcnn_mean_s8_dsp(const tcnn_mean_params_t *params, const int8_t *input,
                                  int8_t *output) {
    tcnn_reduce_quads(&params->loops, input, output, params, reduce);
}
