/* SPDX-License-Identifier: MIT
 * script_state.c - the sandbox: a Lua state with a cap on memory, a budget of work, and only what cannot do harm.
 */
#include "core/script/script_state.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/script/script_guard.h"
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVERY = 1000, BYTES_PER_STEP = 64, GREAT = 65536 };
static const size_t memory_most = (size_t)64 << 20;
static const int64_t load_steps = 200000000, call_steps = 10000000, most_ns = 1000000000;

static int64_t thread_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static script_state *state_of(lua_State *L) { return *(script_state **)lua_getextraspace(L); }

/* Bytes are work too: a loop of great strings takes few instructions and much time. */
static void *allocate(void *ctx, void *at, size_t before, size_t n)
{
    script_state *s = ctx;
    size_t old = at ? before : 0;
    if (n == 0) {
        s->used -= old;
        free(at);
        return NULL;
    }
    if (n > old) {
        s->budget -= (int64_t)((n - old) / BYTES_PER_STEP);
        bool late = n > GREAT && s->cap && (s->budget < 0 || thread_ns() - s->began_ns > most_ns);
        if (s->cap && (s->used + (n - old) > s->cap || late))
            return NULL;
    }
    void *to = realloc(at, n);
    if (to)
        s->used += n - old;
    return to;
}

/* Once over, every instruction asks again: neither pcall nor a coroutine gets away.  The time stands for functions in
 * C, which are one instruction however long they work. */
static void count(lua_State *L, lua_Debug *d)
{
    (void)d;
    script_state *s = state_of(L);
    s->budget -= lua_gethookcount(L);
    if (s->budget >= 0 && thread_ns() - s->began_ns < most_ns)
        return;
    s->budget = -1;
    lua_sethook(L, count, LUA_MASKCOUNT, 1);
    luaL_error(L, "it takes too long: a scenario's code has 1 s and 200 million steps to load, a function 1 s and 10 "
                  "million; --trust lifts that");
}

void script_state_call(script_state *s, uint64_t id, uint64_t row)
{
    s->budget = s->a_call;
    s->began_ns = s->trust ? 0 : thread_ns();
    s->id = id;
    s->row = row;
    s->drawn = 0;
    if (!s->trust)
        lua_sethook(s->L, count, LUA_MASKCOUNT, EVERY);
}

bool script_state_late(lua_State *L)
{
    const script_state *s = state_of(L);
    return !s->trust && thread_ns() - s->began_ns > most_ns;
}

/* math.random(), (m), (m, n): the same for a row whatever thread calls. */
static int draw(lua_State *L)
{
    script_state *s = state_of(L);
    double u = random_uniform(s->seed, s->id, s->row, s->drawn++);
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
    case 0: lua_pushnumber(L, u); return 1;
    case 1: high = luaL_checkinteger(L, 1); break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default: return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    double wide = (double)high - (double)low + 1;
    lua_Integer k = low + (lua_Integer)(u * wide);
    lua_pushinteger(L, k > high ? high : k);
    return 1;
}

/* print(..) is a line of the log. */
static int print(lua_State *L)
{
    luaL_Buffer b;
    int n = lua_gettop(L);
    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        if (i > 1)
            luaL_addchar(&b, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&b);
    }
    luaL_pushresult(&b);
    log_say(LOG_INFO, NULL, "script: %s", lua_tostring(L, -1));
    return 0;
}

static void forget(lua_State *L, int table, const char *const *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lua_pushnil(L);
        lua_setfield(L, table, name[i]);
    }
}

/* What would differ from run to run: the order of keys, and addresses. */
static const char prelude[] =
    "local next, sort, type, error, getmetatable, find, gsub = next, table.sort, type, error, getmetatable, "
    "string.find, "
    "string.gsub\n"
    "local plain, format, pack, unpack = tostring, string.format, table.pack, table.unpack\n"
    "local function before(a, b)\n"
    "  local s, t = type(a), type(b)\n"
    "  if s ~= t then return s < t end\n"
    "  if s == 'boolean' then return b and not a end\n"
    "  return a < b\n"
    "end\n"
    "local function ordered(t)\n"
    "  if type(t) ~= 'table' then error('a table is wanted, not a ' .. type(t), 3) end\n"
    "  local keys, n = {}, 0\n"
    "  for k in next, t do\n"
    "    local s = type(k)\n"
    "    if s ~= 'number' and s ~= 'string' and s ~= 'boolean' then error('keys that are a ' .. s .. ' have no order', "
    "3) "
    "end\n"
    "    n = n + 1\n"
    "    keys[n] = k\n"
    "  end\n"
    "  sort(keys, before)\n"
    "  return keys\n"
    "end\n"
    "function pairs(t)\n"
    "  local keys, i = ordered(t), 0\n"
    "  return function() i = i + 1 local k = keys[i] if k ~= nil then return k, t[k] end end, t\n"
    "end\n"
    "_G.next = function(t, k)\n"
    "  local keys = ordered(t)\n"
    "  for i = 1, #keys do\n"
    "    if k == nil then return keys[i], t[keys[i]] end\n"
    "    if keys[i] == k then k = nil end\n"
    "  end\n"
    "end\n"
    "function tostring(v)\n"
    "  local s = type(v)\n"
    "  if s == 'function' or s == 'thread' then return s end\n"
    "  if s == 'table' then\n"
    "    local m = getmetatable(v)\n"
    "    if type(m) ~= 'table' or m.__tostring == nil then return s end\n"
    "  end\n"
    "  return plain(v)\n"
    "end\n"
    "local tostring = tostring\n"
    "function string.format(f, ...)\n"
    "  if type(f) == 'string' and find(gsub(f, '%%%%', ''), '%%[-+ #0-9.]*p') then error('%p is an address: it differs "
    "from run to run', 2) end\n"
    "  local a = pack(...)\n"
    "  for i = 1, a.n do\n"
    "    local s = type(a[i])\n"
    "    if s == 'table' or s == 'function' or s == 'thread' then a[i] = tostring(a[i]) end\n"
    "  end\n"
    "  return format(f, unpack(a, 1, a.n))\n"
    "end\n";

