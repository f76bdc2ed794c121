/* Ending holders: TERM, the grace period, the kill, and looking until nothing of them is left or 2 s have passed. */
#include "core.h"

#include <stdio.h>
#include <string.h>

enum { GIVE_UP_MS = 2000, AGAIN_MS = 20 };

/* The tests' control: a program that says that it revokes, and does not. */
#ifdef AMPOULE_TEST_NO_REVOKE
enum { REVOKES = 0 };
#else
enum { REVOKES = 1 };
#endif

static void work(void *data);
static struct timer tick = {.fire = work};
static bool answer;      /* DONE is owed */
static uint32_t answer_to;
static size_t told, killed, left;
static int64_t frozen_at;
/* When what has no known origin is to be gone, since something was taken away; 0: not now. */
static int64_t unknown_at;
bool ending_warned;

static bool fresh_target(const struct holder *holder) { return holder->ending && holder->kill_at > 0 && holder->killed_at < 0; }
static bool due_revoked(const struct holder *holder) { return holder->revoked && holder->kill_at <= now_ms(); }
static bool due_alone(const struct holder *holder) { return holder->ending && !holder->revoked && holder->kill_at <= now_ms(); }
static bool holds(const struct holder *holder) { return holder->grant != NULL && holder->grant->count > 0; }

/* Its program is not known to have begun. */
static bool unborn(const struct holder *holder) { return holder->pid == 0 && !holder->over; }

static bool any(ask_fn *ask) {
    EACH_HOLDER(holder) if (ask(holder)) return true;
    return false;
}

static void mark(struct holder *holder, uint32_t grace, const char *reason) {
    /* One that did not start yet has nobody to ask. */
    int64_t at = now_ms() + (unborn(holder) ? 0 : grace);
    if (!holder->ending || at < holder->kill_at) holder->kill_at = at;
    if (holder->ending) return;
    holder->ending = true;
    /* Negative: TERM is still to be sent. */
    holder->killed_at = grace > 0 ? -1 : 0;
    snprintf(holder->reason, sizeof holder->reason, "%s", reason);
    struct message message = {.kind = M_REASON};
    snprintf(message.text, sizeof message.text, "%s", reason);
    keeper_tell(holder, &message);
}

static void terminate(void) {
    if (any(fresh_target)) told += tree_terminate(fresh_target);
    EACH_HOLDER(holder) if (holder->killed_at < 0) holder->killed_at = 0;
}

/* Nothing of it runs; its keeper sees that too, and GONE follows when that has ended. */
static void settled(struct holder *holder) {
    holder->ending = holder->revoked = false;
    holder->killed_at = 0;
}

static bool given_up(const struct holder *holder) { return holder->killed_at > 0 && now_ms() - holder->killed_at >= GIVE_UP_MS; }

/* Its keeper was ended with it: when that is reaped, a look at what it may have started all the same is still to come. */
static bool owes_a_look(const struct holder *holder) { return holder->doomed && holder->keeper != 0 && !given_up(holder); }

static void clear(ask_fn *ask) {
    EACH_HOLDER(holder) if (ask(holder) && !owes_a_look(holder)) settled(holder);
    holders_look();
}

static bool stale(ask_fn *ask) {
    EACH_HOLDER(holder) if (ask(holder) && given_up(holder)) return true;
    return false;
}

static void killed_now(ask_fn *ask) {
    EACH_HOLDER(holder) if (ask(holder) && holder->killed_at <= 0) holder->killed_at = now_ms();
}

static bool fresh(ask_fn *ask) {
    EACH_HOLDER(holder) if (ask(holder) && holder->killed_at <= 0) return true;
    return false;
}

static void revoke_due(void) {
    size_t immune;
    if (!any(due_revoked)) return;
    if (fresh(due_revoked) || now_ms() - frozen_at >= AGAIN_MS) {
        killed += freeze_and_kill(due_revoked).killed;
        frozen_at = now_ms();
        killed_now(due_revoked);
    }
    size_t alive = tree_alive(due_revoked, true, &immune);
    if (alive <= immune) alive = freeze_and_count(due_revoked, &immune);
    if (alive > immune && !stale(due_revoked)) return;
    /* Several looks may each give somebody up before the answer. */
    left += alive;
    clear(due_revoked);
}

