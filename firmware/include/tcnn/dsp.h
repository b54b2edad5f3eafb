/*
 * dsp.h - the SIMD instructions of Cortex-M4, M7 and M33, and their meaning in C
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inline assembly instead of <arm_acle.h>, which compilers before GCC 10 lack. Kernels
 * for DSP compute the same, slowly, where these instructions are missing.
 */
#ifndef TCNN_DSP_H
#define TCNN_DSP_H

#include <stdint.h>

#include "optimize.h"

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define TCNN_DSP 1
#else
#define TCNN_DSP 0
#endif

/* A loop that is to stay small, or function that is to stay one. */
#if defined(__clang__)
#define TCNN_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define TCNN_ROLLED
#endif
#define TCNN_APART __attribute__((noinline))

/* A function that is compiled for the constants and functions that it is given. */
#define TCNN_INLINE static inline __attribute__((always_inline))

/* A function whose body is assembly. */
#define TCNN_NAKED __attribute__((naked, noinline, used))
#define TCNN_UNUSED __attribute__((unused))

/* Four bytes at any address. */
static inline uint32_t tcnn_load_4(const void *from) {
    uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

static inline void tcnn_store_4(void *to, uint32_t word) {
    __builtin_memcpy(to, &word, sizeof word);
}

/* Four words, from each to the next a step of bytes. */
typedef struct {
    uint32_t a, b, c, d; /* any */
} tcnn_words_t;

static inline tcnn_words_t tcnn_load_words(const int8_t *from, int32_t step) {
    tcnn_words_t w;
#if TCNN_DSP
    /* Loads one after the other take a cycle less each. */
    __asm__ volatile("ldr %0, [%4]\n\t"
                     "ldr %1, [%4, %5]\n\t"
                     "ldr %2, [%4, %5, lsl #1]\n\t"
                     "ldr %3, [%4, %6]"
                     : "=&r"(w.a), "=&r"(w.b), "=&r"(w.c), "=r"(w.d)
                     : "r"(from), "r"(step), "r"(3 * step)
                     : "memory");
#else
    w.a = tcnn_load_4(from);
    w.b = tcnn_load_4(&from[step]);
    w.c = tcnn_load_4(&from[2 * step]);
    w.d = tcnn_load_4(&from[3 * step]);
#endif
    return w;
}

/* Eight bytes, and sixteen, to where they may overlap: all is read, then written. */
static inline void tcnn_move_8(int8_t *to, const int8_t *from) {
    const uint32_t a = tcnn_load_4(&from[0]), b = tcnn_load_4(&from[4]);
    tcnn_store_4(&to[0], a);
    tcnn_store_4(&to[4], b);
}

static inline void tcnn_move_16(int8_t *to, const int8_t *from) {
    const uint32_t a = tcnn_load_4(&from[0]), b = tcnn_load_4(&from[4]);
    const uint32_t c = tcnn_load_4(&from[8]), d = tcnn_load_4(&from[12]);
    tcnn_store_4(&to[0], a);
    tcnn_store_4(&to[4], b);
    tcnn_store_4(&to[8], c);
    tcnn_store_4(&to[12], d);
}

/* Four bytes or more to where they do not overlap; a last word covers what words leave.
 */
TCNN_INLINE void tcnn_copy_run(int8_t *to, const int8_t *from, int32_t size) {
    TCNN_ROLLED
    for (int32_t i = size >> 5; i > 0; i--) {
        tcnn_move_16(to, from);
        tcnn_move_16(&to[16], &from[16]);
        from += 32;
        to += 32;
    }
    if ((size & 16) != 0) {
        tcnn_move_16(to, from);
        from += 16;
        to += 16;
    }
    if ((size & 8) != 0) {
        tcnn_move_8(to, from);
        from += 8;
        to += 8;
    }
    if ((size & 4) != 0) {
        tcnn_store_4(to, tcnn_load_4(from));
    }
    if ((size & 3) != 0) {
        const int32_t last = (size & 7) - 4;
        tcnn_store_4(&to[last], tcnn_load_4(&from[last]));
    }
}

/* The nearest signed byte. */
static inline int8_t tcnn_saturate_8(int32_t value) {
#if TCNN_DSP
    int32_t byte;
    __asm__("ssat %0, #8, %1" : "=r"(byte) : "r"(value));
    return (int8_t)byte;
#else
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
#endif
}

/* Bytes 0 and 2 as signed 16-bit lanes. */
static inline uint32_t tcnn_even_bytes(uint32_t word) {
#if TCNN_DSP
    uint32_t lanes;
    __asm__("sxtb16 %0, %1" : "=r"(lanes) : "r"(word));
    return lanes;
#else
    return (uint16_t)(int8_t)word | (uint32_t)(uint16_t)(int8_t)(word >> 16) << 16;
#endif
}

/* Bytes 1 and 3 as signed 16-bit lanes. */
static inline uint32_t tcnn_odd_bytes(uint32_t word) {
#if TCNN_DSP
    uint32_t lanes;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(lanes) : "r"(word));
    return lanes;
#else
    return tcnn_even_bytes(word >> 8);
#endif
}

