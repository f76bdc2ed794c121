/* What git asks a credential helper, and which variable belongs to which host. */
#ifndef AMPOULE_CREDENTIAL_H
#define AMPOULE_CREDENTIAL_H

#include "bridge.h"

enum { CREDENTIAL_LINE = 4096, CREDENTIAL_BYTES = 65536 };

/* Attributes of one request, each empty where it was not given. Points into the text that was read. */
struct credential {
    const char *protocol, *host, *username;
};
/*
 * Reads `key=value` lines up to an empty one or the end, in place. Attributes that are not known here are passed over, as
 * https://git-scm.com/docs/git-credential#IOFMT wants it. false: no such lines.
 */
bool credential_read(char *text, struct credential *into);

struct account {
    const char *host;          /* where the token is good; NULL: only where `host_variable` says */
    const char *host_variable; /* names another host instead: `git.example.org`, or as a URL; NULL: there is none */
    const char *variables[2];  /* the first of these that is active is the password */
    const char *username;      /* beside a token it is any, or this one */
};
/* All that are known; the last has no variables. */
extern const struct account accounts[];
/* `said`: what the host variable has, or NULL. */
bool account_has(const struct account *account, const char *said, const char *host);

#endif
