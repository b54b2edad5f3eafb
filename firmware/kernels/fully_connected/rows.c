/*
 * fully_connected/rows.c - FULLY_CONNECTED of any length, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dot.h"

#include "fixed_point.h"
#include "fully_connected.h"

static int32_t requantize(int32_t sum, const tcnn_fully_connected_params_t *p,
                          int32_t channel) {
    const int32_t i = p->per_channel ? channel : 0;
    return p->round_once ? tcnn_requantize_once(sum, p->multiplier[i], p->shift[i])
                         : tcnn_requantize(sum, p->multiplier[i], p->shift[i]);
}

TCNN_SHARED void
tcnn_fully_connected_rows_s8_dsp(const tcnn_fully_connected_params_t *params,
                                 const int8_t *input, const int32_t *weights,
                                 const int32_t *starts, int8_t *output) {
    const tcnn_fully_connected_params_t *p = params;
    const int32_t inputs = p->input_channels, outputs = p->output_channels;
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t c = 0; c < outputs; c += TCNN_DOT_CHANNELS) {
            const int32_t channels = tcnn_min(outputs - c, TCNN_DOT_CHANNELS);
            int32_t sums[TCNN_DOT_CHANNELS];
            tcnn_dot(input, inputs, &weights[c * ((inputs + 3) / 4)], channels,
                     &starts[c], sums);
            for (int32_t i = 0; i < channels; i++) {
                const int32_t value =
                    requantize(sums[i], p, c + i) + p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
        input += inputs;
    }
}
