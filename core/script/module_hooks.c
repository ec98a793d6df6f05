/* SPDX-License-Identifier: MIT
 * module_hooks.c - functions of the user's own state as the engine's hooks; every call is protected.
 */
#include "core/base/units.h"
#include "core/script/module.h"
#include "core/script/module_tree.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct asked {                                  /* one call: what goes in, what comes out */
    module_tree       *m;
    const tree_node   *function;
    const engine_row  *row;
    const char        *unit;                            /* of the number that is wanted */
    double            *number;
    engine_said       *said;
    const char *const *name;                            /* a point: names and values */
    const double      *value;
    size_t             n;
    const char        *result;                          /* JSON of the run */
} asked;

static void push_function(lua_State *L, const asked *a)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, a->m->functions);
    lua_rawgeti(L, -1, a->function->integer);
    lua_remove(L, -2);
}

static void field(lua_State *L, const char *key, double v)
{
    if (isnan(v))
        return;
    lua_pushnumber(L, v);
    lua_setfield(L, -2, key);
}

/* The row as a table: its columns by key, unknown ones left out, then what is the row's own. */
static void push_row(lua_State *L, const asked *a)
{
    const engine_row *r = a->row;
    const engine_columns *c = &a->m->columns;
    lua_createtable(L, 0, 10 + (r->value ? (int)c->nrow : 0));
    for (size_t i = 0; r->value && i < c->nrow; i++)
        field(L, c->row[i].key, r->value[i]);
    lua_pushstring(L, r->cell);
    lua_setfield(L, -2, "cell");
    lua_pushstring(L, r->physics);
    lua_setfield(L, -2, "physics");
    lua_pushinteger(L, (lua_Integer)r->index);
    lua_setfield(L, -2, "index");
    lua_pushinteger(L, r->cycle);
    lua_setfield(L, -2, "cycle");
    field(L, "time", r->time == INT64_MIN ? NAN : (double)r->time * 1e-6);
    field(L, "capacity", r->capacity);
    field(L, "soh", r->soh);
    field(L, "efc", r->efc);
    field(L, "test_time", r->test_time);
}

/* The value at the top: a number in the unit `wanted`, or a text with a unit of its own. */
static double number_of(lua_State *L, const asked *a, const char *what, const char *wanted)
{
    why w = { 0 };
    double v;
    if (lua_type(L, -1) == LUA_TNUMBER)
        return lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "%s is a %s; a number or a text with a unit is wanted (%s)", what, luaL_typename(L, -1),
                   a->function->text);
    if (units_quantity(lua_tostring(L, -1), wanted, a->m->s->cell.nominal_capacity, &v, &w))
        luaL_error(L, "%s: %s (%s)", what, w.text, a->function->text);
    return v;
}

static int condition_call(lua_State *L)
{
    const asked *a = lua_touserdata(L, 1);
    push_function(L, a);
    push_row(L, a);
    lua_call(L, 1, 1);
    *a->number = number_of(L, a, a->function->key ? a->function->key : "a condition", a->unit);
    return 0;
}

static void copy_words(lua_State *L, const char *key, char out[160])
{
    int type = lua_getfield(L, -1, key);
    if (type == LUA_TSTRING)
        snprintf(out, 160, "%s", lua_tostring(L, -1));
    else if (type == LUA_TBOOLEAN && lua_toboolean(L, -1))
        snprintf(out, 160, "%s", "on_cycle");
    else if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        luaL_error(L, "on_cycle: %s is a %s, a text is wanted", key, lua_typename(L, type));
    lua_pop(L, 1);
}

/* The columns of the table at the top; what on_cycle gives may hold them beside its own words. */
static void take_columns(lua_State *L, const asked *a, bool beside)
{
    const engine_columns *c = &a->m->columns;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        size_t i = 0;
        if (beside && (strcmp(key, "stop") == 0 || strcmp(key, "mark") == 0 || strcmp(key, "set") == 0))
            continue;
        while (i < c->nset && strcmp(c->set[i].key, key) != 0)
            i++;
        if (i == c->nset)
            luaL_error(L, "on_cycle cannot set \"%s\": only conditions and columns of a held source can be", key);
        a->said->set[i] = number_of(L, a, key, c->set[i].unit);
    }
}

