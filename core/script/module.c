/* SPDX-License-Identifier: MIT
 * module.c - the Lua module `fade`: its table, and what its functions share.
 */
#include "core/script/module.h"
#include "core/base/text.h"
#include "core/engine/virtual.h"
#include "core/script/table.h"
#include "core/version.h"
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <string.h>

/* --- things of C's held by Lua --- */

void module_drop(module_box *b)
{
    if (b->at)
        b->close(b->at);
    b->at = NULL;
}

static int drop(lua_State *L)
{
    module_drop(lua_touserdata(L, 1));
    return 0;
}

module_box *module_hold(lua_State *L, void (*close)(void *))
{
    module_box *b = lua_newuserdatauv(L, sizeof *b, 1);
    *b = (module_box){ NULL, close };
    if (luaL_newmetatable(L, "fade.box")) {
        lua_pushcfunction(L, drop);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return b;
}

int module_raise(lua_State *L, const why *w)
{
    return luaL_error(L, "%s", w->text[0] ? w->text : why_word(w->code));
}

/* --- JSON --- */

void module_json(lua_State *L, const json_t *j)
{
    const char *key;
    const json_t *v;
    size_t i;
    luaL_checkstack(L, 4, "JSON is too deep");
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        lua_createtable(L, 0, (int)json_object_size(j));
        json_object_foreach((json_t *)(uintptr_t)j, key, v)
        {
            if (json_is_null(v))
                continue;
            module_json(L, v);
            lua_setfield(L, -2, key);
        }
        return;
    case JSON_ARRAY:
        lua_createtable(L, (int)json_array_size(j), 0);
        json_array_foreach(j, i, v)
        {
            module_json(L, v);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        return;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(j), json_string_length(j));
        return;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(j));
        return;
    case JSON_NULL:
        lua_pushnumber(L, NAN);
        return;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(j));
        return;
    default:
        lua_pushboolean(L, json_is_true(j));
    }
}

static void forget(void *j)
{
    json_decref(j);
}

void module_json_text(lua_State *L, const char *made, size_t n)
{
    json_error_t e;
    module_box *b = module_hold(L, forget);
    b->at = json_loadb(made, n, JSON_DECODE_ANY, &e);
    if (!b->at)
        luaL_error(L, "this is no JSON: %s", e.text);
    module_json(L, b->at);
    module_drop(b);
    lua_remove(L, -2);
}

/* --- options --- */

void module_options(lua_State *L, int arg, const char *const *known)
{
    size_t n = 0;
    while (known[n])
        n++;
    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "options have names, not numbers");
        const char *key = lua_tostring(L, -2);
        size_t i = 0;
        while (i < n && strcmp(known[i], key) != 0)
            i++;
        if (i < n)
            continue;
        const char *near = text_nearest(key, known, n);
        if (near)
            luaL_error(L, "there is no option \"%s\"; did you mean \"%s\"?", key, near);
        luaL_error(L, "there is no option \"%s\"; there are %s, %s, ..", key, known[0], n > 1 ? known[1] : "");
    }
}

/* Pushes the option, whose type is returned; nil without options. */
static int option(lua_State *L, int arg, const char *key)
{
    if (!lua_isnoneornil(L, arg))
        return lua_getfield(L, arg, key);
    lua_pushnil(L);
    return LUA_TNIL;
}

const char *module_option_text(lua_State *L, int arg, const char *key)
{
    int type = option(L, arg, key);
    if (type != LUA_TNIL && type != LUA_TSTRING)
        luaL_error(L, "option %s is a %s, a text is wanted", key, lua_typename(L, type));
    const char *found = lua_tostring(L, -1);
    lua_pop(L, 1);
    return found;
}

bool module_option_whole(lua_State *L, int arg, const char *key, uint64_t most, uint64_t *out)
{
    int type = option(L, arg, key), whole;
    lua_Integer v = lua_tointegerx(L, -1, &whole);
    lua_pop(L, 1);
    if (type == LUA_TNIL)
        return false;
    if (type != LUA_TNUMBER || !whole || v < 0 || (uint64_t)v > most)
        luaL_error(L, "option %s is not a whole number from 0 to %I", key, (lua_Integer)most);
    *out = (uint64_t)v;
    return true;
}

bool module_option_bool(lua_State *L, int arg, const char *key)
{
    option(L, arg, key);
    bool on = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return on;
}

