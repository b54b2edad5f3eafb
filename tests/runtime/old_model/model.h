/*
 * model.h - the compiled model: sizes and functions
 * Written by tinycnn 0.1.0 from a model of SHA-256
 * 57d8ec4f49d3160bbde736d440543a08e182b6a53d6533685e0f26569c41fd9b. Do not edit.
 */
#ifndef OLD_MODEL_H
#define OLD_MODEL_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Outputs are equal, bit for bit, to those of the reference "litert".
 * Offsets are places in the arena, in bytes:
 *
 *   INPUT: int8, 1 x 6 x 6 x 2; real = 0.019999999552965164 * (value + 3)
 *   OUTPUT: int8, 1 x 6 x 6 x 4; real = 0.019999999552965164 * (value + 128)
 *
 * Fill the inputs, call old_invoke, read the outputs: inputs may be overwritten.
 * Any other arena of OLD_ARENA_BYTES bytes, aligned to 16, may be given:
 * old_invoke keeps no other state.
 */
#define OLD_ARENA_BYTES 160
#define OLD_STEPS 1
#define OLD_INPUT_OFFSET 88
#define OLD_INPUT_BYTES 72
#define OLD_OUTPUT_OFFSET 0
#define OLD_OUTPUT_BYTES 144

/* An arena to use with old_invoke; left out by the linker when unused. */
extern uint8_t old_arena[OLD_ARENA_BYTES];

/* Computes the output from the input, both inside the arena. */
void old_invoke(uint8_t *arena);

/* One kernel call of old_invoke, which makes those from 0 to
 * OLD_STEPS - 1 in order. */
void old_step(uint8_t *arena, uint32_t number);

/* The model for the harness. */
extern const tcnn_model_t old_model;

#ifdef __cplusplus
}
#endif

#endif /* OLD_MODEL_H */
