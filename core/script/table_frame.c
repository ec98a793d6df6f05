/* SPDX-License-Identifier: MIT
 * table_frame.c - tables in Lua: columns of one length by name; made, read, cut.
 */
#include "core/script/table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

table_frame *table_check_frame(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, TABLE_FRAME);
}

void table_push_frame(lua_State *L, size_t n)
{
    table_frame *t = lua_newuserdatauv(L, sizeof *t, TABLE_FRAME_VALUES);
    t->n = n;
    lua_newtable(L);
    lua_setiuservalue(L, -2, TABLE_NAMES);
    lua_newtable(L);
    lua_setiuservalue(L, -2, TABLE_MAP);
    luaL_setmetatable(L, TABLE_FRAME);
}

void table_put(lua_State *L, int frame, const char *name, const char *alias)
{
    frame = lua_absindex(L, frame);
    const table_frame *t = lua_touserdata(L, frame);
    const table_column *c = lua_touserdata(L, -1);
    if (c->n != t->n)
        luaL_error(L, "column \"%s\" has %I rows, the table %I", name, (lua_Integer)c->n, (lua_Integer)t->n);
    lua_getiuservalue(L, frame, TABLE_MAP);
    lua_getiuservalue(L, frame, TABLE_NAMES);
    bool listed = false;
    for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, -1); i <= n && !listed; i++) {
        lua_rawgeti(L, -1, i);
        listed = strcmp(lua_tostring(L, -1), name) == 0;
        lua_pop(L, 1);
    }
    if (!listed) {
        lua_pushstring(L, name);
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    lua_pushvalue(L, -3);
    lua_setfield(L, -3, name);
    if (alias && strcmp(alias, name) != 0) {
        if (lua_getfield(L, -2, alias) == LUA_TNIL) {
            lua_pushvalue(L, -4);
            lua_setfield(L, -4, alias);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 3);
}

/* Raises for a name the table has not, with the nearest it has. */
static int unknown(lua_State *L, int frame, const char *name)
{
    lua_getiuservalue(L, frame, TABLE_NAMES);
    size_t n = (size_t)lua_rawlen(L, -1);
    int names = lua_gettop(L);
    const char **word = lua_newuserdatauv(L, n * sizeof *word + 1, 0);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, names, (lua_Integer)i + 1);
        word[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    const char *near = text_nearest(name, word, n);
    if (near)
        return luaL_error(L, "the table has no column \"%s\"; did you mean \"%s\"?", name, near);
    return luaL_error(L, "the table has no column \"%s\"", name);
}

void table_column_of(lua_State *L, int frame, int name)
{
    frame = lua_absindex(L, frame);
    name = lua_absindex(L, name);
    luaL_checkstring(L, name);
    lua_getiuservalue(L, frame, TABLE_MAP);
    lua_pushvalue(L, name);
    if (lua_rawget(L, -2) == LUA_TNIL)
        unknown(L, frame, lua_tostring(L, name));
    lua_remove(L, -2);
}

/* --- cutting --- */

/* Rows of the column at the top, in the order given, take its place. */
static void take_column(lua_State *L, const size_t *row, size_t n)
{
    int from = lua_gettop(L);
    const table_column *c = lua_touserdata(L, from);
    if (c->words) {
        table_push_words(L, n, NULL, NULL, 0);
        lua_getiuservalue(L, from, TABLE_WORDS);
        lua_setiuservalue(L, -2, TABLE_WORDS);          /* the list of words is shared: it only ever grows */
    } else {
        table_push(L, n, NULL, NULL);
        for (int k = TABLE_UNIT; k <= TABLE_DOC; k++) {
            lua_getiuservalue(L, from, k);
            lua_setiuservalue(L, -2, k);
        }
    }
    table_column *out = lua_touserdata(L, -1);
    for (size_t i = 0; i < n; i++)
        out->v[i] = c->v[row[i]];
    lua_remove(L, from);
}

/* Names that lead to a column besides its own lead to it in the new table too. */
static void copy_aliases(lua_State *L, int from, int to)
{
    lua_getiuservalue(L, from, TABLE_MAP);
    lua_getiuservalue(L, to, TABLE_MAP);
    lua_newtable(L);                                    /* column -> the one that took its place */
    lua_getiuservalue(L, from, TABLE_NAMES);
    int top = lua_gettop(L), names = top, place = top - 1, new = top - 2, old = top - 3;
    for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, names); i <= n; i++) {
        lua_rawgeti(L, names, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, old);
        lua_insert(L, -2);
        if (lua_rawget(L, new) == LUA_TNIL)
            lua_pop(L, 2);                              /* not taken over */
        else
            lua_rawset(L, place);
    }
    lua_pushnil(L);
    while (lua_next(L, old)) {
        if (lua_rawget(L, place) != LUA_TNIL) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, new);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_settop(L, top - 4);
}

void table_take(lua_State *L, int frame, const size_t *row, size_t n)
{
    frame = lua_absindex(L, frame);
    lua_getiuservalue(L, frame, TABLE_NAMES);
    lua_getiuservalue(L, frame, TABLE_MAP);
    table_push_frame(L, n);
    int out = lua_gettop(L), map = out - 1, names = out - 2;
    for (lua_Integer i = 1, many = (lua_Integer)lua_rawlen(L, names); i <= many; i++) {
        lua_rawgeti(L, names, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, map);
        take_column(L, row, n);
        table_put(L, out, lua_tostring(L, -2), NULL);
        lua_pop(L, 1);
    }
    copy_aliases(L, frame, out);
    lua_replace(L, names);
    lua_settop(L, names);
}

