/*
 * tcnn_about.c - the answer to the command tinycnn: what a device is
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_about.h"

#include <string.h>

#include "mlperf.h"
#include "tcnn_stack.h"
#include "tcnn_text.h"

static void begin(const char *name) {
    tcnn_text("m-tinycnn-");
    tcnn_text(name);
    tcnn_text("-[");
}

static void end(void) { tcnn_text("]\r\n"); }

static void tell_text(const char *name, const char *text) {
    begin(name);
    tcnn_text_quoted(text, 255);
    end();
}

static void tell_number(const char *name, uint32_t value) {
    begin(name);
    tcnn_text_u32(value);
    end();
}

static void tell_bytes(const char *name, const uint8_t *data, uint32_t size) {
    begin(name);
    for (uint32_t i = 0; i < size; i++) {
        tcnn_text_hex(data[i], 2);
    }
    end();
}

static void tell_tensor(const char *name, const tcnn_tensor_t *tensor) {
    static const char *const dtypes[] = {"int8", "uint8", "float32", "int32", "int64"};
    uint32_t scale;
    memcpy(&scale, &tensor->scale, sizeof scale);
    begin(name);
    tcnn_text(dtypes[tensor->dtype]);
    tcnn_text(",");
    tcnn_text_hex(scale, 8);
    tcnn_text(",");
    tcnn_text_i32(tensor->zero_point);
    for (uint32_t i = 0; i < tensor->rank; i++) {
        tcnn_text(",");
        tcnn_text_u32(tensor->shape[i]);
    }
    end();
}

TCNN_SHARED void tcnn_about(const tcnn_model_t *model, const tcnn_port_info_t *port,
                            bool pixels) {
    tell_number("line", TCNN_MLPERF_LINE);
    tell_number("pixels", pixels ? 1 : 0);
    tell_bytes("sha256", model->sha256, sizeof model->sha256);
    tell_text("generator", model->generator);
    tell_text("numerics", model->numerics);
    tell_text("board", port->board);
    tell_bytes("board-id", port->board_id, sizeof port->board_id);
    tell_number("clock-hz", port->clock_hz);
    tell_number("flags", port->flags);
    tell_number("arena-bytes", model->arena_bytes);
    tell_number("stack-bytes", tcnn_stack_used());
    for (uint32_t i = 0; i < model->input_count; i++) {
        tell_tensor("input", &model->inputs[i]);
    }
    for (uint32_t i = 0; i < model->output_count; i++) {
        tell_tensor("output", &model->outputs[i]);
    }
}
