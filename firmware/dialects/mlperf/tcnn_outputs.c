/*
 * tcnn_outputs.c - a model's outputs as text: real numbers, and their bytes
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_outputs.h"

#include <string.h>

#include "tcnn_packet.h"
#include "tcnn_text.h"

#define BYTES_A_LINE 64u

static const uint8_t *data_of(const tcnn_model_t *model, uint32_t output) {
    return model->arena + model->outputs[output].offset;
}

/* The value number `index` of a tensor as a real number. */
static float to_real(const tcnn_tensor_t *tensor, const uint8_t *data, uint32_t index) {
    float value;
    if (tensor->dtype == TCNN_FLOAT32) {
        memcpy(&value, data + sizeof value * index, sizeof value);
        return value;
    }
    const bool is_signed = tensor->dtype == TCNN_INT8;
    const int32_t stored = is_signed ? (int8_t)data[index] : data[index];
    return tensor->scale * (float)(stored - tensor->zero_point);
}

TCNN_SHARED void tcnn_outputs_print(const tcnn_model_t *model) {
    const char *between = "m-results-[";
    for (uint32_t i = 0; i < model->output_count; i++) {
        const tcnn_tensor_t *tensor = &model->outputs[i];
        const uint32_t size = tensor->dtype == TCNN_FLOAT32 ? sizeof(float) : 1u;
        for (uint32_t k = 0; k < tensor->bytes / size; k++) {
            tcnn_text(between);
            tcnn_text_float(to_real(tensor, data_of(model, i), k));
            between = ",";
        }
    }
    tcnn_text("]\r\n");
}

TCNN_SHARED void tcnn_outputs_raw(const tcnn_model_t *model) {
    uint32_t column = 0;
    for (uint32_t i = 0; i < model->output_count; i++) {
        const uint8_t *data = data_of(model, i);
        for (uint32_t k = 0; k < model->outputs[i].bytes; k++) {
            tcnn_text(column == 0 ? "m-raw-[" : "");
            tcnn_text_hex(data[k], 2);
            column = (column + 1u) % BYTES_A_LINE;
            tcnn_text(column == 0 ? "]\r\n" : "");
        }
    }
    tcnn_text(column == 0 ? "" : "]\r\n");
    for (uint32_t i = 0; i < model->output_count; i++) {
        tcnn_text(i == 0 ? "m-raw-crc-[" : ",");
        tcnn_text_hex(tcnn_crc32(data_of(model, i), model->outputs[i].bytes), 8);
    }
    tcnn_text("]\r\n");
}
