/*
 * conv_2d/pixel_pairs.h - windows of two pixels by four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The windows of two pixels are gathered as 16-bit numbers, two elements of the first
 * pixel, then two of the second, and so on. Weights are lanes of two channels,
 * v = 256 * a + b: one product with v, one with its low byte b, and the sum of a is the
 * difference over 256. Sums become, in groups of four channels that are proven to allow
 * it, and in all others,
 *     saturate((((256 * sum * multiplier) >> 32) + offset) >> FIXED_SHIFT)
 *     saturate((((2 * sum * multiplier) >> 32, rounded) - (sum < 0) + offset) >> shift)
 */
#ifndef TCNN_PIXEL_PAIRS_H
#define TCNN_PIXEL_PAIRS_H

#include "dsp.h"

#include <stdbool.h>
#include <string.h>

enum {
    STACK_BYTES = 600, /* of what does not need scratch */
    FIXED_SHIFT = 12,  /* as in the assembly */
    RUN = 16,          /* steps */
    RUN_BYTES = 128,   /* of windows */
    STEP_BYTES = 56    /* of instructions */
};

/* How windows are gathered. */
typedef struct {
    int32_t eights;      /* elements of a row, in eights; 0 or more */
    int32_t fours;       /* of what is left; at most 1 */
    int32_t ones;        /* and then; 0 to 3 */
    int32_t row_bytes;   /* from a row of the window to the next; 1 or more */
    int32_t ones_offset; /* bytes from the first word to those of the ones; 0 or more */
    int32_t step;        /* from the window of a pixel to that of the next; 0 or more */
} shape_t;

/* What `convolve_pairs` works on, in the order of its copy on the stack. */
typedef struct {
    uint32_t *windows; /* of both pixels; never NULL */
    /* address in the windows where the last run of steps begins; any */
    uintptr_t last_run;
    uint32_t entry; /* into the steps after the first, in bytes, plus 1; 1 or more */
    int8_t *outputs[2];     /* of a pair, as they are written; any, NULL too */
    uintptr_t end;          /* of the first, less a group; plus `is_one`; any */
    const int32_t *weights; /* never NULL */
    const int8_t *window;   /* of the first pixel; never NULL */
    int32_t pairs;          /* of pixels; 1 or more */
    int32_t distance;       /* bytes from a pair's first outputs to its second's; any */
    shape_t shape;          /* of a window */
    int32_t height;         /* rows of a window; 0 or more, 0: it is gathered */
    int8_t *output;         /* of the first pixel; never NULL */
    int32_t room;           /* from there to `end`; any */
    uint32_t is_one; /* 1 << 31: one run of steps follows the first; at most that */
} job_t;

/*
 * Writes a window of `height` rows to every second word: of each row four elements at a
 * time, 0 and 2 in one word, 1 and 3 in the next; what is left of all rows at the end.
 * The weights of a second element that the last pair may lack are 0.
 */
