/*
 * terms.h - what kernels take that sum two rescaled inputs
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_TERMS_H
#define TCNN_TERMS_H

#include "broadcast.h"

/* Of input 1, whose scale is the larger, the term is linear; that of input 2 is looked
 * up. Parts without a factor are in the table: zero points, the sign. */
typedef struct {
    int32_t factor;      /* of input 1, any */
    const int32_t *sums; /* by input 2, 0 to 255 as a byte; never NULL */
    int32_t multiplier;  /* Q0.32, of what is rescaled; 0 or more */
    int32_t offset;      /* added before the last shift; any */
    int32_t right;       /* bits to the right, at the end; 1 to 22 */
} tcnn_terms_t;

typedef struct {
    tcnn_broadcast_t broadcast; /* how both inputs are walked */
    tcnn_terms_t terms;         /* of an element */
    int32_t clamp_min;          /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;          /* largest output; clamp_min to 127, 127: any */
} tcnn_terms_params_t;

#endif /* TCNN_TERMS_H */
