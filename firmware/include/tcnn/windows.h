/*
 * windows.h - convolutions by one gathered window at a time, for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slower than kernels that share a weight among pixels, but for any convolution, and in
 * memory for one window.
 */
#ifndef TCNN_WINDOWS_H
#define TCNN_WINDOWS_H

#include <stdbool.h>

#include "convolution.h"
#include "dot.h"

#define TCNN_WINDOW_BYTES 600    /* of windows that fit on the stack */
#define TCNN_WINDOW_CONSTANTS 24 /* words for four channels */

/* A window and where it lies; a part of the input's channels. */
typedef struct {
    int32_t top;     /* row of its first tap; any, outside the image too */
    int32_t left;    /* column of its first tap; any, outside the image too */
    int32_t rows;    /* of taps; 0 or more */
    int32_t columns; /* of taps; 0 or more */
    int32_t first;   /* channel; 0 or more */
    int32_t depth;   /* channels; 1 or more */
} tcnn_window_t;

/* Copies a window to `to`: rows, then columns, then channels. */
static inline void tcnn_gather_window(const tcnn_window_shape_t *p, const int8_t *input,
                                      const tcnn_window_t *w, int8_t *to) {
    const int32_t step = p->dilation_width * p->input_channels;
    const int32_t end = w->left + (w->columns - 1) * p->dilation_width;
    const int32_t zero = p->input_zero_point;
    const bool is_run = step == w->depth; /* all taps of a row lie side by side */
    for (int32_t ky = 0; ky < w->rows; ky++) {
        const int32_t y = w->top + ky * p->dilation_height;
        if (y < 0 || y >= p->input_height) {
            tcnn_fill_bytes(to, zero, w->columns * w->depth);
            to += w->columns * w->depth;
            continue;
        }
        const int8_t *from =
            &input[(y * p->input_width + w->left) * p->input_channels + w->first];
        if (is_run && w->left >= 0 && end < p->input_width) {
            tcnn_copy_bytes(to, from, w->columns * w->depth);
            to += w->columns * w->depth;
            continue;
        }
        for (int32_t kx = 0; kx < w->columns; kx++) {
            const int32_t x = w->left + kx * p->dilation_width;
            if (x < 0 || x >= p->input_width) {
                tcnn_fill_bytes(to, zero, w->depth);
            } else {
                tcnn_copy_bytes(to, from, w->depth);
            }
            from += step;
            to += w->depth;
        }
    }
}

/* What `tcnn_multiply_fours` works on. */
typedef struct {
    const int8_t *window;     /* never NULL */
    const int8_t *window_end; /* 4 bytes or a multiple further; never NULL */
    const int32_t *weights;   /* four bytes each; never NULL */
    const int32_t *constants; /* see tcnn_multiply_window; never NULL */
    int8_t *output;           /* never NULL */
    const int8_t *output_end; /* 4 bytes or a multiple further; never NULL */
    int32_t size;             /* bytes of the window, a multiple of 4; 4 or more */
} tcnn_window_job_t;

