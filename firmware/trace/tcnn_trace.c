/*
 * tcnn_trace.c - a debug harness: checksums of tensors at their moments, and the bytes
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_trace.h"

#include <string.h>

#include "tcnn_packet.h"

#define COUNT_BYTES 2u
#define CRC_BYTES 4u

/* Kernel calls that ran since the inputs were last written. */
static uint32_t done;

/* Runs what is left until `step` calls are done. */
static void run_to(const tcnn_model_t *model, uint32_t step) {
    if (model->step == NULL && step > done) {
        model->invoke(model->arena);
        done = step;
    }
    while (done < step) {
        model->step(model->arena, done++);
    }
}

static uint32_t answer_checksums(const tcnn_place_t *places, uint32_t count,
                                 const tcnn_model_t *model, uint32_t first,
                                 uint8_t *reply) {
    const uint32_t table_bytes = count * (uint32_t)sizeof *places;
    uint32_t length = COUNT_BYTES + CRC_BYTES;
    tcnn_put_u16(reply, (uint16_t)count);
    tcnn_put_u32(reply + COUNT_BYTES, tcnn_crc32((const uint8_t *)places, table_bytes));
    for (uint32_t i = first; i < count && length + CRC_BYTES <= TCNN_MAX_PAYLOAD; i++) {
        run_to(model, places[i].step);
        const uint8_t *bytes = model->arena + places[i].offset;
        tcnn_put_u32(reply + length, tcnn_crc32(bytes, places[i].bytes));
        length += CRC_BYTES;
    }
    return length;
}

static uint32_t answer_tensor(const tcnn_place_t *place, const tcnn_model_t *model,
                              uint32_t from, uint8_t *reply) {
    if (from > place->bytes || place->step < done) {
        return TCNN_TRACE_REFUSED;
    }
    uint32_t size = place->bytes - from;
    if (size > TCNN_MAX_PAYLOAD) {
        size = TCNN_MAX_PAYLOAD;
    }
    run_to(model, place->step);
    memcpy(reply, model->arena + place->offset + from, size);
    return size;
}

TCNN_SHARED uint32_t tcnn_trace_places(const tcnn_place_t *places, uint32_t count,
                                       const tcnn_model_t *model, uint8_t type,
                                       const uint8_t *head, bool is_new,
                                       uint8_t *reply) {
    const uint32_t number = tcnn_take_u16(head);
    if (is_new) {
        done = 0;
    }
    if (number >= count || (type == TCNN_CHECKSUM && !is_new)) {
        return TCNN_TRACE_REFUSED;
    }
    if (type == TCNN_CHECKSUM) {
        return answer_checksums(places, count, model, number, reply);
    }
    return answer_tensor(&places[number], model, tcnn_take_u32(head + 2), reply);
}
