/*
 * conv_2d/triples.c - CONV_2D of any shape, dilated and in groups, by three pixels
 * SPDX-License-Identifier: Apache-2.0
 */
#include "triples.h"

#include <stdbool.h>
#include <stddef.h>

#include "conv_2d.h"
#include "fixed_point.h"

enum { STACK_WORDS = 66, BLOCK = 64 };

/* Three windows on their way to packed blocks. */
typedef struct {
    const tcnn_conv_2d_triples_params_t *params;
    const int8_t *input;
    int32_t top[TCNN_TRIPLE];  /* row of the first tap, which may be outside */
    int32_t left[TCNN_TRIPLE]; /* its column */
    uint32_t *block;           /* that is being filled */
    int32_t filled;            /* elements in it */
    uint32_t totals[2];
    int8_t zeros[BLOCK]; /* what is outside the image */
} windows_t;

/* Words for the elements of a window: each block begins with two. */
static int32_t count_words(int32_t size, int32_t block) {
    return 2 * ((size + 3) / 4 * 4 + (size + block - 1) / block);
}

/* Ends a block: sums start from what makes up for weights that are 128 too large. */
static void end_block(windows_t *w) {
    for (; w->filled % 4; w->filled++) {
        w->block[2 * w->filled + 2] = w->block[2 * w->filled + 3] = 0;
    }
    w->block[0] = 0u - (w->totals[0] << 7);
    w->block[1] = 0u - (w->totals[1] << 7);
    w->block += 2 * w->filled + 2;
    w->filled = 0;
    w->totals[0] = w->totals[1] = 0;
}

/* Appends bytes of each of three places, or of none where that is NULL. */
static void add_run(windows_t *w, const int8_t *from[TCNN_TRIPLE], int32_t size) {
    const int32_t block = w->params->block;
    while (size > 0) {
        const int32_t now = tcnn_min(size, block - w->filled);
        const int8_t *places[TCNN_TRIPLE];
        for (int32_t i = 0; i < TCNN_TRIPLE; i++) {
            places[i] = from[i] ? from[i] : w->zeros;
            from[i] = from[i] ? from[i] + now : from[i];
        }
        tcnn_pack_triples(places, now, &w->block[2 * w->filled + 2], w->totals);
        w->filled += now;
        size -= now;
        if (w->filled == block) {
            end_block(w);
        }
    }
}

/* Appends a row of the windows: channels from `first` on. */
TCNN_APART static void add_row(windows_t *w, int32_t row, int32_t first,
                               int32_t depth) {
    const tcnn_window_shape_t *p = &w->params->conv;
    const int32_t step = p->dilation_width * p->input_channels;
    const int32_t reach = (p->kernel_width - 1) * p->dilation_width;
    const int8_t *from[TCNN_TRIPLE];
    bool is_run = step == depth; /* all taps of a row lie side by side */
    for (int32_t i = 0; i < TCNN_TRIPLE; i++) {
        const int32_t y = w->top[i] + row * p->dilation_height;
        const bool is_inside = y >= 0 && y < p->input_height;
        from[i] = NULL;
        if (is_inside) {
            const int32_t pixel = y * p->input_width + w->left[i];
            from[i] = &w->input[pixel * p->input_channels + first];
            is_run &= w->left[i] >= 0 && w->left[i] + reach < p->input_width;
        }
    }
    if (is_run) {
        add_run(w, from, p->kernel_width * depth);
        return;
    }
    for (int32_t tap = 0; tap < p->kernel_width; tap++) {
        const int8_t *taps[TCNN_TRIPLE];
        for (int32_t i = 0; i < TCNN_TRIPLE; i++) {
            const int32_t x = w->left[i] + tap * p->dilation_width;
            const bool is_inside = from[i] && x >= 0 && x < p->input_width;
            taps[i] = is_inside ? from[i] + tap * step : NULL;
        }
        add_run(w, taps, depth);
    }
}

/* Sums of three channels for three pixels, one block after the other. */
static void multiply(const uint32_t *pixels, const uint8_t *weights, int32_t size,
                     int32_t block, int32_t sums[TCNN_TRIPLE][TCNN_TRIPLE]) {
    for (; size > 0; size -= block) {
        const int32_t now = (tcnn_min(size, block) + 3) / 4 * 4;
        uint32_t words[2 * TCNN_TRIPLE];
        tcnn_multiply_triples(pixels, weights, now, words);
        for (int32_t c = 0; c < TCNN_TRIPLE; c++) {
            tcnn_unpack_triple(&words[2 * c], sums[c]);
        }
        pixels += 2 * now + 2;
        weights += TCNN_TRIPLE * now;
    }
}

