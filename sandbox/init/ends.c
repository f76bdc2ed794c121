/* What a command reads from and writes to: pipes or a terminal, never a socket, so that it can open them anew by their path. */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static bool pipe_of(int *ours, int *theirs, bool we_read, const struct user *user) {
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0) return false;
    *ours = pair[we_read ? 0 : 1];
    *theirs = pair[we_read ? 1 : 0];
    fcntl(*ours, F_SETFL, O_NONBLOCK);
    /* Else `> /dev/stdout` is refused to anybody but root. */
    if (geteuid() == 0 && fchown(*theirs, user->uid, user->gid) != 0) return false;
    return true;
}

static const char *terminal_open(struct ends *ends, const struct block *block, const struct user *user) {
    char name[64];
    struct winsize size = {.ws_col = block->columns, .ws_row = block->rows};
    ends->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (ends->out < 0 || unlockpt(ends->out) != 0 || ptsname_r(ends->out, name, sizeof name) != 0)
        return "no terminal is to be had (/dev/ptmx)";
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ends->input = fcntl(ends->out, F_DUPFD_CLOEXEC, 3);
    if (slave < 0 || ends->input < 0) return "no terminal is to be had (/dev/pts)";
    if (size.ws_col > 0 && size.ws_row > 0) ioctl(ends->out, TIOCSWINSZ, &size);
    if (geteuid() == 0 && fchown(slave, user->uid, (gid_t)-1) != 0) return "the terminal cannot be given to the user";
    for (int i = 0; i < 3; i++) ends->command[i] = slave;
    return NULL;
}

static void inherit(struct ends *ends, const struct user *user) {
    for (int fd = 0; fd < 3; fd++) {
        ends->command[fd] = fd;
        /* As Docker does it for the user of a container; what has no owner is left. */
        if (geteuid() == 0 && user->uid != 0 && fchown(fd, user->uid, user->gid) != 0) continue;
    }
}

const char *ends_open(struct ends *ends, const struct block *block, const struct user *user) {
    *ends = (struct ends){.out = -1, .err = -1, .input = -1, .command = {-1, -1, -1}};
    if (block->inherit) {
        inherit(ends, user);
        return NULL;
    }
    if (block->flags & X_TERMINAL) return terminal_open(ends, block, user);
    if (block->flags & X_STDIN) {
        if (!pipe_of(&ends->input, &ends->command[0], false, user)) return "no pipe is to be had";
    } else if ((ends->command[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) {
        return "/dev/null cannot be opened";
    }
    if (!pipe_of(&ends->out, &ends->command[1], true, user) || !pipe_of(&ends->err, &ends->command[2], true, user))
        return "no pipe is to be had";
    return NULL;
}

void ends_take(struct ends *ends, const struct block *block) {
    if (block->inherit && isatty(0)) {
        /* The terminal is that of the init's session: a group of its own in it, in the foreground. */
        setpgid(0, 0);
        pid_t own = getpid();
        ioctl(0, TIOCSPGRP, &own);
    } else {
        setsid();
    }
    if (block->inherit) return;
    /* None of them is below 3: the keeper's own 0, 1, 2 are open. */
    for (int fd = 0; fd < 3; fd++) dup2(ends->command[fd], fd);
    if (block->flags & X_TERMINAL) ioctl(0, TIOCSCTTY, 0);
}

void ends_close(struct ends *ends) {
    for (int i = 0; i < 3; i++) {
        if (ends->command[i] < 3) continue;
        close(ends->command[i]);
        if (ends->command[1] == ends->command[0]) break;
    }
}
