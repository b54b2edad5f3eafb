/*
 * depthwise_conv_2d/planes.c - DEPTHWISE_CONV_2D of any window, a channel at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rows of the input that a pass reads are gathered for four channels, each in a
 * plane of its own: 16-bit numbers, two neighbours in a word. With a stride s, a row is
 * s lines in the plane, the columns of each remainder; with a dilation, outputs of each
 * remainder are a pass of their own. So taps are neighbours in a line, and windows too:
 * a word is multiplied by two weights for an output, and by the weights one place
 * further for the next.
 *
 * Outputs go to `scratch` first: they may lie over inputs that other channels need.
 */
#include "dsp.h"

#include <stdbool.h>

#include "depthwise_conv_2d.h"
#include "depthwise_rows.h"
#include "fixed_point.h"

enum { CHANNELS = 4, CONSTANTS = 6 };

/* What is computed once. */
typedef struct {
    int32_t phases;    /* lines of a row */
    int32_t words;     /* of a line, that weights and their neighbours fill */
    int32_t lines;     /* of a window */
    int32_t pitch;     /* words from line to line */
    int32_t quads;     /* words of a line's weights in the table */
    int32_t rows;      /* of the input in a plane */
    int32_t between;   /* rows from one to the next */
    int32_t plane;     /* words */
    int32_t depth;     /* channels of the output */
    int32_t row_bytes; /* of outputs, with those that fill up four of each phase */
    uint32_t *planes;
    uint32_t *weights; /* of a channel: for an output, for the next, in turns */
    int8_t *staged;
    int8_t zeros[CHANNELS]; /* of a pixel outside the image */
} layout_t;

/* `count` neighbours of a line, of four channels, from `from` on, `step` apart. */
TCNN_APART static void gather_four(const int8_t *from, int32_t step, int32_t count,
                                   uint16_t *to, int32_t plane) {
    if (count > 0 && ((uintptr_t)to & 2)) {
        to[0] = (uint16_t)from[0];
        to[plane] = (uint16_t)from[1];
        to[2 * plane] = (uint16_t)from[2];
        to[3 * plane] = (uint16_t)from[3];
        from += step;
        to++;
        count--;
    }
    uint32_t *a = (uint32_t *)(void *)to, *b = (uint32_t *)(void *)&to[plane];
    uint32_t *c = (uint32_t *)(void *)&to[2 * plane];
    uint32_t *d = (uint32_t *)(void *)&to[3 * plane];
    TCNN_ROLLED
    for (; count >= 2; count -= 2) {
        const uint32_t first = tcnn_load_4(from), second = tcnn_load_4(&from[step]);
        const uint32_t even1 = tcnn_even_bytes(first), even2 = tcnn_even_bytes(second);
        const uint32_t odd1 = tcnn_odd_bytes(first), odd2 = tcnn_odd_bytes(second);
        *a++ = tcnn_pack_low(even1, even2);
        *b++ = tcnn_pack_low(odd1, odd2);
        *c++ = tcnn_pack_high(even1, even2);
        *d++ = tcnn_pack_high(odd1, odd2);
        from += 2 * step;
    }
    if (count > 0) {
        *(uint16_t *)(void *)a = (uint16_t)from[0];
        *(uint16_t *)(void *)b = (uint16_t)from[1];
        *(uint16_t *)(void *)c = (uint16_t)from[2];
        *(uint16_t *)(void *)d = (uint16_t)from[3];
    }
}

static void gather_one(const int8_t *from, int32_t step, int32_t count, uint16_t *to) {
    TCNN_ROLLED
    for (; count > 0; count--) {
        *to++ = (uint16_t)*from;
        from += step;
    }
}

/* What of a line lies inside the image: places of the line, and a column of it. */
typedef struct {
    int32_t first, count, column;
} span_t;

/* Of the line whose first place is `column`. */
static span_t find_span(const tcnn_depthwise_planes_params_t *p, const layout_t *l,
                        int32_t column) {
    const int32_t step = p->stride_width * p->dilation_width;
    const int32_t outside = column < 0 ? (step - 1 - column) / step : 0;
    const int32_t last = (p->input_width - column + step - 1) / step;
    span_t span;
    span.first = outside;
    span.column = column + outside * step;
    span.count = tcnn_max(tcnn_min(last, 2 * l->pitch) - outside, 0);
    return span;
}

