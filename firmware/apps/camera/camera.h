/*
 * camera.h - classifies what an OV7675 camera sees
 * SPDX-License-Identifier: Apache-2.0
 *
 * The camera of the Tiny Machine Learning Kit on an Arduino Nano 33 BLE, by the library
 * Arduino_OV767X. It takes the pins of Serial1, D0 and D1. Call both after
 * tcnn_harness_init.
 */
#ifndef TCNN_CAMERA_H
#define TCNN_CAMERA_H

#include "preprocess.h"
#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the camera for frames of 160x120 pixels, grey or RGB565; takes a second. */
void tcnn_camera_begin(const tcnn_preprocess_t *preprocess);

/* While no host asks for anything: runs the model on a frame that just begins and
 * prints the label of the highest score, and the score; or what is wrong with the
 * camera. Returns soon when no frame begins. Call it for ever. */
void tcnn_camera_poll(const tcnn_model_t *model, const tcnn_preprocess_t *preprocess,
                      const char *const *labels);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_CAMERA_H */
