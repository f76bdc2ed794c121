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

/* Parses the body of a frame. false: malformed. */
bool environment_read(struct reader *body, struct environment *into);
/* Length of the name before '='; 0: there is none. */
size_t pair_name(struct bytes pair);
/* The pair of this name, or one of length 0. */
struct bytes pair_find(const struct bytes *pairs, size_t count, const char *name, size_t length);

/*
 * Sends WANT, or WANT_NEWER with `newer`, and waits for ENVIRONMENT until `patience` ms have passed. `box` holds the answer
 * and is the caller's to close. false: none came; `why` says the reason.
 */
bool bridge_ask(const struct environment *newer, int64_t patience, struct inbox *box, struct environment *into,
                const char **why);

#endif
