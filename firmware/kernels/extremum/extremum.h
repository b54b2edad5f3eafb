/*
 * extremum.h - MAXIMUM and MINIMUM
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_EXTREMUM_H
#define TCNN_EXTREMUM_H

#include "broadcast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MAXIMUM and MINIMUM, all scales equal; `output` may be an input of its shape */
void tcnn_maximum_s8(const tcnn_broadcast_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);
void tcnn_minimum_s8(const tcnn_broadcast_t *params, const int8_t *input1,
                     const int8_t *input2, int8_t *output);

/* The same for Cortex-M with DSP. */
void tcnn_maximum_s8_dsp(const tcnn_broadcast_t *params, const int8_t *input1,
                         const int8_t *input2, int8_t *output);
void tcnn_minimum_s8_dsp(const tcnn_broadcast_t *params, const int8_t *input1,
                         const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_EXTREMUM_H */
