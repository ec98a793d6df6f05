/* SPDX-License-Identifier: MIT
 * script_step.c - a Lua model at work: one state per worker, lanes looped by the host, state in the host's columns.
 */
#include "core/base/mem.h"
#include "core/script/script_inside.h"
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct model {
    const fade_host    *host;
    const script_model *m;
} model;

typedef struct seat {                             /* one worker's; its tables are filled anew for each lane */
    script_copy copy;
    int         x, u, p;                          /* references */
    bool        borrowed;                         /* the state is the user's own */
} seat;

/* What one call works on; handed through lua_pcall. */
typedef struct turn {
    const model *k;
    seat        *seat;
    fade_tile   *b;
    uint32_t     lane;
    int          function;
    double       dt;
    bool         observe;                         /* outputs only, at x */
} turn;

static const fade_column *column(const fade_list *l, uint32_t i) { return (const fade_column *)l->at + i; }

static void set(lua_State *L, int table, const char *key, double v)
{
    lua_pushstring(L, key);
    if (isnan(v))
        lua_pushnil(L);
    else
        lua_pushnumber(L, v);
    lua_rawset(L, table);
}

static void fill(lua_State *L, const fade_list *l, const double *const *value, uint32_t lane)
{
    int table = lua_gettop(L);
    for (uint32_t i = 0; i < l->n; i++)
        set(L, table, column(l, i)->key, value[i][lane]);
}

static void fill_params(lua_State *L, const turn *t)
{
    const fade_list *l = &t->k->m->desc.params;
    int table = lua_gettop(L);
    for (uint32_t i = 0; i < l->n; i++)
        set(L, table, ((const fade_param *)l->at)[i].key, t->b->param[i][t->lane]);
}

/* A number of the table at `from`, or of the one at `other` (0: none). */
static double take(lua_State *L, int from, int other, const char *key, const char *what)
{
    double v = NAN;
    for (int i = 0; i < 2 && isnan(v); i++) {
        int at = i ? other : from;
        if (!at || !lua_istable(L, at))
            continue;
        int type = lua_getfield(L, at, key);
        if (type == LUA_TNUMBER)
            v = lua_tonumber(L, -1);
        else if (type != LUA_TNIL)
            luaL_error(L, "%s %s is a %s, a number is wanted", what, key, luaL_typename(L, -1));
        lua_pop(L, 1);
    }
    if (isnan(v))
        luaL_error(L, "it gives no %s %s", what, key);
    return v;
}

static int call(lua_State *L)
{
    const turn *t = lua_touserdata(L, 1);
    const fade_desc *d = &t->k->m->desc;
    fade_tile *b = t->b;
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->copy.tree.functions);
    lua_rawgeti(L, -1, t->function);
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->x);
    fill(L, &d->columns.state, b->x, t->lane);
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->u);
    fill(L, &d->columns.in, b->in, t->lane);
    if (t->observe && t->function == t->k->m->step)
        set(L, lua_gettop(L), "duration", 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->p);
    fill_params(L, t);
    lua_pushnumber(L, t->dt);
    lua_call(L, 4, 2);
    int first = lua_gettop(L) - 1, second = first + 1;
    for (uint32_t i = 0; !t->observe && i < d->columns.state.n; i++)
        b->x1[i][t->lane] = take(L, first, 0, column(&d->columns.state, i)->key, "state");
    for (uint32_t i = 0; i < d->columns.out.n; i++)
        b->out[i][t->lane] = take(L, lua_istable(L, second) ? second : first, first, column(&d->columns.out, i)->key,
                                  "output");
    return 0;
}

static int call_init(lua_State *L)
{
    const turn *t = lua_touserdata(L, 1);
    const fade_desc *d = &t->k->m->desc;
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->copy.tree.functions);
    lua_rawgeti(L, -1, t->function);
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->u);
    fill(L, &d->columns.in, t->b->in, t->lane);
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->seat->p);
    fill_params(L, t);
    lua_call(L, 2, 1);
    for (uint32_t i = 0; i < d->columns.state.n; i++)
        t->b->x1[i][t->lane] = take(L, lua_gettop(L), 0, column(&d->columns.state, i)->key, "state");
    return 0;
}

