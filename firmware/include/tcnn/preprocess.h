/*
 * preprocess.h - from a raw frame of a sensor to the input of a model
 * SPDX-License-Identifier: Apache-2.0
 *
 * Integers only, in four steps, each of them exact:
 *   1. A pixel becomes red, green, blue: of RGB565, as v * 255 / 31 and v * 255 / 63;
 *      where the model wants grey, (19595 r + 38470 g + 7471 b + 32768) >> 16.
 *   2. Each line of the frame is resized: a weighted sum of `taps` neighbours, plus
 *      2^21, shifted right by 22.
 *   3. Across the lines, the same again, from the bytes of step 2.
 *   4. A byte becomes an int8 by a table of 256.
 * Cropping and padding lie in the weights: those of a black border are zeros. The
 * weights are Pillow's, measured when the code was generated, and so the image is, bit
 * for bit, that of Pillow's ImageOps.fit or pad with the bilinear filter, as the
 * model's training images were made. A line is a row of the frame, or a column where
 * Pillow resizes those first.
 */
#ifndef TCNN_PREPROCESS_H
#define TCNN_PREPROCESS_H

#include "tcnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A frame's pixels; the value is their size in bytes. */
typedef enum {
    TCNN_GREY = 1,
    TCNN_RGB565 = 2, /* the high byte first: rrrrrggg gggbbbbb */
    TCNN_RGB888 = 3, /* red first */
} tcnn_pixels_t;

/* Resizes one axis: output i is the sum of weights[i * taps + k] * input[first[i] + k]
 * for k from 0 to taps - 1. `first` never decreases. */
typedef struct {
    uint32_t inputs;  /* pixels; 1 or more */
    uint32_t outputs; /* pixels; 1 or more */
    uint32_t taps;    /* inputs that an output takes; 1 to inputs */
    /* of the inputs of each output, 0 to inputs - taps; never NULL */
    const uint16_t *first;
    const int32_t *weights; /* taps an output, multiples of 2^-22, any; never NULL */
} tcnn_axis_t;

typedef struct tcnn_preprocess {
    uint32_t width;       /* of a frame, in pixels; 1 or more */
    uint32_t height;      /* rows of a frame; 1 or more */
    tcnn_pixels_t pixels; /* one of the above; how a frame is laid out */
    uint32_t channels;    /* of the model's input: 1: grey; 3: RGB */
    tcnn_axis_t along;    /* a line, which is resized first */
    tcnn_axis_t across;   /* the lines */
    /* bytes from pixel to pixel of a line in the frame; 1 or more */
    uint32_t frame_pixel_step;
    uint32_t frame_line_step;  /* bytes from line to line in the frame; 1 or more */
    uint32_t input_pixel_step; /* the same in the model's input; 1 or more */
    uint32_t input_line_step;  /* the same in the model's input; 1 or more */
    const int8_t *table;       /* [256] a channel's byte -> int8; never NULL */
    /* room for width * height pixels, also a camera's buffer; never NULL */
    uint8_t *frame;
    uint8_t *line; /* along.inputs * channels bytes; never NULL */
    /* across.taps * along.outputs * channels bytes; never NULL */
    uint8_t *lines;
    /* tcnn_preprocess itself: who has no frames need not link it; never NULL */
    void (*run)(const struct tcnn_preprocess *preprocess, int8_t *input);
} tcnn_preprocess_t;

/* Makes the model's input of the frame in `preprocess->frame`, which stays as it is. */
void tcnn_preprocess(const tcnn_preprocess_t *preprocess, int8_t *input);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_PREPROCESS_H */
