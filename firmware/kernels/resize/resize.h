/*
 * resize.h - RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_RESIZE_H
#define TCNN_RESIZE_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    const int16_t *rows;    /* the input row of each output row */
    const int16_t *columns; /* the input column of each output column */
} tcnn_resize_nearest_params_t;

/* RESIZE_NEAREST_NEIGHBOR */
void tcnn_resize_nearest_neighbor_s8(const tcnn_resize_nearest_params_t *params,
                                     const int8_t *input, int8_t *output);

typedef struct {
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    const int16_t *rows;           /* upper and lower input row of each output row */
    const int16_t *columns;        /* left and right column of each output column */
    const int16_t *row_weights;    /* of the lower row, 1024 is one */
    const int16_t *column_weights; /* of the right column; may lie outside 0 to 1024 */
} tcnn_resize_bilinear_params_t;

/* RESIZE_BILINEAR; ties away from zero */
void tcnn_resize_bilinear_s8(const tcnn_resize_bilinear_params_t *params,
                             const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_RESIZE_H */
