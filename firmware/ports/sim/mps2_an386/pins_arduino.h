/*
 * pins_arduino.h - ARM's MPS2 board with the AN386 image, as QEMU emulates it
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PINS_ARDUINO_H
#define PINS_ARDUINO_H

#define BOARD_NAME "QEMU mps2-an386"
#define VARIANT_MCK 25000000u
#define LED_BUILTIN 0u

#endif /* PINS_ARDUINO_H */
