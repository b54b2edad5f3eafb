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
} tcnn_dtype_t;

/* One input or output of a model: real = scale * (value - zero_point). */
typedef struct {
    tcnn_dtype_t dtype;
    uint32_t rank;                 /* dimensions used of `shape` */
    uint32_t shape[TCNN_MAX_RANK]; /* NHWC */
    float scale;                   /* 0 for TCNN_FLOAT32 */
    int32_t zero_point;
    uint32_t offset; /* place in the arena, in bytes */
    uint32_t bytes;
} tcnn_tensor_t;

/* Everything that a caller needs to know of a generated model. */
typedef struct tcnn_model {
    const char *name;
    const char *generator; /* program and version that wrote the code */
    const char *numerics;  /* whose arithmetic it equals bit for bit: litert or tflm */
    uint8_t sha256[32];    /* of the .tflite file */
    uint8_t *arena;        /* aligned to 16 bytes; holds inputs, outputs and scratch */
    uint32_t arena_bytes;  /* what the model uses of it */
    uint32_t input_count;  /* 1 to TCNN_MAX_TENSORS */
    const tcnn_tensor_t *inputs;
    uint32_t output_count; /* 1 to TCNN_MAX_TENSORS */
    const tcnn_tensor_t *outputs;
    void (*invoke)(uint8_t *arena); /* inputs -> outputs, all inside the arena */
    uint32_t steps;                 /* kernel calls of one inference */
    void (*step)(uint8_t *arena, uint32_t number); /* one of them; 0 to steps - 1 */
    /* Makes the model ready, once and before all else: NULL, or in a few words why it
     * cannot run. NULL itself where there is nothing to do. */
    const char *(*start)(void);
} tcnn_model_t;

#ifdef __cplusplus
}
#endif

#endif /* TCNN_H */
