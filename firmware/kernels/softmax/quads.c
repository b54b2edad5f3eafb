/*
 * softmax/quads.c - SOFTMAX, the largest value of four at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Exponentials are not negative: roundings need no sign.
 */
#include "dsp.h"

#include "fixed_functions.h"
#include "softmax.h"

enum {
    SUM_INTEGER_BITS = 12 /* the sum of exponentials is kept in Q12.19 */
};

static int32_t find_largest(const int8_t *values, int32_t size) {
    uint32_t four = UINT32_C(0x80808080);
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        four = tcnn_largest_bytes(four, tcnn_load_4(values));
        values += 4;
    }
    four = tcnn_largest_bytes(four, four >> 16);
    four = tcnn_largest_bytes(four, four >> 8);
    int32_t largest = (int8_t)four;
    TCNN_ROLLED
    for (; size > 0; size--) {
        largest = tcnn_max(largest, *values++);
    }
    return largest;
}

TCNN_SHARED void tcnn_softmax_s8_dsp(const tcnn_softmax_params_t *params,
                                     const int8_t *input, int8_t *output) {
    const int32_t channels = params->channels, table_size = params->table_size;
    const uint32_t *exp = (const uint32_t *)params->exp;
    for (int32_t row = params->rows; row > 0; row--) {
        const int8_t *end = &input[channels];
        const int32_t largest = find_largest(input, channels);
        uint32_t sum = 0;
        TCNN_ROLLED
        for (const int8_t *x = input; x != end; x++) {
            const int32_t difference = largest - *x;
            if (difference < table_size) {
                const uint32_t half = UINT32_C(1) << (SUM_INTEGER_BITS - 1);
                sum += (exp[difference] + half) >> SUM_INTEGER_BITS;
            }
        }
        const int32_t zeros = __builtin_clz(sum);
        const uint32_t fraction = (sum << zeros) - UINT32_C(0x80000000);
        const uint32_t twice = 2u * (uint32_t)tcnn_one_over_one_plus((int32_t)fraction);
        const int32_t exponent = tcnn_min(SUM_INTEGER_BITS - zeros + 31 - 8, 31);
        const uint32_t half = UINT32_C(1) << (exponent - 1);
        TCNN_ROLLED
        for (; input != end; input++) {
            const int32_t difference = largest - *input;
            int32_t value = INT8_MIN;
            if (difference < table_size) {
                const uint64_t product = (uint64_t)twice * exp[difference];
                const uint32_t rounded =
                    (uint32_t)(product >> 32) + ((uint32_t)product >> 31);
                value += (int32_t)((rounded + half) >> exponent);
            }
            *output++ = tcnn_saturate_8(value);
        }
    }
}
