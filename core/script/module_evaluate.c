/* SPDX-License-Identifier: MIT
 * module_evaluate.c - fade.evaluate: scores of a law and its correctors on rows they were not shown, as a table.
 */
#include "core/base/mem.h"
#include "core/script/module.h"
#include "core/study/evaluate.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void close_evaluate(void *at)
{
    evaluate_close(at);
    free(at);
}

static void read_split(lua_State *L, int opts, const scenario *s, split_spec *out)
{
    why w = { 0 };
    const char *said = module_option_text(L, opts, "split");
    *out = s->evaluate.split;
    if (said && split_parse(said, out, &w))
        luaL_error(L, "split: %s", w.text);
}

int64_t module_physics_of(lua_State *L, int opts, const scenario *s)
{
    int64_t n = (int64_t)s->nphysics;
    if (!lua_isnoneornil(L, opts) && lua_getfield(L, opts, "physics") == LUA_TNUMBER) {
        double at = lua_tonumber(L, -1);
        bool there = at >= 1 && at <= (double)n && at == floor(at);
        lua_pop(L, 1);
        return there ? (int64_t)at - 1 : luaL_error(L, "physics is a number from 1 to %d, or a name", (int)n);
    }
    const char *said = module_option_text(L, opts, "physics");
    if (said && strcmp(said, "none") == 0)
        return -1;
    for (int64_t i = 0; i < n; i++)
        if (!said || strcmp(s->physics[i].label, said) == 0)
            return i;
    return said ? luaL_error(L, "the scenario has no physics %s", said) : -1;
}

/* fade.evaluate(scenario, { split = "cells", fit = { "c" }, .. }): what fade evaluate --json says. */
int module_evaluate(lua_State *L)
{
    static const char *const known[] = { "split",     "ask",    "corrector",      "physics", "fit",    "where",
                                         "target",    "groups", "importance",     "allow",   "checks", "learning_curve",
                                         "bootstrap", "set",    "seed",           "cycles",  "threads", "trust",
                                         NULL };
    const char *corrector[MODULE_LIST], *fit[MODULE_LIST], *allow[MODULE_LIST];
    why w = { 0 };
    json j = { 0 };
    uint64_t samples = 0;
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    const char *ask = module_option_text(L, 2, "ask");
    module_option_whole(L, 2, "bootstrap", 100000, &samples);
    evaluate_options o = { .ask = ask ? dataset_ask_of(ask) : ASK_FORECAST,
                           .target = module_option_text(L, 2, "target"),
                           .where = module_option_text(L, 2, "where"),
                           .groups = module_option_text(L, 2, "groups"),
                           .corrector = corrector,
                           .ncorrector = module_option_texts(L, 2, "corrector", corrector),
                           .fit = fit,
                           .nfit = module_option_texts(L, 2, "fit", fit),
                           .allow = allow,
                           .nallow = module_option_texts(L, 2, "allow", allow),
                           .importance = module_option_bool(L, 2, "importance"),
                           .curve = module_option_bool(L, 2, "learning_curve"),
                           .samples = samples };
    if (o.ask < 0)
        return luaL_error(L, "ask = \"%s\": forecast, next, begun or estimate is expected", ask);
    if (!lua_isnoneornil(L, 2)) {
        lua_getfield(L, 2, "checks");
        o.unchecked = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    module_scenario *m = module_scenario_at(L, 1, 2);
    if (m->rc)
        return module_raise_problems(L, &m->problems, &m->w);
    read_split(L, 2, m->s, &o.split);
    o.physics = module_physics_of(L, 2, m->s);
    o.seed = m->s->seed;
    o.hooks = module_scenario_hooks(m);
    module_box *b = module_hold(L, close_evaluate);
    evaluate *e = b->at = mem_zero(1, sizeof *e);
    if (!e)
        return luaL_error(L, "no memory to evaluate");
    o.stop = module_catch();
    int rc = evaluate_run(m->s, &o, e, &w);
    module_uncatch();
    rc = rc ? rc : evaluate_json(e, &j, &w);
    module_drop(b);
    if (rc) {
        text_free(&j.out);
        return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, &w);
    }
    module_push_json(L, &j);
    return 1;
}
