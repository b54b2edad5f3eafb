/*
 * pins_arduino.h - ARM's MPS2 boards, as QEMU emulates them
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PINS_ARDUINO_H
#define PINS_ARDUINO_H

#ifndef BOARD_NAME
#define BOARD_NAME "QEMU mps2-an386"
#endif
#ifndef VARIANT_MCK
#define VARIANT_MCK 25000000u
#endif
#define LED_BUILTIN 0u

#endif /* PINS_ARDUINO_H */
