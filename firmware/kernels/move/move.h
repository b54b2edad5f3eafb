/*
 * move.h - a tensor in another place of the arena
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_MOVE_H
#define TCNN_MOVE_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int32_t size; /* elements; 1 or more */
} tcnn_move_params_t;

/* a copy in another place, which may overlap the first */
void tcnn_move_s8(const tcnn_move_params_t *params, const int8_t *input,
                  int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_MOVE_H */
