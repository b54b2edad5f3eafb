/*
 * conv_2d/pairs.c - CONV_2D, two pixels and four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The windows of two pixels are gathered as 16-bit numbers, two elements of the first
 * pixel, then two of the second, and so on. Weights are lanes of two channels,
 * v = 256 * a + b: one product with v, one with its low byte b, and the sum of a is the
 * difference over 256. A channel's sum becomes
 *     saturate((((2 * sum * multiplier) >> 32, rounded) - (sum < 0) + offset) >> shift)
 */
#include "dsp.h"

#include <stdbool.h>
#include <string.h>

#include "conv_2d.h"

enum { STACK_BYTES = 600 }; /* of what does not need scratch */

/* What `multiply` works on. */
typedef struct {
    const uint32_t *windows;
    const int32_t *weights;
    uint32_t entry;           /* into the loop, in bytes: leaves out steps at first */
    int8_t *output[2];        /* of the two pixels */
    const int8_t *output_end; /* of the first */
} job_t;

/* How windows are gathered. */
typedef struct {
    int32_t eights; /* elements of a row, in eights */
    int32_t fours;  /* of what is left, 0 or 1 */
    int32_t ones;   /* and then, at most 3 */
    int32_t row_bytes;
    int32_t ones_offset; /* bytes from the first word to those of the ones */
    int32_t step;        /* from the window of a pixel to that of the next */
} shape_t;

#if TCNN_DSP
enum { STEPS = 16, STEP_BYTES = 56 };

/*
 * Registers of the inner loop, 15 cycles for 2 elements x 2 pixels x 4 channels:
 *   r0 windows, r1 weights, r2 ab, r3 b, r4 cd, r5 d: sums of the first pixel,
 *   r6 to r9: of the second, r10, r11: elements, r12, lr: weights
 */
TCNN_NAKED static void multiply(job_t *job TCNN_UNUSED,
                                const uint32_t *windows_end TCNN_UNUSED) {
    __asm__ volatile("push {r0, r1, r4-r11, lr}\n"
                     "ldr r1, [r0, #4]\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldr.w lr, [r0, #8]\n"
                     "ldr r0, [r0]\n"
                     "ldm r1!, {r2-r5}\n"
                     "mov r6, r2\n"
                     "mov r7, r3\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     ".p2align 2\n"
                     "add pc, lr\n"
                     "nop\n"
                     "2:\n"
                     ".rept 16\n"
                     "ldr.w r10, [r0], #4\n"
                     "ldr.w r11, [r0], #4\n"
                     "ldr.w r12, [r1], #4\n"
                     "ldr.w lr, [r1], #4\n"
                     "smlad r2, r10, r12, r2\n"
                     "smlad r6, r11, r12, r6\n"
                     "smlad r4, r10, lr, r4\n"
                     "smlad r8, r11, lr, r8\n"
                     "sxtb16 r12, r12\n"
                     "sxtb16 lr, lr\n"
                     "smlad r3, r10, r12, r3\n"
                     "smlad r7, r11, r12, r7\n"
                     "smlad r5, r10, lr, r5\n"
                     "smlad r9, r11, lr, r9\n"
                     ".endr\n"
                     "ldr.w r10, [sp, #4]\n"
                     "cmp r0, r10\n"
                     "bne.w 2b\n"
                     /* the sums of a and c, doubled: (256 * A + B - B) / 128 */
                     "sub r2, r2, r3\n"
                     "sub r6, r6, r7\n"
                     "sub r4, r4, r5\n"
                     "sub r8, r8, r9\n"
                     "asr r2, r2, #7\n"
                     "asr r6, r6, #7\n"
                     "asr r4, r4, #7\n"
                     "asr r8, r8, #7\n"
                     "lsl r3, r3, #1\n"
                     "lsl r7, r7, #1\n"
                     "lsl r5, r5, #1\n"
                     "lsl r9, r9, #1\n"
                     ".macro tcnn_requantize first, second\n"
                     "ldm r1!, {r10, r11, r12}\n" /* multiplier, offset, shift */
                     "add r0, r11, \\first, asr #31\n"
                     "add lr, r11, \\second, asr #31\n"
                     "smmlar r0, \\first, r10, r0\n"
                     "smmlar lr, \\second, r10, lr\n"
                     "asr r0, r0, r12\n"
                     "asr lr, lr, r12\n"
                     "ssat \\first, #8, r0\n"
                     "ssat \\second, #8, lr\n"
                     ".endm\n"
                     "tcnn_requantize r2, r6\n"
                     "tcnn_requantize r3, r7\n"
                     "tcnn_requantize r4, r8\n"
                     "tcnn_requantize r5, r9\n"
                     ".purgem tcnn_requantize\n"
                     "ldr r0, [sp]\n"
                     "ldr.w r10, [r0, #12]\n"
                     "ldr.w r11, [r0, #16]\n"
                     "ldr.w r12, [r0, #20]\n"
                     "strb r2, [r10], #1\n"
                     "strb r6, [r11], #1\n"
                     "sub r12, r12, r10\n" /* channels that follow */
                     "cmp r12, #3\n"
                     "blt.n 3f\n"
                     "strb r3, [r10], #1\n"
                     "strb r4, [r10], #1\n"
                     "strb r5, [r10], #1\n"
                     "strb r7, [r11], #1\n"
                     "strb r8, [r11], #1\n"
                     "strb r9, [r11], #1\n"
                     "str.w r10, [r0, #12]\n"
                     "str.w r11, [r0, #16]\n"
                     "bne.w 1b\n"
                     "b.n 4f\n"
                     "3:\n" /* the last group has 1 to 3 channels */
                     "cmp r12, #1\n"
                     "itt ge\n"
                     "strbge r3, [r10], #1\n"
                     "strbge r7, [r11], #1\n"
                     "itt gt\n"
                     "strbgt r4, [r10]\n"
                     "strbgt r8, [r11]\n"
                     "4:\n"
                     "add sp, sp, #8\n"
                     "pop {r4-r11, pc}\n");
}