/* The outputs of up to three pixels, `distance` bytes apart, for `filters` channels. */
TCNN_APART static void convolve_group(const tcnn_conv_2d_triples_params_t *p,
                                      const uint32_t *pixels, const uint8_t *weights,
                                      const tcnn_mul_channel_t *constants, int32_t size,
                                      int32_t filters, int32_t count, int8_t *output) {
    const int32_t distance = p->conv.output_channels;
    for (int32_t c = 0; c < filters; c += TCNN_TRIPLE) {
        int32_t sums[TCNN_TRIPLE][TCNN_TRIPLE];
        const int32_t channels = tcnn_min(filters - c, TCNN_TRIPLE);
        for (int32_t i = 0; i < channels; i++) {
            sums[i][0] = sums[i][1] = sums[i][2] = constants[c + i].start;
        }
        multiply(pixels, weights, size, p->block, sums);
        weights += TCNN_TRIPLE * ((size + 3) / 4 * 4);
        for (int32_t i = 0; i < channels; i++) {
            for (int32_t pixel = 0; pixel < count; pixel++) {
                output[pixel * distance + i] =
                    tcnn_mul_rescale(sums[i][pixel], &constants[c + i]);
            }
        }
        output += channels;
    }
}

TCNN_APART static void convolve(const tcnn_conv_2d_triples_params_t *p,
                                const int8_t *input, const uint8_t *weights,
                                const tcnn_mul_channel_t *constants, uint32_t *words,
                                int8_t *output) {
    const tcnn_window_shape_t *conv = &p->conv;
    const int32_t depth = conv->input_channels / p->groups;
    const int32_t filters = conv->output_channels / p->groups;
    const int32_t size = conv->kernel_height * conv->kernel_width * depth;
    const int32_t group_words = count_words(size, p->block);
    const int32_t group_bytes = (filters + 2) / 3 * TCNN_TRIPLE * ((size + 3) / 4 * 4);
    int32_t pixels = conv->output_height * conv->output_width, y = 0, x = 0;
    windows_t w = {.params = p, .input = input};
    tcnn_fill_bytes(w.zeros, conv->input_zero_point, BLOCK);
    for (; pixels > 0; pixels -= TCNN_TRIPLE) {
        for (int32_t i = 0; i < TCNN_TRIPLE; i++) {
            w.top[i] = y * conv->stride_height - conv->pad_top;
            w.left[i] = x * conv->stride_width - conv->pad_left;
            if (++x == conv->output_width) {
                x = 0;
                y = tcnn_min(y + 1, conv->output_height - 1); /* the last may repeat */
            }
        }
        /* all groups, before any output may lie over what another reads */
        w.block = words;
        for (int32_t group = 0; group < p->groups; group++) {
            for (int32_t row = 0; row < conv->kernel_height; row++) {
                add_row(&w, row, group * depth, depth);
            }
            if (w.filled) {
                end_block(&w);
            }
        }
        const int32_t count = tcnn_min(pixels, TCNN_TRIPLE);
        for (int32_t group = 0; group < p->groups; group++) {
            convolve_group(p, &words[group * group_words],
                           &weights[group * group_bytes], &constants[group * filters],
                           size, filters, count, &output[group * filters]);
        }
        output += count * conv->output_channels;
    }
}

TCNN_APART static void convolve_on_stack(const tcnn_conv_2d_triples_params_t *params,
                                         const int8_t *input, const uint8_t *weights,
                                         const tcnn_mul_channel_t *constants,
                                         int8_t *output) {
    uint32_t words[STACK_WORDS];
    convolve(params, input, weights, constants, words, output);
}

TCNN_SHARED void
tcnn_conv_2d_triples_s8_mul(const tcnn_conv_2d_triples_params_t *params,
                            const int8_t *input, const uint8_t *weights,
                            const int32_t *constants, uint8_t *scratch,
                            int8_t *output) {
    const tcnn_window_shape_t *p = &params->conv;
    const tcnn_mul_channel_t *channels = (const tcnn_mul_channel_t *)constants;
    if (scratch) {
        convolve(params, input, weights, channels, (uint32_t *)(void *)scratch, output);
    } else {
        convolve_on_stack(params, input, weights, channels, output);
    }
    tcnn_clamp_bytes(output, p->output_height * p->output_width * p->output_channels,
                     p->clamp_min, p->clamp_max);
}
