/*
 * tcnn_harness.c - serves one model over a byte stream: the device side of the protocol
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "tcnn_replies.h"
#include "tcnn_stack.h"
#include "tcnn_status.h"

#define SILENCE_US 200000u
#define IDLE_US 3000000u
#define READ_BYTES 128u
#define NO_SEQUENCE 0xFFFFFFFFu

/* Broken packets in a row that are answered: on a line that echoes and damages, every
 * answer makes the next one. */
#define MOST_COMPLAINTS 8u

/* Sizes of the parts of payloads. */
#define OFFSET_BYTES 4u
#define TIMES_BYTES 8u
#define SIZE_BYTES 2u
#define COUNT_BYTES 2u
#define STEP_BYTES 12u
#define FRAME_FORMAT_BYTES 5u
#define HELLO_FIXED_BYTES 70u
#define TENSOR_BYTES (2u + 4u * TCNN_MAX_RANK + 8u)
#define HELLO_STRINGS 4u
#define ERROR_TEXT_BYTES 40u

/* A string of the HELLO reply is cut to this, so that the reply always fits. */
#define HELLO_ROOM                                                                     \
    (TCNN_MAX_PAYLOAD - HELLO_FIXED_BYTES - 2u * TCNN_MAX_TENSORS * TENSOR_BYTES -     \
     FRAME_FORMAT_BYTES)
#define HELLO_STRING_SHARE (HELLO_ROOM / HELLO_STRINGS - 1u)
#define HELLO_STRING_BYTES (HELLO_STRING_SHARE < 255u ? HELLO_STRING_SHARE : 255u)

_Static_assert(TCNN_MAX_PAYLOAD >= 768 && TCNN_MAX_PAYLOAD <= 16384,
               "TCNN_MAX_PAYLOAD must be 768 to 16384");

static struct {
    const tcnn_model_t *model;
    const tcnn_preprocess_t *preprocess; /* NULL: no raw frames */
    tcnn_trace_t trace;                  /* NULL: no debug harness */
    tcnn_port_info_t port;
    tcnn_guard_t before_decoder;
    tcnn_decoder_t decoder;
    tcnn_guard_t behind_decoder;
    const char *problem; /* why the model cannot run; NULL: it can */
    tcnn_state_t state;  /* between requests */
    uint32_t complaints; /* about broken packets, since a sound one or a silence */
    uint32_t heard_us;   /* when the last bytes had been worked on */
    bool heard;          /* bytes have arrived since the clock was looked at */
    bool idle;           /* nothing has arrived for a while */
    bool gap_told;       /* the host knows that a request after the last is missing */
    bool has_printed;    /* text lies before the next packet */
    bool greeted;        /* there is a session */
    uint32_t session;
    uint32_t sequence;      /* of the last request answered */
    tcnn_replies_t replies; /* to it and those before it */
} harness;

/* What is asked for, without its mark. */
static uint32_t request_type(const tcnn_header_t *request) {
    return request->type & ~(uint32_t)TCNN_CHAINED;
}

/* Sends a packet, apart from text before it. */
static void send_packet(const uint8_t *packet, uint32_t size) {
    static const uint8_t delimiter = 0;
    if (harness.has_printed) {
        tcnn_port_write(&delimiter, 1);
        harness.has_printed = false;
    }
    tcnn_port_write(packet, size);
}

/* Where to put at most `length` bytes of payload, to be sent by answer(). Older replies
 * make room, so it is asked for when nothing can go wrong any more. */
static uint8_t *begin_reply(uint32_t length) {
    return tcnn_packet_payload(tcnn_replies_reserve(&harness.replies, length));
}

/* Answers `request` with the `length` bytes of payload in the reply that was begun. */
static void answer(const tcnn_header_t *request, uint32_t length) {
    uint8_t *reply = harness.replies.data + harness.replies.next;
    tcnn_header_t header = *request;
    header.version = TCNN_PROTOCOL_VERSION;
    header.type = (uint8_t)(request_type(request) | (uint32_t)TCNN_REPLY);
    header.length = (uint16_t)length;
    harness.greeted = true;
    harness.session = request->session;
    harness.sequence = request->sequence;
    const uint32_t size = tcnn_packet_encode(reply, &header);
    tcnn_replies_keep(&harness.replies, request->sequence, size);
    harness.gap_told = false;
    harness.state = TCNN_ALIVE;
    send_packet(reply, size);
}

