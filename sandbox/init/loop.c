/* The one loop: poll and timers. What it calls may not block. */
#include "init.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

enum { WATCHED_MAX = 8192 };

static struct pollfd polled[WATCHED_MAX];
static struct watched {
    watch_fn *then;
    void *data;
} watched[WATCHED_MAX];
static size_t count;
static struct timer *timers;

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How one that is not wanted stands there: poll passes over it, also when the other end is gone. */
static int resting(int fd) { return -2 - fd; }

static size_t find(int fd) {
    size_t i = 0;
    while (i < count && polled[i].fd != fd && polled[i].fd != resting(fd)) i++;
    return i;
}

bool loop_watch(int fd, short events, watch_fn *then, void *data) {
    if (count == WATCHED_MAX) return false;
    polled[count] = (struct pollfd){.fd = fd, .events = events};
    watched[count++] = (struct watched){then, data};
    return true;
}

void loop_want(int fd, short events) {
    size_t i = find(fd);
    if (i == count) return;
    polled[i].events = events;
    polled[i].fd = events == 0 ? resting(fd) : fd;
}

/* Its place is given up after the round: indices stay what they are while watch functions run. */
void loop_forget(int fd) {
    size_t i = find(fd);
    if (i < count) polled[i].fd = -1;
}

static void tidy(void) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (polled[i].fd == -1) continue;
        polled[kept] = polled[i];
        watched[kept++] = watched[i];
    }
    count = kept;
}

void timer_stop(struct timer *timer) {
    for (struct timer **at = &timers; *at != NULL; at = &(*at)->next) {
        if (*at != timer) continue;
        *at = timer->next;
        break;
    }
    timer->armed = false;
}

void timer_start(struct timer *timer, int64_t ms) {
    timer_stop(timer);
    timer->at = now_ms() + (ms < 0 ? 0 : ms);
    timer->armed = true;
    timer->next = timers;
    timers = timer;
}

static int until_next(void) {
    int64_t least = -1, now = now_ms();
    for (struct timer *timer = timers; timer != NULL; timer = timer->next) {
        int64_t left = timer->at <= now ? 0 : timer->at - now;
        if (least < 0 || left < least) least = left;
    }
    return least > 60000 ? 60000 : (int)least;
}

static void fire_due(void) {
    int64_t now = now_ms();
    for (;;) {
        struct timer *due = timers;
        while (due != NULL && due->at > now) due = due->next;
        if (due == NULL) return;
        timer_stop(due);
        due->fire(due->data);
    }
}

void loop_reset(void) {
    count = 0;
    timers = NULL;
}

noreturn void loop_run(void) {
    for (;;) {
        tidy();
        int ready = poll(polled, count, until_next());
        /* What is added meanwhile waits for the next round. */
        size_t seen = count;
        for (size_t i = 0; ready > 0 && i < seen; i++) {
            if (polled[i].fd < 0 || polled[i].revents == 0) continue;
            watched[i].then(polled[i].fd, polled[i].revents, watched[i].data);
        }
        fire_due();
    }
}
