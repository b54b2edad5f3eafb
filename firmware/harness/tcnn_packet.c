/*
 * tcnn_packet.c - packets of the protocol: COBS and CRC-32, to and from bytes
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_packet.h"

#define COBS_LONGEST_RUN 254u
#define USB_PACKET_BYTES 64u

/* Remainders of the 16 values of four bits, polynomial 0xEDB88320. */
static const uint32_t crc_of_nibble[16] = {
    0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
    0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
    0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
};

TCNN_SHARED uint32_t tcnn_crc32(const uint8_t *data, uint32_t size) {
    uint32_t crc = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= data[i];
        crc = (crc >> 4) ^ crc_of_nibble[crc & 15u];
        crc = (crc >> 4) ^ crc_of_nibble[crc & 15u];
    }
    return ~crc;
}

TCNN_SHARED void tcnn_put_u16(uint8_t *to, uint16_t value) {
    to[0] = (uint8_t)(value & 0xFFu);
    to[1] = (uint8_t)(value >> 8);
}

TCNN_SHARED void tcnn_put_u32(uint8_t *to, uint32_t value) {
    tcnn_put_u16(to, (uint16_t)(value & 0xFFFFu));
    tcnn_put_u16(to + 2, (uint16_t)(value >> 16));
}

TCNN_SHARED uint16_t tcnn_take_u16(const uint8_t *from) {
    return (uint16_t)(from[0] | (uint32_t)from[1] << 8);
}

TCNN_SHARED uint32_t tcnn_take_u32(const uint8_t *from) {
    return tcnn_take_u16(from) | (uint32_t)tcnn_take_u16(from + 2) << 16;
}

/* Reads the header of the packet in the decoder; false if the packet is not sound. */
static bool accept(tcnn_decoder_t *decoder) {
    const uint8_t *data = decoder->data;
    if (decoder->count < TCNN_HEADER_BYTES + TCNN_CRC_BYTES) {
        return false;
    }
    const uint32_t body = decoder->count - TCNN_CRC_BYTES;
    if (tcnn_crc32(data, body) != tcnn_take_u32(data + body)) {
        return false;
    }
    decoder->header.version = data[0];
    decoder->header.type = data[1];
    decoder->header.length = tcnn_take_u16(data + 2);
    decoder->header.session = tcnn_take_u32(data + 4);
    decoder->header.sequence = tcnn_take_u32(data + 8);
    return TCNN_HEADER_BYTES + decoder->header.length == body;
}

/* Ends a packet: its last run must be complete. */
static tcnn_packet_status_t finish(tcnn_decoder_t *decoder) {
    tcnn_packet_status_t status = TCNN_PACKET_NONE;
    if (decoder->busy) {
        const bool whole = !decoder->broken && decoder->run == 0;
        status = whole && accept(decoder) ? TCNN_PACKET_READY : TCNN_PACKET_BROKEN;
    }
    tcnn_decoder_reset(decoder);
    return status;
}

static void append(tcnn_decoder_t *decoder, uint8_t byte) {
    if (decoder->count < TCNN_PACKET_BYTES) {
        decoder->data[decoder->count++] = byte;
    } else {
        decoder->broken = true;
    }
}

TCNN_SHARED void tcnn_decoder_reset(tcnn_decoder_t *decoder) {
    decoder->count = 0;
    decoder->run = 0;
    decoder->zero = false;
    decoder->busy = false;
    decoder->broken = false;
}

TCNN_SHARED uint32_t tcnn_decoder_copy(tcnn_decoder_t *decoder, const uint8_t *data,
                                       uint32_t size) {
    uint8_t *to = decoder->data + decoder->count;
    uint32_t most = decoder->broken ? 0 : decoder->run;
    uint32_t count = 0;
    if (most > TCNN_PACKET_BYTES - decoder->count) {
        most = TCNN_PACKET_BYTES - decoder->count;
    }
    if (most > size) {
        most = size;
    }
    while (count < most && data[count] != 0) {
        to[count] = data[count];
        count++;
    }
    decoder->count += count;
    decoder->run = (uint8_t)(decoder->run - count);
    return count;
}

TCNN_SHARED tcnn_packet_status_t tcnn_decoder_push(tcnn_decoder_t *decoder,
                                                   uint8_t byte) {
    if (byte == 0) {
        return finish(decoder);
    }
    decoder->busy = true;
    if (decoder->broken) {
        return TCNN_PACKET_NONE;
    }
    if (decoder->run > 0) {
        decoder->run--;
        append(decoder, byte);
        return TCNN_PACKET_NONE;
    }
    if (decoder->zero) {
        append(decoder, 0);
    }
    decoder->run = (uint8_t)(byte - 1u);
    decoder->zero = decoder->run < COBS_LONGEST_RUN;
    return TCNN_PACKET_NONE;
}

TCNN_SHARED const uint8_t *tcnn_decoder_payload(const tcnn_decoder_t *decoder) {
    return decoder->data + TCNN_HEADER_BYTES;
}

TCNN_SHARED uint8_t *tcnn_packet_payload(uint8_t *buffer) {
    return buffer + TCNN_COBS_BYTES + TCNN_HEADER_BYTES;
}

/* Encodes `size` bytes at buffer + TCNN_COBS_BYTES to buffer; returns the new size.
 * Writing never overtakes reading: the gap is as large as all that encoding adds. */
static uint32_t cobs_encode(uint8_t *buffer, uint32_t size) {
    const uint8_t *from = buffer + TCNN_COBS_BYTES;
    uint32_t code = 0; /* place of the open run's code byte */
    uint32_t end = 1;  /* first byte not yet written */
    for (uint32_t i = 0; i < size; i++) {
        const uint8_t byte = from[i];
        if (end - code > COBS_LONGEST_RUN) { /* full, and more data follow */
            buffer[code] = COBS_LONGEST_RUN + 1u;
            code = end++;
        }
        if (byte == 0) {
            buffer[code] = (uint8_t)(end - code);
            code = end++;
        } else {
            buffer[end++] = byte;
        }
    }
    buffer[code] = (uint8_t)(end - code);
    return end;
}

TCNN_SHARED uint32_t tcnn_packet_encode(uint8_t *buffer, const tcnn_header_t *header) {
    uint8_t *packet = buffer + TCNN_COBS_BYTES;
    const uint32_t body = TCNN_HEADER_BYTES + header->length;
    packet[0] = header->version;
    packet[1] = header->type;
    tcnn_put_u16(packet + 2, header->length);
    tcnn_put_u32(packet + 4, header->session);
    tcnn_put_u32(packet + 8, header->sequence);
    tcnn_put_u32(packet + body, tcnn_crc32(packet, body));

    uint32_t size = cobs_encode(buffer, body + TCNN_CRC_BYTES);
    buffer[size++] = 0;
    if (size % USB_PACKET_BYTES == 0) {
        buffer[size++] = 0; /* a full last packet would wait for the next one */
    }
    return size;
}
