/*
 * tcnn_depthwise_conv_2d_s8_dsp.c - DEPTHWISE_CONV_2D 3x3, rows in the lanes of words
 * SPDX-License-Identifier: Apache-2.0
 *
 * A strip holds four rows of the input, channel by channel: each word the four rows of
 * one column, the first in the lowest byte. Bytes 0 and 2, and 1 and 3, as 16-bit lanes
 * meet the weights of rows 0 and 2 in one multiplication, that of row 1 in another; the
 * same lanes, exchanged, give the output row below. Weights are doubled offline, so
 * sums are ready for saturate((((sum * multiplier) >> 32, rounded) - (sum < 0) +
 * offset) >> shift)
 */
#include "dsp.h"

#include <stdbool.h>

#include "kernels.h"

/* Words of a channel in the table of weights: the sum to start from; for each column
 * the weights of rows 0 and 2; those of row 1 of columns 0 and 1, then of column 2;
 * multiplier, offset and shift. */
#define WORDS_A_CHANNEL 9

/* What `convolve` works on; of one row of outputs, or two. */
typedef struct {
    const int32_t *weights;
    const uint32_t *strip;
    int8_t *output[2]; /* channel 0 of the rows' first pixels */
    int32_t *sums;     /* room for those of a channel */
    int32_t *sums_end;
    uint32_t entries[2]; /* into the loops, in bytes: leave out steps at first */
    int32_t channels;
    int8_t *output_end; /* of the first row's first pixel */
} job_t;

#if TCNN_DSP
/* Bytes of a step of each loop, of which there are 4. */
enum {
    SUM_TWO_BYTES = 92,
    SUM_ONE_BYTES = 64,
    STORE_TWO_BYTES = 52,
    STORE_ONE_BYTES = 26
};

/*
 * Registers of the first loop, 24 cycles for two outputs, 17 for one:
 *   r0 strip, r1 sums, r2 sum to start from, r3 to r7 weights, r8, r9 sums of the rows,
 *   r10, r11, r12 columns, lr bytes 1 and 3 of a column
 * and of the second, 15 cycles for two outputs, 8 for one:
 *   r0 sums, r1 multiplier, r2 offset, r3 shift, r4, r5 outputs, r6 channels
 */
#define CHANNELS_BEGIN                                                                 \
    "push {r4-r11, lr}\n"                                                              \
    "ldm r0, {r2-r11}\n"                                                               \
    "push {r2-r11}\n"                                                                  \
    ".p2align 2\n"                                                                     \
    "1:\n"                                                                             \
    "ldr r10, [sp]\n"                                                                  \
    "ldr r0, [sp, #4]\n"                                                               \
    "ldr r1, [sp, #16]\n"                                                              \
    "ldr.w lr, [sp, #24]\n"                                                            \
    "ldm.w r10!, {r2-r7}\n"                                                            \
    "str.w r10, [sp]\n"                                                                \
    "add pc, lr\n"                                                                     \
    "nop\n"                                                                            \
    "2:\n"

#define BETWEEN_LOOPS(rest)                                                            \
    "ldr.w r10, [sp, #20]\n"                                                           \
    "cmp r1, r10\n"                                                                    \
    "bne.w 2b\n"                                                                       \
    "add.w r0, r0, #" rest "\n"                                                        \
    "str r0, [sp, #4]\n"                                                               \
    "ldr.w r12, [sp]\n"                                                                \
    "ldr r0, [sp, #16]\n"                                                              \
    "ldr r4, [sp, #8]\n"                                                               \
    "ldr r5, [sp, #12]\n"                                                              \
    "ldr r6, [sp, #32]\n"                                                              \
    "ldr.w lr, [sp, #28]\n"                                                            \
    "ldm.w r12!, {r1-r3}\n"                                                            \
    "str.w r12, [sp]\n"                                                                \
    "add.w r8, r4, #1\n"                                                               \
    "add.w r9, r5, #1\n"                                                               \
    "str.w r8, [sp, #8]\n"                                                             \
    "str.w r9, [sp, #12]\n"                                                            \
    ".p2align 2\n"                                                                     \
    "add pc, lr\n"                                                                     \
    "nop\n"                                                                            \
    "3:\n"

