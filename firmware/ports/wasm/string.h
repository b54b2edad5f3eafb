/*
 * string.h - what the runtime needs of it, where there is no C library
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_WASM_STRING_H
#define TCNN_WASM_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *one, const void *other, size_t size);

/* Where -ffreestanding forbids it, the compiler still knows what they do: a copy of
 * four bytes is one instruction. Not for who defines them. */
#define memcpy(to, from, size) __builtin_memcpy(to, from, size)
#define memmove(to, from, size) __builtin_memmove(to, from, size)
#define memset(to, value, size) __builtin_memset(to, value, size)

#endif /* TCNN_WASM_STRING_H */
