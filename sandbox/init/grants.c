/* What a holder was given: names, secrets and versions, never values. Shared and counted. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

struct grant *current_grant;

static struct grant *make(size_t count) {
    struct grant *grant = malloc(sizeof *grant + count * sizeof *grant->held);
    if (grant != NULL) *grant = (struct grant){.users = 1, .count = 0};
    return grant;
}

struct grant *grant_of(const struct live *from, const bool *chosen) {
    struct grant *grant = make(from->count);
    if (grant == NULL) return NULL;
    for (size_t i = 0; i < from->count; i++) {
        if (chosen != NULL && !chosen[i]) continue;
        struct held *held = grant->held + grant->count++;
        memcpy(held->name, from->entries[i].name, sizeof held->name);
        memcpy(held->secret, from->entries[i].secret, sizeof held->secret);
        held->version = from->entries[i].version;
    }
    return grant;
}

struct grant *grant_keep(struct grant *grant) {
    if (grant != NULL) grant->users++;
    return grant;
}

void grant_drop(struct grant *grant) {
    if (grant != NULL && --grant->users == 0) free(grant);
}

static bool has(const struct grant *grant, const struct held *held) {
    for (size_t i = 0; i < grant->count; i++)
        if (grant->held[i].version == held->version && strcmp(grant->held[i].name, held->name) == 0 &&
            strcmp(grant->held[i].secret, held->secret) == 0)
            return true;
    return false;
}

struct grant *grant_union(struct grant *one, struct grant *other) {
    if (one == NULL || other == NULL) return grant_keep(one == NULL ? other : one);
    size_t more = 0;
    if (one != other)
        for (size_t i = 0; i < other->count; i++) more += !has(one, other->held + i);
    if (more == 0) return grant_keep(one);
    struct grant *both = make(one->count + more);
    if (both == NULL) return NULL;
    memcpy(both->held, one->held, one->count * sizeof *one->held);
    both->count = one->count;
    for (size_t i = 0; i < other->count; i++)
        if (!has(one, other->held + i)) both->held[both->count++] = other->held[i];
    return both;
}

bool grant_hit(const struct grant *grant, const struct live *next) {
    if (grant == NULL) return false;
    if (next == NULL) return grant->count > 0;
    for (size_t i = 0; i < grant->count; i++) {
        const struct held *held = grant->held + i;
        bool kept = false;
        for (size_t j = 0; j < next->count && !kept; j++) {
            const struct entry *entry = next->entries + j;
            kept = strcmp(entry->name, held->name) == 0 && strcmp(entry->secret, held->secret) == 0 &&
                   entry->floor <= held->version && entry->version >= held->version;
        }
        if (!kept) return true;
    }
    return false;
}

static struct grant *given;
static bool given_unknown; /* there was no memory to note it */

void given_add(struct grant *grant) {
    struct grant *both = grant_union(given, grant);
    if (both == NULL && grant != NULL) given_unknown = true;
    if (both == NULL) return;
    grant_drop(given);
    given = both;
}

bool given_hit(const struct live *next) { return given_unknown || grant_hit(given, next); }

void given_settle(void) {
    grant_drop(given);
    given = NULL;
    given_unknown = false;
    given_add(current_grant);
    EACH_HOLDER(holder) given_add(holder->grant);
}
