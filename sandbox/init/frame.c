/* Frames and fields of the wire: every length is checked before it is used. */
#include "frame.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct reader reader_of(const void *at, size_t length) {
    return (struct reader){.at = at, .end = (const uint8_t *)at + length, .bad = false};
}

static const uint8_t *take(struct reader *from, size_t length) {
    if (from->bad || (size_t)(from->end - from->at) < length) {
        from->bad = true;
        return NULL;
    }
    const uint8_t *at = from->at;
    from->at += length;
    return at;
}

static uint64_t number(struct reader *from, size_t width) {
    const uint8_t *at = take(from, width);
    uint64_t value = 0;
    if (at == NULL) return 0;
    for (size_t i = 0; i < width; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

uint8_t read_u8(struct reader *from) { return (uint8_t)number(from, 1); }
uint16_t read_u16(struct reader *from) { return (uint16_t)number(from, 2); }
uint32_t read_u32(struct reader *from) { return (uint32_t)number(from, 4); }
uint64_t read_u64(struct reader *from) { return number(from, 8); }

struct bytes read_bytes(struct reader *from, uint32_t most) {
    uint32_t length = read_u32(from);
    if (length > most) from->bad = true;
    const uint8_t *at = take(from, length);
    return at == NULL ? (struct bytes){(const uint8_t *)"", 0} : (struct bytes){at, length};
}

struct bytes read_text(struct reader *from, uint32_t most) {
    struct bytes text = read_bytes(from, most);
    if (memchr(text.at, 0, text.length) == NULL) return text;
    from->bad = true;
    return (struct bytes){(const uint8_t *)"", 0};
}

void read_raw(struct reader *from, void *into, size_t length) {
    const uint8_t *at = take(from, length);
    if (at == NULL) memset(into, 0, length);
    else memcpy(into, at, length);
}

struct bytes read_rest(struct reader *from) {
    size_t length = from->bad ? 0 : (size_t)(from->end - from->at);
    const uint8_t *at = take(from, length);
    return at == NULL ? (struct bytes){(const uint8_t *)"", 0} : (struct bytes){at, (uint32_t)length};
}

bool reader_done(const struct reader *from) { return !from->bad && from->at == from->end; }

struct writer writer_of(void *start, size_t capacity) {
    return (struct writer){.start = start, .capacity = capacity};
}

void write_raw(struct writer *to, const void *at, size_t length) {
    if (to->full || to->capacity - to->used < length) {
        to->full = true;
        return;
    }
    if (length > 0) memcpy(to->start + to->used, at, length);
    to->used += length;
}

static void write_number(struct writer *to, uint64_t value, size_t width) {
    uint8_t raw[8];
    for (size_t i = 0; i < width; i++) raw[i] = (uint8_t)(value >> (8 * i));
    write_raw(to, raw, width);
}

void write_u8(struct writer *to, uint8_t value) { write_number(to, value, 1); }
void write_u16(struct writer *to, uint16_t value) { write_number(to, value, 2); }
void write_u32(struct writer *to, uint32_t value) { write_number(to, value, 4); }
void write_u64(struct writer *to, uint64_t value) { write_number(to, value, 8); }

void write_bytes(struct writer *to, const void *at, size_t length) {
    write_u32(to, (uint32_t)length);
    write_raw(to, at, length);
}

void write_text(struct writer *to, const char *text) { write_bytes(to, text, strlen(text)); }

void write_plain(struct writer *to, const char *text) {
    size_t length = strlen(text);
    write_u32(to, (uint32_t)length);
    for (size_t i = 0; i < length; i++) write_u8(to, text[i] >= 0x20 && text[i] < 0x7f ? (uint8_t)text[i] : '?');
}

void frame_begin(struct writer *to, uint8_t type) {
    to->frame = to->used;
    write_u32(to, 0);
    write_u8(to, type);
}

bool frame_end(struct writer *to) {
    if (to->full || to->used - to->frame - FRAME_HEAD > FRAME_MAX) {
        to->used = to->frame;
        to->full = false;
        return false;
    }
    uint32_t length = (uint32_t)(to->used - to->frame - FRAME_HEAD);
    for (size_t i = 0; i < FRAME_HEAD; i++) to->start[to->frame + i] = (uint8_t)(length >> (8 * i));
    return true;
}

bool inbox_open(struct inbox *box, size_t most) {
    box->data = secret_map(most, false);
    box->capacity = most;
    box->have = 0;
    return box->data != NULL;
}

void inbox_close(struct inbox *box) {
    if (box->data != NULL) secret_unmap(box->data, box->capacity);
    *box = (struct inbox){0};
}

ssize_t inbox_fill(struct inbox *box, int fd) {
    if (box->have == box->capacity) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t got = read(fd, box->data + box->have, box->capacity - box->have);
    if (got > 0) box->have += (size_t)got;
    return got;
}

int inbox_next(struct inbox *box, struct frame *out) {
    if (box->have < FRAME_HEAD) return 0;
    struct reader head = reader_of(box->data, FRAME_HEAD);
    uint32_t length = read_u32(&head);
    if (length == 0 || length > FRAME_MAX || length > box->capacity - FRAME_HEAD) return -1;
    if (box->have < FRAME_HEAD + (size_t)length) return 0;
    out->type = box->data[FRAME_HEAD];
    out->body = reader_of(box->data + FRAME_HEAD + 1, length - 1);
    out->whole = FRAME_HEAD + (size_t)length;
    return 1;
}

void inbox_drop(struct inbox *box, const struct frame *consumed) {
    size_t rest = box->have - consumed->whole;
    memmove(box->data, box->data + consumed->whole, rest);
    wipe(box->data + rest, consumed->whole);
    box->have = rest;
}
