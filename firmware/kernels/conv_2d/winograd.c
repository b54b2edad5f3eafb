/*
 * conv_2d/winograd.c - CONV_2D 3x3, four by four outputs with 36 products
 * SPDX-License-Identifier: Apache-2.0
 *
 * Winograd's F(4x4, 3x3) in exact integers. Outputs come in tiles of 4 x 4, from 6 x 6
 * inputs; with the inputs u = x + 128 and the table's weights U of a channel,
 *     V = B' u B,  M = sum of U * V over the input channels, by element,
 *     A' M A = 9 * 2^n * (sum of w * x),  n = e[i] + e[j] for row i and column j
 *
 *          4  0 -5  0  1  0         1  4  4  1  1  0         e = 3
 *          0 -4 -4  1  1  0         0  2 -2  1 -1  0             2
 *     B' = 0  4 -4 -1  1  0    A' = 0  1  1  1  1  0             1
 *          0 -2 -1  2  1  0         0  1 -1  2 -2  1             1
 *          0  2 -1 -2  1  0
 *          0  4  0 -5  0  1
 *
 * All this is modulo 2^32. The inverse of 9 leaves 2^n * sum, which fits 32 bits.
 *
 * A word has an input channel in each lane, and is transformed as one number, low +
 * 65536 * high. SHIFT, added to pixels (4, 4), (4, 5), (5, 4) and (5, 5) of the low
 * channel, adds itself to all of V; so the low lane is positive and takes nothing from
 * the high one. What it adds to the outputs (2, 2), (2, 3), (3, 2) and (3, 3) is in the
 * table, to be taken away.
 *
 * An output may lie on inputs that no later output reads. In a row of tiles, the last
 * outputs of a tile may lie on rows 0 to 2 of inputs of the tiles to its right. So what
 * the first tiles do not transform of these is saved before any of the row is written.
 * Rows 3 to 5 are safe: there the last row of outputs, or a later one, reads them.
 */
#include "dsp.h"

#include <stddef.h>

#include "conv_2d.h"

#define POSITIONS 36     /* of a tile */
#define CONSTANT_WORDS 8 /* of an output channel */
#define SHIFT 12800      /* V is within [-12750, 17340]; also in assembly */

/* Where a tile of the outputs is written. */
typedef struct {
    int8_t *output; /* next channel of the first pixel */
    int32_t column_bytes;
    int32_t row_bytes;
    int32_t height; /* of the part inside the image */
    int32_t width;
} tile_t;

#if TCNN_DSP
/*
 * B' by the columns of 6 rows, 4 channels at a time; `rows` lie `bytes` before 0.
 * Registers of the loop, 68 cycles for 6 x 4 inputs:
 *   r0 place in the rows, r1 columns, r2 to r7 inputs, r8 to r12, lr 128 in both lanes
 */
TCNN_NAKED static void transform_columns(const int8_t *const rows[6] TCNN_UNUSED,
                                         int32_t bytes TCNN_UNUSED,
                                         uint32_t *columns TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r3-r8}\n"
                     ".irp row, r3, r4, r5, r6, r7, r8\n"
                     "add \\row, \\row, r1\n"
                     ".endr\n"
                     "push {r3-r8}\n"
                     "rsb r0, r1, #0\n"
                     "mov r1, r2\n"
                     "mov lr, #0x00800080\n"
                     ".macro tcnn_lanes at, rotation\n"
                     "sxtab16 r8, lr, r6 \\rotation\n"
                     "sxtab16 r9, lr, r4 \\rotation\n"
                     "sub r10, r8, r9, lsl #2\n"
                     "sub r8, r8, r9\n"
                     "sxtab16 r11, lr, r2 \\rotation\n"
                     "sub r11, r11, r9\n"
                     "add r11, r8, r11, lsl #2\n"
                     "str r11, [r1, #\\at]\n"
                     "sxtab16 r9, lr, r5 \\rotation\n"
                     "sxtab16 r11, lr, r3 \\rotation\n"
                     "sub r12, r9, r11, lsl #2\n"
                     "sub r11, r9, r11\n"
                     "add r10, r10, r12\n"
                     "str r10, [r1, #\\at + 4]\n"
                     "sub r10, r10, r12, lsl #1\n"
                     "str r10, [r1, #\\at + 8]\n"
                     "sxtab16 r10, lr, r7 \\rotation\n"
                     "sub r10, r10, r9\n"
                     "sub r10, r10, r11, lsl #2\n"
                     "str r10, [r1, #\\at + 20]\n"
                     "add r9, r8, r11, lsl #1\n"
                     "sub r8, r8, r11, lsl #1\n"
                     "str r9, [r1, #\\at + 12]\n"
                     "str r8, [r1, #\\at + 16]\n"
                     ".endm\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldm sp, {r2-r7}\n"
                     ".irp input, r2, r3, r4, r5, r6, r7\n"
                     "ldr.w \\input, [\\input, r0]\n"
                     ".endr\n"
                     "tcnn_lanes 0\n"
                     "tcnn_lanes 24, \", ror #8\"\n"
                     ".purgem tcnn_lanes\n"
                     "add r1, r1, #48\n"
                     "adds r0, r0, #4\n"
                     "bne.w 1b\n"
                     "add sp, sp, #24\n"
                     "pop {r4-r11, pc}\n");
}

