/*
 * conv_2d.h - CONV_2D
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_CONV_2D_H
#define TCNN_CONV_2D_H

#include "convolution.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weights: [output channel][kernel row][kernel column][input channel] */
void tcnn_conv_2d_s8(const tcnn_conv_2d_params_t *params, const int8_t *input,
                     const int8_t *weights, const int32_t *bias, int8_t *output);

/* CONV_2D for Cortex-M with DSP. */
typedef struct {
    int32_t input_height;    /* rows; 1 or more */
    int32_t input_width;     /* pixels of a row; 1 or more */
    int32_t input_channels;  /* 1 or more */
    int32_t output_height;   /* rows; 1 or more */
    int32_t output_width;    /* pixels of a row; 1 or more */
    int32_t output_channels; /* 1 or more */
    int32_t kernel_height;   /* rows of the window; 1 or more */
    int32_t kernel_width;    /* pixels of a row of it; 1 or more */
    int32_t stride_height;   /* rows from window to window; 1 or more */
    int32_t stride_width;    /* pixels from window to window; 1 or more */
    int32_t pad_top;         /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;        /* pixels before the first of a row; 0 or more, 0: none */
    /* pixels of a padded row; 0 or more, 0: nothing is padded */
    int32_t padded_width;
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    /* of weights, copied to the start of scratch; 0 or more, 0: none */
    int32_t kept_words;
} tcnn_conv_2d_dsp_params_t;

/* weights: for each four output channels a, b, c, d
 *   sums to start from: 256 * a + b, b, 256 * c + d, d
 *   for each two elements of a window, as the kernel gathers them: two words of lanes
 *     256 * a + b and 256 * c + d, the first element in the low half
 *   multiplier and offset of each (see the kernel); or multiplier, offset and shift of
 *     each, where the highest bit of the first multiplier is set
 * scratch: the weights, if they are kept; two windows of 16-bit numbers, then
 * kernel_height padded rows of the input; NULL: these have 600 bytes or less */
void tcnn_conv_2d_s8_dsp(const tcnn_conv_2d_dsp_params_t *params, const int8_t *input,
                         const int32_t *weights, uint8_t *scratch, int8_t *output);

/* CONV_2D by windows of one row, for Cortex-M with DSP. */
typedef struct {
    int32_t output_height;   /* rows; 1 or more */
    int32_t output_width;    /* pixels of a row; 1 or more */
    int32_t output_channels; /* 1 or more */
    int32_t window_bytes;    /* side by side in the input; 4 to 8, in fours */
    int32_t step_bytes;      /* from window to window; 1 or more */
    int32_t row_bytes;       /* from a row of windows to the next; 1 or more */
    int32_t clamp_min;       /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;       /* largest output; clamp_min to 127, 127: any */
    int32_t kept_words;      /* of weights, copied as above; 0 or more, 0: none */
} tcnn_conv_2d_narrow_dsp_params_t;

/* weights: for each output channel: the sum to start from; lanes of the window's
 * elements 0 and 2, 1 and 3, and so on, the first in the low half; multiplier, offset
 * scratch: the weights; NULL: they are not kept */
void tcnn_conv_2d_narrow_s8_dsp(const tcnn_conv_2d_narrow_dsp_params_t *params,
                                const int8_t *input, const int32_t *weights,
                                uint8_t *scratch, int8_t *output);

/* CONV_2D 3x3 of stride 1 for Cortex-M with DSP. */
typedef struct {
    int32_t input_height;     /* rows; 1 or more */
    int32_t input_width;      /* pixels of a row; 1 or more */
    int32_t input_channels;   /* 1 or more */
    int32_t output_height;    /* rows; 1 or more */
    int32_t output_width;     /* pixels of a row; 1 or more */
    int32_t output_channels;  /* 1 or more */
    int32_t pad_top;          /* rows before the first; 0 or more, 0: none */
    int32_t pad_left;         /* pixels before the first of a row; 0 or more, 0: none */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    /* 4 x 4 outputs, of a row whose inputs are transformed; 1 or more */
    int32_t tiles_at_once;
    int32_t room_bytes; /* see scratch; 1216 or more */
    int32_t clamp_min;  /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;  /* largest output; clamp_min to 127, 127: any */
    int32_t kept_words; /* of weights, copied as above; 0 or more, 0: none */
} tcnn_conv_2d_winograd_dsp_params_t;

/* Input channels are rounded up to 4 where words hold them.
 * weights: for each four output channels
 *   for each of 36 positions, each pair of input channels (0 and 2, 1 and 3, 4 and 6,
 *     and so on), each output channel: a word, the pair's first in the low half
 *   for each output channel: multiplier, offset, shift, 36 times the sum to start from,
 *     what is added to 4 times the sums of a tile's last 2 x 2 outputs
 * scratch: the weights, if they are kept; 3 words an input channel for each of 4 *
 * tiles_at_once + 2 columns; 36 for two tiles; room_bytes; what three rows of the input
 * have beyond those columns. room_bytes: at least 1216, and those of 7 pixels and of 4
 * * tiles_at_once */