/* Each live lane in turn; one whose function fails has a status and a sentence.  What pads the tile copies the last. */
static int32_t each(const model *k, fade_tile *b, turn t, lua_CFunction how, bool keep_x1)
{
    seat *s = b->worker;
    lua_State *L = s->copy.state.L;
    const fade_columns *c = &k->m->desc.columns;
    for (uint32_t i = 0; i < b->live; i++) {
        t.lane = i;
        if (b->dt && how == call && !t.observe)
            t.dt = b->dt[i];
        script_state_call(&s->copy.state, b->id[i], b->row[i]);
        int top = lua_gettop(L);
        if (!lua_checkstack(L, 20))
            return FADE_ENOMEM;
        lua_pushcfunction(L, how);
        lua_pushlightuserdata(L, &t);
        if (lua_pcall(L, 1, 0, 0) == LUA_OK) {
            lua_settop(L, top);
            continue;
        }
        char say[300];
        const char *said = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error that is no text";
        snprintf(say, sizeof say, "%.*s", (int)strcspn(said, "\n"), said);
        b->status[i] = FADE_EINVAL;
        for (uint32_t j = 0; keep_x1 && j < c->state.n; j++)
            b->x1[j][i] = b->x[j][i];
        for (uint32_t j = 0; j < c->out.n; j++)
            b->out[j][i] = NAN;
        fade_say(k->host, 3, FADE_EINVAL, (int32_t)i, say);
        lua_settop(L, top);
    }
    for (uint32_t i = b->live; i < b->n && b->live; i++) {
        b->status[i] = b->status[b->live - 1];
        for (uint32_t j = 0; keep_x1 && j < c->state.n; j++)
            b->x1[j][i] = b->x1[j][b->live - 1];
        for (uint32_t j = 0; j < c->out.n; j++)
            b->out[j][i] = b->out[j][b->live - 1];
    }
    return FADE_OK;
}

static int32_t step(const void *at, fade_tile *b)
{
    const model *k = at;
    return each(k, b, (turn){ .k = k, .seat = b->worker, .b = b, .function = k->m->step }, call, true);
}

static int32_t observe(const void *at, fade_tile *b)
{
    const model *k = at;
    int f = k->m->observe ? k->m->observe : k->m->step;
    return each(k, b, (turn){ .k = k, .seat = b->worker, .b = b, .function = f, .observe = true }, call, false);
}

static int32_t init(const void *at, fade_tile *b)
{
    const model *k = at;
    const fade_list *l = &k->m->desc.columns.state;
    if (k->m->init)
        return each(k, b, (turn){ .k = k, .seat = b->worker, .b = b, .function = k->m->init }, call_init, true);
    for (uint32_t j = 0; j < l->n; j++)
        for (uint32_t i = 0; i < b->n; i++)
            b->x1[j][i] = column(l, j)->init;
    return FADE_OK;
}

/* ---- objects ---- */

static int32_t create(const fade_host *host, const fade_args *given, void **out)
{
    model *k = malloc(sizeof *k);
    if (!k) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for a model in Lua");
        return FADE_ENOMEM;
    }
    *k = (model){ host, given->desc->own };
    *out = k;
    return FADE_OK;
}

static int make_tables(lua_State *L)
{
    seat *s = lua_touserdata(L, 1);
    int *ref[] = { &s->x, &s->u, &s->p };
    for (size_t i = 0; i < 3; i++) {
        lua_newtable(L);
        *ref[i] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    return 0;
}

/* A model of the user's own program runs in that program's state. */
static int borrow(const script_model *m, script_copy *c)
{
    c->state = (script_state){ .L = m->L, .trust = true };
    c->tree = (module_tree){ .L = m->L, .functions = m->functions };
    return E_OK;
}

static int32_t enter(const void *at, uint32_t n, void **worker)
{
    const model *k = at;
    why w = { 0 };
    (void)n;
    seat *s = mem_zero(1, sizeof *s);
    int rc = !s        ? fail(&w, E_NOMEM, "no memory for a model in Lua")
             : k->m->L ? borrow(k->m, &s->copy)
                       : script_copy_open(&s->copy, k->m->path, k->m->text, &k->m->o, &w);
    if (!rc) {
        lua_pushcfunction(s->copy.state.L, make_tables);
        lua_pushlightuserdata(s->copy.state.L, s);
        if (lua_pcall(s->copy.state.L, 1, 0, 0)) {
            rc = fail(&w, E_NOMEM, "no memory for a model in Lua");
            if (!k->m->L)
                script_copy_close(&s->copy);
        }
    }
    if (!rc) {
        s->borrowed = k->m->L != NULL;
        *worker = s;
        return FADE_OK;
    }
    free(s);
    fade_say(k->host, 3, rc == E_NOMEM ? FADE_ENOMEM : FADE_EINVAL, -1, w.text);
    return rc == E_NOMEM ? FADE_ENOMEM : FADE_EINVAL;
}

static void leave(void *worker)
{
    seat *s = worker;
    if (s->borrowed) {
        luaL_unref(s->copy.state.L, LUA_REGISTRYINDEX, s->x);
        luaL_unref(s->copy.state.L, LUA_REGISTRYINDEX, s->u);
        luaL_unref(s->copy.state.L, LUA_REGISTRYINDEX, s->p);
    } else
        script_copy_close(&s->copy);
    free(s);
}

const fade_model_v1 script_step_v1 = {
    .size = sizeof script_step_v1, .create = create, .destroy = free, .enter = enter, .leave = leave, .init = init,
    .step = step, .observe = observe,
};
