/*
 * depthwise_conv_2d/planes.c - DEPTHWISE_CONV_2D of any window, a channel at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a block of outputs reads is gathered for two channels, each in a plane of its
 * own: 16-bit numbers less the zero point, two neighbours in a word, 0 beside the
 * image. Rows of a window that lie outside the image are left out. Outputs of each
 * remainder by the dilation are a part of their own, so that taps are neighbours in it.
 * A word is multiplied by two weights at once. With a stride of 1 every second window
 * begins in the middle of a word: it is multiplied by the weights for an output, then
 * by those one place further for the next. With another stride each window begins with
 * a word: a row is as many lines as there are pairs of columns from a window to the
 * next. What lies where is counted by the compiler, in tables.
 *
 * Each channel of the output is written over the same channel of the input, if over
 * any: all may lie some bytes beside their places until the end. Where that cannot be,
 * a block goes to `scratch` first.
 */
#include "dsp.h"

#include <stdbool.h>

#include "depthwise_conv_2d.h"
#include "depthwise_rows.h"
#include "fixed_point.h"

enum { CHANNELS = 2, CONSTANTS = 4, STACK_BYTES = 600 };

static inline uint32_t load_2(const int8_t *from) {
    uint16_t half;
    __builtin_memcpy(&half, from, sizeof half);
    return half;
}

/* A line of all its rows, of two channels from `row` on. */
TCNN_APART static void gather_lines(const tcnn_depthwise_planes_params_t *p,
                                    const tcnn_depthwise_span_t *span,
                                    const int8_t *row, uint32_t *to) {
    const uint32_t half = (uint16_t)-p->input_zero_point, zero = half | half << 16;
    const int32_t step = p->tap_step, word_step = p->word_step;
    for (int32_t i = span->rows; i > 0; i--) {
        const int8_t *from = row;
        uint32_t *a = to, *b = &to[p->plane_words];
        if (span->is_cut) {
            const uint32_t halves = load_2(&from[step - word_step]) << 16;
            *a++ = tcnn_add_even_bytes(half << 16, halves);
            *b++ = tcnn_add_odd_bytes(half << 16, halves);
        }
        TCNN_ROLLED
        for (int32_t left = span->twos; left > 0; left--) {
            const uint32_t halves = tcnn_pack_low(load_2(from), load_2(&from[step]));
            *a++ = tcnn_add_even_bytes(zero, halves);
            *b++ = tcnn_add_odd_bytes(zero, halves);
            from += word_step;
        }
        if (span->is_one) {
            const uint32_t halves = load_2(from);
            *a = tcnn_add_even_bytes(half, halves);
            *b = tcnn_add_odd_bytes(half, halves);
        }
        row += p->row_step;
        to += p->row_words;
    }
}

static inline uint32_t twice(uint32_t lanes) { return tcnn_add_lanes(lanes, lanes); }

/* A channel's weights, doubled; as both outputs of a word take them, where they do. */
TCNN_APART static void expand(const tcnn_depthwise_planes_params_t *p,
                              const uint32_t *packed, uint32_t *to) {
    const bool is_dense = p->kind < TCNN_SPARSE_2;
    for (int32_t line = p->lines; line > 0; line--) {
        uint32_t *next = to, last = 0;
        to += p->line_words;
        TCNN_ROLLED
        for (int32_t i = p->line_fours; i > 0; i--) {
            const uint32_t first = twice(tcnn_even_bytes(*packed));
            const uint32_t second = twice(tcnn_odd_bytes(*packed++));
            if (!is_dense) {
                next[0] = first;
                next[1] = second;
                next += 2;
                continue;
            }
            next[0] = first;
            next[1] = last >> 16 | first << 16;
            next[2] = second;
            next[3] = first >> 16 | second << 16;
            next += 4;
            last = second;
        }
    }
}

/* What `multiply` works on. */
typedef struct {
    int32_t step; /* bytes from output to output */
    int32_t back; /* of the run */
    int32_t multiplier;
    int32_t offset;
    uintptr_t limit; /* of outputs: from there on fewer than four are left in a row */
    uint32_t shift;  /* see depthwise_conv_2d.h */
    const uint32_t *weights;
    int32_t sum; /* to start from */
    const uint32_t *weights_end;
    int32_t skip;      /* bytes from behind a line to the next */
    uint32_t entry;    /* address in `multiply` */
    const int8_t *end; /* of a row of outputs */
    int32_t rows;      /* of outputs that are left */
    const uint32_t *row;
    int32_t row_step;    /* bytes in the plane from one to the next */
    int32_t row_bytes;   /* of outputs */
    int32_t output_step; /* from row to row */
    int32_t loop;        /* of kinds with one: steps in twos, or bytes of weights */
    int32_t kind;        /* of line; then where it begins */
    const uint32_t *filter;
    const tcnn_depthwise_run_t *run; /* the next */
    int32_t runs;                    /* that are left; 1 or more */
    int8_t *output;
    int32_t output_row; /* bytes from row to row */
    const uint32_t *plane;
} job_t;

