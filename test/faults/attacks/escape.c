/*
 * Ways to get away from whoever wants to end a process: what the tests of revocation start inside a container. Every
 * process that it makes writes "pid start" (as /proc/self/stat has them) into a file before it does anything else, and
 * "ready" stands there once the attack is complete.
 *
 *   escape WAY FILE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHAINS = 6, CROWD = 4, LINKS_UNTIL_READY = 8, STACK = 64 * 1024 };

static int record_fd;

static void say(const char *line)
{
	if (write(record_fd, line, strlen(line)) < 0)
		_exit(1);
}

/* Without malloc and stdio's buffers, for it is also called in a child that shares our memory. */
static void record(void)
{
	char text[1024], line[64];
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		_exit(1);
	text[length] = 0;
	char *at = strrchr(text, ')');
	for (int field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		_exit(1);
	snprintf(line, sizeof line, "%d %llu\n", atoi(text), strtoull(at, NULL, 10));
	say(line);
}

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

/* 0 in a child that has recorded itself. */
static pid_t offspring(void)
{
	pid_t pid = fork();

	if (pid == 0)
		record();
	return pid;
}

/* Each link forks the next one and ends; every other one leaves its session. Only the first chain says ready. */
static _Noreturn void chain(int number)
{
	for (unsigned link = 0;; link++) {
		pid_t pid = offspring();
		if (pid > 0)
			_exit(0);
		if (pid < 0) {
			sched_yield();
			continue;
		}
		if (link % 2)
			setsid();
		if (number == 0 && link == LINKS_UNTIL_READY)
			say("ready\n");
	}
}

static _Noreturn void chains(void)
{
	for (int number = CHAINS - 1; number > 0; number--)
		if (offspring() == 0)
			chain(number);
	chain(0);
}

/* setsid and a double fork; the command itself is over at once. */
static _Noreturn void daemons(void)
{
	int gone[2];

	if (pipe(gone) < 0)
		_exit(1);
	for (int n = 0; n < CROWD; n++) {
		if (offspring() > 0)
			continue;
		setsid();
		if (offspring() > 0)
			_exit(0);
		close(gone[1]);
		stay();
	}
	close(gone[1]);
	/* All first children and all daemons have closed it once the read ends. */
	char nothing;
	while (read(gone[0], &nothing, 1) > 0)
		;
	say("ready\n");
	_exit(0);
}

/* A crowd that stays, each after `change`; the command stays above it. */
static _Noreturn void crowd(void (*change)(void))
{
	for (int n = 0; n < CROWD; n++)
		if (offspring() == 0) {
			change();
			stay();
		}
	change();
	say("ready\n");
	stay();
}

static void nothing(void) {}

static void deaf(void)
{
	sigset_t all;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

/* Children that are stopped, and one that stops again whoever lets it go on. */
static _Noreturn void stopped(void)
{
	for (int n = 0; n < CROWD; n++)
		if (offspring() == 0)
			for (;;)
				raise(SIGSTOP);
	for (int n = 0; n < CROWD; n++)
		waitpid(-1, NULL, WUNTRACED);
	say("ready\n");
	stay();
}

static int borrowed(void *unused)
{
	(void)unused;
	record();
	say("ready\n");
	stay();
}

/* The parent is in state D until the child, which has its memory, ends. */
static _Noreturn void vforked(void)
{
	static char stack[STACK] __attribute__((aligned(16)));

	if (offspring() == 0)
		stay();
	clone(borrowed, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	stay();
}

static void *live_on(void *last)
{
	if (last != NULL) {
		/* The leader is a zombie now. */
		usleep(20000);
		say("ready\n");
	}
	stay();
}

static _Noreturn void headless(void)
{
	pthread_t thread;

	for (int n = 0; n < CROWD; n++)
		if (pthread_create(&thread, NULL, live_on, n == CROWD - 1 ? &record_fd : NULL) != 0)
			_exit(1);
	syscall(SYS_exit, 0);
	abort();
}

/* As many as the limit lets there be, and again whenever there is room. */
static _Noreturn void bomb(void)
{
	int told = 0;
	pid_t first = getpid();

	for (;;) {
		if (offspring() >= 0)
			continue;
		if (getpid() == first && !told) {
			told = 1;
			say("ready\n");
		}
		usleep(2000);
	}
}

static void spin(void)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static _Noreturn void starve(void)
{
	for (int n = 0; n < CROWD; n++)
		if (offspring() == 0)
			spin();
	say("ready\n");
	for (;;)
		spin();
}

/* Does this to the process above, where it may, and leaves daemons. */
static _Noreturn void against_parent(int number)
{
	if (getppid() > 1)
		kill(getppid(), number);
	daemons();
}

/* Not children but siblings: of whoever started this, be it outside the container. Deaf, unlike the command itself. */
static _Noreturn void siblings(void)
{
	for (int n = 0; n < CROWD; n++)
		if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, 0L) == 0) {
			record();
			deaf();
			if (n == CROWD - 1)
				say("ready\n");
			stay();
		}
	stay();
}

/* A chain whose every link asks the init again for what there is. */
static _Noreturn void ask(const char *file)
{
	for (;;) {
		if (fork() > 0)
			_exit(0);
		execl("/.ampoule/run", "/.ampoule/run", "/attack/escape", "ask", file, (char *)NULL);
		sched_yield();
	}
}

static void knock(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && write(fd, "\1\0\0\0P", 5) < 0)
		sched_yield();
	close(fd);
}