/* The same bytes added to lanes. */
static inline uint32_t tcnn_add_even_bytes(uint32_t lanes, uint32_t word) {
#if TCNN_DSP
    uint32_t sum;
    __asm__("sxtab16 %0, %1, %2" : "=r"(sum) : "r"(lanes), "r"(word));
    return sum;
#else
    const uint32_t bytes = tcnn_even_bytes(word);
    return ((lanes + bytes) & 0xFFFFu) |
           ((lanes & 0xFFFF0000u) + (bytes & 0xFFFF0000u));
#endif
}

static inline uint32_t tcnn_add_odd_bytes(uint32_t lanes, uint32_t word) {
#if TCNN_DSP
    uint32_t sum;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(lanes), "r"(word));
    return sum;
#else
    return tcnn_add_even_bytes(lanes, word >> 8);
#endif
}

/* The low lanes of two words as one, and the high lanes. */
static inline uint32_t tcnn_pack_low(uint32_t low, uint32_t high) {
#if TCNN_DSP
    uint32_t lanes;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(lanes) : "r"(low), "r"(high));
    return lanes;
#else
    return (low & 0xFFFFu) | high << 16;
#endif
}

static inline uint32_t tcnn_pack_high(uint32_t low, uint32_t high) {
#if TCNN_DSP
    uint32_t lanes;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(lanes) : "r"(high), "r"(low));
    return lanes;
#else
    return low >> 16 | (high & 0xFFFF0000u);
#endif
}

/* The lanes of a word. */
static inline int32_t tcnn_low(uint32_t word) { return (int16_t)word; }
static inline int32_t tcnn_high(uint32_t word) { return (int16_t)(word >> 16); }

/* The sums of lanes. */
static inline uint32_t tcnn_add_lanes(uint32_t a, uint32_t b) {
#if TCNN_DSP
    uint32_t sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    return ((a + b) & 0xFFFFu) | ((a & 0xFFFF0000u) + (b & 0xFFFF0000u));
#endif
}

/* The larger of each two signed bytes, and the smaller. */
#if TCNN_DSP
#define TCNN_CHOOSE_BYTES(name, order, compare)                                        \
    static inline uint32_t tcnn_##name##_bytes(uint32_t a, uint32_t b) {               \
        uint32_t result;                                                               \
        __asm__("ssub8 %0, %1, %2\n\tsel %0, " order                                   \
                : "=&r"(result)                                                        \
                : "r"(a), "r"(b));                                                     \
        return result;                                                                 \
    }
#else
#define TCNN_CHOOSE_BYTES(name, order, compare)                                        \
    static inline uint32_t tcnn_##name##_bytes(uint32_t a, uint32_t b) {               \
        uint32_t result = 0;                                                           \
        for (uint32_t i = 0; i < 32; i += 8) {                                         \
            const uint32_t byte = (int8_t)(a >> i) compare(int8_t)(b >> i) ? a : b;    \
            result |= byte & 0xFFu << i;                                               \
        }                                                                              \
        return result;                                                                 \
    }
#endif
TCNN_CHOOSE_BYTES(largest, "%1, %2", >)
TCNN_CHOOSE_BYTES(smallest, "%2, %1", <)

/* That of `found` and `count` words, `step` bytes apart: 18 cycles for four. */
typedef uint32_t tcnn_choose_bytes_t(uint32_t first, uint32_t second);

TCNN_INLINE uint32_t tcnn_choose_words(uint32_t found, const int8_t *from, int32_t step,
                                       int32_t count, tcnn_choose_bytes_t *choose) {
    TCNN_ROLLED
    for (int32_t i = count >> 2; i > 0; i--) {
        const tcnn_words_t w = tcnn_load_words(from, step);
        found = choose(choose(choose(choose(found, w.a), w.b), w.c), w.d);
        from += 4 * step;
    }
    if (count & 2) {
        const uint32_t first = tcnn_load_4(from), second = tcnn_load_4(&from[step]);
        found = choose(choose(found, first), second);
        from += 2 * step;
    }
    return count & 1 ? choose(found, tcnn_load_4(from)) : found;
}

/* x * y for the low lanes, plus that of the high lanes, plus sum, modulo 2^32. */
static inline uint32_t tcnn_smlad(uint32_t x, uint32_t y, uint32_t sum) {
#if TCNN_DSP
    uint32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(x), "r"(y), "r"(sum));
    return result;
