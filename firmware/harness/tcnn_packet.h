/*
 * tcnn_packet.h - packets of the protocol: COBS and CRC-32, to and from bytes
 * SPDX-License-Identifier: Apache-2.0
 *
 * The layout of a packet is described in harness.h. Nothing here knows what a packet
 * means, and nothing here touches a port.
 */
#ifndef TCNN_PACKET_H
#define TCNN_PACKET_H

#include <stdbool.h>

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TCNN_HEADER_BYTES 12u
#define TCNN_CRC_BYTES 4u

/* Largest packet before encoding. */
#define TCNN_PACKET_BYTES (TCNN_HEADER_BYTES + TCNN_MAX_PAYLOAD + TCNN_CRC_BYTES)

/* What encoding adds in front: one byte, and one for every 254. */
#define TCNN_COBS_BYTES (1u + TCNN_PACKET_BYTES / 254u)

/* A buffer for one packet: before encoding it starts at TCNN_COBS_BYTES, afterwards at
 * 0 and ends with at most two delimiters. */
#define TCNN_PACKET_BUFFER_BYTES (TCNN_REPLY_OVERHEAD_BYTES + TCNN_MAX_PAYLOAD)

/* What a packet in its buffer takes beside its payload. */
#define TCNN_REPLY_OVERHEAD_BYTES                                                      \
    (TCNN_COBS_BYTES + TCNN_HEADER_BYTES + TCNN_CRC_BYTES + 2u)

typedef struct {
    uint8_t version;   /* of the protocol, 0 to 255 */
    uint8_t type;      /* of a request, a reply or an error, 0 to 255 */
    uint16_t length;   /* bytes of payload; 0 to TCNN_MAX_PAYLOAD */
    uint32_t session;  /* which the host chose in HELLO, any; 0: none */
    uint32_t sequence; /* the host's number of a request, any */
} tcnn_header_t;

typedef enum {
    TCNN_PACKET_NONE = 0,   /* more bytes are needed */
    TCNN_PACKET_READY = 1,  /* a whole packet of a right CRC lies in the decoder */
    TCNN_PACKET_BROKEN = 2, /* a packet ended that is too long, too short or corrupt */
} tcnn_packet_status_t;

/* Takes bytes as they arrive; set it to zero before the first. */
typedef struct {
    tcnn_header_t header; /* of the packet that is ready */
    uint32_t count;       /* bytes in `data`; 0 to TCNN_PACKET_BYTES */
    /* bytes before the next code byte; 0 to 254, 0: it comes next */
    uint8_t run;
    bool zero;                       /* 1: the next code byte stands for a zero */
    bool busy;                       /* 1: inside a packet */
    bool broken;                     /* 1: the rest of this packet is skipped */
    uint8_t data[TCNN_PACKET_BYTES]; /* the packet before encoding, any bytes */
} tcnn_decoder_t;

/* CRC-32 of IEEE 802.3, as zlib's crc32. */
uint32_t tcnn_crc32(const uint8_t *data, uint32_t size);

void tcnn_put_u16(uint8_t *to, uint16_t value);
void tcnn_put_u32(uint8_t *to, uint32_t value);
uint16_t tcnn_take_u16(const uint8_t *from);
uint32_t tcnn_take_u32(const uint8_t *from);

/* Forgets a half-received packet. */
void tcnn_decoder_reset(tcnn_decoder_t *decoder);

/* Takes, of `size` bytes that arrived, those that go on with the run that is open, and
 * returns how many: none of them ends a packet or begins a run, which is for push. What
 * push takes one by one is taken faster. */
uint32_t tcnn_decoder_copy(tcnn_decoder_t *decoder, const uint8_t *data, uint32_t size);

/* Takes one byte. What READY announces is valid until the next call. */
tcnn_packet_status_t tcnn_decoder_push(tcnn_decoder_t *decoder, uint8_t byte);

/* Payload of the packet that is ready; `header.length` bytes. */
const uint8_t *tcnn_decoder_payload(const tcnn_decoder_t *decoder);

/* Where to put the payload of a packet to be encoded in `buffer`. */
uint8_t *tcnn_packet_payload(uint8_t *buffer);

/* Completes and encodes, in place, the packet whose payload already lies in `buffer`
 * (of TCNN_COBS_BYTES + TCNN_HEADER_BYTES + length + TCNN_CRC_BYTES + 2 bytes or more).
 * Returns how many bytes to send; never a multiple of 64. */
uint32_t tcnn_packet_encode(uint8_t *buffer, const tcnn_header_t *header);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_PACKET_H */
