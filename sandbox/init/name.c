/* Which names and ids are allowed. Pure. */
#include "frame.h"

static bool letter(uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
static bool digit(uint8_t c) { return c >= '0' && c <= '9'; }

bool name_valid(struct bytes name) {
    if (name.length == 0 || name.length > NAME_MAX_BYTES || !letter(name.at[0])) return false;
    for (uint32_t i = 1; i < name.length; i++)
        if (!letter(name.at[i]) && !digit(name.at[i])) return false;
    return true;
}

bool id_valid(struct bytes id, bool dash) {
    if (id.length == 0 || id.length > ID_MAX) return false;
    for (uint32_t i = 0; i < id.length; i++)
        if (!letter(id.at[i]) && !digit(id.at[i]) && !(dash && id.at[i] == '-')) return false;
    return true;
}
