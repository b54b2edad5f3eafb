/*
 * tcnn_preprocess.c - from a raw frame of a sensor to the input of a model
 * SPDX-License-Identifier: Apache-2.0
 *
 * A line of the frame is read, and resized, once; the few that the next line of the
 * output is made of are kept.
 */
#include "preprocess.h"

#include <string.h>

#include "dsp.h"

#define WEIGHT_BITS 22u
#define HALF (1 << (WEIGHT_BITS - 1u))

static void read_pixel(tcnn_pixels_t pixels, const uint8_t *from, uint32_t rgb[3]) {
    if (pixels == TCNN_RGB565) {
        const uint32_t value = ((uint32_t)from[0] << 8) | from[1];
        rgb[0] = (value >> 11) * 255u / 31u;
        rgb[1] = ((value >> 5) & 63u) * 255u / 63u;
        rgb[2] = (value & 31u) * 255u / 31u;
        return;
    }
    const uint32_t step = pixels == TCNN_RGB888 ? 1 : 0;
    for (uint32_t c = 0; c < 3; c++) {
        rgb[c] = from[c * step];
    }
}

/* One line of the frame in the channels of the model. Of equal red, green and blue the
 * weighted sum is that value, so grey stays grey. */
static void read_line(const tcnn_preprocess_t *p, const uint8_t *from) {
    uint8_t *to = p->line;
    for (uint32_t i = 0; i < p->along.inputs; i++) {
        uint32_t rgb[3];
        read_pixel(p->pixels, from, rgb);
        from += p->frame_pixel_step;
        if (p->channels == 1) {
            const uint32_t sum = 19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2];
            *to++ = (uint8_t)((sum + 0x8000u) >> 16);
        } else {
            *to++ = (uint8_t)rgb[0];
            *to++ = (uint8_t)rgb[1];
            *to++ = (uint8_t)rgb[2];
        }
    }
}

/* The weighted sum of bytes that are `step` apart. The weights are never negative and
 * add up to 1 or 0, so it fits its type and a byte. */
static uint8_t weigh(const int32_t *weights, uint32_t taps, const uint8_t *from,
                     uint32_t step) {
    int32_t sum = HALF;
    for (uint32_t k = 0; k < taps; k++) {
        sum += weights[k] * from[k * step];
    }
    return (uint8_t)(sum >> WEIGHT_BITS);
}

static void resize_line(const tcnn_preprocess_t *p, uint8_t *to) {
    const tcnn_axis_t *axis = &p->along;
    for (uint32_t i = 0; i < axis->outputs; i++) {
        const uint8_t *from = p->line + axis->first[i] * p->channels;
        for (uint32_t c = 0; c < p->channels; c++) {
            *to++ = weigh(axis->weights + i * axis->taps, axis->taps, from + c,
                          p->channels);
        }
    }
}

/* A line of the input, of those that `lines` holds. */
static void join_lines(const tcnn_preprocess_t *p, const int32_t *weights,
                       int8_t *input) {
    const uint32_t line_bytes = p->along.outputs * p->channels;
    const uint8_t *from = p->lines;
    for (uint32_t i = 0; i < p->along.outputs; i++) {
        for (uint32_t c = 0; c < p->channels; c++) {
            input[c] = p->table[weigh(weights, p->across.taps, from++, line_bytes)];
        }
        input += p->input_pixel_step;
    }
}

TCNN_SHARED void tcnn_preprocess(const tcnn_preprocess_t *preprocess, int8_t *input) {
    const tcnn_preprocess_t *p = preprocess;
    const uint32_t line_bytes = p->along.outputs * p->channels;
    const uint32_t taps = p->across.taps;
    uint32_t begin = 0; /* the frame's lines from here on are kept */
    uint32_t end = 0;
    for (uint32_t i = 0; i < p->across.outputs; i++) {
        const uint32_t first = p->across.first[i];
        if (end <= first) {
            end = first;
        } else {
            memmove(p->lines, p->lines + (first - begin) * line_bytes,
                    (end - first) * line_bytes);
        }
        begin = first;
        for (; end < first + taps; end++) {
            read_line(p, p->frame + end * p->frame_line_step);
            resize_line(p, p->lines + (end - first) * line_bytes);
        }
        join_lines(p, p->across.weights + i * taps, input + i * p->input_line_step);
    }
}
