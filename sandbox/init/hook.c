/* The prompt hook's file, and which shells call it. The hook prints nothing, keeps $? and holds no value. */
#include "init.h"
#include "hook.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Asks the init for variables, where the generation in force is not the one that the shell has. */
#define COMPARE                                                                                                        \
    "if \\read -r AMPOULE_NOW <" PLACE_GENERATION "; then case ${" HOOK_STATE "-} in "                                   \
    "\"$AMPOULE_NOW\"|\"$AMPOULE_NOW \"*) ;; *) \\eval \"$(\\exec " PLACE "/refresh)\" ;; esac; fi"

/*
 * bash calls it before each prompt, and once more when a command was typed, which may be long after. Other shells read it
 * once: a check in their prompt sends them a signal, whose trap reads it again before the next command. The init is asked
 * for nothing until there is a newer generation. stderr is away, so that `set -x` shows no value.
 */
static const char HOOK[] =
    "# Brings the variables of an interactive shell up to date at its prompt. Written by ampoule-init.\n"
    "{ " COMPARE "; } 2>/dev/null\n"
    "if [ -n \"${BASH_VERSION-}\" ]; then\n"
    "  if [ -z \"$(\\trap -p DEBUG)\" ]; then\n"
    "    \\trap '{ AMPOULE_LAST=$_; \\trap - DEBUG; " COMPARE "; : \"$AMPOULE_LAST\"; } 2>/dev/null' DEBUG\n"
    "  fi\n"
    "else\n"
    "  \\trap '{ . " PLACE_HOOK "; } 2>/dev/null' URG\n"
    "  case ${PS1-} in\n"
    "    *" PLACE_GENERATION "*) ;;\n"
    "    *)\n"
    "      PS1='$({ \\read -r AMPOULE_NOW <" PLACE_GENERATION " && case ${" HOOK_STATE "-} in "
    "\"$AMPOULE_NOW\"|\"$AMPOULE_NOW \"*) ;; *) \\kill -URG $$ ;; esac; } 2>/dev/null)'${PS1-}\n"
    "      ;;\n"
    "  esac\n"
    "fi\n";

/* Beside it and renamed: a shell reads the whole of one or of the other. */
static void put(const char *path, const char *text, size_t length) {
    char aside[64];
    snprintf(aside, sizeof aside, "%s.new", path);
    unlink(aside);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
    bool whole = fd >= 0 && write(fd, text, length) == (ssize_t)length && fchmod(fd, 0444) == 0;
    if (fd >= 0) close(fd);
    /* Without the file no shell is told, and none is wrong. */
    if (!whole || rename(aside, path) != 0) {
        unlink(aside);
        unlink(path);
    }
}

void hook_write(void) { put(PLACE_HOOK, HOOK, sizeof HOOK - 1); }

void generation_text(char into[GENERATION_TEXT], uint32_t epoch, uint64_t generation) {
    snprintf(into, GENERATION_TEXT, "%lu.%llu", (unsigned long)epoch, (unsigned long long)generation);
}

void hook_tell(uint32_t epoch, uint64_t generation) {
    char text[GENERATION_TEXT + 1];
    generation_text(text, epoch, generation);
    strcat(text, "\n");
    put(PLACE_GENERATION, text, strlen(text));
}

static bool one_of(const char *word, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0) return true;
    return false;
}

/* Whether a shell with these arguments reads its commands from a person. */
static bool interactive(char *const *argv, bool terminal) {
    static const char *const TAKE_A_WORD[] = {"--rcfile", "--init-file", "-O", "+O", "-o", "+o", NULL};
    bool asked = false, command = false, operands = false, stdin_too = false;
    for (char *const *word = argv + (argv[0] != NULL); *word != NULL; word++) {
        const char *text = *word;
        if (strcmp(text, "--") == 0 || strcmp(text, "-") == 0) {
            operands = word[1] != NULL;
            break;
        }
        if (one_of(text, TAKE_A_WORD)) {
            if (word[1] == NULL) break;
            word++;
        } else if (strncmp(text, "--", 2) == 0) {
            continue;
        } else if (text[0] == '-' || text[0] == '+') {
            if (strchr(text, 'i') != NULL) asked = true;
            if (strchr(text, 'c') != NULL) command = true;
            if (strchr(text, 's') != NULL) stdin_too = true;
        } else {
            operands = true;
            break;
        }
    }
    return asked || (terminal && !command && (!operands || stdin_too));
}

const char *hook_variable(const char *program, char *const *argv, bool terminal) {
    static const char *const SHELLS[] = {"sh", "dash", "ash", NULL};
    const char *slash = strrchr(program, '/');
    const char *name = slash == NULL ? program : slash + 1;
    bool bash = strcmp(name, "bash") == 0;
    if ((!bash && !one_of(name, SHELLS)) || !interactive(argv, terminal)) return NULL;
    return bash ? "PROMPT_COMMAND={ . " PLACE_HOOK "; } 2>/dev/null" : "ENV=" PLACE_HOOK;
}
