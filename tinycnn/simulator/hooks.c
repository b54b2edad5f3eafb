/*
 * hooks.c - what the emulator calls often: at blocks, loads from flash and new pages
 * SPDX-License-Identifier: Apache-2.0
 *
 * counter.py and pages.py hold the same in Python, and the layout of the types.
 */
#include <stdbool.h>
#include <stdint.h>

/* As unicorn numbers them. */
#define KIND_FETCH 18
#define MAY_READ 1u
#define MAY_WRITE 2u
#define MAY_ALL 7u

typedef int (*read_register_t)(void *emulator, int number, void *value);
typedef int (*write_register_t)(void *emulator, int number, const void *value);

/* How to forget the IT state. */
typedef struct {
    read_register_t read_register;
    write_register_t write_register;
    uint32_t status; /* number of the program status register */
    uint32_t it_state;
} core_t;

typedef struct {
    uint64_t address;
    uint32_t may;
} page_t;

typedef struct {
    core_t core;
    uint32_t ram_base;
    uint32_t ram_bytes;
} memory_t;

typedef struct {
    uint32_t size; /* 0: not seen yet */
    uint32_t instructions;
    uint32_t cycles;
    uint32_t head;
    uint32_t tail;
} block_t;

typedef struct counter counter_t;

struct counter {
    uint64_t instructions;
    uint64_t cycles;
    uint64_t limit_cycles; /* stop at the first block that begins after so many */
    block_t *blocks;       /* one for each halfword of flash */
    uint32_t flash_base;
    uint32_t flash_bytes;
    uint32_t end;  /* where the previous block ended */
    uint32_t tail; /* its tail */
    uint32_t pipelines;
    uint32_t refill;     /* cycles of going on elsewhere */
    uint32_t saving;     /* cycles saved by a load after a load */
    uint32_t flash_wait; /* cycles added to a word read from flash */
    void (*decode)(uint32_t address, uint32_t size, block_t *block);
    int (*stop)(void *emulator);
    core_t core;
};

/* Left in the core, the state would make what follows conditional. */
static void clear_it_state(void *emulator, const core_t *core) {
    uint32_t status = 0;
    core->read_register(emulator, (int)core->status, &status);
    if ((status & core->it_state) != 0) {
        status &= ~core->it_state;
        core->write_register(emulator, (int)core->status, &status);
    }
}

/* pages.py says why. */
bool fill_page(void *emulator, uint64_t address, int kind, page_t *page,
               const memory_t *memory) {
    page->address = address;
    page->may = MAY_ALL;
    if (kind == KIND_FETCH) {
        return true;
    }
    if ((uint32_t)address - memory->ram_base < memory->ram_bytes) {
        page->may = MAY_READ | MAY_WRITE;
    }
    clear_it_state(emulator, &memory->core);
    return true;
}

void count_block(void *emulator, uint64_t address, uint32_t size, counter_t *counter) {
    const uint32_t start = (uint32_t)address;
    if (start - counter->flash_base >= counter->flash_bytes) {
        return; /* about to fault */
    }
    block_t *block = &counter->blocks[(start - counter->flash_base) / 2];
    if (block->size != size) {
        counter->decode(start, size, block);
    }
    if (counter->cycles >= counter->limit_cycles) {
        counter->stop(emulator);
    }
    counter->instructions += block->instructions;
    counter->cycles += block->cycles;
    if (start != counter->end) {
        counter->cycles += counter->refill;
    } else if ((block->head & counter->tail) == counter->pipelines) {
        counter->cycles -= counter->saving;
    }
    counter->end = start + size;
    counter->tail = block->tail;
}

void count_flash_read(void *emulator, int kind, uint64_t address, int size,
                      int64_t value, counter_t *counter) {
    (void)kind;
    (void)address;
    (void)size;
    (void)value;
    counter->cycles += counter->flash_wait;
    clear_it_state(emulator, &counter->core);
}
