/* Where a process belongs: below a keeper, below a process that registered, or nowhere known. Signals nothing. */
#include "core.h"

static void climb(struct process *row) {
    uint32_t steps = 0;
    struct process *top = row;
    while (top->depth == 0 && top->above != NULL && steps < PROCESSES_MAX) {
        top = top->above;
        steps++;
    }
    uint32_t depth = (top->depth == 0 ? 1 : top->depth) + steps;
    for (; row != top; row = row->above) row->depth = depth--;
    if (top->depth == 0) top->depth = 1;
}

void table_mark(struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        struct process *row = table->rows + i;
        row->above = row->parent == 0 ? NULL : table_find(table, row->parent);
        row->holder = NULL;
        row->depth = 0;
    }
    for (size_t i = 0; i < table->count; i++) climb(table->rows + i);
    EACH_HOLDER(holder) {
        if (holder->lost) continue;
        bool bridge = holder->kind == HOLDS_BRIDGE;
        struct process *row = table_find(table, bridge ? holder->pid : holder->keeper);
        if (row != NULL && (!bridge || row->start == holder->start)) row->holder = holder;
    }
}

enum origin origin_of(const struct process *row, ask_fn *ask, bool *hit) {
    bool registered = false;
    *hit = false;
    if (row->pid == 1) return ORIGIN_INIT;
    for (const struct process *at = row; at != NULL; at = at->above) {
        const struct holder *holder = at->holder;
        bool keeper = holder != NULL && holder->kind != HOLDS_BRIDGE;
        bool asked = holder != NULL && ask != NULL && ask(holder);
        /* A keeper that has not started its command has the values itself, and would start it after we looked. */
        bool unborn = keeper && holder->pid == 0 && !holder->over;
        if (keeper && at == row && !(unborn && asked)) return ORIGIN_KEEPER;
        if (asked) *hit = true;
        if (keeper) return ORIGIN_KNOWN;
        if (holder != NULL) registered = true;
        if (at->parent == 1) return registered ? ORIGIN_KNOWN : ORIGIN_ORPHAN;
        if (at->parent == 0) return registered ? ORIGIN_KNOWN : ORIGIN_OUTSIDE;
    }
    return ORIGIN_UNCLEAR;
}