/* Lines `line` of all rows, for the outputs from row `y` on. */
static void gather_lines(const tcnn_depthwise_planes_params_t *p, const layout_t *l,
                         const int8_t *input, int32_t channels, int32_t y, int32_t line,
                         span_t span) {
    const int32_t depth = p->input_channels, plane = 2 * l->plane;
    const int32_t step = p->stride_width * p->dilation_width * depth;
    uint16_t *to = (uint16_t *)(void *)&l->planes[line * l->pitch] + span.first;
    for (int32_t i = 0; i < l->rows; i++) {
        const int32_t row = y * p->stride_height - p->pad_top + i * l->between;
        const int8_t *from = &input[(row * p->input_width + span.column) * depth];
        const bool is_outside = tcnn_is_outside(row, p->input_height);
        int32_t next = step;
        if (is_outside) {
            from = l->zeros;
            next = 0;
        }
        if (is_outside && y == 0) {
            /* it is as it was cleared */
        } else if (channels == CHANNELS) {
            gather_four(from, next, span.count, to, plane);
        } else {
            gather_one(from, next, span.count, to);
        }
        to += 2 * l->pitch * l->phases;
    }
}

static void clear(const tcnn_depthwise_planes_params_t *p, const layout_t *l) {
    const uint32_t zero = (uint16_t)p->input_zero_point;
    TCNN_ROLLED
    for (int32_t i = 0; i < CHANNELS * l->plane; i++) {
        l->planes[i] = zero | zero << 16;
    }
}

/* The planes of `channels` channels for the outputs from row `y` on whose columns leave
 * the remainder `phase` when divided by the dilation. What lies outside the image stays
 * as it is while that remainder does. */
static void gather(const tcnn_depthwise_planes_params_t *p, const layout_t *l,
                   const int8_t *input, int32_t channels, int32_t y, int32_t phase) {
    if (p->dilation_width > 1) {
        clear(p, l);
    }
    int32_t column = phase * p->stride_width - p->pad_left;
    for (int32_t line = 0; line < l->phases; line++) {
        gather_lines(p, l, input, channels, y, line, find_span(p, l, column));
        column += p->dilation_width;
    }
}

/* A channel's weights as both outputs of a word take them. */
TCNN_APART static void expand(const layout_t *l, const uint32_t *packed) {
    const int32_t quads = l->quads, back = 2 * (l->words & 1);
    uint32_t *to = l->weights;
    for (int32_t line = l->lines; line > 0; line--) {
        uint32_t last = 0;
        TCNN_ROLLED
        for (int32_t i = quads; i > 0; i--) {
            const uint32_t four = *packed++;
            const uint32_t first = tcnn_even_bytes(four), second = tcnn_odd_bytes(four);
            to[0] = first;
            to[1] = last >> 16 | first << 16;
            to[2] = second;
            to[3] = first >> 16 | second << 16;
            to += 4;
            last = second;
        }
        to -= back;
    }
}

/* What `multiply` works on: a line is `words` steps, then `skip` bytes to the next. */
typedef struct {
    int32_t step; /* bytes from output to output */
    int32_t back; /* bytes from behind a window to the window four outputs further */
    int32_t multiplier;
    int32_t offset;
    int32_t scale; /* of sums to the left */
    const uint32_t *weights;
    uint32_t sum;  /* to start from */
    uint32_t kind; /* words less 1, at most 4 */
    const uint32_t *plane;
    const uint32_t *weights_end;
    int32_t skip;
    uint32_t twos;     /* of words, of kind 4 */
    const int8_t *end; /* of the outputs; NULL: the sums of four windows are stored */
    uint32_t right; /* 0: rounded once, by the shift that is fixed; or twice, by this */
    uint32_t left_out; /* bytes of instructions, the first time */
    int32_t rows;      /* of outputs, which follow each other */
    int32_t row_step;  /* bytes in the plane from one to the next */
    int32_t row_bytes; /* of outputs */
    uint32_t entry;    /* address in `multiply` */
} job_t;

/* Lines of each kind that are written out, and bytes of each. */
enum { LINES_2 = 2, LINES_3 = 5, LINES_4 = 4, LINE_BYTES = 8, STEP_BYTES = 28 };

#if TCNN_DSP
/*
 * Four outputs a round, 8 cycles for two columns of four windows. Registers:
 *   r0 plane, r1 weights, r2 to r5 sums, r6, r7 columns, r8, r9 weights,
 *   r10 weights' end, r11 skip, r12 job, words left, lr output
 */
