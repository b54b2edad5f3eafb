/*
 * pins_arduino.h - the simulated Arduino Nano 33 BLE Sense (nRF52840)
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PINS_ARDUINO_H
#define PINS_ARDUINO_H

#define NRF52840_XXAA
#define BOARD_NAME "simulated Arduino Nano 33 BLE Sense"
#define VARIANT_MCK 64000000u
#define LED_BUILTIN 13u

#endif /* PINS_ARDUINO_H */
