/*
 * lookup/words.c - functions of one int8 value by a table, four values at a time
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dsp.h"

#include "lookup.h"

/* The outputs for the four bytes of a word. */
static inline uint32_t look_up(const uint8_t *table, uint32_t word) {
    const uint32_t places = word ^ UINT32_C(0x80808080); /* from -128 upwards */
    const uint32_t a = table[places & 255], b = table[places >> 8 & 255];
    const uint32_t c = table[places >> 16 & 255], d = table[places >> 24];
    return a | b << 8 | c << 16 | d << 24;
}

TCNN_SHARED void tcnn_lookup_s8_dsp(const tcnn_lookup_params_t *params,
                                    const int8_t *input, const int8_t *table,
                                    int8_t *output) {
    const uint8_t *outputs = (const uint8_t *)table;
    int32_t left = params->size;
    TCNN_ROLLED
    for (; left >= 8; left -= 8) {
        const uint32_t first = tcnn_load_4(input), second = tcnn_load_4(&input[4]);
        tcnn_store_4(output, look_up(outputs, first));
        tcnn_store_4(&output[4], look_up(outputs, second));
        input += 8;
        output += 8;
    }
    TCNN_ROLLED
    for (; left > 0; left--) {
        *output++ = table[*input++ - INT8_MIN];
    }
}
