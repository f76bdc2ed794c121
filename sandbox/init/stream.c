/* A keeper's connections to the daemon, and what goes over them. The kernel does the back-pressure. */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS_MAX = 16, DIAL_TRIES = 200, DIAL_MS = 25 };

static struct client *clients[CLIENTS_MAX];
static struct ring *ring;
static uint32_t start; /* of main: which one */
static bool terminal, over, told;
static struct failure result;
static uint32_t result_signal;

struct client *stream_direct(void) {
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
    secret_unmap(client, sizeof *client);
    input_forget();
    if (lost) keeper_report(M_LOST, 0, 0, "");
    /* Nobody listens: what comes is dropped, so that the command does not stand until it is ended. */
    sources_wake();
    /* Another may have waited for the same input. */
    stream_input_again();
    keeper_look();
}

static void want(struct client *client) {
    bool pending = client->sent < client->used;
    loop_want(client->fd, (short)((pending ? POLLOUT : 0) | (input_waits() ? 0 : POLLIN) | POLLRDHUP));
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
    bool done = client->sent == client->used;
    if (done && client->last) return leave(client), false;
    if (done) client->sent = client->used = 0;
    want(client);
    return true;
}

static void frame_output(struct client *client, uint8_t stream, size_t length) {
    struct writer head = writer_of(client->out, OUTPUT_HEAD);
    write_u32(&head, (uint32_t)(2 + length));
    write_u8(&head, F_OUTPUT);
    write_u8(&head, stream);
    client->used = OUTPUT_HEAD + length;
}

void stream_output(struct client *client, uint8_t stream, size_t length) {
    frame_output(client, stream, length);
    flush(client);
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

/* Fills what is empty from the ring, and says the end after it. */
static void pump(struct client *client) {
    while (client->connected && client->used == 0 && !client->last) {
        uint8_t stream;
        bool enough = !client->direct && !client->follow && client->place.at >= client->place.end;
        /* It was too slow, and the oldest is gone. */
        if (!client->direct && client->place.at < ring->shared->begin) {
            client->place.edge = edge_of(true);
            client->place.skip = 0;
        }
        size_t length =
            client->direct || enough ? 0 : ring_get(ring, &client->place.at, &stream, client->out + OUTPUT_HEAD, CHUNK);
        if (length > client->place.skip) {
            length -= client->place.skip;
            memmove(client->out + OUTPUT_HEAD, client->out + OUTPUT_HEAD + client->place.skip, length);
            client->place.skip = 0;
            frame_output(client, edge_stream(&client->place.edge, stream), length);
            if (!flush(client)) return;
        } else if (length > 0) {
            client->place.skip = 0;
        } else if (over && sources_drained()) {
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

void stream_pump(void) {
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] != NULL) pump(clients[i]);
    if (!over || !sources_drained() || told) return;
    told = true;
    keeper_report(M_DRAINED, 0, 0, "");
}

static void take(struct client *client) {
    struct frame frame;
    int more;
    while ((more = inbox_next(&client->box, &frame)) == 1) {
        enum taken taken = input_take(&frame, &client->input_at);
        if (taken == TAKEN_NOT) return leave(client);
        if (taken == TAKEN_LATER) return want(client);
        inbox_drop(&client->box, &frame);
    }
    if (more < 0) leave(client);
}

void stream_input_again(void) {
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i] == NULL || !clients[i]->connected) continue;
        want(clients[i]);
        take(clients[i]);
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
        return take(client);
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
    write_u32(&to, start);
    frame_end(&to);
    wipe(client->token, TOKEN_BYTES);
    client->used = to.used;
    client->connected = true;
    if (!flush(client)) return;
    sources_wake();
    pump(client);
}

static struct client *client_new(const uint8_t token[TOKEN_BYTES], bool direct) {
    int free = 0;
    while (free < CLIENTS_MAX && clients[free] != NULL) free++;
    struct client *client = free < CLIENTS_MAX ? secret_map(sizeof *client, false) : NULL;
    if (client == NULL) return NULL;
    client->direct = client->follow = direct;
    client->redial = (struct timer){.fire = dial, .data = client};
    memcpy(client->token, token, TOKEN_BYTES);
    clients[free] = client;
    if (inbox_open(&client->box, FRAME_HEAD + FRAME_MAX)) return client;
    leave(client);
    return NULL;
}

void stream_connect(const uint8_t token[TOKEN_BYTES]) {
    struct client *client = client_new(token, true);
    if (client != NULL) dial(client);
}

void stream_attach(const struct message *asked) {
    struct client *client = client_new(asked->token, false);
    if (client == NULL) return;
    client->follow = (asked->flags & ATTACH_FOLLOW) != 0;
    if (ring != NULL) client->place = ring_tail(ring, asked->since, asked->number);
    dial(client);
}

void stream_begin(struct ring *into, bool is_terminal, uint32_t number) {
    ring = into;
    terminal = is_terminal;
    start = number;
}

void stream_sources(int out, int err, int input) {
    sources_begin(out, err, ring, terminal);
    input_begin(input, terminal);
}

void stream_exit(int32_t code, uint32_t signal, const char *reason) {
    result.code = code;
    result_signal = signal;
    strncpy(result.reason, reason, sizeof result.reason - 1);
    over = true;
    sources_finish();
    stream_pump();
}

bool stream_idle(void) {
    if (!over || !sources_drained()) return false;
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] != NULL) return false;
    return true;
}
