/*
 * depthwise_conv_2d/lines.c - DEPTHWISE_CONV_2D of any window, four outputs at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * For some rows of outputs, one channel after the other is gathered into a plane of
 * bytes x + 128, so that a load reaches the neighbours of a pixel. A tap takes 22
 * cycles for four outputs on a Cortex-M0+. Outputs are written when all channels are
 * read.
 */
#include "multiply.h"

#include <stddef.h>

#include "depthwise_conv_2d.h"
#include "fixed_point.h"

enum { OUTPUTS = 4, OFFSET = 128 };

/* Where the taps of four outputs lie, and their weights. */
typedef struct {
    const uint8_t *plane;   /* first tap of the first output */
    const int32_t *weights; /* one a tap */
    int32_t row_weights;    /* bytes of a row's */
    const int32_t *end;     /* of all weights */
    int32_t step;           /* bytes from tap to tap */
    int32_t skip;           /* from behind a row of taps to the next */
} taps_t;

#if TCNN_MUL
/* Registers: r0 plane, r1 weights, r2 bytes of a row's weights, r3 their end, r4
 * weight, r5 pixel, r6 step, r7 skip, r8 to r11 sums, r12 end of all weights. */
#define MULTIPLY_LINE(name, second, third, fourth)                                     \
    TCNN_NAKED static void name(const taps_t *taps TCNN_UNUSED,                        \
                                int32_t sums[OUTPUTS] TCNN_UNUSED) {                   \
        __asm__ volatile(".syntax unified\n"                                           \
                         "push {r1, r4-r7, lr}\n"                                      \
                         "mov r4, r8\n"                                                \
                         "mov r5, r9\n"                                                \
                         "mov r6, r10\n"                                               \
                         "mov r7, r11\n"                                               \
                         "push {r4-r7}\n"                                              \
                         "ldm r1!, {r4-r7}\n"                                          \
                         "mov r8, r4\n"                                                \
                         "mov r9, r5\n"                                                \
                         "mov r10, r6\n"                                               \
                         "mov r11, r7\n"                                               \
                         "ldm r0!, {r1-r6}\n"                                          \
                         "mov r0, r1\n"                                                \
                         "mov r1, r2\n"                                                \
                         "mov r2, r3\n"                                                \
                         "mov r12, r4\n"                                               \
                         "mov r7, r6\n"                                                \
                         "mov r6, r5\n"                                                \
                         "mov r3, r1\n"                                                \
                         "1:\n"                                                        \
                         "adds r3, r3, r2\n"                                           \
                         "2:\n"                                                        \
                         "ldm r1!, {r4}\n"                                             \
                         "ldrb r5, [r0]\n"                                             \
                         "muls r5, r4, r5\n"                                           \
                         "add r8, r5\n"                                                \
                         "ldrb r5, [r0, #" #second "]\n"                               \
                         "muls r5, r4, r5\n"                                           \
                         "add r9, r5\n"                                                \
                         "ldrb r5, [r0, #" #third "]\n"                                \
                         "muls r5, r4, r5\n"                                           \
                         "add r10, r5\n"                                               \
                         "ldrb r5, [r0, #" #fourth "]\n"                               \
                         "muls r5, r4, r5\n"                                           \
                         "add r11, r5\n"                                               \
                         "adds r0, r0, r6\n"                                           \
                         "cmp r1, r3\n"                                                \
                         "bne 2b\n"                                                    \
                         "adds r0, r0, r7\n"                                           \
                         "cmp r1, r12\n"                                               \
                         "bne 1b\n"                                                    \
                         "ldr r1, [sp, #16]\n"                                         \
                         "mov r4, r8\n"                                                \
                         "mov r5, r9\n"                                                \
                         "mov r6, r10\n"                                               \
                         "mov r7, r11\n"                                               \
                         "stm r1!, {r4-r7}\n"                                          \
                         "pop {r4-r7}\n"                                               \
                         "mov r8, r4\n"                                                \
                         "mov r9, r5\n"                                                \
                         "mov r10, r6\n"                                               \
                         "mov r11, r7\n"                                               \
                         "pop {r1, r4-r7, pc}\n");                                     \
    }
#else
#define MULTIPLY_LINE(name, second, third, fourth)                                     \
    static void name(const taps_t *taps, int32_t sums[OUTPUTS]) {                      \
        const uint8_t *x = taps->plane;                                                \
        const int32_t *w = taps->weights;                                              \
        const int32_t columns = taps->row_weights / 4;                                 \
        int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];                    \
        for (; w != taps->end; x += taps->skip) {                                      \
            for (int32_t i = columns; i > 0; i--, x += taps->step, w++) {              \
                a += x[0] * *w;                                                        \
                b += x[second] * *w;                                                   \
                c += x[third] * *w;                                                    \
                d += x[fourth] * *w;                                                   \
            }                                                                          \
        }                                                                              \
        sums[0] = a;                                                                   \
        sums[1] = b;                                                                   \
        sums[2] = c;                                                                   \
        sums[3] = d;                                                                   \
    }
