/* Reads ENVIRONMENT, and finds variables in lists of NAME=value. Pure. */
#include "bridge.h"

#include <string.h>

size_t pair_name(struct bytes pair) {
    const uint8_t *sign = memchr(pair.at, '=', pair.length);
    return sign == NULL ? 0 : (size_t)(sign - pair.at);
}

struct bytes pair_find(const struct bytes *pairs, size_t count, const char *name, size_t length) {
    for (size_t i = 0; i < count; i++)
        if (pair_name(pairs[i]) == length && length > 0 && memcmp(pairs[i].at, name, length) == 0) return pairs[i];
    return (struct bytes){(const uint8_t *)"", 0};
}

static uint16_t read_pairs(struct reader *body, struct bytes *into) {
    uint16_t count = read_u16(body);
    if (count > ENTRIES_MAX) body->bad = true;
    for (uint16_t i = 0; i < count && !body->bad; i++) {
        into[i] = read_text(body, PAIR_MAX + NAME_MAX_BYTES + 1);
        if (!name_valid((struct bytes){into[i].at, (uint32_t)pair_name(into[i])})) body->bad = true;
    }
    return body->bad ? 0 : count;
}

bool environment_read(struct reader *body, struct environment *into) {
    into->epoch = read_u32(body);
    into->generation = read_u64(body);
    into->path = read_text(body, PATH_MAX_BYTES);
    into->own_count = read_pairs(body, into->own);
    into->live_count = read_pairs(body, into->live);
    return reader_done(body);
}