/*
 * What is B' by its columns, by B: V of a tile. Columns are `stride` words apart.
 * Registers of the loop, 28 cycles for a row of two channels:
 *   r0, r12 even and odd columns, r1 bytes between them, r2 pairs, r3 V, r4 to r11
 */
TCNN_NAKED static void transform_rows(const uint32_t *columns TCNN_UNUSED,
                                      int32_t stride TCNN_UNUSED,
                                      int32_t pairs TCNN_UNUSED,
                                      uint32_t *v TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "lsl r1, r1, #2\n"
                     "add r12, r0, r1\n"
                     ".p2align 2\n"
                     "1:\n"
                     ".irp at, 0, 24, 48, 72, 96, 120\n"
                     "ldr.w r6, [r0, r1, lsl #1]\n"
                     "ldr.w r8, [r0, r1, lsl #2]\n"
                     "ldr.w r7, [r12, r1, lsl #1]\n"
                     "ldr.w r9, [r12, r1, lsl #2]\n"
                     "ldr.w r4, [r0], #4\n"
                     "ldr.w r5, [r12], #4\n"
                     "add r8, r8, #12800\n"
                     "add r9, r9, #12800\n"
                     "sub r10, r8, r6, lsl #2\n"
                     "sub r11, r7, r5, lsl #2\n"
                     "sub r8, r8, r6\n"
                     "sub r4, r4, r6\n"
                     "sub r9, r9, r7\n"
                     "sub r7, r7, r5\n"
                     "add r4, r8, r4, lsl #2\n"
                     "add r5, r10, r11\n"
                     "sub r6, r10, r11\n"
                     "add r10, r8, r7, lsl #1\n"
                     "sub r11, r8, r7, lsl #1\n"
                     "sub r9, r9, r7, lsl #2\n"
                     "str r4, [r3, #\\at]\n"
                     "str r5, [r3, #\\at + 4]\n"
                     "str r6, [r3, #\\at + 8]\n"
                     "str r10, [r3, #\\at + 12]\n"
                     "str r11, [r3, #\\at + 16]\n"
                     "str r9, [r3, #\\at + 20]\n"
                     ".endr\n"
                     "add r3, r3, #288\n"
                     "subs r2, r2, #1\n"
                     "bne.w 1b\n"
                     "pop {r4-r11, pc}\n");
}

/*
 * M of two tiles by four channels. At the end of a position its sums go where r0 is: M
 * follows V, and tiles, pairs and sums are all 144 bytes apart.
 * Registers of the loop, 16 cycles for a pair of input channels, two tiles and four
 * output channels, and 19 more for a position:
 *   r0 V, r1 weights, r2 to r5 sums of the first tile, r6 to r9 of the second,
 *   r10, r11 inputs, r12, lr weights
 * Stack: runs of 16 pairs left after the next; twice the bytes back to V, plus 1 if
 * there are such runs; V of the position after the last; entry into the first run;
 * number of runs that follow it.
 */
