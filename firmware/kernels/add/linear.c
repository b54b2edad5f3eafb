/*
 * add/linear.c - ADD and SUB as one linear function, row by row
 * SPDX-License-Identifier: Apache-2.0
 *
 * The factors were proven to give the reference's byte for all 65,536 pairs of inputs.
 */
#include "broadcast_rows.h"

#include "add.h"

#define BLOCK 8

#if TCNN_DSP
/*
 * `blocks` > 0 of them. Registers of the loop, 64 cycles for 8 elements:
 *   r0 blocks, r1, r2 inputs, r3 output, r4, r5 factors, r6 offset, r7 shift,
 *   r8, r9 and r10, r11 two bytes each of the inputs
 */
TCNN_NAKED static void add_blocks(int32_t blocks TCNN_UNUSED,
                                  const int8_t *input1 TCNN_UNUSED,
                                  const int8_t *input2 TCNN_UNUSED,
                                  int8_t *output TCNN_UNUSED,
                                  const int32_t *line TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11}\n"
                     "ldr r4, [sp, #32]\n"
                     "ldm r4, {r4-r7}\n"
                     ".p2align 2\n"
                     "1:\n"
                     ".rept 4\n"
                     "ldrsb r8, [r1], #2\n"
                     "ldrsb r9, [r1, #-1]\n"
                     "ldrsb r10, [r2], #2\n"
                     "ldrsb r11, [r2, #-1]\n"
                     "mla r8, r8, r4, r6\n"
                     "mla r9, r9, r4, r6\n"
                     "mla r8, r10, r5, r8\n"
                     "mla r9, r11, r5, r9\n"
                     "asr.w r8, r8, r7\n"
                     "asr.w r9, r9, r7\n"
                     "ssat r8, #8, r8\n"
                     "ssat r9, #8, r9\n"
                     "strb r8, [r3], #2\n"
                     "strb r9, [r3, #-1]\n"
                     ".endr\n"
                     "subs.w r0, r0, #1\n"
                     "bne.w 1b\n"
                     "pop {r4-r11}\n"
                     "bx lr\n");
}
#endif

/* Of one input, where the other repeats an element that is in the offset. */
static void scale_row(int32_t size, const int8_t *input, int32_t factor, int32_t offset,
                      int32_t shift, int8_t *output) {
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t four = tcnn_load_4(input);
        input += 4;
        output[0] =
            tcnn_saturate_8((tcnn_add_byte_0(0, four) * factor + offset) >> shift);
        output[1] =
            tcnn_saturate_8((tcnn_add_byte_1(0, four) * factor + offset) >> shift);
        output[2] =
            tcnn_saturate_8((tcnn_add_byte_2(0, four) * factor + offset) >> shift);
        output[3] =
            tcnn_saturate_8((tcnn_add_byte_3(0, four) * factor + offset) >> shift);
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = tcnn_saturate_8((*input++ * factor + offset) >> shift);
    }
}

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    const int32_t *line = params;
    const int32_t size = b->shape[3], shift = line[3];
    if (b->stride2[3] == 0) {
        const int32_t offset = line[2] + *second * line[1];
        scale_row(size, first, line[0], offset, shift, output);
        return;
    }
    if (b->stride1[3] == 0) {
        const int32_t offset = line[2] + *first * line[0];
        scale_row(size, second, line[1], offset, shift, output);
        return;
    }
    int32_t i = 0;
#if TCNN_DSP
    if (size >= BLOCK) {
        i = size / BLOCK * BLOCK;
        add_blocks(size / BLOCK, first, second, output, line);
    }
#endif
    TCNN_ROLLED
    for (; i < size; i++) {
        const int32_t sum = first[i] * line[0] + line[2] + second[i] * line[1];
        output[i] = tcnn_saturate_8(sum >> shift);
    }
}

TCNN_SHARED void tcnn_add_s8_dsp(const tcnn_add_dsp_params_t *params,
                                 const int8_t *input1, const int8_t *input2,
                                 int8_t *output) {
    const tcnn_broadcast_t *b = &params->broadcast;
    const int32_t line[4] = {params->factor1, params->factor2, params->offset,
                             params->shift};
    tcnn_compute_rows(b, input1, input2, output, line, compute);
    tcnn_clamp_bytes(output, tcnn_rows(b) * b->shape[3], params->clamp_min,
                     params->clamp_max);
}
