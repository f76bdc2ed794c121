/* The environment in force: made of a SET, in one mapping that no child and no dump has. */
#include "core.h"

#include <string.h>

struct live live;

/* One entry as it stands in the frame; false: malformed. */
static bool entry_read(struct reader *from, struct entry *into, struct bytes *path, bool *has, int *code, const char **reason) {
    struct bytes name = read_text(from, 4 * NAME_MAX_BYTES), secret = read_text(from, 4 * ID_MAX);
    into->version = read_u32(from);
    into->floor = read_u32(from);
    into->kind = read_u8(from);
    *path = read_text(from, PATH_MAX_BYTES);
    uint8_t given = read_u8(from);
    if (from->bad || into->kind > KIND_FILE || given > 1) return false;
    *has = given == 1;
    struct bytes value = *has ? read_bytes(from, FRAME_MAX) : (struct bytes){NULL, 0};
    if (from->bad) return false;
    *code = 2;
    if (!name_valid(name)) *reason = "a name is not one of a variable";
    else if (!id_valid(secret, false)) *reason = "an id of a secret is not one";
    else if (name.length + 2 + value.length > PAIR_MAX) *reason = "a value is too long";
    else if (into->kind == KIND_VARIABLE && *has && value.length > 0 && memchr(value.at, 0, value.length) != NULL)
        *reason = "a variable's value has a NUL";
    else *code = 0;
    if (*code != 0) return true;
    memcpy(into->name, name.at, name.length);
    into->name[name.length] = 0;
    memcpy(into->secret, secret.at, secret.length);
    into->secret[secret.length] = 0;
    into->value = value.at;
    into->length = value.length;
    return true;
}

/* An absolute path without `..`, `.` or empty parts, that is not a directory's. */
static bool path_usable(struct bytes path) {
    if (path.length < 2 || path.at[0] != '/' || path.at[path.length - 1] == '/') return false;
    for (uint32_t at = 0; at < path.length;) {
        uint32_t end = ++at;
        while (end < path.length && path.at[end] != '/') end++;
        uint32_t length = end - at;
        if (length == 0 || (length == 1 && path.at[at] == '.') || (length == 2 && path.at[at] == '.' && path.at[at + 1] == '.')) return false;
        at = end;
    }
    return true;
}

static bool known(struct entry *wanted) {
    for (size_t i = 0; i < live.count; i++) {
        const struct entry *have = live.entries + i;
        if (have->version != wanted->version || strcmp(have->secret, wanted->secret) != 0) continue;
        wanted->value = have->value;
        wanted->length = have->length;
        return true;
    }
    return false;
}

static int complete(struct entry *entry, struct bytes path, bool has, size_t *total, const char **reason) {
    if (!has && !known(entry)) {
        *reason = "a value is not known here";
        return 3;
    }
    if (!has && entry->kind == KIND_VARIABLE && entry->length > 0 && memchr(entry->value, 0, entry->length) != NULL) {
        *reason = "a variable's value has a NUL";
        return 2;
    }
    if (entry->kind == KIND_FILE && path.length > 0 && !path_usable(path)) {
        *reason = "a file's path is not absolute and plain";
        return 7;
    }
    *total += strlen(entry->name) + entry->length;
    if (*total <= SET_MAX) return 0;
    *reason = "the environment is longer than 1 MiB";
    return 2;
}

/* Copies what one entry refers to behind the entries. */
static uint8_t *settle(struct entry *entry, struct bytes path, uint8_t *at) {
    if (entry->length > 0) memcpy(at, entry->value, entry->length);
    entry->value = at;
    at += entry->length;
    if (entry->kind != KIND_FILE) return at;
    entry->path = (char *)at;
    if (path.length > 0) {
        memcpy(at, path.at, path.length);
        at += path.length;
    } else {
        memcpy(at, PLACE_FILES "/", sizeof PLACE_FILES);
        at += sizeof PLACE_FILES;
        memcpy(at, entry->name, strlen(entry->name));
        at += strlen(entry->name);
    }
    *at++ = 0;
    return at;
}

static bool twice(const struct live *set) {
    for (size_t i = 1; i < set->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(set->entries[i].name, set->entries[j].name) == 0) return true;
    return false;
}

/* Fills `into`, whose mapping holds the entries; `end` is where the next value goes, NULL only measures. */
static int fill(struct reader from, uint16_t count, struct live *into, uint8_t *end, size_t *size, const char **reason) {
    size_t total = 0;
    *size = 0;
    for (uint16_t i = 0; i < count; i++) {
        struct entry entry = {0};
        struct bytes path;
        bool has;
        int code = 0;
        if (!entry_read(&from, &entry, &path, &has, &code, reason)) return -1;
        if (code == 0) code = complete(&entry, path, has, &total, reason);
        if (code != 0) return code;
        *size += entry.length + path.length + sizeof PLACE_FILES + NAME_MAX_BYTES + 2;
        if (end == NULL) continue;
        end = settle(&entry, path, end);
        into->entries[i] = entry;
    }
    return reader_done(&from) ? 0 : -1;
}

/* The mapping begins with its own length. */
enum { HEAD = 16 };

int live_make(struct reader *from, struct set_head *head, struct live *into, const char **reason) {
    head->seq = read_u32(from);
    head->epoch = read_u32(from);
    head->generation = read_u64(from);
    head->grace = read_u32(from);
    uint16_t count = read_u16(from);
    if (from->bad) return -1;
    size_t size = 0;
    *into = (struct live){.ready = true, .epoch = head->epoch, .generation = head->generation, .count = count};
    *reason = "there are more than 1024 entries";
    if (count > ENTRIES_MAX) return 2;
    int code = fill(*from, count, into, NULL, &size, reason);
    if (code != 0) return code;
    *reason = "it is older than what is in force";
    if (head->epoch < live.epoch || (head->epoch == live.epoch && head->generation < live.generation)) return 1;
    size_t entries = count * sizeof *into->entries;
    uint8_t *at = secret_map(HEAD + entries + size, false);
    *reason = "there is no memory";
    if (at == NULL) return 2;
    size_t whole = HEAD + entries + size;
    memcpy(at, &whole, sizeof whole);
    into->entries = (struct entry *)(at + HEAD);
    fill(*from, count, into, at + HEAD + entries, &size, reason);
    if (!twice(into)) return 0;
    live_drop(into);
    *reason = "a name is there twice";
    return 2;
}

void live_drop(struct live *old) {
    if (old->entries == NULL) return;
    uint8_t *at = (uint8_t *)old->entries - HEAD;
    size_t whole;
    memcpy(&whole, at, sizeof whole);
    secret_unmap(at, whole);
    old->entries = NULL;
    old->count = 0;
}

struct bytes entry_shown(const struct entry *entry) {
    if (entry->kind == KIND_FILE) return (struct bytes){(const uint8_t *)entry->path, (uint32_t)strlen(entry->path)};
    return (struct bytes){entry->value, entry->length};
}