#define CHANNELS_END                                                                   \
    "ldr r7, [sp, #20]\n"                                                              \
    "cmp r0, r7\n"                                                                     \
    "bne.w 3b\n"                                                                       \
    "ldr.w r8, [sp, #8]\n"                                                             \
    "ldr.w r9, [sp, #36]\n"                                                            \
    "cmp r8, r9\n"                                                                     \
    "bne.w 1b\n"                                                                       \
    "add sp, sp, #40\n"                                                                \
    "pop {r4-r11, pc}\n"

/* Two rows of outputs, stride 1. */
TCNN_NAKED static void convolve_two(const job_t *job TCNN_UNUSED) {
    __asm__ volatile(CHANNELS_BEGIN
                     ".rept 4\n"
                     "ldr.w r10, [r0], #4\n"
                     "ldr.w r11, [r0]\n"
                     "ldr.w r12, [r0, #4]\n"
                     "sxtb16 lr, r10, ror #8\n"
                     "sxtb16 r10, r10\n"
                     "smlad r8, r10, r3, r2\n"
                     "smlad r9, lr, r3, r2\n"
                     "smlabb r8, lr, r6, r8\n"
                     "smlatb r9, r10, r6, r9\n"
                     "sxtb16 lr, r11, ror #8\n"
                     "sxtb16 r11, r11\n"
                     "smlad r8, r11, r4, r8\n"
                     "smlad r9, lr, r4, r9\n"
                     "smlabt r8, lr, r6, r8\n"
                     "smlatt r9, r11, r6, r9\n"
                     "sxtb16 lr, r12, ror #8\n"
                     "sxtb16 r12, r12\n"
                     "smlad r8, r12, r5, r8\n"
                     "smlad r9, lr, r5, r9\n"
                     "smlabb r8, lr, r7, r8\n"
                     "smlatb r9, r12, r7, r9\n"
                     "str.w r8, [r1], #4\n"
                     "str.w r9, [r1], #4\n"
                     ".endr\n" BETWEEN_LOOPS(
                         "8") ".rept 4\n"
                              "ldr.w r8, [r0], #4\n"
                              "ldr.w r9, [r0], #4\n"
                              "add.w r10, r2, r8, asr #31\n"
                              "add.w r11, r2, r9, asr #31\n"
                              "smmlar r10, r8, r1, r10\n"
                              "smmlar r11, r9, r1, r11\n"
                              "asr.w r10, r10, r3\n"
                              "asr.w r11, r11, r3\n"
                              "ssat r10, #8, r10\n"
                              "ssat r11, #8, r11\n"
                              "strb.w r11, [r5]\n" /* first: it may be the same place */
                              "strb.w r10, [r4]\n"
                              "add r5, r6\n"
                              "add r4, r6\n"
                              ".endr\n" CHANNELS_END);
}

/* One row of outputs, stride 2. */
TCNN_NAKED static void convolve_one(const job_t *job TCNN_UNUSED) {
    __asm__ volatile(CHANNELS_BEGIN
                     ".rept 4\n"
                     "ldr.w r10, [r0], #8\n"
                     "ldr r11, [r0, #-4]\n"
                     "ldr.w r12, [r0]\n"
                     "sxtb16 lr, r10, ror #8\n"
                     "sxtb16 r10, r10\n"
                     "smlad r8, r10, r3, r2\n"
                     "smlabb r8, lr, r6, r8\n"
                     "sxtb16 lr, r11, ror #8\n"
                     "sxtb16 r11, r11\n"
                     "smlad r8, r11, r4, r8\n"
                     "smlabt r8, lr, r6, r8\n"
                     "sxtb16 lr, r12, ror #8\n"
                     "sxtb16 r12, r12\n"
                     "smlad r8, r12, r5, r8\n"
                     "smlabb r8, lr, r7, r8\n"
                     "str.w r8, [r1], #4\n"
                     ".endr\n" BETWEEN_LOOPS("4") ".rept 4\n"
                                                  "ldr.w r8, [r0], #4\n"
                                                  "add.w r10, r2, r8, asr #31\n"
                                                  "smmlar r10, r8, r1, r10\n"
                                                  "asr.w r10, r10, r3\n"
                                                  "ssat r10, #8, r10\n"
                                                  "strb.w r10, [r4]\n"
                                                  "add r4, r6\n"
                                                  ".endr\n" CHANNELS_END);
}