TCNN_NAKED static void multiply(uint32_t *v TCNN_UNUSED,
                                const int32_t *weights TCNN_UNUSED,
                                int32_t pairs TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "mov r3, #288\n"
                     "mul r4, r2, r3\n"
                     "sub r4, r4, #4\n" /* bytes back to the next position */
                     "add r5, r0, #144\n"
                     "sub r2, r2, #1\n" /* pairs after the first */
                     "rsb r6, r2, #0\n"
                     "and r6, r6, #15\n" /* steps to leave out at first */
                     "mov r3, #56\n"     /* bytes of a step */
                     "mul r6, r6, r3\n"
                     "adr.w r3, 2f\n"
                     "add r6, r6, r3\n"
                     "orr r6, r6, #1\n"
                     "sub r7, r2, #1\n"
                     "lsr r7, r7, #4\n" /* runs after the first */
                     "lsl r4, r4, #1\n"
                     "cmp r7, #0\n"
                     "it ne\n"
                     "addne r4, r4, #1\n"
                     "mov r3, r7\n"
                     "push {r3-r7}\n"
                     "mov r12, r4\n"
                     "mov lr, r6\n"
                     "b.w 3f\n"
                     ".p2align 2\n"
                     "2:\n"
                     ".rept 16\n"
                     "ldr.w r10, [r0], #144\n"
                     "ldr.w r11, [r0], #144\n"
                     "ldr.w r12, [r1], #4\n"
                     "ldr.w lr, [r1], #4\n"
                     "smlad r2, r10, r12, r2\n"
                     "smlad r6, r11, r12, r6\n"
                     "smlad r3, r10, lr, r3\n"
                     "smlad r7, r11, lr, r7\n"
                     "ldr.w r12, [r1], #4\n"
                     "ldr.w lr, [r1], #4\n"
                     "smlad r4, r10, r12, r4\n"
                     "smlad r8, r11, r12, r8\n"
                     "smlad r5, r10, lr, r5\n"
                     "smlad r9, r11, lr, r9\n"
                     ".endr\n"
                     "bne.w 4f\n"
                     "ldr.w r12, [sp, #4]\n"
                     "ldr.w r11, [sp, #8]\n"
                     "ldr.w lr, [sp, #12]\n"
                     "str.w r2, [r0]\n"
                     "str.w r3, [r0, #144]\n"
                     "str.w r4, [r0, #288]\n"
                     "str.w r5, [r0, #432]\n"
                     "str.w r6, [r0, #576]\n"
                     "str.w r7, [r0, #720]\n"
                     "str.w r8, [r0, #864]\n"
                     "str.w r9, [r0, #1008]\n"
                     "sub r0, r0, r12, lsr #1\n"
                     "cmp r0, r11\n"
                     "beq.w 5f\n"
                     "3:\n"
                     "tst r12, #1\n"
                     "ldr.w r10, [r0], #144\n"
                     "ldr.w r11, [r0], #144\n"
                     "ldr.w r2, [r1], #4\n"
                     "ldr.w r3, [r1], #4\n"
                     "ldr.w r4, [r1], #4\n"
                     "ldr.w r5, [r1], #4\n"
                     "smuad r6, r11, r2\n"
                     "smuad r2, r10, r2\n"
                     "smuad r7, r11, r3\n"
                     "smuad r3, r10, r3\n"
                     "smuad r8, r11, r4\n"
                     "smuad r4, r10, r4\n"
                     "smuad r9, r11, r5\n"
                     "smuad r5, r10, r5\n"
                     "bx lr\n"
                     "4:\n" /* a run follows; the flags say if another one does */
                     "ldr r10, [sp]\n"
                     "subs r10, r10, #1\n"
                     "it eq\n"
                     "ldreq r10, [sp, #16]\n"
                     "str r10, [sp]\n"
                     "b.w 2b\n"
                     "5:\n"
                     "add sp, sp, #20\n"
                     "pop {r4-r11, pc}\n");
}

/*
 * The outputs of four channels from M of a tile, by row, column and channel; then they
 * go where the tile's are written.
 * Registers of the loop, 330 cycles for a channel's 16 outputs:
 *   r0 M, r1 constants, r2 outputs, r3 to r9, r10 multiplier, r11 offset, r12 shift,
 *   lr inverse of 9
 */