#if TCNN_DSP
/*
 * Four outputs a round: 8 cycles for two columns of four windows that are a column
 * apart, 7 of others. Registers:
 *   r0 plane, r1 weights, r2 to r5 sums, r6 to r9 columns and weights,
 *   r10 weights' end, r11 skip, r12 job, or what is left, or weights, lr output
 */
TCNN_NAKED static void multiply(job_t *job TCNN_UNUSED) {
    __asm__ volatile(
        ".macro tcnn_step a, b, skip\n"
        "ldr.w \\b, [r0], #4\n"
        "ldr.w r8, [r1], #4\n"
        "ldr.w r9, [r1], #4\n"
        "smlad r2, \\a, r8, r2\n"
        "smlad r3, \\a, r9, r3\n"
        "smlad r4, \\b, r8, r4\n"
        "\\skip\n"
        "smlad r5, \\b, r9, r5\n"
        ".endm\n"
        ".macro tcnn_slide a, b, c, d, skip\n"
        "ldr.w \\d, [r0], #4\n"
        "ldr.w r12, [r1], #4\n"
        "smlad r2, \\a, r12, r2\n"
        "smlad r3, \\b, r12, r3\n"
        "smlad r4, \\c, r12, r4\n"
        "\\skip\n"
        "smlad r5, \\d, r12, r5\n"
        ".endm\n"
        ".macro tcnn_slide_first\n"
        "ldr.w r6, [r0], #4\n"
        "ldr.w r7, [r0], #4\n"
        "ldr.w r8, [r0], #4\n"
        ".endm\n"
        ".macro tcnn_lines_end line, next\n"
        "cmp r1, r10\n"
        "bne.w \\line\n"
        "b.w \\next\n"
        ".p2align 2\n"
        ".endm\n"
        "push {r0, r4-r11, lr}\n"
        "mov r12, r0\n"
        "ldr.w r1, [r12, #72]\n"
        "adr.w r2, 9f\n"
        "ldrh.w r1, [r2, r1, lsl #1]\n"
        "adr.w r2, 3f\n"
        "add r1, r1, r2\n"
        "add r1, r1, #1\n"
        "str.w r1, [r12, #72]\n"
        "ldr.w r11, [r12, #36]\n"
        "2:\n" /* the next run */
        "add.w r0, r12, #76\n"
        "ldm.w r0, {r0, r2}\n"       /* filter, run */
        "ldm.w r2!, {r4-r9}\n"       /* to left_out */
        "ldm.w r2!, {r1, r3, r10}\n" /* row, column, row_bytes */
        "str.w r2, [r12, #80]\n"
        "add r6, r6, r0\n"
        "add r7, r7, r0\n"
        "str.w r8, [r12, #4]\n"  /* back */
        "str.w r6, [r12, #24]\n" /* weights and their end */
        "str.w r7, [r12, #32]\n"
        "add.w r2, r12, #88\n"
        "ldr.w r8, [r12, #72]\n"
        "ldm.w r2, {r0, r2, r6}\n" /* output, output_row, plane */
        "ldr.w r7, [r12]\n"
        "add r9, r9, r8\n"
        "str.w r9, [r12, #40]\n" /* entry */
        "mla lr, r1, r2, r0\n"
        "add r0, r6, r5\n"
        "add lr, lr, r3\n"
        "add r3, lr, r10\n"
        "str.w r4, [r12, #48]\n" /* rows */
        "str.w r0, [r12, #52]\n"
        "str.w r10, [r12, #60]\n"
        "sub r1, r3, r7\n"
        "sub.w r1, r1, r7, lsl #1\n"
        "str.w r3, [r12, #44]\n" /* end and limit */
        "str.w r1, [r12, #16]\n"
        "add.w r6, r12, #24\n"
        "1:\n"
        "ldm.w r6, {r1, r2, r10}\n"
        "mov r3, r2\n"
        "mov r4, r2\n"
        "mov r5, r2\n"
        "ldr.w pc, [r12, #40]\n"
        ".p2align 2\n"
        "3:\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 3b, 8f\n"
        "5:\n"
        ".rept 5\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7, \"add.w r0, r0, r11\"\n"
        ".endr\n"
        "tcnn_lines_end 5b, 8f\n"
        "6:\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 6b, 8f\n"
        "23:\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 23b, 8f\n"
        "7:\n"
        "ldr.w r12, [sp]\n"
        "ldr.w r6, [r0], #4\n"
        "ldr.w r12, [r12, #68]\n"
        "17:\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "subs r12, #1\n"
        "bne.w 17b\n"
        "add r0, r11\n"
        "tcnn_lines_end 7b, 16f\n"
        "18:\n"
        "tcnn_slide_first\n"
        "tcnn_slide r6, r7, r8, r9\n"
        "tcnn_slide r7, r8, r9, r6, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 18b, 16f\n"
        "19:\n"
        "tcnn_slide_first\n"
        "tcnn_slide r6, r7, r8, r9\n"
        "tcnn_slide r7, r8, r9, r6\n"
        "tcnn_slide r8, r9, r6, r7, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 19b, 16f\n"
        "20:\n"
        "tcnn_slide_first\n"
        "tcnn_slide r6, r7, r8, r9\n"
        "tcnn_slide r7, r8, r9, r6\n"
        "tcnn_slide r8, r9, r6, r7\n"
        "tcnn_slide r9, r6, r7, r8, \"add.w r0, r0, r11\"\n"
        "tcnn_lines_end 20b, 16f\n"
        "21:\n"
        "ldr.w r12, [sp]\n"
        "tcnn_slide_first\n"
        "ldr.w r10, [r12, #68]\n"
        "add r10, r10, r1\n"
        "22:\n"
        "tcnn_slide r6, r7, r8, r9\n"
        "tcnn_slide r7, r8, r9, r6\n"
        "tcnn_slide r8, r9, r6, r7\n"
        "tcnn_slide r9, r6, r7, r8\n"
        "cmp r1, r10\n"
        "bne.w 22b\n"
        "ldr.w r12, [sp]\n"
        "ldr.w r10, [r12, #32]\n"
        "add r0, r11\n"
        "tcnn_lines_end 21b, 8f\n"
        "4:\n"
        ".rept 3\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6, \"add.w r0, r0, r11\"\n"
        ".endr\n"
        "cmp r1, r10\n"
        "bne.w 4b\n"
        "8:\n"
        "ldm.w r12, {r1, r6-r10}\n" /* step, back and how sums are rounded; limit */
        "cmp r10, #0\n"
        "sub r0, r0, r6\n"
        "blt.w 12f\n"
        ".irp sum, r2, r3, r4, r5\n"
        "lsl \\sum, \\sum, r10\n"
        "smmla \\sum, \\sum, r7, r8\n"
        "ssat \\sum, #8, \\sum, asr #12\n"
        ".endr\n"
        "10:\n"
        "cmp lr, r9\n"
        "bhs.w 13f\n"
        "add r6, lr, r1\n"
        "strb.w r2, [lr]\n"
        "strb.w r3, [r6]\n"
        "cmp r6, r9\n"
        "add lr, r6, r1\n"
        "add r6, lr, r1\n"
        "strb.w r4, [lr]\n"
        "strb.w r5, [r6]\n"
        "add lr, r6, r1\n"
        "add.w r6, r12, #24\n"
        "bne.w 1b\n"
        "14:\n" /* the next row */
        "ldr.w r1, [r12, #48]\n"
        "subs r1, r1, #1\n"
        "beq.n 11f\n"
        "add.w r0, r12, #52\n"
        "ldm.w r0, {r0, r2, r3, r4}\n" /* plane, its step, outputs, theirs */
        "ldr.w r5, [r12, #16]\n"
        "ldr.w r6, [r12, #44]\n"
        "add r0, r0, r2\n"
        "add r5, r5, r4\n"
        "add r6, r6, r4\n"
        "sub lr, r6, r3\n"
        "str.w r1, [r12, #48]\n"
        "str.w r0, [r12, #52]\n"
        "str.w r5, [r12, #16]\n"
        "str.w r6, [r12, #44]\n"
        "add.w r6, r12, #24\n"
        "b.w 1b\n"
        "11:\n"
        "ldr.w r1, [r12, #84]\n"
        "subs r1, r1, #1\n"
        "str.w r1, [r12, #84]\n"
        "bne.w 2b\n"
        "pop {r0, r4-r11, pc}\n"
        "12:\n"
        "tst r10, #0x40000000\n"
        "bne.w 15f\n"
        ".irp sum, r2, r3, r4, r5\n"
        "add r6, r8, \\sum, asr #31\n"
        "smmlar \\sum, \\sum, r7, r6\n"
        "asr \\sum, \\sum, r10\n"
        "ssat \\sum, #8, \\sum\n"
        ".endr\n"
        "b.w 10b\n"
        "15:\n"
        ".irp sum, r2, r3, r4, r5\n"
        "lsl \\sum, \\sum, r10\n"
        "smmlar \\sum, \\sum, r7, r8\n"
        "ssat \\sum, #8, \\sum\n"
        ".endr\n"
        "b.w 10b\n"
        "16:\n"
        "ldr.w r12, [sp]\n"
        "b.w 8b\n"
        "13:\n" /* the last 1 to 3 of a row */
        "ldr.w r6, [r12, #44]\n"
        ".irp sum, r2, r3, r4\n"
        "strb.w \\sum, [lr]\n"
        "add lr, r1\n"
        "cmp lr, r6\n"
        "beq.w 14b\n"
        ".endr\n"
        ".p2align 2\n"
        "9:\n"
        ".hword 0, 4b - 3b, 5b - 3b, 6b - 3b, 23b - 3b, 7b - 3b\n"
        ".hword 18b - 3b, 19b - 3b, 20b - 3b, 21b - 3b\n"
        ".purgem tcnn_step\n"
        ".purgem tcnn_slide\n"
        ".purgem tcnn_slide_first\n"
        ".purgem tcnn_lines_end\n");
}
#else
static int8_t round_sum(int32_t sum, const job_t *job) {
    const uint32_t shift = job->shift & 0xFF, way = job->shift >> 30;
    if (way == 2) {
        const int32_t value = tcnn_high_multiply(sum, job->multiplier);
        return tcnn_saturate_8((value + (sum >> 31) + job->offset) >> shift);
    }
    const int32_t scaled = (int32_t)((uint32_t)sum << shift);
    if (way == 3) {
        return tcnn_saturate_8(tcnn_high_multiply(scaled, job->multiplier) +
                               job->offset);
    }
    const int64_t product = (int64_t)scaled * job->multiplier;
    return tcnn_saturate_8(((int32_t)(product >> 32) + job->offset) >>
                           TCNN_FIXED_SHIFT);
}

