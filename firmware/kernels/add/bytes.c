/*
 * add/bytes.c - ADD of two tensors of one shape, as one linear function, byte by byte
 * SPDX-License-Identifier: Apache-2.0
 *
 * That of linear.c, for cores without DSP.
 */
#include "multiply.h"

#include "add.h"

TCNN_SHARED void tcnn_add_linear_s8_mul(const tcnn_add_dsp_params_t *params,
                                        const int8_t *input1, const int8_t *input2,
                                        int8_t *output) {
    const int32_t factor1 = params->factor1, factor2 = params->factor2;
    const int32_t offset = params->offset, shift = params->shift;
    TCNN_ROLLED
    for (int32_t i = 0; i < params->size; i++) {
        const int32_t sum = input1[i] * factor1 + offset + input2[i] * factor2;
        output[i] = tcnn_saturate_8(sum >> shift);
    }
    tcnn_clamp_bytes(output, params->size, params->clamp_min, params->clamp_max);
}
