/*
 * micro_mutable_op_resolver.h - takes N operators, each once, as the real one does
 * SPDX-License-Identifier: Apache-2.0
 *
 * FAKE_OPERATORS is how many it has. The namespace is tflite, or tflite::micro as in
 * newer releases with FAKE_NEWER.
 */
#ifndef FAKE_MICRO_MUTABLE_OP_RESOLVER_H
#define FAKE_MICRO_MUTABLE_OP_RESOLVER_H

#include <string.h>

#ifdef FAKE_NEWER
#define FAKE_BEGIN                                                                     \
    namespace tflite {                                                                 \
    namespace micro {
#define FAKE_END                                                                       \
    }                                                                                  \
    }
#else
#define FAKE_BEGIN namespace tflite {
#define FAKE_END }
#endif

#ifndef FAKE_OPERATORS
#define FAKE_OPERATORS 8
#endif

FAKE_BEGIN

typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

struct MicroOpResolver {
    unsigned int count = 0;
};

struct FakeKernel {
    const char *name;
};

template <unsigned int N> struct MicroMutableOpResolver : MicroOpResolver {
    const char *names[N];

    TfLiteStatus add(const char *name) {
        for (unsigned int i = 0; i < count; i++) {
            if (strcmp(names[i], name) == 0) {
                return kTfLiteError;
            }
        }
        if (count == N || FAKE_OPERATORS < ++count) {
            return kTfLiteError;
        }
        names[count - 1] = name;
        return kTfLiteOk;
    }

#define FAKE_ADD(NAME, KERNEL)                                                         \
    TfLiteStatus Add##NAME(FakeKernel kernel = FakeKernel{KERNEL}) {                   \
        return add(kernel.name);                                                       \
    }
    FAKE_ADD(Add, "ADD")
    FAKE_ADD(Conv2D, "CONV_2D")
    FAKE_ADD(Dequantize, "DEQUANTIZE")
    FAKE_ADD(FullyConnected, "FULLY_CONNECTED")
    FAKE_ADD(Mean, "MEAN")
    FAKE_ADD(Pad, "PAD")
    FAKE_ADD(Quantize, "QUANTIZE")
    FAKE_ADD(Softmax, "SOFTMAX")
};

inline FakeKernel Register_ADD_INT8() { return {"ADD, int8"}; }
inline FakeKernel Register_CONV_2D_INT8() { return {"CONV_2D, int8"}; }
inline FakeKernel Register_FULLY_CONNECTED_INT8() { return {"FULLY_CONNECTED, int8"}; }
inline FakeKernel Register_SOFTMAX_INT8() { return {"SOFTMAX, int8"}; }

FAKE_END

#endif /* FAKE_MICRO_MUTABLE_OP_RESOLVER_H */
