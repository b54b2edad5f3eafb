/*
 * conv_2d/narrow.c - CONV_2D by windows of four or eight bytes, two pixels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The windows of two pixels stay in registers, as 16-bit numbers, while the channels
 * pass by. Weights are scaled offline, so sums are ready for
 *     saturate((((sum * multiplier) >> 32) + offset) >> FIXED_SHIFT)
 */
#include "dsp.h"

#include "conv_2d.h"

enum { FIXED_SHIFT = 12 /* as in the assembly */ };

/* What the loops work on, in the order of its copy on the stack. */
typedef struct {
    int32_t distance;  /* bytes from behind an output to that of the second pixel */
    const int8_t *end; /* of the first pixel's outputs; found by the loop */
    uint32_t entry;    /* into four channels, in bytes, plus 1 */
    const int32_t *weights;
    const int8_t *input; /* of the first pixel */
    int8_t *output;      /* of the first pixel */
    int32_t step;        /* bytes from the window of a pixel to that of the next */
    int32_t pairs;       /* of pixels; 1 or more */
    int32_t channels;
} job_t;

#if TCNN_DSP
/*
 * Registers: r0 weights, r1 output, r2, r3 sums of both pixels, r4 to r11 windows,
 * r12, lr weights and constants. A pair takes 45 cycles more than its channels; what
 * the second pixel's sum became is stored with the next channel's loads, which is
 * faster.
 */
#define CONVOLVE(load, channel, last)                                                  \
    "push {r4-r11, lr}\n"                                                              \
    "ldm r0, {r1-r9}\n"                                                                \
    "adr.w r10, 2f\n"                                                                  \
    "add r3, r3, r10\n"                                                                \
    "push {r1-r9}\n"                                                                   \
    "8:\n" /* a pair */                                                                \
    "ldr.w r2, [sp, #16]\n"                                                            \
    "ldr.w r12, [sp, #24]\n"                                                           \
    "ldr.w r1, [sp, #20]\n"                                                            \
    "ldr.w lr, [sp, #32]\n"                                                            \
    "ldr.w r0, [sp, #12]\n"                                                            \
    "add r3, r2, r12\n"                                                                \
    "add r12, r12, r3\n"                                                               \
    "add lr, lr, r1\n"                                                                 \
    "str.w r12, [sp, #16]\n"                                                           \
    "str.w lr, [sp, #4]\n" load "ldr.w pc, [sp, #8]\n"                                 \
    ".p2align 2\n"                                                                     \
    "1:\n" channel("2:\n") channel("") channel("") channel("") last                    \
        "bne.w 1b\n"                                                                   \
        "ldr.w lr, [sp]\n"                                                             \
        "strb.w r3, [r1, lr]\n"                                                        \
        "add r1, r1, lr\n"                                                             \
        "ldr.w r2, [sp, #28]\n"                                                        \
        "add r1, r1, #1\n"                                                             \
        "subs r2, r2, #1\n"                                                            \
        "str.w r1, [sp, #20]\n"                                                        \
        "str.w r2, [sp, #28]\n"                                                        \
        "bne.w 8b\n"                                                                   \
        "add sp, sp, #36\n"                                                            \
        "pop {r4-r11, pc}\n"

/* 26 cycles for two outputs, and 6 for four channels. */
#define CHANNEL_OF_EIGHT(entry)                                                        \
    "ldr.w lr, [sp]\n"                                                                 \
    "ldr.w r2, [r0], #4\n"                                                             \
    "strb.w r3, [r1, lr]\n"                                                            \
    "ldr.w r12, [r0], #4\n"                                                            \
    "ldr.w lr, [r0], #4\n" entry "smlad r3, r8, r12, r2\n"                             \
    "smlad r2, r4, r12, r2\n"                                                          \
    "smlad r3, r9, lr, r3\n"                                                           \
    "smlad r2, r5, lr, r2\n"                                                           \
    "ldr.w r12, [r0], #4\n"                                                            \
    "ldr.w lr, [r0], #4\n"                                                             \
    "smlad r3, r10, r12, r3\n"                                                         \
    "smlad r2, r6, r12, r2\n"                                                          \
    "smlad r3, r11, lr, r3\n"                                                          \
    "smlad r2, r7, lr, r2\n"                                                           \
    "ldr.w r12, [r0], #4\n"                                                            \
    "ldr.w lr, [r0], #4\n"                                                             \
    "smmla r3, r3, r12, lr\n"                                                          \
    "smmla r2, r2, r12, lr\n"                                                          \
    "ssat r3, #8, r3, asr #12\n"                                                       \
    "ssat r2, #8, r2, asr #12\n"                                                       \
    "strb.w r2, [r1], #1\n"

/* 16 cycles for two outputs, and 4 for four channels: r10 distance, r11 end. */
#define CHANNEL_OF_FOUR(entry)                                                         \
    "ldr.w r2, [r0], #4\n"                                                             \
    "ldr.w r12, [r0], #4\n"                                                            \
    "ldr.w lr, [r0], #4\n"                                                             \
    "ldr.w r6, [r0], #4\n"                                                             \
    "ldr.w r7, [r0], #4\n"                                                             \
    "strb.w r3, [r1, r10]\n" entry "smlad r3, r8, r12, r2\n"                           \
    "smlad r2, r4, r12, r2\n"                                                          \
    "smlad r3, r9, lr, r3\n"                                                           \
    "smlad r2, r5, lr, r2\n"                                                           \
    "smmla r3, r3, r6, r7\n"                                                           \
    "smmla r2, r2, r6, r7\n"                                                           \
    "ssat r3, #8, r3, asr #12\n"                                                       \
    "ssat r2, #8, r2, asr #12\n"                                                       \
    "strb.w r2, [r1], #1\n"