/* Answers without payload. */
static void answer_done(const tcnn_header_t *request) {
    (void)begin_reply(0);
    answer(request, 0);
}

/* Answers with an error. It leaves all replies alone: a request that failed changed
 * nothing and fails again when it is repeated. */
static void answer_error(const tcnn_header_t *request, uint8_t code, const char *text) {
    uint8_t buffer[TCNN_COBS_BYTES + TCNN_HEADER_BYTES + 1u + ERROR_TEXT_BYTES +
                   TCNN_CRC_BYTES + 2u];
    uint8_t *payload = tcnn_packet_payload(buffer);
    uint32_t length = 0;
    payload[length++] = code;
    while (*text != '\0' && length <= ERROR_TEXT_BYTES) {
        payload[length++] = (uint8_t)*text++;
    }
    const tcnn_header_t header = {
        .version = TCNN_PROTOCOL_VERSION,
        .type = TCNN_ERROR,
        .length = (uint16_t)length,
        .session = request->session,
        .sequence = request->sequence,
    };
    harness.state = TCNN_FAILED;
    tcnn_status_count(TCNN_COUNT_ERRORS);
    send_packet(buffer, tcnn_packet_encode(buffer, &header));
}

static uint8_t *put_tensor(uint8_t *to, const tcnn_tensor_t *tensor) {
    uint32_t scale;
    memcpy(&scale, &tensor->scale, sizeof scale);
    *to++ = (uint8_t)tensor->dtype;
    *to++ = (uint8_t)tensor->rank;
    for (uint32_t i = 0; i < tensor->rank; i++) {
        tcnn_put_u32(to, tensor->shape[i]);
        to += 4;
    }
    tcnn_put_u32(to, scale);
    tcnn_put_u32(to + 4, (uint32_t)tensor->zero_point);
    return to + 8;
}

static uint8_t *put_string(uint8_t *to, const char *text) {
    uint8_t *length = to++;
    *length = 0;
    while (*text != '\0' && *length < HELLO_STRING_BYTES) {
        *to++ = (uint8_t)*text++;
        ++*length;
    }
    return to;
}

static void handle_hello(const tcnn_header_t *request) {
    const tcnn_model_t *model = harness.model;
    if (request->length != 0) {
        answer_error(request, TCNN_ERROR_LENGTH, "HELLO has no payload");
        return;
    }
    uint8_t *start = begin_reply(TCNN_MAX_PAYLOAD);
    memcpy(start, "TCNN", 4);
    tcnn_put_u16(start + 4, TCNN_MAX_PAYLOAD);
    tcnn_put_u16(start + 6, harness.port.flags);
    tcnn_put_u32(start + 8, harness.port.clock_hz);
    tcnn_put_u32(start + 12, model->arena_bytes);
    tcnn_put_u32(start + 16, tcnn_stack_used());
    memcpy(start + 20, harness.port.board_id, 8);
    memcpy(start + 28, model->sha256, 32);
    start[60] = (uint8_t)model->input_count;
    start[61] = (uint8_t)model->output_count;
    tcnn_put_u16(start + 62, TCNN_WINDOW);
    tcnn_put_u16(start + 64, sizeof harness.replies.data);
    tcnn_put_u32(start + 66, harness.port.receive_bytes);
    uint8_t *to = start + HELLO_FIXED_BYTES;
    for (uint32_t i = 0; i < model->input_count; i++) {
        to = put_tensor(to, &model->inputs[i]);
    }
    for (uint32_t i = 0; i < model->output_count; i++) {
        to = put_tensor(to, &model->outputs[i]);
    }
    to = put_string(to, model->name);
    to = put_string(to, model->generator);
    to = put_string(to, model->numerics);
    to = put_string(to, harness.port.board);
    if (harness.preprocess != NULL) {
        tcnn_put_u16(to, (uint16_t)harness.preprocess->width);
        tcnn_put_u16(to + 2, (uint16_t)harness.preprocess->height);
        to[4] = (uint8_t)harness.preprocess->pixels;
        to += FRAME_FORMAT_BYTES;
    }
    answer(request, (uint32_t)(to - start));
}

