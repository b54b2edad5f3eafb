/*
 * host_windows.c - the port for Windows: standard input and output, which are pipes
 * SPDX-License-Identifier: Apache-2.0
 */
#include "harness.h"
#include "host_port.h"

#ifdef _WIN32

#include <windows.h>

/* Sleep(1) may last 15 ms, so that the first moments of a silence are spun through. */
#define SPIN_US 3000u

static bool closed;
static uint32_t heard_us;

bool host_port_closed(void) { return closed; }

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
    info->board = "host";
    info->receive_bytes = TCNN_HOST_WAITS;
}

static uint32_t rest(void) {
    Sleep(tcnn_port_micros() - heard_us < SPIN_US ? 0 : 1);
    return 0;
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD waiting = 0;
    DWORD count = 0;
    if (!PeekNamedPipe(input, NULL, 0, NULL, &waiting, NULL)) {
        closed = true;
        return 0;
    }
    if (waiting == 0) {
        return rest();
    }
    if (!ReadFile(input, data, waiting < size ? waiting : size, &count, NULL)) {
        closed = true;
        return 0;
    }
    heard_us = tcnn_port_micros();
    return count;
}

TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    const HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    while (size > 0 && !closed) {
        DWORD count = 0;
        if (!WriteFile(output, data, size, &count, NULL)) {
            closed = true;
        }
        data += count;
        size -= count;
    }
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) { return 0; }

TCNN_SHARED uint32_t tcnn_port_micros(void) {
    LARGE_INTEGER now;
    LARGE_INTEGER per_second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&per_second);
    const uint64_t ticks = (uint64_t)now.QuadPart;
    const uint64_t rate = (uint64_t)per_second.QuadPart;
    const uint64_t micros = ticks / rate * 1000000u + ticks % rate * 1000000u / rate;
    return (uint32_t)(micros & UINT32_MAX);
}

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { (void)state; }

#endif /* _WIN32 */
