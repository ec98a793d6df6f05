/* SPDX-License-Identifier: MIT
 * module_fit.c - fade.fit: parameters of a law from measured rows, as a table; with draws for fade.forecast.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/script/module.h"
#include "core/study/fit_all.h"
#include <stdlib.h>
#include <string.h>

static void close_fit(void *at)
{
    if (at)
        fit_all_close(at);
    free(at);
}

/* A number within least .. most. */
static double number(lua_State *L, int opts, const char *key, double least, double most, double otherwise)
{
    double v = otherwise;
    if (lua_isnoneornil(L, opts))
        return v;
    if (lua_getfield(L, opts, key) != LUA_TNIL) {
        v = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : least - 1;
        if (!(v >= least && v <= most))
            luaL_error(L, "%s is a number from %f to %f", key, least, most);
    }
    lua_pop(L, 1);
    return v;
}

static int word_of(lua_State *L, int opts, const char *key, const char *const *word, int n, int otherwise)
{
    const char *said = module_option_text(L, opts, key);
    int i = 0;
    while (said && i < n && strcmp(said, word[i]) != 0)
        i++;
    if (said && i == n)
        luaL_error(L, "%s = \"%s\" is none of those there are", key, said);
    return said ? i : otherwise;
}

static void read_options(lua_State *L, int opts, fit_all *k)
{
    static const char *const losses[] = { "linear", "soft_l1", "huber", "cauchy" };
    static const char *const searches[] = { "local", "global" }, *const kinds[] = { "particle", "ensemble" };
    uint64_t starts = 8, bootstrap = 0, particles = 400;
    module_option_whole(L, opts, "starts", 1000, &starts);
    module_option_whole(L, opts, "bootstrap", 10000, &bootstrap);
    module_option_whole(L, opts, "particles", 100000, &particles);
    k->o = (fit_options){ .target = module_option_text(L, opts, "target"),
                          .loss = word_of(L, opts, "loss", losses, 4, LSQ_SOFT_L1),
                          .starts = starts ? starts : 1,
                          .bootstrap = bootstrap,
                          .profile = module_option_bool(L, opts, "profile"),
                          .global = word_of(L, opts, "search", searches, 2, 0) == 1,
                          .fraction = number(L, opts, "fraction", 1e-9, 1, 1) };
    k->sequential = module_option_text(L, opts, "sequential") != NULL;
    k->filter =
        (filter_options){ .kind = word_of(L, opts, "sequential", kinds, 2, 0) ? FILTER_ENSEMBLE : FILTER_PARTICLE,
                          .particles = particles < 20 ? 20 : particles,
                          .noise = number(L, opts, "noise", 0, 1e300, 0),
                          .wander = number(L, opts, "wander", 0, 100, 1) };
    k->pooled = module_option_bool(L, opts, "pooled");
    k->cell = module_option_text(L, opts, "cell");
    k->own = module_option_text(L, opts, "own");
    k->draw = module_option_text(L, opts, "draws") != NULL;
    const char *no = fit_all_refuses(k);
    if (no)
        luaL_error(L, "%s", no);
}

/* fade.fit(scenario, { param = { "c", "z" }, draws = "likely.csv", .. }): what fade fit --json says. */
int module_fit(lua_State *L)
{
    static const char *const known[] = { "param",      "target",    "cell",  "pooled", "own",   "fraction", "loss",
                                         "starts",     "search",    "profile", "bootstrap", "sequential", "particles",
                                         "noise",      "wander",    "draws", "set",    "seed",  "cycles",   "threads",
                                         "trust",      NULL };
    const char *param[MODULE_LIST];
    why w = { 0 };
    json j = { 0 };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    size_t nparam = module_option_texts(L, 2, "param", param);
    if (nparam == 0)
        return luaL_error(L, "name what to fit: param = { \"KEY\", .. }");
    const char *draws = module_option_text(L, 2, "draws");
    module_box *hold = module_hold(L, close_fit);
    fit_all *k = hold->at = mem_zero(1, sizeof *k);
    if (!k)
        return luaL_error(L, "no memory for a fit");
    read_options(L, 2, k);
    module_scenario *m = module_scenario_at(L, 1, 2);
    if (m->rc)
        return module_raise_problems(L, &m->problems, &m->w);
    k->o.seed = m->s->seed;
    k->o.hooks = module_scenario_hooks(m);
    k->o.stop = module_catch();
    int rc = fit_all_run(m->s, k, param, nparam, &w);
    module_uncatch();
    rc = rc || !draws ? rc : file_write(draws, text_of(&k->draws), k->draws.n, &w);
    if (!rc)
        fit_all_json(k, &j);
    module_drop(hold);
    if (rc)
        return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, &w);
    module_push_json(L, &j);
    return 1;
}
