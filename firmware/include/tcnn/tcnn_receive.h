/*
 * tcnn_receive.h - the port's buffer for what arrives while the model runs
 * SPDX-License-Identifier: Apache-2.0
 *
 * For builds straight from this tree. Beside a generated model lies a header whose size
 * is what the board has room for.
 */
#ifndef TCNN_RECEIVE_H
#define TCNN_RECEIVE_H

/* Any request, and one that is repeated. */
#define TCNN_RECEIVE_BYTES 2048u

#endif /* TCNN_RECEIVE_H */
