/* SPDX-License-Identifier: MIT
 * module_model.c - fade.train, fade.predict and fade.model: correctors that learn, and what they learnt as folders.
 */
#include "core/script/module.h"
#include "core/script/table.h"
#include "core/study/model_predict.h"
#include "core/study/model_train.h"
#include <stdlib.h>
#include <string.h>

#define MODEL "fade.model"

void module_push_json(lua_State *L, json *j)
{
    char *made = text_take(&j->out);
    size_t n = made ? strlen(made) : 0;
    text *held = table_text(L);                   /* so that an error frees it */
    *held = (text){ made, n, n + 1, !made };
    if (!made)
        luaL_error(L, "no memory");
    module_json_text(L, made, n);
    lua_remove(L, -2);
}

size_t module_option_texts(lua_State *L, int opts, const char *key, const char *out[MODULE_LIST])
{
    size_t n = 0;
    if (lua_isnoneornil(L, opts) || lua_getfield(L, opts, key) == LUA_TNIL)
        return 0;
    if (lua_type(L, -1) == LUA_TSTRING) {
        out[n++] = lua_tostring(L, -1);
        lua_pop(L, 1);
        return n;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
    for (lua_Integer i = 1; n < MODULE_LIST && lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        out[n++] = luaL_checkstring(L, -1);
        lua_pop(L, 1);
    }
    lua_settop(L, opts);
    return n;
}

/* ---- fade.train ---- */

static void close_training(void *at)
{
    model_train_close(at);
    free(at);
}

static int ask_of(lua_State *L, int opts)
{
    const char *said = module_option_text(L, opts, "ask");
    int ask = said ? dataset_ask_of(said) : ASK_FORECAST;
    return ask >= 0 ? ask : luaL_error(L, "ask = \"%s\": forecast, next, begun or estimate is expected", said);
}

/* fade.train(scenario, { save = DIR, .. }): what the training came to. */
int module_train(lua_State *L)
{
    static const char *const known[] = { "save", "corrector", "physics", "target", "where", "ask",   "all",
                                         "allow", "set",       "seed",    "cycles", "threads", "trust", NULL };
    const char *allow[MODULE_LIST];
    char name[65];
    why w = { 0 };
    json j = { 0 };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    model_training_options o = { .corrector = module_option_text(L, 2, "corrector"),
                                 .physics = module_option_text(L, 2, "physics"),
                                 .target = module_option_text(L, 2, "target"),
                                 .where = module_option_text(L, 2, "where"),
                                 .ask = ask_of(L, 2),
                                 .all = module_option_bool(L, 2, "all"),
                                 .allow = allow,
                                 .nallow = module_option_texts(L, 2, "allow", allow) };
    const char *folder = module_option_text(L, 2, "save");
    if (!folder)
        return luaL_error(L, "fade.train wants save = \"DIR\": where the model goes");
    module_scenario *m = module_scenario_at(L, 1, 2);
    if (m->rc)
        return module_raise_problems(L, &m->problems, &m->w);
    module_box *b = module_hold(L, close_training);
    model_training *t = b->at = mem_zero(1, sizeof *t);
    if (!t)
        return luaL_error(L, "no memory to train");
    o.hooks = module_scenario_hooks(m);
    o.stop = module_catch();
    int rc = model_train(m->s, &o, t, &w);
    module_uncatch();
    rc = rc ? rc : model_train_save(t, folder, name, &w);
    if (!rc)
        model_json_training(t, folder, name, &j);
    module_drop(b);
    if (rc)
        return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, &w);
    module_push_json(L, &j);
    return 1;
}

/* ---- fade.model ---- */

typedef struct loaded { model_saved *m; model_opened open; } loaded;

static int close_loaded(lua_State *L)
{
    loaded *k = lua_touserdata(L, 1);
    model_opened_close(&k->open);
    model_close(k->m);
    *k = (loaded){ 0 };
    return 0;
}

/* Pushes the model in the folder; weights too: able to predict. */
static loaded *load(lua_State *L, const char *folder, bool weights)
{
    why w = { 0 };
    loaded *k = lua_newuserdatauv(L, sizeof *k, 0);
    *k = (loaded){ 0 };
    luaL_setmetatable(L, MODEL);
    int rc = model_read(folder, &k->m, &w);
    rc = rc || !weights ? rc : model_open(k->m, &k->open, &w);
    if (rc)
        module_raise(L, &w);
    return k;
}

static int push_info(lua_State *L, const loaded *k)
{
    json j = { 0 };
    model_json(k->m, NULL, &j);
    module_push_json(L, &j);
    return 1;
}

static int model_info(lua_State *L)
{
    loaded *k = lua_type(L, 1) == LUA_TSTRING ? load(L, lua_tostring(L, 1), false) : luaL_checkudata(L, 1, MODEL);
    return push_info(L, k);
}

static int model_load(lua_State *L)
{
    load(L, luaL_checkstring(L, 1), true);
    return 1;
}

static int model_tostring(lua_State *L)
{
    const loaded *k = luaL_checkudata(L, 1, MODEL);
    lua_pushfstring(L, "model %s: %s", k->m->folder, k->m->plugin);
    return 1;
}

