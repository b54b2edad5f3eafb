/*
 * fixed_functions.h - fixed-point functions that kernels share
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_FIXED_FUNCTIONS_H
#define TCNN_FIXED_FUNCTIONS_H

#include "fixed_point.h"

/* value * 2^exponent, saturating. */
static inline int32_t tcnn_shift_left(int32_t value, int32_t exponent) {
    const int32_t limit = INT32_MAX >> exponent;
    if (value > limit) {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : value * (1 << exponent);
}

/* 1 / (1 + x) for x in [0, 1), both Q0.31: three Newton steps in Q2.29 on a linear
 * first guess (gemmlowp's one_over_one_plus_x_for_x_in_0_1). */
static inline int32_t tcnn_one_over_one_plus(int32_t x) {
    const int32_t half_denominator = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    const int32_t constant_48_over_17 = 1515870810;
    const int32_t constant_neg_32_over_17 = -1010580540;
    int32_t result =
        constant_48_over_17 +
        tcnn_doubling_high_multiply(constant_neg_32_over_17, half_denominator);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error =
            (1 << 29) - tcnn_doubling_high_multiply(result, half_denominator);
        result += tcnn_shift_left(tcnn_doubling_high_multiply(error, result), 2);
    }
    return tcnn_shift_left(result, 1);
}

/* Leading zero bits of a value that is not 0. */
static inline int32_t tcnn_leading_zeros(uint32_t value) {
    int32_t count = 0;
    while (!(value & UINT32_C(0x80000000))) {
        value <<= 1;
        count++;
    }
    return count;
}

#endif /* TCNN_FIXED_FUNCTIONS_H */
