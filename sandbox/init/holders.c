/* Who was given what: main, commands, and processes that registered over the bridge. */
#include "core.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOK_MS = 250 };

struct holder holders[HOLDERS_MAX];
size_t holders_top;

static void look(void *data);
static struct timer again = {.fire = look};

struct holder *holder_new(const char *id, uint8_t kind) {
    size_t i = 0;
    while (i < holders_top && holders[i].used) i++;
    if (i == HOLDERS_MAX) return NULL;
    if (i == holders_top) holders_top++;
    holders[i] = (struct holder){.used = true, .kind = kind, .control = -1, .since = now_ms(), .grant = grant_keep(current_grant)};
    snprintf(holders[i].id, sizeof holders[i].id, "%s", id);
    return holders + i;
}

struct holder *holder_find(const char *id) {
    EACH_HOLDER(holder) if (strcmp(holder->id, id) == 0) return holder;
    return NULL;
}

struct holder *holder_of_keeper(pid_t keeper) {
    EACH_HOLDER(holder) if (holder->keeper == keeper) return holder;
    return NULL;
}

static void let_go(struct holder *holder) {
    if (holder->control < 0) return;
    loop_forget(holder->control);
    close(holder->control);
    holder->control = -1;
}

void holder_gone(struct holder *holder) {
    let_go(holder);
    /* Else its keeper said so. */
    if (!holder->over && holder->kind != HOLDS_BRIDGE) {
        report_last(holder);
        report_ended(holder, -1, SIGKILL, *holder->reason == 0 ? "its keeper was killed" : holder->reason);
    }
    report_gone(holder);
    grant_drop(holder->grant);
    bool main = holder->kind == HOLDS_MAIN;
    if (!main) ring_free(holder->ring);
    struct holder old = *holder;
    old.used = false;
    *holder = (struct holder){0};
    while (holders_top > 0 && !holders[holders_top - 1].used) holders_top--;
    if (main) main_over(&old);
}

void holder_keeper_ended(struct holder *holder, bool clean) {
    let_go(holder);
    holder->keeper = 0;
    if (clean) return holder_gone(holder);
    holder->lost = true;
    holders_look();
}

/* A registered process is not our child: where the kernel tells of its end, at once, else when we look. */
static void registered_ended(int fd, short events, void *data) {
    (void)fd;
    (void)events;
    struct holder *holder = data;
    let_go(holder);
    holder->lost = true;
    holders_look();
    ending_look();
}

static bool orphans_seen(void) {
    for (size_t i = 0; i < scanned.count; i++) {
        bool hit;
        if (row_over(scanned.rows + i)) continue;
        enum origin origin = origin_of(scanned.rows + i, NULL, &hit);
        if (origin == ORIGIN_ORPHAN || origin == ORIGIN_UNCLEAR) return true;
    }
    return !scanned.whole;
}

/* A chain of forks can slip through a look at what runs: only one at what stands still says that nobody is left. */
static bool orphans_left(void) {
    table_scan(&scanned);
    table_mark(&scanned);
    return orphans_seen() || freeze_and_see(orphans_seen);
}

void holders_look(void) {
    bool lost = false, watched = false;
    EACH_HOLDER(holder) {
        bool bridge = holder->kind == HOLDS_BRIDGE;
        if (bridge && !holder->lost && process_over(holder->pid, holder->start)) {
            let_go(holder);
            holder->lost = true;
        }
        lost |= holder->lost;
        watched |= bridge && !holder->lost && holder->control < 0;
    }
    if (lost && !orphans_left()) {
        lost = false;
        EACH_HOLDER(holder) {
            if (!holder->lost) continue;
            holder_gone(holder);
        }
    }
    if (lost || watched) timer_start(&again, LOOK_MS);
}

static void look(void *data) {
    (void)data;
    holders_look();
    ending_look();
}

/* Adds what it is given now, and `more`, to what it holds. */
static bool give(struct holder *holder, struct grant *now, struct grant *more) {
    struct grant *both = grant_union(holder->grant, now);
    struct grant *all = both == NULL ? NULL : grant_union(both, more);
    grant_drop(both);
    if (all == NULL) return false;
    bool grown = all != holder->grant;
    grant_drop(holder->grant);
    holder->grant = all;
    if (grown && holder->pid != 0) report_started(holder);
    return true;
}

/*
 * What came to the init may come from any command whose keeper is dead, or from any registered process. So it counts as
 * one that holds what all of these hold; while one of them is being ended it gets nothing.
 */
static bool orphan_grant(struct grant **all) {
    *all = NULL;
    EACH_HOLDER(holder) {
        if (!holder->lost && holder->kind != HOLDS_BRIDGE) continue;
        if (holder->ending) return false;
        struct grant *both = grant_union(*all, holder->grant);
        grant_drop(*all);
        *all = both;
        if (both == NULL && holder->grant != NULL) return false;
    }
    return true;
}

static bool add(const struct process *row, struct grant *now, struct grant *more) {
    char id[ID_MAX + 1];
    snprintf(id, sizeof id, "bridge-%d-%llu", (int)row->pid, (unsigned long long)row->start);
    struct holder *holder = holder_find(id);
    if (holder != NULL) return !holder->ending && give(holder, now, more);
    holder = holder_new(id, HOLDS_BRIDGE);
    if (holder == NULL) return false;
    snprintf(holder->program, sizeof holder->program, "%s", row->program);
    holder->start = row->start;
    grant_drop(holder->grant);
    holder->grant = NULL;
    if (!give(holder, now, more)) {
        *holder = (struct holder){0};
        return false;
    }
    holder->pid = row->pid;
    holder->control = (int)syscall(SYS_pidfd_open, row->pid, 0);
    if (holder->control >= 0) loop_watch(holder->control, POLLIN, registered_ended, holder);
    report_started(holder);
    holders_look();
    return true;
}

static bool register_peer(pid_t peer, struct grant *now) {
    bool hit;
    table_scan(&scanned);
    table_mark(&scanned);
    const struct process *row = table_find(&scanned, peer), *at = row;
    if (row == NULL || row_over(row)) return false;
    enum origin origin = origin_of(row, NULL, &hit);
    if (origin == ORIGIN_KEEPER) return false;
    while (at != NULL && at->holder == NULL) at = at->above;
    if (at != NULL) return !at->holder->ending && give(at->holder, now, NULL);
    if (origin == ORIGIN_UNCLEAR) return false;
    struct grant *more = NULL;
    bool allowed = origin != ORIGIN_ORPHAN || orphan_grant(&more);
    struct process found = *row;
    bool added = allowed && add(&found, now, more);
    grant_drop(more);
    return added;
}

bool holder_register_bridge(pid_t peer, const bool *chosen) {
    if (!live.ready || peer <= 1) return false;
    size_t left = 0;
    for (size_t i = 0; i < live.count; i++) left += !chosen[i];
    struct grant *now = left == 0 ? grant_keep(current_grant) : grant_of(&live, chosen);
    if (now == NULL) return false;
    bool registered = register_peer(peer, now);
    grant_drop(now);
    return registered;
}
