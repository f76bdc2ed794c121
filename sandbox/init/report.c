/* What the daemon is told: frames about what is in force and what runs. */
#include "core.h"

#include <string.h>

static void entries(struct writer *to) {
    write_u16(to, (uint16_t)live.count);
    for (size_t i = 0; i < live.count; i++) {
        write_text(to, live.entries[i].name);
        write_text(to, live.entries[i].secret);
        write_u32(to, live.entries[i].version);
    }
}

void report_state(void) {
    struct holder *main = main_holder();
    struct writer *to = report_begin(F_STATE);
    write_u32(to, live.epoch);
    write_u64(to, live.generation);
    write_u32(to, (had_set ? 1u : 0) | (lease_out ? 2u : 0) | (main != NULL && !main->over ? 4u : 0));
    entries(to);
    uint16_t count = 0;
    EACH_HOLDER(holder) count++;
    write_u16(to, count);
    EACH_HOLDER(holder) {
        write_text(to, holder->id);
        write_u32(to, (uint32_t)holder->pid);
        write_u32(to, holder->flags);
        int64_t age = now_ms() - holder->since;
        write_u32(to, age > UINT32_MAX ? UINT32_MAX : (uint32_t)age);
    }
    report_end();
}

void report_started(const struct holder *holder) {
    struct writer *to = report_begin(F_STARTED);
    write_text(to, holder->id);
    write_u8(to, holder->kind);
    write_u32(to, (uint32_t)holder->pid);
    write_plain(to, holder->program);
    size_t count = holder->grant == NULL ? 0 : holder->grant->count;
    /* Old versions beside new ones can be more than a list has. */
    if (count > ENTRIES_MAX) count = ENTRIES_MAX;
    write_u16(to, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        write_text(to, holder->grant->held[i].name);
        write_text(to, holder->grant->held[i].secret);
        write_u32(to, holder->grant->held[i].version);
    }
    report_end();
}

void report_ended(const struct holder *holder, int32_t code, uint32_t signal, const char *reason) {
    struct writer *to = report_begin(F_ENDED);
    write_text(to, holder->id);
    write_u32(to, (uint32_t)code);
    write_u32(to, signal);
    write_plain(to, reason);
    report_end();
}

void report_gone(const struct holder *holder) {
    struct writer *to = report_begin(F_GONE);
    write_text(to, holder->id);
    report_end();
}

/* Bytes of what LAST brings, with what stands before each piece. */
enum { LAST_MAX = 65536, LAST_HEAD = 5 };

void report_last(const struct holder *holder) {
    const struct ring *ring = holder->ring;
    if (ring == NULL || !report_room(2 * LAST_MAX)) return;
    /* Whoever still writes does not make it longer. */
    const uint64_t begin = ring->shared->begin, end = ring->shared->end;
    if (end < begin || end - begin > ring->capacity) return;
    uint8_t stream, piece[RECORD_MAX];
    uint64_t at = begin, whole = 0;
    size_t length, sent = 0;
    struct edge edge = edge_of(begin > 0);
    /* Records may lie, offsets wrap: more than there is room for is none of them. */
    while (at < end && whole <= LAST_HEAD * ring->capacity && (length = ring_get(ring, &at, &stream, piece, sizeof piece)) > 0)
        whole += LAST_HEAD + length;
    if (whole > LAST_MAX) edge = edge_of(true);
    at = begin;
    while (whole > LAST_MAX && (length = ring_get(ring, &at, &stream, piece, sizeof piece)) > 0) whole -= LAST_HEAD + length;
    struct writer *to = report_begin(F_LAST);
    write_text(to, holder->id);
    while (at < end && (length = ring_get(ring, &at, &stream, piece, sizeof piece)) > 0) {
        sent += LAST_HEAD + length;
        if (sent > LAST_MAX) break;
        write_u8(to, edge_stream(&edge, stream));
        write_bytes(to, piece, (uint32_t)length);
    }
    wipe(piece, sizeof piece);
    report_end();
}
