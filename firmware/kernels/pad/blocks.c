/*
 * pad/blocks.c - PAD, runs of elements and of padding by words
 * SPDX-License-Identifier: Apache-2.0
 *
 * The output may lie over the input: of each block all is read before it is written.
 */
#include "dsp.h"

#include "pad.h"

static inline int8_t *fill_4(int8_t *to, uint32_t word) {
    tcnn_store_4(to, word);
    return to + 4;
}

/* What is left is told by bits: of loops GCC would make calls of memset and memcpy. */
static int8_t *fill(int8_t *to, int32_t value, int32_t size) {
    const uint32_t word = (uint32_t)(uint8_t)value * 0x01010101u;
    TCNN_ROLLED
    for (int32_t i = size >> 4; i > 0; i--) {
        to = fill_4(fill_4(fill_4(fill_4(to, word), word), word), word);
    }
    if ((size & 8) != 0) {
        to = fill_4(fill_4(to, word), word);
    }
    if ((size & 4) != 0) {
        to = fill_4(to, word);
    }
    if ((size & 2) != 0) {
        *to++ = (int8_t)value;
        *to++ = (int8_t)value;
    }
    if ((size & 1) != 0) {
        *to++ = (int8_t)value;
    }
    return to;
}

static int8_t *copy(int8_t *to, const int8_t *from, int32_t size) {
    TCNN_ROLLED
    for (int32_t i = size >> 4; i > 0; i--) {
        tcnn_move_16(to, from);
        from += 16;
        to += 16;
    }
    if ((size & 8) != 0) {
        tcnn_move_8(to, from);
        from += 8;
        to += 8;
    }
    if ((size & 4) != 0) {
        tcnn_store_4(to, tcnn_load_4(from));
        from += 4;
        to += 4;
    }
    if ((size & 2) != 0) {
        const int8_t a = from[0], b = from[1];
        to[0] = a;
        to[1] = b;
        from += 2;
        to += 2;
    }
    if ((size & 1) != 0) {
        *to++ = *from;
    }
    return to;
}

TCNN_SHARED void tcnn_pad_s8_dsp(const tcnn_pad_params_t *params, const int8_t *input,
                                 int8_t *output) {
    const tcnn_pad_params_t *p = params;
    const int32_t *size = p->input_shape, *before = p->before, *after = p->after;
    const int32_t run = size[3];
    const int32_t row = before[3] + run + after[3];
    const int32_t plane = row * (before[2] + size[2] + after[2]);
    const int32_t image = plane * (before[1] + size[1] + after[1]);
    int32_t gap = before[0] * image; /* padding not yet written */
    for (int32_t n = 0; n < size[0]; n++) {
        gap += before[1] * plane;
        for (int32_t y = 0; y < size[1]; y++) {
            gap += before[2] * row;
            for (int32_t x = 0; x < size[2]; x++) {
                output = fill(output, p->value, gap + before[3]);
                output = copy(output, input, run);
                input += run;
                gap = after[3];
            }
            gap += after[2] * row;
        }
        gap += after[1] * plane;
    }
    fill(output, p->value, gap + after[0] * image);
}
