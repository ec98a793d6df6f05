/* SPDX-License-Identifier: MIT
 * script_hooks.c - a Lua scenario's functions as the engine's hooks: one state per worker, a fresh budget per call.
 */
#include "core/base/mem.h"
#include "core/script/script_inside.h"
#include <stdlib.h>

static int on_open(void *ctx, const scenario *s, const engine_columns *c, why *w)
{
    script *k = ctx;
    (void)w;
    k->s = k->tree.s = s;
    k->tree.columns = *c;
    return E_OK;
}

static int on_worker(void *ctx, int index, void **state, why *w)
{
    script *k = ctx;
    (void)index;
    script_copy *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory for a script");
    int rc = script_copy_open(c, k->path, k->text, &k->o, w);
    if (rc) {
        free(c);
        return rc;
    }
    c->state.seed = k->s->seed;
    c->tree.s = k->s;
    c->tree.columns = k->tree.columns;
    module_hooks_fill(&c->tree);
    *state = c;
    return E_OK;
}

static void on_worker_close(void *ctx, void *state)
{
    (void)ctx;
    script_copy_close(state);
    free(state);
}

static int on_condition(void *ctx, void *state, size_t which, const engine_row *now, double *value, why *w)
{
    script_copy *c = state;
    (void)ctx;
    script_state_call(&c->state, now->id, now->index);
    return c->tree.hooks.condition(&c->tree, NULL, which, now, value, w);
}

static int on_cycle(void *ctx, void *state, const engine_row *row, engine_said *said, why *w)
{
    script_copy *c = state;
    (void)ctx;
    script_state_call(&c->state, row->id, row->index);
    return c->tree.hooks.cycle(&c->tree, NULL, row, said, w);
}

static int on_start(void *ctx, why *w)
{
    script *k = ctx;
    script_state_call(&k->state, 0, 0);
    return k->tree.hooks.start(&k->tree, w);
}

static int on_end(void *ctx, int outcome, const char *result, why *w)
{
    script *k = ctx;
    script_state_call(&k->state, 0, 1);
    return k->tree.hooks.end(&k->tree, outcome, result, w);
}

void script_hooks_fill(script *k)
{
    module_hooks_fill(&k->tree);
    k->hooks = (engine_hooks){ .ctx = k, .open = on_open, .worker = on_worker, .worker_close = on_worker_close,
                               .start = on_start, .condition = on_condition, .end = on_end };
    if (k->s->on_cycle)
        k->hooks.cycle = on_cycle;
}