void tcnn_conv_2d_winograd_s8_dsp(const tcnn_conv_2d_winograd_dsp_params_t *params,
                                  const int8_t *input, const int32_t *weights,
                                  uint8_t *scratch, int8_t *output);

typedef struct {
    tcnn_conv_2d_params_t conv; /* as for one group; input_channels are those of all */
    /* of input channels, and as many of output channels; 2 or more */
    int32_t groups;
} tcnn_grouped_conv_2d_params_t;

/* CONV_2D where each output channel reads the input channels of its group only;
 * weights: [output channel][kernel row][kernel column][channel of the group] */
void tcnn_grouped_conv_2d_s8(const tcnn_grouped_conv_2d_params_t *params,
                             const int8_t *input, const int8_t *weights,
                             const int32_t *bias, int8_t *output);

/* CONV_2D of any shape for Cortex-M with DSP. */
typedef struct {
    tcnn_window_shape_t conv; /* with all channels */
    int32_t groups; /* of input channels, and as many of output channels; 1 or more */
    int32_t size;   /* bytes of a group's window, a multiple of 4; 4 or more */
} tcnn_conv_2d_windows_params_t;

/* weights: for each group, each of its output channels: the window by rows, columns and
 *   channels of the group, filled up with 0 to `size`; then 0 for more channels, to a
 *   multiple of 4 in a group
 * constants: for each group, each four of those channels, see windows.h
 * scratch: the windows of all groups; NULL: they have 600 bytes or less */
void tcnn_conv_2d_windows_s8_dsp(const tcnn_conv_2d_windows_params_t *params,
                                 const int8_t *input, const int32_t *weights,
                                 const int32_t *constants, uint8_t *scratch,
                                 int8_t *output);

/* Convolutions in groups, dilated and transposed, for Cortex-M with DSP: the outputs of
 * a row in parts, each an ordinary convolution of rows that are copied for all. */
typedef struct {
    int32_t input_height;     /* rows; 1 or more */
    int32_t input_width;      /* pixels of a row; 1 or more */
    int32_t input_channels;   /* 1 or more */
    int32_t group_channels;   /* of them, a divisor; 1 or more */
    int32_t output_height;    /* rows; 1 or more */
    int32_t output_row_bytes; /* 1 or more */
    int32_t part_channels;    /* of the output, each pixel of a part; 1 or more */
    int32_t stride_height;    /* input rows from a phase's row to its next; 1 or more */
    int32_t dilation_height;  /* rows from tap to tap; 1 or more */
    int32_t pad_left;         /* columns copied before the input's; 0 or more */
    int32_t planes; /* that columns are dealt out to, one after another; 1 or more */
    int32_t plane_width; /* columns of each; 1 or more */
    int32_t row_phases;  /* rows of the output, after which windows repeat; 1 or more */
    int32_t row_parts;   /* parts of a row; 1 or more */
    int32_t window_words;     /* of the two largest windows; 2 or more */
    int32_t input_zero_point; /* -128 to 127: the value that stands for 0 */
    int32_t clamp_min;        /* least output; -128 to clamp_max, -128: any */
    int32_t clamp_max;        /* largest output; clamp_min to 127, 127: any */
    /* for each phase: the first row of its first windows, which may be above the input;
     * their rows, 1 or more; the item of `parts` that it begins with; never NULL */
    const int32_t *phases;
    /* for each phase, each part: bytes in a copied row to the first window; bytes of a
     * window's row, 1 or more, and from window to window; the word of the weights; the
     * byte in the output's row, the bytes from pixel to pixel, and how many pixels, 1
     * or more; never NULL */
    const int32_t *parts;
} tcnn_conv_2d_parts_params_t;

/* weights: for each part, or for several the same, as of tcnn_conv_2d_s8_dsp
 * scratch: two windows of 16-bit numbers, then the copied rows: as many as a window has
 * of planes, groups, pixels, channels; NULL: these have 600 bytes or less */
void tcnn_conv_2d_parts_s8_dsp(const tcnn_conv_2d_parts_params_t *params,
                               const int8_t *input, const int32_t *weights,
                               uint8_t *scratch, int8_t *output);

/* CONV_2D of any shape, for cores with a fast multiplication and no DSP. */
typedef struct {
    tcnn_window_shape_t conv; /* with all channels */
    int32_t groups; /* of input channels, and as many of output channels; 1 or more */
    int32_t block; /* elements whose sum fits 21 bits; 60 to 64, 60: a weight is -128 */
} tcnn_conv_2d_triples_params_t;

/* weights: for each group, each three of its output channels, each element of the
 *   window by rows, columns and channels of the group: w + 128 of the three channels;
 *   elements and channels filled up to multiples of 4 and 3
 * constants: for each output channel, see tcnn_mul_channel_t of multiply.h
 * scratch: for each group 8 bytes an element, filled up to a multiple of 4, and 8 for
 *   each block or part of one; NULL: that is 264 bytes or less */
void tcnn_conv_2d_triples_s8_mul(const tcnn_conv_2d_triples_params_t *params,
                                 const int8_t *input, const uint8_t *weights,
                                 const int32_t *constants, uint8_t *scratch,
                                 int8_t *output);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_CONV_2D_H */
