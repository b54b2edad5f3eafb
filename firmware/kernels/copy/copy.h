/*
 * copy.h - CONCATENATION, SPLIT, TRANSPOSE and all that only move data
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_COPY_H
#define TCNN_COPY_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Dimensions of a box to copy; unused ones come first and have size 1. */
#define TCNN_COPY_RANK 6

typedef struct {
    int32_t size[TCNN_COPY_RANK];
    int32_t input_stride[TCNN_COPY_RANK]; /* elements; 0 repeats, below 0 mirrors */
    int32_t output_stride[TCNN_COPY_RANK];
    int32_t input_offset; /* place of the box's first element */
    int32_t output_offset;
} tcnn_copy_params_t;

/* CONCATENATION, SPLIT, TRANSPOSE and all that only move data, one call a box */
void tcnn_copy_s8(const tcnn_copy_params_t *params, const int8_t *input,
                  int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_COPY_H */
