/*
 * host_port.h - what the host's port tells main() beyond harness.h
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include <stdbool.h>

/* True once standard input has ended or standard output is gone. */
bool host_port_closed(void);

#endif /* HOST_PORT_H */
