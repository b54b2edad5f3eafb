/*
 * arg_extremum/s64_words.c - ARG_MAX and ARG_MIN of the last axis, places of 64 bits
 * SPDX-License-Identifier: Apache-2.0
 */
#include "find_extremum_words.h"

TCNN_SHARED void tcnn_arg_extremum_s8_s64_dsp(const tcnn_arg_extremum_params_t *params,
                                              const int8_t *input, int64_t *output) {
    const int32_t size = params->size, sign = params->sign;
    for (int32_t i = params->outer; i > 0; i--) {
        *output++ = tcnn_find_extremum_words(input, size, sign);
        input += size;
    }
}
