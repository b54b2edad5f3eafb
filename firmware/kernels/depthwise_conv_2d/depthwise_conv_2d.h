/*
 * depthwise_conv_2d.h - DEPTHWISE_CONV_2D
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_DEPTHWISE_CONV_2D_H
#define TCNN_DEPTHWISE_CONV_2D_H

#include "convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weights: [kernel row][kernel column][output channel]; the depth multiplier is
 * output_channels / input_channels */
void tcnn_depthwise_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                               const int8_t *weights, const int32_t *bias,
                               int8_t *output);

/* DEPTHWISE_CONV_2D for Cortex-M with DSP: 3x3, depth multiplier 1. */
typedef struct {
    int32_t input_height;     /* rows; 1 or more */
    int32_t input_width;      /* pixels of a row; 1 or more */
    int32_t channels;         /* 1 or more, of input and output */
    int32_t output_height;    /* rows; 1 or more */
    int32_t output_width;     /* pixels of a row; 1 or more */
    int32_t pad_top;          /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;         /* pixels before the first of a row; 0 or more, 0: none */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    /* 1: sums are scaled for one shift of all channels; 0: each has its own */
    int32_t fixed_shift;
    /* channels that share a strip; 1 to channels, fewer than all are a multiple of 4,
     * as all are: then a channel's outputs are written before others' inputs are read
     */
    int32_t channels_at_once;
} tcnn_depthwise_dsp_params_t;

/* Stride 1.
 * weights: 9 words a channel, see depthwise_rows.h
 * scratch: a word for each of channels_at_once of each of output_width + 2 columns, and
 * if these are not all, two rows of outputs of them */
void tcnn_depthwise_conv_2d_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                   const int8_t *input, const int32_t *weights,
                                   uint8_t *scratch, int8_t *output);

/* Stride 2; the same weights.
 * scratch: 3 words for each two of channels_at_once of each of output_width + 1 pairs
 * of columns, and the bytes of a pixel and of channels_at_once */
void tcnn_depthwise_conv_2d_stride_2_s8_dsp(const tcnn_depthwise_dsp_params_t *params,
                                            const int8_t *input, const int32_t *weights,
                                            uint8_t *scratch, int8_t *output);

/* DEPTHWISE_CONV_2D for Cortex-M with DSP: any window, any depth multiplier; 2 input
 * channels or more. It works on blocks of outputs, by tables: */

/* Outputs that are computed from what is gathered at once. */
typedef struct {
    int32_t input;      /* bytes to where its spans are counted from; 0 or more */
    int32_t output;     /* bytes to the first; 0 or more */
    int32_t rows;       /* 1 or more */
    int32_t row_bytes;  /* of its part of a row; 1 or more */
    int32_t spans;      /* words of `tables` to the first; 8 or more */
    int32_t span_count; /* 0 or more */
    int32_t runs;       /* words of `tables` to the first; 8 or more */
    int32_t run_count;  /* 1 or more */
} tcnn_depthwise_block_t;

/* What of a line of two planes lies inside the image. */
typedef struct {
    int32_t input;  /* bytes to the first number of the first word of two; any */
    int32_t to;     /* words to the first word; 0 or more */
    int32_t rows;   /* 1 or more */
    int32_t is_cut; /* 1: the first word has its second number only; 0: it has not */
    int32_t twos;   /* words that have both; 0 or more */
    int32_t is_one; /* 1: a last word has its first number only; 0: there is none */
} tcnn_depthwise_span_t;

/* Rows of outputs whose windows lie inside the image alike, in the order of the
 * assembly. */
typedef struct {
    int32_t rows;        /* 1 or more */
    int32_t plane;       /* bytes to the first window; 0 or more */
    int32_t weights;     /* bytes to the first; 0 or more */
    int32_t weights_end; /* bytes to behind the last; 1 or more */
    int32_t back;        /* bytes from behind a window to four outputs further; any */
    int32_t left_out;    /* bytes of instructions not run at first; 0 or more */
    int32_t row;         /* of the block; 0 or more */
    int32_t column;      /* bytes to the first output of a row; 0 or more */
    int32_t row_bytes;   /* from there to a step behind the last; 1 or more */
} tcnn_depthwise_run_t;

#define TCNN_SPARSE_2 6 /* the first kind of line for a stride of 2 and more */

