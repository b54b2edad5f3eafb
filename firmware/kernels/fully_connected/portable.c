/*
 * fully_connected/portable.c - FULLY_CONNECTED, portable
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixed_point.h"
#include "fully_connected.h"

static int32_t requantize(int32_t sum, const tcnn_fully_connected_params_t *p,
                          int32_t channel) {
    const int32_t i = p->per_channel ? channel : 0;
    return p->round_once ? tcnn_requantize_once(sum, p->multiplier[i], p->shift[i])
                         : tcnn_requantize(sum, p->multiplier[i], p->shift[i]);
}

TCNN_SHARED void tcnn_fully_connected_s8(const tcnn_fully_connected_params_t *params,
                                         const int8_t *input, const int8_t *weights,
                                         const int32_t *bias, int8_t *output) {
    const tcnn_fully_connected_params_t *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        const int8_t *x = &input[row * p->input_channels];
        for (int32_t c = 0; c < p->output_channels; c++) {
            const int8_t *w = &weights[c * p->input_channels];
            int32_t sum = bias ? bias[c] : 0;
            for (int32_t i = 0; i < p->input_channels; i++) {
                sum += (x[i] - p->input_zero_point) * w[i];
            }
            const int32_t value = requantize(sum, p, c) + p->output_zero_point;
            *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
        }
    }
}
