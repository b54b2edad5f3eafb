/*
 * multiply.h - what kernels share that need a fast multiplication and no more
 * SPDX-License-Identifier: Apache-2.0
 *
 * For cores like the Cortex-M0+: one cycle to multiply, two to load, eight registers
 * that everything can be done with. Weights are bytes w + 128, for which that core has
 * a load with an offset.
 */
#ifndef TCNN_MULTIPLY_H
#define TCNN_MULTIPLY_H

#include "dsp.h"

/* The first Thumb instructions are enough. */
#if defined(__thumb__) && !TCNN_DSP
#define TCNN_MUL 1
#else
#define TCNN_MUL 0
#endif

/* How the sums of an output channel become bytes. */
typedef struct {
    int32_t start;      /* of the sum; any */
    int32_t multiplier; /* of the sum, over 2^32; 0 or more */
    int32_t offset;     /* added before the last shift; any */
    int32_t left;       /* bits that sums are shifted to the left; 0 to 31, 0: none */
    int32_t right;      /* bits to the right, at the end; 0 to 31, 0: none */
    int32_t less; /* added to negative ones; -1 to 0, 0: nothing is shifted right */
} tcnn_mul_channel_t;

/* x * y; y is 0 or more. A Cortex-M0+ has no such product. */
static inline int64_t tcnn_mul_wide(int32_t x, int32_t y) {
#if TCNN_MUL
    const uint32_t x0 = (uint16_t)x, y0 = (uint16_t)y, low = x0 * y0;
    const int32_t x1 = x >> 16, y1 = y >> 16;
    const uint32_t middle = x0 * (uint32_t)y1 + (low >> 16);
    const int32_t other = x1 * (int32_t)y0 + (int32_t)(middle & 0xFFFFu);
    const int32_t high = x1 * y1 + (int32_t)(middle >> 16) + (other >> 16);
    const uint32_t rest = (uint32_t)other << 16 | (low & 0xFFFFu);
    return (int64_t)((uint64_t)(uint32_t)high << 32 | rest);
#else
    return (int64_t)x * y;
#endif
}

/* x * y / 2^32, rounded to nearest, ties upwards; y is 0 or more. */
static inline int32_t tcnn_mul_high(int32_t x, int32_t y) {
#if TCNN_MUL
    const uint32_t x0 = (uint16_t)x, y0 = (uint16_t)y;
    const int32_t x1 = x >> 16, y1 = y >> 16;
    const uint32_t middle = x0 * (uint32_t)y1 + (x0 * y0 >> 16);
    const int32_t other = x1 * (int32_t)y0 + (int32_t)(middle & 0xFFFFu);
    return x1 * y1 + (int32_t)(middle >> 16) + (((other >> 15) + 1) >> 1);
#else
    return tcnn_high_multiply(x, y);
#endif
}

TCNN_APART TCNN_UNUSED static int8_t tcnn_mul_rescale(int32_t sum,
                                                      const tcnn_mul_channel_t *c) {
    const int32_t scaled = (int32_t)((uint32_t)sum << c->left);
    const int32_t value = tcnn_mul_high(scaled, c->multiplier) + (sum >> 31 & c->less);
    return tcnn_saturate_8((value + c->offset) >> c->right);
}

#endif /* TCNN_MULTIPLY_H */