/* Keeps the init and the daemon busy with connections. */
static _Noreturn void flood(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int n = 0; n < CROWD; n++)
		if (offspring() == 0)
			for (;;) {
				knock("/.ampoule/bridge");
				knock("/.ampoule/link/s");
			}
	say("ready\n");
	stay();
}

/* Takes memory until the kernel ends one of them, and then again. */
static _Noreturn void hoard(void)
{
	for (unsigned n = 0;; n++) {
		if (offspring() == 0)
			for (;;) {
				char *more = malloc(1 << 20);
				if (more != NULL)
					memset(more, 1, 1 << 20);
			}
		usleep(20000);
		if (n == CROWD)
			say("ready\n");
		if (n >= CROWD)
			wait(NULL);
	}
}

/* Each is traced by the one that made it, and would stop once more before it ends. */
static _Noreturn void traced(void)
{
	for (int n = 0; n < CROWD; n++) {
		pid_t pid = offspring();
		if (pid == 0)
			stay();
		if (pid > 0 && ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT) != 0)
			say("untraced\n");
	}
	say("ready\n");
	stay();
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "escape WAY FILE\n");
		return 2;
	}
	record_fd = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (record_fd < 0) {
		perror(argv[2]);
		return 1;
	}
	record();
	const char *way = argv[1];
	if (strcmp(way, "chains") == 0)
		chains();
	if (strcmp(way, "daemons") == 0)
		daemons();
	if (strcmp(way, "crowd") == 0)
		crowd(nothing);
	if (strcmp(way, "deaf") == 0)
		crowd(deaf);
	if (strcmp(way, "stopped") == 0)
		stopped();
	if (strcmp(way, "vfork") == 0)
		vforked();
	if (strcmp(way, "headless") == 0)
		headless();
	if (strcmp(way, "bomb") == 0)
		bomb();
	if (strcmp(way, "starve") == 0)
		starve();
	if (strcmp(way, "siblings") == 0)
		siblings();
	if (strcmp(way, "ask") == 0) {
		static const char *const again = "AGAIN";
		if (getenv(again) != NULL)
			say("ready\n");
		setenv(again, "1", 1);
		ask(argv[2]);
	}
	if (strcmp(way, "flood") == 0)
		flood();
	if (strcmp(way, "hoard") == 0)
		hoard();
	if (strcmp(way, "traced") == 0)
		traced();
	if (strcmp(way, "stop-parent") == 0)
		against_parent(SIGSTOP);
	if (strcmp(way, "kill-parent") == 0)
		against_parent(SIGKILL);
	fprintf(stderr, "%s is no way.\n", way);
	return 2;
}
