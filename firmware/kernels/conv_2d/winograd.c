/*
 * conv_2d/winograd.c - CONV_2D 3x3, four by four outputs with 36 products
 * SPDX-License-Identifier: Apache-2.0
 *
 * Winograd's F(4x4, 3x3) in exact integers. Outputs come in tiles of 4 x 4, from 6 x 6
 * inputs; with the inputs u = x + 128 and the table's weights U of a channel,
 *     V = B' u B,  M = sum of U * V over the input channels, by element,
 *     A' M A = 9 * 2^n * (sum of w * x),  n = e[i] + e[j] for row i and column j
 *
 *          4  0 -5  0  1  0         1  4  4  1  1  0         e = 3
 *          0 -4 -4  1  1  0         0  2 -2  1 -1  0             2
 *     B' = 0  4 -4 -1  1  0    A' = 0  1  1  1  1  0             1
 *          0 -2 -1  2  1  0         0  1 -1  2 -2  1             1
 *          0  2 -1 -2  1  0
 *          0  4  0 -5  0  1
 *
 * All this is modulo 2^32. The inverse of 9 leaves 2^n * sum, which fits 32 bits.
 *
 * A word has an input channel in each lane, and is transformed as one number, low +
 * 65536 * high. SHIFT, added to pixels (4, 4), (4, 5), (5, 4) and (5, 5) of the low
 * channel, adds itself to all of V; so the low lane is positive and takes nothing from
 * the high one. What it adds to the outputs (2, 2), (2, 3), (3, 2) and (3, 3) is in the
 * table, to be taken away.
 *
 * An output may lie on inputs that no later output reads. In a row of tiles, the last
 * outputs of a tile may lie on rows 0 to 2 of inputs of the tiles to its right. So what
 * the first tiles do not transform of these is saved before any of the row is written.
 * Rows 3 to 5 are safe: there the last row of outputs, or a later one, reads them.
 */
#include "winograd_steps.h"

#include <stddef.h>

#include "conv_2d.h"

/* Words between columns: of each pair of channels the 6 of a column. */
static int32_t column_words(const tcnn_conv_2d_winograd_dsp_params_t *p) {
    return (p->input_channels + 3) / 4 * 12;
}

/* Transforms columns `x` to `end - 1` of six rows, of which those that are NULL lie
 * outside the image. `room` is for pixels there, and for those whose channels do not
 * fill words. */
static void load_columns(const tcnn_conv_2d_winograd_dsp_params_t *p,
                         const int8_t *const rows[6], int32_t x, int32_t end,
                         uint32_t *columns, int8_t *room) {
    const int32_t depth = p->input_channels, padded_depth = (depth + 3) / 4 * 4;
    const int fills_words = depth == padded_depth;
    const int crosses_edge = !rows[0] || !rows[5];
    tcnn_fill_bytes(room, p->input_zero_point,
                    (fills_words && crosses_edge ? end - x : 1) * padded_depth);
    while (x < end) {
        const int inside = x >= 0 && x < p->input_width;
        const int32_t right = end < p->input_width ? end : p->input_width;
        const int32_t run = inside && fills_words ? right - x : 1;
        const int8_t *pixels[6];
        for (int32_t i = 0; i < 6; i++) {
            pixels[i] = inside && rows[i] ? &rows[i][x * depth] : room;
            if (!fills_words && pixels[i] != room) {
                int8_t *pixel = &room[(i + 1) * padded_depth];
                tcnn_copy_blocks(pixel, pixels[i], depth);
                pixels[i] = pixel;
            }
        }
        transform_columns(pixels, run * padded_depth, columns);
        columns += run * column_words(p);
        x += run;
    }
}

/* Finishes four channels of a tile, or the `channels` that are left, and writes what is
 * part of the output. */
static void write_tile(const tcnn_conv_2d_winograd_dsp_params_t *p, uint32_t *m,
                       const int32_t *constants, tile_t *tile, int32_t channels,
                       uint32_t room[16]) {
    int8_t *outputs = (int8_t *)room;
    const int clamps = p->clamp_min > -128 || p->clamp_max < 127;
    if (p->output_channels % 4 == 0 && tile->height + tile->width == 8 && !clamps) {
        finish(m, constants, room, tile);
    } else {
        const tile_t whole = {outputs, 4, 16, 4, 4};
        finish(m, constants, room, &whole);
        tcnn_clamp_bytes(outputs, 64, p->clamp_min, p->clamp_max);
        for (int32_t y = 0; y < tile->height; y++) {
            for (int32_t x = 0; x < tile->width; x++) {
                tcnn_copy_bytes(
                    &tile->output[y * tile->row_bytes + x * tile->column_bytes],
                    &outputs[16 * y + 4 * x], channels < 4 ? channels : 4);
            }
        }
    }
    tile->output += 4;
}