static bool nobody(const struct holder *holder) {
    (void)holder;
    return false;
}

/* Where no holder is to end, something may have taken a value along all the same. */
static void unknown_due(void) {
    size_t immune;
    if (unknown_at == 0 || any(due_revoked)) return;
    freeze_youngest = UINT64_MAX;
    size_t alive = tree_alive(nobody, true, &immune);
    if (alive <= immune) alive = freeze_and_count(nobody, &immune);
    if (alive > immune && now_ms() < unknown_at) return;
    if (alive > immune && now_ms() - unknown_at < GIVE_UP_MS) {
        killed += freeze_and_kill(nobody).killed;
        alive = freeze_and_count(nobody, &immune);
        if (alive > immune) return;
    }
    left += alive;
    unknown_at = 0;
    if (left == 0) given_settle();
}

static bool due_lost(const struct holder *holder) { return due_alone(holder) && holder->lost; }

static void end_due(void) {
    size_t immune;
    if (!any(due_alone)) return;
    tree_kill(due_alone, any(due_lost));
    killed_now(due_alone);
    size_t alive = tree_alive(due_alone, any(due_lost), &immune);
    if (alive <= immune || stale(due_alone)) clear(due_alone);
}

bool ending_runs(void) {
    EACH_HOLDER(holder) if (holder->revoked) return true;
    return unknown_at != 0;
}

static void work(void *data) {
    (void)data;
    if (REVOKES) {
        revoke_due();
        unknown_due();
    } else EACH_HOLDER(holder) if (holder->revoked) holder->ending = holder->revoked = false;
    end_due();
    int64_t next = unknown_at == 0 ? -1 : unknown_at > now_ms() ? unknown_at - now_ms() : 1;
    EACH_HOLDER(holder) {
        if (!holder->ending) continue;
        int64_t wait = holder->kill_at - now_ms();
        /* What was killed is gone in a moment. */
        if (wait <= 0) wait = 1;
        if (next < 0 || wait < next) next = wait;
    }
    if (next >= 0) timer_start(&tick, next);
    if (ending_runs()) return;
    /* Nobody hears of it, so what is left ends with us. */
    if (left > 0 && lease_out) fail("the lease ran out, and %zu processes could not be ended", left);
    if (answer) {
        answer = false;
        struct writer *to = report_begin(F_DONE);
        write_u32(to, answer_to);
        write_u32(to, (uint32_t)(told > killed ? told : killed));
        write_u32(to, (uint32_t)left);
        report_end();
        told = killed = left = 0;
    }
    main_again();
}

void ending_look(void) { work(NULL); }

void ending_one(struct holder *holder, uint32_t grace, const char *reason) {
    mark(holder, grace, reason);
    terminate();
    work(NULL);
}

static void take_away(const struct live *next, uint32_t grace, bool main_too, bool taken) {
    int64_t at = now_ms() + grace;
    if (REVOKES && taken && (unknown_at == 0 || at < unknown_at)) unknown_at = at;
    EACH_HOLDER(holder) {
        bool main = holder->kind == HOLDS_MAIN;
        if (!grant_hit(holder->grant, next) && !(main && main_too)) continue;
        mark(holder, grace, "REVOKED");
        holder->revoked = true;
        holder->restart = main;
    }
    if (REVOKES) terminate();
}

void ending_set(const struct live *next, uint32_t seq, uint32_t grace, bool main_too, bool taken) {
    answer = true;
    answer_to = seq;
    take_away(next, grace, main_too, taken);
    work(NULL);
}

void ending_warn(void) {
    EACH_HOLDER(holder) if (holder->kind == HOLDS_MAIN && holds(holder)) holder->restart = true;
    ending_warned = true;
    tree_terminate(holds);
}

void ending_lease(void) {
    take_away(NULL, 0, false, true);
    work(NULL);
}
