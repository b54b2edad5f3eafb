/*
 * tcnn_feeding.c - an input that is fed to a model part by part
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_feeding.h"

#include "harness.h"

TCNN_SHARED bool tcnn_feeding_take(tcnn_feeding_t *feeding, const tcnn_model_t *model,
                                   const uint8_t *bytes, uint32_t offset,
                                   uint32_t size) {
    if (offset == 0) {
        *feeding = (tcnn_feeding_t){0};
    }
    if (offset != feeding->bytes) {
        return false;
    }
    const uint32_t start_us = tcnn_port_micros();
    const uint32_t start = tcnn_port_cycles();
    model->feed(model->arena, (const int8_t *)bytes, offset, size);
    feeding->cycles += tcnn_port_cycles() - start;
    feeding->micros += tcnn_port_micros() - start_us;
    feeding->bytes += size;
    return true;
}
