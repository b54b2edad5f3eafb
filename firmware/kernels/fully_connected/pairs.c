/*
 * fully_connected/pairs.c - FULLY_CONNECTED, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Weights are lanes of two channels, v = 256 * a + b: one product with v, one with its
 * low byte b, and the sum of a is the difference over 256.
 */
#include "dsp.h"

#include "fixed_point.h"
#include "fully_connected.h"

/* Words of a group: four sums to start from, then for each four inputs as many words,
 * then multiplier, offset and shift of each channel. */
#define SUMS 4
#define CONSTANTS 12

#define MOST_PADDED 256 /* inputs */

/* What `multiply` works on. */
typedef struct {
    const int8_t *input;
    int8_t *output; /* 4 bytes are written a group */
    const int8_t *output_end;
    uint32_t entry; /* into the loop, in bytes: leaves out steps at first */
} job_t;

#if TCNN_DSP
enum { STEPS = 8, STEP_BYTES = 76 };

/*
 * Registers of the loop, 20 cycles for 4 inputs x 4 channels:
 *   r0 input, r1 input's end, r2 weights, r3 round once, r4 ab, r5 b, r6 cd, r7 d:
 * sums, r8, r9: inputs, r10 to lr: weights
 */
TCNN_NAKED static void multiply(const job_t *job TCNN_UNUSED,
                                const int8_t *input_end TCNN_UNUSED,
                                const int32_t *weights TCNN_UNUSED,
                                int32_t round_once TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r0, {r4-r7}\n"
                     "push {r4-r7}\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldm r2!, {r4-r7}\n"
                     "ldr r0, [sp]\n"
                     "ldr.w r8, [sp, #12]\n"
                     ".p2align 2\n"
                     "add pc, r8\n"
                     "nop\n"
                     "2:\n"
                     ".rept 8\n"
                     "ldr.w r8, [r0], #4\n"
                     "ldr.w r10, [r2], #4\n"
                     "ldr.w r11, [r2], #4\n"
                     "ldr.w r12, [r2], #4\n"
                     "ldr.w lr, [r2], #4\n"
                     "sxtb16 r9, r8, ror #8\n"
                     "sxtb16 r8, r8\n"
                     "smlad r4, r8, r10, r4\n"
                     "smlad r6, r8, r11, r6\n"
                     "sxtb16 r10, r10\n"
                     "sxtb16 r11, r11\n"
                     "smlad r4, r9, r12, r4\n"
                     "smlad r6, r9, lr, r6\n"
                     "sxtb16 r12, r12\n"
                     "sxtb16 lr, lr\n"
                     "smlad r5, r8, r10, r5\n"
                     "smlad r7, r8, r11, r7\n"
                     "smlad r5, r9, r12, r5\n"
                     "smlad r7, r9, lr, r7\n"
                     ".endr\n"
                     "cmp r0, r1\n"
                     "bne.w 2b\n"
                     /* doubled sums, as requantization takes them */
                     "sub r4, r4, r5\n"
                     "sub r6, r6, r7\n"
                     "asr r4, r4, #7\n"
                     "asr r6, r6, #7\n"
                     "lsl r5, r5, #1\n"
                     "lsl r7, r7, #1\n"
                     "cbnz r3, 3f\n"
                     ".irp sum, r4, r5, r6, r7\n"
                     "ldm r2!, {r8, r9, r10}\n"
                     "add r9, r9, \\sum, asr #31\n"
                     "smmlar \\sum, \\sum, r8, r9\n"
                     "asr \\sum, \\sum, r10\n"
                     ".endr\n"
                     "b 4f\n"
                     "3:\n"
                     ".irp sum, r4, r5, r6, r7\n"
                     "ldm r2!, {r8, r9, r10}\n"
                     "smmla \\sum, \\sum, r8, r9\n"
                     "asr \\sum, \\sum, r10\n"
                     ".endr\n"
                     "4:\n"
                     "ldr r8, [sp, #4]\n"
                     "ldr r9, [sp, #8]\n"
                     ".irp sum, r4, r5, r6, r7\n"
                     "ssat \\sum, #8, \\sum\n"
                     "strb \\sum, [r8], #1\n"
                     ".endr\n"
                     "str r8, [sp, #4]\n"
                     "cmp r8, r9\n"
                     "bne.w 1b\n"
                     "add sp, sp, #16\n"
                     "pop {r4-r11, pc}\n");
}
#else
enum { STEPS = 1, STEP_BYTES = 0 };

