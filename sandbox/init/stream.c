/* A keeper's connections to the daemon, and what flows between them and the command. The kernel does the back-pressure. */
#include "core.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

enum { CLIENTS_MAX = 16, CHUNK = 65536, HEAD = FRAME_HEAD + 2, DIAL_TRIES = 200, DIAL_MS = 25, TERMINAL_REST = 262144 };

static struct client {
    int fd; /* 0: none */
    bool direct, follow, connected, last;
    uint8_t token[TOKEN_BYTES];
    int tries;
    struct timer redial;
    struct inbox box;
    size_t input_at; /* written bytes of the first INPUT in the box */
    uint64_t at;     /* in the ring */
    uint64_t end;    /* without follow: what was there when it came */
    size_t skip;
    size_t sent, used;
    uint8_t out[CHUNK + HEAD + TEXT_MAX];
} *clients[CLIENTS_MAX];

static struct ring *ring;
static bool terminal, over, told;
static struct source {
    int fd; /* -1: none or ended */
    size_t rest; /* once it is over: bytes to read still */
} sources[2] = {{.fd = -1}, {.fd = -1}};
static int input = -1;
static bool input_waits;
static struct failure result;
static uint32_t result_signal;

static void pump(struct client *client);
static void take_input(struct client *client);

static struct client *direct(void) {
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] != NULL && clients[i]->direct) return clients[i];
    return NULL;
}

static void leave(struct client *client) {
    bool lost = client->direct && !(client->last && client->sent == client->used);
    timer_stop(&client->redial);
    if (client->fd > 0) {
        loop_forget(client->fd);
        close(client->fd);
    }
    inbox_close(&client->box);
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] == client) clients[i] = NULL;
    wipe(client->out, sizeof client->out);
    secret_unmap(client, sizeof *client);
    input_waits = false;
    if (input >= 0) loop_want(input, 0);
    if (lost) keeper_report(M_LOST, 0, 0, "");
    /* Nobody listens: what comes is dropped, so that the command does not stand until it is ended. */
    for (int i = 0; i < 2; i++)
        if (sources[i].fd >= 0) loop_want(sources[i].fd, POLLIN);
    keeper_look();
}

/* false: it is gone. */
static bool flush(struct client *client) {
    while (client->sent < client->used) {
        ssize_t sent = send(client->fd, client->out + client->sent, client->used - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return leave(client), false;
        if (sent <= 0) break;
        client->sent += (size_t)sent;
    }
    bool pending = client->sent < client->used;
    if (!pending) client->sent = client->used = 0;
    loop_want(client->fd, (short)((pending ? POLLOUT : 0) | (input_waits ? 0 : POLLIN) | POLLRDHUP));
    if (pending || !client->last) return true;
    leave(client);
    return false;
}

static void put(struct client *client, uint8_t type, uint8_t stream, size_t length) {
    struct writer head = writer_of(client->out, HEAD);
    write_u32(&head, (uint32_t)(2 + length));
    write_u8(&head, type);
    write_u8(&head, stream);
    client->used = HEAD + length;
}

static void say_exit(struct client *client) {
    struct writer to = writer_of(client->out + client->used, sizeof client->out - client->used);
    frame_begin(&to, F_EXIT);
    write_u32(&to, (uint32_t)result.code);
    write_u32(&to, result_signal);
    write_plain(&to, result.reason);
    frame_end(&to);
    client->used += to.used;
    client->last = true;
    flush(client);
}

static bool drained(void) { return sources[0].rest == 0 && sources[1].rest == 0; }

/* Fills what is empty from the ring, and says the end after it. */
static void pump(struct client *client) {
    while (client->connected && client->used == 0 && !client->last) {
        uint8_t stream;
        bool enough = !client->direct && !client->follow && client->at >= client->end;
        size_t length = client->direct || enough ? 0 : ring_get(ring, &client->at, &stream, client->out + HEAD, CHUNK);
        if (length > client->skip) {
            length -= client->skip;
            memmove(client->out + HEAD, client->out + HEAD + client->skip, length);
            client->skip = 0;
            put(client, F_OUTPUT, stream, length);
            if (!flush(client)) return;
        } else if (length > 0) {
            client->skip = 0;
        } else if (over && drained()) {
            return say_exit(client);
        } else if (!client->direct && !client->follow) {
            client->last = true;
            flush(client);
            return;
        } else {
            return;
        }
    }
}

static void pump_all(void) {
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] != NULL) pump(clients[i]);
    if (over && drained() && !told) {
        told = true;
        keeper_report(M_DRAINED, 0, 0, "");
    }
}

