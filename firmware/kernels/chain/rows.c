/*
 * chain/rows.c - operators that run together, row by row
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of what lies between two operators only some rows are kept: a band. Rows are added at
 * its end; where there is no room, those that are still needed move up first. So the
 * rows of a window always lie one after the other, and a kernel computes them as an
 * image.
 *
 * The next step is always of the last link that can compute rows from what is there:
 * then the fewest rows are kept. The first link always can, as the input is whole. What
 * a step makes possible is not further than the links that read its rows.
 */
#include "dsp.h"

#include "chain.h"

typedef struct {
    int32_t made;  /* rows that were computed */
    int32_t first; /* of them, the one at the start of the band */
} band_t;

typedef struct {
    const tcnn_chain_params_t *params;
    const int8_t *input;
    uint8_t *scratch;
    int8_t *output;
    band_t *bands;
} chain_t;

/* What a link computes next. */
typedef struct {
    int32_t count;   /* rows */
    int32_t start;   /* the first row that is read */
    int32_t end;     /* behind the last */
    int32_t pad_top; /* rows above the first, outside the image */
} step_t;

static step_t find_step(const chain_t *c, int32_t number) {
    const tcnn_link_t *link = &c->params->links[number];
    const int32_t made = c->bands[number + 1].made, input = link->inputs[0];
    const int32_t height =
        input ? c->params->links[input - 1].height : c->params->input_height;
    const int32_t rest = link->height - made, top = made * link->stride - link->pad_top;
    step_t step;
    step.count = rest < link->at_once ? rest : link->at_once;
    step.start = top < 0 ? 0 : top;
    step.end = top + (step.count - 1) * link->stride + link->window;
    step.end = step.end < height ? step.end : height;
    step.pad_top = step.start - top;
    return step;
}

static int is_ready(const chain_t *c, int32_t number, step_t step) {
    const int32_t *inputs = c->params->links[number].inputs;
    return step.count > 0 && c->bands[inputs[0]].made >= step.end &&
           c->bands[inputs[1]].made >= step.end;
}

/* The first row of a band that a link still needs. */
static int32_t find_oldest(const chain_t *c, int32_t band) {
    int32_t oldest = c->bands[band].made;
    for (int32_t i = band; i < c->params->count; i++) {
        const tcnn_link_t *link = &c->params->links[i];
        const int32_t made = c->bands[i + 1].made;
        const int32_t top = made * link->stride - link->pad_top;
        const int reads = link->inputs[0] == band || link->inputs[1] == band;
        if (reads && made < link->height && top < oldest) {
            oldest = top < 0 ? 0 : top;
        }
    }
    return oldest;
}

/* To a lower address; the rows may overlap. */
static void move_down(int8_t *to, const int8_t *from, int32_t size) {
    for (; size >= 16; size -= 16) {
        tcnn_move_16(to, from);
        to += 16;
        from += 16;
    }
    tcnn_copy_bytes(to, from, size);
}

/* Where the next `count` rows of a link go, once there is room for them. */
static int8_t *make_room(const chain_t *c, int32_t number, int32_t count) {
    const tcnn_link_t *link = &c->params->links[number];
    band_t *band = &c->bands[number + 1];
    if (number == c->params->count - 1) {
        return &c->output[band->made * link->row_bytes];
    }
    int8_t *rows = (int8_t *)&c->scratch[link->offset];
    if (band->made - band->first + count > link->kept) {
        const int32_t oldest = find_oldest(c, number + 1);
        move_down(rows, &rows[(oldest - band->first) * link->row_bytes],
                  (band->made - oldest) * link->row_bytes);
        band->first = oldest;
    }
    return &rows[(band->made - band->first) * link->row_bytes];
}

static const int8_t *find_row(const chain_t *c, int32_t band, int32_t row) {
    if (band == 0) {
        return &c->input[row * c->params->input_row_bytes];
    }
    const tcnn_link_t *link = &c->params->links[band - 1];
    const int8_t *rows = (const int8_t *)&c->scratch[link->offset];
    return &rows[(row - c->bands[band].first) * link->row_bytes];
}

static void compute(const chain_t *c, int32_t number, step_t step) {
    const tcnn_link_t *link = &c->params->links[number];
    tcnn_rows_t rows;
    rows.inputs[0] = find_row(c, link->inputs[0], step.start);
    rows.inputs[1] = find_row(c, link->inputs[1], step.start);
    rows.output = make_room(c, number, step.count);
    rows.scratch = &c->scratch[c->params->kernel_scratch];
    rows.input_rows = step.end - step.start;
    rows.pad_top = step.pad_top;
    rows.output_rows = step.count;
    link->compute(&rows);
    c->bands[number + 1].made += step.count;
}

TCNN_SHARED void tcnn_chain_s8(const tcnn_chain_params_t *params, const int8_t *input,
                               uint8_t *scratch, int8_t *output) {
    const int32_t last = params->count - 1;
    chain_t chain = {params, input, scratch, output, (band_t *)(void *)scratch};
    for (int32_t i = 0; i <= params->count; i++) {
        chain.bands[i].made = i ? 0 : params->input_height;
        chain.bands[i].first = 0;
    }
    int32_t next = last;
    while (chain.bands[params->count].made < params->links[last].height) {
        next = next + params->reach < last ? next + params->reach : last;
        step_t step = find_step(&chain, next);
        while (!is_ready(&chain, next, step)) {
            step = find_step(&chain, --next);
        }
        compute(&chain, next, step);
    }
}
