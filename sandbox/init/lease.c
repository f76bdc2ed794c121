/* Without a word from the daemon for as long as the lease, everything that holds a value ends and the values are wiped. */
#include "core.h"

bool lease_out;

static void warn(void *data);
static void run_out(void *data);
static struct timer warning = {.fire = warn};
static struct timer end = {.fire = run_out};

static void warn(void *data) {
    (void)data;
    ending_warn();
}

static void run_out(void *data) {
    (void)data;
    lease_out = true;
    ending_warned = false;
    ending_lease();
    files_wipe();
    live_drop(&live);
    live.ready = false;
    report_state();
}

void lease_renew(void) {
    timer_stop(&warning);
    timer_stop(&end);
    ending_warned = false;
    main_again();
    if (config.lease == 0 || !live.ready) return;
    uint32_t grace = config.grace > config.lease / 2 ? config.lease / 2 : config.grace;
    timer_start(&end, config.lease);
    if (grace > 0) timer_start(&warning, config.lease - grace);
}
