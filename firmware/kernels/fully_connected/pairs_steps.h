/*
 * fully_connected/pairs_steps.h - a row by four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Weights are lanes of two channels, v = 256 * a + b: one product with v, one with its
 * low byte b, and the sum of a is the difference over 256. Sums become, where all
 * channels are proven to allow it, and else,
 *     saturate((((256 * sum * multiplier) >> 32) + offset) >> TCNN_PAIRS_SHIFT)
 *     saturate((((2 * sum * multiplier) >> 32, rounded) - (sum < 0) + offset) >> shift)
 * or the latter without `rounded` and `(sum < 0)`, if that rounds once.
 */
#ifndef TCNN_PAIRS_STEPS_H
#define TCNN_PAIRS_STEPS_H

#include "dsp.h"

#include "fully_connected.h"

#define TCNN_PAIRS_SHIFT 10 /* as in the assembly */

/* Words of a group: four sums to start from, then for each four inputs as many words,
 * then, where not all channels have the same, multiplier, offset and shift of each. */
#define TCNN_PAIRS_SUMS 4
#define TCNN_PAIRS_CONSTANTS 12

/* What is multiplied, in the order of its copy on the stack. */
typedef struct {
    const void *input;        /* in words that a step takes; never NULL */
    uint32_t entry;           /* into the steps, in bytes, odd; 1 or more */
    const int8_t *output_end; /* of whole groups; never NULL */
    int32_t multiplier;       /* of all channels; -1: each has its own */
    int32_t offset;           /* of all channels; any */
    int32_t round_once;       /* 1: as LiteRT; 0: twice, as TFLite Micro */
} tcnn_pairs_job_t;

#if TCNN_DSP
/*
 * The function (job, input's end, weights, output) by runs of steps, each of four
 * inputs. It takes 37 cycles more a group, and 4 a run after the first; 70 if channels
 * have constants of their own. Registers:
 *   r0 input, r1 its end, r2 weights, r3 output, r4 ab, r5 b, r6 cd, r7 d: sums,
 *   r8, r9: inputs, r10 to lr: weights
 */
#define TCNN_PAIRS_MULTIPLY(run, step)                                                 \
    "push {r4-r11, lr}\n"                                                              \
    "ldm r0, {r4-r9}\n"                                                                \
    "adr.w r10, 2f\n"                                                                  \
    "add r5, r5, r10\n"                                                                \
    "push {r4-r9}\n"                                                                   \
    ".macro tcnn_start\n"                                                              \
    "ldr.w r0, [sp]\n"                                                                 \
    "ldr.w r4, [r2], #4\n"                                                             \
    "ldr.w r5, [r2], #4\n"                                                             \
    "ldr.w r6, [r2], #4\n"                                                             \
    "ldr.w r7, [r2], #4\n"                                                             \
    "ldr.w pc, [sp, #4]\n"                                                             \
    ".endm\n"                                                                          \
    "tcnn_start\n"                                                                     \
    ".p2align 2\n"                                                                     \
    "2:\n"                                                                             \
    ".rept " run "\n" step ".endr\n"                                                   \
    "cmp r0, r1\n"                                                                     \
    "bne.w 2b\n"                                                                       \
    "ldr.w r8, [sp, #12]\n"                                                            \
    "ldr.w r9, [sp, #16]\n"                                                            \
    "ldr.w r10, [sp, #8]\n"                                                            \
    "sub r4, r4, r5\n" /* 256 * A + B - B */                                           \
    "sub r6, r6, r7\n"                                                                 \
    "cmp r8, #0\n"                                                                     \
    "bmi.n 3f\n"                                                                       \
    "lsl r5, r5, #8\n"                                                                 \
    "lsl r7, r7, #8\n"                                                                 \
    ".irp sum, r4, r5, r6, r7\n"                                                       \
    "smmla \\sum, \\sum, r8, r9\n"                                                     \
    "ssat \\sum, #8, \\sum, asr #10\n"                                                 \
    ".endr\n"                                                                          \
    "1:\n"                                                                             \
    ".irp sum, r4, r5, r6, r7\n"                                                       \
    "strb \\sum, [r3], #1\n"                                                           \
    ".endr\n"                                                                          \
    "cmp r3, r10\n"                                                                    \
    "beq.n 6f\n"                                                                       \
    "tcnn_start\n" /* the next group */                                                \
    "3:\n"                                                                             \
    "ldr r11, [sp, #20]\n"                                                             \
    "asr r4, r4, #7\n" /* doubled sums */                                              \
    "asr r6, r6, #7\n"                                                                 \
    "lsl r5, r5, #1\n"                                                                 \
    "lsl r7, r7, #1\n"                                                                 \
    "cmp r11, #0\n"                                                                    \
    "bne.n 4f\n"                                                                       \
    ".irp sum, r4, r5, r6, r7\n"                                                       \
    "ldm r2!, {r8, r9, r11}\n"                                                         \
    "add r9, r9, \\sum, asr #31\n"                                                     \
    "smmlar \\sum, \\sum, r8, r9\n"                                                    \
    "asr \\sum, \\sum, r11\n"                                                          \
    ".endr\n"                                                                          \
    "b.n 5f\n"                                                                         \
    "4:\n"                                                                             \
    ".irp sum, r4, r5, r6, r7\n"                                                       \
    "ldm r2!, {r8, r9, r11}\n"                                                         \
    "smmla \\sum, \\sum, r8, r9\n"                                                     \
    "asr \\sum, \\sum, r11\n"                                                          \
    ".endr\n"                                                                          \
    "5:\n"                                                                             \
    ".irp sum, r4, r5, r6, r7\n"                                                       \
    "ssat \\sum, #8, \\sum\n"                                                          \
    ".endr\n"                                                                          \
    "b.n 1b\n"                                                                         \
    "6:\n"                                                                             \
    "add sp, sp, #24\n"                                                                \
    ".purgem tcnn_start\n"                                                             \
    "pop {r4-r11, pc}\n"