/*
 * Gathers the windows of two neighbours, 11 cycles for 4 elements of both:
 *   r0 row, r1 rows left, r2 counter, r3 words, r4 to r7 shape, r8 halves of the ones,
 *   r9, r10 elements
 */
TCNN_NAKED static void gather_pair(const int8_t *window TCNN_UNUSED,
                                   int32_t height TCNN_UNUSED,
                                   const shape_t *shape TCNN_UNUSED,
                                   uint32_t *to TCNN_UNUSED) {
    __asm__ volatile(".macro tcnn_four\n"
                     "ldr.w r11, [r9], #4\n"
                     "ldr.w r12, [r10], #4\n"
                     "sxtb16 lr, r11\n"
                     "str.w lr, [r3], #4\n"
                     "sxtb16 lr, r12\n"
                     "str.w lr, [r3], #4\n"
                     "sxtb16 lr, r11, ror #8\n"
                     "str.w lr, [r3], #4\n"
                     "sxtb16 lr, r12, ror #8\n"
                     "str.w lr, [r3], #4\n"
                     ".endm\n"
                     "push {r2, r4-r11, lr}\n"
                     "ldm r2, {r4-r9}\n"
                     "str.w r9, [sp]\n"
                     "add r8, r8, r3\n"
                     "1:\n"
                     "ldr.w r10, [sp]\n"
                     "mov r9, r0\n"
                     "add r10, r10, r0\n"
                     "add r0, r7\n"
                     "movs r2, r4\n"
                     "beq.n 3f\n"
                     "2:\n"
                     "tcnn_four\n"
                     "tcnn_four\n"
                     "subs r2, #1\n"
                     "bne.n 2b\n"
                     "3:\n"
                     "cbz r5, 4f\n"
                     "tcnn_four\n"
                     "4:\n"
                     "movs r2, r6\n"
                     "beq.n 6f\n"
                     "5:\n" /* halves 0, 1, 4, 5, 8, 9, ... */
                     "ldrsb.w r11, [r9], #1\n"
                     "ldrsb.w r12, [r10], #1\n"
                     "strh.w r12, [r8, #4]\n"
                     "strh.w r11, [r8], #2\n"
                     "tst.w r8, #2\n"
                     "it eq\n"
                     "addeq r8, r8, #4\n"
                     "subs r2, #1\n"
                     "bne.n 5b\n"
                     "6:\n"
                     "subs r1, #1\n"
                     "bne.n 1b\n"
                     "pop {r2, r4-r11, pc}\n"
                     ".purgem tcnn_four\n");
}
#else
enum { STEPS = 1, STEP_BYTES = 0 };

static int8_t requantize(int32_t x, const int32_t *constants) {
    const int64_t product = (int64_t)x * 2 * constants[0] + (INT64_C(1) << 31);
    const int32_t t = (int32_t)(product >> 32) - (x < 0 ? 1 : 0) + constants[1];
    const int32_t value = t >> constants[2];
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void multiply(job_t *job, const uint32_t *windows_end) {
    const int32_t *w = job->weights;
    const int32_t channels = (int32_t)(job->output_end - job->output[0]);
    for (int32_t c = 0; c < channels; c += 4) {
        uint32_t sums[2][4];
        memcpy(sums[0], w, sizeof sums[0]);
        memcpy(sums[1], w, sizeof sums[1]);
        w += 4;
        for (const uint32_t *x = job->windows; x != windows_end; x += 2) {
            for (uint32_t half = 0; half < 2; half++) {
                const uint32_t v = (uint32_t)*w++;
                for (uint32_t i = 0; i < 2; i++) {
                    uint32_t *sum = &sums[i][2 * half];
                    sum[0] = tcnn_smlad(x[i], v, sum[0]);
                    sum[1] = tcnn_smlad(x[i], tcnn_even_bytes(v), sum[1]);
                }
            }
        }
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t *sum = sums[i];
            sum[0] = (uint32_t)((int32_t)(sum[0] - sum[1]) >> 8);
            sum[2] = (uint32_t)((int32_t)(sum[2] - sum[3]) >> 8);
            for (int32_t k = 0; k < 4 && c + k < channels; k++) {
                job->output[i][c + k] = requantize((int32_t)sum[k], &w[3 * k]);
            }
        }
        w += 12;
    }
}
#endif

