/*
 * wasm_string.c - the functions of string.h that the runtime or the compiler calls
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile with -ffreestanding: a loop that copies must not become a call of memcpy.
 */
#include <stdint.h>
#include <string.h>

#undef memcpy
#undef memmove
#undef memset

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t i = 0; i < size; i++) {
        out[i] = in[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if ((uintptr_t)to <= (uintptr_t)from) {
        for (size_t i = 0; i < size; i++) {
            out[i] = in[i];
        }
        return to;
    }
    while (size > 0) {
        size--;
        out[size] = in[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size) {
    uint8_t *out = to;
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)value;
    }
    return to;
}

int memcmp(const void *one, const void *other, size_t size) {
    const uint8_t *a = one;
    const uint8_t *b = other;
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}
