/* All that one command is given, composed just before it starts, in a mapping of its own that is wiped after. */
#include "core.h"
#include "hook.h"

#include <string.h>

enum { SLOTS = 8192, EXTRA = 8, HOOK_ROOM = 256 };

static struct block *block;
static char *text; /* where the next string goes */
static uint16_t slots[SLOTS]; /* hash of a name → its place in envp, from 1 */

static size_t name_length(const char *pair) { return (size_t)(strchrnul(pair, '=') - pair); }

static uint16_t *slot_of(const char *name, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)name[i]) * 16777619u;
    uint16_t *slot = slots + hash % SLOTS;
    while (*slot != 0) {
        const char *other = block->envp[*slot - 1];
        if (name_length(other) == length && memcmp(other, name, length) == 0) break;
        if (++slot == slots + SLOTS) slot = slots;
    }
    return slot;
}

/* The later one of a name wins. */
static void place(char *pair) {
    uint16_t *slot = slot_of(pair, name_length(pair));
    if (*slot == 0) {
        *slot = (uint16_t)++block->env_count;
    }
    block->envp[*slot - 1] = pair;
}

static char *copy(const void *at, size_t length) {
    char *start = text;
    if (length > 0) memcpy(text, at, length);
    text[length] = 0;
    text += length + 1;
    return start;
}

static void pair(const char *name, struct bytes value) {
    char *start = text;
    size_t length = strlen(name);
    memcpy(text, name, length);
    text[length] = '=';
    text += length + 1;
    copy(value.at, value.length);
    place(start);
}

const char *block_value(const struct block *of, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < of->env_count; i++)
        if (strncmp(of->envp[i], name, length) == 0 && of->envp[i][length] == '=') return of->envp[i] + length + 1;
    return NULL;
}

static bool given(const char *name, const struct words *env) {
    size_t length = strlen(name);
    for (size_t i = 0; i < live.count; i++)
        if (strcmp(live.entries[i].name, name) == 0) return true;
    for (size_t i = 0; i < env->count; i++)
        if (env->at[i].length > length && memcmp(env->at[i].at, name, length) == 0 && env->at[i].at[length] == '=') return true;
    return false;
}

/* An interactive shell asks for what changed at its prompt; the names are those that are its caller's own. */
static void hook(const struct words *env) {
    const char *call = hook_variable(block->argv[0], block->argv, true);
    char name[32] = "", *start;
    if (call == NULL) return;
    memcpy(name, call, name_length(call) < sizeof name ? name_length(call) : 0);
    if (block_value(block, name) != NULL || given(name, env)) return;
    place(copy(call, strlen(call)));
    start = text;
    memcpy(text, HOOK_STATE "=", sizeof HOOK_STATE);
    text += sizeof HOOK_STATE;
    generation_text(text, live.epoch, live.generation);
    text += strlen(text);
    for (size_t i = 0; i < env->count; i++) {
        const uint8_t *sign = memchr(env->at[i].at, '=', env->at[i].length);
        *text++ = ' ';
        memcpy(text, env->at[i].at, (size_t)(sign - env->at[i].at));
        text += sign - env->at[i].at;
    }
    *text++ = 0;
    place(start);
}

static size_t measure(const struct words *words) {
    size_t size = 0;
    for (size_t i = 0; i < words->count; i++) size += words->at[i].length + 1;
    return size;
}

static void compose(const struct words *env, size_t base_count, bool terminal) {
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < base_count; i++) place(copy(base_environment[i], strlen(base_environment[i])));
    for (size_t i = 0; i < live.count; i++) pair(live.entries[i].name, entry_shown(live.entries + i));
    for (size_t i = 0; i < env->count; i++) place(copy(env->at[i].at, env->at[i].length));
    struct bytes path = {(const uint8_t *)config.path, (uint32_t)strlen(config.path)};
    if (path.length > 0 && !given("PATH", env)) pair("PATH", path);
    if (terminal && block_value(block, "TERM") == NULL) pair("TERM", (struct bytes){(const uint8_t *)"xterm", 5});
    if (terminal) hook(env);
    block->home_kept = (config.flags & C_HOME) != 0 || given("HOME", env);
    block->envp[block->env_count] = NULL;
}

struct block *block_make(const char *user, const char *workdir, const struct words *argv, const struct words *env, bool terminal) {
    size_t base_count = 0, strings = 0;
    for (; base_environment[base_count] != NULL; base_count++) strings += strlen(base_environment[base_count]) + 1;
    for (size_t i = 0; i < live.count; i++) strings += strlen(live.entries[i].name) + entry_shown(live.entries + i).length + 2;
    if (base_count + live.count + env->count + EXTRA > SLOTS / 2) return NULL;
    size_t pointers = argv->count + 1 + base_count + live.count + env->count + EXTRA;
    strings += measure(argv) + measure(env) + strlen(user) + strlen(workdir) + 2 + sizeof "PATH=" + strlen(config.path) + sizeof "TERM=xterm" +
               HOOK_ROOM + measure(env) + env->count;
    size_t size = sizeof *block + pointers * sizeof(char *) + strings;
    block = secret_map(size, true);
    if (block == NULL) return NULL;
    block->size = size;
    block->argv = (char **)(block + 1);
    block->envp = block->argv + argv->count + 1;
    text = (char *)(block->argv + pointers);
    block->user = copy(user, strlen(user));
    block->workdir = copy(workdir, strlen(workdir));
    for (size_t i = 0; i < argv->count; i++) block->argv[i] = copy(argv->at[i].at, argv->at[i].length);
    compose(env, base_count, terminal);
    return block;
}

void block_drop(struct block *of) {
    if (of != NULL) secret_unmap(of, of->size);
}