TCNN_NAKED static void multiply(job_t *job TCNN_UNUSED, void *output TCNN_UNUSED) {
    __asm__ volatile(
        ".macro tcnn_step a, b\n"
        "ldr.w \\b, [r0], #4\n"
        "ldr.w r8, [r1], #4\n"
        "ldr.w r9, [r1], #4\n"
        "smlad r2, \\a, r8, r2\n"
        "smlad r3, \\a, r9, r3\n"
        "smlad r4, \\b, r8, r4\n"
        "smlad r5, \\b, r9, r5\n"
        ".endm\n"
        ".macro tcnn_lines_end line\n"
        "cmp r1, r10\n"
        "bne.w \\line\n"
        "b.w 8f\n"
        ".p2align 2\n"
        ".endm\n"
        "push {r0, r4-r11, lr}\n"
        "mov lr, r1\n"
        "mov r12, r0\n"
        "ldr.w r0, [r12, #32]\n"
        "ldr.w r11, [r12, #40]\n"
        "ldr.w r1, [r12, #28]\n"
        "ldr.w r2, [r12, #56]\n"
        "adr.w r3, 9f\n"
        "ldrh.w r1, [r3, r1, lsl #1]\n"
        "adr.w r3, 3f\n"
        "add r1, r1, r2\n"
        "add r1, r1, r3\n"
        "add r1, r1, #1\n"
        "str.w r1, [r12, #72]\n"
        ".p2align 2\n"
        "1:\n"
        "ldr.w r1, [r12, #20]\n"
        "ldr.w r2, [r12, #24]\n"
        "ldr.w r10, [r12, #36]\n"
        "ldr.w r6, [r12, #72]\n"
        "mov r3, r2\n"
        "mov r4, r2\n"
        "mov r5, r2\n"
        "bx r6\n"
        ".p2align 2\n"
        "3:\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "add.w r0, r0, r11\n"
        "tcnn_lines_end 3b\n"
        "4:\n"
        ".rept 2\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "add.w r0, r0, r11\n"
        ".endr\n"
        "tcnn_lines_end 4b\n"
        "5:\n"
        ".rept 5\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7\n"
        "add.w r0, r0, r11\n"
        ".endr\n"
        "tcnn_lines_end 5b\n"
        "6:\n"
        ".rept 4\n"
        "ldr.w r6, [r0], #4\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "add.w r0, r0, r11\n"
        ".endr\n"
        "tcnn_lines_end 6b\n"
        "7:\n"
        "ldr.w r12, [sp]\n"
        "ldr.w r6, [r0], #4\n"
        "ldr.w r12, [r12, #44]\n"
        "17:\n"
        "tcnn_step r6, r7\n"
        "tcnn_step r7, r6\n"
        "subs r12, #1\n"
        "bne.w 17b\n"
        "add r0, r11\n"
        "cmp r1, r10\n"
        "bne.w 7b\n"
        "8:\n"
        "ldr.w r12, [sp]\n"
        "ldm r12, {r1, r6-r9}\n" /* step, back, multiplier, offset, scale */
        "ldr.w r10, [r12, #52]\n"
        "ldr.w r12, [r12, #48]\n"
        "sub r0, r0, r6\n"
        "cmp r12, #0\n"
        "beq.w 13f\n"
        "cmp r10, #0\n"
        "bne.w 12f\n"
        ".irp sum, r2, r3, r4, r5\n"
        "lsl \\sum, \\sum, r9\n"
        "smmla \\sum, \\sum, r7, r8\n"
        "ssat \\sum, #8, \\sum, asr #12\n"
        "strb.w \\sum, [lr]\n"
        "add lr, r1\n"
        ".endr\n"
        "10:\n"
        "cmp lr, r12\n"
        "ldr.w r12, [sp]\n"
        "bne.w 1b\n"
        "ldr.w r1, [r12, #60]\n" /* the next row */
        "ldr.w r0, [r12, #32]\n"
        "ldr.w r2, [r12, #64]\n"
        "ldr.w r3, [r12, #68]\n"
        "subs r1, r1, #1\n"
        "beq.n 11f\n"
        "add r0, r0, r2\n"
        "add r3, r3, lr\n"
        "str.w r1, [r12, #60]\n"
        "str.w r0, [r12, #32]\n"
        "str.w r3, [r12, #48]\n"
        "b.w 1b\n"
        "11:\n"
        "pop {r0, r4-r11, pc}\n"
        "12:\n"
        ".irp sum, r2, r3, r4, r5\n"
        "add r6, r8, \\sum, asr #31\n"
        "lsl \\sum, \\sum, #1\n"
        "smmlar \\sum, \\sum, r7, r6\n"
        "asr \\sum, \\sum, r10\n"
        "ssat \\sum, #8, \\sum\n"
        "strb.w \\sum, [lr]\n"
        "add lr, r1\n"
        ".endr\n"
        "b.w 10b\n"
        "13:\n"
        "stm lr, {r2-r5}\n"
        "pop {r0, r4-r11, pc}\n"
        ".p2align 2\n"
        "9:\n"
        ".hword 0, 4b - 3b, 5b - 3b, 6b - 3b, 7b - 3b, 0\n"
        ".purgem tcnn_step\n"
        ".purgem tcnn_lines_end\n");
}
#else
static int8_t round_once(int32_t sum, const job_t *job) {
    const int64_t product =
        (int64_t)(int32_t)((uint32_t)sum << job->scale) * job->multiplier;
    return tcnn_saturate_8(((int32_t)(product >> 32) + job->offset) >>
                           TCNN_FIXED_SHIFT);
}

