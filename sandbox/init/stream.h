/* A keeper's streams: what its three files know of each other. */
#ifndef AMPOULE_STREAM_H
#define AMPOULE_STREAM_H

#include "core.h"

enum { CHUNK = 65536, OUTPUT_HEAD = FRAME_HEAD + 2 };

/* A connection to the daemon. */
struct client {
    int fd; /* 0: none */
    bool direct, follow, connected, last;
    uint8_t token[TOKEN_BYTES];
    int tries;
    struct timer redial;
    struct inbox box;
    size_t input_at; /* written bytes of the first INPUT in the box */
    struct place place; /* in the ring */
    size_t sent, used;
    uint8_t out[CHUNK + OUTPUT_HEAD + TEXT_MAX];
};

/* stream.c */
/* The one client of a command that is not detached; NULL: it is gone, or there is none. */
struct client *stream_direct(void);
/* Sends what lies after the head in `out`; nothing may be pending. */
void stream_output(struct client *client, uint8_t stream, size_t length);
/* Something may be there for clients, or be over. */
void stream_pump(void);
/* The command takes input again. */
void stream_input_again(void);

/* source.c: what the command writes. */
void sources_begin(int out, int err, struct ring *ring, bool terminal);
/* Reads on, where nobody took what was read before. */
void sources_wake(void);
/* The command is over: what is there now is the last. */
void sources_finish(void);
bool sources_drained(void);

/* input.c: what the command reads. */
enum taken { TAKEN, TAKEN_LATER, TAKEN_NOT };
void input_begin(int fd, bool terminal);
/* INPUT or RESIZE; `*at`: bytes of it that were written before. TAKEN_LATER: the command takes no more just now. */
enum taken input_take(struct frame *frame, size_t *at);
bool input_waits(void);
/* Whoever waited is gone. */
void input_forget(void);

#endif
