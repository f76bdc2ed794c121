/* Run as /.ampoule/run, or under a program's name below /.ampoule/bin: becomes that program, with the live environment. */
#include "bridge.h"
#include "hook.h"
#include "init.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A command of somebody who waits; and a check of the container's health, which waits until something was delivered. */
enum { PATIENCE_MS = 10000, PATIENCE_OF_RUN_MS = 35000 };

static int fail(int status, const char *name, const char *reason) {
    fprintf(stderr, "ampoule: %s%s%s\n", name, *name == '\0' ? "" : ": ", reason);
    return status;
}

/* PATH without the bridge's own directory, in place. */
static void leave_bridge(char *path) {
    char *to = path;
    bool first = true;
    for (char *at = path;;) {
        size_t length = strcspn(at, ":");
        char ends = at[length];
        size_t bare = length;
        while (bare > 1 && at[bare - 1] == '/') bare--;
        if (bare != strlen(PLACE_BIN) || memcmp(at, PLACE_BIN, bare) != 0) {
            if (!first) *to++ = ':';
            memmove(to, at, length);
            to += length;
            first = false;
        }
        if (ends == '\0') break;
        at += length + 1;
    }
    *to = '\0';
}

/*
 * The environment of the program: our own, in which a live variable replaces what the init's own environment has as well;
 * one that `docker exec -e` set stays. `all`: every live one replaces. Gives NULL when there is no memory.
 */
static char **compose(const struct environment *now, bool all, char *path, char *state, size_t room) {
    size_t count = 0, used = 0;
    for (char **at = environ; *at != NULL; at++) count++;
    char **made = calloc(count + now->live_count + 4u, sizeof *made);
    if (made == NULL) return NULL;
    bool has_path = false;
    size_t kept = strlen(state);
    for (size_t i = 0; i < count; i++) {
        const char *pair = environ[i];
        size_t name = strcspn(pair, "=");
        if (strncmp(pair, "PATH=", 5) == 0) {
            if (path[5] == '\0') continue;
            pair = path;
            has_path = true;
        }
        if (pair_find(now->live, now->live_count, environ[i], name).length > 0) {
            struct bytes own = pair_find(now->own, now->own_count, environ[i], name);
            size_t length = strlen(environ[i]);
            bool configured = own.length == length && memcmp(own.at, environ[i], length) == 0;
            if (all || configured) continue;
            if (kept + name + 2 < room) kept += (size_t)sprintf(state + kept, " %.*s", (int)name, pair);
        }
        made[used++] = (char *)(uintptr_t)pair;
    }
    size_t ours = used;
    for (uint16_t i = 0; i < now->live_count; i++) {
        size_t name = pair_name(now->live[i]);
        bool there = false;
        for (size_t j = 0; j < ours && !there; j++)
            there = strncmp(made[j], (const char *)now->live[i].at, name + 1) == 0;
        if (there) continue;
        if (name == 4 && memcmp(now->live[i].at, "PATH", 4) == 0) has_path = true;
        /* What follows a pair in the frame is the length of the next one: it was terminated before. */
        made[used++] = (char *)(uintptr_t)now->live[i].at;
    }
    if (!has_path) made[used++] = path;
    return made;
}

/* Puts a NUL behind every pair: moves each onto the length before it, which was read. */
static void terminate(struct environment *now) {
    for (uint16_t i = 0; i < now->live_count; i++) {
        uint8_t *at = (uint8_t *)(uintptr_t)now->live[i].at;
        memmove(at - 1, at, now->live[i].length);
        at[now->live[i].length - 1] = '\0';
        now->live[i].at = at - 1;
    }
}

/* Executes the first of this name on PATH; comes back with a status when there is none. */
static int execute(const char *name, char **argv, char **environment, const char *path) {
    char file[PATH_MAX_BYTES + 1];
    int denied = 0;
    if (strchr(name, '/') != NULL) {
        execve(name, argv, environment);
        return fail(errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN, name, strerror(errno));
    }
    for (const char *at = path;; at++) {
        size_t length = strcspn(at, ":");
        int written = snprintf(file, sizeof file, "%.*s%s%s", (int)length, at, length == 0 ? "./" : "/", name);
        at += length;
        struct stat seen;
        if (written > 0 && (size_t)written < sizeof file && stat(file, &seen) == 0 && S_ISREG(seen.st_mode)) {
            execve(file, argv, environment);
            if (errno != ENOENT && errno != EACCES) return fail(STATUS_CANNOT_RUN, file, strerror(errno));
            if (errno == ENOENT) return fail(STATUS_NOT_FOUND, file, "its interpreter is missing");
            denied = errno;
        }
        if (*at == '\0') break;
    }
    if (denied != 0) return fail(STATUS_CANNOT_RUN, name, strerror(denied));
    return fail(STATUS_NOT_FOUND, name, "not found");
}

int bridge_main(int argc, char **argv, const char *execfn) {
    static struct environment now;
    struct inbox box;
    const char *why;
    const char *slash = strrchr(execfn, '/');
    const char *name = slash == NULL ? execfn : slash + 1;
    bool run = strcmp(execfn, PLACE "/run") == 0;
    if (run) {
        if (argc < 2) return fail(STATUS_FAILED, "", "give the command to run: " PLACE "/run COMMAND [ARGUMENT…]");
        name = argv[1];
        argv++;
    }
    /* Until the program begins, what is in our memory is for nobody to read. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

    if (!bridge_ask(&(struct question){0}, run ? PATIENCE_OF_RUN_MS : PATIENCE_MS, &box, &now, &why)) {
        inbox_close(&box);
        return fail(STATUS_FAILED, name, why);
    }
    static char path[PATH_MAX_BYTES + 6];
    const char *own = getenv("PATH");
    size_t room = own == NULL || strlen(own) > PATH_MAX_BYTES ? 0 : strlen(own);
    memcpy(path, "PATH=", 5);
    memcpy(path + 5, own, room);
    leave_bridge(path + 5);
    if (path[5] == '\0') memcpy(path + 5, now.path.at, now.path.length);

    static char state[65536];
    char generation[GENERATION_TEXT];
    generation_text(generation, now.epoch, now.generation);
    snprintf(state, sizeof state, HOOK_STATE "=%s", generation);
    terminate(&now);
    /* A process of the container's own got its variables from its parent: there nobody chose them for this command. */
    char **environment = compose(&now, run && getppid() != 0, path, state, sizeof state);
    if (environment == NULL) {
        inbox_close(&box);
        return fail(STATUS_FAILED, name, "no memory is left for its environment");
    }
    const char *hook = hook_variable(name, argv, isatty(STDIN_FILENO) && isatty(STDERR_FILENO));
    size_t count = 0;
    const char *searched = path + 5;
    bool taken = false;
    for (; environment[count] != NULL; count++) {
        if (strncmp(environment[count], "PATH=", 5) == 0) searched = environment[count] + 5;
        if (hook != NULL && strncmp(environment[count], hook, strcspn(hook, "=") + 1) == 0) taken = true;
    }
    if (hook != NULL && !taken) {
        environment[count++] = (char *)(uintptr_t)hook;
        environment[count++] = state;
    }
    /* Whatever leaves its parent below this process comes back to it: that is how all of it can be found. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    int status = execute(name, argv, environment, searched);
    inbox_close(&box);
    return status;
}
