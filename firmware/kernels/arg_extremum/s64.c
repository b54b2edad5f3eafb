/*
 * arg_extremum/s64.c - ARG_MAX and ARG_MIN, portable, places of 64 bits
 * SPDX-License-Identifier: Apache-2.0
 */
#include "find_extremum.h"

TCNN_SHARED void tcnn_arg_extremum_s8_s64(const tcnn_arg_extremum_params_t *params,
                                          const int8_t *input, int64_t *output) {
    for (int32_t i = 0; i < params->outer; i++) {
        for (int32_t k = 0; k < params->inner; k++) {
            *output++ = tcnn_find_extremum(params, &input[k]);
        }
        input += params->size * params->inner;
    }
}
