/*
 * copy/blocks.c - copies a box of elements, the innermost run by words
 * SPDX-License-Identifier: Apache-2.0
 *
 * Input and output stay apart, so loops may be in any order and bytes copied twice.
 */
#include "dsp.h"

#include "copy.h"

#define LAST (TCNN_COPY_RANK - 1)
#define ROW (LAST - 1)

/* Rows without gaps, of `size` bytes, four or more. */
TCNN_INLINE void copy_runs_of(const tcnn_copy_params_t *p, const int8_t *input,
                              int8_t *output, int32_t size) {
    const int32_t input_step = p->input_stride[ROW],
                  output_step = p->output_stride[ROW];
    TCNN_ROLLED
    for (int32_t row = p->size[ROW]; row > 0; row--) {
        tcnn_copy_run(output, input, size);
        input += input_step;
        output += output_step;
    }
}

TCNN_APART static void copy_other_runs(const tcnn_copy_params_t *p, const int8_t *input,
                                       int8_t *output) {
    TCNN_ROLLED
    for (int32_t row = p->size[ROW]; row > 0; row--) {
        int32_t size = p->size[LAST];
#if TCNN_DSP
        __asm__("" : "+r"(size)); /* what is made of it does not fit registers */
#endif
        tcnn_copy_run(output, input, size);
        input += p->input_stride[ROW];
        output += p->output_stride[ROW];
    }
}

#define RUNS_OF(size)                                                                  \
    case size:                                                                         \
        copy_runs_of(p, input, output, size);                                          \
        break

/* Compiled for the sizes that are met most. */
static void copy_runs(const tcnn_copy_params_t *p, const int8_t *input,
                      int8_t *output) {
    switch (p->size[LAST]) {
        RUNS_OF(4);
        RUNS_OF(8);
        RUNS_OF(12);
        RUNS_OF(16);
        RUNS_OF(24);
        RUNS_OF(32);
        RUNS_OF(48);
        RUNS_OF(64);
    default:
        copy_other_runs(p, input, output);
    }
}

/* Four bytes, from each place to the next a step. */
typedef struct {
    uint32_t a, b, c, d;
} four_t;

static inline four_t load_four(const int8_t *from, int32_t step) {
    four_t four;
#if TCNN_DSP
    /* Loads one after the other take a cycle less each. */
    __asm__ volatile("ldrb %0, [%4]\n\t"
                     "ldrb %1, [%4, %5]\n\t"
                     "ldrb %2, [%4, %6]\n\t"
                     "ldrb %3, [%4, %7]"
                     : "=&r"(four.a), "=&r"(four.b), "=&r"(four.c), "=&r"(four.d)
                     : "r"(from), "r"(step), "r"(2 * step), "r"(3 * step)
                     : "memory");
#else
    four.a = (uint8_t)from[0];
    four.b = (uint8_t)from[step];
    four.c = (uint8_t)from[2 * step];
    four.d = (uint8_t)from[3 * step];
#endif
    return four;
}

/* Rows that become one without gaps: four bytes from their places are one word. */
static void gather_rows(const tcnn_copy_params_t *p, const int8_t *input,
                        int8_t *output) {
    const int32_t step = p->input_stride[LAST];
    TCNN_ROLLED
    for (int32_t row = p->size[ROW]; row > 0; row--) {
        const int8_t *from = input;
        int8_t *to = output;
        TCNN_ROLLED
        for (int32_t i = p->size[LAST] >> 2; i > 0; i--) {
            const four_t four = load_four(from, step);
            from += 4 * step;
            tcnn_store_4(to, (four.a | four.b << 8) | (four.c | four.d << 8) << 16);
            to += 4;
        }
        TCNN_ROLLED
        for (int32_t i = p->size[LAST] & 3; i > 0; i--) {
            *to++ = *from;
            from += step;
        }
        input += p->input_stride[ROW];
        output += p->output_stride[ROW];
    }
}

/* Rows with gaps in the output. */
static void scatter_rows(const tcnn_copy_params_t *p, const int8_t *input,
                         int8_t *output) {
    const int32_t step = p->input_stride[LAST], jump = p->output_stride[LAST];
    TCNN_ROLLED
    for (int32_t row = p->size[ROW]; row > 0; row--) {
        const int8_t *from = input;
        int8_t *to = output;
        TCNN_ROLLED
        for (int32_t i = p->size[LAST] >> 2; i > 0; i--) {
            const four_t four = load_four(from, step);
            from += 4 * step;
            to[0] = (int8_t)four.a;
            to[jump] = (int8_t)four.b;
            to[2 * jump] = (int8_t)four.c;
            to[3 * jump] = (int8_t)four.d;
            to += 4 * jump;
        }
        TCNN_ROLLED
        for (int32_t i = p->size[LAST] & 3; i > 0; i--) {
            *to = *from;
            from += step;
            to += jump;
        }
        input += p->input_stride[ROW];
        output += p->output_stride[ROW];
    }
}

static void copy_rows(const tcnn_copy_params_t *p, const int8_t *input,
                      int8_t *output) {
    if (p->output_stride[LAST] != 1) {
        scatter_rows(p, input, output);
    } else if (p->input_stride[LAST] == 1 && p->size[LAST] >= 4) {
        copy_runs(p, input, output);
    } else {
        gather_rows(p, input, output);
    }
}

TCNN_SHARED void tcnn_copy_s8_dsp(const tcnn_copy_params_t *params, const int8_t *input,
                                  int8_t *output) {
    const tcnn_copy_params_t *p = params;
    int32_t index[ROW] = {0}; /* of all dimensions around the rows */
    int32_t from = p->input_offset;
    int32_t to = p->output_offset;
    int32_t d;
    do {
        copy_rows(p, &input[from], &output[to]);
        for (d = ROW - 1; d >= 0; d--) {
            from += p->input_stride[d];
            to += p->output_stride[d];
            if (++index[d] < p->size[d]) {
                break;
            }
            from -= p->size[d] * p->input_stride[d];
            to -= p->size[d] * p->output_stride[d];
            index[d] = 0;
        }
    } while (d >= 0);
}
