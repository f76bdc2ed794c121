/*
 * Run as /.ampoule/credential: a credential helper of git (https://git-scm.com/docs/gitcredentials) that has the token in force
 * at the moment it is asked, however long the command runs already. `env NAME` prints one variable, for scripts.
 */
#include "credential.h"
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

static int fail(int status, const char *reason) {
    fprintf(stderr, "ampoule: %s\n", reason);
    return status;
}

/* NULL: too long, or it cannot be read. */
static char *read_all(void) {
    static char text[CREDENTIAL_BYTES + 1];
    size_t have = 0;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, text + have, CREDENTIAL_BYTES - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return NULL;
        if (got == 0) break;
        have += (size_t)got;
        if (have == CREDENTIAL_BYTES) return NULL;
    }
    text[have] = '\0';
    return strlen(text) == have ? text : NULL;
}

static bool write_all(const void *from, size_t length) {
    for (const uint8_t *at = from; length > 0;) {
        ssize_t wrote = write(STDOUT_FILENO, at, length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        at += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

static bool say(const char *text) { return write_all(text, strlen(text)); }

/* What stands after '=', or nothing. */
static struct bytes value_of(const struct environment *now, const char *name) {
    struct bytes pair = pair_find(now->live, now->live_count, name, strlen(name));
    size_t skip = pair.length == 0 ? 0 : strlen(name) + 1;
    return (struct bytes){pair.at + skip, pair.length - (uint32_t)skip};
}

/* Asks for these alone: a command that gets a token holds that, and nothing else more. */
static bool ask(const char *const *names, size_t count, struct inbox *box, struct environment *now, const char **why) {
    return bridge_ask(&(struct question){.some = names, .count = count}, PATIENCE_MS, box, now, why);
}

/* The host that a variable names: as it is in force, else as the command has it. `false`: nobody answers. */
static bool host_said(const char *variable, char *said, size_t room, const char **why) {
    static struct environment now;
    struct inbox box;
    const char *own = getenv(variable);
    snprintf(said, room, "%s", own == NULL ? "" : own);
    bool asked = ask(&variable, 1, &box, &now, why);
    struct bytes value = asked ? value_of(&now, variable) : (struct bytes){NULL, 0};
    if (value.length > 0) snprintf(said, room, "%.*s", (int)value.length, (const char *)value.at);
    inbox_close(&box);
    return asked;
}

static bool answer(const struct credential *wanted, const struct account *account, const char **why) {
    static struct environment now;
    struct inbox box;
    size_t count = account->variables[1] == NULL ? 1 : 2;
    bool asked = ask(account->variables, count, &box, &now, why);
    for (size_t i = 0; asked && i < count; i++) {
        struct bytes token = value_of(&now, account->variables[i]);
        if (token.length == 0) continue;
        /* It would begin a line of its own. */
        if (memchr(token.at, '\n', token.length) != NULL) break;
        bool said = say("username=") && say(*wanted->username == '\0' ? account->username : wanted->username) &&
                    say("\npassword=") && write_all(token.at, token.length) && say("\n");
        (void)said; /* Whoever does not listen has no need of it. */
        break;
    }
    inbox_close(&box);
    return asked;
}

/* Where nothing is active, or the host is unknown, nothing is said: git asks its next helper. */
static int get(void) {
    struct credential wanted;
    const char *why = NULL;
    char *text = read_all();
    if (text == NULL || !credential_read(text, &wanted)) return fail(2, "credential: this is not what git says to a helper");
    /* A token does not go over a connection that others can read. */
    if (strcmp(wanted.protocol, "https") != 0 || *wanted.host == '\0') return 0;
    for (const struct account *account = accounts; account->variables[0] != NULL; account++) {
        char said[CREDENTIAL_LINE + 1] = "";
        if (account->host_variable != NULL && !host_said(account->host_variable, said, sizeof said, &why))
            return fail(STATUS_FAILED, why);
        if (account_has(account, said, wanted.host)) return answer(&wanted, account, &why) ? 0 : fail(STATUS_FAILED, why);
    }
    return 0;
}

static int print(const char *name) {
    static struct environment now;
    struct inbox box;
    const char *why;
    if (!name_valid((struct bytes){(const uint8_t *)name, (uint32_t)strlen(name)})) return fail(2, "credential: this is no variable");
    bool asked = ask(&name, 1, &box, &now, &why);
    struct bytes value = asked ? value_of(&now, name) : (struct bytes){NULL, 0};
    bool there = value.length > 0;
    if (there) there = write_all(value.at, value.length) && say("\n");
    inbox_close(&box);
    if (!asked) return fail(STATUS_FAILED, why);
    return there ? 0 : 1;
}

int credential_main(int argc, char **argv) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (argc == 3 && strcmp(argv[1], "env") == 0) return print(argv[2]);
    if (argc == 2 && strcmp(argv[1], "get") == 0) return get();
    /* `store`, `erase` and what a later git may ask: nothing is kept here that could be changed. */
    if (argc == 2) return 0;
    return fail(2, "credential: it is called by git, `git config --global credential.helper " PLACE "/credential`; or as `credential env NAME`");
}
