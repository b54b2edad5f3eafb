/*
 * chain/chain_steps.h - operators that run together, row by row
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of what lies between two operators only some rows are kept: a band. Rows are added at
 * its end; where there is no room, those that are still needed move up first. So the
 * rows of a window always lie one after the other, and a kernel computes them as an
 * image.
 *
 * The next step is always of the last link that can compute rows from what is there:
 * then the fewest rows are kept. Where the input is whole, the first link always can;
 * where it arrives, its rows are a band, too, and one more is taken when none can. What
 * a step makes possible is not further than the links that read its rows.
 *
 * Rows that the next link takes at once may lie over those that they are computed from,
 * which nobody needs any more: the first of them at the first row of its window, or
 * where that would be, above the image.
 */
#ifndef TCNN_CHAIN_STEPS_H
#define TCNN_CHAIN_STEPS_H

#include "chain.h"
#include "dsp.h"

typedef struct {
    int32_t made;  /* rows that were computed; 0 or more */
    int32_t first; /* of them, the one at the start of the band; any: padding, too */
} band_t;

typedef struct {
    const tcnn_chain_params_t *params; /* never NULL */
    const int8_t *input;               /* what is there of it; never NULL */
    uint8_t *scratch;                  /* never NULL */
    int8_t *output;                    /* never NULL */
    band_t *bands;                     /* one more than links; never NULL */
} chain_t;

/* What a link computes next. */
typedef struct {
    int32_t count;   /* rows; 0 or more, 0: all are computed */
    int32_t start;   /* the first row that is read; 0 or more */
    int32_t end;     /* behind the last; 0 or more */
    int32_t pad_top; /* rows above the first, outside the image; 0 or more */
} step_t;

/* Band 0 is the input, the others are what links write. */
static inline const tcnn_band_t *get_band(const chain_t *c, int32_t number) {
    return number ? &c->params->links[number - 1].output : &c->params->input;
}

static inline step_t find_step(const chain_t *c, int32_t number) {
    const tcnn_link_t *link = &c->params->links[number];
    const int32_t made = c->bands[number + 1].made;
    const int32_t height = get_band(c, link->inputs[0])->height;
    const int32_t rest = link->output.height - made;
    const int32_t top = made * link->stride - link->pad_top;
    step_t step;
    step.count = rest < link->at_once ? rest : link->at_once;
    step.start = top < 0 ? 0 : top;
    step.end = top + (step.count - 1) * link->stride + link->window;
    step.end = step.end < height ? step.end : height;
    step.pad_top = step.start - top;
    return step;
}

static inline int is_ready(const chain_t *c, int32_t number, step_t step) {
    const int32_t *inputs = c->params->links[number].inputs;
    return step.count > 0 && c->bands[inputs[0]].made >= step.end &&
           c->bands[inputs[1]].made >= step.end;
}

/* The first row of a band that a link still needs. */
static inline int32_t find_oldest(const chain_t *c, int32_t band) {
    const int32_t first = c->bands[band].first;
    int32_t oldest = c->bands[band].made;
    for (int32_t i = band; i < c->params->count; i++) {
        const tcnn_link_t *link = &c->params->links[i];
        const int32_t made = c->bands[i + 1].made;
        const int32_t top = made * link->stride - link->pad_top;
        const int reads = link->inputs[0] == band || link->inputs[1] == band;
        if (reads && made < link->output.height && top < oldest) {
            oldest = top < first ? first : top;
        }
    }
    return oldest;
}

/* To a lower address; the rows may overlap. */
static inline void move_down(int8_t *to, const int8_t *from, int32_t size) {
    for (; size >= 16; size -= 16) {
        tcnn_move_16(to, from);
        to += 16;
        from += 16;
    }
    tcnn_copy_bytes(to, from, size);
}

/* Where a row lies. */
static inline int8_t *find_row(const chain_t *c, int32_t number, int32_t row) {
    int32_t place = 0;
    for (;;) {
        const tcnn_band_t *shape = get_band(c, number);
        place += (row - c->bands[number].first) * shape->row_bytes;
        if (shape->kept) {
            int8_t *rows = (int8_t *)&c->scratch[shape->offset];
            return &(number ? rows : (int8_t *)(uintptr_t)c->input)[place];
        }
        const tcnn_link_t *link = &c->params->links[number - 1];
        place -= shape->offset;
        row = c->bands[number].first * link->stride - link->pad_top;
        number = link->inputs[0];
    }
}

/* Where the next `count` rows of a band go, once there is room for them. */
static inline int8_t *make_room(const chain_t *c, int32_t number, int32_t count) {
    const tcnn_band_t *shape = get_band(c, number);
    band_t *band = &c->bands[number];
    if (number == c->params->count) {
        return &c->output[band->made * shape->row_bytes];
    }
    if (shape->kept == 0) {
        band->first = band->made;
    } else if (band->made - band->first + count > shape->kept) {
        int8_t *rows = (int8_t *)&c->scratch[shape->offset];
        const int32_t oldest = find_oldest(c, number);
        move_down(rows, &rows[(oldest - band->first) * shape->row_bytes],
                  (band->made - oldest) * shape->row_bytes);
        band->first = oldest;
    }
    return find_row(c, number, band->made);
}

static inline void compute(const chain_t *c, int32_t number, step_t step) {
    const tcnn_link_t *link = &c->params->links[number];
    tcnn_rows_t rows;
    rows.inputs[0] = find_row(c, link->inputs[0], step.start);
    rows.inputs[1] = find_row(c, link->inputs[1], step.start);
    rows.output = make_room(c, number + 1, step.count);
    rows.scratch = &c->scratch[c->params->kernel_scratch];
    rows.input_rows = step.end - step.start;
    rows.pad_top = step.pad_top;
    rows.output_rows = step.count;
    link->compute(&rows);
    c->bands[number + 1].made += step.count;
}

static inline void begin(const chain_t *c, int32_t input_rows) {
    for (int32_t i = 0; i <= c->params->count; i++) {
        c->bands[i].made = i ? 0 : input_rows;
        c->bands[i].first = 0;
    }
    for (int32_t i = 0; i < c->params->count; i++) {
        const tcnn_link_t *link = &c->params->links[i];
        if (link->output.kept == 0) { /* padding has room, too */
            c->bands[link->inputs[0]].first = -link->pad_top;
        }
    }
}

static inline int is_done(const chain_t *c) {
    const int32_t last = c->params->count;
    return c->bands[last].made == get_band(c, last)->height;
}

/* Computes all that can be computed from what is there, and is needed. */
static inline void run(const chain_t *c) {
    const int32_t last = c->params->count - 1, reach = c->params->reach;
    int32_t next = last;
    while (!is_done(c)) {
        next = next + reach < last ? next + reach : last;
        step_t step = find_step(c, next);
        while (!is_ready(c, next, step)) {
            if (--next < 0) {
                return;
            }
            step = find_step(c, next);
        }
        compute(c, next, step);
    }
}

#endif /* TCNN_CHAIN_STEPS_H */
