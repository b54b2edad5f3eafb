/*
 * add/terms.c - ADD and SUB where no linear function of both inputs is exact
 * SPDX-License-Identifier: Apache-2.0
 */
#include "term_rows.h"

#include "add.h"

static inline int32_t use(int32_t sum) { return sum; }

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    tcnn_compute_terms(*(const tcnn_terms_t *)params, b, first, second, output, use);
}

TCNN_SHARED void tcnn_add_terms_s8_dsp(const tcnn_terms_params_t *params,
                                       const int8_t *input1, const int8_t *input2,
                                       int8_t *output) {
    const tcnn_broadcast_t *b = &params->broadcast;
    tcnn_compute_rows(b, input1, input2, output, &params->terms, compute);
    tcnn_clamp_bytes(output, tcnn_rows(b) * b->shape[3], params->clamp_min,
                     params->clamp_max);
}
