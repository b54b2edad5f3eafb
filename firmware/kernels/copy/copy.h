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
    int32_t size[TCNN_COPY_RANK]; /* of the box, outermost first; 1 or more */
    /* elements to the next index; 0: repeated, below 0: mirrored, any */
    int32_t input_stride[TCNN_COPY_RANK];
    int32_t output_stride[TCNN_COPY_RANK]; /* elements to the next index; 0 or more */
    /* elements to the box's first one; 0 or more */
    int32_t input_offset;
    int32_t output_offset; /* the same in the output; 0 or more */
} tcnn_copy_params_t;

/* CONCATENATION, SPLIT, TRANSPOSE and all that only move data, one call a box */
void tcnn_copy_s8(const tcnn_copy_params_t *params, const int8_t *input,
                  int8_t *output);

/* The same for Cortex-M with DSP; input and output stay apart. */
void tcnn_copy_s8_dsp(const tcnn_copy_params_t *params, const int8_t *input,
                      int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_COPY_H */
