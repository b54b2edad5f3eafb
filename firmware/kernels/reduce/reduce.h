/*
 * reduce.h - MEAN, REDUCE_MAX and REDUCE_MIN
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_REDUCE_H
#define TCNN_REDUCE_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MEAN. Dimensions that follow each other without a gap are one; unused ones
 * have size 1. */
typedef struct {
    int32_t kept_size[3];   /* of the output, outermost first */
    int32_t kept_stride[3]; /* elements of the input from one index to the next */
    int32_t reduced_size[3];
    int32_t reduced_stride[3];
    int32_t input_zero_point;
    int32_t output_zero_point;
    int32_t multiplier; /* 1 / number of elements is part of it */
    int32_t shift;
} tcnn_mean_params_t;

/* MEAN */
void tcnn_mean_s8(const tcnn_mean_params_t *params, const int8_t *input,
                  int8_t *output);

/* REDUCE_MAX and REDUCE_MIN; as in tcnn_mean_params_t. */
typedef struct {
    int32_t kept_size[3];
    int32_t kept_stride[3];
    int32_t reduced_size[3];
    int32_t reduced_stride[3];
} tcnn_reduce_params_t;

/* REDUCE_MAX */
void tcnn_reduce_max_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

/* REDUCE_MIN */
void tcnn_reduce_min_s8(const tcnn_reduce_params_t *params, const int8_t *input,
                        int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_REDUCE_H */
