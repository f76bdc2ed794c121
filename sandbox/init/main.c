/* One program, several parts: which one is said by the path it was executed by. */
#include "init.h"

#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

noreturn void init_main(int argc, char **argv, char **envp);

static int version(void) {
    printf("ampoule-init %s, protocol %d to %d\n", AMPOULE_BUILD, PROTOCOL_OLDEST, PROTOCOL_NEWEST);
    return 0;
}

int main(int argc, char **argv, char **envp) {
    const char *execfn = (const char *)getauxval(AT_EXECFN);
    if (execfn == NULL) execfn = argc > 0 ? argv[0] : "";
    if (strcmp(execfn, PLACE "/refresh") == 0) return refresh_main(argc, argv);
    if (strcmp(execfn, PLACE "/credential") == 0) return credential_main(argc, argv);
    if (strcmp(execfn, PLACE "/run") == 0 || strncmp(execfn, PLACE_BIN "/", strlen(PLACE_BIN "/")) == 0)
        return bridge_main(argc, argv, execfn);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) return version();
    if (getpid() == 1) init_main(argc, argv, envp);
    fprintf(stderr, "ampoule-init: it is PID 1 of a sandbox; nothing is to be done with it here\n");
    return STATUS_FAILED;
}
