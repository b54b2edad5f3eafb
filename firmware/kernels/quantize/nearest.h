/*
 * nearest.h - floats to integers as C's round() does
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_NEAREST_H
#define TCNN_NEAREST_H

#include <stdint.h>

/* Nearest integer, ties away from zero; values beyond int8 need not be exact. Halves
 * are among the 65,536ths that the conversion keeps. */
static inline int32_t tcnn_nearest(float value) {
    const float least = value < -1000.0f ? -1000.0f : value;
    const int32_t parts = (int32_t)((least > 1000.0f ? 1000.0f : least) * 65536.0f);
    return (parts + 32768 + (parts >> 31)) >> 16;
}

#endif /* TCNN_NEAREST_H */
