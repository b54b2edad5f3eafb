/*
 * pins_arduino.h - simulated boards: any core and memories, the nRF52840's peripherals
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who builds says BOARD_NAME and VARIANT_MCK, the clock in Hz; for boards with this
 * very chip NRF52840_XXAA, too.
 */
#ifndef PINS_ARDUINO_H
#define PINS_ARDUINO_H

#define LED_BUILTIN 13u

#endif /* PINS_ARDUINO_H */
