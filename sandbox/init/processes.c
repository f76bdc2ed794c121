/* What /proc says about processes. Reads alone; decides nothing. */
#include "core.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool parse(char *text, struct process *into) {
    char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (name == NULL || end == NULL || end[1] != ' ') return false;
    size_t length = (size_t)(end - name - 1);
    if (length > 15) length = 15;
    memcpy(into->program, name + 1, length);
    into->program[length] = 0;
    /* Fields from the third on: state ppid … (20) num_threads … (22) starttime. */
    char *at = end + 2;
    into->state = *at;
    for (int field = 3; field < 22; field++) {
        at = strchr(at, ' ');
        if (at == NULL) return false;
        at++;
        if (field + 1 == 4) into->parent = (pid_t)strtol(at, NULL, 10);
        if (field + 1 == 20) into->threads = (uint32_t)strtoul(at, NULL, 10);
    }
    into->start = strtoull(at, NULL, 10);
    return true;
}

bool process_read(pid_t pid, struct process *into) {
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = read(fd, text, sizeof text - 1);
    int wrong = got == 0 ? ESRCH : errno;
    close(fd);
    errno = wrong;
    if (got <= 0) return false;
    text[got] = 0;
    *into = (struct process){.pid = pid};
    errno = EIO;
    return parse(text, into);
}

bool row_over(const struct process *row) {
    return row->state == 'X' || row->state == 'x' || (row->state == 'Z' && row->threads <= 1);
}

bool process_over(pid_t pid, uint64_t start) {
    struct process now;
    return !process_read(pid, &now) || now.start != start || row_over(&now);
}

bool table_open(struct table *table) {
    size_t size = PROCESSES_MAX * sizeof *table->rows;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return false;
    table->rows = at;
    table->count = 0;
    return true;
}

static int by_pid(const void *one, const void *other) {
    const struct process *a = one, *b = other;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

struct entry_of_directory {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

void table_scan(struct table *table) {
    static int proc = -1;
    static _Alignas(8) char names[32768];
    table->count = 0;
    table->whole = false;
    if (proc < 0) proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 || lseek(proc, 0, SEEK_SET) < 0) return;
    table->whole = true;
    bool sorted = true;
    for (;;) {
        long got = syscall(SYS_getdents64, proc, names, sizeof names);
        if (got < 0) table->whole = false;
        if (got <= 0) break;
        for (long at = 0; at < got;) {
            struct entry_of_directory *entry = (void *)(names + at);
            at += entry->length;
            if (entry->name[0] < '1' || entry->name[0] > '9') continue;
            struct process *row = table->rows + table->count;
            bool room = table->count < PROCESSES_MAX;
            if (!room || !process_read((pid_t)strtol(entry->name, NULL, 10), row)) {
                /* One that is just gone is no loss; one that cannot be read (no descriptor, say) is. */
                if (!room || (errno != ENOENT && errno != ESRCH)) table->whole = false;
                continue;
            }
            if (table->count > 0 && row[-1].pid >= row->pid) sorted = false;
            table->count++;
        }
    }
    if (!sorted) qsort(table->rows, table->count, sizeof *table->rows, by_pid);
}

struct process *table_find(const struct table *table, pid_t pid) {
    struct process key = {.pid = pid};
    if (table->count == 0) return NULL;
    return bsearch(&key, table->rows, table->count, sizeof key, by_pid);
}
