/* Commands that the daemon asks for: EXEC, ATTACH, END, and what their keepers say. */
#include "core.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { RING_OF_COMMAND = 262144 };

static bool copy_text(char *into, size_t size, struct bytes text) {
    if (text.length >= size) return false;
    memcpy(into, text.at, text.length);
    into[text.length] = 0;
    return true;
}

/* false: malformed. More than WORDS_MAX is for the caller to refuse. */
static bool read_words(struct reader *from, struct words *into, struct bytes *room) {
    into->count = read_u16(from);
    into->at = room;
    if (into->count > WORDS_MAX) return true;
    for (size_t i = 0; i < into->count; i++) room[i] = read_text(from, WORD_MAX);
    return !from->bad;
}

static const char *wrong_words(const struct words *argv, const struct words *env) {
    if (argv->count == 0) return "there is no program to run";
    if (argv->count > WORDS_MAX) return "there are more than 1024 arguments";
    if (env->count > WORDS_MAX) return "there are more than 1024 variables";
    for (size_t i = 0; i < env->count; i++) {
        const uint8_t *sign = memchr(env->at[i].at, '=', env->at[i].length);
        if (sign == NULL || sign == env->at[i].at) return "a variable has no name or no value";
    }
    return NULL;
}

static void name_program(struct holder *holder, struct bytes word) {
    uint32_t from = word.length;
    while (from > 0 && word.at[from - 1] != '/') from--;
    snprintf(holder->program, sizeof holder->program, "%.*s", (int)(word.length - from), (const char *)word.at + from);
}

static void start(const char *id, uint32_t flags, const uint8_t *token, struct bytes user, struct bytes workdir, uint16_t size[2],
                  const struct words *argv, const struct words *env) {
    char who[TEXT_MAX + 1], where[PATH_MAX_BYTES + 1];
    copy_text(who, sizeof who, user);
    copy_text(where, sizeof where, workdir);
    struct holder *holder = holder_new(id, HOLDS_COMMAND);
    if (holder == NULL) return refuse(0, id, 5, "there are too many commands");
    holder->flags = flags;
    name_program(holder, argv->at[0]);
    struct ring *ring = flags & X_DETACHED ? ring_make(RING_OF_COMMAND) : NULL;
    struct block *block = block_make(*who == 0 ? config.user : who, where, argv, env, (flags & X_TERMINAL) != 0);
    bool started = block != NULL && (ring != NULL || !(flags & X_DETACHED));
    if (started) {
        block->flags = flags;
        block->columns = size[0];
        block->rows = size[1];
        block->has_token = (flags & X_DETACHED) == 0;
        memcpy(block->token, token, TOKEN_BYTES);
        started = keeper_start(holder, block, ring);
    } else {
        block_drop(block);
    }
    if (started && ring != NULL) ring_hide(ring);
    holder->ring = ring;
    if (started) return;
    ring_free(ring);
    grant_drop(holder->grant);
    *holder = (struct holder){0};
    refuse(0, id, 5, "no further process can be started here (limit of processes or memory)");
}

bool command_exec(struct reader *from) {
    static struct bytes rooms[2][WORDS_MAX];
    char id[ID_MAX + 1];
    uint8_t token[TOKEN_BYTES];
    uint16_t size[2];
    struct words argv, env = {0};
    struct bytes name = read_text(from, ID_MAX);
    read_raw(from, token, sizeof token);
    uint32_t flags = read_u32(from);
    struct bytes user = read_text(from, TEXT_MAX), workdir = read_text(from, PATH_MAX_BYTES);
    size[0] = read_u16(from);
    size[1] = read_u16(from);
    if (from->bad || !id_valid(name, false) || !copy_text(id, sizeof id, name)) return false;
    if ((flags & ~(uint32_t)(X_TERMINAL | X_STDIN | X_DETACHED)) != 0 || !read_words(from, &argv, rooms[0])) return false;
    if (argv.count <= WORDS_MAX && !read_words(from, &env, rooms[1])) return false;
    const char *wrong = wrong_words(&argv, &env);
    if (wrong == NULL && !reader_done(from)) return false;
    if (wrong != NULL) refuse(0, id, 2, wrong);
    else if (holder_find(id) != NULL || strcmp(id, "main") == 0) refuse(0, id, 6, "a command of this id is there already");
    else if (!live.ready) refuse(0, id, 8, lease_out ? "the lease ran out; a SET comes first" : "there was no SET yet");
    else start(id, flags, token, user, workdir, size, &argv, &env);
    wipe(token, sizeof token);
    return true;
}

