/* What the parts of ampoule-init know of each other. One process, one thread, one loop; nothing here may block. */
#ifndef AMPOULE_INIT_H
#define AMPOULE_INIT_H

#include "frame.h"

#include <signal.h>
#include <stdnoreturn.h>

#define PLACE "/.ampoule"
#define PLACE_LINK PLACE "/link/s"
#define PLACE_BRIDGE PLACE "/bridge"
#define PLACE_FILES PLACE "/files"
#define PLACE_BIN PLACE "/bin"

/* Given by the build; what HELLO says. */
#ifndef AMPOULE_BUILD
#define AMPOULE_BUILD "dev"
#endif

enum { STATUS_FAILED = 125, STATUS_CANNOT_RUN = 126, STATUS_NOT_FOUND = 127 };

/* loop.c: poll, timers, signals. */

typedef void watch_fn(int fd, short events, void *data);
/* `fd` stays the caller's. false: too many. */
bool loop_watch(int fd, short events, watch_fn *then, void *data);
/* 0: nothing, not even that the other end is gone. */
void loop_want(int fd, short events);
/* Before close(fd); allowed within any watch_fn. */
void loop_forget(int fd);
/* Runs until something calls exit. */
noreturn void loop_run(void);
/* Forgets everything, for a child that has a loop of its own. */
void loop_reset(void);
/* Milliseconds of CLOCK_MONOTONIC. */
int64_t now_ms(void);

struct timer {
    int64_t at;
    void (*fire)(void *data);
    void *data;
    bool armed;
    struct timer *next;
};
/* Once, after `ms`; starting it again moves it. `fire` and `data` are set by the owner before. */
void timer_start(struct timer *timer, int64_t ms);
void timer_stop(struct timer *timer);

/* config.c: what WELCOME said. */

enum config_flag {
    C_MAIN = 1,
    C_MAIN_TERMINAL = 2,
    C_HOME = 4,
    C_ONE_SHOT = 8,
    C_MAIN_STDIN = 16,
    C_RESTART = 32,
    C_INHERIT = 64,
};
struct config {
    uint32_t flags;
    char sandbox[ID_MAX + 1];
    char user[TEXT_MAX + 1];
    uint32_t grace, lease; /* ms; lease 0: never */
    char path[PATH_MAX_BYTES + 1];
};
extern struct config config;

/* live.c: the environment in force. Its bytes lie in memory that no child has: only PID 1 may look at it. */

enum entry_kind { KIND_VARIABLE = 0, KIND_FILE = 1 };
struct entry {
    char name[NAME_MAX_BYTES + 1];
    char secret[ID_MAX + 1];
    uint32_t version, floor;
    uint8_t kind;
    const char *path;     /* of a file; never empty there */
    const uint8_t *value; /* of the secret itself */
    uint32_t length;
};
struct live {
    bool ready; /* a SET is in force, and the lease runs */
    uint32_t epoch;
    uint64_t generation;
    size_t count;
    struct entry *entries;
};
extern struct live live;
/* What the variable has: the value, or a file's path. */
struct bytes entry_shown(const struct entry *entry);
/* The init's own environment (image and sandbox), NAME=value, ending in NULL. No value of a secret. */
extern char **base_environment;

/* processes.c: what /proc says. */

struct holder;
struct process {
    pid_t pid, parent;   /* parent 0: outside of this container */
    uint64_t start;      /* ticks since boot; tells one of the same pid from another */
    uint32_t threads;
    char state;
    char program[16];
    /* By table_mark alone: its parent's row, the holder whose keeper or registered process it is, steps from the top. */
    struct process *above;
    struct holder *holder;
    uint32_t depth;
};
/* false: there is none. */
bool process_read(pid_t pid, struct process *into);

/* holders.c: who was given what. */

/*
 * Before a process gets the live environment over the bridge. One below a keeper adds to what that keeper's command holds;
 * any other becomes a holder of its own (`bridge-PID-START`, STARTED now, GONE when it and all below it are gone).
 * Registering again adds what is new. It holds the entries in force that are `chosen`. false: it is gone already, or there is no room: give it nothing.
 */
bool holder_register_bridge(pid_t peer, const bool *chosen);

/* The parts that are implemented beside this core. */

/* bridge.c: run as /.ampoule/run or below /.ampoule/bin. Gives the exit status. */
int bridge_main(int argc, char **argv, const char *execfn);
/* refresh.c: run as /.ampoule/refresh. */
int refresh_main(int argc, char **argv);
/* credential.c: run as /.ampoule/credential. */
int credential_main(int argc, char **argv);
/* bridge-server.c: opens /.ampoule/bridge and watches it; called once by PID 1, before the first SET. */
void bridge_open(void);
/* There is a new SET in force: whoever waits for one (`live.ready`) can be answered. */
void bridge_live(void);
/* links.c: links in /.ampoule/bin for the names on `path`, and for those that appear; called once, after WELCOME. */
void links_begin(const char *path);

#endif