TCNN_APART TCNN_UNUSED static void gather(const int8_t *window, int32_t height,
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

#if TCNN_DSP
/*
 * Pairs of neighbours, their windows gathered, then multiplied by all channels.
 *
 * Registers while two windows are gathered, 11 cycles for 4 elements of both:
 *   r0 row, r1 rows left, r2 counter, r3 words, r4 to r7 shape, r8 halves of the ones,
 *   r9, r10 elements
 *
 * Registers of the steps, 15 cycles for 2 elements x 2 pixels x 4 channels:
 *   r0 windows, r1 weights, r2 ab, r3 b, r4 cd, r5 d: sums of the first pixel,
 *   r6 to r9: of the second, r10, r11: elements, r12, lr: weights
 *
 * A group takes 64 cycles more, or 93. The carry says at the end of a run of steps that
 * it is the last: it is what is shifted out of the distance to `end`.
 */
TCNN_NAKED static void convolve_pairs(const job_t *job TCNN_UNUSED) {
    __asm__ volatile(
        ".macro tcnn_load\n"
        "ldr.w r10, [r0], #4\n"
        "ldr.w r11, [r0], #4\n"
        "ldr.w r12, [r1], #4\n"
        "ldr.w lr, [r1], #4\n"
        ".endm\n"
        ".macro tcnn_first_step\n" /* it copies the sums to start from */
        "ldr.w r0, [sp]\n"
        "ldr.w r2, [r1], #4\n"
        "ldr.w r3, [r1], #4\n"
        "ldr.w r4, [r1], #4\n"
        "ldr.w r5, [r1], #4\n"
        "tcnn_load\n"
        "smlad r6, r11, r12, r2\n"
        "smlad r2, r10, r12, r2\n"
        "smlad r8, r11, lr, r4\n"
        "smlad r4, r10, lr, r4\n"
        "sxtb16 r12, r12\n"
        "sxtb16 lr, lr\n"
        "smlad r7, r11, r12, r3\n"
        "smlad r3, r10, r12, r3\n"
        "smlad r9, r11, lr, r5\n"
        "smlad r5, r10, lr, r5\n"
        "ldr.w pc, [sp, #8]\n"
        ".endm\n"
        ".macro tcnn_four\n"
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
        "push {r4-r11, lr}\n"
        "sub sp, sp, #84\n"
        "mov lr, sp\n"
        "ldm.w r0!, {r1-r10}\n"
        "adr.w r11, 2f\n"
        "add r3, r3, r11\n"
        "stm.w lr!, {r1-r10}\n"
        "ldm.w r0, {r1-r10}\n"
        "stm.w lr, {r1-r10}\n"
        "8:\n" /* a pair */
        "add r8, sp, #40\n"
        "ldm.w r8, {r4-r8}\n"
        "ldr.w r3, [sp]\n"
        "ldr.w r0, [sp, #28]\n"
        "ldr.w r1, [sp, #64]\n"
        "cmp r1, #0\n"
        "beq.w 15f\n"
        "add r8, r8, r3\n"
        ".p2align 2\n"
        "9:\n"
        "ldr.w r10, [sp, #60]\n"
        "mov r9, r0\n"
        "add r10, r10, r0\n"
        "add r0, r7\n"
        "movs r2, r4\n"
        "beq.n 11f\n"
        "10:\n"
        "tcnn_four\n"
        "tcnn_four\n"
        "subs r2, #1\n"
        "bne.n 10b\n"
        "11:\n"
        "cbz r5, 12f\n"
        "tcnn_four\n"
        "12:\n"
        "movs r2, r6\n"
        "beq.n 14f\n"
        "cmp r2, #2\n"
        "bne.w 13f\n"
        "ldrh.w r11, [r9]\n"
        "ldrh.w r12, [r10]\n"
        "orr r11, r11, r11, lsl #8\n" /* the second byte becomes the third */
        "orr r12, r12, r12, lsl #8\n"
        "sxtb16 r11, r11\n"
        "sxtb16 r12, r12\n"
        "str.w r11, [r8], #4\n"
        "str.w r12, [r8], #4\n"
        "14:\n"
        "subs r1, #1\n"
        "bne.n 9b\n"
        "15:\n"
        "ldr.w r0, [sp, #28]\n"
        "ldr.w r2, [sp, #60]\n"
        "ldr.w r3, [sp, #68]\n"
        "ldr.w r4, [sp, #36]\n"
        "ldr.w r5, [sp, #72]\n"
        "ldr.w r6, [sp, #76]\n"
        "ldr.w r1, [sp, #24]\n"
        "add r0, r0, r2, lsl #1\n"
        "add r2, r3, r4\n"
        "add r5, r5, r3\n"
        "add r4, r4, r2\n"
        "str.w r0, [sp, #28]\n"
        "str.w r3, [sp, #12]\n"
        "str.w r2, [sp, #16]\n"
        "str.w r5, [sp, #20]\n"
        "str.w r4, [sp, #68]\n"
        "lsls r6, r6, #1\n"
        "tcnn_first_step\n"
        ".p2align 2\n"
        "2:\n"
        ".rept 16\n"
        "tcnn_load\n"
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
        "bcc.w 6f\n"
        "sub r2, r2, r3\n" /* 256 * A + B - B */
        "sub r6, r6, r7\n"
        "sub r4, r4, r5\n"
        "sub r8, r8, r9\n"
        ".macro tcnn_constants\n"
        "ldr.w r0, [r1], #4\n"
        "ldr.w r10, [r1], #4\n"
        "ldr.w r11, [r1], #4\n"
        "ldr.w r12, [r1], #4\n"
        ".endm\n"
        "tcnn_constants\n"
        "ldr.w lr, [sp, #12]\n"
        "cmp r0, #0\n"
        "bmi.w 7f\n"
        ".macro tcnn_shift_fixed a, b, c, d\n" /* of two channels, both pixels */
        "lsl \\c, \\c, #8\n"
        "lsl \\d, \\d, #8\n"
        "smmla \\a, \\a, r0, r10\n"
        "smmla \\b, \\b, r0, r10\n"
        "smmla \\c, \\c, r11, r12\n"
        "smmla \\d, \\d, r11, r12\n"
        ".endm\n"
        "tcnn_shift_fixed r2, r6, r3, r7\n"
        "tcnn_constants\n"
        "tcnn_shift_fixed r4, r8, r5, r9\n"
        ".irp sum, r2, r3, r4, r5, r6, r7, r8, r9\n"
        "ssat \\sum, #8, \\sum, asr #12\n"
        ".endr\n"
        "3:\n"
        "ldr.w r10, [sp, #16]\n"
        "ldr.w r12, [sp, #20]\n"
        "sub r12, r12, lr\n"
        "lsls r12, r12, #1\n" /* twice the channels that follow, less the bit */
        "bmi.n 4f\n"
        "strb r2, [lr], #1\n"
        "strb r3, [lr], #1\n"
        "strb r4, [lr], #1\n"
        "strb r5, [lr], #1\n"
        "strb r6, [r10], #1\n"
        "strb r7, [r10], #1\n"
        "strb r8, [r10], #1\n"
        "strb r9, [r10], #1\n"
        "str.w lr, [sp, #12]\n"
        "str.w r10, [sp, #16]\n"
        "beq.n 5f\n"
        "tcnn_first_step\n" /* of the next group */
        "4:\n"              /* the last group has 1 to 3 channels */
        "strb r2, [lr]\n"
        "strb r6, [r10]\n"
        "cmn r12, #4\n"
        "itt ge\n"
        "strbge r3, [lr, #1]\n"
        "strbge r7, [r10, #1]\n"
        "itt gt\n"
        "strbgt r4, [lr, #2]\n"
        "strbgt r8, [r10, #2]\n"
        "5:\n"
        "ldr.w r0, [sp, #32]\n"
        "subs r0, r0, #1\n"
        "str.w r0, [sp, #32]\n"
        "bne.w 8b\n"
        "add sp, sp, #84\n"
        "pop {r4-r11, pc}\n"
        "13:\n" /* halves 0, 1, 4, 5, 8, 9, ... */
        "ldrsb.w r11, [r9], #1\n"
        "ldrsb.w r12, [r10], #1\n"
        "strh.w r12, [r8, #4]\n"
        "strh.w r11, [r8], #2\n"
        "tst.w r8, #2\n"
        "it eq\n"
        "addeq r8, r8, #4\n"
        "subs r2, #1\n"
        "bne.n 13b\n"
        "b.w 14b\n"
        "6:\n"
        "ldr.w r10, [sp, #4]\n"
        "cmp r0, r10\n"
        "b.w 2b\n"
        "7:\n"
        "bic r0, r0, #0x80000000\n"
        "asr r2, r2, #7\n" /* doubled sums */
        "asr r6, r6, #7\n"
        "asr r4, r4, #7\n"
        "asr r8, r8, #7\n"
        "lsl r3, r3, #1\n"
        "lsl r7, r7, #1\n"
        "lsl r5, r5, #1\n"
        "lsl r9, r9, #1\n"
        ".macro tcnn_shift first, second, multiplier, offset, shift\n"
        "add lr, \\offset, \\second, asr #31\n"
        "add \\offset, \\offset, \\first, asr #31\n"
        "smmlar \\second, \\second, \\multiplier, lr\n"
        "smmlar \\first, \\first, \\multiplier, \\offset\n"
        "asr \\second, \\second, \\shift\n"
        "asr \\first, \\first, \\shift\n"
        ".endm\n"
        "tcnn_shift r2, r6, r0, r10, r11\n"
        "ldr.w r10, [r1], #4\n"
        "ldr.w r11, [r1], #4\n"
        "tcnn_shift r3, r7, r12, r10, r11\n"
        "tcnn_constants\n"
        "tcnn_shift r4, r8, r0, r10, r11\n"
        "ldr.w r10, [r1], #4\n"
        "ldr.w r11, [r1], #4\n"
        "tcnn_shift r5, r9, r12, r10, r11\n"
        ".irp sum, r2, r3, r4, r5, r6, r7, r8, r9\n"
        "ssat \\sum, #8, \\sum\n"
        ".endr\n"
        "ldr.w lr, [sp, #12]\n"
        "b.w 3b\n"
        ".purgem tcnn_four\n"
        ".purgem tcnn_load\n"
        ".purgem tcnn_first_step\n"
        ".purgem tcnn_constants\n"
        ".purgem tcnn_shift_fixed\n"
        ".purgem tcnn_shift\n");
}

#else
static int8_t shift_fixed(int32_t sum, const int32_t *constants) {
    const int64_t product = (int64_t)sum * 256 * constants[0];
    const int32_t value = (int32_t)(product >> 32) + constants[1];
    return tcnn_saturate_8(value >> FIXED_SHIFT);
}

static int8_t shift(int32_t sum, const int32_t *constants) {
    const int32_t multiplier = constants[0] & INT32_MAX;
    const int32_t t = tcnn_high_multiply(2 * sum, multiplier) - (sum < 0 ? 1 : 0);
    return tcnn_saturate_8((t + constants[1]) >> constants[2]);
}

static void multiply(const job_t *job, int8_t *output) {
    const int32_t *w = job->weights;
    const int32_t channels = (int32_t)((uint32_t)job->room - job->is_one) + 4;
    for (int32_t c = 0; c < channels; c += 4) {
        uint32_t sums[2][4];
        memcpy(sums[0], w, sizeof sums[0]);
        memcpy(sums[1], w, sizeof sums[1]);
        w += 4;
        const uint32_t *end = (const uint32_t *)(job->last_run + RUN_BYTES);
        for (const uint32_t *x = job->windows; x != end; x += 2) {
            for (uint32_t half = 0; half < 2; half++) {
                const uint32_t v = (uint32_t)*w++;
                for (uint32_t i = 0; i < 2; i++) {
                    uint32_t *sum = &sums[i][2 * half];
                    sum[0] = tcnn_smlad(x[i], v, sum[0]);
                    sum[1] = tcnn_smlad(x[i], tcnn_even_bytes(v), sum[1]);
                }
            }
        }
        const bool is_fixed = *w >= 0;
        for (int32_t i = 0; i < 2; i++) {
            uint32_t *sum = sums[i];
            sum[0] = (uint32_t)((int32_t)(sum[0] - sum[1]) >> 8);
            sum[2] = (uint32_t)((int32_t)(sum[2] - sum[3]) >> 8);
            for (int32_t k = 0; k < 4 && c + k < channels; k++) {
                const int32_t total = (int32_t)sum[k];
                output[i * job->distance + c + k] =
                    is_fixed ? shift_fixed(total, &w[2 * k]) : shift(total, &w[3 * k]);
            }
        }
        w += is_fixed ? 8 : 12;
    }
}

static void convolve_pairs(const job_t *job) {
    const int8_t *window = job->window;
    int8_t *output = job->output;
    for (int32_t i = 0; i < job->pairs; i++) {
        if (job->height) {
            gather(window, job->height, &job->shape, job->windows);
            gather(&window[job->shape.step], job->height, &job->shape,
                   &job->windows[1]);
        }
        multiply(job, output);
        window += 2 * job->shape.step;
        output += 2 * job->distance;
    }
}
#endif

/* How many steps of the first run do nothing, where there are `steps` of all. */
static int32_t count_left_out(int32_t steps) {
    return steps > 0 ? (RUN - steps % RUN) % RUN : RUN;
}

#endif /* TCNN_PIXEL_PAIRS_H */
