/* SPDX-License-Identifier: MIT
 * script_guard.c - what C functions of Lua could hang on is refused before they are called.
 *
 * Pattern matching backtracks: k repetitions on n bytes can take n^k steps.  The table functions trust a length that a
 * metamethod may make up.  A finalizer runs where no instruction is counted.
 */
#include "core/script/script_guard.h"
#include "core/script/script_state.h"
#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MOVE_MOST = 10000000, LETTERS_PER_STEP = 16 };
static const double steps_most = 1e9, steps_free = 1e5;

/* The function in the upvalue, with the arguments as they are. */
static int pass_on(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* One call is one instruction however long it works: a loop of them is held to the time here. */
static void charge(lua_State *L, double steps)
{
    if (steps > steps_free && script_state_late(L))
        luaL_error(L, "it takes too long: a text is searched for more than 1 s; --trust lifts that");
}

/* Behind a set that begins at p, as Lua reads it: the first letter is one of the set even when it is ]. */
static size_t behind_set(const char *p, size_t i, size_t n)
{
    i++;
    if (i < n && p[i] == '^')
        i++;
    do
        i += i < n && p[i] == '%' ? 2 : 1;
    while (i < n && p[i] != ']');
    return i + 1;
}

/* What may take as many steps as the text is long: repetitions, %b and captures met again. */
static int repetitions(const char *p, size_t n)
{
    int k = 0;
    for (size_t i = 0; i < n;) {
        if (p[i] == '[') {
            i = behind_set(p, i, n);
        } else if (p[i] == '%' && i + 1 < n) {
            k += p[i + 1] == 'b' || (p[i + 1] >= '0' && p[i + 1] <= '9');
            i += p[i + 1] == 'b' ? 4 : 2;
        } else {
            k += p[i] == '*' || p[i] == '+' || p[i] == '-' || p[i] == '?';
            i++;
        }
    }
    return k;
}

static void guard_pattern(lua_State *L, bool may_anchor)
{
    size_t n, m;
    luaL_checklstring(L, 1, &n);
    const char *pattern = luaL_checklstring(L, 2, &m);
    int k = repetitions(pattern, m);
    /* A pattern that is not anchored begins anew at every byte, and each time its own length may be compared. */
    bool anchored = may_anchor && *pattern == '^';
    double own = 1 + (double)(m < n ? m : n) / LETTERS_PER_STEP;
    double steps = pow((double)n + 1, k + !anchored) * own;
    if (steps > steps_most)
        luaL_error(L, "a pattern of %d letters with %d repetitions on %d bytes may take too long; shorten the text or "
                      "the pattern", (int)m, k, (int)n);
    charge(L, steps);
}

static void guard_plain(lua_State *L)
{
    size_t n, m;
    luaL_checklstring(L, 1, &n);
    luaL_checklstring(L, 2, &m);
    double steps = ((double)n + 1) * (1 + (double)(m < n ? m : n) / LETTERS_PER_STEP);
    if (steps > steps_most)
        luaL_error(L, "a search for %d letters in %d may take too long; shorten one of them", (int)m, (int)n);
    charge(L, steps);
}

static int find(lua_State *L)
{
    if (lua_toboolean(L, 4))
        guard_plain(L);
    else
        guard_pattern(L, true);
    return pass_on(L);
}

static int match(lua_State *L)
{
    guard_pattern(L, true);
    return pass_on(L);
}

/* Here ^ is a letter. */
static int gmatch(lua_State *L)
{
    guard_pattern(L, false);
    return pass_on(L);
}

/* Nothing repeated is nothing; Lua would count all the way. */
static int rep(lua_State *L)
{
    size_t n, m = 0;
    luaL_checklstring(L, 1, &n);
    luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &m);
    if (n || m)
        return pass_on(L);
    lua_pushliteral(L, "");
    return 1;
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
        { "string", "find", find },       { "string", "match", match },     { "string", "gmatch", gmatch },
        { "string", "gsub", match },      { "string", "rep", rep },         { "table", "insert", on_table },
        { "table", "remove", on_table },  { "table", "concat", on_table },  { "table", "sort", on_table },
        { "table", "unpack", on_table },  { "table", "move", move },        { NULL, "setmetatable", set_metatable },
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
