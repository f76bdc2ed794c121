/* The last output of a command: records in a ring, the oldest of which is dropped. Offsets only grow. */
#include "core.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A record: stream (1), length (2), data. */
enum { RECORD_HEAD = 3 };

static size_t mapped(const struct ring *ring) { return sizeof *ring->shared + ring->capacity; }

struct ring *ring_make(size_t capacity) {
    struct ring *ring = malloc(sizeof *ring);
    if (ring == NULL) return NULL;
    ring->capacity = capacity;
    ring->shared = mmap(NULL, mapped(ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring->shared == MAP_FAILED) {
        free(ring);
        return NULL;
    }
    madvise(ring->shared, mapped(ring), MADV_DONTDUMP);
    return ring;
}

void ring_hide(struct ring *ring) { madvise(ring->shared, mapped(ring), MADV_DONTFORK); }

void ring_free(struct ring *ring) {
    if (ring == NULL) return;
    munmap(ring->shared, mapped(ring));
    free(ring);
}

static void in(struct ring *ring, uint64_t at, const void *from, size_t length) {
    size_t place = at % ring->capacity, first = ring->capacity - place < length ? ring->capacity - place : length;
    memcpy(ring->shared->data + place, from, first);
    memcpy(ring->shared->data, (const uint8_t *)from + first, length - first);
}

static void out(const struct ring *ring, uint64_t at, void *into, size_t length) {
    size_t place = at % ring->capacity, first = ring->capacity - place < length ? ring->capacity - place : length;
    memcpy(into, ring->shared->data + place, first);
    memcpy((uint8_t *)into + first, ring->shared->data, length - first);
}

static size_t record(const struct ring *ring, uint64_t at, uint8_t *stream) {
    uint8_t head[RECORD_HEAD];
    out(ring, at, head, sizeof head);
    *stream = head[0];
    return (size_t)head[1] | (size_t)head[2] << 8;
}

void ring_put(struct ring *ring, uint8_t stream, const void *at, size_t length) {
    struct written *there = ring->shared;
    const uint8_t *from = at;
    while (length > 0) {
        size_t take = length < RECORD_MAX ? length : RECORD_MAX;
        uint8_t head[RECORD_HEAD] = {stream, (uint8_t)take, (uint8_t)(take >> 8)}, other;
        while (there->end - there->begin + RECORD_HEAD + take > ring->capacity) there->begin += RECORD_HEAD + record(ring, there->begin, &other);
        in(ring, there->end, head, sizeof head);
        in(ring, there->end + RECORD_HEAD, from, take);
        there->end += RECORD_HEAD + take;
        from += take;
        length -= take;
    }
}

size_t ring_get(const struct ring *ring, uint64_t *at, uint8_t *stream, void *into, size_t most) {
    if (*at < ring->shared->begin) *at = ring->shared->begin;
    if (*at >= ring->shared->end) return 0;
    size_t length = record(ring, *at, stream);
    if (length > most) return 0;
    out(ring, *at + RECORD_HEAD, into, length);
    *at += RECORD_HEAD + length;
    return length;
}

/* What was passed over, of each stream: whether something was, and whether it ended with a line. */
struct passed {
    bool any[2], whole[2];
};

static void pass(struct passed *passed, uint8_t stream, const uint8_t *data, size_t length) {
    if (length == 0) return;
    passed->any[stream == 2] = true;
    passed->whole[stream == 2] = data[length - 1] == '\n';
}

/* Walks twice: counts the lines, then passes over those that are too many. */
static uint64_t tail_at(const struct ring *ring, uint64_t from, uint32_t lines, size_t *skip, struct passed *passed) {
    uint64_t total = 0, at = from;
    uint8_t data[RECORD_MAX], stream;
    size_t length;
    if (lines == UINT32_MAX) return from;
    bool open = false;
    while ((length = ring_get(ring, &at, &stream, data, sizeof data)) > 0) {
        for (size_t i = 0; i < length; i++) total += data[i] == '\n';
        open = data[length - 1] != '\n';
    }
    total += open;
    /* None: the last line goes too, also where it is open. */
    uint64_t over = total > lines ? total - lines : 0, before = at = from;
    if (lines == 0) over = UINT64_MAX;
    while (over > 0 && (length = ring_get(ring, &at, &stream, data, sizeof data)) > 0) {
        size_t i = 0;
        for (; i < length && over > 0; i++) over -= data[i] == '\n';
        pass(passed, stream, data, i);
        *skip = i < length ? i : 0;
        if (i < length) break;
        before = at;
    }
    wipe(data, sizeof data);
    return before;
}

struct place ring_tail(const struct ring *ring, uint64_t since, uint32_t lines) {
    const uint64_t begin = ring->shared->begin, from = since > begin ? since : begin;
    struct passed passed = {0};
    struct place place = {.end = ring->shared->end};
    place.at = tail_at(ring, from, lines, &place.skip, &passed);
    for (int i = 0; i < 2; i++) place.edge.cut[i] = passed.any[i] ? !passed.whole[i] : begin > since;
    return place;
}

struct edge edge_of(bool cut) { return (struct edge){.cut = {cut, cut}}; }

uint8_t edge_stream(struct edge *edge, uint8_t stream) {
    bool *cut = edge->cut + (stream == 2);
    uint8_t marked = *cut ? (uint8_t)(stream | STREAM_CUT) : stream;
    *cut = false;
    return marked;
}
