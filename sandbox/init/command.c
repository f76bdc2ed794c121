/* What runs in the child until the program of the user takes over: user, directory, limits, and finding the program. */
#include "core.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int report_to;

static noreturn void cannot(int32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));
static noreturn void cannot(int32_t code, const char *format, ...) {
    struct failure failure = {.code = code};
    va_list words;
    va_start(words, format);
    vsnprintf(failure.reason, sizeof failure.reason, format, words);
    va_end(words);
    if (report_to < 0) fail("%s", failure.reason);
    while (write(report_to, &failure, sizeof failure) < 0 && errno == EINTR) continue;
    _exit(code);
}

static void become(const struct user *user) {
    gid_t groups[GROUPS_MAX];
    for (size_t i = 0; i < user->group_count; i++) groups[i] = user->groups[i];
    if (geteuid() == user->uid && getegid() == user->gid && geteuid() != 0) return;
    if (geteuid() != 0) cannot(STATUS_CANNOT_RUN, "this sandbox runs as one user alone; ask for no other (privileges: strict)");
    if (setgroups(user->group_count, groups) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
        cannot(STATUS_CANNOT_RUN, "cannot become user %u: %s", user->uid, strerror(errno));
}

static void try(const char *path, struct block *block, int *seen) {
    execve(path, block->argv, block->envp);
    /* What cannot be executed counts for more than what is not there. */
    if (errno != ENOENT && errno != ENOTDIR) *seen = errno;
}

static noreturn void run(struct block *block) {
    const char *name = block->argv[0], *path = block_value(block, "PATH");
    int seen = ENOENT;
    if (strchr(name, '/') != NULL) {
        execve(name, block->argv, block->envp);
        seen = errno;
    } else {
        for (const char *at = path == NULL ? "" : path; *name != 0; at++) {
            const char *end = strchrnul(at, ':');
            char whole[2 * PATH_MAX_BYTES];
            int length = snprintf(whole, sizeof whole, "%.*s%s%s", (int)(end - at), at, end == at ? "./" : "/", name);
            if (length > 0 && (size_t)length < sizeof whole && (end > at || path != NULL)) try(whole, block, &seen);
            at = end;
            if (*at == 0) break;
        }
    }
    if (seen == ENOENT || seen == ENOTDIR) cannot(STATUS_NOT_FOUND, "%.100s: not found", name);
    cannot(STATUS_CANNOT_RUN, "%.100s: %s", name, strerror(seen));
}

noreturn void command_execute(struct block *block, const struct user *user, int report) {
    report_to = report;
    const char *home = "HOME=";
    char own[sizeof user->home + 8];
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = core_limit < limit.rlim_max ? core_limit : limit.rlim_max;
        setrlimit(RLIMIT_CORE, &limit);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = files_limit < limit.rlim_max ? files_limit : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (!block->home_kept) {
        snprintf(own, sizeof own, "%s%s", home, user->home);
        size_t i = 0;
        while (i < block->env_count && strncmp(block->envp[i], home, strlen(home)) != 0) i++;
        block->envp[i] = own;
        if (i == block->env_count) block->envp[i + 1] = NULL;
    }
    bool there = *block->workdir == 0 || chdir(block->workdir) == 0;
    become(user);
    if (!there && chdir(block->workdir) != 0) cannot(STATUS_CANNOT_RUN, "the directory %.100s: %s", block->workdir, strerror(errno));
    signals_restore();
    run(block);
}
