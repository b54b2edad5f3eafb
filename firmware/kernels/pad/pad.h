/*
 * pad.h - PAD
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_PAD_H
#define TCNN_PAD_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t input_shape[4]; /* outermost first; 1 or more */
    int32_t before[4];      /* elements put before each dimension; 0 or more */
    int32_t after[4];       /* elements put behind it; 0 or more */
    int32_t value;          /* of them, -128 to 127; PAD: the zero point */
} tcnn_pad_params_t;

/* PAD of a tensor of four dimensions (smaller ones are extended by 1 in front) */
void tcnn_pad_s8(const tcnn_pad_params_t *params, const int8_t *input, int8_t *output);

/* The same for Cortex-M with DSP. */
void tcnn_pad_s8_dsp(const tcnn_pad_params_t *params, const int8_t *input,
                     int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_PAD_H */
