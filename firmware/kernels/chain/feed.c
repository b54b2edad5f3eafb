/*
 * chain/feed.c - a chain of which the input arrives, part by part
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rows that are kept of it are a band, as those of other tensors. A part ends
 * anywhere: `offset` says where in a row it begins.
 */
#include "chain_steps.h"

TCNN_SHARED void tcnn_chain_feed_s8(const tcnn_chain_params_t *params, uint8_t *scratch,
                                    int8_t *output, const int8_t *bytes,
                                    uint32_t offset, uint32_t size) {
    const int8_t *input = (const int8_t *)&scratch[params->input.offset];
    const chain_t chain = {params, input, scratch, output, (band_t *)(void *)scratch};
    const int32_t row_bytes = params->input.row_bytes;
    int32_t filled = (int32_t)offset % row_bytes, rest = (int32_t)size;
    if (offset == 0) {
        begin(&chain, 0);
    }
    while (rest > 0 && !is_done(&chain)) {
        const int32_t part = rest < row_bytes - filled ? rest : row_bytes - filled;
        tcnn_copy_bytes(&make_room(&chain, 0, 1)[filled], bytes, part);
        bytes += part;
        rest -= part;
        filled += part;
        if (filled == row_bytes) {
            filled = 0;
            chain.bands[0].made++;
            run(&chain);
        }
    }
}