TCNN_NAKED static void finish(uint32_t *m TCNN_UNUSED,
                              const int32_t *constants TCNN_UNUSED,
                              uint32_t outputs[16] TCNN_UNUSED,
                              const tile_t *tile TCNN_UNUSED) {
    __asm__ volatile("push {r2-r11, lr}\n"
                     "movw lr, #0x8e39\n"
                     "movt lr, #0x38e3\n"
                     /* A' by six numbers: r3, r7, r9, r8 */
                     ".macro tcnn_transform at, step\n"
                     "ldr.w r3, [r0, #\\at]\n"
                     "ldr.w r4, [r0, #\\at + \\step]\n"
                     "ldr.w r5, [r0, #\\at + 2 * \\step]\n"
                     "ldr.w r6, [r0, #\\at + 3 * \\step]\n"
                     "ldr.w r7, [r0, #\\at + 4 * \\step]\n"
                     "ldr.w r8, [r0, #\\at + 5 * \\step]\n"
                     "add r9, r4, r5\n"
                     "sub r4, r4, r5\n"
                     "add r5, r6, r7\n"
                     "sub r6, r6, r7\n"
                     "add r3, r3, r9, lsl #2\n"
                     "add r3, r3, r5\n"
                     "add r7, r6, r4, lsl #1\n"
                     "add r9, r9, r5\n"
                     "add r8, r8, r4\n"
                     "add r8, r8, r6, lsl #1\n"
                     ".endm\n"
                     /* an output from 2^(shift + 1) * sum */
                     ".macro tcnn_requantize x, shift, to\n"
                     "asr \\x, \\x, #\\shift\n"
                     "add r4, r11, \\x, asr #31\n"
                     "smmlar r4, \\x, r10, r4\n"
                     "asr.w r4, r4, r12\n"
                     "ssat r4, #8, r4\n"
                     "strb.w r4, [r2, #\\to]\n"
                     ".endm\n"
                     ".macro tcnn_column at, shift\n"
                     "tcnn_transform \\at, 24\n"
                     ".if \\at < 8\n"
                     "mul r9, r9, lr\n"
                     "mul r8, r8, lr\n"
                     ".else\n"
                     "ldr r4, [r1, #8 + \\at]\n"
                     "ldr r5, [r1, #16 + \\at]\n"
                     "mla r9, r9, lr, r4\n"
                     "mla r8, r8, lr, r5\n"
                     ".endif\n"
                     "mul r3, r3, lr\n"
                     "mul r7, r7, lr\n"
                     "tcnn_requantize r3, \\shift + 2, \\at\n"
                     "tcnn_requantize r7, \\shift + 1, 16 + \\at\n"
                     "tcnn_requantize r9, \\shift, 32 + \\at\n"
                     "tcnn_requantize r8, \\shift, 48 + \\at\n"
                     ".endm\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldr.w r4, [r0, #28]\n"
                     "ldr.w r5, [r1, #12]\n"
                     "ldr.w r10, [r1]\n"
                     "ldr.w r11, [r1, #4]\n"
                     "ldr.w r12, [r1, #8]\n"
                     "add r4, r4, r5\n" /* the bias */
                     "str.w r4, [r0, #28]\n"
                     ".irp at, 0, 24, 48, 72, 96, 120\n"
                     "tcnn_transform \\at, 4\n"
                     "str.w r3, [r0, #\\at]\n"
                     "str.w r7, [r0, #\\at + 4]\n"
                     "str.w r9, [r0, #\\at + 8]\n"
                     "str.w r8, [r0, #\\at + 12]\n"
                     ".endr\n"
                     "tcnn_column 0, 3\n"
                     "tcnn_column 4, 2\n"
                     "tcnn_column 8, 1\n"
                     "tcnn_column 12, 1\n"
                     ".purgem tcnn_transform\n"
                     ".purgem tcnn_requantize\n"
                     ".purgem tcnn_column\n"
                     "add r0, r0, #144\n"
                     "add r1, r1, #32\n"
                     "add r2, r2, #1\n"
                     "tst r2, #3\n"
                     "bne.w 1b\n"
                     "pop {r7, r8}\n"         /* outputs, tile */
                     "ldm r8, {r0, r1, r2}\n" /* output, column_bytes, row_bytes */
                     "add r12, r0, r1\n"
                     ".rept 4\n"
                     "ldm.w r7!, {r3-r6}\n"
                     "str.w r3, [r0]\n"
                     "str.w r4, [r12]\n"
                     "str.w r5, [r0, r1, lsl #1]\n"
                     "str.w r6, [r12, r1, lsl #1]\n"
                     "add r0, r0, r2\n"
                     "add r12, r12, r2\n"
                     ".endr\n"
                     "pop {r4-r11, pc}\n");
}
#else
/* B' by six numbers, `stride` apart. */
static void transform_inputs(const uint32_t *d, int32_t stride, uint32_t shift,
                             uint32_t *to) {
    const uint32_t d2 = d[2 * stride], d3 = d[3 * stride];
    const uint32_t d4 = d[4 * stride] + shift, d5 = d[5 * stride] + shift;
    const uint32_t even = d4 - d2, odd = d3 - d[stride];
    to[0] = even + 4 * (d[0] - d2);
    to[1] = d4 - 4 * d2 + (d3 - 4 * d[stride]);
    to[2] = d4 - 4 * d2 - (d3 - 4 * d[stride]);
    to[3] = even + 2 * odd;
    to[4] = even - 2 * odd;
    to[5] = d5 - d3 - 4 * odd;
}

