/*
 * tcnn_status.h - what the device watches beside its work, and tells in STATUS
 * SPDX-License-Identifier: Apache-2.0
 *
 * Guards lie around the arena and between the harness's buffers: whoever writes past
 * one end kills them. The arena is painted before the model starts, so that what was
 * never written can be told. A seal is a sum of its bytes: it breaks if they change
 * while the model does not work.
 */
#ifndef TCNN_STATUS_H
#define TCNN_STATUS_H

#include <stdbool.h>

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the STATUS reply. */
#define TCNN_STATUS_BYTES 58u

/* Bytes that nobody writes but who sets and watches them; no gap before or behind. */
typedef struct {
    uint8_t bytes[TCNN_GUARD_BYTES]; /* any; as tcnn_guard_set wrote them */
} tcnn_guard_t;

/* What is counted since start. */
typedef enum {
    TCNN_COUNT_RUNS = 0, /* of the whole model */
    TCNN_COUNT_REQUESTS, /* sound packets that are requests */
    TCNN_COUNT_REPEATS,  /* of them, sent again: answered before */
    TCNN_COUNT_LATE,     /* of them, came too late and were ignored */
    TCNN_COUNT_BROKEN,   /* packets that were no sound ones */
    TCNN_COUNT_ERRORS,   /* requests and packets answered by an error */
    TCNN_COUNTS,
} tcnn_count_t;

/* Watches `model`, whose start function was not called yet: sets the guards around its
 * arena and paints it. `causes`: why the device started, TCNN_RESET_*. */
void tcnn_status_watch(const tcnn_model_t *model, uint8_t causes);

/* Sets one more guard, from now on the next bit of TCNN_STATUS_GUARDS; 8 at most. */
void tcnn_status_guard(tcnn_guard_t *guard);

/* One more of `what`. */
void tcnn_status_count(tcnn_count_t what);

/* Lets time pass until `now_us`; call it more often than micros start anew. */
void tcnn_status_tick(uint32_t now_us);

/* The inputs are written by a request: they may change. */
void tcnn_status_take(void);

/* The model has run: all may have changed. */
void tcnn_status_ran(void);

/* Does what `actions`, TCNN_STATUS_PAINT and so on, ask for, then writes the reply's
 * TCNN_STATUS_BYTES. */
void tcnn_status_put(uint8_t *to, uint32_t actions);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_STATUS_H */
