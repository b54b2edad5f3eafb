/*
 * wasm_link.c - the port for WebAssembly: bytes come and go with a call
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compile it as serving.h says; wasm_module.h is the manual.
 */
#include <stddef.h>
#include <string.h>

#include "serving.h"
#include "wasm_module.h"

#define IN_BYTES 65536u
#define OUT_BYTES 262144u /* more than the replies to all requests on their way */

static struct {
    bool is_started;
    uint32_t micros;  /* the caller's clock, which stands still during a call */
    uint32_t taken;   /* of the bytes in `in` */
    uint32_t waiting; /* there, in all */
    uint32_t said;    /* bytes in `out` */
    uint8_t in[IN_BYTES];
    uint8_t out[OUT_BYTES];
} port;

TCNN_SHARED void tcnn_port_init(tcnn_port_info_t *info) {
#ifdef __wasm_simd128__
    info->board = "WebAssembly with SIMD";
#else
    info->board = "WebAssembly";
#endif
    info->receive_bytes = TCNN_HOST_WAITS;
}

TCNN_SHARED uint32_t tcnn_port_read(uint8_t *data, uint32_t size) {
    const uint32_t left = port.waiting - port.taken;
    const uint32_t count = left < size ? left : size;
    memcpy(data, port.in + port.taken, count);
    port.taken += count;
    return count;
}

/* What finds no room is lost, as on any line; who waits for each reply loses none. */
TCNN_SHARED void tcnn_port_write(const uint8_t *data, uint32_t size) {
    const uint32_t room = OUT_BYTES - port.said;
    const uint32_t count = size < room ? size : room;
    memcpy(port.out + port.said, data, count);
    port.said += count;
}

TCNN_SHARED uint32_t tcnn_port_cycles(void) { return 0; }

TCNN_SHARED uint32_t tcnn_port_micros(void) { return port.micros; }

TCNN_SHARED void tcnn_port_show(tcnn_state_t state) { (void)state; }

TCNN_WASM_EXPORT("link_in") uint8_t *module_link_in(void) { return port.in; }

TCNN_WASM_EXPORT("link_in_bytes") uint32_t module_link_in_bytes(void) {
    return IN_BYTES;
}

TCNN_WASM_EXPORT("link_out") const uint8_t *module_link_out(void) { return port.out; }

TCNN_WASM_EXPORT("link_serve")
uint32_t module_link_serve(uint32_t size, uint32_t micros) {
    port.micros = micros;
    port.said = 0;
    port.taken = 0;
    port.waiting = size < IN_BYTES ? size : IN_BYTES;
    if (!port.is_started) {
        port.is_started = true;
        serving_start();
    }
    do {
        serving_poll();
    } while (port.taken < port.waiting);
    return port.said;
}
