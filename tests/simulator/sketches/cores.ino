/* Runs the instruction that a byte names, as its encoding so that every core's build has
 * it, and answers with the byte; 'c' with what C computes of two numbers, 24 bytes. */
#include <Arduino.h>

#include <string.h>

typedef struct {
    uint64_t product;
    uint64_t quotient;
    float ratio;
    uint32_t unaligned;
} results_t;

static const uint8_t bytes[8] = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};

#define RUN(halfwords) __asm__ volatile(".short " halfwords ::: "r0", "memory")

static void run(int instruction) {
    switch (instruction) {
    case 'w': RUN("0xf240, 0x0001"); break; /* movw r0, #1 */
    case 'u': RUN("0xfbb1, 0xf0f1"); break; /* udiv r0, r1, r1 */
    case 's': RUN("0xfb21, 0x3002"); break; /* smlad r0, r1, r2, r3 */
    case 'x': RUN("0xfa2f, 0xf081"); break; /* sxtb16 r0, r1 */
    case 'f': RUN("0xee30, 0x0a20"); break; /* vadd.f32 s0, s0, s1 */
    case 'd': RUN("0xee30, 0x0b01"); break; /* vadd.f64 d0, d0, d1 */
    default: break;
    }
}

static uint32_t load(const uint8_t *place) {
    uint32_t value;
    __asm__ volatile("ldr %0, [%1]" : "=l"(value) : "l"(place) : "memory");
    return value;
}

static void compute(void) {
    static volatile uint64_t a = 0x123456789abcdefu;
    static volatile uint32_t b = 0x3456789u;
    results_t results;
    results.product = a * b;
    results.quotient = a / b;
    results.ratio = (float)a / (float)b;
    memcpy(&results.unaligned, &bytes[b & 7u], sizeof results.unaligned);
    Serial.write((const uint8_t *)&results, sizeof results);
}

void setup() {
    Serial.begin(115200);
}

void loop() {
    if (Serial.available() > 0) {
        const int request = Serial.read();
        if (request == 'c') {
            compute();
        } else if (request == 'l') {
            const uint32_t value = load(bytes + 1);
            Serial.write((const uint8_t *)&value, sizeof value);
        } else {
            run(request);
            Serial.write((uint8_t)request);
        }
    }
}
