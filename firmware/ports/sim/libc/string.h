/*
 * string.h - for compilers that bring the functions but no headers (zig, freestanding)
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *destination, const void *source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* STRING_H */
