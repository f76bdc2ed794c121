/* Asks the init for the live environment: connects, sends one frame, waits for one. Changes no process. */
#include "bridge.h"
#include "init.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void rest_a_little(void) {
    struct timespec little = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&little, NULL);
}

/* -1: nobody listens until then. */
static int dial(int64_t until) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = PLACE_BRIDGE};
    for (;; rest_a_little()) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0) return -1;
        /* Before the init listens there is no socket, or nobody behind it; with a full queue it is EAGAIN. */
        if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) return fd;
        bool later = errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN || errno == EINTR;
        close(fd);
        if (!later || clock_ms() >= until) return -1;
    }
}

static bool wait_for(int fd, short events, int64_t until) {
    for (;;) {
        int64_t left = until - clock_ms();
        struct pollfd one = {.fd = fd, .events = events};
        int found = poll(&one, 1, left > 0 ? (int)left : 0);
        if (found > 0) return true;
        if (found == 0 || errno != EINTR) return false;
    }
}

static bool send_want(int fd, const struct question *question) {
    uint8_t raw[WANT_BYTES];
    struct writer to = writer_of(raw, sizeof raw);
    if (question->newer != NULL) {
        frame_begin(&to, F_WANT_NEWER);
        write_u32(&to, question->newer->epoch);
        write_u64(&to, question->newer->generation);
    } else if (question->some != NULL) {
        frame_begin(&to, F_WANT_SOME);
        write_u16(&to, (uint16_t)question->count);
        for (size_t i = 0; i < question->count; i++) write_text(&to, question->some[i]);
    } else {
        frame_begin(&to, F_WANT);
    }
    /* Less than any socket holds. */
    return frame_end(&to) && send(fd, raw, to.used, MSG_NOSIGNAL) == (ssize_t)to.used;
}

/* 1: it came; 0: the connection ended before; -1: never. */
static int receive(int fd, int64_t until, struct inbox *box, struct environment *into, const char **why) {
    for (;;) {
        struct frame frame;
        int found = inbox_next(box, &frame);
        if (found == 1 && frame.type == F_ENVIRONMENT && environment_read(&frame.body, into)) return 1;
        if (found != 0) {
            *why = "its answer is not understood; is /.ampoule/init an older one?";
            return -1;
        }
        if (!wait_for(fd, POLLIN, until)) {
            *why = "no environment was delivered in time; is the daemon sealed or stopped? See `ampoule status`";
            return -1;
        }
        ssize_t got = inbox_fill(box, fd);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return 0;
    }
}

bool bridge_ask(const struct question *question, int64_t patience, struct inbox *box, struct environment *into,
                const char **why) {
    int64_t until = clock_ms() + patience;
    *why = "no memory is left for the environment";
    if (!inbox_open(box, FRAME_MAX + FRAME_HEAD)) return false;
    for (;; rest_a_little()) {
        int fd = dial(until);
        if (fd < 0) {
            *why = "the init does not listen at " PLACE_BRIDGE;
            return false;
        }
        int received = send_want(fd, question) ? receive(fd, until, box, into, why) : 0;
        close(fd);
        if (received != 0) return received == 1;
        /* The init had no room: what came before is of no use. */
        wipe(box->data, box->have);
        box->have = 0;
        if (clock_ms() >= until) {
            *why = "the init closed the connection";
            return false;
        }
    }
}
