/*
 * dot.h - sums of products of bytes for four channels at a time, for Cortex-M with DSP
 * SPDX-License-Identifier: Apache-2.0
 *
 * Weights are as they are in the model, so there is no bound on sums or lengths but
 * that of 32 bits. 30 cycles for four inputs of four channels.
 */
#ifndef TCNN_DOT_H
#define TCNN_DOT_H

#include "dsp.h"

#define TCNN_DOT_CHANNELS 4

/* What the loop works on; the order is that of its registers. */
typedef struct {
    const int8_t *input; /* never NULL */
    const int8_t *end;   /* of the input, 4 bytes or a multiple further; never NULL */
    const int8_t *weights[TCNN_DOT_CHANNELS]; /* of each channel; never NULL */
    uint32_t sums[TCNN_DOT_CHANNELS];         /* any; before and after */
} tcnn_dot_t;

#if TCNN_DSP
/* `tcnn_four`: four inputs of four channels. Registers: r0 input, r2 to r5 weights, r6
 * to r9 sums; r10 to r12 and lr are lost. */
#define TCNN_DOT_MACROS                                                                \
    ".macro tcnn_channel weights, sum\n"                                               \
    "ldr.w r12, [\\weights], #4\n"                                                     \
    "sxtb16 lr, r12\n"                                                                 \
    "sxtb16 r12, r12, ror #8\n"                                                        \
    "smlad \\sum, lr, r10, \\sum\n"                                                    \
    "smlad \\sum, r12, r11, \\sum\n"                                                   \
    ".endm\n"                                                                          \
    ".macro tcnn_four\n"                                                               \
    "ldr.w r11, [r0], #4\n"                                                            \
    "sxtb16 r10, r11\n"                                                                \
    "sxtb16 r11, r11, ror #8\n"                                                        \
    "tcnn_channel r2, r6\n"                                                            \
    "tcnn_channel r3, r7\n"                                                            \
    "tcnn_channel r4, r8\n"                                                            \
    "tcnn_channel r5, r9\n"                                                            \
    ".endm\n"
#define TCNN_DOT_PURGE                                                                 \
    ".purgem tcnn_channel\n"                                                           \
    ".purgem tcnn_four\n"

/* r1 is the input's end. */
TCNN_NAKED static void tcnn_dot_fours(tcnn_dot_t *dot TCNN_UNUSED) {
    __asm__ volatile(TCNN_DOT_MACROS "push {r0, r4-r11, lr}\n"
                                     "ldm.w r0, {r0-r9}\n"
                                     "sub r10, r1, r0\n"
                                     "tst r10, #4\n"
                                     "bne.w 2f\n"
                                     ".p2align 2\n"
                                     "1:\n"
                                     "tcnn_four\n"
                                     "2:\n"
                                     "tcnn_four\n"
                                     "cmp r0, r1\n"
                                     "bne.w 1b\n"
                                     "ldr r0, [sp]\n"
                                     "add r0, #24\n"
                                     "stm.w r0, {r6-r9}\n"
                                     "pop {r0, r4-r11, pc}\n" TCNN_DOT_PURGE);
}
#else
static void tcnn_dot_fours(tcnn_dot_t *dot) {
    const int32_t size = (int32_t)(dot->end - dot->input);
    for (int32_t c = 0; c < TCNN_DOT_CHANNELS; c++) {
        for (int32_t i = 0; i < size; i++) {
            dot->sums[c] += (uint32_t)(dot->input[i] * dot->weights[c][i]);
        }
    }
}
#endif

/* The sums of `channels` channels, 1 to 4, over `size` inputs, 0 or more, each from its
 * `starts` on. The weights of a channel are `size` bytes, filled up to words. */
static inline void tcnn_dot(const int8_t *input, int32_t size, const int32_t *weights,
                            int32_t channels, const int32_t *starts, int32_t *sums) {
    const int32_t fours = size & ~3, words = (size + 3) / 4;
    tcnn_dot_t dot;
    dot.input = input;
    dot.end = &input[fours];
    for (int32_t c = 0; c < TCNN_DOT_CHANNELS; c++) {
        const int32_t channel = c < channels ? c : channels - 1;
        dot.weights[c] = (const int8_t *)&weights[channel * words];
        dot.sums[c] = (uint32_t)starts[channel];
    }
    if (fours) {
        tcnn_dot_fours(&dot);
    }
    for (int32_t c = 0; c < channels; c++) {
        const int8_t *w = (const int8_t *)&weights[c * words];
        int32_t sum = (int32_t)dot.sums[c];
        for (int32_t i = fours; i < size; i++) {
            sum += input[i] * w[i];
        }
        sums[c] = sum;
    }
}

#endif /* TCNN_DOT_H */
