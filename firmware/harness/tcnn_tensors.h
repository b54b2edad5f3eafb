/*
 * tcnn_tensors.h - a model's inputs, or its outputs, laid end to end
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_TENSORS_H
#define TCNN_TENSORS_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of all of them. */
uint32_t tcnn_tensors_bytes(const tcnn_tensor_t *tensors, uint32_t count);

/* Writes their bytes [offset, offset + size), which must be there, in `arena`. */
void tcnn_tensors_put(uint8_t *arena, const tcnn_tensor_t *tensors, uint32_t offset,
                      const uint8_t *from, uint32_t size);

/* Reads them, likewise. */
void tcnn_tensors_take(uint8_t *to, const uint8_t *arena, const tcnn_tensor_t *tensors,
                       uint32_t offset, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_TENSORS_H */
