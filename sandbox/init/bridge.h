/* The two ends of /.ampoule/bridge, and what the programs at its client end share. */
#ifndef AMPOULE_BRIDGE_H
#define AMPOULE_BRIDGE_H

#include "frame.h"

/* ENVIRONMENT as it came; everything points into the inbox. */
struct environment {
    uint32_t epoch;
    uint64_t generation;
    struct bytes path;
    uint16_t own_count, live_count;
    struct bytes own[ENTRIES_MAX];  /* NAME=value that the init's own environment has of these names */
    struct bytes live[ENTRIES_MAX]; /* NAME=value in force */
};

enum {
    SOME_MAX = 8, /* names of one WANT_SOME */
    WANT_BYTES = FRAME_HEAD + 1 + 2 + SOME_MAX * (4 + NAME_MAX_BYTES),
};

/*
 * Marks the entries in force that a frame asks for. `holds`: who asks becomes a holder before it gets them. false: malformed.
 */
bool bridge_choose(struct frame *asked, bool *chosen, bool *holds);

/* Parses the body of a frame. false: malformed. */
bool environment_read(struct reader *body, struct environment *into);
/* Length of the name before '='; 0: there is none. */
size_t pair_name(struct bytes pair);
/* The pair of this name, or one of length 0. */
struct bytes pair_find(const struct bytes *pairs, size_t count, const char *name, size_t length);

/* What a client asks for: everything; what is newer than this; or of what is in force some variables alone. */
struct question {
    const struct environment *newer;
    const char *const *some; /* at most SOME_MAX valid names */
    size_t count;
};
/*
 * Asks, and waits for ENVIRONMENT until `patience` ms have passed. `box` holds the answer and is the caller's to close.
 * false: none came; `why` says the reason.
 */
bool bridge_ask(const struct question *question, int64_t patience, struct inbox *box, struct environment *into,
                const char **why);

#endif
