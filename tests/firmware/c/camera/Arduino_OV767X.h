/*
 * Arduino_OV767X.h - a camera that tells what it is asked
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ARDUINO_OV767X_H
#define ARDUINO_OV767X_H

#define OV7670_VSYNC 8

enum { RGB565 = 2, GRAYSCALE = 4 };
enum { OV7670 = 0, OV7675 = 1 };
enum { QQVGA = 4 };

struct FakeCamera {
    int begin(int resolution, int format, int fps, int camera_name);
    void readFrame(void *buffer);
};

extern FakeCamera Camera;

#endif /* ARDUINO_OV767X_H */
