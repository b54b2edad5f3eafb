/*
 * tcnn_replies.c - the last replies, kept so that they can be sent again
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tcnn_replies.h"

#include <stddef.h>

static void forget_oldest(tcnn_replies_t *replies) {
    replies->count--;
    for (uint32_t i = 0; i < replies->count; i++) {
        replies->kept[i] = replies->kept[i + 1u];
    }
}

/* Whether a kept reply lies in [start, end). */
static bool is_taken(const tcnn_replies_t *replies, uint32_t start, uint32_t end) {
    for (uint32_t i = 0; i < replies->count; i++) {
        const tcnn_kept_t *kept = &replies->kept[i];
        if (kept->start < end && start < (uint32_t)kept->start + kept->size) {
            return true;
        }
    }
    return false;
}

TCNN_SHARED uint8_t *tcnn_replies_reserve(tcnn_replies_t *replies, uint32_t length) {
    const uint32_t need = TCNN_REPLY_OVERHEAD_BYTES + length;
    uint32_t start = 0;
    if (replies->count > 0) {
        const tcnn_kept_t *last = &replies->kept[replies->count - 1u];
        start = (uint32_t)last->start + last->size;
    }
    if (start + need > sizeof replies->data) {
        start = 0;
    }
    while (replies->count == TCNN_WINDOW || is_taken(replies, start, start + need)) {
        forget_oldest(replies);
    }
    replies->next = start;
    return replies->data + start;
}

TCNN_SHARED void tcnn_replies_keep(tcnn_replies_t *replies, uint32_t sequence,
                                   uint32_t size) {
    tcnn_kept_t *kept = &replies->kept[replies->count++];
    kept->sequence = sequence;
    kept->start = (uint16_t)replies->next;
    kept->size = (uint16_t)size;
}

TCNN_SHARED const tcnn_kept_t *tcnn_replies_find(const tcnn_replies_t *replies,
                                                 uint32_t sequence) {
    for (uint32_t i = 0; i < replies->count; i++) {
        if (replies->kept[i].sequence == sequence) {
            return &replies->kept[i];
        }
    }
    return NULL;
}
