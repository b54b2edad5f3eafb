/*
 * tcnn_about.h - the answer to the command tinycnn: what a device is
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TCNN_ABOUT_H
#define TCNN_ABOUT_H

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes what mlperf.h says of the command tinycnn. */
void tcnn_about(const tcnn_model_t *model, const tcnn_port_info_t *port, bool pixels);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_ABOUT_H */
