/* What the files of the core know of each other, besides init.h. */
#ifndef AMPOULE_CORE_H
#define AMPOULE_CORE_H

#include "init.h"

#include <sys/resource.h>

/* start.c */
/* Soft limits that commands get back. */
extern rlim_t core_limit, files_limit;
noreturn void init_main(int argc, char **argv, char **envp);
/* Says why on stderr, and ends with 125. */
noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Closes every descriptor from `first` on. */
void close_from(int first);

/* signals.c */
void signals_begin(void);
/* As before signals_begin; for a child. */
void signals_restore(void);

/* hmac.c */
struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};
void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *at, size_t length);
void sha256_end(struct sha256 *hash, uint8_t digest[32]);
void hmac_sha256(const void *key, size_t key_length, const void *text, size_t length, uint8_t digest[32]);

/* connection.c: the one trusted connection. */
void connection_begin(void);
/* A frame for the daemon, to be ended by report_end; while there is no trusted connection it goes nowhere. */
struct writer *report_begin(uint8_t type);
void report_end(void);
/* So many bytes more leave room for what matters more. */
bool report_room(size_t bytes);
/* Gives what is queued up to `ms` to leave; for an init that is about to end. */
void connection_drain(int64_t ms);

/* control.c: what the daemon says. false: the connection is to be closed. */
bool control_frame(struct frame *frame);
void refuse(uint32_t seq, const char *id, uint16_t code, const char *reason);

/* config.c */
bool config_read(struct reader *from);

/* report.c */
struct holder;
void report_state(void);
void report_started(const struct holder *holder);
void report_ended(const struct holder *holder, int32_t code, uint32_t signal, const char *reason);
void report_gone(const struct holder *holder);
/* What its ring ends with, for the daemon to keep; nothing where it has none or the daemon is slow to hear. */
void report_last(const struct holder *holder);

/* live.c */
struct set_head {
    uint32_t seq, epoch;
    uint64_t generation;
    uint32_t grace;
};
/* Makes of a SET what would be in force. 0: made; else a code of REFUSED, with the reason; -1: malformed. */
int live_make(struct reader *from, struct set_head *head, struct live *into, const char **reason);
/* Wipes and gives back. */
void live_drop(struct live *old);

/* grants.c: what a holder was given; shared, counted. */
struct held {
    char name[NAME_MAX_BYTES + 1];
    char secret[ID_MAX + 1];
    uint32_t version;
};
struct grant {
    unsigned users;
    size_t count;
    struct held held[];
};
/* NULL: no memory. Each of the three gives one user more. `chosen`: these entries alone; NULL: all. */
struct grant *grant_of(const struct live *from, const bool *chosen);
struct grant *grant_keep(struct grant *grant);
/* What is in either; gives `one` itself where that has all of it. */
struct grant *grant_union(struct grant *one, struct grant *other);
void grant_drop(struct grant *grant);
/* true when `next` takes something of it away. */
bool grant_hit(const struct grant *grant, const struct live *next);
/* Grant of the set in force; changes with each SET. */
extern struct grant *current_grant;
/* Everything is noted that was in force, for what left no known holder may have been given any of it. */
void given_add(struct grant *grant);
/* true when `next` takes something away that was given at any time and may still be held. */
bool given_hit(const struct live *next);
/* Nothing of unknown origin is left: what the known holders have is all there is. */
void given_settle(void);

/* holders.c */
enum holder_kind { HOLDS_MAIN = 0, HOLDS_COMMAND = 1, HOLDS_BRIDGE = 2 };
struct holder {
    bool used;
    char id[ID_MAX + 1];
    uint8_t kind;
    uint32_t flags; /* of its EXEC */
    pid_t keeper;   /* 0 with the bridge, and once it is lost */
    int control;    /* to the keeper; with the bridge a pidfd or -1 */
    pid_t pid;      /* own process, 0 before it is known */
    uint64_t start; /* with the bridge */
    int64_t since;
    char program[16];
    struct grant *grant;
    bool over;    /* its own process has ended, and ENDED is said */
    bool lost;    /* keeper or subreaper is dead: what it left is of unknown origin */
    bool drained; /* its output has left */
    int32_t code;
    uint32_t signal;
    bool ending, revoked; /* to be ended; because of a SET or the lease */
    bool doomed;          /* its keeper is being ended: it had not started its program */
    bool restart;         /* main: ended so that it begins again */
    int64_t kill_at;      /* while ending */
    int64_t killed_at;    /* 0: not yet */
    char reason[128]; /* why it is ended */
    struct ring *ring; /* shared with its keeper; main's is the same at each start */
};
enum { HOLDERS_MAX = 4096 };
extern struct holder holders[HOLDERS_MAX];
extern size_t holders_top;
#define EACH_HOLDER(h) for (struct holder *h = holders; h < holders + holders_top; h++) if (h->used)
struct holder *holder_new(const char *id, uint8_t kind);
struct holder *holder_find(const char *id);
struct holder *holder_of_keeper(pid_t keeper);
/* Nothing of it is left. */
void holder_gone(struct holder *holder);
/* Its keeper has ended; `clean`: by itself, when nothing was below it any more. */
void holder_keeper_ended(struct holder *holder, bool clean);
/* Looks whether lost holders have anything left. */
void holders_look(void);

