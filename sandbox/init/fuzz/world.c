/* Stands in for the kernel, the loop and the parts with effects. Linked with --wrap, so that the parts under test are as they are. */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WATCHES = 1024, PLAYED = 96 };

uint64_t world_seed;
int far_end = -1, near_end = -1;
const uint8_t *answer;
size_t answer_length;
jmp_buf world_end;
char **base_environment;
rlim_t core_limit;

uint32_t any(uint32_t below) {
    world_seed ^= world_seed << 13;
    world_seed ^= world_seed >> 7;
    world_seed ^= world_seed << 17;
    return below == 0 ? 0 : (uint32_t)((world_seed >> 11) % below);
}

/* The loop. */

static struct {
    int fd;
    short events;
    watch_fn *then;
    void *data;
} watches[WATCHES];
static struct timer *timers;
static int64_t clock_now = 1000;

static size_t watch_of(int fd) {
    size_t i = 0;
    while (i < WATCHES && (watches[i].then == NULL || watches[i].fd != fd)) i++;
    return i;
}
bool loop_watch(int fd, short events, watch_fn *then, void *data) {
    size_t i = 0;
    while (i < WATCHES && watches[i].then != NULL) i++;
    if (i == WATCHES) return false;
    watches[i].fd = fd;
    watches[i].events = events;
    watches[i].then = then;
    watches[i].data = data;
    return true;
}
void loop_want(int fd, short events) {
    size_t i = watch_of(fd);
    if (i < WATCHES) watches[i].events = events;
}
void loop_forget(int fd) {
    size_t i = watch_of(fd);
    if (i < WATCHES) watches[i].then = NULL;
}
void loop_reset(void) {}
noreturn void loop_run(void) { abort(); }
bool world_watches(int fd) { return watch_of(fd) < WATCHES; }
short world_wants(int fd) { return world_watches(fd) ? watches[watch_of(fd)].events : 0; }
void world_deliver(int fd, short events) {
    size_t i = watch_of(fd);
    if (i < WATCHES && watches[i].events != 0) watches[i].then(fd, events, watches[i].data);
}
int64_t now_ms(void) { return clock_now; }
void timer_stop(struct timer *timer) {
    for (struct timer **at = &timers; *at != NULL; at = &(*at)->next)
        if (*at == timer) {
            *at = timer->next;
            break;
        }
    timer->armed = false;
}
void timer_start(struct timer *timer, int64_t ms) {
    timer_stop(timer);
    timer->at = clock_now + (ms < 0 ? 0 : ms);
    timer->armed = true;
    timer->next = timers;
    timers = timer;
}
void world_pass(int64_t ms) {
    clock_now += ms;
    for (int fired = 0; fired < 64; fired++) {
        struct timer *due = timers;
        while (due != NULL && due->at > clock_now) due = due->next;
        if (due == NULL) return;
        timer_stop(due);
        due->fire(due->data);
    }
}

/* Processes. */

static struct played {
    pid_t pid, parent;
    uint64_t start;
    int control; /* a keeper's end of what the init has */
} played[PLAYED];
static int keeper_end = -1;
static pid_t next_pid = 100;

static struct played *find(pid_t pid) {
    for (size_t i = 0; i < PLAYED; i++)
        if (played[i].pid == pid && pid != 0) return played + i;
    return NULL;
}
static pid_t begin(pid_t parent, int control) {
    for (size_t i = 0; i < PLAYED; i++) {
        if (played[i].pid != 0) continue;
        played[i] = (struct played){.pid = next_pid++, .parent = parent, .start = (uint64_t)next_pid * 10, .control = control};
        return played[i].pid;
    }
    return -1;
}
static void over(struct played *process) {
    pid_t pid = process->pid;
    if (process->control >= 0) close(process->control);
    process->pid = 0;
    for (size_t i = 0; i < PLAYED; i++)
        if (played[i].parent == pid) played[i].parent = 1;
    struct holder *holder = holder_of_keeper(pid);
    if (holder != NULL) holder_keeper_ended(holder, any(2) == 0);
}
pid_t world_process(void) {
    size_t from = any(PLAYED);
    for (size_t i = 0; i < PLAYED; i++)
        if (played[(from + i) % PLAYED].pid != 0) return played[(from + i) % PLAYED].pid;
    return -1;
}
pid_t world_outsider(void) { return begin(any(4) == 0 ? world_process() : 0, -1); }

