/*
 * tcnn_camera.cpp - classifies what an OV7675 camera sees
 * SPDX-License-Identifier: Apache-2.0
 *
 * Camera.readFrame switches interrupts off, USB's too, and waits for a frame to begin:
 * for ever if the camera has come loose. So it is called in the pulse before a frame
 * only, and never while a host talks.
 */
#include <Arduino.h>
#include <Arduino_OV767X.h>

#include "camera.h"
#include "harness.h"

/* Of 1 and 5, which are all that the board can follow. */
#define FRAMES_PER_SECOND 5
#define SILENCE_MS 2000u

/* A blank, a sign, ten digits and their point, the line's end. */
#define SCORE_CHARACTERS 16u
#define DECIMALS 3

static bool has_camera;
static unsigned long seen_ms; /* when a frame was seen, or something else told */

/* Prints the end of a line. */
static void print_score(float score) {
    char text[SCORE_CHARACTERS + 1u] = {0};
    char *to = text + SCORE_CHARACTERS;
    uint32_t rest = (uint32_t)((score < 0.0f ? -score : score) * 1000.0f + 0.5f);
    *--to = '\n';
    *--to = '\r';
    for (int digit = 0; digit <= DECIMALS || rest > 0; digit++) {
        if (digit == DECIMALS) {
            *--to = '.';
        }
        *--to = (char)('0' + rest % 10u);
        rest /= 10u;
    }
    if (score < 0.0f) {
        *--to = '-';
    }
    *--to = ' ';
    tcnn_harness_print(to);
}

/* One output tells two classes apart: it is the probability of the second. */
static void print_side(float second, const char *const *labels) {
    const bool is_second = second > 0.5f;
    tcnn_harness_print(labels[is_second ? 1 : 0]);
    print_score(is_second ? second : 1.0f - second);
}

static void print_class(const tcnn_model_t *model, const char *const *labels) {
    const tcnn_tensor_t *scores = model->outputs;
    const int8_t *values = (const int8_t *)(model->arena + scores->offset);
    uint32_t best = 0;
    if (scores->bytes == 1u) {
        print_side(scores->scale * (float)(values[0] - scores->zero_point), labels);
        return;
    }
    for (uint32_t i = 1; i < scores->bytes; i++) {
        best = values[i] > values[best] ? i : best;
    }
    tcnn_harness_print(labels[best]);
    print_score(scores->scale * (float)(values[best] - scores->zero_point));
}

TCNN_SHARED void tcnn_camera_begin(const tcnn_preprocess_t *preprocess) {
    const int format = preprocess->pixels == TCNN_GREY ? GRAYSCALE : RGB565;
    has_camera = Camera.begin(QQVGA, format, FRAMES_PER_SECOND, OV7675) != 0;
}

TCNN_SHARED void tcnn_camera_poll(const tcnn_model_t *model,
                                  const tcnn_preprocess_t *preprocess,
                                  const char *const *labels) {
    if (!tcnn_harness_is_idle()) {
        seen_ms = millis();
        return;
    }
    if (has_camera && digitalRead(OV7670_VSYNC) == HIGH) {
        tcnn_port_show(TCNN_BUSY);
        Camera.readFrame(preprocess->frame);
        preprocess->run(preprocess, (int8_t *)(model->arena + model->inputs->offset));
        model->invoke(model->arena);
        print_class(model, labels);
        seen_ms = millis();
    } else if (millis() - seen_ms > SILENCE_MS) {
        tcnn_harness_print(has_camera ? "error: the camera sends no frames\r\n"
                                      : "error: no camera found at start\r\n");
        seen_ms = millis();
    }
}
