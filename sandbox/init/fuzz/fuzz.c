/*
 * Feeds mutated frames to the parts of ampoule-init that read any, both ends of both sockets, and runs what follows from
 * them in a played world. Built with ASan and UBSan: whatever they find ends it. `fuzz COUNT [SEED]`; the seed is printed.
 */
#include "world.h"

#include "../credential.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t buffer[FRAME_MAX + 4096], key[KEY_BYTES] = {1, 2, 3};
static unsigned long mutated, passed;
static const char *part = "";

static void set_length(size_t size) {
    uint32_t length = (uint32_t)(size - FRAME_HEAD);
    for (int i = 0; i < FRAME_HEAD; i++) buffer[i] = (uint8_t)(length >> (8 * i));
}

/* One change. Gives the new size. */
static size_t change(size_t size) {
    static const uint32_t numbers[] = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 131072, 1048576, 2097152};
    size_t at = FRAME_HEAD + any((uint32_t)(size - FRAME_HEAD)), length = 1 + any(16);
    uint32_t number = numbers[any(sizeof numbers / sizeof *numbers)];
    switch (any(8)) {
    case 0: buffer[at] ^= (uint8_t)(1u << any(8)); return size;
    case 1: buffer[at] = (uint8_t)any(256); return size;
    case 2:
        for (size_t i = 0; i < 4 && at + i < size; i++) buffer[at + i] = (uint8_t)(number >> (8 * i));
        return size;
    case 3: return at > FRAME_HEAD ? at : size;
    case 4: /* more of something */
        if (size + length > sizeof buffer) return size;
        memmove(buffer + at + length, buffer + at, size - at);
        for (size_t i = 0; i < length; i++) buffer[at + i] = (uint8_t)any(256);
        return size + length;
    case 5: /* less of something */
        if (at + length >= size) return size;
        memmove(buffer + at, buffer + at + length, size - at - length);
        return size - length;
    case 6: /* one part over another */
        if (at + length < size) memmove(buffer + FRAME_HEAD + 1 + any((uint32_t)(at - FRAME_HEAD)), buffer + at, length);
        return size;
    default: buffer[FRAME_HEAD] = (uint8_t)any(0x60); return size;
    }
}

/* Sometimes as it is, so that states are reached; mostly changed. */
static size_t next_frame(enum side side) {
    size_t size = seed_frame(side, buffer, sizeof buffer);
    if (size == 0) return 0;
    if (any(4) == 0) {
        passed++;
        return size;
    }
    for (uint32_t i = 1 + any(3); i > 0; i--) size = change(size);
    set_length(size);
    if (any(16) == 0) buffer[any(FRAME_HEAD)] = (uint8_t)any(256);
    mutated++;
    return size;
}

/* Writes to the far end, and lets the near end read as it fills. */
static void say(const uint8_t *bytes, size_t size) {
    static uint8_t heard[65536];
    int near = near_end, far = far_end;
    for (size_t at = 0; at < size && far == far_end && world_watches(near);) {
        ssize_t sent = send(far, bytes + at, size - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) at += (size_t)sent;
        else if (errno != EAGAIN || (world_wants(near) & POLLIN) == 0) break;
        world_deliver(near, POLLIN);
    }
    while (far == far_end && recv(far, heard, sizeof heard, MSG_DONTWAIT) > 0) continue;
    if (far == far_end && (world_wants(near) & POLLOUT)) world_deliver(near, POLLOUT);
}

static void hang_up(void) {
    int near = near_end;
    if (far_end >= 0) close(far_end);
    far_end = -1;
    loop_want(near, POLLIN);
    world_deliver(near, POLLIN | POLLHUP);
}

/* The daemon's answer to RESUME, with the proof that the init waits for. */
static void prove(void) {
    uint8_t text[6 + 2 * TOKEN_BYTES] = "daemon", digest[KEY_BYTES], heard[256];
    ssize_t got = recv(far_end, heard, sizeof heard, MSG_DONTWAIT);
    if (got > FRAME_HEAD + TOKEN_BYTES && heard[FRAME_HEAD] == F_RESUME) {
        memcpy(text + 6, heard + got - TOKEN_BYTES, TOKEN_BYTES);
        hmac_sha256(key, KEY_BYTES, text, sizeof text, digest);
        struct writer to = writer_of(buffer, sizeof buffer);
        frame_begin(&to, F_CHALLENGE);
        write_raw(&to, text + 6 + TOKEN_BYTES, TOKEN_BYTES);
        write_raw(&to, digest, KEY_BYTES);
        frame_end(&to);
        say(buffer, to.used);
    }
    say(buffer, seed_welcome(buffer, sizeof buffer, key));
}

