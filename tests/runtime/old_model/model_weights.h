/*
 * model_weights.h - the tables of the compiled model
 * Written by tinycnn 0.1.0 from a model of SHA-256
 * 57d8ec4f49d3160bbde736d440543a08e182b6a53d6533685e0f26569c41fd9b. Do not edit.
 */
#ifndef OLD_MODEL_WEIGHTS_H
#define OLD_MODEL_WEIGHTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const int8_t old_op0_weights[72];
extern const int32_t old_op0_bias[4];
extern const int32_t old_op0_multiplier[4];
extern const int8_t old_op0_shift[4];

#ifdef __cplusplus
}
#endif

#endif /* OLD_MODEL_WEIGHTS_H */