#endif
MULTIPLY_LINE(multiply_line, 1, 2, 3)
MULTIPLY_LINE(multiply_line_2, 2, 4, 6) /* of stride 2 */

/* A row of a channel: `from` on, or nothing but zeros where that is NULL. */
static void gather_row(const tcnn_window_shape_t *p, const int8_t *from, int32_t pitch,
                       uint8_t *to) {
    const uint8_t zero = (uint8_t)(p->input_zero_point + OFFSET);
    const int32_t left = from ? tcnn_min(p->pad_left, pitch) : pitch;
    const int32_t inside = from ? tcnn_min(p->input_width, pitch - left) : 0;
    TCNN_ROLLED
    for (int32_t i = 0; i < left; i++) {
        *to++ = zero;
    }
    TCNN_ROLLED
    for (int32_t i = inside; i > 0; i--) {
        *to++ = (uint8_t)(*from ^ -OFFSET);
        from += p->input_channels;
    }
    TCNN_ROLLED
    for (int32_t i = pitch - left - inside; i > 0; i--) {
        *to++ = zero;
    }
}

/* `rows` rows of one output channel, whose plane this is. */
static void convolve(const tcnn_window_shape_t *p, taps_t *taps, const uint8_t *plane,
                     int32_t pitch, const tcnn_mul_channel_t *constants, int32_t rows,
                     int8_t *output) {
    for (int32_t y = 0; y < rows; y++) {
        taps->plane = &plane[y * p->stride_height * pitch];
        for (int32_t x = 0; x < p->output_width; x += OUTPUTS) {
            const int32_t start = constants->start;
            int32_t sums[OUTPUTS] = {start, start, start, start};
            if (p->stride_width == 1) {
                multiply_line(taps, sums);
            } else {
                multiply_line_2(taps, sums);
            }
            taps->plane += OUTPUTS * p->stride_width;
            const int32_t count = tcnn_min(p->output_width - x, OUTPUTS);
            for (int32_t i = 0; i < count; i++) {
                *output = tcnn_mul_rescale(sums[i], constants);
                output += p->output_channels;
            }
        }
    }
}

TCNN_SHARED void tcnn_depthwise_conv_2d_lines_s8_mul(
    const tcnn_depthwise_lines_params_t *params, const int8_t *input,
    const int8_t *weights, const int32_t *constants, uint8_t *scratch, int8_t *output) {
    const tcnn_window_shape_t *p = &params->conv;
    const int32_t multiplier = p->output_channels / p->input_channels;
    const int32_t size = p->kernel_height * p->kernel_width;
    const int32_t row_bytes = p->output_width * p->output_channels;
    const int32_t count = p->output_height * row_bytes;
    const int32_t pitch =
        ((p->output_width + OUTPUTS - 1) / OUTPUTS * OUTPUTS - 1) * p->stride_width +
        (p->kernel_width - 1) * p->dilation_width + 1;
    int32_t *const filter = (int32_t *)(void *)scratch;
    int8_t *const staged = (int8_t *)&filter[size];
    uint8_t *const plane = (uint8_t *)&staged[params->rows_at_once * row_bytes];
    taps_t taps = {.weights = filter,
                   .row_weights = 4 * p->kernel_width,
                   .end = &filter[size],
                   .step = p->dilation_width,
                   .skip = p->dilation_height * pitch -
                           p->kernel_width * p->dilation_width};
    for (int32_t y = 0; y < p->output_height; y += params->rows_at_once) {
        const int32_t rows = tcnn_min(p->output_height - y, params->rows_at_once);
        const int32_t top = y * p->stride_height - p->pad_top;
        const int32_t lines = (rows - 1) * p->stride_height +
                              (p->kernel_height - 1) * p->dilation_height + 1;
        const int8_t *filters = weights;
        const tcnn_mul_channel_t *channel = (const tcnn_mul_channel_t *)constants;
        int8_t *to = staged;
        for (int32_t c = 0; c < p->input_channels; c++) {
            for (int32_t line = 0; line < lines; line++) {
                const int32_t row = top + line;
                const int8_t *from =
                    row < 0 || row >= p->input_height
                        ? NULL
                        : &input[row * p->input_width * p->input_channels + c];
                gather_row(p, from, pitch, &plane[line * pitch]);
            }
            for (int32_t i = 0; i < multiplier; i++) {
                for (int32_t tap = 0; tap < size; tap++) {
                    filter[tap] = *filters++;
                }
                convolve(p, &taps, plane, pitch, channel++, rows, to++);
            }
        }
        tcnn_copy_bytes(output, staged, rows * row_bytes);
        output += rows * row_bytes;
    }
    tcnn_clamp_bytes(output - count, count, p->clamp_min, p->clamp_max);
}