static uint32_t total_bytes(const tcnn_tensor_t *tensors, uint32_t count) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += tensors[i].bytes;
    }
    return total;
}

/* The part of [offset, offset + size) that lies in one tensor: where it is in the
 * arena, and its size. The tensors are laid end to end, and the part begins in one of
 * them. */
static uint8_t *locate(const tcnn_tensor_t *tensors, uint32_t offset, uint32_t *size) {
    while (offset >= tensors->bytes) {
        offset -= tensors->bytes;
        tensors++;
    }
    if (*size > tensors->bytes - offset) {
        *size = tensors->bytes - offset;
    }
    return harness.model->arena + tensors->offset + offset;
}

/* Copies the part of the inputs in the request's last `length` bytes; false, and
 * answered, if it does not fit. */
static bool take_input(const tcnn_header_t *request, const uint8_t *payload,
                       uint32_t length) {
    const tcnn_model_t *model = harness.model;
    const uint32_t total = total_bytes(model->inputs, model->input_count);
    if (length < OFFSET_BYTES) {
        answer_error(request, TCNN_ERROR_LENGTH, "no offset");
        return false;
    }
    const uint32_t offset = tcnn_take_u32(payload);
    const uint32_t size = length - OFFSET_BYTES;
    if (offset > total || size > total - offset) {
        answer_error(request, TCNN_ERROR_RANGE, "outside the inputs");
        return false;
    }
    tcnn_status_take();
    for (uint32_t done = 0, part; done < size; done += part) {
        part = size - done;
        uint8_t *to = locate(model->inputs, offset + done, &part);
        memcpy(to, payload + OFFSET_BYTES + done, part);
    }
    return true;
}

static void give(uint8_t *to, const tcnn_tensor_t *tensors, uint32_t offset,
                 uint32_t size) {
    for (uint32_t done = 0, part; done < size; done += part) {
        part = size - done;
        const uint8_t *from = locate(tensors, offset + done, &part);
        memcpy(to + done, from, part);
    }
}

/* Answers with what a run took and with bytes of `tensors` from `offset` on, as many as
 * fit. */
static void answer_times(const tcnn_header_t *request, uint32_t cycles, uint32_t micros,
                         const tcnn_tensor_t *tensors, uint32_t count,
                         uint32_t offset) {
    uint32_t size = total_bytes(tensors, count) - offset;
    if (size > TCNN_MAX_PAYLOAD - TIMES_BYTES) {
        size = TCNN_MAX_PAYLOAD - TIMES_BYTES;
    }
    uint8_t *to = begin_reply(TIMES_BYTES + size);
    tcnn_put_u32(to, cycles);
    tcnn_put_u32(to + 4, micros);
    give(to + TIMES_BYTES, tensors, offset, size);
    answer(request, TIMES_BYTES + size);
}

static void handle_write(const tcnn_header_t *request, const uint8_t *payload) {
    if (take_input(request, payload, request->length)) {
        answer_done(request);
    }
}

static void note_run(void) {
    tcnn_status_count(TCNN_COUNT_RUNS);
    tcnn_status_ran();
}

static void handle_infer(const tcnn_header_t *request, const uint8_t *payload) {
    const tcnn_model_t *model = harness.model;
    if (!take_input(request, payload, request->length)) {
        return;
    }
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    model->invoke(model->arena);
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    tcnn_status_tick(start_us + micros);
    note_run();
    answer_times(request, cycles, micros, model->outputs, model->output_count, 0);
}

/* Copies the part of a raw frame that is in the request; false, and answered, if it
 * does not fit or was not the last one. */
