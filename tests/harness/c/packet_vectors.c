/*
 * packet_vectors.c - checks the device's packets against vectors on standard input
 * SPDX-License-Identifier: Apache-2.0
 *
 * A line is a test: "crc32 DATA CRC", "cobs DATA ENCODED", "broken ENCODED" or
 * "packet VERSION TYPE SESSION SEQUENCE PAYLOAD ENCODED"; bytes are hexadecimal and "-"
 * stands for none. Prints how many passed, or the first that failed.
 */
#include <stdio.h>
#include <string.h>

#include "tcnn_packet.c" /* its static functions are tested too */

#define LINE_BYTES 20000
#define DATA_BYTES 8192

typedef struct {
    uint32_t size;
    uint8_t data[DATA_BYTES];
} bytes_t;

static tcnn_decoder_t decoder;
static uint8_t buffer[TCNN_PACKET_BUFFER_BYTES];

static uint32_t digit(char c) { return (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static void take_hex(bytes_t *bytes, const char *text) {
    bytes->size = 0;
    for (; text != NULL && text[0] != '-' && text[0] != '\0'; text += 2) {
        bytes->data[bytes->size++] = (uint8_t)(digit(text[0]) * 16u + digit(text[1]));
    }
}

static uint32_t take_number(void) {
    unsigned value = 0;
    const char *text = strtok(NULL, " \n");
    return text != NULL && sscanf(text, "%u", &value) == 1 ? (uint32_t)value : 0;
}

static void take_bytes(bytes_t *bytes) { take_hex(bytes, strtok(NULL, " \n")); }

static bool equal(const uint8_t *data, uint32_t size, const bytes_t *expected) {
    return size == expected->size && memcmp(data, expected->data, size) == 0;
}

static tcnn_packet_status_t push(const bytes_t *encoded) {
    for (uint32_t i = 0; i < encoded->size; i++) {
        if (tcnn_decoder_push(&decoder, encoded->data[i]) != TCNN_PACKET_NONE) {
            return TCNN_PACKET_NONE;
        }
    }
    return tcnn_decoder_push(&decoder, 0);
}

/* As the harness does: `part` bytes arrive at once. */
static tcnn_packet_status_t arrive(const bytes_t *encoded, uint32_t part) {
    for (uint32_t i = 0; i < encoded->size;) {
        const uint32_t left = part - i % part;
        const uint32_t size = left < encoded->size - i ? left : encoded->size - i;
        const uint32_t copied = tcnn_decoder_copy(&decoder, encoded->data + i, size);
        i += copied;
        if (copied == 0 &&
            tcnn_decoder_push(&decoder, encoded->data[i++]) != TCNN_PACKET_NONE) {
            return TCNN_PACKET_NONE;
        }
    }
    return tcnn_decoder_push(&decoder, 0);
}

/* Whether a packet ends as `status` however it arrives. */
static bool ends(const bytes_t *encoded, tcnn_packet_status_t status) {
    return push(encoded) == status && arrive(encoded, 1) == status &&
           arrive(encoded, 7) == status && arrive(encoded, 128) == status &&
           arrive(encoded, DATA_BYTES) == status;
}

static bool check_crc32(void) {
    static bytes_t data;
    unsigned crc = 0;
    take_bytes(&data);
    const char *text = strtok(NULL, " \n");
    return text != NULL && sscanf(text, "%x", &crc) == 1 &&
           tcnn_crc32(data.data, data.size) == crc;
}

static bool check_cobs(void) {
    static bytes_t data;
    static bytes_t encoded;
    take_bytes(&data);
    take_bytes(&encoded);
    memcpy(buffer + TCNN_COBS_BYTES, data.data, data.size);
    const uint32_t size = cobs_encode(buffer, data.size);
    tcnn_decoder_reset(&decoder);
    for (uint32_t i = 0; i < encoded.size; i++) {
        tcnn_decoder_push(&decoder, encoded.data[i]);
    }
    return equal(buffer, size, &encoded) && decoder.run == 0 &&
           equal(decoder.data, decoder.count, &data);
}

static bool check_packet(void) {
    static bytes_t payload;
    static bytes_t encoded;
    tcnn_header_t header;
    header.version = (uint8_t)take_number();
    header.type = (uint8_t)take_number();
    header.session = take_number();
    header.sequence = take_number();
    take_bytes(&payload);
    take_bytes(&encoded);
    header.length = (uint16_t)payload.size;
    memcpy(tcnn_packet_payload(buffer), payload.data, payload.size);
    uint32_t size = tcnn_packet_encode(buffer, &header);
    const bool not_held_back = size % 64 != 0;
    while (size > 0 && buffer[size - 1] == 0) {
        size--;
    }
    tcnn_decoder_reset(&decoder);
    return not_held_back && equal(buffer, size, &encoded) &&
           ends(&encoded, TCNN_PACKET_READY) && ends(&encoded, TCNN_PACKET_READY) &&
           decoder.header.version == header.version &&
           decoder.header.type == header.type &&
           decoder.header.session == header.session &&
           decoder.header.sequence == header.sequence &&
           equal(tcnn_decoder_payload(&decoder), decoder.header.length, &payload);
}

static bool check_broken(void) {
    static bytes_t encoded;
    take_bytes(&encoded);
    tcnn_decoder_reset(&decoder);
    return ends(&encoded, TCNN_PACKET_BROKEN);
}

static bool check(const char *kind) {
    if (kind == NULL) {
        return false;
    }
    if (strcmp(kind, "crc32") == 0) {
        return check_crc32();
    }
    if (strcmp(kind, "cobs") == 0) {
        return check_cobs();
    }
    if (strcmp(kind, "packet") == 0) {
        return check_packet();
    }
    return strcmp(kind, "broken") == 0 && check_broken();
}

int main(void) {
    static char line[LINE_BYTES];
    int passed = 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!check(strtok(line, " \n"))) {
            printf("line %d failed\n", passed + 1);
            return 1;
        }
        passed++;
    }
    printf("%d passed\n", passed);
    return 0;
}
