/*
 * arg_extremum/portable.c - ARG_MAX and ARG_MIN, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "arg_extremum.h"

static int32_t find(const tcnn_arg_extremum_params_t *p, const int8_t *input) {
    int32_t best = p->sign * input[0];
    int32_t place = 0;
    for (int32_t i = 1; i < p->size; i++) {
        const int32_t value = p->sign * input[i * p->inner];
        if (value > best) {
            best = value;
            place = i;
        }
    }
    return place;
}

TCNN_SHARED void tcnn_arg_extremum_s8_s32(const tcnn_arg_extremum_params_t *params,
                                          const int8_t *input, int32_t *output) {
    for (int32_t i = 0; i < params->outer; i++) {
        for (int32_t k = 0; k < params->inner; k++) {
            *output++ = find(params, &input[k]);
        }
        input += params->size * params->inner;
    }
}

TCNN_SHARED void tcnn_arg_extremum_s8_s64(const tcnn_arg_extremum_params_t *params,
                                          const int8_t *input, int64_t *output) {
    for (int32_t i = 0; i < params->outer; i++) {
        for (int32_t k = 0; k < params->inner; k++) {
            *output++ = find(params, &input[k]);
        }
        input += params->size * params->inner;
    }
}
