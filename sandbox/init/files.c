/* Secrets as files: their bytes lie in the tmpfs /.ampoule/files alone, and a path elsewhere is a link to there. */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int directory = -1;
static struct user owner;
static char why[512];

static bool is_own(const struct entry *entry) {
    return strncmp(entry->path, PLACE_FILES "/", sizeof PLACE_FILES) == 0 && strcmp(entry->path + sizeof PLACE_FILES, entry->name) == 0;
}

static const struct entry *find(const struct live *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (set->entries[i].kind == KIND_FILE && strcmp(set->entries[i].name, name) == 0) return set->entries + i;
    return NULL;
}

static bool same(const struct entry *one, const struct entry *other) {
    return one->version == other->version && strcmp(one->secret, other->secret) == 0;
}

static bool own_file(const char *name, struct stat *seen) {
    return fstatat(directory, name, seen, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(seen->st_mode);
}

/* Before it is let go: whoever has it open reads zeros. The user may have put anything in its place. */
static void overwrite(const char *name) {
    static const uint8_t zeros[4096];
    struct stat seen;
    int fd = openat(directory, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(directory, name, 0600, 0) == 0)
        fd = openat(directory, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &seen) == 0 && S_ISREG(seen.st_mode))
        for (off_t at = 0; at < seen.st_size && at < SET_MAX; at += sizeof zeros)
            if (pwrite(fd, zeros, seen.st_size - at < (off_t)sizeof zeros ? (size_t)(seen.st_size - at) : sizeof zeros, at) < 0) break;
    close(fd);
}

static void erase(const char *name) {
    overwrite(name);
    unlinkat(directory, name, 0);
}

static void temporary(char into[NAME_MAX_BYTES + 8], const char *name) { snprintf(into, NAME_MAX_BYTES + 8, ".%s.new", name); }

/* With what a commit that could not put it in its place has left. */
static void erase_all(const char *name) {
    char other[NAME_MAX_BYTES + 8];
    temporary(other, name);
    erase(other);
    erase(name);
}

/* The directory in which `path` lies, made where it is not there; `*last` is its name in it. A link is followed if it is root's. */
static int parent_of(const char *path, bool make, const char **last) {
    int at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (at >= 0) {
        char part[256];
        const char *end = strchr(++path, '/');
        if (end == NULL) break;
        size_t length = (size_t)(end - path);
        if (length >= sizeof part) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, path, length);
        part[length] = 0;
        struct stat seen;
        if (make && mkdirat(at, part, 0755) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES) break;
        int next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0 && fstatat(at, part, &seen, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(seen.st_mode) && seen.st_uid == 0)
            next = openat(at, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
        int wrong = errno;
        close(at);
        errno = wrong;
        at = next;
        path = end;
    }
    *last = path;
    return at;
}

/* Ours: it leads to the file of this name. */
static bool is_link(int parent, const char *last, const char *name) {
    char to[PATH_MAX_BYTES], wanted[sizeof PLACE_FILES + NAME_MAX_BYTES + 1];
    ssize_t length = readlinkat(parent, last, to, sizeof to - 1);
    if (length < 0) return false;
    to[length] = 0;
    snprintf(wanted, sizeof wanted, PLACE_FILES "/%s", name);
    return strcmp(to, wanted) == 0;
}

static void unlink_path(const struct entry *entry) {
    const char *last;
    if (is_own(entry)) return;
    int parent = parent_of(entry->path, false, &last);
    if (parent < 0) return;
    if (is_link(parent, last, entry->name)) unlinkat(parent, last, 0);
    close(parent);
}

static bool link_path(const struct entry *entry) {
    const char *last;
    char to[sizeof PLACE_FILES + NAME_MAX_BYTES + 1];
    if (is_own(entry)) return true;
    if (strncmp(entry->path, PLACE "/", sizeof PLACE) == 0) {
        snprintf(why, sizeof why, "%s: nothing but %s/%s can lie there", entry->name, PLACE_FILES, entry->name);
        return false;
    }
    snprintf(to, sizeof to, PLACE_FILES "/%s", entry->name);
    int parent = parent_of(entry->path, true, &last);
    bool done = parent >= 0 && (is_link(parent, last, entry->name) || symlinkat(to, parent, last) == 0);
    if (!done) snprintf(why, sizeof why, "%s: %.128s: %s", entry->name, entry->path, strerror(errno));
    if (parent >= 0) close(parent);
    return done;
}

