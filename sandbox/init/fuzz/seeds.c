/* Frames as PROTOCOL.md has them, with fields that are often of interest: what mutation begins with. */
#include "world.h"

#include "../bridge.h"

#include <string.h>

static const char *const IDS[] = {"exe_1", "exe_2", "exe_3", "main", "main-1", "a", ""};
static const char *const NAMES[] = {"TOKEN", "PATH", "A", "LONG_NAME_WITH_1", "_", "HOME", "TERM", "AMPOULE_SHELL"};
static const char *const TEXTS[] = {"", "/", "/bin:/usr/bin", "root", "1000:1000", "user:", ":", "/run/secrets/x", "/a/../b", "a b c", "'", "sh", "/bin/bash", "-i"};

static const char *one_of(const char *const *of, size_t count) { return of[any((uint32_t)count)]; }
#define ONE_OF(list) one_of(list, sizeof list / sizeof *list)

static void value(struct writer *to) {
    static uint8_t long_one[PAIR_MAX + 16];
    uint32_t length = any(64) == 0 ? any(sizeof long_one) : any(40);
    memset(long_one, any(256) == 0 ? 0 : 'v', length);
    write_bytes(to, long_one, length);
}

static void token(struct writer *to) {
    for (int i = 0; i < TOKEN_BYTES; i++) write_u8(to, (uint8_t)any(256));
}

static void config_of(struct writer *to) {
    write_u32(to, any(8) == 0 ? any(256) : (any(2) ? C_MAIN : 0) | (any(2) ? C_RESTART : 0));
    write_text(to, "sbx_1");
    write_text(to, ONE_OF(TEXTS));
    write_u32(to, any(2000));
    write_u32(to, any(3) * 10000);
    write_text(to, ONE_OF(TEXTS));
}

static void set(struct writer *to) {
    uint32_t count = any(64) == 0 ? any(ENTRIES_MAX + 2) : any(6);
    write_u32(to, any(1000));
    write_u32(to, 1);
    write_u64(to, any(4));
    write_u32(to, any(3) * 100);
    write_u16(to, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++) {
        bool has = any(4) != 0;
        write_text(to, ONE_OF(NAMES));
        write_text(to, ONE_OF(IDS));
        write_u32(to, any(4));
        write_u32(to, any(4));
        write_u8(to, any(4) == 0);
        write_text(to, any(2) ? "" : ONE_OF(TEXTS));
        write_u8(to, has);
        if (has) value(to);
    }
}

static void pairs(struct writer *to, uint32_t count) {
    write_u16(to, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++) {
        char pair[64];
        size_t name = strlen(strcpy(pair, ONE_OF(NAMES)));
        pair[name] = '=';
        strcpy(pair + name + 1, ONE_OF(TEXTS));
        write_text(to, pair);
    }
}

static void exec(struct writer *to) {
    write_text(to, ONE_OF(IDS));
    token(to);
    write_u32(to, any(8));
    write_text(to, ONE_OF(TEXTS));
    write_text(to, ONE_OF(TEXTS));
    write_u16(to, (uint16_t)any(200));
    write_u16(to, (uint16_t)any(200));
    uint32_t words = any(64) == 0 ? any(WORDS_MAX + 2) : any(4);
    write_u16(to, (uint16_t)words);
    for (uint32_t i = 0; i < words; i++) write_text(to, ONE_OF(TEXTS));
    pairs(to, any(64) == 0 ? any(WORDS_MAX + 2) : any(4));
}

static void to_init(struct writer *to, uint8_t type) {
    if (type == F_SET) set(to);
    else if (type == F_EXEC) exec(to);
    else if (type == F_PING) write_u32(to, any(9));
    else if (type == F_WELCOME) {
        write_u16(to, (uint16_t)any(3));
        token(to);
        token(to);
        config_of(to);
    } else if (type == F_CHALLENGE) {
        for (int i = 0; i < 3; i++) token(to);
    } else if (type == F_GOODBYE) {
        write_u16(to, (uint16_t)any(4));
        write_text(to, ONE_OF(TEXTS));
    } else if (type == F_END) {
        write_text(to, ONE_OF(IDS));
        write_u32(to, any(3) * 100);
        write_text(to, ONE_OF(TEXTS));
    } else {
        write_text(to, ONE_OF(IDS));
        token(to);
        write_u32(to, any(3));
        write_u32(to, any(2) ? UINT32_MAX : any(20));
    }
}

size_t seed_frame(enum side side, uint8_t *into, size_t room) {
    static const uint8_t first[] = {F_WELCOME, F_CHALLENGE, F_GOODBYE, F_SET};
    static const uint8_t trusted[] = {F_SET, F_SET, F_SET, F_EXEC, F_EXEC, F_END, F_ATTACH, F_PING, F_WELCOME, F_GOODBYE};
    struct writer to = writer_of(into, room);
    if (side == TO_INIT_FIRST || side == TO_INIT) {
        uint8_t type = side == TO_INIT ? trusted[any(sizeof trusted)] : first[any(sizeof first)];
        frame_begin(&to, type);
        to_init(&to, type);
    } else if (side == TO_KEEPER) {
        bool resize = any(3) == 0;
        frame_begin(&to, resize ? F_RESIZE : F_INPUT);
        if (resize) write_u32(&to, any(0x10000));
        else for (uint32_t left = any(64) == 0 ? any(100000) : any(50); left > 0; left--) write_u8(&to, 'i');
    } else if (side == TO_BRIDGE) {
        static const uint8_t types[] = {F_WANT, F_WANT_NEWER, F_WANT_SOME};
        uint8_t type = types[any(sizeof types)];
        frame_begin(&to, type);
        if (type == F_WANT_NEWER) write_u32(&to, any(3));
        if (type == F_WANT_NEWER) write_u64(&to, any(5));
        uint16_t some = (uint16_t)any(SOME_MAX + 2);
        if (type == F_WANT_SOME) write_u16(&to, some);
        for (uint16_t i = 0; type == F_WANT_SOME && i < some; i++) write_text(&to, ONE_OF(TEXTS));
    } else {
        frame_begin(&to, F_ENVIRONMENT);
        write_u32(&to, any(3));
        write_u64(&to, any(5));
        write_text(&to, ONE_OF(TEXTS));
        pairs(&to, any(3));
        pairs(&to, any(64) == 0 ? any(ENTRIES_MAX + 2) : any(6));
    }
    return frame_end(&to) ? to.used : 0;
}

size_t seed_welcome(uint8_t *into, size_t room, const uint8_t key[KEY_BYTES]) {
    struct writer to = writer_of(into, room);
    frame_begin(&to, F_WELCOME);
    write_u16(&to, 1);
    write_raw(&to, key, KEY_BYTES);
    config_of(&to);
    return frame_end(&to) ? to.used : 0;
}
