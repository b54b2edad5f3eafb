/*
 * arg_extremum.h - ARG_MAX and ARG_MIN
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_ARG_EXTREMUM_H
#define TCNN_ARG_EXTREMUM_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t outer; /* elements of the dimensions before that axis; 1 or more */
    int32_t size;  /* of the axis; 1 or more */
    int32_t inner; /* elements of the dimensions after it; 1 or more */
    int32_t sign;  /* 1: ARG_MAX, -1: ARG_MIN */
} tcnn_arg_extremum_params_t;

/* Where along one axis the greatest or the least value lies, of equal ones the first;
 * the output has the other dimensions. */
void tcnn_arg_extremum_s8_s32(const tcnn_arg_extremum_params_t *params,
                              const int8_t *input, int32_t *output);
void tcnn_arg_extremum_s8_s64(const tcnn_arg_extremum_params_t *params,
                              const int8_t *input, int64_t *output);

/* The same for Cortex-M with DSP, where `inner` is 1. */
void tcnn_arg_extremum_s8_s32_dsp(const tcnn_arg_extremum_params_t *params,
                                  const int8_t *input, int32_t *output);
void tcnn_arg_extremum_s8_s64_dsp(const tcnn_arg_extremum_params_t *params,
                                  const int8_t *input, int64_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_ARG_EXTREMUM_H */