#else
    return sum + (uint32_t)(tcnn_low(x) * tcnn_low(y)) +
           (uint32_t)(tcnn_high(x) * tcnn_high(y));
#endif
}

/* x * y / 2^32, rounded to nearest, ties upwards. */
static inline int32_t tcnn_high_multiply(int32_t x, int32_t y) {
#if TCNN_DSP
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(x), "r"(y));
    return result;
#else
    return (int32_t)(((int64_t)x * y + (INT64_C(1) << 31)) >> 32);
#endif
}

/* The same plus a sum. */
static inline int32_t tcnn_high_multiply_add(int32_t x, int32_t y, int32_t sum) {
#if TCNN_DSP
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(x), "r"(y), "r"(sum));
    return result;
#else
    return sum + tcnn_high_multiply(x, y);
#endif
}

/* sum + a signed byte of a word. */
#if TCNN_DSP
#define TCNN_ADD_BYTE(n, rotation)                                                     \
    static inline int32_t tcnn_add_byte_##n(int32_t sum, uint32_t word) {              \
        int32_t result;                                                                \
        __asm__("sxtab %0, %1, %2" rotation : "=r"(result) : "r"(sum), "r"(word));     \
        return result;                                                                 \
    }
#else
#define TCNN_ADD_BYTE(n, rotation)                                                     \
    static inline int32_t tcnn_add_byte_##n(int32_t sum, uint32_t word) {              \
        return sum + (int8_t)(word >> (8 * n));                                        \
    }
#endif
TCNN_ADD_BYTE(0, "")
TCNN_ADD_BYTE(1, ", ror #8")
TCNN_ADD_BYTE(2, ", ror #16")
TCNN_ADD_BYTE(3, ", ror #24")

/* memcpy by words: the C libraries of small systems copy byte by byte. */
static inline void tcnn_copy_bytes(int8_t *to, const int8_t *from, int32_t size) {
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        const uint32_t word = tcnn_load_4(from);
        __builtin_memcpy(to, &word, sizeof word);
        from += 4;
        to += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *to++ = *from++;
    }
}

/* The same for many bytes: 14 cycles for 16. */
TCNN_APART TCNN_UNUSED static void tcnn_copy_blocks(int8_t *to, const int8_t *from,
                                                    int32_t size) {
    TCNN_ROLLED
    for (; size >= 16; size -= 16) {
        tcnn_move_16(to, from);
        to += 16;
        from += 16;
    }
    tcnn_copy_bytes(to, from, size);
}

/* Words that are read again and again, from where reads do not wait: copied to the
 * start of `*scratch`, which then begins behind them. 0 words stay where they are. */
static inline const int32_t *tcnn_keep(const int32_t *from, int32_t words,
                                       uint8_t **scratch) {
    if (!words) {
        return from;
    }
    int32_t *to = (int32_t *)(void *)*scratch, *kept = to;
    *scratch += 4 * words;
#if TCNN_DSP
    for (; words >= 8; words -= 8) { /* 22 cycles */
        __asm__ volatile("ldm.w %0!, {r3-r6, r8, r10, r12, lr}\n\t"
                         "stm.w %1!, {r3-r6, r8, r10, r12, lr}"
                         : "+r"(from), "+r"(to)
                         :
                         : "r3", "r4", "r5", "r6", "r8", "r10", "r12", "lr", "memory");
    }
#endif
    TCNN_ROLLED
    for (; words > 0; words--) {
        *to++ = *from++;
    }
    return kept;
}

/* memset by words. */
static inline void tcnn_fill_bytes(int8_t *to, int32_t value, int32_t size) {
    const uint32_t word = (uint32_t)(uint8_t)value * 0x01010101u;
    TCNN_ROLLED
    for (; size >= 4; size -= 4) {
        __builtin_memcpy(to, &word, sizeof word);
        to += 4;
    }
    TCNN_ROLLED
    for (; size > 0; size--) {
        *to++ = (int8_t)value;
    }
}

/* Clamps what int8 does not clamp by itself. */
static inline void tcnn_clamp_bytes(int8_t *values, int32_t count, int32_t lowest,
                                    int32_t highest) {
    if (lowest == INT8_MIN && highest == INT8_MAX) {
        return;
    }
    const uint32_t low = (uint8_t)lowest * 0x01010101u;
    const uint32_t high = (uint8_t)highest * 0x01010101u;
    TCNN_ROLLED
    for (; count >= 4; count -= 4) {
        const uint32_t word = tcnn_largest_bytes(tcnn_load_4(values), low);
        tcnn_store_4(values, tcnn_smallest_bytes(word, high));
        values += 4;
    }
    TCNN_ROLLED
    for (; count > 0; count--) {
        const int32_t value = *values < lowest ? lowest : *values;
        *values++ = (int8_t)(value > highest ? highest : value);
    }
}

#endif /* TCNN_DSP_H */
