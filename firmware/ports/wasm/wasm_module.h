/*
 * wasm_module.h - what a model's WebAssembly exports
 * SPDX-License-Identifier: Apache-2.0
 *
 * The module imports nothing and keeps all in its memory, which it exports; addresses
 * below are places there. It needs no start.
 *
 * THE MODEL: write the inputs, call invoke or each step in order, read the outputs;
 * inputs may be overwritten meanwhile.
 *   arena(), arena_bytes()             the memory of all activations
 *   sha256()                           32 bytes: digest of the .tflite file
 *   input_count(), output_count()      how many there are, 1 to TCNN_MAX_TENSORS
 *   input(i), input_bytes(i)           where the values of one lie, and how many bytes;
 *   output(i), output_bytes(i)         likewise; `i` less than the count
 *   invoke()                           computes the outputs
 *   steps(), step(i)                   one kernel call, 0 to steps() - 1
 *
 * THE LINK: the protocol of harness.h, or a text dialect, by calls.
 *   link_in(), link_in_bytes()         where to put what is sent, and the most at once
 *   link_serve(size, micros)           takes `size` bytes from there, at a time by the
 *                                      caller's clock; returns how many are answered
 *   link_out()                         where these lie; the next call overwrites them
 */
#ifndef TCNN_WASM_MODULE_H
#define TCNN_WASM_MODULE_H

#define TCNN_WASM_EXPORT(name) __attribute__((export_name(name)))

#endif /* TCNN_WASM_MODULE_H */
