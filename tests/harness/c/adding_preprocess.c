/*
 * adding_preprocess.c - for tests: byte i of the input is byte i of a raw frame plus
 * byte i + 1000
 * SPDX-License-Identifier: Apache-2.0
 */
#include "preprocess.h"

static uint8_t frame[50 * 40 * 2];

static void add(const tcnn_preprocess_t *preprocess, int8_t *input) {
    uint8_t *to = (uint8_t *)input;
    for (uint32_t i = 0; i < INPUT_BYTES; i++) {
        to[i] = (uint8_t)(preprocess->frame[i] + preprocess->frame[i + 1000]);
    }
}

extern const tcnn_preprocess_t adding_preprocess;
const tcnn_preprocess_t adding_preprocess = {
    .width = 50,
    .height = 40,
    .pixels = TCNN_RGB565,
    .frame = frame,
    .run = add,
};
