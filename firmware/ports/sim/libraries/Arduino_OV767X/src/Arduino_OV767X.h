/*
 * Arduino_OV767X.h - a camera for emulated boards, with the interface of the library
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only what a generated sketch uses. It sees a pattern that differs from frame to
 * frame, and ever less light: byte i of frame n, from 0, is the low eight bits of
 * ((i * i / 64) + n * i) / 8, shifted right by n % 8.
 */
#ifndef ARDUINO_OV767X_H
#define ARDUINO_OV767X_H

#include <Arduino.h>

#define OV7670_VSYNC 8

enum { RGB565 = 2, GRAYSCALE = 4 };
enum { OV7670 = 0, OV7675 = 1 };
enum { QQVGA = 4 };

class OV767X {
  public:
    /* 0 where the board could not follow, or the camera is another. */
    int begin(int resolution, int format, int fps, int camera_name = OV7670) {
        bytes = 160u * 120u * (format == GRAYSCALE ? 1u : 2u);
        return resolution == QQVGA && (format == GRAYSCALE || format == RGB565) &&
               (fps == 1 || fps == 5) && camera_name == OV7675;
    }

    void readFrame(void *buffer) {
        uint8_t *to = (uint8_t *)buffer;
        for (uint32_t i = 0; i < bytes; i++) {
            to[i] = (uint8_t)((i * i / 64u + frames * i) / 8u) >> frames % 8u;
        }
        frames++;
    }

  private:
    uint32_t bytes;
    uint32_t frames;
};

static OV767X Camera;

#endif /* ARDUINO_OV767X_H */
