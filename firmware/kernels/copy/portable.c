/*
 * copy/portable.c - copies a box of elements from one layout to another, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "copy.h"
#include "fixed_point.h"

#define LAST (TCNN_COPY_RANK - 1)

TCNN_SHARED void tcnn_copy_s8(const tcnn_copy_params_t *params, const int8_t *input,
                              int8_t *output) {
    const tcnn_copy_params_t *p = params;
    int32_t index[LAST] = {0}; /* of all dimensions but the last */
    int32_t from = p->input_offset;
    int32_t to = p->output_offset;
    int32_t d;
    do {
        for (int32_t i = 0; i < p->size[LAST]; i++) {
            output[to + i * p->output_stride[LAST]] =
                input[from + i * p->input_stride[LAST]];
        }
        for (d = LAST - 1; d >= 0; d--) {
            from += p->input_stride[d];
            to += p->output_stride[d];
            if (++index[d] < p->size[d]) {
                break;
            }
            from -= p->size[d] * p->input_stride[d];
            to -= p->size[d] * p->output_stride[d];
            index[d] = 0;
        }
    } while (d >= 0);
}
