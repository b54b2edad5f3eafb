/*
 * camera_main.cpp - runs the camera's sketch for five seconds on a fake board:
 * `SCENE SCORE`, where the scene is frames, host, silent or missing
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every 200 ms a pulse of 2 ms tells that a frame begins; to read one takes 150 ms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Arduino.h"
#include "Arduino_OV767X.h"
#include "camera.h"
#include "harness.h"

FakeCamera Camera;
static unsigned long now_ms;
static const char *scene;
static int8_t score;
static uint8_t arena[16];
static uint8_t frame[160 * 120];

unsigned long millis() { return now_ms; }

PinStatus digitalRead(uint8_t pin) {
    const bool has_frames = strcmp(scene, "silent") != 0;
    return has_frames && pin == OV7670_VSYNC && now_ms % 200 < 2 ? HIGH : LOW;
}

int FakeCamera::begin(int resolution, int format, int fps, int camera_name) {
    printf("begin %s %s %d %s\n", resolution == QQVGA ? "160x120" : "?",
           format == GRAYSCALE ? "grey" : "rgb565", fps,
           camera_name == OV7675 ? "OV7675" : "?");
    return strcmp(scene, "missing") != 0;
}

void FakeCamera::readFrame(void *) {
    printf("%s\n", digitalRead(OV7670_VSYNC) == HIGH ? "read" : "late");
    now_ms += 150;
}

bool tcnn_harness_is_idle(void) { return strcmp(scene, "host") != 0; }
void tcnn_harness_print(const char *text) { fputs(text, stdout); }
void tcnn_port_show(tcnn_state_t) {}

static void run(const tcnn_preprocess_t *, int8_t *) {}

static void invoke(uint8_t *to) {
    to[0] = (uint8_t)-128;
    to[1] = (uint8_t)score;
}

int main(int, char **arguments) {
    scene = arguments[1];
    score = (int8_t)atoi(arguments[2]);
    tcnn_tensor_t input = {};
    tcnn_tensor_t output = {};
    output.bytes = 2;
    output.scale = 1.0f / 32.0f;
    tcnn_model_t model = {};
    model.arena = arena;
    model.inputs = &input;
    model.outputs = &output;
    model.invoke = invoke;
    tcnn_preprocess_t preprocess = {};
    preprocess.pixels = TCNN_GREY;
    preprocess.frame = frame;
    preprocess.run = run;
    const char *const labels[] = {"none", "one"};
    tcnn_camera_begin(&preprocess);
    for (now_ms = 0; now_ms < 5000; now_ms++) {
        tcnn_camera_poll(&model, &preprocess, labels);
    }
    return 0;
}
