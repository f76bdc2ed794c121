/* Keeps one link to the program in /.ampoule/bin for each program on the image's PATH, also for those that come later. */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DIRECTORIES_MAX = 64,
    LINKS_MAX = 32768,
    PROGRAMS = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM,
    ITSELF = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
};

struct directory {
    char path[PATH_MAX_BYTES + 1];
    int watch;    /* of itself, or of the nearest one above that is there */
    bool there;
};

static struct directory directories[DIRECTORIES_MAX];
static size_t directory_count, link_count;
static int notices = -1;

/* Whether it is a program; for whom is seen when it is run. */
static bool is_program(const char *directory, const char *name) {
    char path[PATH_MAX_BYTES + NAME_MAX + 2];
    struct stat seen;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return stat(path, &seen) == 0 && S_ISREG(seen.st_mode) && (seen.st_mode & 0111) != 0;
}

static void put_link(const char *name) {
    char path[sizeof PLACE_BIN + NAME_MAX + 2];
    if (link_count >= LINKS_MAX) return;
    snprintf(path, sizeof path, PLACE_BIN "/%s", name);
    if (symlink("../init", path) == 0) link_count++;
}

static void drop_link(const char *name) {
    char path[sizeof PLACE_BIN + NAME_MAX + 2];
    for (size_t i = 0; i < directory_count; i++)
        if (directories[i].there && is_program(directories[i].path, name)) return;
    snprintf(path, sizeof path, PLACE_BIN "/%s", name);
    if (unlink(path) == 0) link_count--;
}

/* Thousands at the start, which waits for it: so what is no directory counts as a program without a look at each. */
static void scan(const char *path) {
    int links = open(PLACE_BIN, O_PATH | O_DIRECTORY | O_CLOEXEC);
    DIR *programs = links < 0 ? NULL : opendir(path);
    for (struct dirent *entry; programs != NULL && link_count < LINKS_MAX && (entry = readdir(programs)) != NULL;) {
        bool plain = entry->d_type == DT_REG || entry->d_type == DT_LNK;
        if (!plain && (entry->d_type != DT_UNKNOWN || !is_program(path, entry->d_name))) continue;
        if (symlinkat("../init", links, entry->d_name) == 0) link_count++;
    }
    if (programs != NULL) closedir(programs);
    if (links >= 0) close(links);
}

/* /bin is /usr/bin in many images. */
static bool twice(const struct directory *directory) {
    for (const struct directory *other = directories; other < directory; other++)
        if (other->there && other->watch == directory->watch) return true;
    return false;
}

/* Watches a directory of PATH, or where it would appear. */
static void watch(struct directory *directory) {
    bool was = directory->there;
    directory->watch = inotify_add_watch(notices, directory->path, PROGRAMS | ITSELF);
    directory->there = directory->watch >= 0;
    if (directory->there) {
        if (!was && !twice(directory)) scan(directory->path);
        return;
    }
    char above[PATH_MAX_BYTES + 1];
    memcpy(above, directory->path, sizeof above);
    for (char *slash; directory->watch < 0 && (slash = strrchr(above, '/')) != NULL;) {
        slash[slash == above ? 1 : 0] = '\0';
        /* It may be a directory of PATH as well, whose watch this adds to. */
        directory->watch = inotify_add_watch(notices, above, IN_CREATE | IN_MOVED_TO | ITSELF | IN_MASK_ADD);
        if (slash == above) break;
    }
}

static void look_again(void) {
    for (size_t i = 0; i < directory_count; i++) {
        directories[i].there = false;
        watch(&directories[i]);
    }
}

static void on_notice(const struct inotify_event *event) {
    if (event->mask & IN_Q_OVERFLOW) return look_again();
    for (size_t i = 0; i < directory_count; i++) {
        struct directory *directory = &directories[i];
        if (directory->watch != event->wd) continue;
        if (!directory->there || (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))) {
            if (event->mask & IN_MOVE_SELF) inotify_rm_watch(notices, event->wd);
            directory->there = false;
            watch(directory);
        } else if (event->len > 0 && is_program(directory->path, event->name)) {
            put_link(event->name);
        } else if (event->len > 0) {
            drop_link(event->name);
        }
    }
}

static void on_notices(int fd, short events, void *data) {
    _Alignas(struct inotify_event) char buffer[16384];
    (void)events;
    (void)data;
    ssize_t got = read(fd, buffer, sizeof buffer);
    for (ssize_t at = 0; at < got;) {
        const struct inotify_event *event = (const struct inotify_event *)(void *)(buffer + at);
        on_notice(event);
        at += (ssize_t)(sizeof *event + event->len);
    }
}

void links_begin(const char *path) {
    /* What is made with a mask of the image's stays reachable for every user. */
    if (mkdir(PLACE_BIN, 0755) != 0 && errno != EEXIST) return;
    if (chmod(PLACE_BIN, 0755) != 0) return;
    notices = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (const char *at = path; directory_count < DIRECTORIES_MAX;) {
        size_t length = strcspn(at, ":");
        const char *next = at[length] == '\0' ? NULL : at + length + 1;
        while (length > 1 && at[length - 1] == '/') length--;
        bool ours = length == strlen(PLACE_BIN) && memcmp(at, PLACE_BIN, length) == 0;
        if (at[0] == '/' && length <= PATH_MAX_BYTES && !ours) {
            struct directory *directory = &directories[directory_count++];
            memcpy(directory->path, at, length);
            directory->path[length] = '\0';
        }
        if (next == NULL) break;
        at = next;
    }
    if (notices >= 0 && loop_watch(notices, POLLIN, on_notices, NULL)) return look_again();
    /* Without notices those that are there now have a link. */
    for (size_t i = 0; i < directory_count; i++) scan(directories[i].path);
}
