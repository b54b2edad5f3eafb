/*
 * fully_connected/wide.c - FULLY_CONNECTED of short rows, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * All inputs are unpacked before they are multiplied: 19 cycles for four of four
 * channels. The last four may be filled up: there weights are 0.
 */
#include "pairs_steps.h"

#define MOST_INPUTS 256

#if TCNN_DSP
#define ENTRY(inputs) tcnn_enter_pairs(inputs, 16, 72)

TCNN_NAKED static void multiply(const tcnn_pairs_job_t *job TCNN_UNUSED,
                                const void *input_end TCNN_UNUSED,
                                const int32_t *weights TCNN_UNUSED,
                                int8_t *output TCNN_UNUSED) {
    __asm__ volatile(TCNN_PAIRS_MULTIPLY("16", "ldr.w r8, [r0], #4\n"
                                               "ldr.w r9, [r0], #4\n"
                                               "ldr.w r10, [r2], #4\n"
                                               "ldr.w r11, [r2], #4\n"
                                               "ldr.w r12, [r2], #4\n"
                                               "ldr.w lr, [r2], #4\n"
                                               "smlad r4, r8, r10, r4\n"
                                               "smlad r6, r8, r11, r6\n"
                                               "sxtb16 r10, r10\n"
                                               "sxtb16 r11, r11\n"
                                               "smlad r4, r9, r12, r4\n"
                                               "smlad r6, r9, lr, r6\n"
                                               "sxtb16 r12, r12\n"
                                               "sxtb16 lr, lr\n"
                                               "smlad r5, r8, r10, r5\n"
                                               "smlad r7, r8, r11, r7\n"
                                               "smlad r5, r9, r12, r5\n"
                                               "smlad r7, r9, lr, r7\n"));
}
#else
#define ENTRY(inputs) 0

static void multiply(const tcnn_pairs_job_t *job, const void *input_end,
                     const int32_t *weights, int8_t *output) {
    for (int8_t *y = output; y != job->output_end; y += 4) {
        uint32_t sums[TCNN_PAIRS_SUMS];
        __builtin_memcpy(sums, weights, sizeof sums);
        weights += TCNN_PAIRS_SUMS;
        for (const uint32_t *x = job->input; x != input_end; x++) {
            tcnn_add_pairs(*x, weights, sums);
            weights += 2;
        }
        weights = tcnn_finish_pairs(job, sums, weights, y);
    }
}
#endif

/* Elements 0 and 2 of four in one word, 1 and 3 in the next. */
static void widen_four(const int8_t *input, uint32_t to[2]) {
    const uint32_t word = tcnn_load_4(input);
    to[0] = tcnn_even_bytes(word);
    to[1] = tcnn_odd_bytes(word);
}

static void widen(const int8_t *input, int32_t size, uint32_t *to) {
    for (; size >= 16; size -= 16) {
        widen_four(&input[0], &to[0]);
        widen_four(&input[4], &to[2]);
        widen_four(&input[8], &to[4]);
        widen_four(&input[12], &to[6]);
        input += 16;
        to += 8;
    }
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        widen_four(input, to);
        input += 4;
        to += 2;
    }
    if (size > 0) {
        int8_t last[4] = {0};
        tcnn_copy_bytes(last, input, size);
        widen_four(last, to);
    }
}

TCNN_SHARED void
tcnn_fully_connected_wide_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                                 const int8_t *input, const int32_t *weights,
                                 int8_t *output) {
    uint32_t wide[MOST_INPUTS / 2];
    widen(input, params->input_bytes, wide);
    tcnn_connect_pairs(params, multiply, ENTRY(params->input_channels), wide,
                       &wide[params->input_channels / 2], weights, output);
}
