/*
 * pad/portable.c - PAD, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "pad.h"

TCNN_SHARED void tcnn_pad_s8(const tcnn_pad_params_t *params, const int8_t *input,
                             int8_t *output) {
    const tcnn_pad_params_t *p = params;
    const int32_t *size = p->input_shape;
    for (int32_t n = -p->before[0]; n < size[0] + p->after[0]; n++) {
        for (int32_t y = -p->before[1]; y < size[1] + p->after[1]; y++) {
            for (int32_t x = -p->before[2]; x < size[2] + p->after[2]; x++) {
                for (int32_t c = -p->before[3]; c < size[3] + p->after[3]; c++) {
                    const int inside = n >= 0 && n < size[0] && y >= 0 && y < size[1] &&
                                       x >= 0 && x < size[2] && c >= 0 && c < size[3];
                    *output++ = inside ? *input++ : (int8_t)p->value;
                }
            }
        }
    }
}
