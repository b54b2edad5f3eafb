/*
 * task.h - what the Arduino port asks FreeRTOS: the base of the caller's stack
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TASK_H
#define TASK_H

#include <stdint.h>

typedef enum { eRunning = 0 } eTaskState;

typedef struct {
    uint32_t *pxStackBase; /* lowest word of the stack */
} TaskStatus_t;

extern "C" void vTaskGetInfo(void *task, TaskStatus_t *status, long with_free_space,
                             eTaskState state);

#endif /* TASK_H */
