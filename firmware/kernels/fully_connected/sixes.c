/*
 * fully_connected/sixes.c - FULLY_CONNECTED of any length, six channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * An input of six channels takes 28 cycles on a Cortex-M0+.
 */
#include "multiply.h"

#include "fixed_point.h"
#include "fully_connected.h"

enum { CHANNELS = 6 };

#if TCNN_MUL
/* Registers: r0 end of the input, r1 from there to the next, r2 weights, r3 input,
 * r4 weight, r5 how many inputs are left beside fours; r8 to r12 and lr sums. */
TCNN_NAKED static void multiply_sixes(const int8_t *input TCNN_UNUSED,
                                      int32_t size TCNN_UNUSED,
                                      const uint8_t *weights TCNN_UNUSED,
                                      int32_t sums[CHANNELS] TCNN_UNUSED) {
    __asm__ volatile(".syntax unified\n"
                     ".macro tcnn_channel at, sum\n"
                     "ldrb r4, [r2, #\\at]\n"
                     "muls r4, r3, r4\n"
                     "add \\sum, r4\n"
                     ".endm\n"
                     ".macro tcnn_input at\n"
                     "ldrsb r3, [r0, r1]\n"
                     "adds r1, r1, #1\n"
                     "tcnn_channel \\at, r8\n"
                     "tcnn_channel \\at + 1, r9\n"
                     "tcnn_channel \\at + 2, r10\n"
                     "tcnn_channel \\at + 3, r11\n"
                     "tcnn_channel \\at + 4, r12\n"
                     "tcnn_channel \\at + 5, lr\n"
                     ".endm\n"
                     "push {r3-r7, lr}\n"
                     "mov r4, r8\n"
                     "mov r5, r9\n"
                     "mov r6, r10\n"
                     "mov r7, r11\n"
                     "push {r4-r7}\n"
                     "ldm r3!, {r4-r7}\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "mov r10, r6\n"
                     "mov r11, r7\n"
                     "ldm r3!, {r4, r5}\n"
                     "mov r12, r4\n"
                     "mov lr, r5\n"
                     "adds r0, r0, r1\n"
                     "lsls r5, r1, #30\n"
                     "lsrs r5, r5, #30\n"
                     "negs r1, r1\n"
                     "cmp r5, #0\n"
                     "beq 2f\n"
                     "1:\n"
                     "tcnn_input 0\n"
                     "adds r2, r2, #6\n"
                     "subs r5, r5, #1\n"
                     "bne 1b\n"
                     "cmp r1, #0\n"
                     "beq 3f\n"
                     "2:\n"
                     "tcnn_input 0\n"
                     "tcnn_input 6\n"
                     "tcnn_input 12\n"
                     "tcnn_input 18\n"
                     "adds r2, r2, #24\n"
                     "cmp r1, #0\n"
                     "bne 2b\n"
                     "3:\n"
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
                     "pop {r3-r7, pc}\n"
                     ".purgem tcnn_input\n"
                     ".purgem tcnn_channel\n");
}
#else
static void multiply_sixes(const int8_t *input, int32_t size, const uint8_t *weights,
                           int32_t sums[CHANNELS]) {
    for (int32_t i = 0; i < size; i++) {
        for (int32_t c = 0; c < CHANNELS; c++) {
            const uint32_t product = (uint32_t)(input[i] * *weights++);
            sums[c] = (int32_t)((uint32_t)sums[c] + product);
        }
    }
}
#endif

static int32_t requantize(int32_t sum, const tcnn_fully_connected_params_t *p,
                          int32_t channel) {
    const int32_t i = p->per_channel ? channel : 0, shift = p->shift[i];
    if (p->round_once) {
        const int64_t product = tcnn_mul_wide(sum, p->multiplier[i]);
        return tcnn_round_once(product, 31 - shift);
    }
    const int32_t left = tcnn_max(shift, 0);
    const int32_t shifted = (int32_t)((uint32_t)sum << left);
    const int64_t product = tcnn_mul_wide(shifted, p->multiplier[i]);
    const int32_t high = (int32_t)((product + (INT64_C(1) << 30)) >> 31);
    return tcnn_divide_by_power_of_two(high, left - shift);
}

TCNN_SHARED void
tcnn_fully_connected_sixes_s8_mul(const tcnn_fully_connected_params_t *params,
                                  const int8_t *input, const uint8_t *weights,
                                  const int32_t *starts, int8_t *output) {
    const tcnn_fully_connected_params_t *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        const uint8_t *w = weights;
        uint32_t total = 0;
        for (int32_t i = 0; i < p->input_channels; i++) {
            total += (uint32_t)input[i];
        }
        for (int32_t c = 0; c < p->output_channels; c += CHANNELS) {
            const int32_t channels = tcnn_min(p->output_channels - c, CHANNELS);
            int32_t sums[CHANNELS] = {0};
            for (int32_t i = 0; i < channels; i++) {
                /* weights are 128 too large */
                sums[i] = (int32_t)((uint32_t)starts[c + i] - (total << 7));
            }
            multiply_sixes(input, p->input_channels, w, sums);
            w += CHANNELS * p->input_channels;
            for (int32_t i = 0; i < channels; i++) {
                const int32_t value =
                    requantize(sums[i], p, c + i) + p->output_zero_point;
                *output++ = (int8_t)tcnn_clamp(value, p->clamp_min, p->clamp_max);
            }
        }
        input += p->input_channels;
    }
}
