/*
 * reduce/mean_quads.c - MEAN and SUM, by words
 * SPDX-License-Identifier: Apache-2.0
 */
#include "byte_sums.h"
#include "reduce_quads.h"

#define MOST 256 /* words whose sums fit 16 bits */

/* How a sum becomes a byte. */
typedef struct {
    int32_t zero; /* sum of as many zero points */
    int32_t left; /* bits, one of them to double */
    int32_t multiplier;
    int32_t ties;        /* -1 where there are any, or 0 */
    int32_t half, right; /* what is added before so many bits are shifted out */
    int32_t output_zero;
} rescale_t;

static rescale_t find_rescale(const tcnn_mean_params_t *p) {
    const int32_t *size = p->loops.reduced_size;
    const int32_t left = p->shift > 0 ? p->shift : 0, right = left - p->shift;
    const rescale_t r = {
        size[0] * size[1] * size[2] * p->input_zero_point,
        left + 1,
        p->multiplier,
        right > 0 ? -1 : 0,
        (int32_t)(UINT32_C(1) << right >> 1),
        right,
        p->output_zero_point,
    };
    return r;
}

static inline int32_t rescale(const rescale_t *r, int32_t sum) {
    const uint32_t doubled = (uint32_t)(sum - r->zero) << r->left;
    int32_t value = tcnn_high_multiply((int32_t)doubled, r->multiplier);
    value += value >> 31 & r->ties; /* away from zero */
    return tcnn_saturate_8(((value + r->half) >> r->right) + r->output_zero);
}

static inline uint32_t rescale_four(const void *state, int32_t a, int32_t b, int32_t c,
                                    int32_t d) {
    const rescale_t r = *(const rescale_t *)state;
    uint32_t word = (uint8_t)rescale(&r, a);
    word |= (uint32_t)(uint8_t)rescale(&r, b) << 8;
    word |= (uint32_t)(uint8_t)rescale(&r, c) << 16;
    return word | (uint32_t)rescale(&r, d) << 24;
}

/* Of several runs, or long ones. */
TCNN_APART static uint32_t reduce_runs(const void *state, const tcnn_reduce_params_t *p,
                                       const int8_t *input) {
    int32_t sums[4] = {0, 0, 0, 0};
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *x =
                &input[i * p->reduced_stride[0] + j * p->reduced_stride[1]];
            tcnn_sum_many(sums, x, p->reduced_stride[2], p->reduced_size[2]);
        }
    }
    return rescale_four(state, sums[0], sums[1], sums[2], sums[3]);
}

static inline uint32_t reduce_four(const void *state, const tcnn_reduce_params_t *p,
                                   const int8_t *input) {
    const int32_t size = p->reduced_size[2];
    if (size > MOST || p->reduced_size[1] > 1) {
        return reduce_runs(state, p, input);
    }
    const tcnn_byte_sums_t none = {0, 0};
    const tcnn_byte_sums_t sums =
        tcnn_sum_words(none, input, p->reduced_stride[2], size);
    return rescale_four(state, tcnn_low(sums.even), tcnn_low(sums.odd),
                        tcnn_high(sums.even), tcnn_high(sums.odd));
}

/* `count` neighbours, at most 1,024 at a time. */
TCNN_APART static int32_t sum_run(const int8_t *from, int32_t count) {
    int32_t sum = 0;
    while (count >= 4) {
        const int32_t words = count < 4 * MOST ? count >> 2 : MOST;
        const tcnn_byte_sums_t none = {0, 0};
        const tcnn_byte_sums_t sums = tcnn_sum_words(none, from, 4, words);
        sum = (int32_t)tcnn_smlad(sums.even, 0x00010001u, (uint32_t)sum);
        sum = (int32_t)tcnn_smlad(sums.odd, 0x00010001u, (uint32_t)sum);
        from += 4 * words;
        count -= 4 * words;
    }
    TCNN_ROLLED
    for (; count > 0; count--) {
        sum += *from++;
    }
    return sum;
}

static int32_t reduce_one(const void *state, const tcnn_reduce_params_t *p,
                          const int8_t *input) {
    const int32_t step = p->reduced_stride[2], size = p->reduced_size[2];
    int32_t sum = 0;
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        const int8_t *x = &input[i * p->reduced_stride[0]];
        for (int32_t j = p->reduced_size[1]; j > 0; j--) {
            sum += step == 1 ? sum_run(x, size) : tcnn_sum_bytes(x, step, size);
            x += p->reduced_stride[1];
        }
    }
    return rescale(state, sum);
}

TCNN_SHARED void tcnn_mean_s8_dsp(const tcnn_mean_params_t *params, const int8_t *input,
                                  int8_t *output) {
    const rescale_t r = find_rescale(params);
    tcnn_reduce_quads(&params->loops, input, output, &r, reduce_four, reduce_one);
}