/* How many bytes into a run the steps begin that are left for `inputs`. */
static inline uint32_t tcnn_enter_pairs(int32_t inputs, int32_t run, int32_t bytes) {
    return (uint32_t)((run - inputs / 4 % run) % run * bytes + 1);
}
#else
static inline int8_t tcnn_requantize_pairs(uint32_t sum, const tcnn_pairs_job_t *job,
                                           const int32_t *constants) {
    const int32_t x = (int32_t)sum;
    if (job->multiplier >= 0) {
        const int64_t product = (int64_t)x * 256 * job->multiplier;
        const int32_t value = (int32_t)(product >> 32) + job->offset;
        return tcnn_saturate_8(value >> TCNN_PAIRS_SHIFT);
    }
    const int64_t product = (int64_t)x * 2 * constants[0];
    int32_t value = (int32_t)(product >> 32);
    if (!job->round_once) {
        value = (int32_t)((product + (INT64_C(1) << 31)) >> 32) - (x < 0 ? 1 : 0);
    }
    return tcnn_saturate_8((value + constants[1]) >> constants[2]);
}

/* The sums of a group by a word of two inputs for each two words of weights. */
static inline const int32_t *tcnn_finish_pairs(const tcnn_pairs_job_t *job,
                                               uint32_t sums[TCNN_PAIRS_SUMS],
                                               const int32_t *constants, int8_t *to) {
    sums[0] = (uint32_t)((int32_t)(sums[0] - sums[1]) >> 8);
    sums[2] = (uint32_t)((int32_t)(sums[2] - sums[3]) >> 8);
    for (int32_t i = 0; i < 4; i++) {
        to[i] = tcnn_requantize_pairs(sums[i], job, &constants[3 * i]);
    }
    return job->multiplier < 0 ? &constants[TCNN_PAIRS_CONSTANTS] : constants;
}

static inline void tcnn_add_pairs(uint32_t inputs, const int32_t weights[2],
                                  uint32_t sums[TCNN_PAIRS_SUMS]) {
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t v = (uint32_t)weights[i];
        sums[2 * i] = tcnn_smlad(inputs, v, sums[2 * i]);
        sums[2 * i + 1] = tcnn_smlad(inputs, tcnn_even_bytes(v), sums[2 * i + 1]);
    }
}
#endif

typedef void tcnn_pairs_t(const tcnn_pairs_job_t *job, const void *input_end,
                          const int32_t *weights, int8_t *output);

/* All channels of a row that lies as the steps of `multiply` take it. */
static inline void tcnn_connect_pairs(const tcnn_fully_connected_dsp_params_t *p,
                                      tcnn_pairs_t *multiply, uint32_t entry,
                                      const void *input, const void *input_end,
                                      const int32_t *weights, int8_t *output) {
    const int32_t inputs = p->input_channels, outputs = p->output_channels;
    const int32_t rest = outputs % 4;
    tcnn_pairs_job_t job = {input,         entry,     &output[outputs - rest],
                            p->multiplier, p->offset, p->round_once};
    if (outputs > rest) {
        multiply(&job, input_end, weights, output);
    }
    if (rest) {
        int8_t staged[4];
        job.output_end = &staged[4];
        const int32_t constants = p->multiplier < 0 ? TCNN_PAIRS_CONSTANTS : 0;
        const int32_t group = TCNN_PAIRS_SUMS + inputs + constants;
        multiply(&job, input_end, &weights[outputs / 4 * group], staged);
        tcnn_copy_bytes(&output[outputs - rest], staged, rest);
    }
    tcnn_clamp_bytes(output, outputs, p->clamp_min, p->clamp_max);
}

#endif /* TCNN_PAIRS_STEPS_H */