static void fuzz_control(void) {
    static bool begun;
    part = "control";
    if (!begun) connection_begin();
    else world_pass(1000);
    bool first = !begun;
    begun = true;
    if (first || any(4) != 0) prove();
    else if (any(2)) say(buffer, next_frame(TO_INIT_FIRST));
    for (uint32_t left = 1 + any(40); left > 0 && world_watches(near_end); left--) {
        say(buffer, next_frame(TO_INIT));
        world_live_on();
        world_pass(any(40));
    }
    hang_up();
    if (any(30) == 0) {
        live_drop(&live);
        live = (struct live){0};
    }
}

static void fuzz_keeper(void) {
    static int pipe_of_input[2] = {-1, -1};
    static uint8_t drained[65536], token[TOKEN_BYTES];
    part = "keeper";
    if (pipe_of_input[0] < 0) {
        if (pipe2(pipe_of_input, O_NONBLOCK) != 0) abort();
        stream_begin(NULL, false, 0);
        stream_sources(-1, -1, pipe_of_input[1]);
    }
    stream_connect(token);
    for (uint32_t left = 1 + any(40); left > 0 && world_watches(near_end); left--) {
        size_t size = next_frame(TO_KEEPER);
        /* The end of input closes it for good. */
        if (size == FRAME_HEAD + 1 && buffer[FRAME_HEAD] == F_INPUT) continue;
        say(buffer, size);
        while (read(pipe_of_input[0], drained, sizeof drained) > 0) world_deliver(pipe_of_input[1], POLLOUT);
    }
    hang_up();
}

static void fuzz_bridge_server(void) {
    static bool begun;
    static int listener;
    part = "bridge's server";
    if (!begun) {
        bridge_open();
        listener = near_end;
    }
    begun = true;
    world_deliver(listener, POLLIN);
    say(buffer, next_frame(TO_BRIDGE));
    if (any(4) == 0) bridge_live();
    world_pass(any(3000));
    hang_up();
    world_live_on();
}

static void fuzz_bridge_client(void) {
    static char *run[] = {"/.ampoule/run", "sh", "-i", NULL}, *name[] = {"dash", NULL}, *refresh[] = {"refresh", NULL};
    static char *credential[] = {"credential", "env", "TOKEN", NULL};
    part = "bridge's client";
    answer = buffer;
    answer_length = next_frame(TO_CLIENT);
    if (answer_length == 0) return;
    switch (any(4)) {
    case 0: bridge_main(3, run, "/.ampoule/run"); break;
    case 1: bridge_main(1, name, "/.ampoule/bin/dash"); break;
    case 2: credential_main(3, credential); break;
    default: refresh_main(1, refresh); break;
    }
    answer_length = 0;
}

/* Lines of git's, in memory of their exact size. */
static void fuzz_credential(void) {
    static const char *const said[] = {"protocol=https", "host=github.com", "host=", "username=me", "capability[]=authtype", "path", "=", "\n", "\n", "\r"};
    char text[256] = "";
    struct credential read;
    part = "credential";
    for (uint32_t left = any(12); left > 0; left--) strcat(strcat(text, said[any(sizeof said / sizeof *said)]), any(3) == 0 ? "" : "\n");
    size_t length = strlen(text);
    for (uint32_t left = any(3); left > 0 && length > 0; left--) text[any((uint32_t)length)] = (char)any(256);
    char *exact = strdup(text);
    mutated++;
    if (exact != NULL && credential_read(exact, &read))
        for (const struct account *account = accounts; account->variables[0] != NULL; account++) {
            account_has(account, read.username, read.host);
            account_has(account, NULL, read.protocol);
        }
    free(exact);
}

int main(int argc, char **argv) {
    static char *environment[] = {"PATH=/.ampoule/bin:/bin", "TOKEN=own", "HOME=/root", NULL};
    static char *words[] = {"init", "sh", NULL};
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    if (argc > 2) world_seed = strtoull(argv[2], NULL, 10);
    else if (getentropy(&world_seed, sizeof world_seed) != 0) return 1;
    if (world_seed == 0) world_seed = 1;
    printf("seed %llu\n", (unsigned long long)world_seed);
    fflush(stdout);
    base_environment = environment;
    setenv("PATH", "/.ampoule/bin:/nonexistent:/bin", 1);
    setenv("TOKEN", "own", 1);
    setenv("AMPOULE_SHELL", "1.2 TOKEN HOME", 1);
    main_set_words(2, words);
    freeze_begin();
    tree_begin();
    while (mutated < count) {
        if (setjmp(world_end) != 0) {
            /* It would have ended here. */
            live_drop(&live);
            live = (struct live){0};
            answer_length = 0;
            hang_up();
            continue;
        }
        switch (any(5)) {
        case 4: fuzz_credential(); break;
        case 0: fuzz_keeper(); break;
        case 1: fuzz_bridge_server(); break;
        case 2: fuzz_bridge_client(); break;
        default: fuzz_control(); break;
        }
    }
    printf("%lu mutated frames, %lu as they were, nothing found (last: %s)\n", mutated, passed, part);
    return 0;
}
