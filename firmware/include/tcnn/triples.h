/*
 * triples.h - products of three pixels at a time, by two multiplications
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes a, b and c of three pixels are packed into two words,
 *     a + (b << 21)  and  c + (b << 10)
 * Both are multiplied by weights and summed modulo 2^32. Three sums A, B and C of 21
 * bits are known from that: the first word gives A, and B modulo 2^11; without the
 * latter the second is C + (B >> 11 << 21). So no bit is lost in blocks of 64 weights
 * above -128, or 60 of any. 23 cycles for three channels on a Cortex-M0+.
 */
#ifndef TCNN_TRIPLES_H
#define TCNN_TRIPLES_H

#include "multiply.h"

enum { TCNN_TRIPLE = 3, TCNN_TRIPLE_FIRST = 21, TCNN_TRIPLE_SECOND = 10 };

/* Packs `size` bytes, 1 or more, of each of three places; adds up the words. */
#if TCNN_MUL
TCNN_NAKED static void tcnn_pack_triples(const int8_t *const from[3] TCNN_UNUSED,
                                         int32_t size TCNN_UNUSED,
                                         uint32_t *to TCNN_UNUSED,
                                         uint32_t totals[2] TCNN_UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     "push {r3-r7, lr}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "push {r4, r5}\n"
                     "ldm r3!, {r4, r5}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "ldm r0!, {r3-r5}\n"
                     "adds r3, r3, r1\n"
                     "adds r4, r4, r1\n"
                     "adds r5, r5, r1\n"
                     "negs r1, r1\n"
                     "1:\n"
                     "ldrsb r6, [r3, r1]\n"
                     "ldrsb r7, [r4, r1]\n"
                     "lsls r0, r7, #21\n"
                     "adds r6, r6, r0\n"
                     "ldrsb r0, [r5, r1]\n"
                     "lsls r7, r7, #10\n"
                     "adds r7, r7, r0\n"
                     "stm r2!, {r6, r7}\n"
                     "add r8, r6\n"
                     "add r9, r7\n"
                     "adds r1, r1, #1\n"
                     "bne 1b\n"
                     "ldr r3, [sp, #8]\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "stm r3!, {r4, r5}\n"
                     "pop {r4, r5}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "pop {r3-r7, pc}\n");
}
#else
static void tcnn_pack_triples(const int8_t *const from[3], int32_t size, uint32_t *to,
                              uint32_t totals[2]) {
    for (int32_t i = 0; i < size; i++) {
        const uint32_t second = (uint32_t)from[1][i];
        to[0] = (uint32_t)from[0][i] + (second << TCNN_TRIPLE_FIRST);
        to[1] = (uint32_t)from[2][i] + (second << TCNN_TRIPLE_SECOND);
        totals[0] += to[0];
        totals[1] += to[1];
        to += 2;
    }
}
#endif

/* The two sums of words for each of three channels.
 * pixels: what the sums start from, two words; then those of each element
 * weights: of an element, those of the three channels
 * size: elements, a multiple of 4; 4 or more */
#if TCNN_MUL
TCNN_NAKED static void tcnn_multiply_triples(const uint32_t *pixels TCNN_UNUSED,
                                             const uint8_t *weights TCNN_UNUSED,
                                             int32_t size TCNN_UNUSED,
                                             uint32_t sums[6] TCNN_UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     "push {r3-r7, lr}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "push {r4-r7}\n"
                     "ldm r0!, {r3, r4}\n"
                     "mov r8, r3\n"
                     "mov r9, r4\n"
                     "mov r10, r3\n"
                     "mov r11, r4\n"
                     "mov r12, r3\n"
                     "mov lr, r4\n"
                     "1:\n"
                     ".irp at, 0, 3, 6, 9\n"
                     "ldm r0!, {r3, r4}\n"
                     "ldrb r5, [r1, #\\at]\n"
                     "movs r6, r5\n"
                     "muls r5, r3, r5\n"
                     "muls r6, r4, r6\n"
                     "add r8, r5\n"
                     "add r9, r6\n"
                     "ldrb r5, [r1, #\\at + 1]\n"
                     "movs r6, r5\n"
                     "muls r5, r3, r5\n"
                     "muls r6, r4, r6\n"
                     "add r10, r5\n"
                     "add r11, r6\n"
                     "ldrb r5, [r1, #\\at + 2]\n"
                     "muls r3, r5, r3\n"
                     "muls r4, r5, r4\n"
                     "add r12, r3\n"
                     "add lr, r4\n"
                     ".endr\n"
                     "adds r1, r1, #12\n"
                     "subs r2, r2, #4\n"
                     "bgt 1b\n"
                     "ldr r3, [sp, #16]\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "stm r3!, {r4-r7}\n"
                     "mov r4, r12\n"
                     "mov r5, lr\n"
                     "stm r3!, {r4, r5}\n"
                     "pop {r4-r7}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "mov r10, r6\n"
                     "mov r11, r7\n"
                     "pop {r3-r7, pc}\n");
}
#else
static void tcnn_multiply_triples(const uint32_t *pixels, const uint8_t *weights,
                                  int32_t size, uint32_t sums[6]) {
    uint32_t a1 = pixels[0], a2 = pixels[1], b1 = a1, b2 = a2, c1 = a1, c2 = a2;
    for (int32_t i = 0; i < size; i++) {
        pixels += 2;
        const uint32_t first = pixels[0], second = pixels[1];
        const uint32_t a = *weights++, b = *weights++, c = *weights++;
        a1 += first * a;
        a2 += second * a;
        b1 += first * b;
        b2 += second * b;
        c1 += first * c;
        c2 += second * c;
    }
    sums[0] = a1;
    sums[1] = a2;
    sums[2] = b1;
    sums[3] = b2;
    sums[4] = c1;
    sums[5] = c2;
}
#endif

/* Adds what the two sums of a channel say of three pixels. */
static inline void tcnn_unpack_triple(const uint32_t words[2], int32_t sums[3]) {
    const int32_t unused = 32 - TCNN_TRIPLE_FIRST;
    const int32_t first = (int32_t)(words[0] << unused) >> unused;
    const uint32_t low = (words[0] - (uint32_t)first) >> TCNN_TRIPLE_FIRST;
    const uint32_t rest = words[1] - (low << TCNN_TRIPLE_SECOND);
    const int32_t third = (int32_t)(rest << unused) >> unused;
    const int32_t high = (int32_t)(rest - (uint32_t)third) >> TCNN_TRIPLE_FIRST;
    sums[0] += first;
    sums[1] += high * (1 << unused) + (int32_t)low;
    sums[2] += third;
}

#endif /* TCNN_TRIPLES_H */
