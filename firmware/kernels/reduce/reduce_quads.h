/*
 * reduce_quads.h - how reductions for Cortex-M with DSP walk an input whose kept
 * elements are neighbours SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_REDUCE_QUADS_H
#define TCNN_REDUCE_QUADS_H

#include "dsp.h"
#include "reduce.h"

/* So that it is compiled for the function that it is given. */
#define TCNN_INLINE static inline __attribute__((always_inline))

/* Four outputs, as bytes of a word, of four neighbours and all that is reduced to them.
 */
typedef uint32_t tcnn_reduce_four_t(const void *params, const int8_t *input);

/* All outputs. The last four of a run are computed before any is written, since outputs
 * may be written over the input. */
TCNN_INLINE void tcnn_reduce_quads(const tcnn_reduce_params_t *loops,
                                   const int8_t *input, int8_t *output,
                                   const void *params, tcnn_reduce_four_t *reduce) {
    const int32_t last = loops->kept_size[2] - 4;
    for (int32_t i = 0; i < loops->kept_size[0]; i++) {
        for (int32_t j = 0; j < loops->kept_size[1]; j++) {
            const int8_t *x =
                &input[i * loops->kept_stride[0] + j * loops->kept_stride[1]];
            const uint32_t end = reduce(params, &x[last]);
            for (int32_t k = 0; k < last; k += 4) {
                tcnn_store_4(&output[k], reduce(params, &x[k]));
            }
            tcnn_store_4(&output[last], end);
            output += loops->kept_size[2];
        }
    }
}

#endif /* TCNN_REDUCE_QUADS_H */
