/*
 * l2_normalization/portable.c - L2_NORMALIZATION, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_functions.h"
#include "fixed_point.h"
#include "l2_normalization.h"

/* A root's inverse is multiplier / 2^31 * 2^shift. */
typedef struct {
    int32_t multiplier;
    int32_t shift;
} inverse_t;

static int32_t multiply(int32_t a, int32_t b) {
    return tcnn_doubling_high_multiply(a, b);
}

/* 1 / sqrt(x) for x in Q3.28, from an eighth to a half, in Q3.28. */
static int32_t invert_root(int32_t x) {
    const int32_t one_and_a_half = (1 << 28) + (1 << 27);
    const int32_t half = tcnn_divide_by_power_of_two(x, 1);
    int32_t y = 1 << 28;
    for (int step = 0; step < 5; step++) {
        const int32_t cube = tcnn_shift_left(multiply(multiply(y, y), y), 6);
        y = tcnn_shift_left(multiply(one_and_a_half, y) - multiply(half, cube), 3);
    }
    return y;
}

static inverse_t inverse_of_root(int32_t sum) {
    const int32_t sqrt_half = 1518500250; /* Q0.31 */
    inverse_t inverse = {INT32_MAX, 0};
    if (sum > 1) {
        int32_t shift = 11;
        while (sum >= 1 << 29) {
            sum /= 4;
            shift++;
        }
        const int32_t pairs = (tcnn_leading_zeros((uint32_t)sum) - 1) / 2 - 1;
        shift -= pairs;
        const int32_t root = invert_root((sum << 2 * pairs) >> 1);
        inverse.multiplier = multiply(root, sqrt_half) * (1 << tcnn_max(-shift, 0));
        inverse.shift = -tcnn_max(shift, 0);
    }
    return inverse;
}

TCNN_SHARED void tcnn_l2_normalization_s8(const tcnn_l2_normalization_params_t *params,
                                          const int8_t *input, int8_t *output) {
    const tcnn_l2_normalization_params_t *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t sum = 0;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t value = input[c] - p->input_zero_point;
            sum += value * value;
        }
        const inverse_t inverse = inverse_of_root(sum);
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t value = tcnn_requantize(
                input[c] - p->input_zero_point, inverse.multiplier, inverse.shift + 7);
            output[c] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
        }
        input += p->channels;
        output += p->channels;
    }
}
