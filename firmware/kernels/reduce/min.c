/*
 * reduce/min.c - REDUCE_MIN, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "reduce.h"

/* The minimum over the reduced dimensions. */
static int8_t reduce(const tcnn_reduce_params_t *p, const int8_t *input) {
    const int32_t *size = p->reduced_size;
    const int32_t *stride = p->reduced_stride;
    int32_t result = input[0];
    for (int32_t i = 0; i < size[0]; i++) {
        for (int32_t j = 0; j < size[1]; j++) {
            for (int32_t k = 0; k < size[2]; k++) {
                result = tcnn_min(result,
                                  input[i * stride[0] + j * stride[1] + k * stride[2]]);
            }
        }
    }
    return (int8_t)result;
}

TCNN_SHARED void tcnn_reduce_min_s8(const tcnn_reduce_params_t *params,
                                    const int8_t *input, int8_t *output) {
    const int32_t *size = params->kept_size;
    const int32_t *stride = params->kept_stride;
    for (int32_t i = 0; i < size[0]; i++) {
        for (int32_t j = 0; j < size[1]; j++) {
            for (int32_t k = 0; k < size[2]; k++) {
                *output++ = reduce(
                    params, &input[i * stride[0] + j * stride[1] + k * stride[2]]);
            }
        }
    }
}