static bool write_new(const struct entry *entry) {
    char name[NAME_MAX_BYTES + 8];
    temporary(name, entry->name);
    unlinkat(directory, name, 0);
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    size_t done = 0;
    while (fd >= 0 && done < entry->length) {
        ssize_t wrote = write(fd, entry->value + done, entry->length - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) break;
        done += (size_t)wrote;
    }
    bool whole = fd >= 0 && done == entry->length && (geteuid() != 0 || fchown(fd, owner.uid, owner.gid) == 0);
    if (!whole) snprintf(why, sizeof why, "%s cannot be written: %s", entry->name, strerror(errno));
    if (fd >= 0) close(fd);
    return whole;
}

static bool open_directory(void) {
    if (directory >= 0) return true;
    const char *wrong = user_find(config.user, &owner);
    if (wrong == NULL && mkdir(PLACE_FILES, 0700) != 0 && errno != EEXIST) wrong = strerror(errno);
    if (wrong == NULL) directory = open(PLACE_FILES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0 && geteuid() == 0 && fchown(directory, owner.uid, owner.gid) != 0) wrong = strerror(errno);
    if (directory < 0 && wrong == NULL) wrong = strerror(errno);
    if (wrong != NULL) snprintf(why, sizeof why, "%s: %s", PLACE_FILES, wrong);
    return wrong == NULL;
}

/* Takes back what files_prepare did for the entries before this one, and for it. */
static void undo(const struct live *next, size_t to) {
    for (size_t i = 0; i <= to && i < next->count; i++) {
        const struct entry *entry = next->entries + i, *had = find(&live, entry->name);
        char name[NAME_MAX_BYTES + 8];
        if (entry->kind != KIND_FILE || directory < 0) continue;
        temporary(name, entry->name);
        erase(name);
        if (had == NULL || strcmp(had->path, entry->path) != 0) unlink_path(entry);
    }
}

int files_prepare(const struct live *next, const char **reason) {
    *reason = why;
    for (size_t i = 0; i < next->count; i++) {
        const struct entry *entry = next->entries + i, *had;
        struct stat seen;
        if (entry->kind != KIND_FILE) continue;
        bool ready = open_directory() && link_path(entry);
        had = ready ? find(&live, entry->name) : NULL;
        if (ready && !(had != NULL && same(had, entry) && own_file(entry->name, &seen))) ready = write_new(entry);
        if (ready) continue;
        undo(next, i);
        return 7;
    }
    return 0;
}

void files_commit(const struct live *next) {
    if (directory < 0) return;
    for (size_t i = 0; i < live.count; i++) {
        const struct entry *had = live.entries + i, *wanted;
        if (had->kind != KIND_FILE) continue;
        wanted = find(next, had->name);
        if (wanted == NULL || strcmp(wanted->path, had->path) != 0) unlink_path(had);
        if (wanted == NULL) erase_all(had->name);
    }
    for (size_t i = 0; i < next->count; i++) {
        char name[NAME_MAX_BYTES + 8];
        struct stat seen;
        if (next->entries[i].kind != KIND_FILE) continue;
        temporary(name, next->entries[i].name);
        if (!own_file(name, &seen)) continue;
        overwrite(next->entries[i].name);
        /* The user may have put a directory there: then there is no file rather than one that nobody takes away. */
        if (renameat(directory, name, directory, next->entries[i].name) != 0) erase(name);
    }
}

void files_wipe(void) {
    for (size_t i = 0; directory >= 0 && i < live.count; i++) {
        if (live.entries[i].kind != KIND_FILE) continue;
        unlink_path(live.entries + i);
        erase_all(live.entries[i].name);
    }
}
