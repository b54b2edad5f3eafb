/*
 * reduce_quads.h - how reductions for Cortex-M with DSP walk an input
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_REDUCE_QUADS_H
#define TCNN_REDUCE_QUADS_H

#include "dsp.h"
#include "reduce.h"

/* Four outputs, as bytes of a word, of four neighbours and all that is reduced to them;
 * and one output. */
typedef uint32_t tcnn_reduce_four_t(const void *state,
                                    const tcnn_reduce_params_t *loops,
                                    const int8_t *input);
typedef int32_t tcnn_reduce_one_t(const void *state, const tcnn_reduce_params_t *loops,
                                  const int8_t *input);

/* A run of outputs. The last four are computed before any is written, since outputs may
 * be written over the input. */
TCNN_INLINE void tcnn_reduce_run(const tcnn_reduce_params_t *loops, const int8_t *input,
                                 int8_t *output, const void *state,
                                 tcnn_reduce_four_t *four, tcnn_reduce_one_t *one) {
    const int32_t size = loops->kept_size[2], last = size - 4;
    if (loops->kept_stride[2] != 1 || last < 0) {
        for (int32_t k = 0; k < size; k++) {
            output[k] = (int8_t)one(state, loops, &input[k * loops->kept_stride[2]]);
        }
        return;
    }
    const uint32_t end = four(state, loops, &input[last]);
    for (int32_t k = 0; k < last; k += 4) {
        tcnn_store_4(&output[k], four(state, loops, &input[k]));
    }
    tcnn_store_4(&output[last], end);
}

/* All outputs. */
TCNN_INLINE void tcnn_reduce_quads(const tcnn_reduce_params_t *loops,
                                   const int8_t *input, int8_t *output,
                                   const void *state, tcnn_reduce_four_t *four,
                                   tcnn_reduce_one_t *one) {
    for (int32_t i = 0; i < loops->kept_size[0]; i++) {
        for (int32_t j = 0; j < loops->kept_size[1]; j++) {
            const int8_t *x =
                &input[i * loops->kept_stride[0] + j * loops->kept_stride[1]];
            tcnn_reduce_run(loops, x, output, state, four, one);
            output += loops->kept_size[2];
        }
    }
}

#endif /* TCNN_REDUCE_QUADS_H */
