/*
 * depthwise_conv_2d/rows.c - DEPTHWISE_CONV_2D 3x3, two rows of outputs a pass
 * SPDX-License-Identifier: Apache-2.0
 *
 * A word of the strip has four rows of a pixel's channel, the first in the lowest byte.
 * Bytes 0 and 2, and 1 and 3, meet the weights of rows 0 and 2 in one multiplication,
 * that of row 1 in another; exchanged, they give the row below. What is unpacked serves
 * three columns, in registers that change their roles.
 */
#include "depthwise_conv_2d.h"
#include "depthwise_rows.h"

#if TCNN_DSP
/*
 * Two rows of outputs, stride 1. Registers of the loop, 28 cycles for two outputs:
 *   r0 output, r1 to r5 weights, r6 to r11 three columns: bytes 0 and 2, bytes 1 and 3,
 *   r12, lr sums of the rows
 * A column that no further output needs leaves its registers to the requantization,
 * then to the next column.
 */
#define CONVOLVE(requantize)                                                           \
    TCNN_SLOTS ".macro tcnn_unpack even, odd\n"                                        \
               "sxtb16 \\odd, \\even, ror #8\n"                                        \
               "sxtb16 \\even, \\even\n"                                               \
               ".endm\n"                                                               \
               ".macro tcnn_enter a0, a1, b0, b1, c0, loop\n"                          \
               "ldr.w \\a0, [r12, lr, lsl #1]\n"                                       \
               "ldr.w \\b0, [r12, lr]\n"                                               \
               "ldr.w \\c0, [r12]\n"                                                   \
               "tcnn_unpack \\a0, \\a1\n"                                              \
               "tcnn_unpack \\b0, \\b1\n"                                              \
               "b.w \\loop\n"                                                          \
               ".endm\n"                                                               \
               ".macro tcnn_next a0, a1\n"                                             \
               "tcnn_get \\a0, 4\n"                                                    \
               "tcnn_get \\a1, 5\n"                                                    \
               "ldr.w \\a0, [\\a0, r0, lsl #2]\n"                                      \
               "strb.w lr, [r0, \\a1]\n" /* first: it may be the same place */         \
               "strb.w r12, [r0]\n"                                                    \
               "add.w r0, r0, r5, lsr #16\n"                                           \
               ".endm\n"                                                               \
               ".macro tcnn_outputs a0, a1, b0, b1, c0, c1\n"                          \
               "tcnn_unpack \\c0, \\c1\n"                                              \
               "tcnn_get r12, 0\n"                                                     \
               "smlad lr, \\a1, r1, r12\n"                                             \
               "smlad r12, \\a0, r1, r12\n"                                            \
               "smlatb lr, \\a0, r4, lr\n"                                             \
               "smlabb r12, \\a1, r4, r12\n"                                           \
               "smlad lr, \\b1, r2, lr\n"                                              \
               "smlad r12, \\b0, r2, r12\n"                                            \
               "smlatt lr, \\b0, r4, lr\n"                                             \
               "smlabt r12, \\b1, r4, r12\n"                                           \
               "smlad lr, \\c1, r3, lr\n"                                              \
               "smlad r12, \\c0, r3, r12\n"                                            \
               "smlatb lr, \\c0, r5, lr\n"                                             \
               "smlabb r12, \\c1, r5, r12\n" requantize ".endm\n"                      \
               "tcnn_get r1, 10\n"                                                     \
               "adr.w r2, 2f\n"                                                        \
               "add r1, r2, r1, lsl #5\n"                                              \
               "tcnn_put 10, r1\n"                                                     \
               "1:\n"                                                                  \
               "tcnn_load_channel\n"                                                   \
               "tcnn_get r0, 6\n"                                                      \
               "tcnn_get r6, 7\n"                                                      \
               "sub r0, r0, r6\n"                                                      \
               "tcnn_get r12, 4\n"                                                     \
               "tcnn_get lr, 9\n"                                                      \
               "tcnn_get r6, 10\n"                                                     \
               "add r12, r12, r0, lsl #2\n"                                            \
               "add r12, r12, lr\n"                                                    \
               "mov pc, r6\n"                                                          \
               ".p2align 2\n"                                                          \
               "2:\n"                                                                  \
               "tcnn_enter r6, r7, r8, r9, r10, 4f\n"                                  \
               "tcnn_enter r8, r9, r10, r11, r6, 5f\n"                                 \
               "tcnn_enter r10, r11, r6, r7, r8, 6f\n"                                 \
               "3:\n"                                                                  \
               "tcnn_next r10, r11\n"                                                  \
               "4:\n"                                                                  \
               "tcnn_outputs r6, r7, r8, r9, r10, r11\n"                               \
               "tcnn_next r6, r7\n"                                                    \
               "5:\n"                                                                  \
               "tcnn_outputs r8, r9, r10, r11, r6, r7\n"                               \
               "tcnn_next r8, r9\n"                                                    \
               "6:\n"                                                                  \
               "tcnn_outputs r10, r11, r6, r7, r8, r9\n"                               \
               "tcnn_get r10, 6\n"                                                     \
               "cmp r0, r10\n"                                                         \
               "bne.w 3b\n"                                                            \
               "tcnn_get r11, 5\n"                                                     \
               "strb.w lr, [r0, r11]\n"                                                \
               "strb.w r12, [r0], #1\n"                                                \
               "tcnn_get r10, 8\n"                                                     \
               "tcnn_put 6, r0\n"                                                      \
               "cmp r0, r10\n"                                                         \
               "bne.w 1b\n" TCNN_SLOTS_END TCNN_SLOTS_PURGE ".purgem tcnn_unpack\n"    \
               ".purgem tcnn_enter\n"                                                  \
               ".purgem tcnn_next\n"                                                   \
               ".purgem tcnn_outputs\n"