/* processes.c */
enum { PROCESSES_MAX = 65536 };
struct table {
    struct process *rows; /* by pid */
    size_t count;
    bool whole; /* false: something could not be read, so there may be more */
};
bool table_open(struct table *table);
void table_scan(struct table *table);
struct process *table_find(const struct table *table, pid_t pid);
/* Runs no more: gone, another one, or a zombie without threads. */
bool process_over(pid_t pid, uint64_t start);
/* true: the row itself does not run any more. */
bool row_over(const struct process *row);

/* origin.c: where a process belongs. */
enum origin {
    ORIGIN_INIT,
    ORIGIN_KEEPER,
    ORIGIN_KNOWN,   /* below a keeper or a registered process */
    ORIGIN_ORPHAN,  /* came to the init because nobody else was above it */
    ORIGIN_OUTSIDE, /* `docker exec` */
    ORIGIN_UNCLEAR, /* its parent ended while we looked */
};
typedef bool ask_fn(const struct holder *holder);
/* Fills `above`, `holder` and `depth` of each row. */
void table_mark(struct table *table);
/* `*hit`: it is below a holder for which `ask` says yes (NULL: nobody is asked). */
enum origin origin_of(const struct process *row, ask_fn *ask, bool *hit);

/* freeze.c: the kill that nothing outruns. */
struct killed {
    size_t killed; /* processes that got SIGKILL */
    size_t immune; /* that may not be signalled */
};
void freeze_begin(void);
/* Stops the container, kills what is below the holders `ask` says and everything of unknown origin, lets the others go on. */
struct killed freeze_and_kill(ask_fn *ask);
/* As tree_alive with those of unknown origin, while nothing moves: a look at what runs can miss a chain of forks. */
size_t freeze_and_count(ask_fn *ask, size_t *immune);
/* What `see` says of `scanned` while nothing moves. */
bool freeze_and_see(bool (*see)(void));
/* tree.c: the same for what is below some holders, while the others run on. */
void tree_begin(void);
/* SIGKILL; a holder whose keeper it is knows that it goes. */
bool end_row(const struct process *row);
/* Kills; `orphans`: with what came to the init. */
size_t tree_kill(ask_fn *ask, bool orphans);
/* TERM and CONT; gives how many. */
size_t tree_terminate(ask_fn *ask);
/* How many run; `unknown`: with those of unknown origin that were there at the last freeze. `immune`: may not be signalled. */
size_t tree_alive(ask_fn *ask, bool unknown, size_t *immune);
/* The same of what the last scan saw; never 0 where that was not whole. */
size_t table_alive(ask_fn *ask, bool unknown, size_t *immune);
/* Start of the youngest process that the last freeze saw. */
extern uint64_t freeze_youngest;
extern struct table scanned;

/* ending.c */
/* Ends one holder and what came of it. */
void ending_one(struct holder *holder, uint32_t grace, const char *reason);
/*
 * Ends what `next` takes away (NULL: everything that holds), and answers DONE for `seq`. `main_too`: also a main that holds none
 * of it. `taken`: the set before had something that this one has not, so what has no known origin ends too.
 */
void ending_set(const struct live *next, uint32_t seq, uint32_t grace, bool main_too, bool taken);
/* TERM before the lease runs out; lease_ending when it did. */
void ending_warn(void);
void ending_lease(void);
/* TERM was sent because the lease is about to run out. */
extern bool ending_warned;
/* Something ended: looks whether an ending is over. */
void ending_look(void);
bool ending_runs(void);

/* files.c */
/* Writes what is new beside what is there; 0 or a code of REFUSED. Nothing is changed before files_commit. */
int files_prepare(const struct live *next, const char **reason);
void files_commit(const struct live *next);
/* Overwrites and removes all. */
void files_wipe(void);

/* lease.c */
void lease_renew(void);
extern bool lease_out;
/* control.c: there was a SET since the start. */
extern bool had_set;

/* user.c: users as Docker resolves them. */
enum { GROUPS_MAX = 1024 };
struct user {
    uint32_t uid, gid;
    size_t group_count;
    uint32_t groups[GROUPS_MAX];
    char home[PATH_MAX_BYTES + 1];
};
/* NULL, or why not. */
const char *user_find(const char *wanted, struct user *into);

/* block.c: all that one command is given, in a mapping of its own, wiped in each process that has it. */
struct block {
    size_t size;
    uint32_t flags;
    uint16_t columns, rows;
    uint8_t token[TOKEN_BYTES];
    bool has_token, inherit, home_kept, open_input;
    uint32_t start; /* of main: which one; else 0 */
    const char *user, *workdir;
    char **argv, **envp;
    size_t env_count; /* room for one more, and NULL, follows */
};
struct words {
    size_t count;
    struct bytes *at;
};
struct block *block_make(const char *user, const char *workdir, const struct words *argv, const struct words *env, bool terminal);
void block_drop(struct block *block);
const char *block_value(const struct block *block, const char *name);