/*
 * Writes a window of `height` rows to every second word: of each row four elements at a
 * time, 0 and 2 in one word, 1 and 3 in the next; what is left of all rows at the end.
 * The weights of a second element that the last pair may lack are 0.
 */
TCNN_APART static void gather(const int8_t *window, int32_t height,
                              const shape_t *shape, uint32_t *to) {
    uint16_t *half = (uint16_t *)(void *)to + shape->ones_offset / 2;
    bool odd = false;
    for (int32_t ky = 0; ky < height; ky++) {
        const int8_t *from = &window[ky * shape->row_bytes];
        TCNN_ROLLED
        for (int32_t i = 2 * shape->eights + shape->fours; i > 0; i--) {
            const uint32_t word = tcnn_load_4(from);
            to[0] = tcnn_even_bytes(word);
            to[2] = tcnn_odd_bytes(word);
            from += 4;
            to += 4;
        }
        TCNN_ROLLED
        for (int32_t i = 0; i < shape->ones; i++) {
            *half = (uint16_t)from[i];
            half += odd ? 3 : 1;
            odd = !odd;
        }
    }
}

#if !TCNN_DSP
static void gather_pair(const int8_t *window, int32_t height, const shape_t *shape,
                        uint32_t *to) {
    gather(window, height, shape, to);
    gather(&window[shape->step], height, shape, &to[1]);
}
#endif

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
    tcnn_copy_bytes(padded, &padded[p->stride_height * row_bytes], kept * row_bytes);
    for (int32_t ky = kept; ky < p->kernel_height; ky++) {
        const int32_t row = y * p->stride_height - p->pad_top + ky;
        int8_t *to = &padded[ky * row_bytes];
        if (row < 0 || row >= p->input_height) {
            tcnn_fill_bytes(to, p->input_zero_point, row_bytes);
            continue;
        }
        tcnn_fill_bytes(to, p->input_zero_point, left);
        tcnn_copy_bytes(&to[left], &input[row * p->input_width * depth], right - left);
        tcnn_fill_bytes(&to[right], p->input_zero_point, row_bytes - right);
    }
}

TCNN_APART static void convolve(const tcnn_conv_2d_dsp_params_t *p, const int8_t *input,
                                const int32_t *weights, uint8_t *scratch,
                                int8_t *output) {
    const int32_t channels = p->output_channels;
    const int32_t height = p->kernel_height;
    const int32_t width = p->padded_width ? p->padded_width : p->input_width;
    const int32_t run = p->kernel_width * p->input_channels;
    const int32_t pairs = (height * run + 1) / 2;
    const shape_t shape = {run / 8,
                           run / 4 % 2,
                           run % 4,
                           width * p->input_channels,
                           height * (run / 4) * 16,
                           p->stride_width * p->input_channels};
    uint32_t *windows = (uint32_t *)(void *)scratch;
    const uint32_t *windows_end = &windows[2 * pairs];
    int8_t *padded = (int8_t *)&windows[2 * pairs];
    const int8_t *row = p->padded_width ? padded : input;
    job_t job = {windows, weights, (uint32_t)-pairs % STEPS * STEP_BYTES, {0}, 0};
    int8_t *to = output;
    bool waiting = false; /* the last of a row, as second pixel, for one of the next */
    for (int32_t y = 0; y < p->output_height; y++) {
        if (p->padded_width) {
            pad_rows(p, input, y, padded);
        }
        const int8_t *window = row;
        int32_t left = p->output_width;
        if (waiting) {
            gather(window, height, &shape, windows);
            job.output[0] = to;
            job.output_end = &to[channels];
            multiply(&job, windows_end);
            window += shape.step;
            to += channels;
            left--;
        }
        for (; left >= 2; left -= 2) {
            gather_pair(window, height, &shape, windows);
            job.output[0] = to;
            job.output[1] = &to[channels];
            job.output_end = job.output[1];
            multiply(&job, windows_end);
            window += 2 * shape.step;
            to += 2 * channels;
        }
        waiting = left > 0;
        if (waiting) {
            gather(window, height, &shape, &windows[1]);
            job.output[1] = to;
            to += channels;
        }
        if (!p->padded_width) {
            row += p->stride_height * shape.row_bytes;
        }
    }
    if (waiting) {
        job.output[0] = job.output[1]; /* the second is stored over the first */
        job.output_end = to;
        multiply(&job, windows_end);
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
        convolve(params, input, weights, scratch, output);
    } else {
        convolve_on_stack(params, input, weights, output);
    }
}
