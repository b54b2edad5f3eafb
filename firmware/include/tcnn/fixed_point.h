/*
 * fixed_point.h - the roundings of the reference kernels, shared by the kernels
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernels reproduce bit for bit what LiteRT's reference kernels (BUILTIN_REF) and
 * TFLite Micro compute:
 *   - requantize: 32-bit fixed-point multiplier and shift, rounded twice (the doubling
 *     high multiply to nearest, then the right shift to nearest, ties away from zero);
 *   - FULLY_CONNECTED alone rounds once in LiteRT, ties away from zero.
 * A shift is a power of two: positive to the left, negative to the right.
 */
#ifndef TCNN_FIXED_POINT_H
#define TCNN_FIXED_POINT_H

#include <stdint.h>

#include "optimize.h"

static inline int32_t tcnn_min(int32_t a, int32_t b) { return a < b ? a : b; }

static inline int32_t tcnn_max(int32_t a, int32_t b) { return a > b ? a : b; }

static inline int32_t tcnn_clamp(int32_t value, int32_t lowest, int32_t highest) {
    return tcnn_min(tcnn_max(value, lowest), highest);
}

/* a * b / 2^31, rounded to nearest, ties upwards (gemmlowp's
 * SaturatingRoundingDoublingHighMul for b >= 0). */
static inline int32_t tcnn_doubling_high_multiply(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

/* value / 2^exponent, rounded to nearest, ties away from zero (gemmlowp's
 * RoundingDivideByPOT). */
static inline int32_t tcnn_divide_by_power_of_two(int32_t value, int32_t exponent) {
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1);
    const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

/* value * multiplier / 2^31 * 2^shift, rounded twice (TFLite's
 * MultiplyByQuantizedMultiplier). */
static inline int32_t tcnn_requantize(int32_t value, int32_t multiplier,
                                      int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)value << left);
    return tcnn_divide_by_power_of_two(tcnn_doubling_high_multiply(shifted, multiplier),
                                       right);
}

/* A term of ADD or SUB on the scale that both terms share, with 20 bits of headroom
 * against the roundings. */
static inline int32_t tcnn_rescale_term(int32_t value, int32_t multiplier,
                                        int32_t shift) {
    return tcnn_requantize(value * (1 << 20), multiplier, shift);
}

/* product / 2^right, rounded to nearest, ties away from zero; right is 1 to 62. */
static inline int32_t tcnn_round_once(int64_t product, int32_t right) {
    const int64_t half = INT64_C(1) << (right - 1);
    return (int32_t)((product + half - (product < 0 ? 1 : 0)) >> right);
}

/* value * multiplier / 2^31 * 2^shift, rounded once, ties away from zero. */
static inline int32_t tcnn_requantize_once(int32_t value, int32_t multiplier,
                                           int32_t shift) {
    return tcnn_round_once((int64_t)value * multiplier, 31 - shift);
}

#endif /* TCNN_FIXED_POINT_H */
