/*
 * depthwise_conv_2d/quads.c - DEPTHWISE_CONV_2D of any window, four channels at a time
 * SPDX-License-Identifier: Apache-2.0
 *
 * Taps outside the image are left out, nothing is gathered and no memory is needed: for
 * images that are small beside their windows, and where there is no room for more.
 */
#include "dsp.h"

#include "depthwise_conv_2d.h"
#include "fixed_point.h"

enum { CHANNELS = 4, CONSTANTS = 6 };

/* Taps of a window that lie inside the image, along rows or columns. */
typedef struct {
    int32_t first, count;
} taps_t;

static taps_t find_taps(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
    const int32_t first = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    const int32_t end = (size - origin + dilation - 1) / dilation;
    const taps_t found = {first, tcnn_max(tcnn_min(taps, end) - first, 0)};
    return found;
}

/* What the windows of a pixel share. */
typedef struct {
    int32_t rows;
    int32_t columns;
    int32_t step;   /* bytes from tap to tap */
    int32_t skip;   /* from behind a row of taps to the next */
    int32_t unused; /* words of weights, likewise */
    int32_t first;  /* tap that is inside */
    int32_t taps;   /* of all */
    uint32_t zero;  /* what is added to inputs, in both lanes */
} window_t;

/* Adds the products of four channels to their sums. */
static void add_products(const window_t *w, const int8_t *from, const int32_t *weights,
                         int32_t sums[CHANNELS]) {
    const uint32_t zero = w->zero;
    const int32_t step = w->step;
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (int32_t row = w->rows; row > 0; row--) {
        TCNN_ROLLED
        for (int32_t i = w->columns; i > 0; i--) {
            const uint32_t inputs = tcnn_load_4(from), four = (uint32_t)*weights++;
            const uint32_t x0 = tcnn_add_even_bytes(zero, inputs);
            const uint32_t x1 = tcnn_add_odd_bytes(zero, inputs);
            const uint32_t w0 = tcnn_even_bytes(four), w1 = tcnn_odd_bytes(four);
            a += tcnn_low(x0) * tcnn_low(w0);
            b += tcnn_low(x1) * tcnn_low(w1);
            c += tcnn_high(x0) * tcnn_high(w0);
            d += tcnn_high(x1) * tcnn_high(w1);
            from += step;
        }
        from += w->skip;
        weights += w->unused;
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static int8_t rescale(int32_t sum, const int32_t *constants) {
    const int32_t scaled = (int32_t)((uint32_t)sum << constants[3]);
    const int32_t value = tcnn_high_multiply(scaled, constants[1]);
    const int32_t less = sum >> 31 & constants[5];
    return tcnn_saturate_8((value + less + constants[2]) >> constants[4]);
}

/* The channels of a pixel whose window begins at `from`. */
static void convolve(const window_t *w, const int8_t *from, const int32_t *weights,
                     int32_t channels, int8_t *output) {
    for (int32_t c = 0; c < channels; c += CHANNELS) {
        const int32_t *constants = weights;
        int32_t sums[CHANNELS];
        for (int32_t i = 0; i < CHANNELS; i++) {
            sums[i] = constants[CONSTANTS * i];
        }
        weights += CHANNELS * CONSTANTS;
        add_products(w, &from[c], &weights[w->first], sums);
        weights += w->taps;
        for (int32_t i = 0; i < CHANNELS; i++) {
            *output++ = rescale(sums[i], &constants[CONSTANTS * i]);
        }
    }
}

TCNN_SHARED void tcnn_depthwise_conv_2d_quads_s8_dsp(const tcnn_window_shape_t *params,
                                                     const int8_t *input,
                                                     const int32_t *weights,
                                                     int8_t *output) {
    const tcnn_window_shape_t *p = params;
    const int32_t depth = p->input_channels, row_bytes = p->input_width * depth;
    const int32_t count = p->output_height * p->output_width * depth;
    const uint32_t zero = (uint16_t)-p->input_zero_point;
    const int32_t is_column = p->kernel_width == 1;
    window_t w = {.step = is_column ? p->dilation_height * row_bytes
                                    : p->dilation_width * depth,
                  .taps = p->kernel_height * p->kernel_width,
                  .zero = zero | zero << 16};
    for (int32_t y = 0; y < p->output_height; y++) {
        const int32_t top = y * p->stride_height - p->pad_top;
        const taps_t rows =
            find_taps(top, p->kernel_height, p->dilation_height, p->input_height);
        for (int32_t x = 0; x < p->output_width; x++) {
            const int32_t left = x * p->stride_width - p->pad_left;
            const taps_t columns =
                find_taps(left, p->kernel_width, p->dilation_width, p->input_width);
            const int32_t row = top + rows.first * p->dilation_height;
            const int32_t column = left + columns.first * p->dilation_width;
            w.first = rows.first * p->kernel_width + columns.first;
            w.rows = rows.count;
            w.columns = columns.count;
            w.skip = p->dilation_height * row_bytes - columns.count * w.step;
            w.unused = p->kernel_width - columns.count;
            if (is_column) { /* one run instead of many */
                w.rows = columns.count;
                w.columns = rows.count;
            }
            convolve(&w, &input[row * row_bytes + column * depth], weights, depth,
                     output);
            output += depth;
        }
    }
    tcnn_clamp_bytes(output - count, count, p->clamp_min, p->clamp_max);
}
