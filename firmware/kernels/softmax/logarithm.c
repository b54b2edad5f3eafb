/*
 * softmax/logarithm.c - LOG_SOFTMAX, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_functions.h"
#include "fixed_point.h"
#include "softmax.h"

/* The sum of exponentials is kept in Q12.19, its logarithm in Q5.26. */
#define SUM_INTEGER_BITS 12

static int32_t multiply(int32_t a, int32_t b) {
    return tcnn_doubling_high_multiply(a, b);
}

/* `exponent` in Q6.25, `quarters` added. */
static int32_t power(int32_t exponent, int32_t quarters) {
    return exponent * (1 << 25) + quarters * (1 << 23);
}

/* ln(sum) for sum >= 1, Q12.19 to Q5.26: the exponent times ln(2), and a rational
 * function of the mantissa about 2^(-1/4) (TFLite's
 * log_x_for_x_greater_than_or_equal_to_1). Constants are Q0.31. */
static int32_t logarithm(int32_t sum) {
    const int32_t log_2 = 1488522236;
    const int32_t sqrt_half = 1518500250;
    const int32_t center = 1805811301; /* 2^(-1/4) */
    const int32_t alpha_n = 117049297;
    const int32_t alpha_d = 127690142;
    const int32_t alpha_i = 1057819769;
    const int32_t alpha_f = 638450708;
    const int32_t zeros = tcnn_leading_zeros((uint32_t)sum);
    const int32_t zeros_b = tcnn_leading_zeros((uint32_t)multiply(sum, sqrt_half)) - 1;
    const int32_t r_a =
        tcnn_shift_left(multiply(tcnn_shift_left(sum, zeros - 1), sqrt_half), 1);
    const int32_t r = tcnn_min(r_a, tcnn_shift_left(sum, zeros_b));
    const int32_t exponent = tcnn_max(power(SUM_INTEGER_BITS - zeros, 1),
                                      power(SUM_INTEGER_BITS - zeros_b, -1));
    const int32_t p = (int32_t)(((int64_t)r + center + 1) / 2);
    const int32_t q = (r - center) * 2;
    const int32_t square = multiply(q, q);
    const int32_t numerator = multiply(q, r) + multiply(multiply(q, square), alpha_n);
    const int32_t denominator =
        multiply(p, alpha_i + q + multiply(alpha_d, square)) + multiply(alpha_f, q);
    const int32_t fraction = multiply(tcnn_divide_by_power_of_two(numerator, 6),
                                      tcnn_one_over_one_plus(denominator));
    return tcnn_shift_left(multiply(exponent, log_2) + fraction, 1);
}

TCNN_SHARED void tcnn_log_softmax_s8(const tcnn_log_softmax_params_t *params,
                                     const int8_t *input, int8_t *output) {
    const tcnn_log_softmax_params_t *p = params;
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
        const int32_t log_sum = logarithm(sum);
        const int32_t end =
            tcnn_min(p->table_size,
                     -tcnn_requantize(log_sum + INT32_MIN, p->multiplier, p->shift));
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t difference = largest - input[c];
            int32_t value = INT8_MIN;
            if (difference < end) {
                value =
                    tcnn_divide_by_power_of_two(p->scaled[difference] - log_sum, 22) +
                    INT8_MAX;
            }
            output[c] = (int8_t)tcnn_clamp(value, INT8_MIN, INT8_MAX);
        }
        input += p->channels;
        output += p->channels;
    }
}
