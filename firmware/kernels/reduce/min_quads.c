/*
 * reduce/min_quads.c - REDUCE_MIN, four neighbours at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "reduce_quads.h"

static uint32_t reduce(const void *params, const int8_t *input) {
    const tcnn_reduce_params_t *p = params;
    const int32_t step = p->reduced_stride[2];
    uint32_t found = tcnn_load_4(input);
    for (int32_t i = 0; i < p->reduced_size[0]; i++) {
        for (int32_t j = 0; j < p->reduced_size[1]; j++) {
            const int8_t *x =
                &input[i * p->reduced_stride[0] + j * p->reduced_stride[1]];
            TCNN_ROLLED
            for (int32_t k = p->reduced_size[2] >> 1; k > 0; k--) {
                const uint32_t first = tcnn_load_4(x), second = tcnn_load_4(&x[step]);
                found = tcnn_smallest_bytes(tcnn_smallest_bytes(found, first), second);
                x += 2 * step;
            }
            if (p->reduced_size[2] & 1) {
                found = tcnn_smallest_bytes(found, tcnn_load_4(x));
            }
        }
    }
    return found;
}

TCNN_SHARED void tcnn_reduce_min_s8_dsp(const tcnn_reduce_params_t *params,
                                        const int8_t *input, int8_t *output) {
    tcnn_reduce_quads(params, input, output, params, reduce);
}
