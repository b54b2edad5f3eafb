/*
 * stack.ino - serves the counting model on a stack of STACK_BYTES between guards
 * SPDX-License-Identifier: Apache-2.0
 *
 * All that cores tell of their stacks is told here: of RTX's thread and FreeRTOS' task,
 * by symbols of linker scripts, and by a heap below the stack that grows once it is
 * served. The first MARK_BYTES are the core's own and guarded, too. A guard that was
 * overwritten is a fault.
 */
#include "src/counting_model.h"
#include "src/tcnn/harness.h"
#include "src/tcnn/rtx_os.h"
#include "src/tcnn/task.h"

#define GUARD 0xE7u
#define GUARD_BYTES 8704
#define STOP (GUARD_BYTES + STACK_BYTES)
#define TEXT(number) #number
#define SYMBOL(name, offset)                                                           \
    ".global " name "\n.set " name ", memory + " TEXT(offset) "\n"

extern "C" {
uint8_t memory[STOP + GUARD_BYTES] __attribute__((aligned(8), used));
}

__asm__(SYMBOL("__StackLimit", GUARD_BYTES) SYMBOL("__StackTop", STOP));
__asm__(SYMBOL("__scratch_y_end__", GUARD_BYTES));
__asm__(SYMBOL("_ebss", GUARD_BYTES) SYMBOL("_estack", STOP));

static uint32_t heap_bytes;

extern "C" char *sbrk(int bytes) {
    (void)bytes;
    return (char *)memory + GUARD_BYTES + heap_bytes;
}

extern "C" osThreadId_t osThreadGetId(void) {
    static osRtxThread_t thread = {memory + GUARD_BYTES, STACK_BYTES};
    return &thread;
}

extern "C" void vTaskGetInfo(void *task, TaskStatus_t *status, long with_free_space,
                             eTaskState state) {
    (void)task;
    (void)with_free_space;
    (void)state;
    status->pxStackBase = (uint32_t *)(memory + GUARD_BYTES);
}

static void fill(uint32_t start, uint32_t end) {
    for (uint32_t i = start; i < end; i++) {
        memory[i] = GUARD;
    }
}

static void check(uint32_t start, uint32_t end) {
    for (uint32_t i = start; i < end; i++) {
        if (memory[i] != GUARD) {
            __builtin_trap();
        }
    }
}

static void serve(void) {
    tcnn_harness_init(&counting_model);
    check(0, GUARD_BYTES + MARK_BYTES);
    heap_bytes = HEAP_BYTES;
    fill(GUARD_BYTES, GUARD_BYTES + HEAP_BYTES);
    for (;;) {
        tcnn_harness_poll();
        check(0, GUARD_BYTES + (HEAP_BYTES > MARK_BYTES ? HEAP_BYTES : MARK_BYTES));
        check(STOP, STOP + GUARD_BYTES);
    }
}

void setup(void) {
    fill(0, GUARD_BYTES + MARK_BYTES);
    fill(STOP, STOP + GUARD_BYTES);
    __asm__ volatile("mov sp, %0\n\tbx %1" : : "r"(memory + STOP), "r"(serve));
}

void loop(void) {}
