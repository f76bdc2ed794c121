/* The one trusted connection to the daemon: proves itself, comes back when it is lost, and queues what is to be said. */
#include "core.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { QUEUE_MAX = 1048576, FIRST_PAUSE = 50, LONGEST_PAUSE = 1000, PATIENCE = 30000 };

static enum { APART, GREETED, RESUMING, PROVED, TRUSTED } phase;
static int fd = -1;
static struct inbox box;
static uint8_t queue[QUEUE_MAX];
static size_t queued;
static struct writer report;
static int64_t wait_ms = FIRST_PAUSE;
static uint8_t *key; /* NULL before the first WELCOME */
static uint8_t challenge[TOKEN_BYTES];

static void dial(void *data);
static void give_up(void *data);
static struct timer again = {.fire = dial};
static struct timer patience = {.fire = give_up};

static void give_up(void *data) {
    (void)data;
    if (!had_set) fail("no environment came from the daemon within %d s; is it running? (ampoule status)", PATIENCE / 1000);
}

static void part(void) {
    if (fd >= 0) {
        loop_forget(fd);
        close(fd);
    }
    fd = -1;
    phase = APART;
    queued = 0;
    wipe(box.data, box.have);
    box.have = 0;
    timer_start(&again, wait_ms);
    wait_ms = wait_ms * 2 > LONGEST_PAUSE ? LONGEST_PAUSE : wait_ms * 2;
}

static void flush(void) {
    while (queued > 0) {
        ssize_t sent = send(fd, queue, queued, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return part();
        if (sent <= 0) break;
        queued -= (size_t)sent;
        memmove(queue, queue + sent, queued);
    }
    loop_want(fd, queued > 0 ? POLLIN | POLLOUT : POLLIN);
}

static struct writer *say(uint8_t type) {
    report = writer_of(queue + queued, QUEUE_MAX - queued);
    frame_begin(&report, type);
    return &report;
}

/* A daemon that does not listen for so long is told everything anew when it is back: STATE. */
static void said(void) {
    if (fd < 0) return;
    if (!frame_end(&report)) return part();
    queued += report.used;
    flush();
}

struct writer *report_begin(uint8_t type) { return say(type); }

void report_end(void) {
    if (phase == TRUSTED) said();
}

bool report_room(size_t bytes) { return queued + bytes <= QUEUE_MAX / 2; }

static void goodbye(uint16_t code, const char *reason) {
    struct writer *to = say(F_GOODBYE);
    write_u16(to, code);
    write_text(to, reason);
    said();
    part();
}

static bool challenged(struct reader *from) {
    uint8_t text[6 + 2 * TOKEN_BYTES], theirs[KEY_BYTES], wanted[KEY_BYTES], ours[KEY_BYTES];
    memcpy(text, "daemon", 6);
    memcpy(text + 6, challenge, TOKEN_BYTES);
    read_raw(from, text + 6 + TOKEN_BYTES, TOKEN_BYTES);
    read_raw(from, theirs, KEY_BYTES);
    if (!reader_done(from)) return false;
    hmac_sha256(key, KEY_BYTES, text, sizeof text, wanted);
    if (!equal_secret(theirs, wanted, KEY_BYTES)) return false;
    memcpy(text, "init\0\0", 6);
    hmac_sha256(key, KEY_BYTES, text, sizeof text, ours);
    struct writer *to = say(F_PROOF);
    write_raw(to, ours, KEY_BYTES);
    phase = PROVED;
    said();
    return true;
}

static bool welcomed(struct reader *from) {
    static bool linked;
    uint8_t given[KEY_BYTES];
    uint16_t version = read_u16(from);
    read_raw(from, given, KEY_BYTES);
    if (from->bad) return false;
    if (version < PROTOCOL_OLDEST || version > PROTOCOL_NEWEST) {
        goodbye(1, "this init knows versions 1 to 1");
        return true;
    }
    if (!config_read(from)) return false;
    if (key == NULL) {
        key = secret_map(KEY_BYTES, false);
        if (key == NULL) fail("no memory for the key of this start");
        memcpy(key, given, KEY_BYTES);
    }
    wipe(given, sizeof given);
    phase = TRUSTED;
    wait_ms = FIRST_PAUSE;
    lease_renew();
    report_state();
    /* While the daemon makes the first SET: the links are there before anything is delivered. */
    if (!linked) links_begin(config.path);
    linked = true;
    return true;
}

static bool dismissed(struct reader *from) {
    uint16_t code = read_u16(from);
    struct bytes reason = read_text(from, TEXT_MAX);
    if (!reader_done(from)) return false;
    if (code == 2 && key == NULL) fail("the daemon does not trust this init: %.*s", (int)reason.length, (const char *)reason.at);
    return false;
}

static bool take(struct frame *frame) {
    if (frame->type == F_GOODBYE) return dismissed(&frame->body);
    switch (phase) {
    case GREETED:
    case PROVED: return frame->type == F_WELCOME && welcomed(&frame->body);
    case RESUMING: return frame->type == F_CHALLENGE && challenged(&frame->body);
    case TRUSTED: return control_frame(frame);
    default: return false;
    }
}

static void ready(int of, short events, void *data) {
    (void)data;
    if (events & POLLOUT) flush();
    if (fd != of || !(events & (POLLIN | POLLHUP | POLLERR))) return;
    ssize_t got = inbox_fill(&box, fd);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return part();
    struct frame frame;
    int more;
    while ((more = inbox_next(&box, &frame)) == 1) {
        bool kept = take(&frame);
        if (fd != of) return; /* parted meanwhile: the box is empty */
        if (!kept) return part();
        inbox_drop(&box, &frame);
    }
    if (more < 0) part();
}

static void dial(void *data) {
    (void)data;
    struct sockaddr_un place = {.sun_family = AF_UNIX, .sun_path = PLACE_LINK};
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&place, sizeof place) != 0 || !loop_watch(fd, POLLIN, ready, NULL)) {
        if (fd >= 0) close(fd);
        fd = -1;
        return part();
    }
    struct writer *to = say(key == NULL ? F_HELLO : F_RESUME);
    write_u16(to, PROTOCOL_OLDEST);
    write_u16(to, PROTOCOL_NEWEST);
    write_text(to, AMPOULE_BUILD);
    phase = key == NULL ? GREETED : RESUMING;
    if (key != NULL) {
        if (getrandom(challenge, sizeof challenge, GRND_NONBLOCK) != sizeof challenge) return part();
        write_raw(to, challenge, sizeof challenge);
    }
    said();
}

void connection_begin(void) {
    if (!inbox_open(&box, FRAME_HEAD + FRAME_MAX)) fail("no memory for what the daemon sends");
    timer_start(&patience, PATIENCE);
    dial(NULL);
}

void connection_drain(int64_t ms) {
    int64_t end = now_ms() + ms;
    while (fd >= 0 && queued > 0) {
        int64_t left = end - now_ms();
        struct pollfd one = {.fd = fd, .events = POLLOUT};
        if (left <= 0 || poll(&one, 1, (int)left) <= 0) return;
        flush();
    }
}
