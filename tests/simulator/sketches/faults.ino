/* Does what the first byte that it receives names; most of it is wrong. */
#include <Arduino.h>

typedef void (*function_t)(void);

static const uint32_t in_flash[4] = {1, 2, 3, 4};
static uint32_t in_ram[4];
static volatile uintptr_t nowhere; /* 0, but the compiler cannot know */

#if defined(__riscv)
#define UNDEFINED "unimp"
#define CALL "ecall"
#define TRAP "ebreak"
#else
#define UNDEFINED "udf #0"
#define CALL "svc #0"
#define TRAP "bkpt #0"
#endif

static volatile uint32_t *word(uintptr_t address) {
    return (volatile uint32_t *)(address + nowhere);
}

extern "C" __attribute__((noinline)) uint32_t recurse(uint32_t depth) {
    volatile uint32_t space[64];
    space[depth & 63u] = depth;
    return recurse(depth + 1u + (uint32_t)nowhere) + space[depth & 63u];
}

extern "C" __attribute__((noinline)) void write_past_ram(void) {
    *word(0x20040000u) = 1;
}

static void send_from_flash(void) {
    *word(0x40002544u) = (uint32_t)(uintptr_t)in_flash;
    *word(0x40002548u) = sizeof in_flash;
    *word(0x40002008u) = 1;
}

static void obey(int command) {
    switch (command) {
    case 'w': write_past_ram(); break;
    case 'a': *word(0x2003FFFEu) = 1; break;
    case 'W': *word(0x70000000u) = 1; break;
    case 'n': in_ram[0] = *word(0); break;
    case 'f': *word((uintptr_t)in_flash) = 1; break;
    case 'F': in_ram[0] = *word(0x00100000u); break;
    case 's': in_ram[0] = recurse(0); break;
    case 'd': send_from_flash(); break;
    case 'u': __asm__ volatile(UNDEFINED); break;
    case 'v': __asm__ volatile(CALL); break;
    case 'b': __asm__ volatile(TRAP); break;
    case 'i': __asm__ volatile("wfi"); break;
    case 'x': ((function_t)((uintptr_t)in_ram + 1u + nowhere))(); break;
    case 'c': ((function_t)(nowhere + 1u))(); break;
    case 't': ((function_t)(nowhere + 0x10400u))(); break;
    case 'p': *word(0x40003000u) = 1; break;
    case 'r': *word(0x400025F0u) = 1; break;
    case 'y': *(volatile uint8_t *)word(0x50000504u) = 1; break;
    case 'l': for (;;) { in_ram[0]++; } break;
    default: Serial.write((uint8_t)(command + 1)); break;
    }
}

void setup() {
    Serial.begin(115200);
}

void loop() {
    if (Serial.available() > 0) {
        obey(Serial.read());
    }
}