static bool take_frame(const tcnn_header_t *request, const uint8_t *payload) {
    const tcnn_model_t *model = harness.model;
    const tcnn_preprocess_t *p = harness.preprocess;
    if (p == NULL) {
        answer_error(request, TCNN_ERROR_TYPE, "no raw frames here");
        return false;
    }
    if (request->length < 2u * OFFSET_BYTES) {
        answer_error(request, TCNN_ERROR_LENGTH, "no offset");
        return false;
    }
    const uint32_t total = p->width * p->height * (uint32_t)p->pixels;
    const uint32_t first = tcnn_take_u32(payload);
    const uint32_t offset = tcnn_take_u32(payload + OFFSET_BYTES);
    const uint32_t size = request->length - 2u * OFFSET_BYTES;
    if (first > total_bytes(model->inputs, model->input_count) || offset > total ||
        size > total - offset) {
        answer_error(request, TCNN_ERROR_RANGE, "outside the inputs or the frame");
        return false;
    }
    memcpy(p->frame + offset, payload + 2u * OFFSET_BYTES, size);
    if (offset + size < total) {
        answer_done(request);
        return false;
    }
    return true;
}

static void handle_raw_frame(const tcnn_header_t *request, const uint8_t *payload) {
    const tcnn_model_t *model = harness.model;
    if (!take_frame(request, payload)) {
        return;
    }
    tcnn_status_take();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    harness.preprocess->run(harness.preprocess,
                            (int8_t *)(model->arena + model->inputs->offset));
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    answer_times(request, cycles, micros, model->inputs, model->input_count,
                 tcnn_take_u32(payload));
}

/* Runs one step and writes down what it took. */
static void measure_step(uint32_t number, uint8_t *to) {
    const tcnn_model_t *model = harness.model;
    tcnn_stack_paint();
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    model->step(model->arena, number);
    const uint32_t cycles = tcnn_port_cycles() - start;
    const uint32_t micros = tcnn_port_micros() - start_us;
    tcnn_put_u32(to, cycles);
    tcnn_put_u32(to + 4, micros);
    tcnn_put_u32(to + 8, tcnn_stack_used_below(tcnn_stack_pointer()));
}

static void handle_profile(const tcnn_header_t *request, const uint8_t *payload) {
    const uint32_t steps = harness.model->steps;
    if (request->length < COUNT_BYTES) {
        answer_error(request, TCNN_ERROR_LENGTH, "no first step");
        return;
    }
    const uint32_t first = tcnn_take_u16(payload);
    if (!take_input(request, payload + COUNT_BYTES, request->length - COUNT_BYTES)) {
        return;
    }
    uint8_t *start = begin_reply(TCNN_MAX_PAYLOAD);
    tcnn_put_u16(start, (uint16_t)steps);
    uint32_t length = COUNT_BYTES;
    for (uint32_t step = 0; step < steps; step++) {
        uint8_t measured[STEP_BYTES];
        measure_step(step, measured);
        if (step >= first && length + STEP_BYTES <= TCNN_MAX_PAYLOAD) {
            memcpy(start + length, measured, STEP_BYTES);
            length += STEP_BYTES;
        }
    }
    note_run();
    answer(request, length);
}

static void handle_read(const tcnn_header_t *request, const uint8_t *payload) {
    const tcnn_model_t *model = harness.model;
    const uint32_t total = total_bytes(model->outputs, model->output_count);
    if (request->length != OFFSET_BYTES + SIZE_BYTES) {
        answer_error(request, TCNN_ERROR_LENGTH, "READ takes offset and size");
        return;
    }
    const uint32_t offset = tcnn_take_u32(payload);
    const uint32_t size = tcnn_take_u16(payload + OFFSET_BYTES);
    if (offset > total || size > total - offset || size > TCNN_MAX_PAYLOAD) {
        answer_error(request, TCNN_ERROR_RANGE, "outside the outputs");
        return;
    }
    give(begin_reply(size), model->outputs, offset, size);
    answer(request, size);
}

