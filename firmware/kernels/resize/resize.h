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
    int32_t input_width;   /* pixels of a row; 1 or more */
    int32_t channels;      /* 1 or more, of input and output */
    int32_t output_height; /* rows; 1 or more */
    int32_t output_width;  /* pixels of a row; 1 or more */
    const int16_t *rows;   /* the input row of each output row, 0 or more; never NULL */
    /* the input pixel of each output pixel, 0 or more; never NULL */
    const int16_t *columns;
} tcnn_resize_nearest_params_t;

/* RESIZE_NEAREST_NEIGHBOR */
void tcnn_resize_nearest_neighbor_s8(const tcnn_resize_nearest_params_t *params,
                                     const int8_t *input, int8_t *output);

/* The same for Cortex-M with DSP; input and output stay apart. */
void tcnn_resize_nearest_neighbor_s8_dsp(const tcnn_resize_nearest_params_t *params,
                                         const int8_t *input, int8_t *output);

typedef struct {
    int32_t input_width;   /* pixels of a row; 1 or more */
    int32_t channels;      /* 1 or more, of input and output */
    int32_t output_height; /* rows; 1 or more */
    int32_t output_width;  /* pixels of a row; 1 or more */
    /* upper and lower input row of each output row, 0 or more; never NULL */
    const int16_t *rows;
    /* left and right pixel of each output pixel, 0 or more; never NULL */
    const int16_t *columns;
    const int16_t *row_weights; /* of the lower row, any; 1024 is one; never NULL */
    /* of the right pixel, any; 1024 is one, 0: the left alone; never NULL */
    const int16_t *column_weights;
} tcnn_resize_bilinear_params_t;

/* RESIZE_BILINEAR; ties away from zero */
void tcnn_resize_bilinear_s8(const tcnn_resize_bilinear_params_t *params,
                             const int8_t *input, int8_t *output);

/* The same for Cortex-M with DSP. */
void tcnn_resize_bilinear_s8_dsp(const tcnn_resize_bilinear_params_t *params,
                                 const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_RESIZE_H */
