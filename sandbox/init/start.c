/* PID 1 from its first instruction to its loop: nothing of the user runs before the first SET. */
#include "core.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

char **base_environment;
rlim_t core_limit, files_limit;

noreturn void fail(const char *format, ...) {
    va_list words;
    va_start(words, format);
    fputs("ampoule-init: ", stderr);
    vfprintf(stderr, format, words);
    fputc('\n', stderr);
    va_end(words);
    exit(STATUS_FAILED);
}

void close_from(int first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) return;
#endif
    DIR *open_ones = opendir("/proc/self/fd");
    if (open_ones == NULL) return;
    struct dirent *entry;
    while ((entry = readdir(open_ones)) != NULL) {
        int fd = atoi(entry->d_name);
        if (fd >= first && fd != dirfd(open_ones)) close(fd);
    }
    closedir(open_ones);
}

noreturn void init_main(int argc, char **argv, char **envp) {
    struct rlimit limit;
    prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        core_limit = limit.rlim_cur;
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        files_limit = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    base_environment = envp;
    close_from(3);
    main_set_words(argc, argv);
    signals_begin();
    freeze_begin();
    tree_begin();
    bridge_open();
    connection_begin();
    loop_run();
}
