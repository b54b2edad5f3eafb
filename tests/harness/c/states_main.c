/*
 * states_main.c - feeds the harness one message a poll and prints what it shows
 * SPDX-License-Identifier: Apache-2.0
 *
 * The messages are the arguments, in hexadecimal; after each, one poll hears nothing.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"

extern const tcnn_model_t counting_model;

static const char *message = "";

void tcnn_port_init(tcnn_port_info_t *info) { info->board = "test"; }

uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    unsigned int byte = 0;
    while (count < size && sscanf(message, "%2x", &byte) == 1) {
        data[count++] = (uint8_t)byte;
        message += 2;
    }
    return count;
}

void tcnn_port_write(const uint8_t *data, uint32_t size) {
    (void)data;
    (void)size;
}

uint32_t tcnn_port_cycles(void) { return 0; }

uint32_t tcnn_port_micros(void) { return 0; }

void tcnn_port_show(tcnn_state_t state) { printf("%d ", (int)state); }

int main(int count, char **arguments) {
    tcnn_harness_init(&counting_model);
    tcnn_harness_poll();
    for (int i = 1; i < count; i++) {
        message = arguments[i];
        while (*message != '\0') {
            tcnn_harness_poll();
        }
        tcnn_harness_poll();
    }
    return 0;
}
