/*
 * tcnn_outputs.h - a model's outputs as text: real numbers, and their bytes
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_OUTPUTS_H
#define TCNN_OUTPUTS_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the line m-results. */
void tcnn_outputs_print(const tcnn_model_t *model);

/* Writes the lines m-raw, and m-raw-crc with the CRC-32 of each output. */
void tcnn_outputs_raw(const tcnn_model_t *model);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_OUTPUTS_H */
