/*
 * winograd_steps.h - the four steps of Winograd's convolution, and their numbers
 * SPDX-License-Identifier: Apache-2.0
 *
 * See winograd.c. Where there is DSP, assembly takes the same steps.
 */
#ifndef TCNN_WINOGRAD_STEPS_H
#define TCNN_WINOGRAD_STEPS_H

#include <stdint.h>

#include "dsp.h"

#define POSITIONS 36     /* of a tile */
#define CONSTANT_WORDS 8 /* of an output channel */
#define SHIFT 12800      /* V is within [-12750, 17340]; also in assembly */

/* Where a tile of the outputs is written; the assembly reads it in this order. */
typedef struct {
    int8_t *output;       /* next channel of the first pixel; never NULL */
    int32_t column_bytes; /* from pixel to pixel; 1 or more */
    int32_t row_bytes;    /* from row to row; 1 or more */
    int32_t height;       /* rows inside the image; 1 to 4 */
    int32_t width;        /* pixels of a row inside the image; 1 to 4 */
} tile_t;

#if TCNN_DSP
#include "winograd_steps_dsp.h"
#else
/* B' by six numbers, `stride` apart. */
static void transform_inputs(const uint32_t *d, int32_t stride, uint32_t shift,
                             uint32_t *to) {
    const uint32_t d2 = d[2 * stride], d3 = d[3 * stride];
    const uint32_t d4 = d[4 * stride] + shift, d5 = d[5 * stride] + shift;
    const uint32_t even = d4 - d2, odd = d3 - d[stride];
    to[0] = even + 4 * (d[0] - d2);
    to[1] = d4 - 4 * d2 + (d3 - 4 * d[stride]);
    to[2] = d4 - 4 * d2 - (d3 - 4 * d[stride]);
    to[3] = even + 2 * odd;
    to[4] = even - 2 * odd;
    to[5] = d5 - d3 - 4 * odd;
}

static void transform_columns(const int8_t *const rows[6], int32_t bytes,
                              uint32_t *columns) {
    for (int32_t i = 0; i < 2 * bytes / 4; i++) {
        uint32_t inputs[6];
        for (int32_t row = 0; row < 6; row++) {
            const uint32_t word = tcnn_load_4(&rows[row][i / 2 * 4]) ^ 0x80808080U;
            inputs[row] = (i % 2 ? word >> 8 : word) & 0x00FF00FFU;
        }
        transform_inputs(inputs, 1, 0, &columns[6 * i]);
    }
}

static void transform_rows(const uint32_t *columns, int32_t stride, int32_t pairs,
                           uint32_t *v) {
    for (int32_t pair = 0; pair < pairs; pair++) {
        for (int32_t row = 0; row < 6; row++) {
            const uint32_t *from = &columns[6 * pair + row];
            transform_inputs(from, stride, SHIFT, &v[2 * POSITIONS * pair + 6 * row]);
        }
    }
}

static void multiply(uint32_t *v, const int32_t *weights, int32_t pairs) {
    uint32_t *m = &v[2 * POSITIONS * pairs];
    for (int32_t i = 0; i < 8 * POSITIONS; i++) {
        const int32_t sum = i / POSITIONS, position = i % POSITIONS;
        m[i] = 0;
        for (int32_t pair = 0; pair < pairs; pair++) {
            const uint32_t x = v[(2 * pair + sum / 4) * POSITIONS + position];
            const int32_t w = weights[(position * pairs + pair) * 4 + sum % 4];
            m[i] = tcnn_smlad(x, (uint32_t)w, m[i]);
        }
    }
}

/* A' by six numbers, `stride` apart, in place. */
static void transform_outputs(uint32_t *m, int32_t stride) {
    const uint32_t a = m[stride] + m[2 * stride], b = m[stride] - m[2 * stride];
    const uint32_t c = m[3 * stride] + m[4 * stride];
    const uint32_t d = m[3 * stride] - m[4 * stride];
    m[0] += 4 * a + c;
    m[stride] = 2 * b + d;
    m[2 * stride] = a + c;
    m[3 * stride] = b + 2 * d + m[5 * stride];
}

static int8_t requantize(int32_t doubled, const int32_t *constants) {
    const int64_t product = (int64_t)doubled * constants[0] + (INT64_C(1) << 31);
    const int32_t t = (int32_t)(product >> 32) + constants[1] - (doubled < 0 ? 1 : 0);
    const int32_t value = t >> constants[2];
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

static void finish(uint32_t *m, const int32_t *constants, uint32_t outputs[16],
                   const tile_t *tile) {
    (void)outputs;
    for (int32_t c = 0; c < 4; c++) {
        m[7] += (uint32_t)constants[3];
        for (int32_t i = 0; i < 6; i++) {
            transform_outputs(&m[6 * i], 1);
        }
        for (int32_t i = 0; i < 16; i++) {
            static const int32_t e[4] = {3, 2, 1, 1};
            const int32_t row = i % 4, column = i / 4;
            if (row == 0) {
                transform_outputs(&m[column], 6);
            }
            uint32_t sum = m[6 * row + column] * 954437177U; /* the inverse of 9 */
            if (row >= 2 && column >= 2) {
                sum += (uint32_t)constants[2 * row + column - 2];
            }
            const int32_t doubled = (int32_t)sum >> (e[row] + e[column] - 1);
            int8_t *pixel =
                &tile->output[row * tile->row_bytes + column * tile->column_bytes];
            pixel[c] = requantize(doubled, constants);
        }
        m += POSITIONS;
        constants += CONSTANT_WORDS;
    }
}
#endif

#endif /* TCNN_WINOGRAD_STEPS_H */
