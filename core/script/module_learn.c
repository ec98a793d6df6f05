/* SPDX-License-Identifier: MIT
 * module_learn.c - fade.sensitivity and fade.drift: what the verbs say, as tables.
 */
#include "core/script/module.h"
#include "core/study/drift_run.h"
#include "core/study/sensitivity_run.h"
#include <stdlib.h>

/* opts[key] as a number, `otherwise` where it is not given. */
static double number(lua_State *L, int opts, const char *key, double otherwise)
{
    double v = otherwise;
    if (!lua_isnoneornil(L, opts) && lua_getfield(L, opts, key) != LUA_TNIL)
        v = luaL_checknumber(L, -1);
    lua_settop(L, opts);
    return v;
}

static module_scenario *scenario_at(lua_State *L, int arg, int opts)
{
    module_scenario *m = module_scenario_at(L, arg, opts);
    if (m->rc)
        module_raise_problems(L, &m->problems, &m->w);
    return m;
}

static int ended(lua_State *L, int rc, const why *w)
{
    return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, w);
}

/* ---- fade.sensitivity(scenario, { params = { "k=1..2", .. }, outcomes = { .. }, method = "sobol", n = 1024 }) ---- */

typedef struct study_box { sensitivity_study study; sensitivity_result result; } study_box;

static int add_all(study_box *b, const char *const *param, size_t n, const char *const *outcome, size_t m, why *w)
{
    int rc = n ? E_OK : fail(w, E_INPUT, "params = { \"KEY\" or \"KEY=LEAST..MOST\", .. } says what varies");
    for (size_t i = 0; i < n && !rc; i++)
        rc = sensitivity_add_axis(&b->study, param[i], w);
    for (size_t i = 0; i < m && !rc; i++)
        rc = sensitivity_add_outcome(&b->study, outcome[i], w);
    return rc || m ? rc : sensitivity_add_outcome(&b->study, "capacity", w);
}

int module_sensitivity(lua_State *L)
{
    static const char *const known[] = { "params", "outcomes", "method",  "n",     "set",
                                         "seed",   "cycles",   "threads", "trust", NULL };
    static const size_t usual[NSENS] = { 1, 20, 1024 };
    const char *param[MODULE_LIST], *outcome[MODULE_LIST];
    why w = { 0 };
    json j = { 0 };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    const char *said = module_option_text(L, 2, "method");
    int method = said ? sensitivity_method_of(said) : SENS_SOBOL;
    if (method < 0)
        return luaL_error(L, "method = \"%s\": local, morris or sobol is expected", said);
    size_t nparam = module_option_texts(L, 2, "params", param);
    size_t noutcome = module_option_texts(L, 2, "outcomes", outcome);
    uint64_t n = usual[method];
    module_option_whole(L, 2, "n", 1000000, &n);
    const module_scenario *m = scenario_at(L, 1, 2);
    module_box *hold = module_hold(L, free);
    study_box *b = hold->at = calloc(1, sizeof *b);
    if (!b)
        return luaL_error(L, "no memory for a study");
    b->study = (sensitivity_study){ .s = m->s, .hooks = module_scenario_hooks(m), .seed = m->s->seed };
    int rc = add_all(b, param, nparam, outcome, noutcome, &w);
    b->study.stop = module_catch();
    rc = rc ? rc : sensitivity_run(&b->study, method, (size_t)n, &b->result, &w);
    module_uncatch();
    if (!rc)
        sensitivity_json(&b->study, method, &b->result, &j);
    module_drop(hold);
    if (rc)
        return ended(L, rc, &w);
    module_push_json(L, &j);
    return 1;
}

/* ---- fade.drift(scenario, { newer = scenario, split = 0.5, .. }) ---- */

static void close_report(void *at)
{
    if (at)
        drift_run_free(at);
    free(at);
}

int module_drift(lua_State *L)
{
    static const char *const known[] = { "newer", "split", "columns", "watch", "target",  "where", "rate", "slack",
                                         "fdr",   "psi",   "set",     "seed",  "threads", "trust", NULL };
    const char *column[MODULE_LIST];
    why w = { 0 };
    json j = { 0 };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    drift_options o = { .split = number(L, 2, "split", 0.5),
                        .rate = number(L, 2, "rate", 0.01),
                        .slack = number(L, 2, "slack", 0.5),
                        .fdr = number(L, 2, "fdr", 0.05),
                        .psi = number(L, 2, "psi", 0.1),
                        .watch = module_option_text(L, 2, "watch"),
                        .column = column,
                        .ncolumn = module_option_texts(L, 2, "columns", column) };
    o.data = (dataset_options){ .target = module_option_text(L, 2, "target"),
                                .where = module_option_text(L, 2, "where") };
    if (!(o.split > 0 && o.split < 1 && o.rate > 0 && o.rate < 1))
        return luaL_error(L, "split and rate are above 0 and below 1");
    const module_scenario *m = scenario_at(L, 1, 2), *newer = NULL;
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "newer") != LUA_TNIL)
        newer = scenario_at(L, lua_gettop(L), 2);
    module_box *hold = module_hold(L, close_report);
    drift_report *r = hold->at = calloc(1, sizeof *r);
    if (!r)
        return luaL_error(L, "no memory to look for drift");
    o.seed = m->s->seed;
    o.data.physics = m->s->nphysics ? 0 : -1;
    o.data.hooks = module_scenario_hooks(m);
    o.data.stop = module_catch();
    int rc = drift_run(m->s, newer ? newer->s : NULL, &o, r, &w);
    module_uncatch();
    if (!rc)
        drift_json(r, &o, &j);
    module_drop(hold);
    if (rc)
        return ended(L, rc, &w);
    module_push_json(L, &j);
    return 1;
}
