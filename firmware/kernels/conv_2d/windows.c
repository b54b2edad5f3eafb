/*
 * conv_2d/windows.c - CONV_2D of any shape, dilated and in groups, a window at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "windows.h"
#include "conv_2d.h"

TCNN_APART static void convolve(const tcnn_conv_2d_windows_params_t *p,
                                const int8_t *input, const int32_t *weights,
                                const int32_t *constants, int8_t *windows,
                                int8_t *output) {
    const int32_t depth = p->conv.input_channels / p->groups;
    const int32_t filters = p->conv.output_channels / p->groups;
    const int32_t fours = (filters + 3) / 4;
    tcnn_window_t w;
    w.rows = p->conv.kernel_height;
    w.columns = p->conv.kernel_width;
    w.depth = depth;
    for (int32_t y = 0; y < p->conv.output_height; y++) {
        w.top = y * p->conv.stride_height - p->conv.pad_top;
        for (int32_t x = 0; x < p->conv.output_width; x++) {
            w.left = x * p->conv.stride_width - p->conv.pad_left;
            /* all groups, before any output may lie over what another reads */
            for (int32_t group = 0; group < p->groups; group++) {
                w.first = group * depth;
                tcnn_gather_window(&p->conv, input, &w, &windows[group * p->size]);
            }
            for (int32_t group = 0; group < p->groups; group++) {
                tcnn_multiply_window(&windows[group * p->size], p->size,
                                     &weights[group * fours * p->size],
                                     &constants[group * fours * TCNN_WINDOW_CONSTANTS],
                                     filters, output);
                output += filters;
            }
        }
    }
}

TCNN_APART static void convolve_on_stack(const tcnn_conv_2d_windows_params_t *params,
                                         const int8_t *input, const int32_t *weights,
                                         const int32_t *constants, int8_t *output) {
    int8_t windows[TCNN_WINDOW_BYTES];
    convolve(params, input, weights, constants, windows, output);
}

TCNN_SHARED void
tcnn_conv_2d_windows_s8_dsp(const tcnn_conv_2d_windows_params_t *params,
                            const int8_t *input, const int32_t *weights,
                            const int32_t *constants, uint8_t *scratch,
                            int8_t *output) {
    const tcnn_window_shape_t *p = &params->conv;
    if (scratch) {
        convolve(params, input, weights, constants, (int8_t *)scratch, output);
    } else {
        convolve_on_stack(params, input, weights, constants, output);
    }
    tcnn_clamp_bytes(output, p->output_height * p->output_width * p->output_channels,
                     p->clamp_min, p->clamp_max);
}
