/*
 * lab_module.c - kernels without a model, as WebAssembly for a page's experiments
 * SPDX-License-Identifier: Apache-2.0
 *
 * The module imports nothing and keeps all in its memory, which it exports.
 *   heap()       the first address that is free; everything from there is the caller's
 *   conv_2d(params, input, weights, bias, output)
 *                conv_2d.h is the manual; `params` is the address of its struct
 */
#include "conv_2d.h"
#include "wasm_module.h"

extern uint8_t __heap_base; /* the linker's: behind stack and constants */

TCNN_WASM_EXPORT("heap") const uint8_t *lab_heap(void) { return &__heap_base; }

TCNN_WASM_EXPORT("conv_2d")
void lab_conv_2d(const tcnn_conv_2d_params_t *params, const int8_t *input,
                 const int8_t *weights, const int32_t *bias, int8_t *output) {
    tcnn_conv_2d_s8(params, input, weights, bias, output);
}
