/*
 * add.h - ADD and SUB
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_ADD_H
#define TCNN_ADD_H

#include "broadcast.h"
#include "terms.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t zero_point; /* -128 to 127: the value that stands for 0 */
    /* Q0.31, to or from the scale that terms share; 0 or more, 0: nothing */
    int32_t multiplier;
    int32_t shift; /* bits to the left, -31 to 30; 0: none */
} tcnn_add_term_t;

typedef struct {
    int32_t size;           /* elements; 1 or more */
    tcnn_add_term_t input1; /* to the scale of the sum */
    tcnn_add_term_t input2; /* to the scale of the sum */
    tcnn_add_term_t output; /* from the scale of the sum */
    int32_t clamp_min;      /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;      /* largest output; clamp_min to 127, 127: any */
} tcnn_add_params_t;

/* ADD of two tensors of one shape; `output` may be one of the inputs */
void tcnn_add_s8(const tcnn_add_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    int32_t sign;               /* 1: input1 + input2; -1: input1 - input2 */
    tcnn_add_term_t input1;     /* to the scale of the sum */
    tcnn_add_term_t input2;     /* to the scale of the sum */
    tcnn_add_term_t output;     /* from the scale of the sum */
    int32_t clamp_min;          /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;          /* largest output; clamp_min to 127, 127: any */
} tcnn_add_broadcast_params_t;

/* ADD of tensors of unlike shapes, and SUB; `output` may be an input of its shape */
void tcnn_add_broadcast_s8(const tcnn_add_broadcast_params_t *params,
                           const int8_t *input1, const int8_t *input2, int8_t *output);

/* ADD or SUB as (factor1 * a + factor2 * b + offset) >> shift, for Cortex-M with DSP,
 * or with a fast multiplication and no more. */
typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    int32_t factor1;            /* of input 1, any; 0: left out */
    int32_t factor2;            /* of input 2, any; 0: left out */
    int32_t offset;             /* any; zero points and half a step are in it */
    int32_t shift;              /* bits to the right, 0 to 31 */
    int32_t clamp_min;          /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;          /* largest output; clamp_min to 127, 127: any */
} tcnn_add_dsp_params_t;

/* ADD or SUB; `output` may be an input of its shape */
void tcnn_add_s8_dsp(const tcnn_add_dsp_params_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);
void tcnn_add_linear_s8_mul(const tcnn_add_dsp_params_t *params, const int8_t *input1,
                            const int8_t *input2, int8_t *output);

/* ADD or SUB for Cortex-M with DSP, of any scales; what is rescaled is the sum.
 * `output` may be an input of its shape */
void tcnn_add_terms_s8_dsp(const tcnn_terms_params_t *params, const int8_t *input1,
                           const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_ADD_H */
