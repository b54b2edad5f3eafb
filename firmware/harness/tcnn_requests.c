/*
 * tcnn_requests.c - carries out requests, one function each
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "tcnn_server.h"
#include "tcnn_stack.h"
#include "tcnn_tensors.h"

/* Sizes of the parts of payloads. */
#define OFFSET_BYTES 4u
#define TIMES_BYTES 8u
#define SIZE_BYTES 2u
#define COUNT_BYTES 2u
#define STEP_BYTES 12u

/* Answers without payload. */
static void answer_done(tcnn_server_t *server, const tcnn_header_t *request) {
    (void)tcnn_reply_begin(&server->exchange, 0);
    tcnn_reply_send(&server->exchange, request, 0);
}

static void handle_hello(tcnn_server_t *server, const tcnn_header_t *request) {
    if (request->length != 0) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH,
                         "HELLO has no payload");
        return;
    }
    uint8_t *reply = tcnn_reply_begin(&server->exchange, TCNN_MAX_PAYLOAD);
    tcnn_reply_send(&server->exchange, request, tcnn_hello_put(reply, server));
}

/* Copies the part of the inputs in the request's last `length` bytes; false, and
 * answered, if it does not fit. */
static bool take_input(tcnn_server_t *server, const tcnn_header_t *request,
                       const uint8_t *payload, uint32_t length) {
    const tcnn_model_t *model = server->model;
    const uint32_t total = tcnn_tensors_bytes(model->inputs, model->input_count);
    if (length < OFFSET_BYTES) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH, "no offset");
        return false;
    }
    const uint32_t offset = tcnn_take_u32(payload);
    const uint32_t size = length - OFFSET_BYTES;
    if (offset > total || size > total - offset) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE,
                         "outside the inputs");
        return false;
    }
    tcnn_status_take();
    if (model->feed == NULL) {
        tcnn_tensors_put(model->arena, model->inputs, offset, payload + OFFSET_BYTES,
                         size);
    } else if (!tcnn_feeding_take(&server->feeding, model, payload + OFFSET_BYTES,
                                  offset, size)) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE,
                         "this input is taken in order, from its first byte on");
        return false;
    }
    return true;
}

/* The same of a request that runs the model: what is fed must be whole by then. */
static bool take_last_input(tcnn_server_t *server, const tcnn_header_t *request,
                            const uint8_t *payload, uint32_t length) {
    const tcnn_model_t *model = server->model;
    if (model->feed != NULL && length >= OFFSET_BYTES &&
        tcnn_take_u32(payload) + length - OFFSET_BYTES != model->inputs->bytes) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE,
                         "the input is not whole");
        return false;
    }
    const bool is_taken = take_input(server, request, payload, length);
    if (is_taken) {
        server->feeding.bytes = 0; /* a run ends it */
    }
    return is_taken;
}

/* Answers with what a run took and with bytes of `tensors` from `offset` on, as many as
 * fit. */
static void answer_times(tcnn_server_t *server, const tcnn_header_t *request,
                         uint32_t cycles, uint32_t micros, const tcnn_tensor_t *tensors,
                         uint32_t count, uint32_t offset) {
    uint32_t size = tcnn_tensors_bytes(tensors, count) - offset;
    if (size > TCNN_MAX_PAYLOAD - TIMES_BYTES) {
        size = TCNN_MAX_PAYLOAD - TIMES_BYTES;
    }
    uint8_t *to = tcnn_reply_begin(&server->exchange, TIMES_BYTES + size);
    tcnn_put_u32(to, cycles);
    tcnn_put_u32(to + 4, micros);
    tcnn_tensors_take(to + TIMES_BYTES, server->model->arena, tensors, offset, size);
    tcnn_reply_send(&server->exchange, request, TIMES_BYTES + size);
}

static void handle_write(tcnn_server_t *server, const tcnn_header_t *request,
                         const uint8_t *payload) {
    if (take_input(server, request, payload, request->length)) {
        answer_done(server, request);
    }
}

static void note_run(void) {
    tcnn_status_count(TCNN_COUNT_RUNS);
    tcnn_status_ran();
}

