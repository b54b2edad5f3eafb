/*
 * resize/bilinear_quads.c - RESIZE_BILINEAR, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sums fit 32 bits: weights are within -512 and 1536, and add up to 1024.
 */
#include "dsp.h"

#include "resize.h"

#define ONE 1024 /* weights have 10 fraction bits */

/* The weights of the left and the right pixel as lanes, of the upper and lower row. */
typedef struct {
    uint32_t across;
    int32_t up;
    int32_t down;
} weights_t;

/* Of the upper pair of pixels, as lanes, and the lower; rounded to nearest, ties away
 * from zero. */
static inline int8_t blend(weights_t w, uint32_t upper, uint32_t lower) {
    const int32_t top = (int32_t)tcnn_smlad(upper, w.across, 0);
    const int32_t bottom = (int32_t)tcnn_smlad(lower, w.across, 0);
    const int32_t sum = top * w.up + bottom * w.down;
    return (int8_t)((sum + (sum >> 31) + (1 << 19)) >> 20);
}

static inline uint32_t pair(int8_t left, int8_t right) {
    return tcnn_pack_low((uint32_t)left, (uint32_t)right);
}

TCNN_SHARED void
tcnn_resize_bilinear_s8_dsp(const tcnn_resize_bilinear_params_t *params,
                            const int8_t *input, int8_t *output) {
    const tcnn_resize_bilinear_params_t *p = params;
    const int32_t depth = p->channels;
    const int32_t row_size = p->input_width * depth;
    for (int32_t y = 0; y < p->output_height; y++) {
        const int8_t *upper = &input[p->rows[2 * y] * row_size];
        const int32_t below = (p->rows[2 * y + 1] - p->rows[2 * y]) * row_size;
        weights_t w = {0, ONE - p->row_weights[y], p->row_weights[y]};
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t across = p->column_weights[x];
            const int8_t *left = &upper[p->columns[2 * x] * depth];
            const int8_t *right = &upper[p->columns[2 * x + 1] * depth];
            w.across = tcnn_pack_low((uint32_t)(ONE - across), (uint32_t)across);
            TCNN_ROLLED
            for (int32_t i = depth >> 2; i > 0; i--) {
                const uint32_t a = tcnn_load_4(left), b = tcnn_load_4(right);
                const uint32_t c = tcnn_load_4(&left[below]);
                const uint32_t d = tcnn_load_4(&right[below]);
                const uint32_t a_even = tcnn_even_bytes(a), a_odd = tcnn_odd_bytes(a);
                const uint32_t b_even = tcnn_even_bytes(b), b_odd = tcnn_odd_bytes(b);
                const uint32_t c_even = tcnn_even_bytes(c), c_odd = tcnn_odd_bytes(c);
                const uint32_t d_even = tcnn_even_bytes(d), d_odd = tcnn_odd_bytes(d);
                output[0] = blend(w, tcnn_pack_low(a_even, b_even),
                                  tcnn_pack_low(c_even, d_even));
                output[1] =
                    blend(w, tcnn_pack_low(a_odd, b_odd), tcnn_pack_low(c_odd, d_odd));
                output[2] = blend(w, tcnn_pack_high(a_even, b_even),
                                  tcnn_pack_high(c_even, d_even));
                output[3] = blend(w, tcnn_pack_high(a_odd, b_odd),
                                  tcnn_pack_high(c_odd, d_odd));
                left += 4;
                right += 4;
                output += 4;
            }
            TCNN_ROLLED
            for (int32_t i = depth & 3; i > 0; i--) {
                const uint32_t lower = pair(left[below], right[below]);
                *output++ = blend(w, pair(*left++, *right++), lower);
            }
        }
    }
}
