/* SPDX-License-Identifier: MIT
 * script_guard.c - what C functions of Lua could hang on is refused before they are called.
 *
 * Pattern matching backtracks: k repetitions on n bytes can take n^k steps.  The table functions trust a length that a
 * metamethod may make up.  A finalizer runs where no instruction is counted.
 */
#include "core/script/script_guard.h"
#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOVE_MOST = 10000000 };
static const double steps_most = 1e9;

/* The function in the upvalue, with the arguments as they are. */
static int pass_on(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* Repetitions in a pattern: those in a set or behind % are letters. */
static int repetitions(const char *p, size_t n)
{
    int k = 0;
    bool set = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%')
            i++;
        else if (p[i] == '[')
            set = true;
        else if (p[i] == ']')
            set = false;
        else if (!set && (p[i] == '*' || p[i] == '+' || p[i] == '-' || p[i] == '?'))
            k++;
    }
    return k;
}

static void guard_pattern(lua_State *L)
{
    size_t n, m;
    luaL_checklstring(L, 1, &n);
    const char *pattern = luaL_checklstring(L, 2, &m);
    int k = repetitions(pattern, m);
    /* A pattern that is not anchored begins anew at every byte. */
    double steps = pow((double)n + 1, k + (*pattern != '^'));
    if (steps > steps_most && k > 0)
        luaL_error(L, "a pattern with %d repetitions on %d bytes may take too long; shorten the text or the pattern", k,
                   (int)n);
}

static int find(lua_State *L)
{
    if (!lua_toboolean(L, 4))                     /* plain */
        guard_pattern(L);
    return pass_on(L);
}

static int match(lua_State *L)
{
    guard_pattern(L);
    return pass_on(L);
}

static void guard_length(lua_State *L)
{
    if (lua_istable(L, 1) && luaL_getmetafield(L, 1, "__len") != LUA_TNIL)
        luaL_error(L, "a table with a length of its own making cannot be handed to this function");
    if (!lua_istable(L, 1) && luaL_getmetafield(L, 1, "__index") != LUA_TNIL)
        luaL_error(L, "a table is wanted");
}

static int on_table(lua_State *L)
{
    guard_length(L);
    return pass_on(L);
}

static int move(lua_State *L)
{
    guard_length(L);
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    if (to >= from && (double)to - (double)from > MOVE_MOST)
        return luaL_error(L, "table.move of more than %d values", MOVE_MOST);
    return pass_on(L);
}

static int set_metatable(lua_State *L)
{
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "a metatable with __gc is not allowed in a scenario");
        lua_pop(L, 1);
    }
    return pass_on(L);
}

/* xpcall whose handler runs when the error is over: inside it, no instruction would be counted. */
static int x_pcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int n = lua_gettop(L) - 2;
    lua_pushvalue(L, 2);
    lua_insert(L, 1);                             /* handler f handler .. */
    lua_remove(L, 3);
    if (lua_pcall(L, n, LUA_MULTRET, 0) == LUA_OK) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    lua_call(L, 1, 1);
    lua_pushboolean(L, 0);
    lua_insert(L, 1);
    return 2;
}

static void wrap(lua_State *L, const char *library, const char *name, lua_CFunction guard)
{
    if (library)
        lua_getglobal(L, library);
    else
        lua_pushglobaltable(L);
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, guard, 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void script_guard(lua_State *L)
{
    static const struct { const char *library, *name; lua_CFunction guard; } guards[] = {
        { "string", "find", find },     { "string", "match", match },     { "string", "gmatch", match },
        { "string", "gsub", match },    { "table", "insert", on_table },  { "table", "remove", on_table },
        { "table", "concat", on_table }, { "table", "sort", on_table },   { "table", "unpack", on_table },
        { "table", "move", move },      { NULL, "setmetatable", set_metatable },
    };
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++)
        wrap(L, guards[i].library, guards[i].name, guards[i].guard);
    lua_pushcfunction(L, x_pcall);
    lua_setglobal(L, "xpcall");
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}
