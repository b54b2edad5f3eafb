/*
 * model_weights.c - the tables of the compiled model
 * Written by tinycnn 0.1.0 from a model of SHA-256
 * 57d8ec4f49d3160bbde736d440543a08e182b6a53d6533685e0f26569c41fd9b. Do not edit.
 */
#include "model_weights.h"

/* op 0 CONV_2D: weights, 4x3x3x2 */
const int8_t old_op0_weights[72] = {
    89, 35, 3, -59, -49, -117, -108, -123, -83, 80, 38, 105, 1, 27, 120, 59, 34, 11, 15,
    111, -57, 81, 44, -127, -27, 91, 14, -119, 68, 59, 88, -83, -105, 93, -122, 11,
    -107, -51, -5, -20, -25, -120, -126, -96, -125, 44, 7, 38, -62, 29, 67, -30, -10,
    127, 78, 123, -31, 47, 115, 38, 87, 48, 52, -28, 96, -93, 20, 56, 88, 6, -32, -48,
};

/* op 0 CONV_2D: bias, 4 */
const int32_t old_op0_bias[4] = {
    -78, -15, 218, 389,
};

/* op 0 CONV_2D: multiplier, 4 */
const int32_t old_op0_multiplier[4] = {
    1374389504, 1374389504, 1374389504, 1374389504,
};

/* op 0 CONV_2D: shift, 4 */
const int8_t old_op0_shift[4] = {
    -6, -6, -6, -6,
};
