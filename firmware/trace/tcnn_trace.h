/*
 * tcnn_trace.h - a debug harness: what each operator reads and writes, as it runs
 * SPDX-License-Identifier: Apache-2.0
 *
 * A host compares the checksum of every place with the reference's tensors, finds the
 * first that differs, and fetches it. Firmware that is not traced carries none of this.
 */
#ifndef TCNN_TRACE_H
#define TCNN_TRACE_H

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor in the arena, at a moment of an inference. */
typedef struct {
    uint32_t step; /* kernel calls that have run by then; 0 to the model's steps, or */
                   /* 1 where the model runs all at once */
    uint32_t offset; /* bytes from the start of the arena; 0 or more */
    uint32_t bytes;  /* 1 or more */
} tcnn_place_t;

/* Does what a tcnn_trace_t does for `count` places, which are sorted by `step`. */
uint32_t tcnn_trace_places(const tcnn_place_t *places, uint32_t count,
                           const tcnn_model_t *model, uint8_t type, const uint8_t *head,
                           bool is_new, uint8_t *reply);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_TRACE_H */
