/*
 * micro_interpreter.h - an interpreter whose output is its input's first bytes plus one
 * SPDX-License-Identifier: Apache-2.0
 *
 * FAKE_INPUT_BYTES and FAKE_OUTPUT_BYTES are the sizes of both, as of the tests' model;
 * FAKE_ARENA_BYTES is what it needs; with FAKE_BAD_KERNEL every run fails.
 */
#ifndef FAKE_MICRO_INTERPRETER_H
#define FAKE_MICRO_INTERPRETER_H

#include <stddef.h>
#include <stdint.h>

#include "micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

#ifndef TFLITE_SCHEMA_VERSION
#define TFLITE_SCHEMA_VERSION (3)
#endif

#ifndef FAKE_INPUT_BYTES
#define FAKE_INPUT_BYTES 756
#endif
#ifndef FAKE_OUTPUT_BYTES
#define FAKE_OUTPUT_BYTES 16
#endif
#ifndef FAKE_ARENA_BYTES
#define FAKE_ARENA_BYTES 2048
#endif

#define FAKE_INPUT_OFFSET 64

FAKE_BEGIN

struct TfLiteTensor {
    union {
        uint8_t *uint8;
    } data;
    size_t bytes;
};

class MicroInterpreter {
  public:
    MicroInterpreter(const Model *, const MicroOpResolver &, uint8_t *arena,
                     size_t arena_bytes)
        : arena_bytes_(arena_bytes),
          input_{{arena + FAKE_INPUT_OFFSET}, FAKE_INPUT_BYTES},
          output_{{arena}, FAKE_OUTPUT_BYTES} {}

    TfLiteStatus AllocateTensors() {
        return arena_bytes_ < FAKE_ARENA_BYTES ? kTfLiteError : kTfLiteOk;
    }

    TfLiteTensor *input(size_t) { return &input_; }
    TfLiteTensor *output(size_t) { return &output_; }
    size_t arena_used_bytes() const { return FAKE_ARENA_BYTES; }

    TfLiteStatus Invoke() {
        for (size_t i = 0; i < output_.bytes; i++) {
            output_.data.uint8[i] = (uint8_t)(input_.data.uint8[i] + 1);
        }
#ifdef FAKE_BAD_KERNEL
        return kTfLiteError;
#else
        return kTfLiteOk;
#endif
    }

  private:
    size_t arena_bytes_;
    TfLiteTensor input_;
    TfLiteTensor output_;
};

FAKE_END

#endif /* FAKE_MICRO_INTERPRETER_H */
