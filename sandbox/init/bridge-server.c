/* The init's end of /.ampoule/bridge: who connects gets the live environment, after it was registered as a holder. */
#include "bridge.h"
#include "hook.h"
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    CALLERS_MAX = 256,
    UNPROVEN_MAX = 64,
    PATIENCE_MS = 5000, /* for a frame; for an answer to be taken */
};

enum stage { FREE, ASKING, WAITING, TAKING };

struct caller {
    enum stage stage;
    int fd;
    pid_t pid;
    uint64_t start; /* of the process; a number alone may be another's by now */
    uint8_t asked[WANT_BYTES];
    size_t have;
    uint8_t *answer;
    size_t room, length, sent;
    struct timer timer;
};

static struct caller callers[CALLERS_MAX];
static int listener = -1;

static void leave(struct caller *caller) {
    timer_stop(&caller->timer);
    loop_forget(caller->fd);
    close(caller->fd);
    secret_unmap(caller->answer, caller->room);
    *caller = (struct caller){.stage = FREE, .fd = -1};
}

static void too_late(void *data) { leave(data); }

static const char *own_value(const char *name) {
    size_t length = strlen(name);
    for (char **at = base_environment; *at != NULL; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') return *at;
    return NULL;
}

/* ENVIRONMENT of the entries that are chosen, in memory of its own. */
static bool compose(struct caller *caller, const bool *chosen) {
    size_t count = 0, own = 0;
    caller->room = FRAME_HEAD + 64 + strlen(config.path);
    for (size_t i = 0; i < live.count; i++) {
        if (!chosen[i]) continue;
        count++;
        const char *configured = own_value(live.entries[i].name);
        if (configured != NULL) {
            own++;
            caller->room += 4 + strlen(configured);
        }
        caller->room += 4 + strlen(live.entries[i].name) + 1 + entry_shown(&live.entries[i]).length;
    }
    caller->answer = secret_map(caller->room, false);
    if (caller->answer == NULL) return false;
    struct writer to = writer_of(caller->answer, caller->room);
    frame_begin(&to, F_ENVIRONMENT);
    write_u32(&to, live.epoch);
    write_u64(&to, live.generation);
    write_text(&to, config.path);
    write_u16(&to, (uint16_t)own);
    for (size_t i = 0; i < live.count; i++) {
        const char *configured = chosen[i] ? own_value(live.entries[i].name) : NULL;
        if (configured != NULL) write_text(&to, configured);
    }
    write_u16(&to, (uint16_t)count);
    for (size_t i = 0; i < live.count; i++) {
        if (!chosen[i]) continue;
        struct bytes shown = entry_shown(&live.entries[i]);
        size_t name = strlen(live.entries[i].name);
        write_u32(&to, (uint32_t)(name + 1 + shown.length));
        write_raw(&to, live.entries[i].name, name);
        write_u8(&to, '=');
        write_raw(&to, shown.at, shown.length);
    }
    bool whole = frame_end(&to);
    caller->length = to.used;
    return whole;
}

static void send_more(struct caller *caller) {
    while (caller->sent < caller->length) {
        ssize_t sent = send(caller->fd, caller->answer + caller->sent, caller->length - caller->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) {
            loop_want(caller->fd, POLLOUT);
            return;
        }
        if (sent <= 0) break;
        caller->sent += (size_t)sent;
    }
    leave(caller);
}

/* Still the process that connected? */
static bool still(const struct caller *caller, struct process *process) {
    return process_read(caller->pid, process) && process->start == caller->start;
}

static void answer(struct caller *caller) {
    static bool chosen[ENTRIES_MAX];
    struct frame asked = {caller->asked[FRAME_HEAD], reader_of(caller->asked + FRAME_HEAD + 1, caller->have - FRAME_HEAD - 1), 0};
    bool holds;
    struct process process;
    if (!still(caller, &process) || !bridge_choose(&asked, chosen, &holds)) return leave(caller);
    pid_t holder = asked.type == F_WANT_NEWER ? process.parent : caller->pid;
    /* Before a single byte: what was given is ended with its holder. A shell outside of the container has no pid here. */
    if (holds && (holder <= 1 || !holder_register_bridge(holder, chosen))) return leave(caller);
    if (!compose(caller, chosen)) return leave(caller);
    caller->stage = TAKING;
    timer_start(&caller->timer, PATIENCE_MS);
    send_more(caller);
}

/* true: the whole of an allowed frame is there. */
static bool hear(struct caller *caller) {
    for (;;) {
        ssize_t got = read(caller->fd, caller->asked + caller->have, sizeof caller->asked - caller->have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return false;
        if (got <= 0) break;
        caller->have += (size_t)got;
        if (caller->have <= FRAME_HEAD) continue;
        struct reader head = reader_of(caller->asked, FRAME_HEAD);
        uint32_t length = read_u32(&head);
        uint8_t type = caller->asked[FRAME_HEAD];
        bool fits = type == F_WANT ? length == 1 : type == F_WANT_NEWER ? length == 13 : type == F_WANT_SOME;
        if (!fits || length > WANT_BYTES - FRAME_HEAD || caller->have > FRAME_HEAD + length) break;
        if (caller->have == FRAME_HEAD + length) return true;
    }
    leave(caller);
    return false;
}

static void on_caller(int fd, short events, void *data) {
    struct caller *caller = data;
    (void)fd;
    if (caller->stage == TAKING) {
        if (events & (POLLERR | POLLHUP)) leave(caller);
        else send_more(caller);
        return;
    }
    if (caller->stage == WAITING) return leave(caller); /* it went, or says more than it may */
    if (!hear(caller)) return;
    if (live.ready || caller->asked[FRAME_HEAD] == F_WANT_NEWER) return answer(caller);
    timer_stop(&caller->timer);
    caller->stage = WAITING;
}

static void greet(int fd) {
    size_t unproven = 0;
    struct caller *room = NULL;
    for (size_t i = 0; i < CALLERS_MAX; i++) {
        if (callers[i].stage == ASKING) unproven++;
        if (callers[i].stage == FREE && room == NULL) room = &callers[i];
    }
    struct ucred peer;
    socklen_t length = sizeof peer;
    struct process process;
    bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.pid > 1 &&
                 process_read(peer.pid, &process);
    if (!known || room == NULL || unproven >= UNPROVEN_MAX || !loop_watch(fd, POLLIN, on_caller, room)) {
        close(fd);
        return;
    }
    *room = (struct caller){.stage = ASKING, .fd = fd, .pid = peer.pid, .start = process.start};
    room->timer = (struct timer){.fire = too_late, .data = room};
    timer_start(&room->timer, PATIENCE_MS);
}

static void on_listener(int fd, short events, void *data) {
    (void)events;
    (void)data;
    /* A few at a time, so that nobody keeps the loop busy by connecting. */
    for (int i = 0; i < 16; i++) {
        int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (caller < 0) return;
        greet(caller);
    }
}

static void link_to_init(const char *path) {
    unlink(path);
    if (symlink(PLACE "/init", path) != 0) return;
}

void bridge_open(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = PLACE_BRIDGE};
    link_to_init(PLACE "/run");
    link_to_init(PLACE "/refresh");
    link_to_init(PLACE "/credential");
    hook_write();
    unlink(PLACE_BRIDGE);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return;
    /* Without a bridge everything else works: `docker exec` says that nobody listens. */
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || chmod(PLACE_BRIDGE, 0666) != 0 ||
        listen(listener, 128) != 0 || !loop_watch(listener, POLLIN, on_listener, NULL)) {
        close(listener);
        listener = -1;
    }
}

void bridge_live(void) {
    if (!live.ready) return;
    hook_tell(live.epoch, live.generation);
    for (size_t i = 0; i < CALLERS_MAX; i++)
        if (callers[i].stage == WAITING) answer(&callers[i]);
}