static int8_t requantize(uint32_t sum, const int32_t *constants, int32_t round_once) {
    const int32_t x = (int32_t)sum;
    const int64_t product = (int64_t)x * 2 * constants[0];
    int32_t value = (int32_t)(product >> 32);
    if (!round_once) {
        value = (int32_t)((product + (INT64_C(1) << 31)) >> 32) - (x < 0 ? 1 : 0);
    }
    return (int8_t)tcnn_clamp((value + constants[1]) >> constants[2], -128, 127);
}

static void multiply(const job_t *job, const int8_t *input_end, const int32_t *weights,
                     int32_t round_once) {
    for (int8_t *y = job->output; y != job->output_end; y += 4) {
        uint32_t sums[SUMS];
        __builtin_memcpy(sums, weights, sizeof sums);
        weights += SUMS;
        for (const int8_t *x = job->input; x != input_end; x += 4) {
            const uint32_t word = tcnn_load_4(x);
            for (uint32_t i = 0; i < 4; i++) {
                const uint32_t inputs =
                    i < 2 ? tcnn_even_bytes(word) : tcnn_odd_bytes(word);
                const uint32_t v = (uint32_t)*weights++;
                uint32_t *sum = &sums[i % 2 * 2];
                sum[0] = tcnn_smlad(inputs, v, sum[0]);
                sum[1] = tcnn_smlad(inputs, tcnn_even_bytes(v), sum[1]);
            }
        }
        sums[0] = (uint32_t)((int32_t)(sums[0] - sums[1]) >> 8);
        sums[2] = (uint32_t)((int32_t)(sums[2] - sums[3]) >> 8);
        for (int32_t i = 0; i < 4; i++) {
            y[i] = requantize(sums[i], &weights[3 * i], round_once);
        }
        weights += CONSTANTS;
    }
}
#endif

TCNN_APART static void connect(const tcnn_fully_connected_dsp_params_t *p,
                               const int8_t *input, const int32_t *weights,
                               int8_t *output) {
    const int32_t inputs = p->input_channels;
    const int32_t outputs = p->output_channels;
    const int32_t rest = outputs % 4;
    const int8_t *end = &input[inputs];
    job_t job = {input, output, &output[outputs - rest],
                 (uint32_t)-(inputs / 4) % STEPS * STEP_BYTES};
    if (outputs > rest) {
        multiply(&job, end, weights, p->round_once);
    }
    if (rest) {
        int8_t staged[4];
        job.output = staged;
        job.output_end = &staged[4];
        const int32_t group = SUMS + inputs + CONSTANTS;
        multiply(&job, end, &weights[outputs / 4 * group], p->round_once);
        tcnn_copy_bytes(&output[outputs - rest], staged, rest);
    }
    tcnn_clamp_bytes(output, outputs, p->clamp_min, p->clamp_max);
}

/* The same for inputs that are filled up to fours: there weights are 0. */
TCNN_APART static void connect_padded(const tcnn_fully_connected_dsp_params_t *p,
                                      const int8_t *input, const int32_t *weights,
                                      int8_t *output) {
    int8_t padded[MOST_PADDED];
    tcnn_copy_bytes(padded, input, p->input_bytes);
    connect(p, padded, weights, output);
}

TCNN_SHARED void
tcnn_fully_connected_s8_dsp(const tcnn_fully_connected_dsp_params_t *params,
                            const int8_t *input, const int32_t *weights,
                            int8_t *output) {
    if (params->input_bytes == params->input_channels) {
        connect(params, input, weights, output);
    } else {
        connect_padded(params, input, weights, output);
    }
}
