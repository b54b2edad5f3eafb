/*
 * tcnn_replies.h - the last replies, kept so that they can be sent again
 * SPDX-License-Identifier: Apache-2.0
 *
 * A host that has several requests on their way may miss the reply to any of them. They
 * are kept in the buffer that they are encoded in, one behind the other, until newer
 * ones need the place: those to the last request, and to as many before it as fit.
 */
#ifndef TCNN_REPLIES_H
#define TCNN_REPLIES_H

#include "tcnn_packet.h"
#include "tcnn_status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t sequence; /* of the request, any */
    uint16_t start;    /* in the buffer, in bytes; 0 or more */
    uint16_t size;     /* encoded; 1 or more */
} tcnn_kept_t;

/* Set it to zero before the first. */
typedef struct {
    uint32_t count;                /* replies that are kept; 0 to TCNN_WINDOW */
    tcnn_kept_t kept[TCNN_WINDOW]; /* oldest first */
    uint32_t next;       /* where the reserved place begins, in bytes; 0 or more */
    tcnn_guard_t before; /* set by who watches it */
    uint8_t data[TCNN_PACKET_BUFFER_BYTES]; /* encoded replies, any bytes */
    tcnn_guard_t behind;                    /* set by who watches it */
} tcnn_replies_t;

/* Where a reply of at most `length` bytes of payload is to be encoded; the oldest are
 * forgotten for it. */
uint8_t *tcnn_replies_reserve(tcnn_replies_t *replies, uint32_t length);

/* Keeps what was encoded to the reserved place, in `size` bytes. */
void tcnn_replies_keep(tcnn_replies_t *replies, uint32_t sequence, uint32_t size);

/* The reply to a request; NULL if it is not kept, or no longer. */
const tcnn_kept_t *tcnn_replies_find(const tcnn_replies_t *replies, uint32_t sequence);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_REPLIES_H */