static void source_end(struct source *source) {
    loop_forget(source->fd);
    close(source->fd);
    source->fd = -1;
    source->rest = 0;
}

static void source_ready(int fd, short events, void *data) {
    (void)events;
    static uint8_t spare[CHUNK];
    struct source *source = data;
    uint8_t stream = source == sources ? 1 : 2;
    struct client *client = direct();
    bool wanted = ring == NULL && client != NULL && !client->last && (!over || source->rest > 0);
    if (wanted && (!client->connected || client->used > 0)) {
        loop_want(fd, 0);
        return;
    }
    uint8_t *into = wanted ? client->out + HEAD : spare;
    size_t most = over && source->rest > 0 && source->rest < CHUNK ? source->rest : CHUNK;
    ssize_t got = read(fd, into, most);
    if (got < 0 && errno == EINTR) return;
    if (got < 0 && errno == EAGAIN) {
        source->rest = 0;
    } else if (got <= 0) {
        source_end(source);
    } else if (wanted) {
        put(client, F_OUTPUT, stream, (size_t)got);
        source->rest -= over ? (size_t)got : 0;
        flush(client);
    } else {
        if (ring != NULL && (!over || source->rest > 0)) ring_put(ring, stream, into, (size_t)got);
        source->rest -= source->rest < (size_t)got ? source->rest : (size_t)got;
        wipe(spare, (size_t)got);
    }
    pump_all();
}

static void sources_wake(void) {
    for (int i = 0; i < 2; i++)
        if (sources[i].fd >= 0) loop_want(sources[i].fd, POLLIN);
}

static void input_end(void) {
    if (input < 0) return;
    if (terminal) {
        struct termios how;
        if (tcgetattr(input, &how) == 0 && (how.c_lflag & ICANON) && write(input, &how.c_cc[VEOF], 1) < 0) return;
        return;
    }
    loop_forget(input);
    close(input);
    input = -1;
}

/* false: the command takes no more just now. */
static bool input_write(struct client *client, struct bytes data) {
    while (input >= 0 && client->input_at < data.length) {
        ssize_t done = write(input, data.at + client->input_at, data.length - client->input_at);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 && errno == EAGAIN) return false;
        if (done < 0) {
            if (!terminal) input_end();
            break;
        }
        client->input_at += (size_t)done;
    }
    client->input_at = 0;
    return true;
}

static void resize(struct reader *from) {
    struct winsize size = {0};
    size.ws_col = read_u16(from);
    size.ws_row = read_u16(from);
    if (terminal && input >= 0 && reader_done(from)) ioctl(input, TIOCSWINSZ, &size);
}

static void take_input(struct client *client) {
    struct frame frame;
    int more;
    while ((more = inbox_next(&client->box, &frame)) == 1) {
        if (frame.type == F_INPUT) {
            struct bytes data = read_rest(&frame.body);
            if (!input_write(client, data)) {
                input_waits = true;
                loop_want(input, POLLOUT);
                loop_want(client->fd, (short)((client->used > 0 ? POLLOUT : 0) | POLLRDHUP));
                return;
            }
            if (data.length == 0) input_end();
        } else if (frame.type == F_RESIZE) {
            resize(&frame.body);
            if (!reader_done(&frame.body)) return leave(client);
        } else {
            return leave(client);
        }
        inbox_drop(&client->box, &frame);
    }
    if (more < 0) leave(client);
}

