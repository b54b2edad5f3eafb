/*
 * wasm_model.c - a model's own functions, for who calls them without the link
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile with -DTCNN_MODEL=<name>_model; wasm_module.h is the manual.
 */
#include "tcnn.h"
#include "wasm_module.h"

extern const tcnn_model_t TCNN_MODEL;

TCNN_WASM_EXPORT("arena") uint8_t *module_arena(void) { return TCNN_MODEL.arena; }

TCNN_WASM_EXPORT("arena_bytes") uint32_t module_arena_bytes(void) {
    return TCNN_MODEL.arena_bytes;
}

TCNN_WASM_EXPORT("sha256") const uint8_t *module_sha256(void) {
    return TCNN_MODEL.sha256;
}

TCNN_WASM_EXPORT("input_count") uint32_t module_input_count(void) {
    return TCNN_MODEL.input_count;
}

TCNN_WASM_EXPORT("input") uint8_t *module_input(uint32_t i) {
    return TCNN_MODEL.arena + TCNN_MODEL.inputs[i].offset;
}

TCNN_WASM_EXPORT("input_bytes") uint32_t module_input_bytes(uint32_t i) {
    return TCNN_MODEL.inputs[i].bytes;
}

TCNN_WASM_EXPORT("output_count") uint32_t module_output_count(void) {
    return TCNN_MODEL.output_count;
}

TCNN_WASM_EXPORT("output") uint8_t *module_output(uint32_t i) {
    return TCNN_MODEL.arena + TCNN_MODEL.outputs[i].offset;
}

TCNN_WASM_EXPORT("output_bytes") uint32_t module_output_bytes(uint32_t i) {
    return TCNN_MODEL.outputs[i].bytes;
}

TCNN_WASM_EXPORT("invoke") void module_invoke(void) {
    TCNN_MODEL.invoke(TCNN_MODEL.arena);
}

TCNN_WASM_EXPORT("steps") uint32_t module_steps(void) { return TCNN_MODEL.steps; }

TCNN_WASM_EXPORT("step") void module_step(uint32_t i) {
    TCNN_MODEL.step(TCNN_MODEL.arena, i);
}
