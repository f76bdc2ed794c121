/* The prompt hook: how a shell that is open learns of variables that changed. */
#ifndef AMPOULE_HOOK_H
#define AMPOULE_HOOK_H

#include "frame.h"

#define PLACE_HOOK PLACE "/hook"
#define PLACE_GENERATION PLACE "/generation"
/* What a shell with the hook has: "EPOCH.GENERATION", and the names that are its caller's own. */
#define HOOK_STATE "AMPOULE_SHELL"

enum { GENERATION_TEXT = 40 };

/* As it stands in PLACE_GENERATION, without the newline. */
void generation_text(char into[GENERATION_TEXT], uint32_t epoch, uint64_t generation);
/* The variable, NAME=value, by which this shell calls the hook; NULL: it is no shell, or will not be interactive. */
const char *hook_variable(const char *program, char *const *argv, bool terminal);
/* Writes the hook's file. Called once. */
void hook_write(void);
/* Tells open shells which generation is in force. */
void hook_tell(uint32_t epoch, uint64_t generation);

#endif