#if TCNN_DSP
/* Four channels a round; registers as of `tcnn_four`, r1 is the window's end. */
TCNN_NAKED static void tcnn_multiply_fours(tcnn_window_job_t *job TCNN_UNUSED) {
    __asm__ volatile(TCNN_DOT_MACROS "push {r0, r4-r11, lr}\n"
                                     "mov r12, r0\n"
                                     ".p2align 2\n"
                                     "1:\n"
                                     "ldr.w r10, [r12, #12]\n"
                                     "ldr.w r2, [r12, #8]\n"
                                     "ldr.w r0, [r12, #24]\n"
                                     "ldm.w r10!, {r6-r9}\n"
                                     "str.w r10, [r12, #12]\n"
                                     "add r3, r2, r0\n"
                                     "add r4, r3, r0\n"
                                     "add r5, r4, r0\n"
                                     "tst r0, #4\n"
                                     "ldr.w r0, [r12]\n"
                                     "ldr.w r1, [r12, #4]\n"
                                     "bne.w 3f\n"
                                     ".p2align 2\n"
                                     "2:\n"
                                     "tcnn_four\n"
                                     "3:\n"
                                     "tcnn_four\n"
                                     "cmp r0, r1\n"
                                     "bne.w 2b\n"
                                     "ldr.w r10, [sp]\n"
                                     "str.w r5, [r10, #8]\n"
                                     "ldr.w r10, [r10, #12]\n"
                                     ".irp sum, r6, r7, r8, r9\n"
                                     /* multiplier, offset, left, right, lessened */
                                     "ldm.w r10!, {r0, r1, r11, r12, lr}\n"
                                     "and lr, lr, \\sum, asr #31\n"
                                     "lsl \\sum, \\sum, r11\n"
                                     "add r1, r1, lr\n"
                                     "smmlar \\sum, \\sum, r0, r1\n"
                                     "asr \\sum, \\sum, r12\n"
                                     "ssat \\sum, #8, \\sum\n"
                                     ".endr\n"
                                     "ldr.w r12, [sp]\n"
                                     "ldr.w r1, [r12, #16]\n"
                                     "ldr.w r2, [r12, #20]\n"
                                     "str.w r10, [r12, #12]\n"
                                     "strb.w r6, [r1], #1\n"
                                     "strb.w r7, [r1], #1\n"
                                     "strb.w r8, [r1], #1\n"
                                     "strb.w r9, [r1], #1\n"
                                     "str.w r1, [r12, #16]\n"
                                     "cmp r1, r2\n"
                                     "bne.w 1b\n"
                                     "pop {r0, r4-r11, pc}\n" TCNN_DOT_PURGE);
}
#else
static int8_t tcnn_rescale_channel(int32_t sum, const int32_t *constants) {
    const int32_t scaled = (int32_t)((uint32_t)sum << constants[2]);
    const int32_t value = tcnn_high_multiply(scaled, constants[0]);
    return tcnn_saturate_8((value + (sum >> 31 & constants[4]) + constants[1]) >>
                           constants[3]);
}

static void tcnn_multiply_fours(tcnn_window_job_t *job) {
    for (; job->output != job->output_end; job->output += 4) {
        const int8_t *weights = (const int8_t *)job->weights;
        for (int32_t c = 0; c < 4; c++) {
            uint32_t sum = (uint32_t)job->constants[c];
            for (int32_t i = 0; i < job->size; i++) {
                sum += (uint32_t)(job->window[i] * *weights++);
            }
            job->output[c] =
                tcnn_rescale_channel((int32_t)sum, &job->constants[4 + 5 * c]);
        }
        job->weights += job->size;
        job->constants += TCNN_WINDOW_CONSTANTS;
    }
}
#endif

/* `channels` outputs from one window of `size` bytes, a multiple of 4.
 * weights: `size` bytes a channel, the channels rounded up to 4
 * constants: of each four channels the sums to start from; then of each multiplier,
 *   offset, shift of the sum to the left and of the product to the right, and what is
 *   added to negative ones: -1, or 0 if nothing is shifted to the right */
static inline void tcnn_multiply_window(const int8_t *window, int32_t size,
                                        const int32_t *weights,
                                        const int32_t *constants, int32_t channels,
                                        int8_t *output) {
    const int32_t rest = channels % 4;
    tcnn_window_job_t job = {window,    &window[size], weights,
                             constants, output,        &output[channels - rest],
                             size};
    if (channels > rest) {
        tcnn_multiply_fours(&job);
    }
    if (rest) {
        int8_t last[4];
        int8_t *to = job.output;
        job.output = last;
        job.output_end = &last[4];
        tcnn_multiply_fours(&job);
        for (int32_t i = 0; i < rest; i++) {
            to[i] = last[i];
        }
    }
}

#endif /* TCNN_WINDOWS_H */