static tile_t find_tile(const tcnn_conv_2d_winograd_dsp_params_t *p, int32_t y,
                        int32_t x, int8_t *output) {
    const int32_t height = p->output_height - y, width = p->output_width - x;
    const int32_t channels = p->output_channels;
    const tile_t tile = {&output[(y * p->output_width + x) * channels], channels,
                         p->output_width * channels, height < 4 ? height : 4,
                         width < 4 ? width : 4};
    return tile;
}

/* Two tiles that are transformed, or one. */
static void convolve(const tcnn_conv_2d_winograd_dsp_params_t *p, uint32_t *v,
                     const int32_t *weights, tile_t *tiles, int32_t count) {
    const int32_t pairs = column_words(p) / 6;
    for (int32_t left = p->output_channels; left > 0; left -= 4) {
        multiply(v, weights, pairs);
        weights += 4 * POSITIONS * pairs;
        for (int32_t i = 0; i < count; i++) {
            uint32_t *m = &v[2 * POSITIONS * pairs];
            write_tile(p, &m[i * 4 * POSITIONS], weights, &tiles[i], left,
                       &m[8 * POSITIONS]);
        }
        weights += 4 * CONSTANT_WORDS;
    }
}

/* The six rows that the tiles of output row `y` read; NULL outside the image. */
static void find_rows(const tcnn_conv_2d_winograd_dsp_params_t *p, const int8_t *input,
                      int32_t y, const int8_t *rows[6]) {
    for (int32_t i = 0; i < 6; i++) {
        const int32_t row = y - p->pad_top + i;
        const int is_inside = row >= 0 && row < p->input_height;
        rows[i] = is_inside ? &input[row * p->input_width * p->input_channels] : NULL;
    }
}

/* Saves rows 0 to 2 from column `x` on. */
static void save_rows(const tcnn_conv_2d_winograd_dsp_params_t *p,
                      const int8_t *rows[6], int32_t x, int8_t *saved) {
    const int32_t from = (x > 0 ? x : 0) * p->input_channels;
    const int32_t size = p->input_width * p->input_channels - from;
    for (int32_t i = 0; size > 0 && i < 3; i++) {
        if (rows[i]) {
            tcnn_copy_blocks(&saved[i * size], &rows[i][from], size);
            rows[i] = &saved[i * size - from];
        }
    }
}

TCNN_SHARED void
tcnn_conv_2d_winograd_s8_dsp(const tcnn_conv_2d_winograd_dsp_params_t *params,
                             const int8_t *input, const int32_t *weights,
                             uint8_t *scratch, int8_t *output) {
    const tcnn_conv_2d_winograd_dsp_params_t *p = params;
    weights = tcnn_keep(weights, p->kept_words, &scratch);
    const int32_t stride = column_words(p), pairs = stride / 6;
    const int32_t step = 4 * p->tiles_at_once, end = (p->output_width + 3) / 4 * 4;
    uint32_t *columns = (uint32_t *)(void *)scratch;
    uint32_t *next = &columns[2 * stride], *last = &columns[step * stride];
    uint32_t *v = &last[2 * stride];
    int8_t *room = (int8_t *)&v[2 * POSITIONS * pairs], *saved = &room[p->room_bytes];
    tile_t tiles[2];
    int32_t count = 0; /* tiles transformed */
    for (int32_t y = 0; y < p->output_height; y += 4) {
        const int8_t *rows[6];
        find_rows(p, input, y, rows);
        load_columns(p, rows, -p->pad_left, 2 - p->pad_left, columns, room);
        for (int32_t x = 0; x < end; x += step) {
            const int32_t after = x + step < end ? x + step : end;
            const int32_t left = x + 2 - p->pad_left, right = after + 2 - p->pad_left;
            if (x > 0) {
                tcnn_copy_blocks((int8_t *)columns, (const int8_t *)last, 8 * stride);
            }
            load_columns(p, rows, left, right, next, room);
            if (x == 0) {
                save_rows(p, rows, right, saved);
            }
            for (int32_t i = x; i < after; i += 4) {
                transform_rows(&columns[(i - x) * stride], stride, pairs,
                               &v[count * POSITIONS]);
                tiles[count++] = find_tile(p, y, i, output);
                if (count == 2) {
                    convolve(p, v, weights, tiles, count);
                    count = 0;
                }
            }
        }
    }
    if (count) {
        convolve(p, v, weights, tiles, count);
    }
}
