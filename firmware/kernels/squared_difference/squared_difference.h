/*
 * squared_difference.h - SQUARED_DIFFERENCE
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_SQUARED_DIFFERENCE_H
#define TCNN_SQUARED_DIFFERENCE_H

#include "broadcast.h"
#include "terms.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SQUARED_DIFFERENCE. Multipliers are fixed point with 31 fraction bits, above 0;
 * shifts are powers of two, 0 to the left or negative to the right. */
typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    int32_t input1_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t input1_multiplier;  /* Q0.31, 0 or more: to twice the larger scale */
    int32_t input1_shift;       /* -31 to 0, bits; 0: none */
    int32_t input2_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t input2_multiplier;  /* Q0.31, 0 or more: to twice the larger scale */
    int32_t input2_shift;       /* -31 to 0, bits; 0: none */
    int32_t output_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t output_multiplier;  /* Q0.31, 0 or more: to the scale of the output */
    int32_t output_shift;       /* -31 to 0, bits; 0: none */
} tcnn_squared_difference_params_t;

/* SQUARED_DIFFERENCE, with 7 bits of headroom against the roundings of both terms and
 * three roundings, as TFLite's; `output` may be an input of its shape */
void tcnn_squared_difference_s8(const tcnn_squared_difference_params_t *params,
                                const int8_t *input1, const int8_t *input2,
                                int8_t *output);

/* The same for Cortex-M with DSP; what is rescaled is twice the square of the sum. */
void tcnn_squared_difference_s8_dsp(const tcnn_terms_params_t *params,
                                    const int8_t *input1, const int8_t *input2,
                                    int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_SQUARED_DIFFERENCE_H */
