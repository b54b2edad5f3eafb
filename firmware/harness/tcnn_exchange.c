/*
 * tcnn_exchange.c - sessions and sequence numbers: what is to be done, what was
 * answered SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_exchange.h"

#include <stddef.h>

#define ERROR_TEXT_BYTES 40u

/* Sends a packet, apart from text before it. */
static void send_packet(tcnn_exchange_t *exchange, const uint8_t *packet,
                        uint32_t size) {
    static const uint8_t delimiter = 0;
    if (exchange->has_printed) {
        tcnn_port_write(&delimiter, 1);
        exchange->has_printed = false;
    }
    tcnn_port_write(packet, size);
}

TCNN_SHARED uint8_t *tcnn_reply_begin(tcnn_exchange_t *exchange, uint32_t length) {
    return tcnn_packet_payload(tcnn_replies_reserve(&exchange->replies, length));
}

TCNN_SHARED void tcnn_reply_send(tcnn_exchange_t *exchange,
                                 const tcnn_header_t *request, uint32_t length) {
    uint8_t *reply = exchange->replies.data + exchange->replies.next;
    tcnn_header_t header = *request;
    header.version = TCNN_PROTOCOL_VERSION;
    header.type = (uint8_t)(tcnn_request_type(request) | (uint32_t)TCNN_REPLY);
    header.length = (uint16_t)length;
    exchange->greeted = true;
    exchange->session = request->session;
    exchange->sequence = request->sequence;
    const uint32_t size = tcnn_packet_encode(reply, &header);
    tcnn_replies_keep(&exchange->replies, request->sequence, size);
    exchange->gap_told = false;
    exchange->state = TCNN_ALIVE;
    send_packet(exchange, reply, size);
}

TCNN_SHARED void tcnn_reply_error(tcnn_exchange_t *exchange,
                                  const tcnn_header_t *request, uint8_t code,
                                  const char *text) {
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
    exchange->state = TCNN_FAILED;
    tcnn_status_count(TCNN_COUNT_ERRORS);
    send_packet(exchange, buffer, tcnn_packet_encode(buffer, &header));
}

/* True if the request is to follow one that has not arrived; says so once. */
static bool is_early(tcnn_exchange_t *exchange, const tcnn_header_t *request,
                     uint32_t ahead) {
    if ((request->type & (uint32_t)TCNN_CHAINED) == 0 || ahead == 1) {
        return false;
    }
    if (!exchange->gap_told) {
        tcnn_reply_error(exchange, request, TCNN_ERROR_ORDER,
                         "the one before it is missing");
        exchange->gap_told = true;
    }
    return true;
}

TCNN_SHARED bool tcnn_exchange_settle(tcnn_exchange_t *exchange,
                                      const tcnn_header_t *request) {
    const bool same = exchange->greeted && request->session == exchange->session;
    if (request->version != TCNN_PROTOCOL_VERSION) {
        tcnn_reply_error(exchange, request, TCNN_ERROR_VERSION,
                         "protocol version 3 only");
        return true;
    }
    if (!same) {
        if (tcnn_request_type(request) != TCNN_HELLO) {
            tcnn_reply_error(exchange, request, TCNN_ERROR_SESSION, "unknown session");
            return true;
        }
        return false;
    }
    const tcnn_kept_t *kept = tcnn_replies_find(&exchange->replies, request->sequence);
    if (kept != NULL) {
        tcnn_status_count(TCNN_COUNT_REPEATS);
        send_packet(exchange, exchange->replies.data + kept->start, kept->size);
        return true;
    }
    /* Sequence numbers grow, around the end of 32 bits too: this one came too late. */
    const uint32_t ahead = request->sequence - exchange->sequence;
    if (ahead == 0 || ahead > UINT32_MAX / 2u) {
        tcnn_status_count(TCNN_COUNT_LATE);
        return true;
    }
    return is_early(exchange, request, ahead);
}
