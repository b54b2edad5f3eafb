/*
 * add/bytes.c - ADD and SUB as one linear function, byte by byte
 * SPDX-License-Identifier: Apache-2.0
 *
 * That of linear.c, for cores without DSP.
 */
#include "multiply.h"

#include "add.h"

TCNN_SHARED void tcnn_add_linear_s8_mul(const tcnn_add_dsp_params_t *params,
                                        const int8_t *input1, const int8_t *input2,
                                        int8_t *output) {
    const tcnn_broadcast_t *b = &params->broadcast;
    const int32_t factor1 = params->factor1, factor2 = params->factor2;
    const int32_t offset = params->offset, shift = params->shift;
    const int32_t size = b->shape[3], step1 = b->stride1[3], step2 = b->stride2[3];
    int8_t *to = output;
    for (int32_t row = 0; row < tcnn_rows(b); row++) {
        const int8_t *first = &input1[tcnn_row_start(b, b->stride1, row)];
        const int8_t *second = &input2[tcnn_row_start(b, b->stride2, row)];
        TCNN_ROLLED
        for (int32_t i = 0; i < size; i++) {
            const int32_t sum = *first * factor1 + offset + *second * factor2;
            *to++ = tcnn_saturate_8(sum >> shift);
            first += step1;
            second += step2;
        }
    }
    tcnn_clamp_bytes(output, tcnn_rows(b) * size, params->clamp_min, params->clamp_max);
}
