/*
 * tcnn_harness.c - serves one model over a byte stream: the device side of the protocol
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes become packets here, the exchange says which of these are to be worked on, the
 * server works on them.
 */
#include <string.h>

#include "tcnn_server.h"
#include "tcnn_stack.h"

#define SILENCE_US 200000u
#define IDLE_US 3000000u
#define READ_BYTES 128u
#define NO_SEQUENCE 0xFFFFFFFFu

/* Broken packets in a row that are answered: on a line that echoes and damages, every
 * answer makes the next one. */
#define MOST_COMPLAINTS 8u

static struct {
    tcnn_guard_t before_decoder;
    tcnn_decoder_t decoder;
    tcnn_guard_t behind_decoder;
    tcnn_server_t server;
    uint32_t complaints; /* about broken packets, since a sound one or a silence */
    uint32_t heard_us;   /* when the last bytes had been worked on */
    bool heard;          /* bytes have arrived since the clock was looked at */
    bool idle;           /* nothing has arrived for a while */
} harness;

static void handle_packet(void) {
    const tcnn_header_t *request = &harness.decoder.header;
    if ((request->type & (uint32_t)TCNN_REPLY) != 0) {
        return; /* a reply or an error: the line echoes what was sent */
    }
    harness.complaints = 0;
    tcnn_status_count(TCNN_COUNT_REQUESTS);
    if (!tcnn_exchange_settle(&harness.server.exchange, request)) {
        tcnn_serve(&harness.server, request, tcnn_decoder_payload(&harness.decoder));
    }
}

static void complain(void) {
    tcnn_status_count(TCNN_COUNT_BROKEN);
    static const tcnn_header_t nobody = {.session = 0, .sequence = NO_SEQUENCE};
    if (harness.complaints < MOST_COMPLAINTS) {
        harness.complaints++;
        tcnn_reply_error(&harness.server.exchange, &nobody, TCNN_ERROR_BAD_PACKET,
                         "send again");
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
    tcnn_status_guard(&harness.server.exchange.replies.before);
    tcnn_status_guard(&harness.server.exchange.replies.behind);
}

TCNN_SHARED void tcnn_harness_init(const tcnn_model_t *model) {
    memset(&harness, 0, sizeof harness);
    harness.server.model = model;
    harness.server.port.board = "";
    tcnn_port_init(&harness.server.port);
    tcnn_stack_watch(harness.server.port.stack_floor);
    tcnn_status_watch(model, harness.server.port.reset_causes);
    watch_buffers();
    if (model->start != NULL) {
        harness.server.problem = model->start();
    }
    harness.server.exchange.state =
        harness.server.problem == NULL ? TCNN_ALIVE : TCNN_FAILED;
    harness.heard_us = tcnn_port_micros();
}

TCNN_SHARED void tcnn_harness_take_frames(const tcnn_preprocess_t *preprocess) {
    harness.server.preprocess = preprocess;
}

TCNN_SHARED void tcnn_harness_take_trace(tcnn_trace_t trace) {
    harness.server.trace = trace;
}

TCNN_SHARED bool tcnn_harness_is_idle(void) {
    return harness.idle && harness.server.problem == NULL;
}

TCNN_SHARED void tcnn_harness_print(const char *text) {
    uint32_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    tcnn_port_write((const uint8_t *)text, size);
    harness.server.exchange.has_printed = true;
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
        tcnn_port_show(harness.server.exchange.state);
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
