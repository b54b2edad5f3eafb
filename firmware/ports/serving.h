/*
 * serving.h - the model of a program that is built for this computer, and its serving
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile with -DTCNN_MODEL=<name>_model; where raw frames are taken, also with
 * -DTCNN_PREPROCESS=<name>_preprocess; where it is traced, with
 * -DTCNN_TRACE=<name>_trace; where text is spoken, with -DTCNN_MLPERF_BYTES and
 * -DTCNN_MLPERF_PIXELS.
 */
#ifndef TCNN_SERVING_H
#define TCNN_SERVING_H

#include "harness.h"
#ifdef TCNN_MLPERF_BYTES
#include "mlperf.h"
#endif

extern const tcnn_model_t TCNN_MODEL;
#ifdef TCNN_PREPROCESS
extern const tcnn_preprocess_t TCNN_PREPROCESS;
#endif
#ifdef TCNN_TRACE
uint32_t TCNN_TRACE(const tcnn_model_t *model, uint8_t type, const uint8_t *head,
                    bool is_new, uint8_t *reply);
#endif

#ifdef TCNN_MLPERF_BYTES

static inline void serving_start(void) {
    static uint8_t loaded[TCNN_MLPERF_BYTES];
    tcnn_mlperf_init(&TCNN_MODEL, loaded, TCNN_MLPERF_PIXELS);
}

static inline void serving_poll(void) { tcnn_mlperf_poll(); }

#else

static inline void serving_start(void) {
    tcnn_harness_init(&TCNN_MODEL);
#ifdef TCNN_PREPROCESS
    tcnn_harness_take_frames(&TCNN_PREPROCESS);
#endif
#ifdef TCNN_TRACE
    tcnn_harness_take_trace(TCNN_TRACE);
#endif
}

static inline void serving_poll(void) { tcnn_harness_poll(); }

#endif

#endif /* TCNN_SERVING_H */
