/*
 * tcnn_server.h - what is served, and the requests for it
 * SPDX-License-Identifier: Apache-2.0
 *
 * harness.h describes requests and replies.
 */
#ifndef TCNN_SERVER_H
#define TCNN_SERVER_H

#include "tcnn_exchange.h"
#include "tcnn_feeding.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    tcnn_exchange_t exchange;            /* with the host */
    const tcnn_model_t *model;           /* never NULL */
    const tcnn_preprocess_t *preprocess; /* NULL: no raw frames */
    tcnn_trace_t trace;                  /* NULL: no debug harness */
    tcnn_port_info_t port;               /* as the port filled it in */
    const char *problem;                 /* why the model cannot run; NULL: it can */
    tcnn_feeding_t feeding;              /* of a model whose input is fed */
} tcnn_server_t;

/* Carries out a request that the exchange has left to do, and answers it. */
void tcnn_serve(tcnn_server_t *server, const tcnn_header_t *request,
                const uint8_t *payload);

/* Writes the HELLO reply's payload, at most TCNN_MAX_PAYLOAD bytes; returns how many.
 */
uint32_t tcnn_hello_put(uint8_t *to, const tcnn_server_t *server);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_SERVER_H */
