/*
 * tcnn_hello.c - what a device says of itself and its model in the HELLO reply
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "tcnn_server.h"
#include "tcnn_stack.h"

/* Sizes of the parts. */
#define FIXED_BYTES 70u
#define TENSOR_BYTES (2u + 4u * TCNN_MAX_RANK + 8u)
#define STRINGS 4u
#define FRAME_FORMAT_BYTES 5u

/* A string is cut to this, so that the reply always fits. */
#define ROOM                                                                           \
    (TCNN_MAX_PAYLOAD - FIXED_BYTES - 2u * TCNN_MAX_TENSORS * TENSOR_BYTES -           \
     FRAME_FORMAT_BYTES)
#define STRING_SHARE (ROOM / STRINGS - 1u)
#define STRING_BYTES (STRING_SHARE < 255u ? STRING_SHARE : 255u)

_Static_assert(TCNN_MAX_PAYLOAD >= 768 && TCNN_MAX_PAYLOAD <= 16384,
               "TCNN_MAX_PAYLOAD must be 768 to 16384");

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
    while (*text != '\0' && *length < STRING_BYTES) {
        *to++ = (uint8_t)*text++;
        ++*length;
    }
    return to;
}

TCNN_SHARED uint32_t tcnn_hello_put(uint8_t *to, const tcnn_server_t *server) {
    const tcnn_model_t *model = server->model;
    uint8_t *start = to;
    memcpy(start, "TCNN", 4);
    tcnn_put_u16(start + 4, TCNN_MAX_PAYLOAD);
    tcnn_put_u16(start + 6, server->port.flags);
    tcnn_put_u32(start + 8, server->port.clock_hz);
    tcnn_put_u32(start + 12, model->arena_bytes);
    tcnn_put_u32(start + 16, tcnn_stack_used());
    memcpy(start + 20, server->port.board_id, 8);
    memcpy(start + 28, model->sha256, 32);
    start[60] = (uint8_t)model->input_count;
    start[61] = (uint8_t)model->output_count;
    tcnn_put_u16(start + 62, TCNN_WINDOW);
    tcnn_put_u16(start + 64, sizeof server->exchange.replies.data);
    tcnn_put_u32(start + 66, server->port.receive_bytes);
    to += FIXED_BYTES;
    for (uint32_t i = 0; i < model->input_count; i++) {
        to = put_tensor(to, &model->inputs[i]);
    }
    for (uint32_t i = 0; i < model->output_count; i++) {
        to = put_tensor(to, &model->outputs[i]);
    }
    to = put_string(to, model->name);
    to = put_string(to, model->generator);
    to = put_string(to, model->numerics);
    to = put_string(to, server->port.board);
    if (server->preprocess != NULL) {
        tcnn_put_u16(to, (uint16_t)server->preprocess->width);
        tcnn_put_u16(to + 2, (uint16_t)server->preprocess->height);
        to[4] = (uint8_t)server->preprocess->pixels;
        to += FRAME_FORMAT_BYTES;
    }
    return (uint32_t)(to - start);
}
