/*
 * tcnn_exchange.h - sessions and sequence numbers: what is to be done, what was
 * answered SPDX-License-Identifier: Apache-2.0
 *
 * A request is carried out once and in its order, however often it arrives. What it was
 * answered is kept and sent again.
 */
#ifndef TCNN_EXCHANGE_H
#define TCNN_EXCHANGE_H

#include "tcnn_replies.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Set it to zero before the first. */
typedef struct {
    tcnn_state_t state;     /* between requests */
    bool gap_told;          /* 1: the host knows that the next request is missing */
    bool has_printed;       /* 1: text lies before the next packet */
    bool greeted;           /* 1: there is a session */
    uint32_t session;       /* which the host chose, any */
    uint32_t sequence;      /* of the last request answered, any */
    tcnn_replies_t replies; /* to it and those before it */
} tcnn_exchange_t;

/* What is asked for, without its mark. */
static inline uint32_t tcnn_request_type(const tcnn_header_t *request) {
    return request->type & ~(uint32_t)TCNN_CHAINED;
}

/* Takes what belongs to the exchange so far: true if nothing is left to do. */
bool tcnn_exchange_settle(tcnn_exchange_t *exchange, const tcnn_header_t *request);

/* Where to put at most `length` bytes of payload, to be sent by send. Older replies
 * make room, so it is asked for when nothing can go wrong any more. */
uint8_t *tcnn_reply_begin(tcnn_exchange_t *exchange, uint32_t length);

/* Answers `request` with the `length` bytes of payload in the reply that was begun. */
void tcnn_reply_send(tcnn_exchange_t *exchange, const tcnn_header_t *request,
                     uint32_t length);

/* Answers with an error, TCNN_ERROR_*. It leaves all replies alone: a request that
 * failed changed nothing and fails again when it is repeated. */
void tcnn_reply_error(tcnn_exchange_t *exchange, const tcnn_header_t *request,
                      uint8_t code, const char *text);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_EXCHANGE_H */
