/*
 * tcnn_stack_floor.h - where the stack of setup() and loop() ends, on each Arduino core
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a core does not tell is not guessed: below a stack lie other threads, the heap
 * or nothing. -DTCNN_STACK_FLOOR=SYMBOL names the lowest byte on any other core.
 */
#ifndef TCNN_STACK_FLOOR_H
#define TCNN_STACK_FLOOR_H

#include <stddef.h>
#include <stdint.h>

#if defined(TCNN_STACK_FLOOR)

extern "C" char TCNN_STACK_FLOOR[];
static const void *tcnn_stack_floor(void) { return TCNN_STACK_FLOOR; }

#elif defined(ARDUINO_ARCH_MBED) || defined(__MBED__)

/* A thread of RTX, which keeps a word of its own at the end and looks after it. */
#include "rtx_os.h"
#define STACK_MARK_BYTES 8
static const void *tcnn_stack_floor(void) {
    const osRtxThread_t *thread = (const osRtxThread_t *)osThreadGetId();
    return (const char *)thread->stack_mem + STACK_MARK_BYTES;
}

#elif defined(ARDUINO_ARCH_NRF52)

/* A task of FreeRTOS, which may look after the last words of its stack. */
#include "FreeRTOS.h"
#include "task.h"
#define STACK_MARK_BYTES 32
static const void *tcnn_stack_floor(void) {
    TaskStatus_t status;
    vTaskGetInfo(NULL, &status, pdFALSE, eRunning);
    return (const char *)status.pxStackBase + STACK_MARK_BYTES;
}

#elif defined(ARDUINO_ARCH_SAMD) || defined(ARDUINO_ARCH_SAM) ||                       \
    defined(ARDUINO_ARCH_STM32)

/* One stack from the top of RAM down to the heap, which grows. */
extern "C" char *sbrk(int bytes);
static const void *tcnn_stack_floor(void) { return sbrk(0); }

#else

#if defined(ARDUINO_FSP) || defined(ARDUINO_ARCH_RENESAS)
/* The heap ends where the stack begins. */
#define STACK_LOWEST __StackLimit
#define STACK_TOP __StackTop
#define STACK_MARK_BYTES 0
#elif defined(ARDUINO_ARCH_RP2040)
/* A bank of 4 KB; the one below is the other core's. __StackLimit is the heap's. */
#define STACK_LOWEST __scratch_y_end__
#define STACK_TOP __StackTop
#define STACK_MARK_BYTES 0
#elif defined(TEENSYDUINO) && defined(__IMXRT1062__)
/* All that variables leave of the fast RAM; its first bytes are fenced off. */
#define STACK_LOWEST _ebss
#define STACK_TOP _estack
#define STACK_MARK_BYTES 64
#endif

#if defined(STACK_LOWEST)
extern "C" char STACK_LOWEST[];
extern "C" char STACK_TOP[];
/* Known only on that stack: a sketch may run the harness in a thread of its own. */
static const void *tcnn_stack_floor(void) {
    const char here = 0;
    const uintptr_t address = (uintptr_t)&here;
    const bool is_inside =
        address > (uintptr_t)STACK_LOWEST && address < (uintptr_t)STACK_TOP;
    return is_inside ? STACK_LOWEST + STACK_MARK_BYTES : NULL;
}
#else
static const void *tcnn_stack_floor(void) { return NULL; }
#endif

#endif

#endif /* TCNN_STACK_FLOOR_H */
