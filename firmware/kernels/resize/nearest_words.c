/*
 * resize/nearest_words.c - RESIZE_NEAREST_NEIGHBOR, by words
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row that repeats is copied from the output.
 */
#include "dsp.h"

#include "resize.h"

/* Of up to three channels. */
TCNN_INLINE int8_t *copy_pixels(const int8_t *row, const int16_t *columns,
                                int32_t width, int32_t channels, int8_t *output) {
    TCNN_ROLLED
    for (int32_t x = width; x > 0; x--) {
        const int8_t *pixel = &row[*columns++ * channels];
        output[0] = pixel[0];
        if (channels > 1) {
            output[1] = pixel[1];
        }
        if (channels > 2) {
            output[2] = pixel[2];
        }
        output += channels;
    }
    return output;
}

TCNN_INLINE int8_t *copy_runs(const int8_t *row, const int16_t *columns, int32_t width,
                              int32_t channels, int8_t *output) {
    TCNN_ROLLED
    for (int32_t x = width; x > 0; x--) {
        tcnn_copy_run(output, &row[*columns++ * channels], channels);
        output += channels;
    }
    return output;
}

static int8_t *copy_row(const tcnn_resize_nearest_params_t *p, const int8_t *row,
                        int8_t *output) {
    switch (p->channels) {
    case 1:
        return copy_pixels(row, p->columns, p->output_width, 1, output);
    case 2:
        return copy_pixels(row, p->columns, p->output_width, 2, output);
    case 3:
        return copy_pixels(row, p->columns, p->output_width, 3, output);
    default:
        return copy_runs(row, p->columns, p->output_width, p->channels, output);
    }
}

TCNN_SHARED void
tcnn_resize_nearest_neighbor_s8_dsp(const tcnn_resize_nearest_params_t *params,
                                    const int8_t *input, int8_t *output) {
    const tcnn_resize_nearest_params_t *p = params;
    const int32_t row_bytes = p->output_width * p->channels;
    for (int32_t y = 0; y < p->output_height; y++) {
        if (y > 0 && p->rows[y] == p->rows[y - 1] && row_bytes >= 4) {
            tcnn_copy_run(output, output - row_bytes, row_bytes);
            output += row_bytes;
        } else {
            const int8_t *row = &input[p->rows[y] * p->input_width * p->channels];
            output = copy_row(p, row, output);
        }
    }
}
