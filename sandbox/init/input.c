/* What the command reads: bytes of its clients, the end of them, and its terminal's size. */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int input = -1;
static bool terminal, waits;

static void ready(int fd, short events, void *data) {
    (void)events;
    (void)data;
    input_forget();
    loop_want(fd, 0);
    stream_input_again();
}

void input_begin(int fd, bool is_terminal) {
    input = fd;
    terminal = is_terminal;
    if (fd < 0) return;
    loop_watch(fd, POLLOUT, ready, NULL);
    loop_want(fd, 0);
}

bool input_waits(void) { return waits; }

void input_forget(void) {
    waits = false;
    if (input >= 0) loop_want(input, 0);
}

static void end(void) {
    struct termios how;
    if (input < 0) return;
    if (terminal) {
        /* As a person does it. */
        if (tcgetattr(input, &how) == 0 && (how.c_lflag & ICANON) && write(input, &how.c_cc[VEOF], 1) < 0) return;
        return;
    }
    loop_forget(input);
    close(input);
    input = -1;
}

/* false: no more just now. */
static bool pour(struct bytes data, size_t *at) {
    while (input >= 0 && *at < data.length) {
        ssize_t done = write(input, data.at + *at, data.length - *at);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 && errno == EAGAIN) return false;
        if (done < 0) {
            if (!terminal) end();
            break;
        }
        *at += (size_t)done;
    }
    *at = 0;
    return true;
}

static enum taken resize(struct reader *from) {
    struct winsize size = {0};
    size.ws_col = read_u16(from);
    size.ws_row = read_u16(from);
    if (!reader_done(from)) return TAKEN_NOT;
    if (terminal && input >= 0) ioctl(input, TIOCSWINSZ, &size);
    return TAKEN;
}

enum taken input_take(struct frame *frame, size_t *at) {
    if (frame->type == F_RESIZE) return resize(&frame->body);
    if (frame->type != F_INPUT) return TAKEN_NOT;
    struct bytes data = read_rest(&frame->body);
    if (data.length == 0) end();
    if (pour(data, at)) return TAKEN;
    waits = true;
    loop_want(input, POLLOUT);
    return TAKEN_LATER;
}