static void handle_status(const tcnn_header_t *request, const uint8_t *payload) {
    if (request->length > 1) {
        answer_error(request, TCNN_ERROR_LENGTH, "STATUS takes at most its actions");
        return;
    }
    tcnn_status_tick(tcnn_port_micros());
    tcnn_status_put(begin_reply(TCNN_STATUS_BYTES),
                    request->length > 0 ? payload[0] : 0);
    answer(request, TCNN_STATUS_BYTES);
}

static void handle_trace(const tcnn_header_t *request, const uint8_t *payload) {
    const uint32_t type = request_type(request);
    const uint32_t head =
        type == TCNN_TENSOR ? COUNT_BYTES + OFFSET_BYTES : COUNT_BYTES;
    if (harness.trace == NULL) {
        answer_error(request, TCNN_ERROR_TYPE, "no debug harness here");
        return;
    }
    if (request->length < head) {
        answer_error(request, TCNN_ERROR_LENGTH, "no place");
        return;
    }
    const bool is_new = request->length > head;
    if (is_new && !take_input(request, payload + head, request->length - head)) {
        return;
    }
    uint8_t *reply = begin_reply(TCNN_MAX_PAYLOAD);
    const uint32_t length =
        harness.trace(harness.model, (uint8_t)type, payload, is_new, reply);
    if (length == TCNN_TRACE_REFUSED) {
        answer_error(request, TCNN_ERROR_RANGE, "no such place");
        return;
    }
    tcnn_status_ran();
    answer(request, length);
}

static void handle_restart(const tcnn_header_t *request) {
    if (harness.port.restart == NULL) {
        answer_error(request, TCNN_ERROR_TYPE, "it cannot restart itself");
        return;
    }
    answer_done(request);
    harness.port.restart();
}

/* True if the request is to follow one that has not arrived; says so once. */
static bool is_early(const tcnn_header_t *request, uint32_t ahead) {
    if ((request->type & (uint32_t)TCNN_CHAINED) == 0 || ahead == 1) {
        return false;
    }
    if (!harness.gap_told) {
        answer_error(request, TCNN_ERROR_ORDER, "the one before it is missing");
        harness.gap_told = true;
    }
    return true;
}

/* Takes what belongs to the exchange so far: true if nothing is left to do. */
static bool settle(const tcnn_header_t *request) {
    const bool same = harness.greeted && request->session == harness.session;
    if (request->version != TCNN_PROTOCOL_VERSION) {
        answer_error(request, TCNN_ERROR_VERSION, "protocol version 3 only");
        return true;
    }
    if (!same) {
        if (request_type(request) != TCNN_HELLO) {
            answer_error(request, TCNN_ERROR_SESSION, "unknown session");
            return true;
        }
        return false;
    }
    const tcnn_kept_t *kept = tcnn_replies_find(&harness.replies, request->sequence);
    if (kept != NULL) {
        tcnn_status_count(TCNN_COUNT_REPEATS);
        send_packet(harness.replies.data + kept->start, kept->size);
        return true;
    }
    /* Sequence numbers grow, around the end of 32 bits too: this one came too late. */
    const uint32_t ahead = request->sequence - harness.sequence;
    if (ahead == 0 || ahead > UINT32_MAX / 2u) {
        tcnn_status_count(TCNN_COUNT_LATE);
        return true;
    }
    return is_early(request, ahead);
}

