/*
 * text_main.c - writes what follows as the text dialect does: bits of floats, in hex
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "tcnn_text.h"

void tcnn_port_write(const uint8_t *data, uint32_t size) {
    fwrite(data, 1, size, stdout);
}

int main(void) {
    unsigned int bits = 0;
    while (scanf("%x", &bits) == 1) {
        float value;
        memcpy(&value, &bits, sizeof value);
        tcnn_text_float(value);
        tcnn_text("\n");
    }
    tcnn_text_ready();
    return 0;
}
