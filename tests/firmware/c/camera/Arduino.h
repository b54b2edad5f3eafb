/*
 * Arduino.h - as much of an Arduino core as the camera's sketch uses
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdint.h>

typedef enum { LOW = 0, HIGH = 1 } PinStatus;

unsigned long millis();
PinStatus digitalRead(uint8_t pin);

#endif /* ARDUINO_H */
