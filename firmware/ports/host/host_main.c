/*
 * host_main.c - serves a model over standard input and output until they close
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile with -DTCNN_MODEL=<name>_model, together with the model, the kernels, the
 * harness and the other files of this folder.
 */
#include "harness.h"
#include "host_port.h"

extern const tcnn_model_t TCNN_MODEL;

int main(void) {
    tcnn_harness_init(&TCNN_MODEL);
    while (!host_port_closed()) {
        tcnn_harness_poll();
    }
    return 0;
}
