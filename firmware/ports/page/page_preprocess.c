/*
 * page_preprocess.c - a device's preprocessing as WebAssembly, for a page's own
 * pictures SPDX-License-Identifier: Apache-2.0
 *
 * The module imports nothing and keeps all in its memory, which it exports.
 *   heap()                  the first address that is free; what follows is the
 * caller's preprocess(p, input)    preprocess.h is the manual; `p` is the address of a
 * struct that the caller lays out as checked here
 */
#include <stddef.h>

#include "preprocess.h"
#include "wasm_module.h"

/* The page writes the struct word by word: these must lie where it puts them. */
#define IS_WORD(field, number) (offsetof(tcnn_preprocess_t, field) == 4 * (number))
_Static_assert(IS_WORD(width, 0) && IS_WORD(channels, 3), "size");
_Static_assert(IS_WORD(along.inputs, 4) && IS_WORD(along.weights, 8), "a line");
_Static_assert(IS_WORD(across.inputs, 9) && IS_WORD(across.weights, 13), "the lines");
_Static_assert(IS_WORD(frame_pixel_step, 14) && IS_WORD(input_line_step, 17), "steps");
_Static_assert(IS_WORD(table, 18) && IS_WORD(lines, 21), "addresses");
_Static_assert(sizeof(tcnn_preprocess_t) == 92, "23 words");

extern uint8_t __heap_base; /* the linker's: behind stack and constants */

TCNN_WASM_EXPORT("heap") const uint8_t *page_heap(void) { return &__heap_base; }

TCNN_WASM_EXPORT("preprocess")
void page_preprocess(const tcnn_preprocess_t *preprocess, int8_t *input) {
    tcnn_preprocess(preprocess, input);
}