TCNN_NAKED static void convolve_fixed(const tcnn_depthwise_job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("tcnn_get \\a0, 1\n"
                              "tcnn_get \\a1, 2\n"
                              "smmla r12, r12, \\a0, \\a1\n"
                              "smmla lr, lr, \\a0, \\a1\n"
                              "ssat r12, #8, r12, asr #12\n"
                              "ssat lr, #8, lr, asr #12\n"));
}

TCNN_NAKED static void convolve_any(const tcnn_depthwise_job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("tcnn_get \\a0, 1\n"
                              "tcnn_get \\a1, 2\n"
                              "add \\a1, \\a1, r12, asr #31\n"
                              "smmlar r12, r12, \\a0, \\a1\n"
                              "tcnn_get \\a1, 2\n"
                              "add \\a1, \\a1, lr, asr #31\n"
                              "smmlar lr, lr, \\a0, \\a1\n"
                              "tcnn_get \\a0, 3\n"
                              "asr r12, r12, \\a0\n"
                              "asr lr, lr, \\a0\n"
                              "ssat r12, #8, r12\n"
                              "ssat lr, #8, lr\n"));
}

/* Four rows, four pixels' channels at a time: 23 cycles for 16 bytes; `runs` of them,
 * with `skip` bytes between in the rows. `quads` and `runs` > 0. */
TCNN_NAKED static void interleave(const int8_t *const rows[4] TCNN_UNUSED,
                                  uint32_t *to TCNN_UNUSED, int32_t quads TCNN_UNUSED,
                                  int32_t skip TCNN_UNUSED, int32_t runs TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r4-r7}\n"
                     "ldr.w r0, [sp, #36]\n"
                     "mov lr, r2\n"
                     ".macro tcnn_interleave\n"
                     "ldr.w r8, [r4], #4\n"
                     "ldr.w r9, [r5], #4\n"
                     "ldr.w r10, [r6], #4\n"
                     "ldr.w r11, [r7], #4\n"
                     "pkhbt r12, r8, r10, lsl #16\n"
                     "pkhtb r10, r10, r8, asr #16\n"
                     "pkhbt r8, r9, r11, lsl #16\n"
                     "pkhtb r11, r11, r9, asr #16\n"
                     "eor r9, r8, r12, lsr #8\n"
                     "and r9, r9, #0x00FF00FF\n"
                     "eor r8, r8, r9\n"
                     "eor r12, r12, r9, lsl #8\n"
                     "eor r9, r11, r10, lsr #8\n"
                     "and r9, r9, #0x00FF00FF\n"
                     "eor r11, r11, r9\n"
                     "eor r10, r10, r9, lsl #8\n"
                     "str.w r8, [r1, #4]\n"
                     "str.w r10, [r1, #8]\n"
                     "str.w r11, [r1, #12]\n"
                     "str.w r12, [r1], #16\n"
                     ".endm\n"
                     "3:\n"
                     "tst.w lr, #1\n"
                     "add.w r2, lr, #1\n"
                     "bne.w 2f\n"
                     "sub.w r2, r2, #1\n"
                     ".p2align 2\n"
                     "1:\n"
                     "tcnn_interleave\n"
                     "2:\n"
                     "tcnn_interleave\n"
                     "subs.w r2, r2, #2\n"
                     "bne.w 1b\n"
                     "add.w r4, r4, r3\n"
                     "add.w r5, r5, r3\n"
                     "add.w r6, r6, r3\n"
                     "add.w r7, r7, r3\n"
                     "subs.w r0, r0, #1\n"
                     "bne.w 3b\n"
                     ".purgem tcnn_interleave\n"
                     "pop {r4-r11, pc}\n");
}

