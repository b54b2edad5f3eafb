/*
 * tcnn.h - types shared by generated models, kernels and the harness
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tensors are NHWC with batch 1. Sizes, strides and offsets were checked when the code
 * was generated; kernels trust them. The header of each family of kernels names the
 * TFLite operators that it reproduces bit for bit, and is their manual.
 */
#ifndef TCNN_H
#define TCNN_H

#include <stdint.h>

#include "tcnn_version.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tinycnn packs constants for little-endian processors"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Largest number of dimensions of a model's input or output. */
#define TCNN_MAX_RANK 6

/* Most inputs, and most outputs, of a model. */
#define TCNN_MAX_TENSORS 8

/* Bytes before and behind an arena that nobody writes, for the harness to watch. */
#define TCNN_GUARD_BYTES 16

/* Checks inside kernels; shapes were proven when the code was generated. */
#ifndef TCNN_ASSERT
#define TCNN_ASSERT(condition) ((void)0)
#endif

/* Each function of the runtime that others call: where several models bring the same,
 * it is linked once. */
#if defined(__GNUC__) && !defined(_WIN32)
#define TCNN_SHARED __attribute__((weak))
#else
#define TCNN_SHARED
#endif

#define TCNN_ALIGN(bytes) __attribute__((aligned(bytes)))

typedef enum {
    TCNN_INT8 = 0,
    TCNN_UINT8 = 1,
    TCNN_FLOAT32 = 2,
    TCNN_INT32 = 3,
    TCNN_INT64 = 4,
} tcnn_dtype_t;

/* One input or output of a model: real = scale * (value - zero_point); where scale is
 * 0, the values are what they say: real numbers, or whole ones such as the number of a
 * class. */
typedef struct {
    tcnn_dtype_t dtype; /* one of the above; what the values are */
    /* dimensions used of `shape`; 0 to TCNN_MAX_RANK, 0: one value */
    uint32_t rank;
    uint32_t shape[TCNN_MAX_RANK]; /* NHWC, outermost first; 1 or more, unused: 0 */
    float scale;                   /* above 0; 0 but for TCNN_INT8 and TCNN_UINT8 */
    /* -128 to 255: the value that stands for 0; 0 where scale is 0 */
    int32_t zero_point;
    /* bytes from the start of the arena; 0 or more, not used of an input that is fed */
    uint32_t offset;
    uint32_t bytes; /* of all values; 1 or more */
} tcnn_tensor_t;

/* Everything that a caller needs to know of a generated model. */
typedef struct tcnn_model {
    const char *name; /* a C identifier; never NULL */
    /* program and version that wrote the code; never NULL */
    const char *generator;
    /* whose arithmetic it equals bit for bit: "litert" or "tflm"; never NULL */
    const char *numerics;
    uint8_t sha256[32]; /* of the .tflite file, any bytes */
    /* holds inputs, outputs and scratch; aligned to 16 bytes, never NULL */
    uint8_t *arena;
    uint32_t arena_bytes;         /* what the model uses of it; 1 or more */
    uint32_t input_count;         /* 1 to TCNN_MAX_TENSORS */
    const tcnn_tensor_t *inputs;  /* one each; never NULL */
    uint32_t output_count;        /* 1 to TCNN_MAX_TENSORS */
    const tcnn_tensor_t *outputs; /* one each; never NULL */
    /* inputs -> outputs, all inside the arena, but what was fed; never NULL */
    void (*invoke)(uint8_t *arena);
    /* kernel calls of one inference; 0 or more, 0: outputs are inputs */
    uint32_t steps;
    /* one of them, 0 to steps - 1; never NULL */
    void (*step)(uint8_t *arena, uint32_t number);
    /* makes the model ready, once and before all else: NULL, or in a few words why it
     * cannot run; NULL itself: nothing to do */
    const char *(*start)(void);
    /* before and behind the arena, for who watches it: TCNN_GUARD_BYTES, or 0: there
     * are none, 0 to 255 */
    uint32_t guard_bytes;
    /* takes bytes of the one input from `offset` on, which follow those taken before,
     * at 0 a new input; invoke comes behind the last; NULL: inputs lie in the arena */
    void (*feed)(uint8_t *arena, const int8_t *bytes, uint32_t offset, uint32_t size);
} tcnn_model_t;

#ifdef __cplusplus
}
#endif

#endif /* TCNN_H */
