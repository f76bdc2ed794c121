/* Reads what git says to a credential helper. Pure. */
#include "credential.h"

#include <string.h>

static void attribute(char *line, struct credential *into) {
    static const char *const names[] = {"protocol", "host", "username"};
    const char **places[] = {&into->protocol, &into->host, &into->username};
    char *sign = strchr(line, '=');
    *sign = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(line, names[i]) == 0) *places[i] = sign + 1;
}

bool credential_read(char *text, struct credential *into) {
    *into = (struct credential){"", "", ""};
    for (char *line = text; *line != '\0' && *line != '\n';) {
        size_t length = strcspn(line, "\n");
        bool last = line[length] == '\0';
        line[length] = '\0';
        if (length > CREDENTIAL_LINE || strchr(line, '=') == NULL) return false;
        attribute(line, into);
        if (last) break;
        line += length + 1;
    }
    return true;
}
