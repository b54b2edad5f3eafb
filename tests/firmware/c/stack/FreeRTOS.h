/*
 * FreeRTOS.h - what FreeRTOS wants included before task.h
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FREERTOS_H
#define FREERTOS_H

#include <stdint.h>

#define pdFALSE 0

#endif /* FREERTOS_H */
