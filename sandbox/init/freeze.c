/* The kill that nothing outruns: everything stands still while it is decided who ends. Blocks for some milliseconds at most. */
#include "core.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

enum { SETTLE_MS = 100 };

struct table scanned;
uint64_t freeze_youngest;
static struct table before, last;

void freeze_begin(void) {
    if (!table_open(&scanned) || !table_open(&before) || !table_open(&last)) fail("no memory for the list of processes");
}

static bool stopped(const struct process *row) { return row->state == 'T' || row->state == 't'; }

static bool immune(const struct process *row) { return kill(row->pid, 0) != 0 && errno == EPERM; }

/* State D is a parent in vfork, say; a zombie with threads shows nothing else. It counts as alive, and what it may still
 * make with a stop before it shows in the next look. */
static bool calm(const struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        const struct process *row = table->rows + i;
        if (row->pid == 1 || stopped(row) || row_over(row) || row->state == 'Z' || row->state == 'D') continue;
        if (!immune(row)) return false;
    }
    return true;
}

static bool same(const struct table *one, const struct table *other) {
    if (one->count != other->count) return false;
    for (size_t i = 0; i < one->count; i++) {
        const struct process *a = one->rows + i, *b = other->rows + i;
        if (a->pid != b->pid || a->start != b->start || a->parent != b->parent) return false;
    }
    return true;
}

static uint32_t deepest(const struct table *table) {
    uint32_t most = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].depth > most) most = table->rows[i].depth;
    return most;
}

/* Parents first, so that no shell sees its job stop. */
static void stop_all(void) {
    table_scan(&before);
    table_mark(&before);
    uint32_t most = deepest(&before);
    for (uint32_t depth = 1; depth <= most; depth++)
        for (size_t i = 0; i < before.count; i++)
            if (before.rows[i].depth == depth && before.rows[i].pid != 1 && !stopped(before.rows + i)) kill(before.rows[i].pid, SIGSTOP);
    kill(-1, SIGSTOP);
    int64_t end = now_ms() + SETTLE_MS;
    last.count = 0;
    /* A fork that was on its way when the stop came may be missing from the very scan that shows its parent stand. */
    for (bool calm_before = false;;) {
        table_scan(&scanned);
        bool still = same(&scanned, &last), calm_now = calm(&scanned);
        if (still && calm_now && calm_before) break;
        calm_before = calm_now;
        if (!still) kill(-1, SIGSTOP);
        if (now_ms() > end) {
            /* With whoever came before the last stop: else it would never go on. */
            if (!still) table_scan(&scanned);
            break;
        }
        struct table other = last;
        last = scanned;
        scanned = other;
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    table_mark(&scanned);
}

static bool stopped_before(const struct process *row) {
    const struct process *then = table_find(&before, row->pid);
    return then != NULL && then->start == row->start && then->state == 'T';
}

/* Children first, so that no shell sees a job that stands. */
static void go_on(void) {
    for (uint32_t depth = deepest(&scanned); depth > 0; depth--)
        for (size_t i = 0; i < scanned.count; i++) {
            struct process *row = scanned.rows + i;
            if (row->depth != depth || row->pid == 1 || row->state == 'X') continue;
            bool keeper = row->holder != NULL && row->holder->kind != HOLDS_BRIDGE;
            if (keeper || !stopped_before(row)) kill(row->pid, SIGCONT);
        }
    /* What could not be read was stopped all the same. */
    if (!scanned.whole) kill(-1, SIGCONT);
}

struct killed freeze_and_kill(ask_fn *ask) {
    struct killed result = {0};
    stop_all();
    freeze_youngest = 0;
    for (size_t i = 0; i < scanned.count; i++) {
        struct process *row = scanned.rows + i;
        bool hit;
        if (row->start > freeze_youngest) freeze_youngest = row->start;
        enum origin origin = origin_of(row, ask, &hit);
        bool unknown = origin == ORIGIN_ORPHAN || origin == ORIGIN_OUTSIDE || origin == ORIGIN_UNCLEAR;
        if (origin == ORIGIN_INIT || row_over(row) || (!hit && !unknown)) continue;
        if (end_row(row)) result.killed++;
        else if (errno == EPERM) result.immune++;
        row->state = 'X';
    }
    go_on();
    return result;
}

size_t freeze_and_count(ask_fn *ask, size_t *immune) {
    stop_all();
    size_t alive = table_alive(ask, true, immune);
    go_on();
    return alive;
}

bool freeze_and_see(bool (*see)(void)) {
    stop_all();
    bool seen = see();
    go_on();
    return seen;
}
