/*
 * depthwise_conv_2d/rows_stride_2.c - DEPTHWISE_CONV_2D 3x3, every other pixel
 * SPDX-License-Identifier: Apache-2.0
 *
 * For channels c and c + 1 and columns 2x and 2x + 1 the strip has three words, channel
 * c in the even bytes and c + 1 in the odd ones: rows 0 and 2 of column 2x; row 1 of
 * both columns; rows 0 and 2 of column 2x + 1. So five multiplications make an output.
 * There are at least four channels.
 */
#include "depthwise_conv_2d.h"
#include "depthwise_rows.h"

/* Columns 2x and 2x + 1 of three rows. */
typedef struct {
    const int8_t *rows[3];
    int32_t odd_bytes; /* from an even column to the odd one */
    int32_t pitch;     /* bytes from a pair of channels to the next in the strip */
    uint32_t *to;
    int32_t quads;   /* of channels, more than 0 */
    int32_t to_skip; /* bytes from the end of a pair of columns to the next */
    int32_t row_skips[3];
    int32_t columns; /* pairs of them, more than 0 */
} pairing_t;

#if TCNN_DSP
/*
 * One row of outputs, stride 2. Registers of the loop, 18 cycles for one output:
 *   r0 output, r1 to r5 weights, r6 strip, r7 rows 0 and 2 of the odd column,
 *   r8 to r11 two even columns: rows 0 and 2, and row 1, r12 sum, lr sum to start from
 */
#define CONVOLVE(requantize)                                                           \
    TCNN_SLOTS ".macro tcnn_output a0, a1, b0, b1, rotation\n"                         \
               "ldm.w r6!, {r7, \\b0, \\b1}\n"                                         \
               "sxtb16 r7, r7 \\rotation\n"                                            \
               "sxtb16 \\b0, \\b0 \\rotation\n"                                        \
               "sxtb16 \\b1, \\b1 \\rotation\n"                                        \
               "smlad r12, \\a0, r1, lr\n"                                             \
               "smlad r12, \\a1, r4, r12\n"                                            \
               "smlad r12, r7, r2, r12\n"                                              \
               "smlad r12, \\b0, r3, r12\n"                                            \
               "smlabb r12, \\b1, r5, r12\n" requantize "strb.w r12, [r0]\n"           \
               "add.w r0, r0, r5, lsr #16\n"                                           \
               ".endm\n"                                                               \
               ".macro tcnn_enter a0, a1, rotation, loop\n"                            \
               "ldm.w r6!, {\\a0, \\a1}\n"                                             \
               "sxtb16 \\a0, \\a0 \\rotation\n"                                        \
               "sxtb16 \\a1, \\a1 \\rotation\n"                                        \
               "b.w \\loop\n"                                                          \
               ".endm\n"                                                               \
               ".macro tcnn_channel rotation\n"                                        \
               "tcnn_load_channel\n"                                                   \
               "tcnn_get r0, 6\n"                                                      \
               "tcnn_get r7, 7\n"                                                      \
               "sub r0, r0, r7\n"                                                      \
               "tcnn_get r7, 10\n"                                                     \
               "tcnn_get r6, 4\n"                                                      \
               "tcnn_get lr, 0\n"                                                      \
               "adr.w r12, 2f\n"                                                       \
               "add r12, r12, r7, lsl #4\n"                                            \
               "mov pc, r12\n"                                                         \
               ".p2align 2\n"                                                          \
               "2:\n"                                                                  \
               "tcnn_enter r8, r9, \"\\rotation\", 3f\n"                               \
               "tcnn_enter r10, r11, \"\\rotation\", 4f\n"                             \
               "tcnn_enter r8, r9, \"\\rotation\", 5f\n"                               \
               "tcnn_enter r10, r11, \"\\rotation\", 6f\n"                             \
               "3:\n"                                                                  \
               "tcnn_output r8, r9, r10, r11, \"\\rotation\"\n"                        \
               "4:\n"                                                                  \
               "tcnn_output r10, r11, r8, r9, \"\\rotation\"\n"                        \
               "5:\n"                                                                  \
               "tcnn_output r8, r9, r10, r11, \"\\rotation\"\n"                        \
               "6:\n"                                                                  \
               "tcnn_output r10, r11, r8, r9, \"\\rotation\"\n"                        \
               "tcnn_get r7, 6\n"                                                      \
               "cmp r0, r7\n"                                                          \
               "bne.w 3b\n"                                                            \
               "add.w r0, r0, #1\n"                                                    \
               "tcnn_get r7, 8\n"                                                      \
               "tcnn_put 6, r0\n"                                                      \
               "cmp r0, r7\n"                                                          \
               ".endm\n"                                                               \
               "tcnn_get r0, 5\n"                                                      \
               "cmp r0, #0\n"                                                          \
               "bne.w 8f\n"                                                            \
               "1:\n"                                                                  \
               "tcnn_channel\n"                                                        \
               "beq.w 7f\n"                                                            \
               "8:\n"                                                                  \
               "tcnn_channel \", ror #8\"\n"                                           \
               "add.w r6, r6, #4\n"                                                    \
               "tcnn_put 4, r6\n"                                                      \
               "bne.w 1b\n"                                                            \
               "7:\n" TCNN_SLOTS_END TCNN_SLOTS_PURGE ".purgem tcnn_output\n"          \
               ".purgem tcnn_enter\n"                                                  \
               ".purgem tcnn_channel\n"

