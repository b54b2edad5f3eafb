/*
 * l2_normalization.h - L2_NORMALIZATION
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_L2_NORMALIZATION_H
#define TCNN_L2_NORMALIZATION_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t rows;             /* 1 or more */
    int32_t channels;         /* of a row; 1 to 33,025: their squares fit 31 bits */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
} tcnn_l2_normalization_params_t;

/* L2_NORMALIZATION over the last dimension; output scale 1/128, zero point 0. The
 * root's inverse comes of five steps of Newton's, each product rounded, as TFLite's
 * GetInvSqrtQuantizedMultiplierExp; `output` may be `input` */
void tcnn_l2_normalization_s8(const tcnn_l2_normalization_params_t *params,
                              const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_L2_NORMALIZATION_H */