static void convolve(job_t *job, int32_t stride, int32_t width) {
    const uint32_t skip = (uint32_t)-width % 4;
    job->entries[0] = skip * (stride == 1 ? SUM_TWO_BYTES : SUM_ONE_BYTES);
    job->entries[1] = skip * (stride == 1 ? STORE_TWO_BYTES : STORE_ONE_BYTES);
    (stride == 1 ? convolve_two : convolve_one)(job);
}
#else
static int8_t requantize(int32_t sum, const int32_t *constants) {
    const int64_t product = (int64_t)sum * constants[0] + (INT64_C(1) << 31);
    const int32_t t = (int32_t)(product >> 32) - (sum < 0 ? 1 : 0) + constants[1];
    const int32_t value = t >> constants[2];
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void convolve(job_t *job, int32_t stride, int32_t width) {
    const int32_t rows = stride == 1 ? 2 : 1;
    for (int32_t c = 0; c < job->channels; c++) {
        const int32_t *w = &job->weights[WORDS_A_CHANNEL * c];
        for (int32_t x = 0; x < width; x++) {
            int32_t sums[2] = {w[0], w[0]};
            for (int32_t kx = 0; kx < 3; kx++) {
                const uint32_t column = job->strip[x * stride + kx];
                const uint32_t outer = (uint32_t)w[1 + kx];
                const uint32_t pair = (uint32_t)w[4 + kx / 2];
                const int32_t middle = kx == 1 ? tcnn_high(pair) : tcnn_low(pair);
                const uint32_t even = tcnn_even_bytes(column);
                const uint32_t odd = tcnn_odd_bytes(column);
                sums[0] = (int32_t)tcnn_smlad(even, outer, (uint32_t)sums[0]) +
                          tcnn_low(odd) * middle;
                sums[1] = (int32_t)tcnn_smlad(odd, outer, (uint32_t)sums[1]) +
                          tcnn_high(even) * middle;
            }
            for (int32_t row = rows - 1; row >= 0; row--) {
                job->output[row][x * job->channels + c] = requantize(sums[row], &w[6]);
            }
        }
        job->strip += (width - 1) * stride + 3;
    }
}
#endif

/* Two rows of the input in one channel's columns: moves its words up by two rows and
 * puts those below. `step` is 0 for a row of padding. */
static void advance_channel(uint32_t *to, const int8_t *first, int32_t first_step,
                            const int8_t *second, int32_t second_step, int32_t width) {
    for (; width > 0; width--) {
        const uint32_t rows = (uint8_t)*first | (uint32_t)(uint8_t)*second << 8;
        *to = *to >> 16 | rows << 16;
        to++;
        first += first_step;
        second += second_step;
    }
}

/* The same for four channels, whose words are `pitch` apart; 31 cycles for 8 bytes. */
static void advance_quad(uint32_t *to, int32_t pitch, const int8_t *first,
                         int32_t first_step, const int8_t *second, int32_t second_step,
                         int32_t width) {
    uint32_t *to_1 = &to[pitch];
    uint32_t *to_2 = &to_1[pitch];
    uint32_t *to_3 = &to_2[pitch];
    for (; width > 0; width--) {
#if TCNN_DSP
        uint32_t a;
        uint32_t b;
        uint32_t even;
        uint32_t odd;
        __asm__ volatile(
            "ldr.w %[a], [%[first]]\n"
            "ldr.w %[b], [%[second]]\n"
            "uxtb16 %[even], %[a]\n"
            "uxtb16 %[odd], %[b]\n"
            "orr %[even], %[even], %[odd], lsl #8\n"
            "uxtb16 %[odd], %[a], ror #8\n"
            "uxtb16 %[b], %[b], ror #8\n"
            "orr %[odd], %[odd], %[b], lsl #8\n"
            "ldr.w %[a], [%[to]]\n"
            "ldr.w %[b], [%[to_1]]\n"
            "lsr %[a], %[a], #16\n"
            "lsr %[b], %[b], #16\n"
            "orr %[a], %[a], %[even], lsl #16\n"
            "orr %[b], %[b], %[odd], lsl #16\n"
            "str.w %[a], [%[to]], #4\n"
            "str.w %[b], [%[to_1]], #4\n"
            "ldr.w %[a], [%[to_2]]\n"
            "ldr.w %[b], [%[to_3]]\n"
            "pkhtb %[a], %[even], %[a], asr #16\n"
            "pkhtb %[b], %[odd], %[b], asr #16\n"
            "str.w %[a], [%[to_2]], #4\n"
            "str.w %[b], [%[to_3]], #4\n"
            : [a] "=&r"(a), [b] "=&r"(b), [even] "=&r"(even), [odd] "=&r"(odd),
              [to] "+r"(to), [to_1] "+r"(to_1), [to_2] "+r"(to_2), [to_3] "+r"(to_3)
            : [first] "r"(first), [second] "r"(second)
            : "memory");
#else
        const uint32_t a = tcnn_load_4(first);
        const uint32_t b = tcnn_load_4(second);
        const uint32_t even = (a & 0x00FF00FFu) | (b & 0x00FF00FFu) << 8;
        const uint32_t odd = (a >> 8 & 0x00FF00FFu) | (b & 0xFF00FF00u);
        *to = *to >> 16 | even << 16;
        *to_1 = *to_1 >> 16 | odd << 16;
        *to_2 = *to_2 >> 16 | (even & 0xFFFF0000u);
        *to_3 = *to_3 >> 16 | (odd & 0xFFFF0000u);
        to++;
        to_1++;
        to_2++;
        to_3++;
#endif
        first += first_step;
        second += second_step;
    }
}

/* Moves the strip's rows up by two and adds rows `y` and `y + 1` of the input below. */
static void advance(const tcnn_depthwise_dsp_params_t *p, const int8_t *input,
                    int32_t y, uint32_t *strip) {
    const int32_t depth = p->channels;
    const int32_t pitch = (p->output_width - 1) * p->stride + 3;
    const int32_t room = pitch - p->pad_left;
    const int32_t inside = room < p->input_width ? room : p->input_width;
    const uint32_t zeros = (uint32_t)(uint8_t)p->input_zero_point * 0x01010101u;
    const int8_t *rows[2];
    int32_t steps[2];
    for (int32_t i = 0; i < 2; i++) {
        const bool outside = y + i < 0 || y + i >= p->input_height;
        rows[i] =
            outside ? (const int8_t *)&zeros : &input[(y + i) * p->input_width * depth];
        steps[i] = outside ? 0 : depth;
    }
    strip += p->pad_left;
    for (int32_t c = 0; c < depth;) {
        const int8_t *first = &rows[0][steps[0] ? c : 0];
        const int8_t *second = &rows[1][steps[1] ? c : 0];
        uint32_t *to = &strip[c * pitch];
        if (depth - c >= 4) {
            advance_quad(to, pitch, first, steps[0], second, steps[1], inside);
            c += 4;
        } else {
            advance_channel(to, first, steps[0], second, steps[1], inside);
            c += 1;
        }
    }
}

void tcnn_depthwise_conv_2d_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                   const int8_t *input, const int32_t *weights,
                                   uint8_t *scratch, int8_t *output) {
    const tcnn_depthwise_dsp_params_t *p = params;
    const int32_t width = p->output_width;
    const int32_t row_bytes = width * p->channels;
    const int32_t rows = p->stride == 1 ? 2 : 1; /* computed together */
    const int32_t strip_words = ((width - 1) * p->stride + 3) * p->channels;
    uint32_t *strip = (uint32_t *)(void *)scratch;
    int32_t *sums = (int32_t *)(void *)&strip[strip_words];
    tcnn_fill_bytes((int8_t *)strip, p->input_zero_point, 4 * strip_words);
    advance(p, input, -p->pad_top, strip);
    for (int32_t y = 0; y < p->output_height; y += rows) {
        advance(p, input, y * p->stride - p->pad_top + 2, strip);
        const bool both = rows == 2 && y + 1 < p->output_height;
        job_t job = {
            .weights = weights,
            .strip = strip,
            .output = {output, both ? &output[row_bytes] : output},
            .sums = sums,
            .sums_end = &sums[rows * width],
            .channels = p->channels,
            .output_end = &output[p->channels],
        };
        convolve(&job, p->stride, width);
        const int32_t done = both ? 2 * row_bytes : row_bytes;
        tcnn_clamp_bytes(output, done, p->clamp_min, p->clamp_max);
        output += done;
    }
}
