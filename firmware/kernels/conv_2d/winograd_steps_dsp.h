/*
 * winograd_steps_dsp.h - the four steps of Winograd's convolution in assembly
 * SPDX-License-Identifier: Apache-2.0
 *
 * For Cortex-M with DSP; in C they are in winograd_steps.h.
 */
#ifndef TCNN_WINOGRAD_STEPS_DSP_H
#define TCNN_WINOGRAD_STEPS_DSP_H

#include <stdint.h>

#include "dsp.h"

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

#endif /* TCNN_WINOGRAD_STEPS_DSP_H */
