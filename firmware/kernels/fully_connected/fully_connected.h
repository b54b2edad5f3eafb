/*
 * fully_connected.h - FULLY_CONNECTED
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_FULLY_CONNECTED_H
#define TCNN_FULLY_CONNECTED_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t rows;              /* of the input; 1 or more, 1: a vector */
    int32_t input_channels;    /* 1 or more */
    int32_t output_channels;   /* 1 or more */
    int32_t input_zero_point;  /* -128 to 127: the value that stands for 0 */
    int32_t output_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;         /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;         /* largest output; clamp_min to 127, 127: any */
    int32_t per_channel;       /* 1: a multiplier for each output channel; 0: one */
    int32_t round_once;        /* 1: as LiteRT; 0: twice, as TFLite Micro */
    const int32_t *multiplier; /* Q0.31, 0 or more; never NULL */
    const int8_t *shift;       /* bits to the left, -31 to 30; never NULL */
} tcnn_fully_connected_params_t;

/* FULLY_CONNECTED; weights: [output channel][input channel] */
void tcnn_fully_connected_s8(const tcnn_fully_connected_params_t *params,
                             const int8_t *input, const int8_t *weights,
                             const int32_t *bias, int8_t *output);

/* FULLY_CONNECTED for Cortex-M with DSP. */
typedef struct {
    int32_t input_bytes;     /* 1 or more */
    int32_t input_channels;  /* the same, up to a multiple of 4; 4 or more */
    int32_t output_channels; /* 1 or more */
    int32_t clamp_min;       /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;       /* largest output; clamp_min to 127, 127: any */
    int32_t multiplier;      /* of all sums times 256; 0 or more, -1: in the weights */
    int32_t offset;          /* of all outputs times 1024; any */
    int32_t round_once;      /* 1: as LiteRT; 0: twice, as TFLite Micro */
} tcnn_fully_connected_dsp_params_t;

/* One row, of a multiple of 4 inputs; weights as those of tcnn_conv_2d_s8_dsp, inputs
 * in the order 0, 2, 1, 3, 4, 6, ..., without constants where all have the same */
void tcnn_fully_connected_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                                 const int8_t *input, const int32_t *weights,
                                 int8_t *output);

/* The same for 256 inputs at most, of any number */
void tcnn_fully_connected_wide_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                                      const int8_t *input, const int32_t *weights,
                                      int8_t *output);

/* FULLY_CONNECTED of any length for Cortex-M with DSP; weights: [output channel][input
 * channel], bytes filled up to words; starts: the sum that each output channel starts
 * from, with the input's zero point in it */
void tcnn_fully_connected_rows_s8_dsp(const tcnn_fully_connected_params_t *params,
                                      const int8_t *input, const int32_t *weights,
                                      const int32_t *starts, int8_t *output);

/* FULLY_CONNECTED of any length for cores with a fast multiplication and no DSP;
 * weights: for each six output channels, each input channel, w + 128 of the six;
 * starts: as above */
void tcnn_fully_connected_sixes_s8_mul(const tcnn_fully_connected_params_t *params,
                                       const int8_t *input, const uint8_t *weights,
                                       const int32_t *starts, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_FULLY_CONNECTED_H */