/* The value at the top as TOML, in its place: numbers to the last bit, texts quoted, lists and tables of them. */
static void toml_of(lua_State *L, text *out, int depth)
{
    char number[32];
    if (depth > 8)
        luaL_error(L, "option set holds tables in tables in tables ..");
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1)) {
            text_addf(out, LUA_INTEGER_FMT, lua_tointeger(L, -1));
        } else {
            text_number(lua_tonumber(L, -1), number);
            text_add(out, *number ? number : "nan");
            text_add(out, strpbrk(*number ? number : "nan", ".eni") ? "" : ".0");
        }
        return;
    case LUA_TBOOLEAN:
        text_add(out, lua_toboolean(L, -1) ? "true" : "false");
        return;
    case LUA_TSTRING:
        json_quote(out, lua_tostring(L, -1));
        return;
    case LUA_TTABLE:
        break;
    default:
        luaL_error(L, "option set holds a %s; numbers, texts, true, false and tables of them are meant",
                   luaL_typename(L, -1));
    }
    lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
    text_add(out, n ? "[" : "{");
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        text_add(out, i > 1 ? ", " : "");
        toml_of(L, out, depth + 1);
        lua_pop(L, 1);
    }
    if (n) {
        text_addc(out, ']');
        return;
    }
    int more = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "option set holds a table with a %s for a key", luaL_typename(L, -2));
        text_add(out, more++ ? ", " : "");
        json_quote(out, lua_tostring(L, -2));
        text_add(out, " = ");
        toml_of(L, out, depth + 1);
    }
    text_addc(out, '}');
}

/* Appends what the text under the list at `list` says as its next item. */
static void keep_text(lua_State *L, int list, text *made)
{
    if (made->failed)
        luaL_error(L, "no memory for option set");
    lua_pushlstring(L, text_of(made), made->n);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
    made->n = 0;
    if (made->at)
        made->at[0] = '\0';
}

static void set_items(lua_State *L, int arg, int list, text *made)
{
    static const char *const shorts[] = { "seed", "cycles", "threads" };
    int type = option(L, arg, "set");
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "option set is a %s; a table { [\"physics.k\"] = 1 } is meant", lua_typename(L, type));
    for (lua_pushnil(L); type == LUA_TTABLE && lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            text_addf(made, "%s=", lua_tostring(L, -2));
            toml_of(L, made, 0);
        } else {                                        /* a list of "key=value" */
            text_add(made, luaL_checkstring(L, -1));
        }
        keep_text(L, list, made);
    }
    for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++) {
        uint64_t v;
        if (!module_option_whole(L, arg, shorts[i], INT64_MAX, &v))
            continue;
        text_addf(made, "run.%s=%llu", shorts[i], (unsigned long long)v);
        keep_text(L, list, made);
    }
}

void module_sets(lua_State *L, int arg, scenario_options *out)
{
    arg = lua_absindex(L, arg);
    lua_newtable(L);
    int list = lua_gettop(L);
    text *made = table_text(L);
    set_items(L, arg, list, made);
    size_t n = (size_t)lua_rawlen(L, list);
    const char **at = lua_newuserdatauv(L, n * sizeof *at + 1, 1);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, list, (lua_Integer)i + 1);
        at[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    lua_pushvalue(L, list);
    lua_setiuservalue(L, -2, 1);
    out->set = at;
    out->nset = n;
    lua_replace(L, list);
    lua_settop(L, list);
}

/* --- signals --- */

static struct {
    atomic_int       stop;
    int              depth;
    struct sigaction before;
} caught;

static void on_signal(int signal)
{
    atomic_store(&caught.stop, signal);
}

atomic_int *module_catch(void)
{
    if (caught.depth++ == 0) {
        struct sigaction a = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
        sigemptyset(&a.sa_mask);
        atomic_store(&caught.stop, 0);
        sigaction(SIGINT, &a, &caught.before);
    }
    return &caught.stop;
}

void module_uncatch(void)
{
    if (caught.depth > 0 && --caught.depth == 0)
        sigaction(SIGINT, &caught.before, NULL);
}

/* --- the table --- */

int module_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "run", module_run },         { "check", module_check },       { "sweep", module_sweep },
        { "evaluate", module_evaluate }, { "fit", module_fit },
        { "compare", module_compare }, { "read", module_read },         { "plugins", module_plugins },
        { "plugin", module_plugin },   { "column", table_new_column }, { "table", table_new_frame },
        { "train", module_train },     { "predict", module_predict },
        { "drift", module_drift },     { "sensitivity", module_sensitivity },
        { "forecast", module_forecast }, { "delta_q", module_delta_q },
        { NULL, NULL },
    };
    luaL_checkversion(L);
    library_register(virtual_library());
    table_metatables(L);
    luaL_newlib(L, functions);
    lua_pushliteral(L, FADE_VERSION);
    lua_setfield(L, -2, "version");
    module_units(L);
    lua_setfield(L, -2, "units");
    module_metrics(L);
    lua_setfield(L, -2, "metrics");
    module_model(L);
    lua_setfield(L, -2, "model");
    return 1;
}

int script_module(struct lua_State *L)
{
    return module_open(L);
}