TCNN_NAKED static void convolve_fixed(const tcnn_depthwise_job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("tcnn_get \\a0, 1\n"
                              "tcnn_get \\a1, 2\n"
                              "smmla r12, r12, \\a0, \\a1\n"
                              "ssat r12, #8, r12, asr #12\n"));
}

TCNN_NAKED static void convolve_any(const tcnn_depthwise_job_t *job TCNN_UNUSED) {
    __asm__ volatile(CONVOLVE("tcnn_get \\a0, 1\n"
                              "tcnn_get \\a1, 2\n"
                              "add \\a1, \\a1, r12, asr #31\n"
                              "smmlar r12, r12, \\a0, \\a1\n"
                              "tcnn_get \\a0, 3\n"
                              "asr r12, r12, \\a0\n"
                              "ssat r12, #8, r12\n"));
}

/* 25 cycles for two columns of four channels, and 19 for all channels. */
TCNN_NAKED static void pair(const pairing_t *work TCNN_UNUSED) {
    __asm__ volatile("push {r4-r11, lr}\n"
                     "add.w r1, r0, #24\n"
                     "ldm r1, {r6-r11}\n"
                     "push {r6-r11}\n"
                     "ldm r0, {r0-r5}\n"
                     ".p2align 2\n"
                     "1:\n"
                     "ldr.w r8, [r0, r3]\n"
                     "ldr.w r7, [r0], #4\n"
                     "ldr.w r10, [r1, r3]\n"
                     "ldr.w r9, [r1], #4\n"
                     "ldr.w r12, [r2, r3]\n"
                     "ldr.w r11, [r2], #4\n"
                     "pkhbt lr, r7, r11, lsl #16\n"
                     "pkhtb r11, r11, r7, asr #16\n"
                     "pkhbt r7, r9, r10, lsl #16\n"
                     "pkhtb r10, r10, r9, asr #16\n"
                     "pkhbt r9, r8, r12, lsl #16\n"
                     "pkhtb r12, r12, r8, asr #16\n"
                     "str.w lr, [r5]\n"
                     "str.w r7, [r5, #4]\n"
                     "str.w r9, [r5, #8]\n"
                     "add.w r5, r5, r4\n"
                     "subs.w r6, r6, #1\n"
                     "str.w r11, [r5]\n"
                     "str.w r10, [r5, #4]\n"
                     "str.w r12, [r5, #8]\n"
                     "add.w r5, r5, r4\n"
                     "bne.w 1b\n"
                     "ldm.w sp, {r6-r11}\n"
                     "add.w r5, r5, r7\n"
                     "add.w r0, r0, r8\n"
                     "add.w r1, r1, r9\n"
                     "add.w r2, r2, r10\n"
                     "subs.w r11, r11, #1\n"
                     "str.w r11, [sp, #20]\n"
                     "bne.w 1b\n"
                     "add.w sp, sp, #24\n"
                     "pop {r4-r11, pc}\n");
}

