/*
 * conv_2d/pairs.c - CONV_2D, two pixels and four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "conv_2d.h"
#include "pixel_pairs.h"

/* Makes the padded rows those that the windows of output row `y` read. */
TCNN_APART static void pad_rows(const tcnn_conv_2d_dsp_params_t *p, const int8_t *input,
                                int32_t y, int8_t *padded) {
    const int32_t depth = p->input_channels;
    const int32_t row_bytes = p->padded_width * depth;
    const int32_t room = p->padded_width - p->pad_left;
    const int32_t inside = room < p->input_width ? room : p->input_width;
    const int32_t left = p->pad_left * depth;
    const int32_t right = left + inside * depth;
    const int32_t shared = p->kernel_height - p->stride_height;
    const int32_t kept = y > 0 && shared > 0 ? shared : 0;
    tcnn_copy_blocks(padded, &padded[p->stride_height * row_bytes], kept * row_bytes);
    for (int32_t ky = kept; ky < p->kernel_height; ky++) {
        const int32_t row = y * p->stride_height - p->pad_top + ky;
        int8_t *to = &padded[ky * row_bytes];
        if (row < 0 || row >= p->input_height) {
            tcnn_fill_bytes(to, p->input_zero_point, row_bytes);
            continue;
        }
        tcnn_fill_bytes(to, p->input_zero_point, left);
        tcnn_copy_blocks(&to[left], &input[row * p->input_width * depth], right - left);
        tcnn_fill_bytes(&to[right], p->input_zero_point, row_bytes - right);
    }
}

/* A pixel, whose window is gathered: with another one, or over its own outputs. */
static void convolve_two(job_t *job, int32_t distance) {
    const int32_t height = job->height, channels = job->distance;
    job->height = 0;
    job->pairs = 1;
    job->distance = distance;
    convolve_pairs(job);
    job->height = height;
    job->distance = channels;
}

TCNN_APART static void convolve(const tcnn_conv_2d_dsp_params_t *p, const int8_t *input,
                                const int32_t *weights, uint8_t *scratch,
                                int8_t *output) {
    const int32_t channels = p->output_channels;
    const int32_t width = p->padded_width ? p->padded_width : p->input_width;
    const int32_t run = p->kernel_width * p->input_channels;
    const int32_t words = (p->kernel_height * run + 1) / 2;
    uint32_t *windows = (uint32_t *)(void *)scratch;
    int8_t *padded = (int8_t *)&windows[2 * words];
    const int8_t *row = p->padded_width ? padded : input;
    const uint32_t is_one = words - 1 > RUN ? 0 : 1u << 31;
    job_t job = {
        .windows = windows,
        .last_run = (uintptr_t)&windows[2 * words] - RUN_BYTES,
        .entry = (uint32_t)count_left_out(words - 1) * STEP_BYTES + 1,
        .weights = weights,
        .distance = channels,
        .shape = {run / 8, run / 4 % 2, run % 4, width * p->input_channels,
                  p->kernel_height * (run / 4) * 16,
                  p->stride_width * p->input_channels},
        .height = p->kernel_height,
        .room = (int32_t)((uint32_t)(channels - 4) + is_one),
        .is_one = is_one,
    };
    int8_t *to = output;
    bool waiting = false; /* the last of a row, as second pixel, for one of the next */
    for (int32_t y = 0; y < p->output_height; y++) {
        if (p->padded_width) {
            pad_rows(p, input, y, padded);
        }
        int32_t left = p->output_width;
        job.window = row;
        if (waiting) {
            gather(row, job.height, &job.shape, windows);
            job.output = to;
            convolve_two(&job, -channels);
            job.window += job.shape.step;
            to += channels;
            left--;
        }
        job.pairs = left / 2;
        job.output = to;
        if (job.pairs) {
            convolve_pairs(&job);
        }
        waiting = left % 2 > 0;
        to += left * channels;
        if (waiting) {
            gather(&job.window[(left - 1) * job.shape.step], job.height, &job.shape,
                   &windows[1]);
        }
        if (!p->padded_width) {
            row += p->stride_height * job.shape.row_bytes;
        }
    }
    if (waiting) {
        job.output = &to[-channels]; /* the second is stored over the first */
        convolve_two(&job, 0);
    }
    tcnn_clamp_bytes(output, (int32_t)(to - output), p->clamp_min, p->clamp_max);
}

TCNN_APART static void convolve_on_stack(const tcnn_conv_2d_dsp_params_t *params,
                                         const int8_t *input, const int32_t *weights,
                                         int8_t *output) {
    uint32_t memory[STACK_BYTES / 4];
    convolve(params, input, weights, (uint8_t *)memory, output);
}

TCNN_SHARED void tcnn_conv_2d_s8_dsp(const tcnn_conv_2d_dsp_params_t *params,
                                     const int8_t *input, const int32_t *weights,
                                     uint8_t *scratch, int8_t *output) {
    if (scratch) {
        weights = tcnn_keep(weights, params->kept_words, &scratch);
        convolve(params, input, weights, scratch, output);
    } else {
        convolve_on_stack(params, input, weights, output);
    }
}
