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
    tcnn_broadcast_t broadcast; /* of input and alpha */
    int32_t input_zero_point;
    int32_t alpha_zero_point;
    int32_t output_zero_point;
    int32_t multiplier; /* of inputs from the zero point upwards */
    int32_t shift;
    int32_t alpha_multiplier; /* of input * alpha below it */
    int32_t alpha_shift;
} tcnn_prelu_params_t;

/* PRELU; `output` may be `input` */
void tcnn_prelu_s8(const tcnn_prelu_params_t *params, const int8_t *input,
                   const int8_t *alpha, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_PRELU_H */
