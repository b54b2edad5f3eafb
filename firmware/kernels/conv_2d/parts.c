/*
 * conv_2d/parts.c - convolutions in groups, dilated and transposed, two pixels at a
 * time SPDX-License-Identifier: Apache-2.0
 *
 * Outputs of a row fall into parts, each an ordinary convolution of one row: those of a
 * group of channels; those whose windows begin at the same place between dilated taps;
 * those of a transposed convolution that the same taps reach. The rows of their windows
 * are copied so that the taps of a part lie side by side: by planes of columns, then
 * groups, pixels, channels.
 */
#include "conv_2d.h"
#include "pixel_pairs.h"

/* Rows of the output. */
typedef struct {
    int32_t first, rows, parts;
} phase_t;

/* Outputs of such a row. */
typedef struct {
    int32_t offset, run, step, weights, output, distance, count;
} part_t;

/* Copies a row of the input, of padding where there is none. */
TCNN_APART static void copy_row(const tcnn_conv_2d_parts_params_t *p,
                                const int8_t *input, int32_t y, int8_t *to) {
    const bool is_inside = y >= 0 && y < p->input_height;
    const int8_t *row =
        &input[(is_inside ? y : 0) * p->input_width * p->input_channels];
    const int32_t depth = p->group_channels;
    for (int32_t plane = 0; plane < p->planes; plane++) {
        for (int32_t c = 0; c < p->input_channels; c += depth) {
            int32_t x = plane - p->pad_left;
            for (int32_t i = 0; i < p->plane_width; i++) {
                if (is_inside && x >= 0 && x < p->input_width) {
                    tcnn_copy_bytes(to, &row[x * p->input_channels + c], depth);
                } else {
                    tcnn_fill_bytes(to, p->input_zero_point, depth);
                }
                to += depth;
                x += p->planes;
            }
        }
    }
}

/* The outputs of a part; `row` is where its first window begins. */
TCNN_APART static void convolve_part(const part_t *part, int32_t rows,
                                     int32_t row_bytes, uint32_t *windows,
                                     const int8_t *row, int32_t channels,
                                     const int32_t *weights, int8_t *output) {
    const int32_t run = part->run, words = (rows * run + 1) / 2;
    const uint32_t is_one = words - 1 > RUN ? 0 : 1u << 31;
    job_t job = {
        .windows = windows,
        .last_run = (uintptr_t)&windows[2 * words] - RUN_BYTES,
        .entry = (uint32_t)count_left_out(words - 1) * STEP_BYTES + 1,
        .weights = weights,
        .window = row,
        .pairs = part->count / 2,
        .distance = part->distance,
        .shape = {run / 8, run / 4 % 2, run % 4, row_bytes, rows * (run / 4) * 16,
                  part->step},
        .height = rows,
        .output = output,
        .room = (int32_t)((uint32_t)(channels - 4) + is_one),
        .is_one = is_one,
    };
    if (job.pairs) {
        convolve_pairs(&job);
    }
    if (part->count % 2) { /* a pair of the last with itself */
        job.window += (part->count - 1) * part->step;
        job.output += (part->count - 1) * part->distance;
        job.pairs = 1;
        job.distance = job.shape.step = 0;
        convolve_pairs(&job);
    }
}

TCNN_APART static void convolve(const tcnn_conv_2d_parts_params_t *p,
                                const int8_t *input, const int32_t *weights,
                                uint8_t *scratch, int8_t *output) {
    const phase_t *phases = (const phase_t *)(const void *)p->phases;
    const part_t *parts = (const part_t *)(const void *)p->parts;
    const int32_t row_bytes = p->planes * p->plane_width * p->input_channels;
    uint32_t *windows = (uint32_t *)(void *)scratch;
    int8_t *copied = (int8_t *)&windows[p->window_words];
    int8_t *to = output;
    for (int32_t y = 0; y < p->output_height; y++) {
        const phase_t *phase = &phases[y % p->row_phases];
        const int32_t top = y / p->row_phases * p->stride_height + phase->first;
        const part_t *part = &parts[phase->parts];
        for (int32_t ky = 0; ky < phase->rows; ky++) {
            copy_row(p, input, top + ky * p->dilation_height, &copied[ky * row_bytes]);
        }
        for (int32_t i = 0; i < p->row_parts; i++, part++) {
            convolve_part(part, phase->rows, row_bytes, windows, &copied[part->offset],
                          p->part_channels, &weights[part->weights], &to[part->output]);
        }
        to += p->output_row_bytes;
    }
    tcnn_clamp_bytes(output, (int32_t)(to - output), p->clamp_min, p->clamp_max);
}

TCNN_APART static void convolve_on_stack(const tcnn_conv_2d_parts_params_t *params,
                                         const int8_t *input, const int32_t *weights,
                                         int8_t *output) {
    uint32_t memory[STACK_BYTES / 4];
    convolve(params, input, weights, (uint8_t *)memory, output);
}

TCNN_SHARED void tcnn_conv_2d_parts_s8_dsp(const tcnn_conv_2d_parts_params_t *params,
                                           const int8_t *input, const int32_t *weights,
                                           uint8_t *scratch, int8_t *output) {
    if (scratch) {
        convolve(params, input, weights, scratch, output);
    } else {
        convolve_on_stack(params, input, weights, output);
    }
}