static int32_t count_words(const job_t *job) {
    if (job->kind < TCNN_SPARSE_2) {
        return job->kind == TCNN_SPARSE_2 - 1 ? 2 * job->loop : job->kind + 1;
    }
    return job->kind == TCNN_SPARSE_2 + 3 ? job->loop / 4
                                          : job->kind - TCNN_SPARSE_2 + 2;
}

/* Four windows from `x` on; where the next ones are. */
static const uint32_t *multiply_four(const job_t *job, const tcnn_depthwise_run_t *run,
                                     const uint32_t *x, uint32_t sums[4]) {
    const int32_t is_dense = job->kind < TCNN_SPARSE_2, words = count_words(job);
    const uint32_t *end = &job->filter[run->weights_end / 4];
    for (int32_t k = 0; k < 4; k++) {
        sums[k] = (uint32_t)job->sum;
    }
    for (const uint32_t *w = &job->filter[run->weights / 4]; w != end;) {
        for (int32_t i = 0; i < words; i++, x++, w += is_dense ? 2 : 1) {
            for (int32_t k = 0; k < 4; k++) {
                sums[k] = tcnn_smlad(x[is_dense ? k / 2 : k], w[is_dense ? k % 2 : 0],
                                     sums[k]);
            }
        }
        x += (is_dense ? 1 : 3) + job->skip / 4;
    }
    return x - run->back / 4;
}