typedef struct {
    int32_t input_channels;   /* 2 or more */
    int32_t depth_multiplier; /* output channels for each input channel; 1 or more */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    int32_t input_bytes;      /* 2 or more */
    int32_t output_bytes;     /* 2 or more */
    int32_t row_bytes;        /* of a row of outputs; 2 or more */
    int32_t output_step;      /* bytes from output to output of a part; 2 or more */
    int32_t dilation_height;  /* rows from one to the next of a part; 1 or more */
    /* 1: where input and output overlap, blocks are computed in scratch; 0: they need
     * not, as multiplier is 1 and there are no more outputs than inputs */
    int32_t is_staged;
    int32_t kind;  /* of a line: words less 1; from TCNN_SPARSE_2 on less 2; 0 to 9 */
    int32_t loop;  /* kind 5: steps in twos, 9: bytes of weights; 0 or more */
    int32_t lines; /* of a window; 1 or more */
    int32_t line_fours;    /* words of a line's weights in the table; 1 or more */
    int32_t line_words;    /* likewise when they are expanded; 1 or more */
    int32_t filter_words;  /* room for all of them; 3 or more */
    int32_t plane_words;   /* of a channel; 1 or more */
    int32_t row_words;     /* of a plane, from row to row; 1 or more */
    int32_t plane_step;    /* bytes of a plane from window to window down; 1 or more */
    int32_t skip;          /* bytes of a plane from behind a line to the next; any */
    int32_t tap_step;      /* input bytes from number to number of a word; 1 or more */
    int32_t word_step;     /* likewise from word to word; 1 or more */
    int32_t row_step;      /* likewise from row to row; 1 or more */
    int32_t blocks;        /* 1 or more; they are at the beginning of: */
    const int32_t *tables; /* never NULL */
} tcnn_depthwise_planes_params_t;

/* weights: for each output channel
 *   twice the bias, multiplier, offset, and a shift: of sums to the left, which are
 *     rounded once by the shift that depthwise_rows.h fixes; with 1 << 31, to the right
 *     of what is rounded twice; with 3 << 30, of sums to the left that are rounded once
 *     and not shifted to the right
 *   for each row of the window, of its columns by twos, words of four: 0 in the lowest
 *     byte, then 2, 1 and 3. With a stride of 1 these are all; with a larger one, for
 *     each p = 0, 2, ... below stride_width those of columns p and p + 1, then
 *     p + stride_width and p + stride_width + 1, and so on. Filled up with 0
 * scratch: filter_words, two planes, and the largest block that is staged; NULL: these
 *   have 600 bytes or less */
void tcnn_depthwise_conv_2d_planes_s8_dsp(const tcnn_depthwise_planes_params_t *params,
                                          const int8_t *input, const int32_t *weights,
                                          uint8_t *scratch, int8_t *output);

/* DEPTHWISE_CONV_2D of any window for Cortex-M with DSP; channels are a multiple of 4,
 * as many in the output.
 * weights: for each four channels
 *   of each: bias, multiplier, offset, shift of the sum to the left and of the product
 *     to the right, and what is added to negative ones: -1, or 0 if nothing is shifted
 *     to the right
 *   for each tap of the window, by rows: four bytes */
void tcnn_depthwise_conv_2d_quads_s8_dsp(const tcnn_window_shape_t *params,
                                         const int8_t *input, const int32_t *weights,
                                         int8_t *output);

/* DEPTHWISE_CONV_2D of any window whose stride to the side is 1 or 2, for cores with a
 * fast multiplication and no DSP. */
typedef struct {
    tcnn_window_shape_t conv; /* with all channels */
    int32_t rows_at_once;     /* of outputs; 1 or more */
} tcnn_depthwise_lines_params_t;

/* weights: for each output channel, its window by rows and columns
 * constants: for each output channel, see tcnn_mul_channel_t of multiply.h; sums are of
 *   inputs that are 128 larger
 * scratch: a word for each weight of a window; rows_at_once rows of outputs; the rows
 * of inputs that these need of one channel, each as long as outputs, filled up to a
 *   multiple of 4, need it */
void tcnn_depthwise_conv_2d_lines_s8_mul(const tcnn_depthwise_lines_params_t *params,
                                         const int8_t *input, const int8_t *weights,
                                         const int32_t *constants, uint8_t *scratch,
                                         int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_DEPTHWISE_CONV_2D_H */
