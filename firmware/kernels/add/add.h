/*
 * add.h - ADD and SUB
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_ADD_H
#define TCNN_ADD_H

#include "broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t zero_point;
    int32_t multiplier;
    int32_t shift;
} tcnn_add_term_t;

typedef struct {
    int32_t size; /* elements */
    tcnn_add_term_t input1;
    tcnn_add_term_t input2;
    tcnn_add_term_t output;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_params_t;

/* ADD of two tensors of one shape; `output` may be one of the inputs */
void tcnn_add_s8(const tcnn_add_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast;
    int32_t sign; /* 1: input1 + input2; -1: input1 - input2 */
    tcnn_add_term_t input1;
    tcnn_add_term_t input2;
    tcnn_add_term_t output;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_broadcast_params_t;

/* ADD of tensors of unlike shapes, and SUB; `output` may be an input of its shape */
void tcnn_add_broadcast_s8(const tcnn_add_broadcast_params_t *params,
                           const int8_t *input1, const int8_t *input2, int8_t *output);

/* ADD as (factor1 * a + factor2 * b + offset) >> shift, for Cortex-M with DSP. */
typedef struct {
    int32_t size; /* elements */
    int32_t factor1;
    int32_t factor2;
    int32_t offset;
    int32_t shift;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_add_dsp_params_t;

/* ADD of tensors of one shape */
void tcnn_add_s8_dsp(const tcnn_add_dsp_params_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_ADD_H */