/* t:head(n), t:tail(n): upvalue 1 says whether the end is meant. */
static int end_of(lua_State *L)
{
    enum { SHOWN = 10 };
    const table_frame *t = table_check_frame(L, 1);
    lua_Integer asked = luaL_optinteger(L, 2, SHOWN);
    size_t n = asked < 0 ? 0 : (size_t)asked < t->n ? (size_t)asked : t->n;
    size_t *row = lua_newuserdatauv(L, n * sizeof *row + 1, 0),
           from = lua_toboolean(L, lua_upvalueindex(1)) ? t->n - n : 0;
    for (size_t i = 0; i < n; i++)
        row[i] = from + i;
    table_take(L, 1, row, n);
    return 1;
}

/* t:select("a", "b") or t:select{"a", "b"}: columns are shared, not copied. */
static int select_columns(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    if (!lua_istable(L, 2)) {
        lua_createtable(L, lua_gettop(L), 0);
        lua_insert(L, 2);
        for (int i = lua_gettop(L) - 2; i >= 1; i--)
            lua_rawseti(L, 2, i);
    }
    lua_settop(L, 2);
    table_push_frame(L, t->n);
    for (lua_Integer i = 1, n = luaL_len(L, 2); i <= n; i++) {
        lua_geti(L, 2, i);
        table_column_of(L, 1, -1);
        table_put(L, 3, lua_tostring(L, -2), NULL);
        lua_pop(L, 1);
    }
    copy_aliases(L, 1, 3);
    return 1;
}

/* --- access --- */

static int column(lua_State *L)
{
    table_check_frame(L, 1);
    table_column_of(L, 1, 2);
    return 1;
}

static int names(lua_State *L)
{
    table_check_frame(L, 1);
    lua_getiuservalue(L, 1, TABLE_NAMES);
    lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -2, i);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

static int length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)table_check_frame(L, 1)->n);
    return 1;
}

/* A method, a row by number, or a column. */
static int frame_index(lua_State *L)
{
    table_check_frame(L, 1);
    if (lua_type(L, 2) == LUA_TNUMBER)
        return table_row(L);
    luaL_checkstring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        table_column_of(L, 1, 2);
    return 1;
}

/* t.name = column or list. */
static int frame_newindex(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    const char *name = luaL_checkstring(L, 2);
    if (lua_type(L, 3) == LUA_TNUMBER) {
        double value = lua_tonumber(L, 3), *v = table_push(L, t->n, NULL, NULL);
        for (size_t i = 0; i < t->n; i++)
            v[i] = value;
    } else {
        table_from_list(L, 3);
    }
    table_put(L, 1, name, NULL);
    return 0;
}

/* Adds the list or column at the top under the name below it and pops the latter; the first one makes the table at
 * `frame`. */
static void add(lua_State *L, int frame)
{
    luaL_checkstring(L, -2);
    table_from_list(L, -1);
    lua_remove(L, -2);
    if (lua_isnil(L, frame)) {
        table_push_frame(L, ((const table_column *)lua_touserdata(L, -1))->n);
        lua_replace(L, frame);
    }
    table_put(L, frame, lua_tostring(L, -2), NULL);
    lua_pop(L, 1);
}

/* fade.table{ cycle = {1, 2}, capacity = column } (columns by name) or fade.table{ {"cycle", {1, 2}}, {"capacity", ..}
 * }. */
int table_new_frame(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushnil(L);
    lua_newtable(L);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pushvalue(L, -2);
            lua_rawseti(L, 3, ++n);
        }
    }
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, 3);
    lua_call(L, 1, 0);
    lua_settop(L, 3);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 3, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, 1);
        add(L, 2);
    }
    for (lua_Integer i = 1; lua_geti(L, 1, i) == LUA_TTABLE; i++) {
        lua_geti(L, 4, 1);
        lua_geti(L, 4, 2);
        add(L, 2);
        lua_settop(L, 3);
    }
    lua_settop(L, 2);
    if (lua_isnil(L, 2))
        table_push_frame(L, 0);
    return 1;
}

static void frame_metatable(lua_State *L)
{
    static const luaL_Reg methods[] = { { "column", column }, { "names", names },     { "select", select_columns },
                                        { "where", table_where }, { "sort", table_sort }, { "groups", table_groups },
                                        { "row", table_row }, { "rows", table_rows }, { "csv", table_csv },
                                        { NULL, NULL } };
    static const luaL_Reg meta[] = {
        { "__len", length }, { "__newindex", frame_newindex }, { "__tostring", table_tostring }, { NULL, NULL }
    };
    luaL_newmetatable(L, TABLE_FRAME);
    luaL_setfuncs(L, meta, 0);
    luaL_newlib(L, methods);
    for (int tail = 0; tail < 2; tail++) {
        lua_pushboolean(L, tail);
        lua_pushcclosure(L, end_of, 1);
        lua_setfield(L, -2, tail ? "tail" : "head");
    }
    lua_pushcclosure(L, frame_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

void table_metatables(lua_State *L)
{
    table_column_metatable(L);
    frame_metatable(L);
    table_row_metatable(L);
}
