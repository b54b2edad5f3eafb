/*
 * optimize.h - kernels keep their speed where sketches are compiled for size
 * SPDX-License-Identifier: Apache-2.0
 *
 * To be included before any function. Twice as fast on a Cortex-M by GCC -Os; clang has
 * no such pragma.
 */
#ifndef TCNN_OPTIMIZE_H
#define TCNN_OPTIMIZE_H

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2")
#endif

#endif /* TCNN_OPTIMIZE_H */
