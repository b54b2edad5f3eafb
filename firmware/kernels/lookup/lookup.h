/*
 * lookup.h - functions of one value, by a table
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_LOOKUP_H
#define TCNN_LOOKUP_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t size; /* elements; 1 or more */
} tcnn_lookup_params_t;

/* LOGISTIC, TANH, RELU and other functions of one value; table: the outputs for inputs
 * -128 to 127. `output` may be `input` */
void tcnn_lookup_s8(const tcnn_lookup_params_t *params, const int8_t *input,
                    const int8_t *table, int8_t *output);

/* The same, four values at a time, for Cortex-M with DSP. */
void tcnn_lookup_s8_dsp(const tcnn_lookup_params_t *params, const int8_t *input,
                        const int8_t *table, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_LOOKUP_H */