/* `channels` from an even or odd one on. */
static void convolve(const tcnn_depthwise_dsp_params_t *p, const uint32_t *pair,
                     bool is_odd, int32_t channels, const int32_t *weights,
                     int8_t *output) {
    const int32_t span = p->channels * p->output_width;
    const tcnn_depthwise_job_t job = {
        .strip = (uintptr_t)pair,
        .second = is_odd,
        .next = &output[span],
        .span = span,
        .end = &output[span + channels],
        .entry = (4 - p->output_width % 4) % 4,
        .table = weights,
    };
    (p->fixed_shift ? convolve_fixed : convolve_any)(&job);
}
#else
/* The words of two pairs of channels, from four channels for the lower lanes and four
 * for the upper ones. */
static void put(uint32_t *to, int32_t pitch, uint32_t low, uint32_t high) {
    to[0] = (low & 0xFFFF) | high << 16;
    to[pitch / 4] = low >> 16 | (high & 0xFFFF0000);
}

static void pair(const pairing_t *work) {
    const int32_t pitch = work->pitch, quads = work->quads;
    for (int32_t i = 0; i < work->columns * quads; i++) {
        const int32_t column = i / quads, quad = i % quads;
        uint32_t *to = &work->to[3 * column + quad * pitch / 2];
        uint32_t even[3], odd[3];
        for (int32_t row = 0; row < 3; row++) {
            const int32_t bytes = 4 * quads + work->row_skips[row];
            const int8_t *from = &work->rows[row][column * bytes + 4 * quad];
            even[row] = tcnn_load_4(from);
            odd[row] = tcnn_load_4(&from[work->odd_bytes]);
        }
        put(&to[0], pitch, even[0], even[2]);
        put(&to[1], pitch, even[1], odd[1]);
        put(&to[2], pitch, odd[0], odd[2]);
    }
}

static void convolve(const tcnn_depthwise_dsp_params_t *p, const uint32_t *pair,
                     bool is_odd, int32_t channels, const int32_t *weights,
                     int8_t *output) {
    for (int32_t i = 0; i < p->output_width * channels; i++) {
        const int32_t x = i / channels, c = i % channels, slot = c + is_odd;
        const int32_t *w = &weights[c * TCNN_DEPTHWISE_WORDS];
        const int32_t order[5] = {w[0], w[3], w[1], w[2], w[4] & 0xFFFF};
        const uint32_t *words = &pair[3 * ((p->output_width + 1) * (slot / 2) + x)];
        uint32_t sum = (uint32_t)w[5];
        for (int32_t k = 0; k < 5; k++) {
            const uint32_t lanes =
                slot % 2 ? tcnn_odd_bytes(words[k]) : tcnn_even_bytes(words[k]);
            sum = tcnn_smlad(lanes, (uint32_t)order[k], sum);
        }
        output[x * p->channels + c] =
            tcnn_requantize_depthwise((int32_t)sum, &w[6], p->fixed_shift);
    }
}
#endif

/* Three rows of the input; the steps are bytes from a column to the next. */
typedef struct {
    const int8_t *rows[3];
    int32_t steps[3];
} rows_t;

/* `count` pairs of columns, the first of columns `even` and `odd`: `channels` by fours,
 * the last four once more where they are not among these. */
static void load_pairs(const tcnn_depthwise_dsp_params_t *p, const rows_t *from,
                       int32_t even, int32_t odd, int32_t count, int32_t channels,
                       uint32_t *to) {
    const int32_t pitch = 12 * (p->output_width + 1);
    int32_t quads = channels / 4, c = 0;
    for (;;) {
        pairing_t work;
        for (int32_t i = 0; i < 3; i++) {
            const int32_t step = from->steps[i];
            work.rows[i] = &from->rows[i][even * step + c];
            work.row_skips[i] = 2 * step - 4 * quads;
        }
        work.odd_bytes = (odd - even) * p->channels;
        work.pitch = pitch;
        work.to = to;
        work.quads = quads;
        work.to_skip = 12 - 2 * pitch * quads;
        work.columns = count;
        pair(&work);
        if (c + 4 * quads == channels) {
            return;
        }
        to += quads * pitch / 2;
        c = channels - 4;
        quads = 1;
    }
}

