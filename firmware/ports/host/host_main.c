/*
 * host_main.c - serves a model over standard input and output until they close
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile it as serving.h says, together with the model, the kernels, the harness and
 * the other files of this folder.
 */
#include "host_port.h"
#include "serving.h"

int main(void) {
    serving_start();
    while (!host_port_closed()) {
        serving_poll();
    }
    return 0;
}
