/*
 * mul.h - MUL
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_MUL_H
#define TCNN_MUL_H

#include "broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    tcnn_broadcast_t broadcast;
    int32_t input1_zero_point;
    int32_t input2_zero_point;
    int32_t output_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t clamp_min;
    int32_t clamp_max;
} tcnn_mul_params_t;

/* MUL; `output` may be an input of its shape */
void tcnn_mul_s8(const tcnn_mul_params_t *params, const int8_t *input1,
                 const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_MUL_H */