static void transform_columns(const int8_t *const rows[6], int32_t bytes,
                              uint32_t *columns) {
    for (int32_t i = 0; i < 2 * bytes / 4; i++) {
        uint32_t inputs[6];
        for (int32_t row = 0; row < 6; row++) {
            const uint32_t word = tcnn_load_4(&rows[row][i / 2 * 4]) ^ 0x80808080U;
            inputs[row] = (i % 2 ? word >> 8 : word) & 0x00FF00FFU;
        }
        transform_inputs(inputs, 1, 0, &columns[6 * i]);
    }
}

static void transform_rows(const uint32_t *columns, int32_t stride, int32_t pairs,
                           uint32_t *v) {
    for (int32_t pair = 0; pair < pairs; pair++) {
        for (int32_t row = 0; row < 6; row++) {
            const uint32_t *from = &columns[6 * pair + row];
            transform_inputs(from, stride, SHIFT, &v[2 * POSITIONS * pair + 6 * row]);
        }
    }
}

static void multiply(uint32_t *v, const int32_t *weights, int32_t pairs) {
    uint32_t *m = &v[2 * POSITIONS * pairs];
    for (int32_t i = 0; i < 8 * POSITIONS; i++) {
        const int32_t sum = i / POSITIONS, position = i % POSITIONS;
        m[i] = 0;
        for (int32_t pair = 0; pair < pairs; pair++) {
            const uint32_t x = v[(2 * pair + sum / 4) * POSITIONS + position];
            const int32_t w = weights[(position * pairs + pair) * 4 + sum % 4];
            m[i] = tcnn_smlad(x, (uint32_t)w, m[i]);
        }
    }
}

/* A' by six numbers, `stride` apart, in place. */
static void transform_outputs(uint32_t *m, int32_t stride) {
    const uint32_t a = m[stride] + m[2 * stride], b = m[stride] - m[2 * stride];
    const uint32_t c = m[3 * stride] + m[4 * stride];
    const uint32_t d = m[3 * stride] - m[4 * stride];
    m[0] += 4 * a + c;
    m[stride] = 2 * b + d;
    m[2 * stride] = a + c;
    m[3 * stride] = b + 2 * d + m[5 * stride];
}