static void convolve(const tcnn_depthwise_dsp_params_t *p, const uint32_t *strip,
                     const int32_t *weights, int32_t depth, int8_t *output,
                     int32_t rows) {
    const int32_t width = p->output_width, span = depth * (width - 1);
    const tcnn_depthwise_job_t job = {
        /* of column 3, less four times the place of outputs */
        .strip = (uintptr_t)&strip[3 * depth] - 4 * (uintptr_t)output,
        .second = rows == 2 ? depth * width : 0,
        .next = &output[span],
        .span = span,
        .end = &output[span + depth],
        .back = -4 * depth,
        .entry = (3 - width % 3) % 3,
        .table = weights,
    };
    (p->fixed_shift ? convolve_fixed : convolve_any)(&job);
}
#else
static void convolve(const tcnn_depthwise_dsp_params_t *p, const uint32_t *strip,
                     const int32_t *weights, int32_t depth, int8_t *output,
                     int32_t rows) {
    const int32_t row_bytes = p->output_width * depth;
    for (int32_t i = 0; i < row_bytes; i++) {
        const int32_t *w = &weights[i % depth * TCNN_DEPTHWISE_WORDS];
        const uint32_t pair = (uint32_t)w[3], last = (uint32_t)w[4];
        const int32_t middle[3] = {tcnn_low(pair), tcnn_high(pair), tcnn_low(last)};
        int32_t sums[2] = {w[5], w[5]};
        for (int32_t kx = 0; kx < 3; kx++) {
            const uint32_t word = strip[i + kx * depth], outer = (uint32_t)w[kx];
            const uint32_t even = tcnn_even_bytes(word), odd = tcnn_odd_bytes(word);
            sums[0] = (int32_t)tcnn_smlad(even, outer, (uint32_t)sums[0]) +
                      tcnn_low(odd) * middle[kx];
            sums[1] = (int32_t)tcnn_smlad(odd, outer, (uint32_t)sums[1]) +
                      tcnn_high(even) * middle[kx];
        }
        for (int32_t row = 0; row < rows; row++) {
            output[row * row_bytes + i] =
                tcnn_requantize_depthwise(sums[row], &w[6], p->fixed_shift);
        }
    }
}
#endif

/* Byte `i` of each row, the first in the lowest. */
static uint32_t get_word(const int8_t *const rows[4], int32_t i) {
    uint32_t word = 0;
    for (int32_t row = 3; row >= 0; row--) {
        word = word << 8 | (uint8_t)rows[row][i];
    }
    return word;
}

/* Columns of the input that the strip has. */
static int32_t count_columns(const tcnn_depthwise_dsp_params_t *p) {
    const int32_t room = p->output_width + 2 - p->pad_left;
    return room < p->input_width ? room : p->input_width;
}

/* Four rows of the input from `y` on. */
static void load_rows(const tcnn_depthwise_dsp_params_t *p, const int8_t *input,
                      int32_t y, uint32_t *strip) {
    const int32_t count = count_columns(p) * p->channels;
    uint32_t *to = &strip[p->pad_left * p->channels];
    int8_t *padding = (int8_t *)&to[count] - count; /* read before written over */
    const int8_t *rows[4];
    int32_t i = 0;
    for (int32_t row = 0; row < 4; row++) {
        if (tcnn_is_outside(y + row, p->input_height)) {
            tcnn_fill_bytes(padding, p->input_zero_point, count);
            rows[row] = padding;
        } else {
            rows[row] = &input[(y + row) * p->input_width * p->channels];
        }
    }
#if TCNN_DSP
    if (count >= 4) {
        interleave(rows, to, count / 4, 0, 1);
        i = count / 4 * 4;
    }
#endif
    for (; i < count; i++) {
        to[i] = get_word(rows, i);
    }
}

