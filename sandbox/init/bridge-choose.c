/* Which entries in force a client of the bridge asks for. Reads frames and the environment; gives nothing away. */
#include "bridge.h"
#include "init.h"

#include <string.h>

static bool has_name(const struct entry *entry, struct bytes name) {
    return strlen(entry->name) == name.length && memcmp(entry->name, name.at, name.length) == 0;
}

static bool choose_some(struct reader *body, bool *chosen) {
    uint16_t names = read_u16(body);
    if (names > SOME_MAX) return false;
    for (uint16_t n = 0; n < names; n++) {
        struct bytes name = read_text(body, NAME_MAX_BYTES);
        if (!name_valid(name)) return false;
        for (size_t i = 0; i < live.count && live.ready; i++) chosen[i] = chosen[i] || has_name(live.entries + i, name);
    }
    return reader_done(body);
}

bool bridge_choose(struct frame *asked, bool *chosen, bool *holds) {
    bool all = asked->type == F_WANT;
    if (asked->type == F_WANT_NEWER) {
        uint32_t epoch = read_u32(&asked->body);
        uint64_t generation = read_u64(&asked->body);
        all = live.ready && (epoch < live.epoch || (epoch == live.epoch && generation < live.generation));
    }
    for (size_t i = 0; i < live.count; i++) chosen[i] = all;
    /* Whoever has everything is a holder also of nothing: what comes of it later is of known origin. */
    *holds = all;
    if (asked->type != F_WANT_SOME) return reader_done(&asked->body);
    if (!choose_some(&asked->body, chosen)) return false;
    for (size_t i = 0; i < live.count; i++) *holds = *holds || chosen[i];
    return true;
}
