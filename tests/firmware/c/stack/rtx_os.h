/*
 * rtx_os.h - what the Arduino port asks mbed's RTX: the thread that runs, and its stack
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RTX_OS_H
#define RTX_OS_H

#include <stdint.h>

typedef void *osThreadId_t;

typedef struct {
    void *stack_mem;     /* lowest byte of the stack */
    uint32_t stack_size; /* 1 or more bytes */
} osRtxThread_t;

extern "C" osThreadId_t osThreadGetId(void);

#endif /* RTX_OS_H */
