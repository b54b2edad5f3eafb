/*
 * squared_difference/terms.c - SQUARED_DIFFERENCE, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "term_rows.h"

#include "squared_difference.h"

/* Twice the square: differences are within 32,640. */
static inline int32_t use(int32_t sum) { return 2 * sum * sum; }

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    tcnn_compute_terms(*(const tcnn_terms_t *)params, b, first, second, output, use);
}

TCNN_SHARED void tcnn_squared_difference_s8_dsp(const tcnn_terms_params_t *params,
                                                const int8_t *input1,
                                                const int8_t *input2, int8_t *output) {
    tcnn_compute_rows(&params->broadcast, input1, input2, output, &params->terms,
                      compute);
}
