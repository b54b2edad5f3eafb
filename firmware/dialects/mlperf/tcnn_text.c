/*
 * tcnn_text.c - text to and from a port without printf, which some libraries lack
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_text.h"

#include <string.h>

#define READY "m-ready\r\n"
#define READY_BYTES (sizeof READY - 1u)

/* USB holds back what fills its packets exactly. */
#define PACKET_BYTES 64u

/* Of an IEEE 754 number of single precision: value = mantissa * 2^(exponent - 150). */
#define MANTISSA_BITS 23
#define EXPONENT_MASK 0xFFu
#define EXPONENT_BIAS 150
#define MOST_SHIFT 30 /* a mantissa times 1000 stays below 2^64 */
#define THOUSAND 1000u

static struct {
    uint32_t count;   /* characters of this answer */
    uint32_t waiting; /* of them, not yet sent */
    uint8_t data[PACKET_BYTES];
} text;

static void flush(void) {
    if (text.waiting > 0) {
        tcnn_port_write(text.data, text.waiting);
        text.waiting = 0;
    }
}

TCNN_SHARED void tcnn_text_begin(void) { text.count = 0; }

TCNN_SHARED void tcnn_text_char(char c) {
    text.data[text.waiting++] = (uint8_t)c;
    text.count++;
    if (text.waiting == sizeof text.data) {
        flush();
    }
}

TCNN_SHARED void tcnn_text(const char *from) {
    while (*from != '\0') {
        tcnn_text_char(*from++);
    }
}

/* A line that is empty means nothing to a runner. */
TCNN_SHARED void tcnn_text_ready(void) {
    if ((text.count + READY_BYTES) % PACKET_BYTES == 0) {
        tcnn_text("\r\n");
    }
    tcnn_text(READY);
    flush();
}

static void put_u64(uint64_t value) {
    char digits[20];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    while (count > 0) {
        tcnn_text_char(digits[--count]);
    }
}

TCNN_SHARED void tcnn_text_u32(uint32_t value) { put_u64(value); }

TCNN_SHARED void tcnn_text_i32(int32_t value) {
    if (value < 0) {
        tcnn_text_char('-');
    }
    put_u64(value < 0 ? (uint64_t)(-(int64_t)value) : (uint64_t)value);
}

TCNN_SHARED void tcnn_text_hex(uint32_t value, uint32_t digits) {
    while (digits > 0) {
        tcnn_text_char("0123456789abcdef"[value >> (4u * --digits) & 15u]);
    }
}

TCNN_SHARED void tcnn_text_quoted(const char *from, uint32_t most) {
    for (; *from != '\0' && most > 0; from++, most--) {
        const bool breaks =
            *from < ' ' || *from > '~' || *from == '[' || *from == ']' || *from == '%';
        tcnn_text_char(breaks ? '_' : *from);
    }
}

/* Thousandths of a finite number, to the nearest, half of one to the even: exact, as
 * the product of a mantissa and 1000 has 34 bits. */
static uint64_t count_thousandths(uint32_t mantissa, int32_t exponent) {
    const uint64_t product = (uint64_t)mantissa * THOUSAND;
    if (exponent >= 0) {
        return product << (exponent < MOST_SHIFT ? exponent : MOST_SHIFT);
    }
    if (exponent < -40) {
        return 0;
    }
    const uint64_t rest = product & ((UINT64_C(1) << -exponent) - 1u);
    const uint64_t half = UINT64_C(1) << (-exponent - 1);
    const uint64_t whole = product >> -exponent;
    const bool up = rest > half || (rest == half && (whole & 1u) != 0);
    return whole + (up ? 1u : 0);
}

TCNN_SHARED void tcnn_text_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t exponent = bits >> MANTISSA_BITS & EXPONENT_MASK;
    uint32_t mantissa = bits & ((1u << MANTISSA_BITS) - 1u);
    if (bits >> 31 != 0) {
        tcnn_text_char('-');
    }
    if (exponent == EXPONENT_MASK) {
        tcnn_text(mantissa == 0 ? "inf" : "nan");
        return;
    }
    if (exponent != 0) {
        mantissa |= 1u << MANTISSA_BITS;
    }
    const int32_t scale = (int32_t)(exponent == 0 ? 1u : exponent) - EXPONENT_BIAS;
    const uint64_t thousandths = count_thousandths(mantissa, scale);
    const uint32_t rest = (uint32_t)(thousandths % THOUSAND);
    put_u64(thousandths / THOUSAND);
    tcnn_text_char('.');
    tcnn_text_char((char)('0' + rest / 100u));
    tcnn_text_char((char)('0' + rest / 10u % 10u));
    tcnn_text_char((char)('0' + rest % 10u));
}

TCNN_SHARED uint32_t tcnn_text_digit(char c) {
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0');
    }
    const char small = (char)(c | 0x20);
    return small >= 'a' && small <= 'f' ? (uint32_t)(small - 'a') + 10u : 16u;
}

TCNN_SHARED char *tcnn_text_word(char **command) {
    char *start = *command;
    while (*start == ' ') {
        start++;
    }
    char *end = start;
    while (*end != '\0' && *end != ' ') {
        end++;
    }
    *command = *end == '\0' ? end : end + 1;
    *end = '\0';
    return start;
}

TCNN_SHARED bool tcnn_text_equal(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

TCNN_SHARED bool tcnn_text_number(const char *word, uint32_t *value) {
    uint64_t number = 0;
    if (*word == '\0') {
        return false;
    }
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9') {
            return false;
        }
        number = 10u * number + (uint32_t)(*word - '0');
        if (number > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)number;
    return true;
}
