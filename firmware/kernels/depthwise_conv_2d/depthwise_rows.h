/*
 * depthwise_rows.h - what the depthwise kernels for Cortex-M with DSP share
 * SPDX-License-Identifier: Apache-2.0
 *
 * They copy the rows of the input that a pass reads into a strip, so that outputs may
 * be written over them, in words that one instruction makes two 16-bit lanes, for
 * products of two. Then the loop over the pixels is inside that over the channels.
 *
 * Weights are scaled offline, so sums are ready for one of
 *     saturate((((sum * multiplier) >> 32) + offset) >> TCNN_FIXED_SHIFT)
 *     saturate((((sum * multiplier) >> 32, rounded) - (sum < 0) + offset) >> shift)
 */
#ifndef TCNN_DEPTHWISE_ROWS_H
#define TCNN_DEPTHWISE_ROWS_H

#include <stdbool.h>

#include "dsp.h"

/* Words of a channel in the table: the weights of rows 0 and 2 for each column; those
 * of row 1 of columns 0 and 1, then of column 2 and the number of channels; the sum to
 * start from, multiplier, offset and shift. */
#define TCNN_DEPTHWISE_WORDS 9
#define TCNN_FIXED_SHIFT 12 /* as in the assembly */

#if TCNN_DSP
/* What the loops work on. */
typedef struct {
    uintptr_t strip; /* address of the first word; never 0 */
    /* stride 1: bytes to the second row; 2: if channel 0 is odd, 0 or 1 */
    int32_t second;
    /* where the loop over the pixels ends, of channel 0; never NULL */
    int8_t *next;
    int32_t span;         /* bytes from the first pixel to there; 1 or more */
    const int8_t *end;    /* `next` after all channels; never NULL */
    int32_t back;         /* bytes to the pixel before in the strip of stride 1; any */
    int32_t entry;        /* bytes into the loop, for the first pixel; 0 or more */
    const int32_t *table; /* TCNN_DEPTHWISE_WORDS a channel; never NULL */
} tcnn_depthwise_job_t;

/*
 * Slots keep what does not fit in the core's registers: in those of the FPU, a cycle
 * each way, or else on the stack. 0 to 3 are a channel's sum to start from, multiplier,
 * offset and shift; 4 to 11 are the job.
 */
#if defined(__ARM_FP)
#define TCNN_SLOTS                                                                     \
    ".macro tcnn_get register, slot\n"                                                 \
    "vmov \\register, s\\slot\n"                                                       \
    ".endm\n"                                                                          \
    ".macro tcnn_put slot, register\n"                                                 \
    "vmov s\\slot, \\register\n"                                                       \
    ".endm\n"                                                                          \
    ".macro tcnn_load_channel\n"                                                       \
    "tcnn_get r12, 11\n"                                                               \
    "ldm r12!, {r1-r5}\n"                                                              \
    "vldm r12!, {s0-s3}\n"                                                             \
    "tcnn_put 11, r12\n"                                                               \
    ".endm\n"                                                                          \
    "push {r4-r11, lr}\n"                                                              \
    "vldm r0, {s4-s11}\n"
#define TCNN_SLOTS_END "pop {r4-r11, pc}\n"
#else
#define TCNN_SLOTS                                                                     \
    ".macro tcnn_get register, slot\n"                                                 \
    "ldr.w \\register, [sp, #4 * \\slot]\n"                                            \
    ".endm\n"                                                                          \
    ".macro tcnn_put slot, register\n"                                                 \
    "str.w \\register, [sp, #4 * \\slot]\n"                                            \
    ".endm\n"                                                                          \
    ".macro tcnn_load_channel\n"                                                       \
    "tcnn_get r12, 11\n"                                                               \
    "ldm r12!, {r1-r9}\n"                                                              \
    "stm sp, {r6-r9}\n"                                                                \
    "tcnn_put 11, r12\n"                                                               \
    ".endm\n"                                                                          \
    "push {r4-r11, lr}\n"                                                              \
    "ldm r0, {r4-r11}\n"                                                               \
    "push {r4-r11}\n"                                                                  \
    "sub sp, sp, #16\n"
#define TCNN_SLOTS_END                                                                 \
    "add sp, sp, #48\n"                                                                \
    "pop {r4-r11, pc}\n"
#endif
#define TCNN_SLOTS_PURGE                                                               \
    ".purgem tcnn_get\n"                                                               \
    ".purgem tcnn_put\n"                                                               \
    ".purgem tcnn_load_channel\n"
#else
static inline int8_t tcnn_requantize_depthwise(int32_t sum, const int32_t *constants,
                                               int32_t fixed_shift) {
    const int64_t product = (int64_t)sum * constants[0];
    const int32_t high = (int32_t)(product >> 32);
    if (fixed_shift) {
        return tcnn_saturate_8((high + constants[1]) >> TCNN_FIXED_SHIFT);
    }
    const int32_t rounded = (int32_t)((product + (INT64_C(1) << 31)) >> 32);
    return tcnn_saturate_8((rounded - (sum < 0) + constants[1]) >> constants[2]);
}
#endif

static inline bool tcnn_is_outside(int32_t place, int32_t size) {
    return place < 0 || place >= size;
}

#endif /* TCNN_DEPTHWISE_ROWS_H */
