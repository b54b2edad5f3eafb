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
    int8_t *output[2]; /* of the two pixels; 4 bytes are written a group of channels */
    const int8_t *output_end; /* of the first */
    const uint32_t *windows;
    uint32_t pairs; /* of elements in a window */
    const int32_t *weights;
} job_t;

#if TCNN_DSP
/*
 * Registers of the inner loop, 15 cycles for 2 elements x 2 pixels x 4 channels:
 *   r0 windows, r1 weights, r2 ab, r3 b, r4 cd, r5 d: sums of the first pixel,
 *   r6 to r9: of the second, r10, r11: elements, r12, lr: weights
 * Stack: output[2], output_end, windows, entry into the loop, end of the windows.
 */
TCNN_NAKED static void multiply(const job_t *job TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r2-r7}\n" /* output[2], end, windows, pairs, weights */
                     "mov r1, r7\n"
                     "add r7, r5, r6, lsl #3\n" /* end of the windows */
                     "rsb r6, r6, #0\n"
                     "and r6, r6, #15\n" /* steps to leave out at first */
                     "mov r8, #56\n"     /* bytes of a step */
                     "mul r6, r6, r8\n"
                     "adr.w r8, 2f\n"
                     "add r6, r6, r8\n"
                     "orr r6, r6, #1\n"
                     "push {r2-r7}\n"
                     "mov r0, r5\n"
                     "mov lr, r6\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldm r1!, {r2-r5}\n"
                     "mov r6, r2\n"
                     "mov r7, r3\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "bx lr\n"
                     ".p2align 2\n"
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
                     "ldr.w r10, [sp, #20]\n"
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
                     "ldr r10, [sp]\n"
                     "ldr r11, [sp, #4]\n"
                     "ldr r12, [sp, #8]\n"
                     "ldr r0, [sp, #12]\n"
                     "ldr lr, [sp, #16]\n"
                     "strb r2, [r10], #1\n"
                     "strb r3, [r10], #1\n"
                     "strb r4, [r10], #1\n"
                     "strb r5, [r10], #1\n"
                     "strb r6, [r11], #1\n"
                     "strb r7, [r11], #1\n"
                     "strb r8, [r11], #1\n"
                     "strb r9, [r11], #1\n"
                     "str r10, [sp]\n"
                     "str r11, [sp, #4]\n"
                     "cmp r10, r12\n"
                     "bne.w 1b\n"
                     "add sp, sp, #24\n"
                     "pop {r4-r11, pc}\n");
}
#else
static int8_t requantize(uint32_t sum, const int32_t *constants) {
    const int32_t x = (int32_t)sum;
    const int64_t product = (int64_t)x * 2 * constants[0] + (INT64_C(1) << 31);
    const int32_t t = (int32_t)(product >> 32) - (x < 0 ? 1 : 0) + constants[1];
    const int32_t value = t >> constants[2];
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void multiply(const job_t *job) {
    const int32_t *w = job->weights;
    for (int32_t c = 0; &job->output[0][c] != job->output_end; c += 4) {
        const int32_t *constants = &w[4 + 2 * job->pairs];
        for (int32_t pixel = 0; pixel < 2; pixel++) {
            uint32_t sums[4];
            memcpy(sums, w, sizeof sums);
            for (uint32_t i = 0; i < job->pairs; i++) {
                const uint32_t x = job->windows[2 * i + (uint32_t)pixel];
                for (uint32_t half = 0; half < 2; half++) {
                    const uint32_t v = (uint32_t)w[4 + 2 * i + half];
                    uint32_t *sum = &sums[2 * half];
                    sum[0] = tcnn_smlad(x, v, sum[0]);
                    sum[1] = tcnn_smlad(x, tcnn_even_bytes(v), sum[1]);
                }
            }
            for (int32_t i = 0; i < 4; i += 2) {
                const int32_t first = (int32_t)(sums[i] - sums[i + 1]) >> 8;
                int8_t *y = &job->output[pixel][c + i];
                y[0] = requantize((uint32_t)first, &constants[3 * i]);
                y[1] = requantize(sums[i + 1], &constants[3 * i + 3]);
            }
        }
        w = &constants[12];
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

/* Writes four elements to every second word: elements 0 and 2, then 1 and 3. */
static inline void spread(const int8_t *from, uint32_t *to) {
    const uint32_t word = tcnn_load_4(from);
    to[0] = tcnn_even_bytes(word);
    to[2] = tcnn_odd_bytes(word);
}

/* Writes a window of `height` rows, `run` elements each and `row_bytes` apart. */
static void gather(const int8_t *window, int32_t height, int32_t run, int32_t row_bytes,
                   uint32_t *to) {
    const int32_t rest = run % 4;
    uint16_t *half = (uint16_t *)(void *)&to[run / 4 * height * 4];
    uint32_t step = 1;
    for (; height > 0; height--) {
        const int8_t *from = window;
        int32_t words = run / 4;
#if TCNN_DSP
        for (; words >= 4; words -= 4) { /* 16 elements in 28 cycles */
            __asm__ volatile("ldr.w r4, [%0], #4\n"
                             "ldr.w r5, [%0], #4\n"
                             "ldr.w r6, [%0], #4\n"
                             "ldr.w r8, [%0], #4\n"
                             "sxtb16 r9, r4\n"
                             "sxtb16 r4, r4, ror #8\n"
                             "sxtb16 r10, r5\n"
                             "sxtb16 r5, r5, ror #8\n"
                             "str r9, [%1]\n"
                             "str r4, [%1, #8]\n"
                             "str r10, [%1, #16]\n"
                             "str r5, [%1, #24]\n"
                             "sxtb16 r9, r6\n"
                             "sxtb16 r6, r6, ror #8\n"
                             "sxtb16 r10, r8\n"
                             "sxtb16 r8, r8, ror #8\n"
                             "str r9, [%1, #32]\n"
                             "str r6, [%1, #40]\n"
                             "str r10, [%1, #48]\n"
                             "str r8, [%1, #56]\n"
                             "add %1, %1, #64\n"
                             : "+r"(from), "+r"(to)
                             :
                             : "r4", "r5", "r6", "r8", "r9", "r10", "memory");
        }
#endif
        for (; words >= 2; words -= 2) {
            spread(from, to);
            spread(&from[4], &to[4]);
            from += 8;
            to += 8;
        }
        if (words) {
            spread(from, to);
            from += 4;
            to += 4;
        }
        for (int32_t i = 0; i < rest; i++) { /* halves 0, 1, 4, 5, 8, ... */
            *half = (uint16_t)from[i];
            half += step;
            step ^= 2;
        }
        window += row_bytes;
    }
    *half = 0; /* the second of the last pair, if it has none */
}

void tcnn_conv_2d_s8_dsp(const tcnn_conv_2d_dsp_params_t *params, const int8_t *input,
                         const int32_t *weights, uint8_t *scratch, int8_t *output) {
    const tcnn_conv_2d_dsp_params_t *p = params;
    const int32_t channels = p->output_channels;
    const int32_t rounded = (channels + 3) / 4 * 4;
    const int32_t elements = p->kernel_height * p->kernel_width * p->input_channels;
    uint32_t *windows = (uint32_t *)(void *)scratch;
    int8_t *staged = (int8_t *)&windows[(elements + 1) / 2 * 2];
    int8_t *padded = &staged[2 * rounded];
    const int32_t width = p->padded_width ? p->padded_width : p->input_width;
    const int32_t row_bytes = width * p->input_channels;
    const int32_t run = p->kernel_width * p->input_channels;
    const int32_t step = p->stride_width * p->input_channels;
    const int8_t *row = p->padded_width ? padded : input;
    int32_t left = p->output_height * p->output_width;
    job_t job = {{staged, &staged[rounded]},
                 &staged[rounded],
                 windows,
                 (uint32_t)(elements + 1) / 2,
                 weights};
    int8_t *pixel[2];
    int32_t count = 0; /* pixels gathered */
    for (int32_t y = 0; y < p->output_height; y++) {
        if (p->padded_width) {
            pad_rows(p, input, y, padded);
        }
        const int8_t *window = row;
        for (int32_t x = 0; x < p->output_width; x++) {
            gather(window, p->kernel_height, run, row_bytes, &windows[count]);
            window += step;
            pixel[count++] = output;
            output += channels;
            if (--left && count < 2) {
                continue;
            }
            job_t job = {{staged, &staged[rounded]},
                         &staged[rounded],
                         windows,
                         (uint32_t)(elements + 1) / 2,
                         weights};
            if (rounded == channels) {
                job.output[0] = pixel[0];
                job.output_end = &pixel[0][channels];
                job.output[1] = count == 2 ? pixel[1] : job.output[1];
            }
            multiply(&job);
            for (int32_t i = 0; i < count; i++) {
                if (rounded != channels) {
                    memcpy(pixel[i], &staged[i * rounded], (size_t)channels);
                }
                tcnn_clamp_bytes(pixel[i], channels, p->clamp_min, p->clamp_max);
            }
            count = 0;
        }
        if (!p->padded_width) {
            row += p->stride_height * row_bytes;
        }
    }
}
