/* What the command writes: read at the pace of its client, into the ring, or dropped. */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TERMINAL_REST = 262144 };

static struct source {
    int fd;      /* -1: none or ended */
    size_t rest; /* once it is over: bytes to read still */
} sources[2] = {{.fd = -1}, {.fd = -1}};
static struct ring *ring;
static bool terminal, over;

static void end(struct source *source) {
    loop_forget(source->fd);
    close(source->fd);
    source->fd = -1;
    source->rest = 0;
}

static void ready(int fd, short events, void *data) {
    (void)events;
    static uint8_t spare[CHUNK];
    struct source *source = data;
    uint8_t stream = source == sources ? 1 : 2;
    struct client *client = stream_direct();
    bool wanted = ring == NULL && client != NULL && !client->last && (!over || source->rest > 0);
    if (wanted && (!client->connected || client->used > 0)) {
        loop_want(fd, 0);
        return;
    }
    uint8_t *into = wanted ? client->out + OUTPUT_HEAD : spare;
    size_t most = over && source->rest > 0 && source->rest < CHUNK ? source->rest : CHUNK;
    ssize_t got = read(fd, into, most);
    if (got < 0 && errno == EINTR) return;
    if (got < 0 && errno == EAGAIN) {
        source->rest = 0;
    } else if (got <= 0) {
        end(source);
    } else if (wanted) {
        source->rest -= over ? (size_t)got : 0;
        stream_output(client, stream, (size_t)got);
    } else {
        if (ring != NULL && (!over || source->rest > 0)) ring_put(ring, stream, into, (size_t)got);
        source->rest -= source->rest < (size_t)got ? source->rest : (size_t)got;
        wipe(spare, (size_t)got);
    }
    stream_pump();
}

void sources_begin(int out, int err, struct ring *into, bool is_terminal) {
    int of[2] = {out, err};
    ring = into;
    terminal = is_terminal;
    for (int i = 0; i < 2; i++) {
        sources[i].fd = of[i];
        if (of[i] >= 0) loop_watch(of[i], POLLIN, ready, sources + i);
    }
}

void sources_wake(void) {
    for (int i = 0; i < 2; i++)
        if (sources[i].fd >= 0) loop_want(sources[i].fd, POLLIN);
}

void sources_finish(void) {
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
        while (ring != NULL && sources[i].fd >= 0 && sources[i].rest > 0) ready(sources[i].fd, POLLIN, sources + i);
    sources_wake();
}

bool sources_drained(void) { return sources[0].rest == 0 && sources[1].rest == 0; }
