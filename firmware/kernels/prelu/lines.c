/*
 * prelu/lines.c - PRELU of few slopes, each a line, four elements of a row at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lines were proven to give the reference's byte for each of the 256 inputs.
 */
#include "broadcast_rows.h"

#include "prelu.h"

/* (value >> 20), the nearest signed byte. */
static inline int8_t saturate(int32_t value) {
#if TCNN_DSP
    int32_t byte;
    __asm__("ssat %0, #8, %1, asr #20" : "=r"(byte) : "r"(value));
    return (int8_t)byte;
#else
    return tcnn_saturate_8(value >> 20);
#endif
}

/* Kept apart from the parameters, which outputs may lie over for all C knows. */
typedef struct {
    int32_t zero;
    const int32_t *factors,
        *offsets; /* of inputs up from zero, then below, by slopes */
} lines_t;

/* `x` less its zero point. */
static inline int8_t find(const lines_t *l, int32_t x, uint32_t slope) {
    const uint32_t line = ((uint32_t)x >> 31) + 2 * slope;
    return saturate(x * l->factors[2 * line] + l->offsets[2 * line]);
}

static void compute(const void *params, const tcnn_broadcast_t *b, const int8_t *first,
                    const int8_t *second, int8_t *output) {
    const lines_t l = *(const lines_t *)params;
    const int32_t step1 = b->stride1[3], step2 = b->stride2[3];
    int32_t size = b->shape[3];
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t four1 = tcnn_load_4(first), four2 = tcnn_load_4(second);
        first += 4 * step1;
        second += 4 * step2;
        output[0] = find(&l, tcnn_add_byte_0(l.zero, four1), four2 & 0xFF);
        output[1] = find(&l, tcnn_add_byte_1(l.zero, four1), four2 >> 8 & 0xFF);
        output[2] = find(&l, tcnn_add_byte_2(l.zero, four1), four2 >> 16 & 0xFF);
        output[3] = find(&l, tcnn_add_byte_3(l.zero, four1), four2 >> 24);
        output += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *output++ = find(&l, *first + l.zero, (uint8_t)*second);
        first += step1;
        second += step2;
    }
}

TCNN_SHARED void tcnn_prelu_lines_s8_dsp(const tcnn_prelu_lines_params_t *params,
                                         const int8_t *input, const int8_t *slopes,
                                         int8_t *output) {
    const tcnn_prelu_lines_params_t *p = params;
    const lines_t l = {-p->input_zero_point, p->lines, &p->lines[1]};
    tcnn_compute_rows(&p->broadcast, input, slopes, output, &l, compute);
}
