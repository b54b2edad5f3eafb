/* Answers a byte N with the cycles of a loop of 100 N turns, four bytes; 0 with how
 * many instructions behind IT blocks ran, which must be 300, less those that should not
 * have run inside one. */
#include <Arduino.h>

#define PAGES 50u
#define UNUSED_RAM 0x20030000u
#define UNUSED_PERIPHERAL 0x4001E504u

static uint32_t count_cycles(uint32_t turns) {
    const uint32_t start = DWT->CYCCNT;
    __asm__ volatile(".balign 4\n"
                     "1: subs %0, %0, #1\n"
                     "bne 1b"
                     : "+l"(turns)
                     :
                     : "cc");
    return DWT->CYCCNT - start;
}

/* Calls a function that ends right after loads and stores inside an IT block, the first
 * ones of each page of memory among them. What follows must not be conditional. */
static uint32_t count_after_it(void) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < PAGES; i++) {
        const uintptr_t place = i == 0 ? UNUSED_PERIPHERAL : UNUSED_RAM + 1024u * i;
        __asm__ volatile("bl 1f\n"
                         "adds %0, #1\n"
                         "adds %0, #1\n"
                         "adds %0, #1\n"
                         "b 2f\n"
                         "1: cmp %1, %1\n"
                         "itete eq\n"
                         "ldreq r3, [%1]\n"
                         "addne %0, #100\n"
                         "streq r3, [%1]\n"
                         "addne %0, #100\n"
                         "bx lr\n"
                         "2:"
                         : "+l"(count)
                         : "l"(place)
                         : "r3", "lr", "cc", "memory");
    }
    return count;
}

/* The same with loads from flash. */
static uint32_t count_after_flash(void) {
    static const uint32_t flash = 7;
    uint32_t count = 0;
    for (uint32_t i = 0; i < PAGES; i++) {
        __asm__ volatile("bl 1f\n"
                         "adds %0, #1\n"
                         "adds %0, #1\n"
                         "adds %0, #1\n"
                         "b 2f\n"
                         "1: cmp %1, %1\n"
                         "itete eq\n"
                         "ldreq r3, [%1]\n"
                         "addne %0, #100\n"
                         "ldreq r3, [%1]\n"
                         "addne %0, #100\n"
                         "bx lr\n"
                         "2:"
                         : "+l"(count)
                         : "l"(&flash)
                         : "r3", "lr", "cc", "memory");
    }
    return count;
}

/* An IT block whose second half is the first code of its page that is met. */
extern "C" uint32_t count_across_pages(void);
__asm__(".section .text.across_pages, \"ax\"\n"
        ".balign 4096\n"
        ".skip 4096 - 6\n"
        ".thumb_func\n"
        "count_across_pages:\n"
        "movs r0, #0\n"
        "cmp r0, #0\n"
        "it ne\n"
        "movne r0, #1\n"
        "bx lr\n"
        ".balign 4096\n"
        ".text\n");

void setup() {
    CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
    DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
    Serial.begin(115200);
}

void loop() {
    if (Serial.available() > 0) {
        const uint32_t turns = 100u * (uint32_t)Serial.read();
        const uint32_t reply = turns > 0 ? count_cycles(turns)
                                         : count_after_it() + count_after_flash() -
                                               count_across_pages();
        Serial.write((const uint8_t *)&reply, sizeof reply);
    }
}
