/* Users and groups as Docker resolves them: from the container's own /etc/passwd and /etc/group, without NSS. */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1048576 };

/* Not blocked by a pipe in a file's place, nor by a file without end. "" where there is none. */
static char *contents(const char *path) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat seen;
    bool there = fd >= 0 && fstat(fd, &seen) == 0 && S_ISREG(seen.st_mode);
    size_t most = !there ? 0 : seen.st_size < FILE_MAX ? (size_t)seen.st_size : FILE_MAX, have = 0;
    char *text = malloc(most + 1);
    ssize_t got;
    while (text != NULL && have < most && (got = read(fd, text + have, most - have)) > 0) have += (size_t)got;
    if (text != NULL) text[have] = 0;
    if (fd >= 0) close(fd);
    return text;
}

/* Cuts the next line off, and that into fields. How many; 0 at the end. */
static size_t fields(char **rest, char *into[], size_t most) {
    while (**rest == '\n') (*rest)++;
    if (**rest == 0) return 0;
    char *line = *rest, *end = strchrnul(line, '\n');
    *rest = *end == 0 ? end : end + 1;
    *end = 0;
    size_t count = 0;
    while (count < most) {
        into[count++] = line;
        char *colon = strchr(line, ':');
        if (colon == NULL) break;
        *colon = 0;
        line = colon + 1;
    }
    return count;
}

static bool number(const char *text, uint32_t *into) {
    char *end;
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *into = (uint32_t)value;
    return *end == 0 && errno == 0 && value <= 0x7fffffff;
}

static bool listed(char *members, const char *name) {
    size_t length = strlen(name);
    for (char *at = members; *at != 0;) {
        char *end = strchrnul(at, ',');
        if ((size_t)(end - at) == length && memcmp(at, name, length) == 0) return true;
        at = *end == 0 ? end : end + 1;
    }
    return false;
}

/* The name that was found; empty where only the number is known. */
static const char *person(char *text, const char *wanted, struct user *into, char name[256]) {
    uint32_t uid = 0;
    bool numeric = number(wanted, &uid);
    char *field[7];
    size_t count;
    while ((count = fields(&text, field, 7)) > 0) {
        uint32_t its;
        if (count < 6 || !number(field[2], &its)) continue;
        if (numeric ? its != uid : strcmp(field[0], wanted) != 0) continue;
        into->uid = its;
        if (!number(field[3], &into->gid)) into->gid = 0;
        if (*field[5] != 0 && strlen(field[5]) < sizeof into->home) strcpy(into->home, field[5]);
        strncpy(name, field[0], 255);
        return NULL;
    }
    if (!numeric) return "the user is not in /etc/passwd";
    into->uid = uid;
    return NULL;
}

static const char *only_group(char *text, const char *wanted, struct user *into) {
    uint32_t gid = 0;
    bool numeric = number(wanted, &gid);
    char *field[4];
    size_t count;
    while ((count = fields(&text, field, 4)) > 0) {
        uint32_t its;
        if (count < 3 || !number(field[2], &its)) continue;
        if (numeric ? its != gid : strcmp(field[0], wanted) != 0) continue;
        into->gid = its;
        return NULL;
    }
    if (!numeric) return "the group is not in /etc/group";
    into->gid = gid;
    return NULL;
}

static void groups(char *text, const char *name, struct user *into) {
    char *field[4];
    size_t count;
    while ((count = fields(&text, field, 4)) > 0) {
        uint32_t gid;
        if (count < 4 || into->group_count == GROUPS_MAX || !number(field[2], &gid)) continue;
        if (listed(field[3], name)) into->groups[into->group_count++] = gid;
    }
}

const char *user_find(const char *wanted, struct user *into) {
    char who[TEXT_MAX + 1], name[256] = "";
    *into = (struct user){.home = "/"};
    strncpy(who, wanted, TEXT_MAX);
    who[TEXT_MAX] = 0;
    char *group = strchr(who, ':');
    if (group != NULL) *group++ = 0;
    char *passwd = contents("/etc/passwd"), *group_file = contents("/etc/group");
    const char *wrong = passwd == NULL || group_file == NULL ? "there is no memory" : NULL;
    if (wrong == NULL) wrong = person(passwd, *who == 0 ? "0" : who, into, name);
    if (wrong == NULL && group != NULL && *group != 0) wrong = only_group(group_file, group, into);
    else if (wrong == NULL && *name != 0) groups(group_file, name, into);
    free(passwd);
    free(group_file);
    return wrong;
}