static void handle_infer(tcnn_server_t *server, const tcnn_header_t *request,
                         const uint8_t *payload) {
    const tcnn_model_t *model = server->model;
    if (!take_last_input(server, request, payload, request->length)) {
        return;
    }
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    model->invoke(model->arena);
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    tcnn_status_tick(start_us + micros);
    note_run();
    answer_times(server, request, server->feeding.cycles + cycles,
                 server->feeding.micros + micros, model->outputs, model->output_count,
                 0);
}

/* Copies the part of a raw frame that is in the request; false, and answered, if it
 * does not fit or was not the last one. */
static bool take_frame(tcnn_server_t *server, const tcnn_header_t *request,
                       const uint8_t *payload) {
    const tcnn_model_t *model = server->model;
    const tcnn_preprocess_t *p = server->preprocess;
    if (p == NULL) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_TYPE,
                         "no raw frames here");
        return false;
    }
    if (request->length < 2u * OFFSET_BYTES) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH, "no offset");
        return false;
    }
    const uint32_t total = p->width * p->height * (uint32_t)p->pixels;
    const uint32_t first = tcnn_take_u32(payload);
    const uint32_t offset = tcnn_take_u32(payload + OFFSET_BYTES);
    const uint32_t size = request->length - 2u * OFFSET_BYTES;
    if (first > tcnn_tensors_bytes(model->inputs, model->input_count) ||
        offset > total || size > total - offset) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE,
                         "outside the inputs or the frame");
        return false;
    }
    memcpy(p->frame + offset, payload + 2u * OFFSET_BYTES, size);
    if (offset + size < total) {
        answer_done(server, request);
        return false;
    }
    return true;
}

static void handle_raw_frame(tcnn_server_t *server, const tcnn_header_t *request,
                             const uint8_t *payload) {
    const tcnn_model_t *model = server->model;
    if (!take_frame(server, request, payload)) {
        return;
    }
    tcnn_status_take();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    server->preprocess->run(server->preprocess,
                            (int8_t *)(model->arena + model->inputs->offset));
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    answer_times(server, request, cycles, micros, model->inputs, model->input_count,
                 tcnn_take_u32(payload));
}

static void put_step(uint8_t *to, uint32_t cycles, uint32_t micros, uint32_t stack) {
    tcnn_put_u32(to, cycles);
    tcnn_put_u32(to + 4, micros);
    tcnn_put_u32(to + 8, stack);
}

/* Runs one step and writes down what it took. */
static void measure_step(const tcnn_model_t *model, uint32_t number, uint8_t *to) {
    tcnn_stack_paint();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    model->step(model->arena, number);
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    put_step(to, cycles, micros, tcnn_stack_used_below(tcnn_stack_pointer()));
}

static void handle_profile(tcnn_server_t *server, const tcnn_header_t *request,
                           const uint8_t *payload) {
    const uint32_t steps = server->model->steps;
    if (request->length < COUNT_BYTES) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH,
                         "no first step");
        return;
    }
    const uint32_t first = tcnn_take_u16(payload);
    tcnn_stack_paint();
    if (!take_last_input(server, request, payload + COUNT_BYTES,
                         request->length - COUNT_BYTES)) {
        return;
    }
    const uint32_t feeding_stack = tcnn_stack_used_below(tcnn_stack_pointer());
    uint8_t *start = tcnn_reply_begin(&server->exchange, TCNN_MAX_PAYLOAD);
    tcnn_put_u16(start, (uint16_t)steps);
    uint32_t length = COUNT_BYTES;
    for (uint32_t step = 0; step < steps; step++) {
        uint8_t measured[STEP_BYTES];
        measure_step(server->model, step, measured);
        if (server->model->feed != NULL && step == 0) { /* it ran while it was fed */
            put_step(measured, server->feeding.cycles, server->feeding.micros,
                     feeding_stack);
        }
        if (step >= first && length + STEP_BYTES <= TCNN_MAX_PAYLOAD) {
            memcpy(start + length, measured, STEP_BYTES);
            length += STEP_BYTES;
        }
    }
    note_run();
    tcnn_reply_send(&server->exchange, request, length);
}