static int8_t requantize(int32_t doubled, const int32_t *constants) {
    const int64_t product = (int64_t)doubled * constants[0] + (INT64_C(1) << 31);
    const int32_t t = (int32_t)(product >> 32) + constants[1] - (doubled < 0 ? 1 : 0);
    const int32_t value = t >> constants[2];
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void finish(uint32_t *m, const int32_t *constants, uint32_t outputs[16],
                   const tile_t *tile) {
    (void)outputs;
    for (int32_t c = 0; c < 4; c++) {
        m[7] += (uint32_t)constants[3];
        for (int32_t i = 0; i < 6; i++) {
            transform_outputs(&m[6 * i], 1);
        }
        for (int32_t i = 0; i < 16; i++) {
            static const int32_t e[4] = {3, 2, 1, 1};
            const int32_t row = i % 4, column = i / 4;
            if (row == 0) {
                transform_outputs(&m[column], 6);
            }
            uint32_t sum = m[6 * row + column] * 954437177U; /* the inverse of 9 */
            if (row >= 2 && column >= 2) {
                sum += (uint32_t)constants[2 * row + column - 2];
            }
            const int32_t doubled = (int32_t)sum >> (e[row] + e[column] - 1);
            int8_t *pixel =
                &tile->output[row * tile->row_bytes + column * tile->column_bytes];
            pixel[c] = requantize(doubled, constants);
        }
        m += POSITIONS;
        constants += CONSTANT_WORDS;
    }
}
#endif

/* Words between columns: of each pair of channels the 6 of a column. */
static int32_t column_words(const tcnn_conv_2d_winograd_dsp_params_t *p) {
    return (p->input_channels + 3) / 4 * 12;
}

/* Not inlined: it is there for its speed, and not twice. */
__attribute__((noinline)) static void copy(void *to, const void *from, int32_t size) {
    int8_t *next = (int8_t *)to;
    const int8_t *bytes = (const int8_t *)from;
    for (; size >= 16; size -= 16) {
        const uint32_t a = tcnn_load_4(bytes), b = tcnn_load_4(&bytes[4]);
        const uint32_t c = tcnn_load_4(&bytes[8]), d = tcnn_load_4(&bytes[12]);
        tcnn_store_4(next, a);
        tcnn_store_4(&next[4], b);
        tcnn_store_4(&next[8], c);
        tcnn_store_4(&next[12], d);
        bytes += 16;
        next += 16;
    }
    tcnn_copy_bytes(next, bytes, size);
}

/* Transforms columns `x` to `end - 1` of six rows, of which those that are NULL lie
 * outside the image. `room` is for pixels there, and for those whose channels do not
 * fill words. */
static void load_columns(const tcnn_conv_2d_winograd_dsp_params_t *p,
                         const int8_t *const rows[6], int32_t x, int32_t end,
                         uint32_t *columns, int8_t *room) {
    const int32_t depth = p->input_channels, padded_depth = (depth + 3) / 4 * 4;
    const int fills_words = depth == padded_depth;
    const int crosses_edge = !rows[0] || !rows[5];
    tcnn_fill_bytes(room, p->input_zero_point,
                    (fills_words && crosses_edge ? end - x : 1) * padded_depth);
    while (x < end) {
        const int inside = x >= 0 && x < p->input_width;
        const int32_t right = end < p->input_width ? end : p->input_width;
        const int32_t run = inside && fills_words ? right - x : 1;
        const int8_t *pixels[6];
        for (int32_t i = 0; i < 6; i++) {
            pixels[i] = inside && rows[i] ? &rows[i][x * depth] : room;
            if (!fills_words && pixels[i] != room) {
                int8_t *pixel = &room[(i + 1) * padded_depth];
                copy(pixel, pixels[i], depth);
                pixels[i] = pixel;
            }
        }
        transform_columns(pixels, run * padded_depth, columns);
        columns += run * column_words(p);
        x += run;
    }
}

/* Finishes four channels of a tile, or the `channels` that are left, and writes what is
 * part of the output. */
static void write_tile(const tcnn_conv_2d_winograd_dsp_params_t *p, uint32_t *m,
                       const int32_t *constants, tile_t *tile, int32_t channels,
                       uint32_t room[16]) {
    int8_t *outputs = (int8_t *)room;
    const int clamps = p->clamp_min > -128 || p->clamp_max < 127;
    if (p->output_channels % 4 == 0 && tile->height + tile->width == 8 && !clamps) {
        finish(m, constants, room, tile);
    } else {
        const tile_t whole = {outputs, 4, 16, 4, 4};
        finish(m, constants, room, &whole);
        tcnn_clamp_bytes(outputs, 64, p->clamp_min, p->clamp_max);
        for (int32_t y = 0; y < tile->height; y++) {
            for (int32_t x = 0; x < tile->width; x++) {
                tcnn_copy_bytes(
                    &tile->output[y * tile->row_bytes + x * tile->column_bytes],
                    &outputs[16 * y + 4 * x], channels < 4 ? channels : 4);
            }
        }
    }
    tile->output += 4;
}

static tile_t find_tile(const tcnn_conv_2d_winograd_dsp_params_t *p, int32_t y,
                        int32_t x, int8_t *output) {
    const int32_t height = p->output_height - y, width = p->output_width - x;
    const int32_t channels = p->output_channels;
    const tile_t tile = {&output[(y * p->output_width + x) * channels], channels,
                         p->output_width * channels, height < 4 ? height : 4,
                         width < 4 ? width : 4};
    return tile;
}

/* Two tiles that are transformed, or one. */
static void convolve(const tcnn_conv_2d_winograd_dsp_params_t *p, uint32_t *v,
                     const int32_t *weights, tile_t *tiles, int32_t count) {
    const int32_t pairs = column_words(p) / 6;
    for (int32_t left = p->output_channels; left > 0; left -= 4) {
        multiply(v, weights, pairs);
        weights += 4 * POSITIONS * pairs;
        for (int32_t i = 0; i < count; i++) {
            uint32_t *m = &v[2 * POSITIONS * pairs];
            write_tile(p, &m[i * 4 * POSITIONS], weights, &tiles[i], left,
                       &m[8 * POSITIONS]);
        }
        weights += 4 * CONSTANT_WORDS;
    }
}

/* The six rows that the tiles of output row `y` read; NULL outside the image. */
static void find_rows(const tcnn_conv_2d_winograd_dsp_params_t *p, const int8_t *input,
                      int32_t y, const int8_t *rows[6]) {
    for (int32_t i = 0; i < 6; i++) {
        const int32_t row = y - p->pad_top + i;
        const int is_inside = row >= 0 && row < p->input_height;
        rows[i] = is_inside ? &input[row * p->input_width * p->input_channels] : NULL;
    }
}

/* Saves rows 0 to 2 from column `x` on. */
static void save_rows(const tcnn_conv_2d_winograd_dsp_params_t *p,
                      const int8_t *rows[6], int32_t x, int8_t *saved) {
    const int32_t from = (x > 0 ? x : 0) * p->input_channels;
    const int32_t size = p->input_width * p->input_channels - from;
    for (int32_t i = 0; size > 0 && i < 3; i++) {
        if (rows[i]) {
            copy(&saved[i * size], &rows[i][from], size);
            rows[i] = &saved[i * size - from];
        }
    }
}

TCNN_SHARED void
tcnn_conv_2d_winograd_s8_dsp(const tcnn_conv_2d_winograd_dsp_params_t *params,
                             const int8_t *input, const int32_t *weights,
                             uint8_t *scratch, int8_t *output) {
    const tcnn_conv_2d_winograd_dsp_params_t *p = params;
    const int32_t stride = column_words(p), pairs = stride / 6;
    const int32_t step = 4 * p->tiles_at_once, end = (p->output_width + 3) / 4 * 4;
    uint32_t *columns = (uint32_t *)(void *)scratch;
    uint32_t *next = &columns[2 * stride], *last = &columns[step * stride];
    uint32_t *v = &last[2 * stride];
    int8_t *room = (int8_t *)&v[2 * POSITIONS * pairs], *saved = &room[p->room_bytes];
    tile_t tiles[2];
    int32_t count = 0; /* tiles transformed */
    for (int32_t y = 0; y < p->output_height; y += 4) {
        const int8_t *rows[6];
        find_rows(p, input, y, rows);
        load_columns(p, rows, -p->pad_left, 2 - p->pad_left, columns, room);
        for (int32_t x = 0; x < end; x += step) {
            const int32_t after = x + step < end ? x + step : end;
            const int32_t left = x + 2 - p->pad_left, right = after + 2 - p->pad_left;
            if (x > 0) {
                copy(columns, last, 8 * stride);
            }
            load_columns(p, rows, left, right, next, room);
            if (x == 0) {
                save_rows(p, rows, right, saved);
            }
            for (int32_t i = x; i < after; i += 4) {
                transform_rows(&columns[(i - x) * stride], stride, pairs,
                               &v[count * POSITIONS]);
                tiles[count++] = find_tile(p, y, i, output);
                if (count == 2) {
                    convolve(p, v, weights, tiles, count);
                    count = 0;
                }
            }
        }
    }
    if (count) {
        convolve(p, v, weights, tiles, count);
    }
}