static void multiply(const job_t *job) {
    uint32_t sums[4];
    for (const tcnn_depthwise_run_t *run = job->run; run != &job->run[job->runs];
         run++) {
        for (int32_t row = 0; row < run->rows; row++) {
            const uint32_t *x = &job->plane[(run->plane + row * job->row_step) / 4];
            int8_t *to = &job->output[run->row * job->output_row + run->column];
            to += row * job->output_step;
            for (int32_t i = 0; i < run->row_bytes / job->step; i++) {
                if (i % 4 == 0) {
                    x = multiply_four(job, run, x, sums);
                }
                *to = round_sum((int32_t)sums[i % 4], job);
                to += job->step;
            }
        }
    }
}
#endif

/* Bytes to where they overlap, or no. */
static void move(int8_t *to, const int8_t *from, int32_t size) {
    const int32_t step = to < from ? 1 : -1;
    TCNN_ROLLED
    for (int32_t i = to < from ? 0 : size - 1; size > 0; size--, i += step) {
        to[i] = from[i];
    }
}

/* A block by all filters; `output` is its first, `row_bytes` from row to row. */
TCNN_APART static void convolve(const tcnn_depthwise_planes_params_t *p,
                                const tcnn_depthwise_block_t *b, const int8_t *input,
                                const int32_t *filter, uint32_t *scratch,
                                int8_t *output, int32_t row_bytes) {
    const tcnn_depthwise_span_t *spans = (const void *)&p->tables[b->spans];
    const tcnn_depthwise_run_t *runs = (const void *)&p->tables[b->runs];
    const int32_t filter_words = CONSTANTS + p->lines * p->line_fours;
    uint32_t *planes = &scratch[p->filter_words];
    job_t job = {.step = p->output_step,
                 .skip = p->skip,
                 .row_step = p->plane_step,
                 .output_step = p->dilation_height * row_bytes,
                 .loop = p->loop,
                 .filter = scratch,
                 .output_row = row_bytes};
    tcnn_fill_bytes((int8_t *)planes, 0, 4 * CHANNELS * p->plane_words);
    const uint32_t *plane = planes;
    for (int32_t i = 0; i < p->input_channels * p->depth_multiplier; i++) {
        const int32_t channel = i / p->depth_multiplier;
        if (i % p->depth_multiplier == 0) {
            plane += p->plane_words;
            if (channel % CHANNELS == 0) {
                /* one that is alone is gathered beside the one before it */
                const int32_t is_alone = channel + 1 == p->input_channels;
                plane = &planes[is_alone * p->plane_words];
                TCNN_ROLLED
                for (int32_t k = 0; k < b->span_count; k++) {
                    gather_lines(p, &spans[k],
                                 &input[channel - is_alone + spans[k].input],
                                 &planes[spans[k].to]);
                }
            }
        }
        job.sum = filter[0];
        job.multiplier = filter[1];
        job.offset = filter[2];
        job.shift = (uint32_t)filter[3];
        expand(p, (const uint32_t *)&filter[CONSTANTS], scratch);
        job.kind = p->kind;
        job.run = runs;
        job.runs = b->run_count;
        job.output = &output[i];
        job.plane = plane;
        multiply(&job);
        filter += filter_words;
    }
}

