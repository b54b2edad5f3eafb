/*
 * host_posix.c - the port for Linux and macOS: standard input and output
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L

#include "harness.h"
#include "host_port.h"

#ifndef _WIN32

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 5

static bool closed;

bool host_port_closed(void) { return closed; }

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    signal(SIGPIPE, SIG_IGN); /* a closed output is found out by write */
    info->board = "host";
    info->receive_bytes = TCNN_HOST_WAITS;
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&input, 1, WAIT_MS) <= 0) {
        return 0;
    }
    const ssize_t count = read(STDIN_FILENO, data, size);
    if (count == 0 || (count < 0 && errno != EINTR)) {
        closed = true;
    }
    return count > 0 ? (uint32_t)count : 0;
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    while (size > 0 && !closed) {
        const ssize_t count = write(STDOUT_FILENO, data, size);
        if (count > 0) {
            data += count;
            size -= (uint32_t)count;
        } else if (count < 0 && errno != EINTR) {
            closed = true;
        }
    }
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) { return 0; }

TCNN_SHARED uint32_t tcnn_port_micros(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t micros =
        (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
    return (uint32_t)(micros & UINT32_MAX);
}

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { (void)state; }

#endif /* _WIN32 */
