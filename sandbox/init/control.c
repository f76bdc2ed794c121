/* What the daemon says on the trusted connection. */
#include "core.h"

bool had_set;

void refuse(uint32_t seq, const char *id, uint16_t code, const char *reason) {
    struct writer *to = report_begin(F_REFUSED);
    write_u32(to, seq);
    write_text(to, id);
    write_u16(to, code);
    write_plain(to, reason);
    report_end();
}

static bool differs(const struct live *next) {
    if (next->count != live.count || !live.ready) return true;
    struct grant *grant = grant_of(next, NULL);
    struct grant *both = grant == NULL ? NULL : grant_union(current_grant, grant);
    bool same = both != NULL && both == current_grant;
    grant_drop(both);
    grant_drop(grant);
    return !same;
}

static bool take_set(struct reader *from) {
    struct set_head head = {0};
    struct live next = {0}, old = live;
    const char *reason = "";
    int code = live_make(from, &head, &next, &reason);
    if (code < 0) return false;
    struct grant *grant = code == 0 ? grant_of(&next, NULL) : NULL;
    if (code == 0) code = files_prepare(&next, &reason);
    if (code != 0 || grant == NULL) {
        refuse(head.seq, "", code == 0 ? 2 : (uint16_t)code, code == 0 ? "there is no memory" : reason);
        live_drop(&next);
        grant_drop(grant);
        return true;
    }
    bool restart = (config.flags & C_RESTART) != 0 && had_set && differs(&next);
    bool taken = given_hit(&next);
    files_commit(&next);
    live = next;
    grant_drop(current_grant);
    current_grant = grant;
    given_add(grant);
    live_drop(&old);
    had_set = true;
    lease_out = false;
    lease_renew();
    struct writer *to = report_begin(F_RECEIVED);
    write_u32(to, head.seq);
    report_end();
    /* A command that runs already has its grace period. */
    keepers_hear();
    ending_set(&live, head.seq, head.grace, restart, taken);
    main_live();
    bridge_live();
    return true;
}

static bool ping(struct reader *from) {
    uint32_t seq = read_u32(from);
    if (!reader_done(from)) return false;
    struct writer *to = report_begin(F_PONG);
    write_u32(to, seq);
    report_end();
    return true;
}

bool control_frame(struct frame *frame) {
    lease_renew();
    switch (frame->type) {
    case F_SET: return take_set(&frame->body);
    case F_EXEC: return command_exec(&frame->body);
    case F_END: return command_end(&frame->body);
    case F_ATTACH: return command_attach(&frame->body);
    case F_PING: return ping(&frame->body);
    default: return false;
    }
}