enum { BYTES_OF_EIGHT = 88, BYTES_OF_FOUR = 60 }; /* of a channel's instructions */

TCNN_NAKED static void convolve_eights(const job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("ldr.w r5, [r2]\n"
                              "ldr.w r7, [r2, #4]\n"
                              "ldr.w r9, [r3]\n"
                              "ldr.w r11, [r3, #4]\n"
                              "sxtb16 r4, r5\n"
                              "sxtb16 r5, r5, ror #8\n"
                              "sxtb16 r6, r7\n"
                              "sxtb16 r7, r7, ror #8\n"
                              "sxtb16 r8, r9\n"
                              "sxtb16 r9, r9, ror #8\n"
                              "sxtb16 r10, r11\n"
                              "sxtb16 r11, r11, ror #8\n"
                              "ldr.w r2, [r0], #4\n"
                              "ldr.w r12, [r0], #4\n"
                              "ldr.w lr, [r0], #4\n",
                              CHANNEL_OF_EIGHT,
                              "ldr.w r12, [sp, #4]\n"
                              "cmp r1, r12\n"));
}

TCNN_NAKED static void convolve_fours(const job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("ldr.w r5, [r2]\n"
                              "ldr.w r9, [r3]\n"
                              "ldr.w r10, [sp]\n"
                              "mov r11, lr\n"
                              "sxtb16 r4, r5\n"
                              "sxtb16 r5, r5, ror #8\n"
                              "sxtb16 r8, r9\n"
                              "sxtb16 r9, r9, ror #8\n"
                              "ldr.w r2, [r0], #4\n"
                              "ldr.w r12, [r0], #4\n"
                              "ldr.w lr, [r0], #4\n"
                              "ldr.w r6, [r0], #4\n"
                              "ldr.w r7, [r0], #4\n",
                              CHANNEL_OF_FOUR, "cmp r1, r11\n"));
}

static void convolve(const job_t *job, int32_t size) {
    (size == 8 ? convolve_eights : convolve_fours)(job);
}
#else
enum { BYTES_OF_EIGHT = 0, BYTES_OF_FOUR = 0 };

static int8_t find_output(const int8_t *window, int32_t size, const int32_t *weights) {
    uint32_t sum = (uint32_t)*weights++;
    for (int32_t i = 0; i < size; i += 4) {
        const uint32_t word = tcnn_load_4(&window[i]);
        sum = tcnn_smlad(tcnn_even_bytes(word), (uint32_t)*weights++, sum);
        sum = tcnn_smlad(tcnn_odd_bytes(word), (uint32_t)*weights++, sum);
    }
    const int64_t product = (int64_t)(int32_t)sum * weights[0];
    return tcnn_saturate_8(((int32_t)(product >> 32) + weights[1]) >> FIXED_SHIFT);
}

static void convolve(const job_t *job, int32_t size) {
    for (int32_t i = 0; i < job->pairs; i++) {
        const int8_t *input = &job->input[2 * i * job->step];
        int8_t *to = &job->output[i * (job->channels + job->distance + 1)];
        int8_t windows[2][8];
        tcnn_copy_bytes(windows[0], input, size);
        tcnn_copy_bytes(windows[1], &input[job->step], size);
        for (int32_t c = 0; c < job->channels; c++) {
            const int32_t *weights = &job->weights[c * (size / 2 + 3)];
            to[c] = find_output(windows[0], size, weights);
            to[c + job->distance + 1] = find_output(windows[1], size, weights);
        }
    }
}
#endif

TCNN_SHARED void
tcnn_conv_2d_narrow_s8_dsp(const tcnn_conv_2d_narrow_dsp_params_t *params,
                           const int8_t *input, const int32_t *weights,
                           uint8_t *scratch, int8_t *output) {
    const tcnn_conv_2d_narrow_dsp_params_t *p = params;
    const int32_t channels = p->output_channels, width = p->output_width;
    const int32_t bytes = p->window_bytes == 8 ? BYTES_OF_EIGHT : BYTES_OF_FOUR;
    int8_t *to = output;
    weights = tcnn_keep(weights, p->kept_words, &scratch);
    for (int32_t y = 0; y < p->output_height; y++) {
        job_t job = {
            .distance = channels - 1,
            .entry = (uint32_t)((4 - channels % 4) % 4 * bytes + 1),
            .weights = weights,
            .input = &input[y * p->row_bytes],
            .output = to,
            .step = p->step_bytes,
            .pairs = width / 2,
            .channels = channels,
        };
        if (job.pairs) {
            convolve(&job, p->window_bytes);
        }
        if (width % 2) { /* the last pixel is both of a pair */
            job.distance = -1;
            job.input = &job.input[(width - 1) * p->step_bytes];
            job.output = &to[(width - 1) * channels];
            job.step = 0;
            job.pairs = 1;
            convolve(&job, p->window_bytes);
        }
        to += width * channels;
    }
    tcnn_clamp_bytes(output, (int32_t)(to - output), p->clamp_min, p->clamp_max);
}
