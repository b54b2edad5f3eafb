/*
 * schema_generated.h - a model of which only the version is known
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FAKE_SCHEMA_GENERATED_H
#define FAKE_SCHEMA_GENERATED_H

#include <stdint.h>

#ifndef FAKE_MODEL_VERSION
#define FAKE_MODEL_VERSION 3
#endif

namespace tflite {

struct Model {
    uint32_t version() const { return FAKE_MODEL_VERSION; }
};

inline const Model *GetModel(const void *) {
    static const Model model = {};
    return &model;
}

} // namespace tflite

#endif /* FAKE_SCHEMA_GENERATED_H */
