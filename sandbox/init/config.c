/* What WELCOME says of the sandbox: flags, user, times, PATH. */
#include "core.h"

#include <string.h>

struct config config;

static void keep(char *into, struct bytes text) {
    memcpy(into, text.at, text.length);
    into[text.length] = 0;
}

bool config_read(struct reader *from) {
    uint32_t flags = read_u32(from);
    struct bytes sandbox = read_text(from, ID_MAX), user = read_text(from, TEXT_MAX);
    uint32_t grace = read_u32(from), lease = read_u32(from);
    struct bytes path = read_text(from, PATH_MAX_BYTES);
    uint32_t known = C_MAIN | C_MAIN_TERMINAL | C_HOME | C_ONE_SHOT | C_MAIN_STDIN | C_RESTART | C_INHERIT;
    if (!reader_done(from) || (flags & ~known) != 0 || !id_valid(sandbox, false)) return false;
    config.flags = flags;
    config.grace = grace;
    config.lease = lease;
    keep(config.sandbox, sandbox);
    keep(config.user, user);
    keep(config.path, path);
    return true;
}