/* What a keeper says, which nobody but its init hears, is not trusted either. */
static void speak(struct played *keeper) {
    static const char kinds[] = "SEDLAR?";
    struct message message = {.kind = kinds[any(sizeof kinds - 1)], .code = (int32_t)any(300) - 1, .number = any(200)};
    memset(message.text, any(2) == 0 ? 'x' : 0, sizeof message.text);
    if (message.kind == M_STARTED) message.number = (uint32_t)begin(keeper->pid, -1);
    size_t length = any(8) == 0 ? any(sizeof message) : sizeof message;
    int control = holder_of_keeper(keeper->pid) == NULL ? -1 : holder_of_keeper(keeper->pid)->control;
    if (send(keeper->control, &message, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) world_deliver(control, POLLIN);
}
void world_live_on(void) {
    for (size_t i = 0; i < PLAYED; i++) {
        if (played[i].pid == 0) continue;
        if (played[i].control >= 0 && any(4) == 0) speak(played + i);
        if (played[i].pid != 0 && any(16) == 0) over(played + i);
    }
    holders_look();
    ending_look();
}

bool process_read(pid_t pid, struct process *into) {
    struct played *process = find(pid);
    if (process == NULL) return false;
    *into = (struct process){.pid = pid, .parent = process->parent, .start = process->start, .threads = 1, .state = 'S'};
    memcpy(into->program, "played", 7);
    return true;
}
bool row_over(const struct process *row) { return row->state == 'X'; }
bool process_over(pid_t pid, uint64_t start) {
    struct played *process = find(pid);
    return process == NULL || process->start != start;
}
bool table_open(struct table *table) {
    table->rows = calloc(PLAYED + 1, sizeof *table->rows);
    return table->rows != NULL;
}
static int by_pid(const void *one, const void *other) {
    return ((const struct process *)one)->pid - ((const struct process *)other)->pid;
}
void table_scan(struct table *table) {
    table->rows[0] = (struct process){.pid = 1, .start = 1, .threads = 1, .state = 'S'};
    table->count = 1;
    table->whole = true;
    for (size_t i = 0; i < PLAYED; i++)
        if (played[i].pid != 0 && process_read(played[i].pid, table->rows + table->count)) table->count++;
    qsort(table->rows, table->count, sizeof *table->rows, by_pid);
}
struct process *table_find(const struct table *table, pid_t pid) {
    struct process key = {.pid = pid};
    return bsearch(&key, table->rows, table->count, sizeof key, by_pid);
}
pid_t __wrap_fork(void) {
    errno = EAGAIN;
    return any(4) == 0 ? -1 : begin(1, dup(keeper_end));
}
int __wrap_kill(pid_t pid, int number) {
    struct played *process = find(pid);
    errno = ESRCH;
    if (pid != -1 && process == NULL) return -1;
    errno = EPERM;
    if (pid > 0 && any(64) == 0) return -1;
    /* Its keeper's end is told later, as by SIGCHLD. */
    if (pid > 0 && number == 9 && process->control < 0) process->pid = 0;
    return 0;
}

/* Parts with effects alone. */

noreturn void fail(const char *format, ...) {
    (void)format;
    longjmp(world_end, 1);
}
void close_from(int first) { (void)first; }
void signals_restore(void) {}
noreturn void command_execute(struct block *block, const struct user *user, int report) {
    (void)user;
    (void)report;
    /* All of it can be read. */
    size_t seen = 0;
    for (char **at = block->envp; *at != NULL; at++) seen += strlen(*at);
    for (char **at = block->argv; *at != NULL; at++) seen += strlen(*at);
    block_drop(block);
    longjmp(world_end, (int)(seen & 1) + 1);
}
void files_wipe(void) {}
int files_prepare(const struct live *next, const char **reason) {
    size_t seen = 0;
    for (size_t i = 0; i < next->count; i++)
        if (next->entries[i].kind == KIND_FILE) seen += strlen(next->entries[i].path);
    *reason = "it cannot be used";
    return seen % 5 == 4 ? 7 : 0;
}
void files_commit(const struct live *next) { (void)next; }
void links_begin(const char *path) { (void)strlen(path); }
void __wrap_hook_write(void) {}
void __wrap_hook_tell(uint32_t epoch, uint64_t generation) {
    (void)epoch;
    (void)generation;
}
noreturn void __wrap_exit(int status) { longjmp(world_end, status & 0xff ? status & 0xff : 256); }
void __wrap_keeper_report(char kind, int32_t code, uint32_t number, const char *text) {
    (void)kind;
    (void)code;
    (void)number;
    (void)strlen(text);
}
int __wrap_execve(const char *path, char *const argv[], char *const envp[]) {
    size_t seen = strlen(path);
    for (; *argv != NULL; argv++) seen += strlen(*argv);
    for (; *envp != NULL; envp++) seen += strlen(*envp);
    errno = seen % 2 == 0 ? EACCES : ENOENT;
    return -1;
}
int __wrap_prctl(int option, ...) { return option & 0; }
long __wrap_syscall(long number, ...) {
    (void)number;
    errno = ENOSYS;
    return -1;
}

/* Memory: of exactly the size that was asked for, so that a byte too many is seen. */

/* Boxes for whole frames are large, and are used again. */
enum { BOXES = 8, BOX = FRAME_MAX + FRAME_HEAD, FENCE = 4096 };
static uint8_t *boxes[BOXES];
static bool lent[BOXES];

void *__wrap_secret_map(size_t length, bool fork) {
    (void)fork;
    for (size_t i = 0; i < BOXES && length == BOX; i++) {
        if (lent[i]) continue;
        lent[i] = true;
        if (boxes[i] == NULL) boxes[i] = calloc(1, length);
        return boxes[i];
    }
    return length > 16777216 ? NULL : calloc(1, length);
}
void __wrap_secret_unmap(void *at, size_t length) {
    if (at == NULL) return;
    for (size_t i = 0; i < BOXES; i++) {
        if (boxes[i] != at) continue;
        lent[i] = false;
        return;
    }
    wipe(at, length);
    free(at);
}
ssize_t __real_inbox_fill(struct inbox *box, int fd);
int __real_inbox_next(struct inbox *box, struct frame *out);
void __real_inbox_drop(struct inbox *box, const struct frame *consumed);
/* While a frame is looked at, there is nothing behind it. */
static uint8_t *fence;
static size_t fenced;
static void open_up(void) {
    if (fenced > 0) ASAN_UNPOISON_MEMORY_REGION(fence, fenced);
    fenced = 0;
}
ssize_t __wrap_inbox_fill(struct inbox *box, int fd) {
    open_up();
    return __real_inbox_fill(box, fd);
}
int __wrap_inbox_next(struct inbox *box, struct frame *out) {
    open_up();
    int found = __real_inbox_next(box, out);
    if (found != 1) return found;
    fence = box->data + out->whole;
    fenced = box->capacity - out->whole < FENCE ? box->capacity - out->whole : FENCE;
    ASAN_POISON_MEMORY_REGION(fence, fenced);
    return found;
}
void __wrap_inbox_drop(struct inbox *box, const struct frame *consumed) {
    open_up();
    __real_inbox_drop(box, consumed);
}
void __wrap_inbox_close(struct inbox *box) {
    open_up();
    wipe(box->data, box->have);
    secret_unmap(box->data, box->capacity);
    *box = (struct inbox){0};
}
void __real_wipe(void *at, size_t length);
void __wrap_wipe(void *at, size_t length) {
    const uint8_t *from = at;
    if (from < fence + fenced && fence < from + length) open_up();
    __real_wipe(at, length);
}

#ifdef AMPOULE_FUZZ_PLANTED
/* The control: a field that is believed to be as long as it says. */
struct bytes __wrap_read_text(struct reader *from, uint32_t most) {
    uint32_t length = read_u32(from);
    struct bytes text = {from->at, length > most ? 0 : length};
    from->at += text.length;
    uint8_t sum = 0;
    for (uint32_t i = 0; i < text.length; i++) sum |= text.at[i];
    return sum == 0 && text.length > 0 ? (struct bytes){text.at, 0} : text;
}
#endif

/* Sockets and the clock. */

int __wrap_socket(int domain, int type, int protocol) {
    int pair[2];
    if (socketpair(domain, type | SOCK_NONBLOCK, protocol, pair) != 0) abort();
    if (far_end >= 0) close(far_end);
    near_end = pair[0];
    far_end = pair[1];
    return pair[0];
}
int __real_socketpair(int domain, int type, int protocol, int pair[2]);
int __wrap_socketpair(int domain, int type, int protocol, int pair[2]) {
    int made = __real_socketpair(domain, type, protocol, pair);
    if ((type & SOCK_SEQPACKET) != SOCK_SEQPACKET || made != 0) return made;
    if (keeper_end >= 0) close(keeper_end);
    keeper_end = dup(pair[1]);
    return made;
}
int __wrap_connect(int fd, const struct sockaddr *to, socklen_t length) {
    (void)fd;
    (void)to;
    (void)length;
    if (answer_length == 0) return 0;
    /* Once; whoever asks again finds nobody. */
    errno = ECONNREFUSED;
    if (answer == NULL) return -1;
    bool whole = send(far_end, answer, answer_length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)answer_length;
    answer = NULL;
    if (!whole || any(2)) shutdown(far_end, SHUT_WR);
    return 0;
}
ssize_t __real_write(int fd, const void *at, size_t length);
ssize_t __wrap_write(int fd, const void *at, size_t length) {
    if (fd != STDOUT_FILENO) return __real_write(fd, at, length);
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++) sum |= ((const uint8_t *)at)[i];
    return sum == 1 ? -1 : (ssize_t)length;
}
int __wrap_fprintf(FILE *to, const char *format, ...) {
    char text[8192];
    va_list words;
    va_start(words, format);
    int length = vsnprintf(text, sizeof text, format, words);
    va_end(words);
    return to == NULL ? -1 : length;
}
int __wrap_bind(int fd, const struct sockaddr *to, socklen_t length) { return fd & 0 & (int)length & (to != NULL); }
int __wrap_listen(int fd, int queue) { return fd & 0 & queue; }
int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *length, int flags) {
    static int given;
    (void)from;
    (void)length;
    if (given++ % 2 == 1) {
        errno = EAGAIN;
        return -1;
    }
    return __wrap_socket(AF_UNIX, SOCK_STREAM | (flags & SOCK_CLOEXEC), fd & 0);
}
int __wrap_getsockopt(int fd, int level, int name, void *into, socklen_t *length) {
    (void)fd;
    (void)level;
    (void)name;
    struct ucred peer = {.pid = world_outsider(), .uid = 0, .gid = 0};
    memcpy(into, &peer, *length < sizeof peer ? *length : sizeof peer);
    return 0;
}
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout) {
    int found = __real_poll(fds, count, 0);
    if (found == 0) clock_now += timeout < 0 ? 1000 : timeout;
    return found;
}
int __wrap_clock_gettime(clockid_t which, struct timespec *into) {
    (void)which;
    *into = (struct timespec){.tv_sec = clock_now / 1000, .tv_nsec = clock_now % 1000 * 1000000};
    return 0;
}
int __wrap_nanosleep(const struct timespec *how, struct timespec *left) {
    (void)left;
    clock_now += 20000 + how->tv_nsec / 1000000;
    return 0;
}
int __wrap_chmod(const char *path, mode_t mode) { return (int)(mode & 0) & (path != NULL); }
int __wrap_unlink(const char *path) { return path == NULL; }
int __wrap_symlink(const char *to, const char *path) { return to == NULL || path == NULL; }
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    errno = EACCES;
    return (flags & O_ACCMODE) == O_RDONLY && (flags & O_CREAT) == 0 ? __real_open(path, flags) : -1;
}