/* ---- fade.predict ---- */

typedef struct gathering { const model_saved *m; frame rows; int columns, column[MODEL_PREDICT_MOST]; } gathering;

static void close_gathering(void *at)
{
    gathering *g = at;
    frame_free(&g->rows);
    free(g);
}

static int open_columns(gathering *g, why *w)
{
    for (int k = 0; k < g->columns; k++) {
        char name[MODEL_PREDICT_NAME], key[MODEL_PREDICT_NAME];
        model_predict_name(g->m, k, name);
        model_predict_key(g->m, k, key);
        g->column[k] = frame_add_column(&g->rows, name, key, model_predict_unit(g->m, k), "", w);
        if (g->column[k] < 0)
            return -g->column[k];
    }
    return E_OK;
}

static int gather(void *ctx, const model_predicted *r, why *w)
{
    gathering *g = ctx;
    const dataset *d = r->d;
    int rc = E_OK;
    for (size_t i = 0, at; i < r->n && !rc; i++) {
        rc = frame_add_row(&g->rows, d->name[d->cell[i]], g->m->physics ? g->m->physics : "", d->cycle[i], d->time[i],
                           &at, w);
        for (int k = 0; k < g->columns && !rc; k++)
            g->rows.col[g->column[k]].v[at] = model_predict_real(r, k)[i];
    }
    return rc;
}

static void close_scenario(void *s) { scenario_close(s); }

static bool is_data(lua_State *L, int arg)
{
    const char *path = lua_type(L, arg) == LUA_TSTRING ? lua_tostring(L, arg) : NULL;
    return path && !text_ends(path, ".toml") && !text_ends(path, ".lua");
}

/* Pushes who holds the scenario of the file, table or data at `arg`; raises what is wrong with it. */
static const scenario *scenario_at(lua_State *L, const loaded *k, int arg, int opts, const engine_hooks **hooks)
{
    *hooks = NULL;
    if (!is_data(L, arg)) {
        module_scenario *m = module_scenario_at(L, arg, opts);
        if (m->rc)
            module_raise_problems(L, &m->problems, &m->w);
        *hooks = module_scenario_hooks(m);
        return m->s;
    }
    why w = { 0 };
    scenario_options o = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    module_sets(L, opts, &o);
    module_box *b = module_hold(L, close_scenario);
    int rc = model_scenario(k->m, lua_tostring(L, arg), &o, &s, &p, &w);
    b->at = s;
    tree_problems_free(&p);
    if (rc)
        module_raise(L, &w);
    return s;
}

/* fade.predict(model or folder, scenario or data[, opts]): a table of rows. */
int module_predict(lua_State *L)
{
    static const char *const known[] = { "where", "set", "seed", "cycles", "threads", "trust", "batch", "explain",
                                          "permutations", NULL };
    uint64_t batch = 0, orders = 0;
    why w = { 0 };
    model_predict_sums sums = { 0 };
    const engine_hooks *hooks;
    luaL_checkany(L, 2);
    lua_settop(L, 3);
    module_options(L, 3, known);
    module_option_whole(L, 3, "batch", 100000000, &batch);
    module_option_whole(L, 3, "permutations", 1000000, &orders);
    if (orders % 2)
        return luaL_error(L, "permutations: an even number, each order is walked forth and back");
    loaded *k = lua_type(L, 1) == LUA_TSTRING ? load(L, lua_tostring(L, 1), true) : luaL_checkudata(L, 1, MODEL);
    if (!k->open.vt)
        return luaL_error(L, "this model was not loaded to predict: fade.model.load does");
    const scenario *s = scenario_at(L, k, 2, 3, &hooks);
    module_box *b = module_hold(L, close_gathering);
    gathering *g = b->at = mem_zero(1, sizeof *g);
    if (!g)
        return luaL_error(L, "no memory to predict");
    g->m = k->m;
    bool told = module_option_bool(L, 3, "explain");
    g->columns = model_predict_columns(k->m, &k->open, told);
    model_predict_options o = { .explain = told,
                                .pairs = orders / 2,
                                .where = module_option_text(L, 3, "where"),
                                .batch = batch,
                                .hooks = hooks,
                                .stop = module_catch(),
                                .rows = gather,
                                .ctx = g };
    int rc = open_columns(g, &w);
    rc = rc ? rc : model_predict(k->m, &k->open, s, &o, &sums, &w);
    module_uncatch();
    if (rc)
        return rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise(L, &w);
    module_push_rows(L, &g->rows);
    module_drop(b);
    return 1;
}

void module_model(lua_State *L)
{
    static const luaL_Reg methods[] = { { "info", model_info }, { "predict", module_predict }, { NULL, NULL } };
    static const luaL_Reg functions[] = { { "load", model_load }, { "info", model_info }, { NULL, NULL } };
    luaL_newmetatable(L, MODEL);
    lua_pushcfunction(L, close_loaded);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, model_tostring);
    lua_setfield(L, -2, "__tostring");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
}
