/* SPDX-License-Identifier: MIT
 * module_forecast.c - fade.forecast: the rest of each cell's life, as a table.
 */
#include "core/script/module.h"
#include "core/study/forecast.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct held { forecast f; fit_draws draws; } held;

static void close_forecast(void *at)
{
    held *k = at;
    if (k) {
        forecast_free(&k->f);
        fit_draws_free(&k->draws);
    }
    free(at);
}

/* parameters = "likely.csv": sets of them in place of a fit. */
static void read_draws(lua_State *L, int opts, held *k, forecast_options *o, const char *param[MODULE_LIST])
{
    const char *path = module_option_text(L, opts, "parameters");
    why w = { 0 };
    if (!path)
        return;
    if (o->nparam || o->raw || o->calibrate)
        luaL_error(L, "parameters bring what is likely: nothing is fitted or calibrated, so fit, raw and calibrate say "
                      "nothing");
    if (fit_draws_read(path, &k->draws, &w))
        module_raise(L, &w);
    for (size_t i = 0; i < k->draws.nparam && i < MODULE_LIST; i++)
        param[i] = k->draws.key[i];
    o->nparam = k->draws.nparam;
    o->draws = &k->draws;
}

/* origin = 0.5 (a share of the known rows), 84 (so many) or "last". */
static void read_origin(lua_State *L, int opts, forecast_options *o)
{
    if (lua_isnoneornil(L, opts) || lua_getfield(L, opts, "origin") == LUA_TNIL)
        return;
    if (lua_type(L, -1) == LUA_TNUMBER) {
        double v = lua_tonumber(L, -1);
        if (!(v > 0) || (v >= 1 && v != floor(v)) || v > 1e9)
            luaL_error(L, "origin is a share of the rows, how many, or \"last\"");
        o->fraction = v < 1 ? v : 0;
        o->known = v < 1 ? 0 : (size_t)v;
    } else if (lua_type(L, -1) != LUA_TSTRING || strcmp(lua_tostring(L, -1), "last") != 0)
        luaL_error(L, "origin is a share of the rows, how many, or \"last\"");
    lua_settop(L, opts);
}

/* eol = 1.4: in the target's unit, in place of [health]'s. */
static void read_eol(lua_State *L, int opts, forecast_options *o)
{
    if (lua_isnoneornil(L, opts))
        return;
    if (lua_getfield(L, opts, "eol") == LUA_TNUMBER)
        o->eol = lua_tonumber(L, -1);
    else if (!lua_isnil(L, -1))
        luaL_error(L, "eol is a number in the target's unit");
    lua_pop(L, 1);
}

static int word_of(lua_State *L, int opts, const char *key, const char *const *word, int n)
{
    const char *said = module_option_text(L, opts, key);
    for (int i = 0; said && i < n; i++)
        if (strcmp(said, word[i]) == 0)
            return i;
    return said ? luaL_error(L, "%s = \"%s\" is none of those there are", key, said) : 0;
}

/* "none", or a label; the first one unless said. */
static int64_t corrector_of(lua_State *L, int opts, const scenario *s)
{
    const char *said = module_option_text(L, opts, "corrector");
    if (said && strcmp(said, "none") == 0)
        return -1;
    for (size_t i = 0; i < s->ncorrector; i++)
        if (!said || strcmp(s->corrector[i].part.label, said) == 0)
            return (int64_t)i;
    return said ? luaL_error(L, "the scenario has no corrector %s", said) : -1;
}

int module_forecast(lua_State *L)
{
    static const char *const known[] = { "origin",    "fit",   "horizon", "until_eol", "samples", "corrector", "target",
                                         "calibrate", "plan",  "raw",     "within",    "set",     "seed",      "cycles",
                                         "threads",   "trust", "error",   "parameters", "physics", "eol",
                                         NULL };
    static const char *const plans[] = { "recorded", "repeat", "hold" }, *const rows[] = { "known", "others", "auto" };
    static const char *const errors[] = { "labs", "none" };
    const char *param[MODULE_LIST];
    why w = { 0 };
    json j = { 0 };
    uint64_t horizon = 0, samples = 200, within = 0;
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    module_option_whole(L, 2, "horizon", 1000000, &horizon);
    module_option_whole(L, 2, "samples", 5000, &samples);
    module_option_whole(L, 2, "within", 1000000000, &within);
    forecast_options o = { .fit = { .target = module_option_text(L, 2, "target"), .loss = LSQ_SOFT_L1, .starts = 8 },
                           .param = param,
                           .nparam = module_option_texts(L, 2, "fit", param),
                           .horizon = (size_t)horizon,
                           .samples = (size_t)samples,
                           .until_eol = module_option_bool(L, 2, "until_eol"),
                           .raw = module_option_bool(L, 2, "raw"),
                           .no_error = word_of(L, 2, "error", errors, 2) == 1,
                           .plan = word_of(L, 2, "plan", plans, 3),
                           .calibrate = word_of(L, 2, "calibrate", rows, 3),
                           .eol = NAN };
    read_origin(L, 2, &o);
    read_eol(L, 2, &o);
    module_scenario *m = module_scenario_at(L, 1, 2);
    if (m->rc)
        return module_raise_problems(L, &m->problems, &m->w);
    o.corrector = corrector_of(L, 2, m->s);
    o.physics = module_physics_of(L, 2, m->s);
    if (o.physics < 0)
        return luaL_error(L, "a forecast wants a physics");
    o.fit.seed = m->s->seed;
    o.fit.hooks = module_scenario_hooks(m);
    module_box *hold = module_hold(L, close_forecast);
    held *at = hold->at = calloc(1, sizeof *at);
    if (!at)
        return luaL_error(L, "no memory for a forecast");
    forecast *f = &at->f;
    read_draws(L, 2, at, &o, param);
    o.fit.stop = module_catch();
    int rc = forecast_run(m->s, &o, f, &w);
    module_uncatch();
    size_t rows_within = (size_t)within;
    if (!rc)
        forecast_json(f, &(forecast_say){ .within = &rows_within, .nwithin = within > 0 }, &j);
    module_drop(hold);
    if (rc)
        return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, &w);
    module_push_json(L, &j);
    return 1;
}
