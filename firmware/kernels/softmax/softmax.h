/*
 * softmax.h - SOFTMAX and LOG_SOFTMAX
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_SOFTMAX_H
#define TCNN_SOFTMAX_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t rows;     /* 1 or more */
    int32_t channels; /* of a row; 1 or more */
    /* differences to the largest value that count at all; 1 to 256 */
    int32_t table_size;
    /* Q0.31: exp(-scale * beta * i), i from 0 to table_size - 1; never NULL */
    const int32_t *exp;
} tcnn_softmax_params_t;

/* SOFTMAX over the last dimension; output scale 1/256, zero point -128. Where each
 * share is below 1/512 the reference divides by more than 2^31, which is undefined, and
 * this by 2^31. */
void tcnn_softmax_s8(const tcnn_softmax_params_t *params, const int8_t *input,
                     int8_t *output);

/* The same for Cortex-M with DSP. */
void tcnn_softmax_s8_dsp(const tcnn_softmax_params_t *params, const int8_t *input,
                         int8_t *output);

typedef struct {
    int32_t rows;     /* 1 or more */
    int32_t channels; /* of a row; 1 or more */
    /* differences to the largest value that count at all; 1 to 256 */
    int32_t table_size;
    /* Q0.31: exp(-scale * i), i from 0 to table_size - 1; never NULL */
    const int32_t *exp;
    const int32_t *scaled; /* Q5.26: -scale * i, likewise; never NULL */
    int32_t multiplier;    /* Q0.31, of Q5.26 to differences; 1 or more */
    int32_t shift;         /* bits to the left, -31 to 30; 0: none */
} tcnn_log_softmax_params_t;

/* LOG_SOFTMAX over the last dimension; output scale 1/16, zero point 127 */
void tcnn_log_softmax_s8(const tcnn_log_softmax_params_t *params, const int8_t *input,
                         int8_t *output);

typedef struct {
    int32_t rows;        /* 1 or more */
    int32_t channels;    /* of a row; 1 or more */
    float beta;          /* any; LOG_SOFTMAX: 1 */
    int32_t logarithmic; /* 1: LOG_SOFTMAX; 0: SOFTMAX */
} tcnn_softmax_f32_params_t;

/* SOFTMAX and LOG_SOFTMAX of floats over the last dimension; `output` may be `input` */
void tcnn_softmax_f32(const tcnn_softmax_f32_params_t *params, const float *input,
                      float *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_SOFTMAX_H */
