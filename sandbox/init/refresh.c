/* What the prompt hook calls: prints shell code that brings the shell's variables up to date, or nothing at all. */
#include "bridge.h"
#include "hook.h"
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A prompt does not wait longer. */
enum { PATIENCE_MS = 1000 };

/* Goes out as it fills, and is wiped. */
struct out {
    char data[4096];
    size_t used;
    bool failed;
};

static void flush(struct out *out) {
    for (size_t sent = 0; sent < out->used && !out->failed;) {
        ssize_t wrote = write(STDOUT_FILENO, out->data + sent, out->used - sent);
        if (wrote <= 0) out->failed = true;
        else sent += (size_t)wrote;
    }
    wipe(out->data, out->used);
    out->used = 0;
}

static void put(struct out *out, const void *text, size_t length) {
    const char *at = text;
    for (size_t i = 0; i < length; i++) {
        if (out->used == sizeof out->data) flush(out);
        out->data[out->used++] = at[i];
    }
}

static void say(struct out *out, const char *text) { put(out, text, strlen(text)); }

/* Within single quotes every byte stands for itself but the quote. */
static void quoted(struct out *out, const uint8_t *at, size_t length) {
    say(out, "'");
    for (size_t i = 0; i < length; i++) {
        if (at[i] == '\'') say(out, "'\\''");
        else put(out, at + i, 1);
    }
    say(out, "'");
}

/* Whether a word of `list` is this name. */
static bool listed(const char *list, const uint8_t *name, size_t length) {
    for (const char *at = list; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, name, length) == 0) return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

int refresh_main(int argc, char **argv) {
    static struct environment seen, now;
    static struct out out;
    struct inbox box;
    const char *why;
    (void)argv;
    if (argc > 1) return 2;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

    const char *state = getenv(HOOK_STATE);
    char *rest = NULL;
    const char *names = "";
    if (state != NULL) {
        seen.epoch = (uint32_t)strtoul(state, &rest, 10);
        if (*rest == '.') seen.generation = strtoull(rest + 1, &rest, 10);
        if (*rest == ' ') names = rest + 1;
    }
    if (!bridge_ask(&(struct question){.newer = &seen}, PATIENCE_MS, &box, &now, &why)) {
        inbox_close(&box);
        return 1;
    }
    bool newer = now.epoch > seen.epoch || (now.epoch == seen.epoch && now.generation > seen.generation);
    if (newer) {
        char generation[GENERATION_TEXT];
        generation_text(generation, now.epoch, now.generation);
        /* First, so that a variable that cannot be set is not tried at every prompt. */
        say(&out, "export " HOOK_STATE "='");
        say(&out, generation);
        for (const char *at = names; *at != '\0';) {
            size_t word = strcspn(at, " ");
            if (name_valid((struct bytes){(const uint8_t *)at, (uint32_t)word})) {
                say(&out, " ");
                put(&out, at, word);
            }
            at += word + strspn(at + word, " ");
        }
        say(&out, "'\n");
        for (uint16_t i = 0; i < now.live_count; i++) {
            size_t name = pair_name(now.live[i]);
            if (listed(names, now.live[i].at, name)) continue;
            say(&out, "export ");
            put(&out, now.live[i].at, name + 1);
            quoted(&out, now.live[i].at + name + 1, now.live[i].length - name - 1);
            say(&out, "\n");
        }
        flush(&out);
    }
    inbox_close(&box);
    return out.failed;
}
