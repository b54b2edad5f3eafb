/*
 * tcnn_conv_2d_s8_dsp.c - CONV_2D, two pixels and four channels at a time
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

#include "kernels.h"

/* What `multiply` works on. */
typedef struct {
    const uint32_t *windows;
    const int32_t *weights;
    uint32_t entry;    /* into the loop, in bytes: leaves out steps at first */
    int8_t *output[2]; /* of the two pixels; 4 bytes are written a group of channels */
    const int8_t *output_end; /* of the first */
} job_t;

/* How a window is gathered. */
typedef struct {
    int32_t sixteens; /* elements of a row, in sixteens */
    int32_t fours;    /* of what is left, at most 3 */
    int32_t ones;     /* and then, at most 3 */
    int32_t row_bytes;
    int32_t ones_offset; /* bytes from the first word to those of the ones */
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
                     "strb r3, [r10], #1\n"
                     "strb r4, [r10], #1\n"
                     "strb r5, [r10], #1\n"
                     "strb r6, [r11], #1\n"
                     "strb r7, [r11], #1\n"
                     "strb r8, [r11], #1\n"
                     "strb r9, [r11], #1\n"
                     "str.w r10, [r0, #12]\n"
                     "str.w r11, [r0, #16]\n"
                     "cmp r10, r12\n"
                     "bne.w 1b\n"
                     "add sp, sp, #8\n"
                     "pop {r4-r11, pc}\n");
}

/*
 * Writes a window of `height` rows to every second word: of each row four elements at a
 * time, 0 and 2 in one word, 1 and 3 in the next; what is left of all rows at the end.
 *   r4 to r7 shape, r3 words, r8 halves of the ones, r9 elements, r2 counter
 */
TCNN_NAKED static void gather(const int8_t *window TCNN_UNUSED,
                              int32_t height TCNN_UNUSED,
                              const shape_t *shape TCNN_UNUSED,
                              uint32_t *to TCNN_UNUSED) {
    __asm__ volatile(".macro tcnn_eight\n"
                     "ldr.w r10, [r9], #4\n"
                     "ldr.w r11, [r9], #4\n"
                     "sxtb16 r12, r10\n"
                     "sxtb16 lr, r10, ror #8\n"
                     "str.w r12, [r3], #8\n"
                     "str.w lr, [r3], #8\n"
                     "sxtb16 r12, r11\n"
                     "sxtb16 lr, r11, ror #8\n"
                     "str.w r12, [r3], #8\n"
                     "str.w lr, [r3], #8\n"
                     ".endm\n"
                     "push {r4-r11, lr}\n"
                     "ldm r2, {r4-r8}\n"
                     "add r8, r8, r3\n"
                     "0:\n"
                     "mov r9, r0\n"
                     "movs r2, r4\n"
                     "beq.n 2f\n"
                     "1:\n"
                     "tcnn_eight\n"
                     "tcnn_eight\n"
                     "subs r2, #1\n"
                     "bne.n 1b\n"
                     "2:\n"
                     "tst.w r5, #2\n"
                     "beq.n 3f\n"
                     "tcnn_eight\n"
                     "3:\n"
                     "tst.w r5, #1\n"
                     "beq.n 4f\n"
                     "ldr.w r10, [r9], #4\n"
                     "sxtb16 r12, r10\n"
                     "sxtb16 lr, r10, ror #8\n"
                     "str.w r12, [r3], #8\n"
                     "str.w lr, [r3], #8\n"
                     "4:\n"
                     "movs r2, r6\n"
                     "beq.n 6f\n"
                     "5:\n" /* halves 0, 1, 4, 5, 8, 9, ... */
                     "ldrsb.w r10, [r9], #1\n"
                     "strh.w r10, [r8], #2\n"
                     "tst.w r8, #2\n"
                     "it eq\n"
                     "addeq r8, r8, #4\n"
                     "subs r2, #1\n"
                     "bne.n 5b\n"
                     "6:\n"
                     "add r0, r7\n"
                     "subs r1, #1\n"
                     "bne.n 0b\n"
                     "tst.w r8, #2\n"
                     "it ne\n" /* the last pair has no second element */
                     "strhne r1, [r8]\n"
                     "pop {r4-r11, pc}\n"
                     ".purgem tcnn_eight\n");
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
    for (int32_t c = 0; &job->output[0][c] != job->output_end; c += 4) {
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
            int8_t *y = &job->output[i][c];
            for (uint32_t half = 0; half < 2; half++) {
                const uint32_t *sum = &sums[i][2 * half];
                const int32_t first = (int32_t)(sum[0] - sum[1]) >> 8;
                y[2 * half] = requantize(first, &w[6 * half]);
                y[2 * half + 1] = requantize((int32_t)sum[1], &w[6 * half + 3]);
            }
        }
        w += 12;
    }
}

