/*
 * tcnn_text.h - text to and from a port without printf, which some libraries lack
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_TEXT_H
#define TCNN_TEXT_H

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts an answer: its characters are counted from here. */
void tcnn_text_begin(void);

/* Writes a character, a text, a number in decimal or so many hexadecimal digits. */
void tcnn_text_char(char c);
void tcnn_text(const char *text);
void tcnn_text_u32(uint32_t value);
void tcnn_text_i32(int32_t value);
void tcnn_text_hex(uint32_t value, uint32_t digits);

/* Writes a foreign text inside brackets: what would end or break them is a '_', and
 * after `most` characters it is cut. */
void tcnn_text_quoted(const char *text, uint32_t most);

/* Writes `value` as printf's %0.3f does; beyond 2^54 the digits of 2^54. */
void tcnn_text_float(float value);

/* Writes m-ready and sends all that was written. */
void tcnn_text_ready(void);

/* The value of a hexadecimal digit; 16 if it is none. */
uint32_t tcnn_text_digit(char c);

/* The next word of a command, which moves on behind it; an empty one at its end. */
char *tcnn_text_word(char **command);

/* True if the texts are equal. */
bool tcnn_text_equal(const char *a, const char *b);

/* The number that `word` is, in decimal: false if it is none, or too large. */
bool tcnn_text_number(const char *word, uint32_t *value);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_TEXT_H */