static void take_settings(lua_State *L, const asked *a)
{
    take_columns(L, a, true);
    if (lua_getfield(L, -1, "set") == LUA_TNIL)
        return;
    if (!lua_istable(L, -1))
        luaL_error(L, "on_cycle: set is a %s, a table { column = value } is wanted", luaL_typename(L, -1));
    take_columns(L, a, false);
}

static int cycle_call(lua_State *L)
{
    const asked *a = lua_touserdata(L, 1);
    push_function(L, a);
    push_row(L, a);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
        snprintf(a->said->stop, sizeof a->said->stop, "%s", lua_tostring(L, -1));
    } else if (lua_istable(L, -1)) {
        copy_words(L, "stop", a->said->stop);
        copy_words(L, "mark", a->said->mark);
        take_settings(L, a);
    } else if (lua_toboolean(L, -1)) {
        luaL_error(L,
                   "on_cycle gives a %s; nothing, a text (why the cell stops) or { stop =, mark =, set = } is wanted",
                   luaL_typename(L, -1));
    }
    return 0;
}

static int plain_call(lua_State *L)
{
    const asked *a = lua_touserdata(L, 1);
    push_function(L, a);
    if (a->result)
        module_json_text(L, a->result, strlen(a->result));
    lua_call(L, a->result ? 1 : 0, 0);
    return 0;
}

static int point_call(lua_State *L)
{
    const asked *a = lua_touserdata(L, 1);
    push_function(L, a);
    lua_createtable(L, 0, (int)a->n);
    for (size_t i = 0; i < a->n; i++)
        field(L, a->name[i], a->value[i]);
    lua_call(L, 1, 1);
    *a->number = number_of(L, a, "an axis", "");
    return 0;
}

/* E_INPUT with the function's sentence. */
static int ask(asked *a, lua_CFunction how, why *w)
{
    lua_State *L = a->m->L;
    if (!lua_checkstack(L, 8))
        return fail(w, E_NOMEM, "no memory to call %s", a->function->text);
    int top = lua_gettop(L);
    lua_pushcfunction(L, how);
    lua_pushlightuserdata(L, a);
    int rc = E_OK;
    if (lua_pcall(L, 1, 0, 0)) {
        const char *said = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error without a text";
        rc = fail(w, E_INPUT, "%s", said);
        for (char *c = w ? w->text : NULL; c && *c; c++)
            if (*c == '\n')
                *c = ' ';
    }
    lua_settop(L, top);
    return rc;
}

static int on_open(void *ctx, const scenario *s, const engine_columns *c, why *w)
{
    module_tree *m = ctx;
    (void)w;
    m->s = s;
    m->columns = *c;
    return E_OK;
}

static int on_condition(void *ctx, void *state, size_t which, const engine_row *now, double *value, why *w)
{
    module_tree *m = ctx;
    const scenario_condition *c = &m->s->condition[which];
    (void)state;
    asked a = { .m = m, .function = c->call, .row = now, .unit = c->column.unit, .number = value };
    return ask(&a, condition_call, w);
}

static int on_cycle(void *ctx, void *state, const engine_row *row, engine_said *said, why *w)
{
    module_tree *m = ctx;
    (void)state;
    asked a = { .m = m, .function = m->s->on_cycle, .row = row, .said = said };
    return ask(&a, cycle_call, w);
}

static int on_start(void *ctx, why *w)
{
    module_tree *m = ctx;
    asked a = { .m = m, .function = m->s->on_start };
    return m->s->on_start ? ask(&a, plain_call, w) : E_OK;
}

static int on_end(void *ctx, int outcome, const char *made, why *w)
{
    module_tree *m = ctx;
    (void)outcome;
    asked a = { .m = m, .function = m->s->on_end, .result = made };
    return m->s->on_end ? ask(&a, plain_call, w) : E_OK;
}

void module_hooks_fill(module_tree *m)
{
    m->hooks = (engine_hooks){ .ctx = m, .open = on_open, .start = on_start, .condition = on_condition, .end = on_end };
    if (m->s->on_cycle)
        m->hooks.cycle = on_cycle;
}

int module_tree_call(module_tree *m, const tree_node *function, const char *const *name, const double *value, size_t n,
                     double *out, why *w)
{
    asked a = { .m = m, .function = function, .number = out, .name = name, .value = value, .n = n };
    return ask(&a, point_call, w);
}