TCNN_APART static void convolve_blocks(const tcnn_depthwise_planes_params_t *p,
                                       const int8_t *input, const int32_t *weights,
                                       uint32_t *scratch, int8_t *output) {
    const int32_t distance = (int32_t)((uintptr_t)output - (uintptr_t)input);
    const bool is_apart = distance >= p->input_bytes || -distance >= p->output_bytes;
    const bool is_staged = p->is_staged && !is_apart;
    const int32_t beside = is_apart || is_staged ? 0 : distance % p->input_channels;
    int8_t *staged = (int8_t *)&scratch[p->filter_words + CHANNELS * p->plane_words];
    const tcnn_depthwise_block_t *b = (const void *)p->tables;
    for (int32_t left = p->blocks; left > 0; left--, b++) {
        int8_t *to = &output[b->output];
        const int32_t row_bytes = is_staged ? b->row_bytes : p->row_bytes;
        convolve(p, b, &input[b->input], weights, scratch,
                 is_staged ? staged : to - beside, row_bytes);
        TCNN_ROLLED
        for (int32_t i = is_staged ? 0 : b->rows; i < b->rows; i++) {
            tcnn_copy_bytes(&to[i * p->row_bytes], &staged[i * row_bytes], row_bytes);
        }
    }
    if (beside) {
        move(output, output - beside, p->output_bytes);
    }
    tcnn_clamp_bytes(output, p->output_bytes, p->clamp_min, p->clamp_max);
}

TCNN_APART static void convolve_on_stack(const tcnn_depthwise_planes_params_t *p,
                                         const int8_t *input, const int32_t *weights,
                                         int8_t *output) {
    uint32_t scratch[STACK_BYTES / 4];
    convolve_blocks(p, input, weights, scratch, output);
}

TCNN_SHARED void
tcnn_depthwise_conv_2d_planes_s8_dsp(const tcnn_depthwise_planes_params_t *params,
                                     const int8_t *input, const int32_t *weights,
                                     uint8_t *scratch, int8_t *output) {
    if (scratch) {
        convolve_blocks(params, input, weights, (uint32_t *)(void *)scratch, output);
    } else {
        convolve_on_stack(params, input, weights, output);
    }
}
