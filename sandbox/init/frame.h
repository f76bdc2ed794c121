/* Frames and fields of the wire (PROTOCOL.md): reading and writing with strict bounds. Knows no socket's meaning. */
#ifndef AMPOULE_FRAME_H
#define AMPOULE_FRAME_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    PROTOCOL_OLDEST = 1,
    PROTOCOL_NEWEST = 1,
    FRAME_MAX = 2097152, /* type and payload */
    FRAME_HEAD = 4,      /* the length */
    ENTRIES_MAX = 1024,
    NAME_MAX_BYTES = 128,
    PAIR_MAX = 131072, /* name and value of one variable */
    SET_MAX = 1048576, /* all of them */
    WORDS_MAX = 1024,  /* arguments; variables of a command */
    WORD_MAX = 131072,
    PATH_MAX_BYTES = 4096,
    ID_MAX = 64,
    TEXT_MAX = 1024, /* reasons, users, names of builds */
    TOKEN_BYTES = 16,
    KEY_BYTES = 32,
};

enum frame_type {
    F_HELLO = 0x01,
    F_RESUME = 0x02,
    F_STREAM = 0x03,
    F_CHALLENGE = 0x10,
    F_PROOF = 0x11,
    F_WELCOME = 0x12,
    F_GOODBYE = 0x13,
    F_SET = 0x20,
    F_EXEC = 0x21,
    F_END = 0x22,
    F_ATTACH = 0x23,
    F_PING = 0x24,
    F_STATE = 0x30,
    F_RECEIVED = 0x31,
    F_DONE = 0x32,
    F_REFUSED = 0x33,
    F_STARTED = 0x34,
    F_ENDED = 0x35,
    F_GONE = 0x36,
    F_PONG = 0x37,
    F_LAST = 0x38,
    F_OUTPUT = 0x40,
    F_EXIT = 0x41,
    F_INPUT = 0x42,
    F_RESIZE = 0x43,
    F_WANT = 0x50,
    F_WANT_NEWER = 0x51,
    F_ENVIRONMENT = 0x52,
    F_WANT_SOME = 0x53,
};

/* A part of a buffer, not owned. */
struct bytes {
    const uint8_t *at;
    uint32_t length;
};

/* Reads fields; after the first that does not fit `bad` is set and every further one is zero or empty. */
struct reader {
    const uint8_t *at, *end;
    bool bad;
};

struct reader reader_of(const void *at, size_t length);
uint8_t read_u8(struct reader *from);
uint16_t read_u16(struct reader *from);
uint32_t read_u32(struct reader *from);
uint64_t read_u64(struct reader *from);
/* `most`: longest that is allowed. */
struct bytes read_bytes(struct reader *from, uint32_t most);
/* The same without NUL. */
struct bytes read_text(struct reader *from, uint32_t most);
/* Exactly `length` bytes without a length before them. */
void read_raw(struct reader *from, void *into, size_t length);
struct bytes read_rest(struct reader *from);
/* true when everything was read, and nothing was bad. */
bool reader_done(const struct reader *from);

/* Writes fields into a buffer of a fixed size; what does not fit sets `full`, and nothing more is written. */
struct writer {
    uint8_t *start;
    size_t used, capacity;
    size_t frame; /* where the current frame begins */
    bool full;
};

struct writer writer_of(void *start, size_t capacity);
void write_u8(struct writer *to, uint8_t value);
void write_u16(struct writer *to, uint16_t value);
void write_u32(struct writer *to, uint32_t value);
void write_u64(struct writer *to, uint64_t value);
void write_bytes(struct writer *to, const void *at, size_t length);
void write_text(struct writer *to, const char *text);
/* The same of a text that a user chose or the system gave: what is no printable ASCII becomes `?`. */
void write_plain(struct writer *to, const char *text);
void write_raw(struct writer *to, const void *at, size_t length);
/* Length and type; frame_end puts in the length. false from frame_end: it did not fit, and is not there. */
void frame_begin(struct writer *to, uint8_t type);
bool frame_end(struct writer *to);

/* What came over a connection and was not consumed yet. Consumed bytes are wiped at once. */
struct inbox {
    uint8_t *data;
    size_t capacity, have;
};

struct frame {
    uint8_t type;
    struct reader body;
    size_t whole; /* bytes with the length */
};

/* Memory for whole frames of at most `most` bytes with their length: not in a dump, not in a child. false: none to be had. */
bool inbox_open(struct inbox *box, size_t most);
void inbox_close(struct inbox *box);
/* Takes what `fd` has. More than 0: bytes; 0: the end; -1 with errno (EAGAIN: nothing now). */
ssize_t inbox_fill(struct inbox *box, int fd);
/* 1: `out` is the first frame, until inbox_drop; 0: not whole yet; -1: its length is not allowed. */
int inbox_next(struct inbox *box, struct frame *out);
/* Wipes the frame and moves up what follows it. */
void inbox_drop(struct inbox *box, const struct frame *consumed);

/* wipe.c */

/* Overwrites with zeros, whatever the compiler thinks of it. */
void wipe(void *at, size_t length);
/* Equal, in a time that does not depend on where they differ. */
bool equal_secret(const void *one, const void *other, size_t length);
/* Zeroed memory of its own that is in no dump, locked as far as limits allow; `fork`: children have it too. NULL: none. */
void *secret_map(size_t length, bool fork);
/* Wipes and gives back. */
void secret_unmap(void *at, size_t length);

/* name.c */

/* [A-Za-z_][A-Za-z0-9_]*, at most 128 bytes. */
bool name_valid(struct bytes name);
/* [A-Za-z0-9_], 1 to 64 bytes; `dash`: also `-`. */
bool id_valid(struct bytes id, bool dash);

#endif
