/* The world that the fuzzed parts live in: their own loop and clock, played processes, and no effect on this machine. */
#ifndef AMPOULE_FUZZ_WORLD_H
#define AMPOULE_FUZZ_WORLD_H

#include "../core.h"

#include <setjmp.h>

/* xorshift: the same seed gives the same run. */
extern uint64_t world_seed;
uint32_t any(uint32_t below);

/* The other end of the socket that was made last, and what stands at ours. */
extern int far_end, near_end;
/* What whoever connects finds said, once; length 0: nothing. */
extern const uint8_t *answer;
extern size_t answer_length;
/* Where the part under test would have ended the process. */
extern jmp_buf world_end;

bool world_watches(int fd);
/* Calls whoever watches it. */
void world_deliver(int fd, short events);
/* What fd's watcher waits for. */
short world_wants(int fd);
void world_pass(int64_t ms);

/* One process that is played, -1: there is none. */
pid_t world_process(void);
pid_t world_outsider(void);
/* Keepers that say something, and processes that end, of themselves or because they were ended. */
void world_live_on(void);

/* seeds.c: a frame as it should be, of a kind that belongs to this connection. Gives its length with the head. */
enum side { TO_INIT_FIRST, TO_INIT, TO_KEEPER, TO_BRIDGE, TO_CLIENT };
size_t seed_frame(enum side side, uint8_t *into, size_t room);
size_t seed_welcome(uint8_t *into, size_t room, const uint8_t key[KEY_BYTES]);

#endif