static int8_t round_twice(int32_t sum, const job_t *job) {
    const int32_t value = tcnn_high_multiply(2 * sum, job->multiplier);
    return tcnn_saturate_8((value + (sum >> 31) + job->offset) >> job->right);
}

/* Four windows from `x` on; where the next ones are. */
static const uint32_t *multiply_four(const job_t *job, const uint32_t *x,
                                     uint32_t sums[4]) {
    const uint32_t words = job->kind < 4 ? job->kind + 1 : 2 * job->twos;
    for (int32_t k = 0; k < 4; k++) {
        sums[k] = job->sum;
    }
    for (const uint32_t *w = job->weights; w != job->weights_end;) {
        for (uint32_t i = 0; i < words; i++, x++, w += 2) {
            for (uint32_t k = 0; k < 4; k++) {
                sums[k] = tcnn_smlad(x[k / 2], w[k % 2], sums[k]);
            }
        }
        x += 1 + job->skip / 4;
    }
    return x - job->back / 4;
}

static void multiply(job_t *job, void *output) {
    uint32_t sums[4];
    if (!job->end) {
        multiply_four(job, job->plane, output);
        return;
    }
    int8_t *to = output;
    for (int32_t row = 0; row < job->rows; row++) {
        const uint32_t *x = job->plane;
        for (int32_t i = 0; i < job->row_bytes / job->step; i++) {
            if (i % 4 == 0) {
                x = multiply_four(job, x, sums);
            }
            const int32_t sum = (int32_t)sums[i % 4];
            *to = job->right ? round_twice(sum, job) : round_once(sum, job);
            to += job->step;
        }
        job->plane += job->row_step / 4;
    }
}
#endif

/* The rows by a channel that asks for a shift to the left. */
static void convolve_alone(job_t *job, int8_t *output) {
    for (int32_t row = job->rows; row > 0; row--) {
        const uint32_t *next = job->plane + job->row_step / 4;
        for (const int8_t *end = &output[job->row_bytes]; output != end;) {
            int32_t sums[4];
            multiply(job, sums);
            for (int32_t i = 0; i < 4; i++) {
                const uint32_t scaled = (uint32_t)sums[i] << job->scale;
                const int32_t value =
                    tcnn_high_multiply((int32_t)scaled, job->multiplier);
                *output = tcnn_saturate_8(value + job->offset);
                output += job->step;
            }
            job->plane += 2;
        }
        job->plane = next;
    }
}

/* Bytes of the lines that are written out but not there, the first time. */
static uint32_t count_left_out(int32_t words, int32_t lines) {
    const int32_t written_out = words == 2   ? LINES_2
                                : words == 3 ? LINES_3
                                : words == 4 ? LINES_4
                                             : 1;
    const int32_t left_out = (written_out - lines % written_out) % written_out;
    return (uint32_t)(left_out * (LINE_BYTES + words * STEP_BYTES));
}

/* What the kernel's loops share. */
static job_t prepare(const tcnn_depthwise_planes_params_t *p, const layout_t *l) {
    const int32_t words = l->words;
    const int32_t pitch =
        p->rows_at_once > 1 ? p->dilation_height * l->pitch : l->pitch;
    const job_t job = {
        .step = p->dilation_width * l->depth,
        .back = 4 * (l->lines * pitch - 2),
        .weights = l->weights,
        .kind = words > 4 ? 4 : (uint32_t)(words - 1),
        .weights_end = &l->weights[2 * l->lines * words],
        .skip = 4 * (pitch - words - 1),
        .twos = (uint32_t)words / 2,
        .left_out = count_left_out(words, l->lines),
        .row_step = 4 * p->stride_height * l->phases * l->pitch,
        .row_bytes = l->row_bytes,
    };
    return job;
}

