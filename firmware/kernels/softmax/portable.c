/*
 * softmax/portable.c - SOFTMAX, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_functions.h"
#include "fixed_point.h"
#include "softmax.h"

/* The sum of exponentials is kept in Q12.19. */
#define SUM_INTEGER_BITS 12

TCNN_SHARED void tcnn_softmax_s8(const tcnn_softmax_params_t *params,
                                 const int8_t *input, int8_t *output) {
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
        const int32_t zeros = tcnn_leading_zeros((uint32_t)sum);
        const int32_t fraction =
            (int32_t)(((uint32_t)sum << zeros) - UINT32_C(0x80000000));
        const int32_t reciprocal = tcnn_one_over_one_plus(fraction);
        const int32_t exponent = tcnn_min(SUM_INTEGER_BITS - zeros + 31 - 8, 31);
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