static int open_sandbox(lua_State *L)
{
    static const luaL_Reg libraries[] = { { LUA_GNAME, luaopen_base },          { LUA_STRLIBNAME, luaopen_string },
                                          { LUA_TABLIBNAME, luaopen_table },    { LUA_MATHLIBNAME, luaopen_math },
                                          { LUA_UTF8LIBNAME, luaopen_utf8 },    { LUA_COLIBNAME, luaopen_coroutine } };
    static const char *const base[] = { "load", "loadfile", "dofile", "collectgarbage", "require", "rawset", "warn" };
    static const char *const strings[] = { "dump" }, *const numbers[] = { "randomseed" };
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    lua_pushglobaltable(L);
    int globals = lua_gettop(L);
    forget(L, globals, base, sizeof base / sizeof *base);
    lua_pushcfunction(L, print);
    lua_setfield(L, globals, "print");
    lua_getfield(L, globals, "string");
    forget(L, globals + 1, strings, 1);
    lua_getfield(L, globals, "math");
    forget(L, globals + 2, numbers, 1);
    lua_pushcfunction(L, draw);
    lua_setfield(L, globals + 2, "random");
    script_guard(L);
    lua_settop(L, globals - 1);
    if (luaL_loadbufferx(L, prelude, sizeof prelude - 1, "=prelude", "t"))
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

static int open_all(lua_State *L)
{
    luaL_openlibs(L);
    lua_getglobal(L, "math");
    lua_pushcfunction(L, draw);
    lua_setfield(L, -2, "random");
    return 0;
}

/* The first line of what stands at the top, which goes. */
static int said(lua_State *L, why *w)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error that is no text";
    int rc = fail(w, E_INPUT, "%.*s%s", (int)strcspn(text, "\n"), text,
                  strcmp(text, "not enough memory") == 0 ? " (a script may hold 64 MiB unless it is trusted)" : "");
    lua_pop(L, 1);
    return rc;
}

int script_state_open(script_state *s, bool trust, size_t memory, uint64_t instructions, why *w)
{
    *s = (script_state){ .trust = trust };
    s->cap = trust ? 0 : memory ? memory : memory_most;
    s->a_call = instructions ? (int64_t)instructions : call_steps;
    s->at_load = instructions ? (int64_t)instructions : load_steps;
    s->budget = s->at_load;
    s->L = lua_newstate(allocate, s);
    if (!s->L)
        return fail(w, E_NOMEM, "no memory for a script");
    *(script_state **)lua_getextraspace(s->L) = s;
    lua_pushcfunction(s->L, trust ? open_all : open_sandbox);
    if (lua_pcall(s->L, 0, 0, 0))
        return fail(w, E_NOMEM, "no memory for a script");
    if (!trust)
        lua_sethook(s->L, count, LUA_MASKCOUNT, EVERY);
    return E_OK;
}

void script_state_close(script_state *s)
{
    if (s->L)
        lua_close(s->L);
    s->L = NULL;
}

int script_state_load(script_state *s, const char *file, const char *made, why *w)
{
    char name[300];
    snprintf(name, sizeof name, "@%.280s", file);
    s->budget = s->at_load;
    s->began_ns = thread_ns();
    if (luaL_loadbufferx(s->L, made, strlen(made), name, "t") || lua_pcall(s->L, 0, 1, 0))
        return said(s->L, w);
    return E_OK;
}

static int no_write(lua_State *L)
{
    return luaL_error(L, "global '%s' cannot be set when the scenario runs: results would depend on the order of cells",
                      luaL_tolstring(L, 2, NULL));
}

/* A table in front of the one at the top, for reading only; it takes its place. */
static void front(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, no_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_replace(L, -2);
}

/* All globals move behind an empty table: reading goes through, writing is told; so do the libraries' tables. */
static int freeze(lua_State *L)
{
    static const char *const libraries[] = { "string", "table", "math", "utf8", "coroutine" };
    lua_pushglobaltable(L);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        lua_pushstring(L, libraries[i]);
        if (lua_rawget(L, 1) == LUA_TTABLE) {
            front(L);
            lua_setfield(L, 1, libraries[i]);
        } else
            lua_pop(L, 1);
    }
    lua_settop(L, 0);
    lua_pushglobaltable(L);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 1);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 2);
    }
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushnil(L);
        lua_rawset(L, 1);
    }
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, no_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, 1);
    return 0;
}

int script_state_freeze(script_state *s, why *w)
{
    if (s->trust)
        return E_OK;
    lua_pushcfunction(s->L, freeze);
    return lua_pcall(s->L, 0, 0, 0) ? said(s->L, w) : E_OK;
}