static void input_ready(int fd, short events, void *data) {
    (void)events;
    (void)data;
    input_waits = false;
    loop_want(fd, 0);
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i] == NULL || !clients[i]->connected) continue;
        loop_want(clients[i]->fd, (short)((clients[i]->used > 0 ? POLLOUT : 0) | POLLIN | POLLRDHUP));
        take_input(clients[i]);
    }
}

static void client_ready(int fd, short events, void *data) {
    struct client *client = data;
    (void)fd;
    if (events & POLLOUT) {
        if (!flush(client)) return;
        if (client->used == 0) {
            sources_wake();
            pump(client);
            return;
        }
    }
    if (events & POLLIN) {
        ssize_t got = inbox_fill(&client->box, client->fd);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return leave(client);
        return take_input(client);
    }
    if (events & (POLLHUP | POLLERR | POLLRDHUP)) leave(client);
}

static void dial(void *data) {
    struct client *client = data;
    struct sockaddr_un place = {.sun_family = AF_UNIX, .sun_path = PLACE_LINK};
    if (client->fd <= 0) client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0) return leave(client);
    if (connect(client->fd, (struct sockaddr *)&place, sizeof place) != 0) {
        /* EAGAIN: more connect at this moment than the daemon can take. */
        if (errno != EAGAIN || ++client->tries > DIAL_TRIES) return leave(client);
        timer_start(&client->redial, DIAL_MS);
        return;
    }
    if (!loop_watch(client->fd, POLLIN, client_ready, client)) return leave(client);
    struct writer to = writer_of(client->out, sizeof client->out);
    frame_begin(&to, F_STREAM);
    write_raw(&to, client->token, TOKEN_BYTES);
    frame_end(&to);
    wipe(client->token, TOKEN_BYTES);
    client->used = to.used;
    client->connected = true;
    if (!flush(client)) return;
    sources_wake();
    pump(client);
}

void stream_open(const uint8_t token[TOKEN_BYTES], bool as_direct, bool follow, uint32_t lines) {
    int place = 0;
    while (place < CLIENTS_MAX && clients[place] != NULL) place++;
    struct client *client = place < CLIENTS_MAX ? secret_map(sizeof *client, false) : NULL;
    if (client == NULL) return;
    client->direct = as_direct;
    client->follow = follow;
    client->redial = (struct timer){.fire = dial, .data = client};
    memcpy(client->token, token, TOKEN_BYTES);
    if (ring != NULL) {
        client->at = ring_tail(ring, lines, &client->skip);
        client->end = ring->end;
    }
    clients[place] = client;
    if (!inbox_open(&client->box, FRAME_HEAD + FRAME_MAX)) return leave(client);
    dial(client);
}

void stream_begin(struct ring *into, bool is_terminal) {
    ring = into;
    terminal = is_terminal;
}

void stream_sources(int out, int err, int in) {
    int of[2] = {out, err};
    for (int i = 0; i < 2; i++) {
        sources[i].fd = of[i];
        if (of[i] >= 0) loop_watch(of[i], POLLIN, source_ready, sources + i);
    }
    input = in;
    if (in < 0) return;
    loop_watch(in, POLLOUT, input_ready, NULL);
    loop_want(in, 0);
}

void stream_exit(int32_t code, uint32_t signal, const char *reason) {
    result.code = code;
    result_signal = signal;
    strncpy(result.reason, reason, sizeof result.reason - 1);
    over = true;
    for (int i = 0; i < 2; i++) {
        int there = 0;
        if (sources[i].fd < 0) continue;
        /* A terminal's bytes may still be on their way; reading fetches them, so that asking how many is of no use. */
        if (terminal) there = TERMINAL_REST;
        else if (ioctl(sources[i].fd, FIONREAD, &there) != 0) there = 0;
        sources[i].rest = (size_t)there;
    }
    for (int i = 0; i < 2; i++)
        while (ring != NULL && sources[i].fd >= 0 && sources[i].rest > 0) source_ready(sources[i].fd, POLLIN, sources + i);
    sources_wake();
    pump_all();
}

bool stream_idle(void) {
    if (!over || !drained()) return false;
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] != NULL) return false;
    return true;
}
