/* The main process: started with the first SET, again when it was ended for one, and with it the init ends. */
#include "core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RING_OF_MAIN = 1048576, LAST_WORDS_MS = 1000, LAST_FRAMES_MS = 200, RETRY_MS = 50, KNOWN = 64 };

static struct words words;
static struct bytes room[WORDS_MAX];
static struct ring *ring;
static uint32_t starts;
static uint64_t began[KNOWN]; /* end of the ring when a start began, of the last ones */
static bool wanted; /* it is to run, and does not */
static int32_t status;

static void retry(void *data);
static void end(void *data);
static struct timer again = {.fire = retry};
static struct timer last_words = {.fire = end};

void main_set_words(int argc, char **argv) {
    words.at = room;
    for (int i = 1; i < argc && words.count < WORDS_MAX; i++)
        room[words.count++] = (struct bytes){(const uint8_t *)argv[i], (uint32_t)strlen(argv[i])};
}

struct holder *main_holder(void) {
    EACH_HOLDER(holder) if (holder->kind == HOLDS_MAIN && !holder->lost) return holder;
    EACH_HOLDER(holder) if (holder->kind == HOLDS_MAIN) return holder;
    return NULL;
}

static void end(void *data) {
    (void)data;
    files_wipe();
    live_drop(&live);
    connection_drain(LAST_FRAMES_MS);
    exit(status);
}

static struct block *make(void) {
    static const struct words none = {0};
    uint32_t flags = (config.flags & C_MAIN_TERMINAL ? X_TERMINAL : 0) | (config.flags & C_MAIN_STDIN ? X_STDIN : 0);
    struct block *block = block_make(config.user, "", &words, &none, (flags & X_TERMINAL) != 0);
    if (block == NULL) return NULL;
    block->flags = flags;
    block->start = starts + 1;
    block->inherit = (config.flags & C_INHERIT) != 0;
    return block;
}

/* Becomes it: the image has an init of its own. */
static noreturn void become_main(struct holder *holder) {
    static struct user user;
    const char *wrong = user_find(config.user, &user);
    if (wrong != NULL) fail("the user %s: %s", config.user, wrong);
    struct block *block = make();
    if (block == NULL) fail("there is no memory for the main process");
    holder->pid = 1;
    report_started(holder);
    connection_drain(LAST_WORDS_MS);
    live_drop(&live);
    command_execute(block, &user, -1);
}

static void start(void) {
    char id[ID_MAX + 1];
    wanted = false;
    snprintf(id, sizeof id, "main-%u", starts + 1);
    struct holder *holder = holder_new(id, HOLDS_MAIN);
    if (holder == NULL) fail("there is no room for the main process");
    const char *name = strrchr((const char *)words.at[0].at, '/');
    snprintf(holder->program, sizeof holder->program, "%s", name == NULL ? (const char *)words.at[0].at : name + 1);
    holder->flags = config.flags & C_MAIN_TERMINAL ? X_TERMINAL : 0;
    if (config.flags & C_ONE_SHOT) become_main(holder);
    bool inherit = (config.flags & C_INHERIT) != 0;
    if (ring == NULL && !inherit) ring = ring_make(RING_OF_MAIN);
    const uint64_t from = ring == NULL ? 0 : ring->shared->end;
    struct block *block = make();
    if (block != NULL && keeper_start(holder, block, inherit ? NULL : ring)) {
        holder->ring = inherit ? NULL : ring;
        began[++starts % KNOWN] = from;
        return;
    }
    /* No room for a process at this moment: what holds it may end. */
    grant_drop(holder->grant);
    *holder = (struct holder){0};
    wanted = true;
    timer_start(&again, RETRY_MS);
}

bool main_since(struct bytes digits, uint64_t *since) {
    uint32_t number = 0;
    if (digits.length == 0 || digits.length > 9) return false;
    for (uint32_t i = 0; i < digits.length; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9') return false;
        number = number * 10 + (digits.at[i] - '0');
    }
    if (number == 0 || number > starts) return false;
    if (starts - number >= KNOWN) number = starts - KNOWN + 1;
    *since = began[number % KNOWN];
    return true;
}

static bool may_start(void) { return live.ready && !ending_warned && !ending_runs() && main_holder() == NULL; }

static void retry(void *data) {
    (void)data;
    main_again();
}

void main_again(void) {
    if (wanted && !again.armed && may_start()) start();
}

void main_live(void) {
    if (!(config.flags & C_MAIN) || words.count == 0) return;
    if (starts == 0) wanted = true;
    main_again();
}

void main_over(struct holder *holder) {
    if (holder->restart || ending_warned) {
        /* Not before all that came of it is gone. */
        if (!holder->used) wanted = true;
        return;
    }
    if (!holder->over && holder->used) return;
    status = holder->code >= 0 ? holder->code : 128 + (int32_t)holder->signal;
    if (!holder->over) status = 128 + SIGKILL;
    if (holder->drained || holder->keeper == 0) end(NULL);
    if (!last_words.armed) timer_start(&last_words, LAST_WORDS_MS);
}

void main_signal(int signal) {
    struct holder *holder = main_holder();
    /* Of our own making, by a pipe that nobody reads. */
    if (signal == SIGPIPE) return;
    if (holder != NULL && holder->pid > 1 && !holder->over) {
        kill(holder->pid, signal);
        return;
    }
    bool ends = signal == SIGTERM || signal == SIGINT;
    if (!ends || (holder != NULL && !holder->restart)) return;
    status = 0;
    end(NULL);
}
