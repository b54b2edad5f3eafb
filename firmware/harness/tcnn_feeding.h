/*
 * tcnn_feeding.h - an input that is fed to a model part by part
 * SPDX-License-Identifier: Apache-2.0
 *
 * The model computes what it can from each part. What that takes belongs to the
 * inference, and to its first step, which has nothing left to do.
 */
#ifndef TCNN_FEEDING_H
#define TCNN_FEEDING_H

#include <stdbool.h>

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t bytes;  /* that were taken, from the first on; 0 or more */
    uint32_t cycles; /* of the parts; 0 or more */
    uint32_t micros; /* likewise; 0 or more */
} tcnn_feeding_t;

/* Feeds bytes of the input from `offset` on; false if they do not follow those before,
 * and are not the first. */
bool tcnn_feeding_take(tcnn_feeding_t *feeding, const tcnn_model_t *model,
                       const uint8_t *bytes, uint32_t offset, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_FEEDING_H */