static struct holder *named(struct bytes name) {
    char id[ID_MAX + 1];
    if (!copy_text(id, sizeof id, name)) return NULL;
    return strcmp(id, "main") == 0 ? main_holder() : holder_find(id);
}

static bool no_such(struct bytes name, const char *why) {
    char id[ID_MAX + 1];
    if (copy_text(id, sizeof id, name)) refuse(0, id, 4, why);
    return true;
}

/* `main-N` is what main wrote since its N-th start, whichever runs now. */
static struct holder *attached(struct bytes name, uint64_t *since) {
    static const char main[] = "main-";
    const uint32_t length = sizeof main - 1;
    if (name.length <= length || memcmp(name.at, main, length) != 0) return named(name);
    return main_since((struct bytes){name.at + length, name.length - length}, since) ? main_holder() : NULL;
}

bool command_attach(struct reader *from) {
    struct message message = {.kind = M_ATTACH};
    struct bytes name = read_text(from, ID_MAX);
    read_raw(from, message.token, TOKEN_BYTES);
    message.flags = read_u32(from);
    message.number = read_u32(from);
    if (!reader_done(from) || !id_valid(name, true) || message.flags > ATTACH_FOLLOW) return false;
    struct holder *holder = attached(name, &message.since);
    if (holder == NULL || holder->keeper == 0) return no_such(name, "there is no such command");
    if (holder->kind == HOLDS_COMMAND && !(holder->flags & X_DETACHED)) return no_such(name, "it is not detached: its output has a listener");
    if (holder->kind == HOLDS_MAIN && (config.flags & C_INHERIT)) return no_such(name, "its output goes to Docker's log driver");
    keeper_tell(holder, &message);
    wipe(&message, sizeof message);
    return true;
}

bool command_end(struct reader *from) {
    char why[128];
    struct bytes name = read_text(from, ID_MAX);
    uint32_t grace = read_u32(from);
    struct bytes reason = read_text(from, TEXT_MAX);
    if (!reader_done(from) || !id_valid(name, true)) return false;
    keepers_hear();
    struct holder *holder = named(name);
    if (holder == NULL) return no_such(name, "there is no such command");
    snprintf(why, sizeof why, "%.*s", (int)(reason.length > 127 ? 127 : reason.length), (const char *)reason.at);
    ending_one(holder, grace, why);
    return true;
}

static void take_message(struct holder *holder, const struct message *message) {
    switch (message->kind) {
    case M_STARTED:
        holder->pid = (pid_t)message->number;
        report_started(holder);
        break;
    case M_ENDED:
        holder->over = true;
        holder->code = message->code;
        holder->signal = message->number;
        if (!holder->restart) report_last(holder);
        /* Its keeper sees how it ended; why is known here. */
        report_ended(holder, message->code, message->number, *message->text != 0 ? message->text : holder->reason);
        if (holder->kind == HOLDS_MAIN) main_over(holder);
        break;
    case M_DRAINED:
        holder->drained = true;
        if (holder->kind == HOLDS_MAIN) main_over(holder);
        break;
    case M_LOST:
        if (!holder->ending) ending_one(holder, 0, "CLIENT_GONE");
        break;
    }
}

void keeper_said(int fd, short events, void *data) {
    struct holder *holder = data;
    struct message message;
    (void)events;
    for (;;) {
        ssize_t got = recv(fd, &message, sizeof message, MSG_DONTWAIT);
        if (got == sizeof message) {
            message.text[sizeof message.text - 1] = 0;
            take_message(holder, &message);
            if (!holder->used || holder->control != fd) return;
            continue;
        }
        /* The end of it is told by SIGCHLD. */
        if (got == 0) loop_want(fd, 0);
        return;
    }
}

void keepers_hear(void) {
    EACH_HOLDER(holder) {
        bool unheard = holder->keeper != 0 && holder->control >= 0 && holder->pid == 0 && !holder->over;
        if (unheard) keeper_said(holder->control, POLLIN, holder);
    }
}
