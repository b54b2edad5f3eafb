/*
 * lookup/portable.c - functions of one int8 value by a table, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lookup.h"
#include "optimize.h"

TCNN_SHARED void tcnn_lookup_s8(const tcnn_lookup_params_t *params, const int8_t *input,
                                const int8_t *table, int8_t *output) {
    for (int32_t i = 0; i < params->size; i++) {
        output[i] = table[input[i] - INT8_MIN];
    }
}