static void handle_packet(void) {
    const tcnn_header_t *request = &harness.decoder.header;
    const uint8_t *payload = tcnn_decoder_payload(&harness.decoder);
    if ((request->type & (uint32_t)TCNN_REPLY) != 0) {
        return; /* a reply or an error: the line echoes what was sent */
    }
    harness.complaints = 0;
    tcnn_status_count(TCNN_COUNT_REQUESTS);
    if (settle(request)) {
        return;
    }
    if (harness.problem != NULL && request_type(request) != TCNN_HELLO &&
        request_type(request) != TCNN_STATUS) {
        answer_error(request, TCNN_ERROR_MODEL, harness.problem);
        return;
    }
    tcnn_port_show(TCNN_BUSY);
    switch (request_type(request)) {
    case TCNN_HELLO:
        handle_hello(request);
        break;
    case TCNN_WRITE:
        handle_write(request, payload);
        break;
    case TCNN_INFER:
        handle_infer(request, payload);
        break;
    case TCNN_READ:
        handle_read(request, payload);
        break;
    case TCNN_PROFILE:
        handle_profile(request, payload);
        break;
    case TCNN_FRAME:
        handle_raw_frame(request, payload);
        break;
    case TCNN_STATUS:
        handle_status(request, payload);
        break;
    case TCNN_RESTART:
        handle_restart(request);
        break;
    case TCNN_CHECKSUM:
    case TCNN_TENSOR:
        handle_trace(request, payload);
        break;
    default:
        answer_error(request, TCNN_ERROR_TYPE, "unknown request");
        break;
    }
}

static void complain(void) {
    tcnn_status_count(TCNN_COUNT_BROKEN);
    static const tcnn_header_t nobody = {.session = 0, .sequence = NO_SEQUENCE};
    if (harness.complaints < MOST_COMPLAINTS) {
        harness.complaints++;
        answer_error(&nobody, TCNN_ERROR_BAD_PACKET, "send again");
    }
}

static void handle_byte(uint8_t byte) {
    switch (tcnn_decoder_push(&harness.decoder, byte)) {
    case TCNN_PACKET_READY:
        handle_packet();
        break;
    case TCNN_PACKET_BROKEN:
        complain();
        break;
    case TCNN_PACKET_NONE:
        break;
    }
}

static void watch_buffers(void) {
    tcnn_status_guard(&harness.before_decoder);
    tcnn_status_guard(&harness.behind_decoder);
    tcnn_status_guard(&harness.replies.before);
    tcnn_status_guard(&harness.replies.behind);
}

TCNN_SHARED void tcnn_harness_init(const tcnn_model_t *model) {
    memset(&harness, 0, sizeof harness);
    harness.model = model;
    harness.port.board = "";
    tcnn_port_init(&harness.port);
    tcnn_stack_watch(harness.port.stack_floor);
    tcnn_status_watch(model, harness.port.reset_causes);
    watch_buffers();
    if (model->start != NULL) {
        harness.problem = model->start();
    }
    harness.state = harness.problem == NULL ? TCNN_ALIVE : TCNN_FAILED;
    harness.heard_us = tcnn_port_micros();
}

TCNN_SHARED void tcnn_harness_take_frames(const tcnn_preprocess_t *preprocess) {
    harness.preprocess = preprocess;
}

TCNN_SHARED void tcnn_harness_take_trace(tcnn_trace_t trace) { harness.trace = trace; }

TCNN_SHARED bool tcnn_harness_is_idle(void) {
    return harness.idle && harness.problem == NULL;
}

TCNN_SHARED void tcnn_harness_print(const char *text) {
    uint32_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    tcnn_port_write((const uint8_t *)text, size);
    harness.has_printed = true;
}

TCNN_SHARED void tcnn_harness_poll(void) {
    uint8_t data[READ_BYTES];
    const uint32_t count = tcnn_port_read(data, sizeof data);
    if (count == 0) {
        const uint32_t now_us = tcnn_port_micros();
        if (harness.heard) { /* the clock is not looked at while bytes arrive */
            harness.heard = false;
            harness.heard_us = now_us;
        }
        tcnn_port_show(harness.state);
        const uint32_t silence_us = now_us - harness.heard_us;
        tcnn_status_tick(now_us);
        if (silence_us > SILENCE_US) {
            tcnn_decoder_reset(&harness.decoder);
            harness.complaints = 0;
        }
        harness.idle = harness.idle || silence_us > IDLE_US;
        return;
    }
    harness.idle = false;
    harness.heard = true;
    for (uint32_t i = 0; i < count;) {
        const uint32_t copied =
            tcnn_decoder_copy(&harness.decoder, data + i, count - i);
        i += copied;
        if (copied == 0) {
            handle_byte(data[i++]);
        }
    }
}
