/*
 * fully_connected/pairs.c - FULLY_CONNECTED, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inputs are unpacked as they are multiplied: 20 cycles for four of four channels.
 */
#include "pairs_steps.h"

#if TCNN_DSP
#define ENTRY(inputs) tcnn_enter_pairs(inputs, 32, 76)

TCNN_NAKED static void multiply(const tcnn_pairs_job_t *job TCNN_UNUSED,
                                const void *input_end TCNN_UNUSED,
                                const int32_t *weights TCNN_UNUSED,
                                int8_t *output TCNN_UNUSED) {
    __asm__ volatile(TCNN_PAIRS_MULTIPLY("32", "ldr.w r8, [r0], #4\n"
                                               "ldr.w r10, [r2], #4\n"
                                               "ldr.w r11, [r2], #4\n"
                                               "ldr.w r12, [r2], #4\n"
                                               "ldr.w lr, [r2], #4\n"
                                               "sxtb16 r9, r8, ror #8\n"
                                               "sxtb16 r8, r8\n"
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
        for (const int8_t *x = job->input; x != input_end; x += 4) {
            const uint32_t word = tcnn_load_4(x);
            tcnn_add_pairs(tcnn_even_bytes(word), &weights[0], sums);
            tcnn_add_pairs(tcnn_odd_bytes(word), &weights[2], sums);
            weights += 4;
        }
        weights = tcnn_finish_pairs(job, sums, weights, y);
    }
}
#endif

TCNN_SHARED void
tcnn_fully_connected_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                            const int8_t *input, const int32_t *weights,
                            int8_t *output) {
    tcnn_connect_pairs(params, multiply, ENTRY(params->input_channels), input,
                       &input[params->input_channels], weights, output);
}
