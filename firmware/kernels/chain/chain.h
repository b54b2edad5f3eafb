/*
 * chain.h - operators that run together, row by row
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_CHAIN_H
#define TCNN_CHAIN_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Some rows of one operator: an image of its own. */
typedef struct {
    const int8_t *inputs[2]; /* the first row that is read, of each input; never NULL */
    int8_t *output;          /* the first row that is computed; never NULL */
    uint8_t *scratch;        /* of the kernel; never NULL */
    int32_t input_rows;      /* rows that are read; 1 or more */
    int32_t pad_top;         /* rows above them, outside the image; 0 or more */
    int32_t output_rows;     /* rows that are computed; 1 or more */
} tcnn_rows_t;

/* Rows of a tensor that are kept: see chain_steps.h. */
typedef struct {
    int32_t height;    /* rows of the tensor; 1 or more */
    int32_t row_bytes; /* 1 or more */
    /* rows that there is room for; 0 to height, 0: they lie over those that their link
     * reads, and the next takes each at once */
    int32_t kept;
    /* in `scratch`, or below what they lie over; 0 or more, not used of a tensor that
     * is whole */
    int32_t offset;
} tcnn_band_t;

/* An operator of the chain. Row y reads `window` rows of its input, from
 * `y * stride - pad_top` on. */
typedef struct {
    void (*compute)(const tcnn_rows_t *rows); /* calls its kernel; never NULL */
    /* the bands that it reads, 0 to its own number: 0 is the input of the chain, n what
     * link n - 1 writes; one twice where it reads only one */
    int32_t inputs[2];
    int32_t window;     /* rows; 1 or more */
    int32_t stride;     /* rows from window to window; 1 or more */
    int32_t pad_top;    /* rows before the first; 0 or more, 0: none */
    int32_t at_once;    /* rows that are computed in one step; 1 or more */
    tcnn_band_t output; /* what it writes; of the last link, whole */
} tcnn_link_t;

typedef struct {
    tcnn_band_t input;        /* of the first band */
    int32_t count;            /* links; 1 or more */
    const tcnn_link_t *links; /* each reads what those before it write; never NULL */
    int32_t reach;            /* links from one to the last reader; 1 or more */
    int32_t kernel_scratch; /* offset of the kernels' memory in `scratch`; 0 or more */
} tcnn_chain_params_t;

/* The last link writes `output`, whole; so is `input`.
 * scratch: 8 bytes for each band, then the bands and the kernels' memory */
void tcnn_chain_s8(const tcnn_chain_params_t *params, const int8_t *input,
                   uint8_t *scratch, int8_t *output);

/* The same, part by part of an input that is nowhere whole: takes its bytes from
 * `offset` on, which follow those taken before, and computes what can be computed from
 * them. At `offset` 0 it begins anew; `output` is whole when the last byte was taken.
 * scratch: stays as it is from part to part */
void tcnn_chain_feed_s8(const tcnn_chain_params_t *params, uint8_t *scratch,
                        int8_t *output, const int8_t *bytes, uint32_t offset,
                        uint32_t size);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_CHAIN_H */
