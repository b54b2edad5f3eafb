/*
 * core.cpp - the Arduino interface on top of a backend
 * SPDX-License-Identifier: Apache-2.0
 */
#include "Arduino.h"
#include "backend.h"

#define READ_TIMEOUT_US 1000000u
#define FRAME_MS 200u

SerialPort Serial;

void core_main(void) {
    backend_init();
    setup();
    for (;;) {
        loop();
    }
}

void SerialPort::begin(unsigned long baud_rate) {
    (void)baud_rate; /* an emulated link is as fast as its host */
}

int SerialPort::available() { return (int)backend_available(); }

int SerialPort::read() { return backend_read(); }

size_t SerialPort::readBytes(uint8_t *data, size_t size) {
    const uint32_t start = backend_micros();
    size_t count = 0;
    while (count < size && backend_micros() - start < READ_TIMEOUT_US) {
        if (backend_available() > 0) {
            data[count++] = (uint8_t)backend_read();
        }
    }
    return count;
}

size_t SerialPort::write(uint8_t value) { return write(&value, 1); }

size_t SerialPort::write(const uint8_t *data, size_t size) {
    backend_write(data, (uint32_t)size);
    return size;
}

unsigned long micros(void) { return backend_micros(); }

/* Counts on where the 32-bit microseconds wrap, as long as it is called once an hour.
 */
unsigned long millis(void) {
    static uint32_t last_us;
    static uint64_t total_us;
    const uint32_t now_us = backend_micros();
    total_us += now_us - last_us;
    last_us = now_us;
    return (unsigned long)(total_us / 1000u);
}

void delay(unsigned long milliseconds) {
    const unsigned long start = millis();
    while (millis() - start < milliseconds) {
    }
}

void pinMode(uint8_t pin, PinMode mode) {
    (void)pin;
    (void)mode; /* the backend's only pin is an output */
}

void digitalWrite(uint8_t pin, PinStatus status) { backend_pin(pin, status == HIGH); }

/* Who looks after a pulse sees it still: emulated time passes in leaps while the link
 * is waited for. */
PinStatus digitalRead(uint8_t pin) {
    static unsigned long last_frame;
    const unsigned long frame = millis() / FRAME_MS;
    const bool is_new = frame != last_frame;
    (void)pin;
    last_frame = frame;
    return is_new ? HIGH : LOW;
}
