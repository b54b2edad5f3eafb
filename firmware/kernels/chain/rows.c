/*
 * chain/rows.c - a chain of which the input is whole
 * SPDX-License-Identifier: Apache-2.0
 *
 * chain_steps.h says how it works.
 */
#include "chain_steps.h"

TCNN_SHARED void tcnn_chain_s8(const tcnn_chain_params_t *params, const int8_t *input,
                               uint8_t *scratch, int8_t *output) {
    const chain_t chain = {params, input, scratch, output, (band_t *)(void *)scratch};
    begin(&chain, params->input.height);
    run(&chain);
}