/* command.c: what runs in the child, until the program of the user takes over. */
enum exec_flag { X_TERMINAL = 1, X_STDIN = 2, X_DETACHED = 4 };
struct failure {
    int32_t code;
    char reason[232];
};
/* Never returns; writes a struct failure to `report` when it could not. */
noreturn void command_execute(struct block *block, const struct user *user, int report);

/* ring.c: the last output of a command. */
/* Bytes of a record; small, so that dropping the oldest loses little. */
enum { RECORD_MAX = 4096 };
struct written {
    uint64_t begin, end; /* offsets since the beginning; end - begin is what is there */
    uint8_t data[];
};
/* The keeper writes, the init reads, and takes nothing that it reads for true. */
struct ring {
    size_t capacity; /* bytes of data */
    struct written *shared;
};
struct ring *ring_make(size_t capacity);
/* Children that are forked from now on do not have it. */
void ring_hide(struct ring *ring);
void ring_free(struct ring *ring);
void ring_put(struct ring *ring, uint8_t stream, const void *at, size_t length);
/* Next record at or after `*at`, at most `most` bytes of it; 0: none. Moves `*at` on. */
size_t ring_get(const struct ring *ring, uint64_t *at, uint8_t *stream, void *into, size_t most);
/* Where older output was dropped, the next of each stream says so: the rest of a value may come first. */
enum { STREAM_CUT = 0x80 };
struct edge {
    bool cut[2];
};
struct edge edge_of(bool cut);
/* The stream of the next piece, with STREAM_CUT if it is the first after an edge. */
uint8_t edge_stream(struct edge *edge, uint8_t stream);
/* Where somebody reads. */
struct place {
    uint64_t at, end; /* the next record, and what was there when the reading began */
    size_t skip;      /* bytes of the first record that are not wanted */
    struct edge edge;
};
/* Before the last `lines` lines of what came at `since` or later; UINT32_MAX: before all of it. */
struct place ring_tail(const struct ring *ring, uint64_t since, uint32_t lines);

/* ends.c: the two sides of what a command reads and writes. */
struct ends {
    int out, err, input;   /* the keeper's; with a terminal out is the master and input another descriptor of it */
    int command[3];        /* the command's */
};
/* NULL, or why not. */
const char *ends_open(struct ends *ends, const struct block *block, const struct user *user);
/* In the child: becomes leader of a session, and 0, 1, 2 are what the command is to have. */
void ends_take(struct ends *ends, const struct block *block);
/* In the keeper: closes the command's side. */
void ends_close(struct ends *ends);

/* stream.c: connections of a keeper to the daemon, and what flows between them and the command. */
void stream_begin(struct ring *ring, bool terminal, uint32_t start);
/* Descriptors of the command; -1: none. */
void stream_sources(int out, int err, int input);
/* Connects with the token, as the one client of a command that is not detached. */
void stream_connect(const uint8_t token[TOKEN_BYTES]);
enum attach_flag { ATTACH_FOLLOW = 1 };
struct message;
/* Connects with the token; the last lines of the ring come first. */
void stream_attach(const struct message *asked);
/* The command's own process has ended: what is in the pipes, then EXIT. */
void stream_exit(int32_t code, uint32_t signal, const char *reason);
/* All is said, to everyone. */
bool stream_idle(void);
/* keeper.c: something may be over. */
void keeper_look(void);
void keeper_report(char kind, int32_t code, uint32_t number, const char *text);

/* keeper.c */
struct message {
    char kind;
    int32_t code;
    uint32_t number;
    uint32_t flags;
    uint64_t since;
    uint8_t token[TOKEN_BYTES];
    char text[232];
};
enum message_kind {
    M_STARTED = 'S', /* number: pid */
    M_ENDED = 'E',   /* code, number: signal, text: reason */
    M_DRAINED = 'D',
    M_LOST = 'L',    /* the client is gone */
    M_ATTACH = 'A',  /* token, flags, since: offset in the ring, number: lines */
    M_REASON = 'R',  /* why it is ended */
};
/* Forks the keeper and wipes `block` here. false with errno: it could not. */
bool keeper_start(struct holder *holder, struct block *block, struct ring *ring);
void keeper_tell(struct holder *holder, const struct message *message);

/* main-process.c */
void main_set_words(int argc, char **argv);
/* There is a new set in force. */
void main_live(void);
/* What it is for; sends it on. */
void main_signal(int signal);
void main_over(struct holder *holder);
/* It was ended for a SET and may begin again. */
void main_again(void);
struct holder *main_holder(void);
/* Where the output of its N-th start and later ones begins in the ring; of those long ago, what is known. false: no such start. */
bool main_since(struct bytes digits, uint64_t *since);

/* commands.c: EXEC, ATTACH, END. */
bool command_exec(struct reader *from);
bool command_attach(struct reader *from);
bool command_end(struct reader *from);
void keeper_said(int fd, short events, void *data);
/* What the keepers of new commands have said already: whether their command runs. */
void keepers_hear(void);

#endif