static void gather(const int8_t *window, int32_t height, const shape_t *shape,
                   uint32_t *to) {
    uint16_t *half = (uint16_t *)(void *)to + shape->ones_offset / 2;
    bool odd = false;
    for (int32_t ky = 0; ky < height; ky++) {
        const int8_t *from = &window[ky * shape->row_bytes];
        for (int32_t i = 4 * shape->sixteens + shape->fours; i > 0; i--) {
            const uint32_t word = tcnn_load_4(from);
            to[0] = tcnn_even_bytes(word);
            to[2] = tcnn_odd_bytes(word);
            from += 4;
            to += 4;
        }
        for (int32_t i = 0; i < shape->ones; i++) {
            *half = (uint16_t)from[i];
            half += odd ? 3 : 1;
            odd = !odd;
        }
    }
    if (odd) {
        *half = 0;
    }
}
#endif

/* Makes the padded rows those that the windows of output row `y` read. */
static void pad_rows(const tcnn_conv_2d_dsp_params_t *p, const int8_t *input, int32_t y,
                     int8_t *padded) {
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

/* The outputs of two gathered pixels, of `count` that are wanted, by way of `staged`.
 */
static void multiply_staged(const tcnn_conv_2d_dsp_params_t *p, job_t *job,
                            const uint32_t *windows_end, int8_t *staged,
                            int32_t count) {
    const int32_t channels = p->output_channels;
    const int32_t rounded = (channels + 3) / 4 * 4;
    int8_t *const pixels[2] = {job->output[0], job->output[1]};
    job->output[0] = staged;
    job->output[1] = &staged[rounded];
    job->output_end = job->output[1];
    multiply(job, windows_end);
    for (int32_t i = 0; i < count; i++) {
        tcnn_copy_bytes(pixels[i], &staged[i * rounded], channels);
        tcnn_clamp_bytes(pixels[i], channels, p->clamp_min, p->clamp_max);
    }
}

void tcnn_conv_2d_s8_dsp(const tcnn_conv_2d_dsp_params_t *params, const int8_t *input,
                         const int32_t *weights, uint8_t *scratch, int8_t *output) {
    const tcnn_conv_2d_dsp_params_t *p = params;
    const int32_t channels = p->output_channels;
    const int32_t height = p->kernel_height;
    const int32_t width = p->padded_width ? p->padded_width : p->input_width;
    const int32_t run = p->kernel_width * p->input_channels;
    const int32_t step = p->stride_width * p->input_channels;
    const int32_t pairs = (height * run + 1) / 2;
    const shape_t shape = {run / 16, run % 16 / 4, run % 4, width * p->input_channels,
                           height * (run / 4) * 16};
    const bool direct =
        channels % 4 == 0 && p->clamp_min == INT8_MIN && p->clamp_max == INT8_MAX;
    uint32_t *windows = (uint32_t *)(void *)scratch;
    const uint32_t *windows_end = &windows[2 * pairs];
    int8_t *staged = (int8_t *)&windows[2 * pairs]; /* two pixels of output */
    int8_t *padded = &staged[2 * ((channels + 3) / 4 * 4)];
    const int8_t *row = p->padded_width ? padded : input;
    job_t job = {windows, weights, (uint32_t)-pairs % STEPS * STEP_BYTES, {0}, 0};
    int32_t second = 0; /* pixel of the pair */
    for (int32_t y = 0; y < p->output_height; y++) {
        if (p->padded_width) {
            pad_rows(p, input, y, padded);
        }
        const int8_t *window = row;
        for (int32_t x = p->output_width; x > 0; x--) {
            gather(window, height, &shape, &windows[second]);
            window += step;
            job.output[second] = output;
            output += channels;
            second ^= 1;
            if (second) {
                continue;
            }
            if (direct) {
                job.output_end = &job.output[0][channels];
                multiply(&job, windows_end);
            } else {
                multiply_staged(p, &job, windows_end, staged, 2);
            }
        }
        if (!p->padded_width) {
            row += p->stride_height * shape.row_bytes;
        }
    }
    if (second) {
        multiply_staged(p, &job, windows_end, staged, 1);
    }
}