/* Padding in place of a column: at bytes `a`, `b` and `c`, two each, of `channels`. */
static void pad(const tcnn_depthwise_dsp_params_t *p, int32_t channels, int8_t *to,
                int32_t a, int32_t b, int32_t c) {
    const uint16_t zeros = (uint16_t)((uint8_t)p->input_zero_point * 0x0101u);
    for (int32_t i = (channels + 3) / 4 * 2; i > 0; i--) {
        __builtin_memcpy(&to[a], &zeros, sizeof zeros);
        __builtin_memcpy(&to[b], &zeros, sizeof zeros);
        __builtin_memcpy(&to[c], &zeros, sizeof zeros);
        to += 12 * (p->output_width + 1);
    }
}

/* `channels` of three rows of the input from `y` on; `padding` is that of two columns.
 */
static void load_rows(const tcnn_depthwise_dsp_params_t *p, const int8_t *input,
                      const int8_t *padding, int32_t y, int32_t channels,
                      uint32_t *strip) {
    const int32_t pairs = p->output_width + 1, width = p->input_width;
    rows_t from;
    for (int32_t i = 0; i < 3; i++) {
        const bool outside = tcnn_is_outside(y + i, p->input_height);
        from.rows[i] = outside ? padding : &input[(y + i) * width * p->channels];
        from.steps[i] = outside ? 0 : p->channels;
    }
    for (int32_t x = 0, count; x < pairs; x += count) {
        const int32_t even = 2 * x - p->pad_left, odd = even + 1;
        const bool no_even = tcnn_is_outside(even, width);
        const bool no_odd = tcnn_is_outside(odd, width);
        uint32_t *to = &strip[3 * x];
        count = no_even || no_odd ? 1 : (width - even) / 2;
        count = count < pairs - x ? count : pairs - x;
        if (!no_even || !no_odd) {
            load_pairs(p, &from, no_even ? odd : even, no_odd ? even : odd, count,
                       channels, to);
        }
        if (no_even) {
            pad(p, channels, (int8_t *)to, 0, 2, 4);
        }
        if (no_odd) {
            pad(p, channels, (int8_t *)to, 6, 8, 10);
        }
    }
}

TCNN_SHARED void
tcnn_depthwise_conv_2d_stride_2_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                       const int8_t *input, const int32_t *weights,
                                       uint8_t *scratch, int8_t *output) {
    const tcnn_depthwise_dsp_params_t *p = params;
    const int32_t depth = p->channels, row_bytes = p->output_width * depth;
    const int32_t group = p->channels_at_once, pitch = 3 * (p->output_width + 1);
    uint32_t *strip = (uint32_t *)(void *)scratch;
    int8_t *padding = (int8_t *)&strip[(group + 3) / 4 * 2 * pitch];
    tcnn_fill_bytes(padding, p->input_zero_point, depth + group);
    for (int32_t y = 0; y < p->output_height; y++) {
        for (int32_t c = 0; c < depth; c += group) {
            const int32_t channels = depth - c < group ? depth - c : group;
            const int32_t whole = channels / 4 * 4, rest = channels - whole;
            const int32_t *table = &weights[c * TCNN_DEPTHWISE_WORDS];
            load_rows(p, &input[c], padding, 2 * y - p->pad_top, channels, strip);
            convolve(p, strip, false, whole, table, &output[c]);
            if (rest) {
                convolve(p, &strip[(whole + 4 - rest) / 2 * pitch], rest % 2, rest,
                         &table[whole * TCNN_DEPTHWISE_WORDS], &output[c + whole]);
            }
        }
        tcnn_clamp_bytes(output, row_bytes, p->clamp_min, p->clamp_max);
        output += row_bytes;
    }
}
