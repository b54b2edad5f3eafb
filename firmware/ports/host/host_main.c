/*
 * host_main.c - serves a model over standard input and output until they close
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile with -DTCNN_MODEL=<name>_model, together with the model, the kernels, the
 * harness and the other files of this folder; where raw frames are taken, also with
 * -DTCNN_PREPROCESS=<name>_preprocess.
 */
#include "harness.h"
#include "host_port.h"

extern const tcnn_model_t TCNN_MODEL;
#ifdef TCNN_PREPROCESS
extern const tcnn_preprocess_t TCNN_PREPROCESS;
#endif

int main(void) {
    tcnn_harness_init(&TCNN_MODEL);
#ifdef TCNN_PREPROCESS
    tcnn_harness_take_frames(&TCNN_PREPROCESS);
#endif
    while (!host_port_closed()) {
        tcnn_harness_poll();
    }
    return 0;
}
