/*
 * tcnn_softmax_s8.c - SOFTMAX, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "kernels.h"

/* The sum of exponentials is kept in Q12.19. */
#define SUM_INTEGER_BITS 12

/* value * 2^exponent, saturating. */
static int32_t shift_left(int32_t value, int32_t exponent) {
    const int32_t limit = INT32_MAX >> exponent;
    if (value > limit) {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : value * (1 << exponent);
}

/* 1 / (1 + x) for x in [0, 1), both Q0.31: three Newton steps in Q2.29 on a linear
 * first guess (gemmlowp's one_over_one_plus_x_for_x_in_0_1). */
static int32_t one_over_one_plus(int32_t x) {
    const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    const int32_t constant_48_over_17 = 1515870810;
    const int32_t constant_neg_32_over_17 = -1010580540;
    int32_t result =
        constant_48_over_17 +
        tcnn_doubling_high_multiply(constant_neg_32_over_17, half_denominator);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error =
            (1 << 29) - tcnn_doubling_high_multiply(result, half_denominator);
        result += shift_left(tcnn_doubling_high_multiply(error, result), 2);
    }
    return shift_left(result, 1);
}

/* Leading zero bits of a value that is not 0. */
static int32_t leading_zeros(uint32_t value) {
    int32_t count = 0;
    while (!(value & UINT32_C(0x80000000))) {
        value <<= 1;
        count++;
    }
    return count;
}

void tcnn_softmax_s8(const tcnn_softmax_params_t *params, const int8_t *input,
                     int8_t *output) {
    const tcnn_softmax_params_t *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t largest = INT8_MIN;
        for (int32_t c = 0; c < p->channels; c++) {
            largest = tcnn_max(largest, input[c]);
        }
        int32_t sum = 0;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t difference = largest - input[c];
            if (difference < p->table_size) {
                sum +=
                    tcnn_divide_by_power_of_two(p->exp[difference], SUM_INTEGER_BITS);
            }
        }
        const int32_t zeros = leading_zeros((uint32_t)sum);
        const int32_t fraction =
            (int32_t)(((uint32_t)sum << zeros) - UINT32_C(0x80000000));
        const int32_t reciprocal = one_over_one_plus(fraction);
        const int32_t exponent = SUM_INTEGER_BITS - zeros + 31 - 8;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t difference = largest - input[c];
            int32_t value = INT8_MIN;
            if (difference < p->table_size) {
                value += tcnn_divide_by_power_of_two(
                    tcnn_doubling_high_multiply(reciprocal, p->exp[difference]),
                    exponent);
            }
            output[c] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
        }
        input += p->channels;
        output += p->channels;
    }
}
