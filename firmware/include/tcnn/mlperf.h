/*
 * mlperf.h - serves one model as text: the dialect of the MLPerf Tiny runner
 * SPDX-License-Identifier: Apache-2.0
 *
 * In place of the packets of harness.h, over the same port. Commands end with '%',
 * words are apart by one or more spaces; line breaks and zeros between them count for
 * nothing. Lines of answers end with "\r\n". Every command is answered, the last line
 * is m-ready. What is wrong is answered with e-[...] before that, and changed nothing
 * but what the table says.
 *
 * AFTER A START
 *   m-timestamp-mode-performance, m-lap-us-T, m-init-done, m-ready
 *
 * COMMANDS             answer before m-ready
 *   name               m-name-dut-[BOARD]
 *   profile            m-profile-[ULPMark for tinyML Firmware V0.0.1], m-model-[MODEL]
 *   timestamp          m-lap-us-T: microseconds since an arbitrary moment, 32 bits
 *   help               the commands, for people
 *   db load N          m-[Expecting N bytes]: N must be the size of the inputs; what
 * was loaded before is forgotten db HEX             bytes, two digits each; after the
 * last one m-load-done. More are ignored. Those before a wrong digit are taken db print
 * m-buffer-HH-...-HH, eight bytes a line infer [N [W]]      W runs, m-warmup-start-W
 * before and m-warmup-done after them (10 without W), m-infer-start-N, m-lap-us-T, N
 * runs (1 without N), m-lap-us-T, m-infer-done, and as results results
 * m-results-[R,...,R]: the outputs laid end to end as real numbers, as printf's %0.3f
 * writes scale * (value - zero point) Each of the runs begins with the bytes that were
 * loaded; copying them is part of the time between the laps.
 *
 * COMMANDS OF OUR OWN, which the public runner never sends
 *   tinycnn            what the device is, one m-tinycnn-NAME-[...] a line: see there
 *   raw                of the last run: m-raw-[HEX], the outputs' bytes, 64 a line;
 *                      m-raw-crc-[CRC,...,CRC]: the CRC-32 of each output;
 *                      m-raw-loaded-[CRC]: that of the bytes that are loaded;
 *                      m-raw-cycles-[N], m-raw-micros-[N]
 *   steps              a run step by step: m-step-[CYCLES,MICROS,STACK] of each
 *
 * COMMAND tinycnn
 *   line (longest command), pixels (0 or 1), sha256, generator, numerics, board,
 *   board-id, clock-hz, flags, arena-bytes, stack-bytes, as HELLO has them;
 *   input and output, one line each: dtype, scale as the digits of an IEEE 754 number,
 *   zero point, then the dimensions, all apart by commas
 */
#ifndef TCNN_MLPERF_H
#define TCNN_MLPERF_H

#include "harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest command, in characters; the public runner's have at most 80. */
#ifndef TCNN_MLPERF_LINE
#define TCNN_MLPERF_LINE 528
#endif

/*
 * Starts serving `model`; calls tcnn_port_init. `input`, of all inputs' bytes, keeps
 * what is loaded. If `pixels`, that is unsigned pixels, as the public image data sets
 * have them: 128 is taken off each. Model and `input` must outlive this.
 */
void tcnn_mlperf_init(const tcnn_model_t *model, uint8_t *input, bool pixels);

/* Reads what has arrived and answers complete commands; returns soon when nothing has.
 * Call it for ever. */
void tcnn_mlperf_poll(void);

#ifdef __cplusplus
}
#endif

#endif /* TCNN_MLPERF_H */
