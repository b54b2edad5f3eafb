/*
 * counter.c - counts instructions and cycles, called by the emulator at every block
 * SPDX-License-Identifier: Apache-2.0
 *
 * counter.py holds the same in Python, and the layout of the types.
 */
#include <stdint.h>

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
    int (*read_register)(void *emulator, int number, void *value);
    int (*write_register)(void *emulator, int number, const void *value);
    uint32_t status; /* number of the program status register */
    uint32_t it_state;
};

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
    uint32_t status = 0;
    (void)kind;
    (void)address;
    (void)size;
    (void)value;
    counter->cycles += counter->flash_wait;
    /* Left there, the state would make what follows conditional: see clear_it_state. */
    counter->read_register(emulator, (int)counter->status, &status);
    if ((status & counter->it_state) != 0) {
        status &= ~counter->it_state;
        counter->write_register(emulator, (int)counter->status, &status);
    }
}
