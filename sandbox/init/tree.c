/* What is below some holders: asked to end, ended, counted, while everything else runs on. */
#include "core.h"

#include <errno.h>
#include <signal.h>

enum { ROUNDS = 64 };

static struct table earlier;

void tree_begin(void) {
    if (!table_open(&earlier)) fail("no memory for the list of processes");
}

static bool belongs(const struct process *row, ask_fn *ask, bool orphans) {
    bool hit;
    enum origin origin = origin_of(row, ask, &hit);
    return origin != ORIGIN_INIT && origin != ORIGIN_KEEPER && !row_over(row) && (hit || (orphans && origin == ORIGIN_ORPHAN));
}

static bool rests(const struct process *row) {
    return row->state == 'T' || row->state == 't' || row->state == 'D' || row->state == 'Z';
}

static bool rested_earlier(const struct process *row) {
    const struct process *then = table_find(&earlier, row->pid);
    return then != NULL && then->start == row->start && rests(then);
}

bool end_row(const struct process *row) {
    if (row->holder != NULL && row->holder->kind != HOLDS_BRIDGE) row->holder->doomed = true;
    return kill(row->pid, SIGKILL) == 0;
}

size_t tree_kill(ask_fn *ask, bool orphans) {
    /*
     * Stopped first: what stands cannot fork. A fork that was on its way when the stop came may be missing from the very scan
     * that shows its parent stand, so all have to stand in two.
     */
    earlier.count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t fresh = 0;
        table_scan(&scanned);
        table_mark(&scanned);
        for (size_t i = 0; i < scanned.count; i++) {
            const struct process *row = scanned.rows + i;
            if (!belongs(row, ask, orphans) || kill(row->pid, SIGSTOP) != 0) continue;
            fresh += !rests(row) || !rested_earlier(row);
        }
        if (fresh == 0 || round + 1 == ROUNDS) break;
        struct table other = earlier;
        earlier = scanned;
        scanned = other;
    }
    size_t killed = 0;
    for (size_t i = 0; i < scanned.count; i++)
        if (belongs(scanned.rows + i, ask, orphans)) killed += end_row(scanned.rows + i);
    EACH_HOLDER(holder) if (holder->keeper != 0 && ask(holder)) kill(holder->keeper, SIGCONT);
    return killed;
}

size_t tree_terminate(ask_fn *ask) {
    size_t told = 0;
    table_scan(&scanned);
    table_mark(&scanned);
    for (size_t i = 0; i < scanned.count; i++) {
        const struct process *row = scanned.rows + i;
        if (!belongs(row, ask, false)) continue;
        told += kill(row->pid, SIGTERM) == 0;
        if (row->state == 'T') kill(row->pid, SIGCONT);
    }
    return told;
}

size_t tree_alive(ask_fn *ask, bool unknown, size_t *immune) {
    table_scan(&scanned);
    table_mark(&scanned);
    return table_alive(ask, unknown, immune);
}

size_t table_alive(ask_fn *ask, bool unknown, size_t *immune) {
    size_t alive = scanned.whole ? 0 : 1;
    *immune = 0;
    for (size_t i = 0; i < scanned.count; i++) {
        const struct process *row = scanned.rows + i;
        bool hit;
        enum origin origin = origin_of(row, ask, &hit);
        if (origin == ORIGIN_INIT || origin == ORIGIN_KEEPER || row_over(row)) continue;
        bool outside = origin == ORIGIN_OUTSIDE && row->start <= freeze_youngest;
        if (!hit && !(unknown && (origin == ORIGIN_ORPHAN || outside))) continue;
        alive++;
        if (kill(row->pid, 0) != 0 && errno == EPERM) ++*immune;
    }
    return alive;
}
