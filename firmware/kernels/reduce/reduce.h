/*
 * reduce.h - MEAN, SUM, REDUCE_MAX and REDUCE_MIN
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_REDUCE_H
#define TCNN_REDUCE_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loops over an input's elements. Dimensions that follow each other without a gap are
 * one; unused ones come first and have size 1. */
typedef struct {
    int32_t kept_size[3]; /* elements of the output, outermost first; 1 or more */
    /* elements of the input to the next index; 0 or more, unused: 0 */
    int32_t kept_stride[3];
    int32_t reduced_size[3];   /* elements that become one; 1 or more */
    int32_t reduced_stride[3]; /* as kept_stride; 0 or more, unused: 0 */
} tcnn_reduce_params_t;

typedef struct {
    tcnn_reduce_params_t loops; /* over the input */
    int32_t input_zero_point;   /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    /* Q0.31, 0 or more: of scales and, of MEAN, 1 / elements that become one */
    int32_t multiplier;
    int32_t shift; /* bits to the left, -31 to 30; 0: none */
} tcnn_mean_params_t;

/* MEAN and SUM */
void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                  int8_t *output);

/* REDUCE_MAX */
void tcnn_reduce_max_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

/* REDUCE_MIN */
void tcnn_reduce_min_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

/* The same for Cortex-M with DSP; twice a sum shifted left fits 32 bits. */
void tcnn_mean_s8_dsp(const tcnn_mean_params_t *params, const int8_t *input,
                      int8_t *output);
void tcnn_reduce_max_s8_dsp(const tcnn_reduce_params_t *params, const int8_t *input,
                            int8_t *output);
void tcnn_reduce_min_s8_dsp(const tcnn_reduce_params_t *params, const int8_t *input,
                            int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_REDUCE_H */