/* All filters of the channel in `plane`, for `rows` rows of one phase. */
static const int32_t *convolve(const tcnn_depthwise_planes_params_t *p,
                               const layout_t *l, job_t *job, const uint32_t *plane,
                               int32_t rows, int8_t *output, const int32_t *weights) {
    for (int32_t i = p->depth_multiplier; i > 0; i--) {
        int8_t *to = output++;
        expand(l, (const uint32_t *)&weights[CONSTANTS]);
        job->sum = (uint32_t)weights[0];
        job->multiplier = weights[1];
        job->offset = weights[2];
        job->scale = weights[3];
        job->right = (uint32_t)weights[4];
        job->plane = plane;
        job->rows = rows;
        job->end = weights[5] ? &to[l->row_bytes] : 0;
        if (job->end) {
            multiply(job, to);
        } else {
            convolve_alone(job, to);
        }
        weights += CONSTANTS + l->lines * l->quads;
    }
    return weights;
}

static layout_t lay_out(const tcnn_depthwise_planes_params_t *p, uint8_t *scratch) {
    const int32_t outputs =
        (p->output_width + p->dilation_width - 1) / p->dilation_width;
    const int32_t taps = (p->kernel_width + p->stride_width - 1) / p->stride_width;
    layout_t l;
    l.words = taps / 2 + 1;
    l.words += l.words > 4 ? l.words % 2 : 0; /* a loop of two */
    l.phases = tcnn_min(p->stride_width, p->kernel_width);
    l.lines = p->kernel_height * l.phases;
    l.quads = (l.words + 1) / 2;
    l.pitch = (outputs + 3) / 4 * 2 + l.words - 1;
    l.rows = p->kernel_height;
    l.between = p->dilation_height;
    if (p->rows_at_once > 1) {
        l.rows = (l.rows - 1) * l.between + 1;
        l.rows += (p->rows_at_once - 1) * p->stride_height;
        l.between = 1;
    }
    l.plane = l.rows * l.phases * l.pitch;
    l.depth = p->input_channels * p->depth_multiplier;
    l.row_bytes = (outputs + 3) / 4 * 4 * p->dilation_width * l.depth;
    l.weights = (uint32_t *)(void *)scratch;
    l.planes = &l.weights[2 * l.lines * l.words + 2];
    l.staged = (int8_t *)&l.planes[CHANNELS * l.plane];
    tcnn_fill_bytes(l.zeros, p->input_zero_point, CHANNELS);
    return l;
}

TCNN_SHARED void
tcnn_depthwise_conv_2d_planes_s8_dsp(const tcnn_depthwise_planes_params_t *params,
                                     const int8_t *input, const int32_t *weights,
                                     uint8_t *scratch, int8_t *output) {
    const tcnn_depthwise_planes_params_t *p = params;
    const layout_t l = lay_out(p, scratch);
    const int32_t phases = tcnn_min(p->dilation_width, p->output_width);
    const int32_t bytes = p->output_width * l.depth;
    job_t job = prepare(p, &l);
    clear(p, &l);
    for (int32_t y = 0; y < p->output_height; y += p->rows_at_once) {
        const int32_t rows = tcnn_min(p->output_height - y, p->rows_at_once);
        const int32_t *filters = weights, *next = weights;
        int8_t *to = l.staged;
        for (int32_t c = 0, channels; c < p->input_channels; c += channels) {
            channels = p->input_channels - c < CHANNELS ? 1 : CHANNELS;
            for (int32_t phase = 0; phase < phases; phase++) {
                int8_t *pixel = &to[phase * l.depth];
                gather(p, &l, &input[c], channels, y, phase);
                next = filters;
                for (int32_t i = 0; i < channels; i++) {
                    next = convolve(p, &l, &job, &l.planes[i * l.plane], rows, pixel,
                                    next);
                    pixel += p->depth_multiplier;
                }
            }
            filters = next;
            to += channels * p->depth_multiplier;
        }
        for (int32_t row = 0; row < rows; row++) {
            tcnn_copy_bytes(output, &l.staged[row * l.row_bytes], bytes);
            tcnn_clamp_bytes(output, bytes, p->clamp_min, p->clamp_max);
            output += bytes;
        }
    }
}