/* Padding at both sides of the strip of so many channels. */
static void pad_columns(const tcnn_depthwise_dsp_params_t *p, int32_t channels,
                        uint32_t *strip) {
    const int32_t left = p->pad_left, after = left + count_columns(p);
    const int32_t right = p->output_width + 2 - after;
    tcnn_fill_bytes((int8_t *)strip, p->input_zero_point, 4 * left * channels);
    tcnn_fill_bytes((int8_t *)&strip[after * channels], p->input_zero_point,
                    4 * right * channels);
}

/* Some channels, a multiple of four, of four rows of the input from `y` on. */
static void load_group(const tcnn_depthwise_dsp_params_t *p, const int8_t *input,
                       int32_t y, int32_t channels, uint32_t *strip) {
    const int32_t columns = count_columns(p), depth = p->channels;
    uint32_t *to = &strip[p->pad_left * channels];
    const int8_t *rows[4];
    for (int32_t row = 0; row < 4; row++) {
        const int32_t last = p->input_height - 1, place = y + row < 0 ? 0 : y + row;
        rows[row] = &input[(place < last ? place : last) * p->input_width * depth];
    }
    pad_columns(p, channels, strip);
#if TCNN_DSP
    interleave(rows, to, channels / 4, depth - channels, columns);
#else
    for (int32_t i = 0; i < columns * channels; i++) {
        to[i] = get_word(rows, i / channels * depth + i % channels);
    }
#endif
    for (int32_t row = 0; row < 4; row++) {
        int8_t *bytes = (int8_t *)to + row;
        for (int32_t i = 0;
             tcnn_is_outside(y + row, p->input_height) && i < columns * channels; i++) {
            bytes[4 * i] = (int8_t)p->input_zero_point;
        }
    }
}

/* Two rows of outputs, or one, by groups of channels: each is computed behind its
 * strip, then spread. */
static void convolve_groups(const tcnn_depthwise_dsp_params_t *p, const int8_t *input,
                            int32_t y, const int32_t *weights, uint32_t *strip,
                            int8_t *output, int32_t rows) {
    const int32_t depth = p->channels, group = p->channels_at_once;
    int8_t *staged = (int8_t *)&strip[(p->output_width + 2) * group];
    for (int32_t c = 0; c < depth; c += group) {
        const int32_t channels = depth - c < group ? depth - c : group;
        load_group(p, &input[c], y, channels, strip);
        convolve(p, strip, &weights[c * TCNN_DEPTHWISE_WORDS], channels, staged, rows);
        const int8_t *from = staged;
        int8_t *to = &output[c];
        for (int32_t i = rows * p->output_width; i > 0; i--) {
            for (int32_t k = 0; k < channels; k += 4) {
                tcnn_store_4(&to[k], tcnn_load_4(&from[k]));
            }
            from += channels;
            to += depth;
        }
    }
}

TCNN_SHARED void
tcnn_depthwise_conv_2d_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                              const int8_t *input, const int32_t *weights,
                              uint8_t *scratch, int8_t *output) {
    const tcnn_depthwise_dsp_params_t *p = params;
    const int32_t depth = p->channels, row_bytes = p->output_width * depth;
    uint32_t *strip = (uint32_t *)(void *)scratch;
    pad_columns(p, p->channels_at_once, strip);
    for (int32_t y = 0; y < p->output_height; y += 2) {
        const int32_t rows = y + 1 < p->output_height ? 2 : 1;
        if (p->channels_at_once < depth) {
            convolve_groups(p, input, y - p->pad_top, weights, strip, output, rows);
        } else {
            load_rows(p, input, y - p->pad_top, strip);
            convolve(p, strip, weights, depth, output, rows);
        }
        tcnn_clamp_bytes(output, rows * row_bytes, p->clamp_min, p->clamp_max);
        output += rows * row_bytes;
    }
}