static void handle_read(tcnn_server_t *server, const tcnn_header_t *request,
                        const uint8_t *payload) {
    const tcnn_model_t *model = server->model;
    const uint32_t total = tcnn_tensors_bytes(model->outputs, model->output_count);
    if (request->length != OFFSET_BYTES + SIZE_BYTES) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH,
                         "READ takes offset and size");
        return;
    }
    const uint32_t offset = tcnn_take_u32(payload);
    const uint32_t size = tcnn_take_u16(payload + OFFSET_BYTES);
    if (offset > total || size > total - offset || size > TCNN_MAX_PAYLOAD) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE,
                         "outside the outputs");
        return;
    }
    tcnn_tensors_take(tcnn_reply_begin(&server->exchange, size), model->arena,
                      model->outputs, offset, size);
    tcnn_reply_send(&server->exchange, request, size);
}

static void handle_status(tcnn_server_t *server, const tcnn_header_t *request,
                          const uint8_t *payload) {
    if (request->length > 1) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH,
                         "STATUS takes at most its actions");
        return;
    }
    tcnn_status_tick(tcnn_port_micros());
    tcnn_status_put(tcnn_reply_begin(&server->exchange, TCNN_STATUS_BYTES),
                    request->length > 0 ? payload[0] : 0);
    tcnn_reply_send(&server->exchange, request, TCNN_STATUS_BYTES);
}

static void handle_trace(tcnn_server_t *server, const tcnn_header_t *request,
                         const uint8_t *payload) {
    const uint32_t type = tcnn_request_type(request);
    const uint32_t head =
        type == TCNN_TENSOR ? COUNT_BYTES + OFFSET_BYTES : COUNT_BYTES;
    if (server->trace == NULL) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_TYPE,
                         "no debug harness here");
        return;
    }
    if (request->length < head) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_LENGTH, "no place");
        return;
    }
    const bool is_new = request->length > head;
    if (is_new &&
        !take_last_input(server, request, payload + head, request->length - head)) {
        return;
    }
    uint8_t *reply = tcnn_reply_begin(&server->exchange, TCNN_MAX_PAYLOAD);
    const uint32_t length =
        server->trace(server->model, (uint8_t)type, payload, is_new, reply);
    if (length == TCNN_TRACE_REFUSED) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_RANGE, "no such place");
        return;
    }
    tcnn_status_ran();
    tcnn_reply_send(&server->exchange, request, length);
}

static void handle_restart(tcnn_server_t *server, const tcnn_header_t *request) {
    if (server->port.restart == NULL) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_TYPE,
                         "it cannot restart itself");
        return;
    }
    answer_done(server, request);
    server->port.restart();
}

TCNN_SHARED void tcnn_serve(tcnn_server_t *server, const tcnn_header_t *request,
                            const uint8_t *payload) {
    const uint32_t type = tcnn_request_type(request);
    if (server->problem != NULL && type != TCNN_HELLO && type != TCNN_STATUS) {
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_MODEL, server->problem);
        return;
    }
    tcnn_port_show(TCNN_BUSY);
    switch (type) {
    case TCNN_HELLO:
        handle_hello(server, request);
        break;
    case TCNN_WRITE:
        handle_write(server, request, payload);
        break;
    case TCNN_INFER:
        handle_infer(server, request, payload);
        break;
    case TCNN_READ:
        handle_read(server, request, payload);
        break;
    case TCNN_PROFILE:
        handle_profile(server, request, payload);
        break;
    case TCNN_FRAME:
        handle_raw_frame(server, request, payload);
        break;
    case TCNN_STATUS:
        handle_status(server, request, payload);
        break;
    case TCNN_RESTART:
        handle_restart(server, request);
        break;
    case TCNN_CHECKSUM:
    case TCNN_TENSOR:
        handle_trace(server, request, payload);
        break;
    default:
        tcnn_reply_error(&server->exchange, request, TCNN_ERROR_TYPE,
                         "unknown request");
        break;
    }
}
