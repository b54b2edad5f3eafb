/*
 * find_extremum.h - where the greatest or the least value lies
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_FIND_EXTREMUM_H
#define TCNN_FIND_EXTREMUM_H

#include "arg_extremum.h"
#include "optimize.h"

static inline int32_t tcnn_find_extremum(const tcnn_arg_extremum_params_t *p,
                                         const int8_t *input) {
    int32_t best = p->sign * input[0];
    int32_t place = 0;
    for (int32_t i = 1; i < p->size; i++) {
        const int32_t value = p->sign * input[i * p->inner];
        if (value > best) {
            best = value;
            place = i;
        }
    }
    return place;
}

#endif /* TCNN_FIND_EXTREMUM_H */
