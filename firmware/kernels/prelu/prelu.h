/*
 * prelu.h - PRELU
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_PRELU_H
#define TCNN_PRELU_H

#include "broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    tcnn_broadcast_t broadcast; /* how input and alpha are walked */
    int32_t input_zero_point;   /* -128 to 127: the value that stands for 0 */
    int32_t alpha_zero_point;   /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    /* Q0.31, of inputs from the zero point upwards; 0 or more */
    int32_t multiplier;
    int32_t shift;            /* bits to the left, -31 to 30; 0: none */
    int32_t alpha_multiplier; /* Q0.31, of input * alpha below it; 0 or more */
    int32_t alpha_shift;      /* bits to the left, -31 to 30; 0: none */
} tcnn_prelu_params_t;

/* PRELU; `output` may be `input` */
void tcnn_prelu_s8(const tcnn_prelu_params_t *params, const int8_t *input,
                   const int8_t *alpha, int8_t *output);

typedef struct {
    tcnn_broadcast_t broadcast; /* how input and alpha are walked */
    int32_t input_zero_point;   /* -128 to 127: the value that stands for 0 */
    int32_t alpha_zero_point;   /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    /* what multiplies inputs from the zero point upwards; 2 or more, a power of 2 */
    int32_t factor;
    int32_t multiplier;       /* Q0.31, of their products; 0 or more */
    int32_t right;            /* bits to the right behind it, 0 to 22 */
    int32_t alpha_multiplier; /* Q0.31, of 2 * input * alpha below; 0 or more */
    int32_t alpha_right;      /* bits to the right behind it, 1 to 22 */
} tcnn_prelu_dsp_params_t;

/* The same for Cortex-M with DSP. */
void tcnn_prelu_s8_dsp(const tcnn_prelu_dsp_params_t *params, const int8_t *input,
                       const int8_t *alpha, int8_t *output);

/* PRELU of known slopes as lines: (factor * (input - zero point) + offset) >> 20. */
typedef struct {
    tcnn_broadcast_t broadcast; /* how input and slopes are walked */
    int32_t input_zero_point;   /* -128 to 127: the value that stands for 0 */
    /* factor and offset of inputs from the zero point upwards, then of those below, of
     * each slope; never NULL */
    const int32_t *lines;
} tcnn_prelu_lines_params_t;

/* PRELU for Cortex-M with DSP; `slopes` are numbers of slopes, 0 to 255 as bytes */
void tcnn_prelu_lines_s8_dsp(const tcnn_prelu_lines_params_t *params,
                             const int8_t *input, const int8_t *slopes, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_PRELU_H */
