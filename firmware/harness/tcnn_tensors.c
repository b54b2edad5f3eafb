/*
 * tcnn_tensors.c - a model's inputs, or its outputs, laid end to end
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_tensors.h"

#include <string.h>

TCNN_SHARED uint32_t tcnn_tensors_bytes(const tcnn_tensor_t *tensors, uint32_t count) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += tensors[i].bytes;
    }
    return total;
}

/* The part of [offset, offset + size) that lies in one tensor: where it is in the
 * arena, and its size. The part begins in one of them. */
static uint32_t locate(const tcnn_tensor_t *tensors, uint32_t offset, uint32_t *size) {
    while (offset >= tensors->bytes) {
        offset -= tensors->bytes;
        tensors++;
    }
    if (*size > tensors->bytes - offset) {
        *size = tensors->bytes - offset;
    }
    return tensors->offset + offset;
}

TCNN_SHARED void tcnn_tensors_put(uint8_t *arena, const tcnn_tensor_t *tensors,
                                  uint32_t offset, const uint8_t *from, uint32_t size) {
    for (uint32_t done = 0, part; done < size; done += part) {
        part = size - done;
        uint8_t *to = arena + locate(tensors, offset + done, &part);
        memcpy(to, from + done, part);
    }
}

TCNN_SHARED void tcnn_tensors_take(uint8_t *to, const uint8_t *arena,
                                   const tcnn_tensor_t *tensors, uint32_t offset,
                                   uint32_t size) {
    for (uint32_t done = 0, part; done < size; done += part) {
        part = size - done;
        const uint8_t *from = arena + locate(tensors, offset + done, &part);
        memcpy(to + done, from, part);
    }
}
