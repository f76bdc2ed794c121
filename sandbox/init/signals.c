/* Signals of PID 1: children that ended, and those that are meant for the main process. */
#include "core.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static sigset_t before;

/* One that died without its keeper: the init is its parent now, and learns how it ended. */
static void orphan_over(pid_t pid, int status) {
    EACH_HOLDER(holder) {
        if (!holder->lost || holder->kind == HOLDS_BRIDGE || holder->over || holder->pid != pid) continue;
        holder->over = true;
        holder->code = WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
        holder->signal = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
        report_ended(holder, holder->code, holder->signal, holder->reason);
        if (holder->kind == HOLDS_MAIN && !holder->restart) holder_gone(holder);
        return;
    }
}

static void reap(void) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct holder *holder = holder_of_keeper(pid);
        if (holder == NULL) {
            orphan_over(pid, status);
            continue;
        }
        /* What it said last lies there still. */
        if (holder->control >= 0) keeper_said(holder->control, POLLIN, holder);
        holder_keeper_ended(holder, WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    holders_look();
    ending_look();
}

static void signalled(int fd, short events, void *data) {
    struct signalfd_siginfo signals[16];
    (void)events;
    (void)data;
    ssize_t got;
    while ((got = read(fd, signals, sizeof signals)) > 0) {
        bool children = false;
        for (size_t i = 0; i < (size_t)got / sizeof *signals; i++) {
            if (signals[i].ssi_signo == SIGCHLD) children = true;
            else main_signal((int)signals[i].ssi_signo);
        }
        if (children) reap();
    }
}

void signals_begin(void) {
    sigset_t all;
    sigfillset(&all);
    /* Our own faults end us. */
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&all, faults[i]);
    sigprocmask(SIG_SETMASK, &all, &before);
    int fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0 || !loop_watch(fd, POLLIN, signalled, NULL)) fail("signals cannot be received");
}

void signals_restore(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
