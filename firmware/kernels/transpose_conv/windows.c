/*
 * transpose_conv/windows.c - TRANSPOSE_CONV, a window at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Outputs whose place in the padded output leaves the same remainders when it is
 * divided by the strides, a phase, are a convolution by those taps that have these
 * remainders.
 */
#include "windows.h"
#include "transpose_conv.h"

typedef struct {
    int32_t rows, columns, size, weights;
} phase_t;

TCNN_APART static void convolve(const tcnn_transpose_conv_windows_params_t *params,
                                const int8_t *input, const int32_t *weights,
                                const int32_t *constants, int8_t *window,
                                int8_t *output) {
    const tcnn_window_shape_t *p = &params->conv;
    const phase_t *phases = (const phase_t *)(const void *)params->phases;
    const int32_t channels = p->output_channels;
    const int32_t words = (channels + 3) / 4 * TCNN_WINDOW_CONSTANTS;
    tcnn_window_t w;
    w.first = 0;
    w.depth = p->input_channels;
    for (int32_t y = p->pad_top; y < p->output_height + p->pad_top; y++) {
        for (int32_t x = p->pad_left; x < p->output_width + p->pad_left; x++) {
            const int32_t number =
                y % p->stride_height * p->stride_width + x % p->stride_width;
            const phase_t *phase = &phases[number];
            w.rows = phase->rows;
            w.columns = phase->columns;
            w.top = y / p->stride_height - w.rows + 1;
            w.left = x / p->stride_width - w.columns + 1;
            tcnn_gather_window(p, input, &w, window);
            tcnn_multiply_window(window, phase->size, &weights[phase->weights],
                                 &constants[number * words], channels, output);
            output += channels;
        }
    }
}

TCNN_APART static void
convolve_on_stack(const tcnn_transpose_conv_windows_params_t *params,
                  const int8_t *input, const int32_t *weights, const int32_t *constants,
                  int8_t *output) {
    int8_t window[TCNN_WINDOW_BYTES];
    convolve(params, input, weights, constants, window, output);
}

TCNN_SHARED void
tcnn_transpose_conv_windows_s8_dsp(const tcnn_transpose_conv_windows_params_t *params,
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
