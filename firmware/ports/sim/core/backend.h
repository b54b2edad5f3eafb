/*
 * backend.h - what an emulated board provides to the core, and the core to it
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the sketch for ever; called once memory is ready. */
void core_main(void);

/* Starts the clock, the serial link and the pins; called before setup(). */
void backend_init(void);

/* Free-running microseconds. */
uint32_t backend_micros(void);

/* Bytes that have arrived and were not read. */
uint32_t backend_available(void);

/* The next of them; -1 when there is none. */
int backend_read(void);

/* Sends all of `data`; blocks until it is gone. */
void backend_write(const uint8_t *data, uint32_t size);

/* Drives an output high or low; boards without the pin ignore it. */
void backend_pin(uint8_t pin, bool high);

#ifdef __cplusplus
}
#endif

#endif /* BACKEND_H */
