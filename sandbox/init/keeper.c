/* The small process beside each command: above it and all that comes of it, between it and the daemon. */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL = 3, LINGER_MS = 10000 };

static struct block *block;
static struct ring *ring;
static pid_t command; /* 0: not there */
static int report = -1;
static bool over, empty;
static char why[128];
static struct failure failure;

static void linger_over(void *data);
static struct timer linger = {.fire = linger_over};

static void linger_over(void *data) {
    (void)data;
    exit(0);
}

void keeper_report(char kind, int32_t code, uint32_t number, const char *text) {
    struct message message = {.kind = kind, .code = code, .number = number};
    snprintf(message.text, sizeof message.text, "%s", text);
    /* The init does not read when it ends; then nothing matters. */
    while (send(CONTROL, &message, sizeof message, MSG_NOSIGNAL) < 0 && (errno == EINTR || errno == EAGAIN)) {
        struct pollfd one = {.fd = CONTROL, .events = POLLOUT};
        poll(&one, 1, 100);
    }
}

void keeper_look(void) {
    if (!over || !empty) return;
    if (stream_idle()) exit(0);
    if (!linger.armed) timer_start(&linger, LINGER_MS);
}

static void told(int fd, short events, void *data) {
    struct message message;
    (void)events;
    (void)data;
    for (;;) {
        ssize_t got = recv(fd, &message, sizeof message, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got != sizeof message) {
            loop_forget(fd);
            return;
        }
        message.text[sizeof message.text - 1] = 0;
        if (message.kind == M_REASON) snprintf(why, sizeof why, "%.127s", message.text);
        if (message.kind == M_ATTACH) stream_attach(&message);
        wipe(&message, sizeof message);
    }
}

static void command_over(int32_t code, uint32_t signal, const char *reason) {
    /* The init said why before it ended the command. */
    told(CONTROL, POLLIN, NULL);
    if (*reason == 0) reason = why;
    /* What was written is in the ring before the init hears of the end. */
    stream_exit(code, signal, reason);
    over = true;
    keeper_report(M_ENDED, code, signal, reason);
}

/* The program of the user has taken over, or says why not. */
static void reported(int fd, short events, void *data) {
    (void)events;
    (void)data;
    ssize_t got = read(fd, &failure, sizeof failure);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    loop_forget(fd);
    close(fd);
    report = -1;
    if (got == sizeof failure) {
        failure.reason[sizeof failure.reason - 1] = 0;
        return;
    }
    failure.code = 0;
    keeper_report(M_STARTED, 0, (uint32_t)command, "");
}

static void reap(int fd, short events, void *data) {
    struct signalfd_siginfo signals[8];
    (void)events;
    (void)data;
    while (read(fd, signals, sizeof signals) > 0) continue;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == ECHILD) empty = true;
        if (pid <= 0) break;
        if (pid != command) continue;
        if (report >= 0) reported(report, POLLIN, NULL);
        /* Another may get its number. */
        command = 0;
        bool failed = failure.code != 0;
        if (failed) command_over(failure.code, 0, failure.reason);
        else if (WIFSIGNALED(status)) command_over(-1, (uint32_t)WTERMSIG(status), "");
        else command_over(WEXITSTATUS(status), 0, "");
    }
    keeper_look();
}

/* Everything of the command that can go wrong without it: then nobody started. */
static noreturn void never(const char *reason) {
    empty = true;
    block_drop(block);
    command_over(STATUS_CANNOT_RUN, 0, reason);
    keeper_look();
    loop_run();
}

struct beginning {
    struct ends *ends;
    const struct user *user;
    int report;
};

/* In the new process. */
static int take_over(void *data) {
    const struct beginning *of = data;
    ends_take(of->ends, block);
    command_execute(block, of->user, of->report);
}

static void begin(void) {
    static _Alignas(16) char stack[65536];
    static struct user user;
    struct ends ends;
    int pair[2];
    const char *wrong = user_find(block->user, &user);
    bool terminal = (block->flags & X_TERMINAL) != 0;
    stream_begin(ring, terminal && !block->inherit, block->start);
    if (block->has_token) stream_connect(block->token);
    if (wrong != NULL) never(wrong);
    wrong = ends_open(&ends, block, &user);
    if (wrong != NULL) never(wrong);
    if (pipe2(pair, O_CLOEXEC) != 0) never("no pipe is to be had");
    struct beginning beginning = {.ends = &ends, .user = &user, .report = pair[1]};
    /* It has our memory until it executes the program, and we wait: a copy would be made to be thrown away. */
    command = clone(take_over, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &beginning);
    if (command < 0) never(errno == EAGAIN ? "no further process is allowed here (limit of processes)" : strerror(errno));
    close(pair[1]);
    report = pair[0];
    fcntl(report, F_SETFL, O_NONBLOCK);
    loop_watch(report, POLLIN, reported, NULL);
    stream_sources(ends.out, ends.err, ends.input);
    ends_close(&ends);
    block_drop(block);
}

static noreturn void keeper_main(int control) {
    sigset_t child;
    loop_reset();
    if (control != CONTROL) dup2(control, CONTROL);
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    close_from(CONTROL + 1);
    int nothing = block->inherit ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; nothing >= 0 && fd < 3; fd++) dup2(nothing, fd);
    if (nothing >= 3) close(nothing);
    prctl(PR_SET_NAME, "ampoule-keeper");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) exit(STATUS_FAILED);
    loop_watch(signals, POLLIN, reap, NULL);
    loop_watch(CONTROL, POLLIN, told, NULL);
    begin();
    loop_run();
}

bool keeper_start(struct holder *holder, struct block *given, struct ring *into) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
        block_drop(given);
        return false;
    }
    block = given;
    ring = into;
    pid_t pid = fork();
    if (pid == 0) keeper_main(pair[1]);
    int wrong = errno;
    close(pair[1]);
    block_drop(given);
    block = NULL;
    if (pid < 0 || !loop_watch(pair[0], POLLIN, keeper_said, holder)) {
        close(pair[0]);
        if (pid > 0) kill(pid, SIGKILL);
        errno = wrong;
        return false;
    }
    holder->keeper = pid;
    holder->control = pair[0];
    return true;
}

void keeper_tell(struct holder *holder, const struct message *message) {
    /* One that stands still does not hear; nothing waits for it. */
    if (holder->keeper != 0 && holder->control >= 0) send(holder->control, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT);
}
