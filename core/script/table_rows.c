/* SPDX-License-Identifier: MIT
 * table_rows.c - rows of a table: one at a time, those where something holds, in order, by group.
 */
#include "core/script/table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROW "fade.row"

typedef struct row { size_t i; } row;                   /* user value 1: its table */

/* Pushes a row that reads the table at `frame`. */
static row *push_row(lua_State *L, int frame)
{
    frame = lua_absindex(L, frame);
    row *r = lua_newuserdatauv(L, sizeof *r, 1);
    r->i = 0;
    lua_pushvalue(L, frame);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, ROW);
    return r;
}

static int row_index(lua_State *L)
{
    const row *r = luaL_checkudata(L, 1, ROW);
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, 1);
    table_column_of(L, 3, 2);
    table_value(L, 4, r->i);
    return 1;
}

void table_row_metatable(lua_State *L)
{
    luaL_newmetatable(L, ROW);
    lua_pushcfunction(L, row_index);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

/* t:row(i) or t[i]: a Lua table of the row's values; nil behind the last. */
int table_row(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    lua_Integer i = luaL_checkinteger(L, 2);
    if (i < 0)
        i += (lua_Integer)t->n + 1;
    if (i < 1 || (size_t)i > t->n) {
        lua_pushnil(L);
        return 1;
    }
    lua_settop(L, 2);
    lua_newtable(L);
    lua_getiuservalue(L, 1, TABLE_MAP);
    for (lua_pushnil(L); lua_next(L, 4); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        table_value(L, lua_absindex(L, -2), (size_t)i - 1);
        lua_rawset(L, 3);
    }
    lua_settop(L, 3);
    return 1;
}

static int next_row(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    lua_Integer i = luaL_checkinteger(L, 2);
    if (i < 0 || (size_t)i >= t->n)
        return 0;
    lua_pushinteger(L, i + 1);
    push_row(L, 1)->i = (size_t)i;
    return 2;
}

/* for i, row in t:rows() do .. row.capacity .. end */
int table_rows(lua_State *L)
{
    table_check_frame(L, 1);
    lua_pushcfunction(L, next_row);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* --- where --- */

/* Names in an expression: a column of the row (upvalue 1; its table is 2), else a global. */
static int name_of_expression(lua_State *L)
{
    lua_settop(L, 2);
    lua_getiuservalue(L, lua_upvalueindex(2), TABLE_MAP);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 3) != LUA_TNIL) {
        table_value(L, 4, ((const row *)lua_touserdata(L, lua_upvalueindex(1)))->i);
        return 1;
    }
    lua_pushglobaltable(L);
    lua_pushvalue(L, 2);
    if (lua_gettable(L, -2) == LUA_TNIL)
        table_column_of(L, lua_upvalueindex(2), 2);     /* says what is meant */
    return 1;
}

/* The text at index 2 becomes a function of the row at index 3. */
static void compile(lua_State *L)
{
    lua_pushfstring(L, "return %s", lua_tostring(L, 2));
    size_t n;
    const char *made = lua_tolstring(L, -1, &n);
    if (luaL_loadbufferx(L, made, n, "=where", "t"))
        luaL_error(L, "\"%s\" is no expression: %s", lua_tostring(L, 2), lua_tostring(L, -1));
    lua_newtable(L);                                    /* its names */
    lua_newtable(L);
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, name_of_expression, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setupvalue(L, -2, 1);
    lua_replace(L, 2);
    lua_settop(L, 3);
}

/* t:where(function(row) return row.cycle > 10 end) or t:where("cycle > 10 and cell == 'B0005'"). */
int table_where(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    lua_settop(L, 2);
    row *r = push_row(L, 1);
    if (lua_type(L, 2) == LUA_TSTRING)
        compile(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    size_t *at = lua_newuserdatauv(L, t->n * sizeof *at + 1, 0), n = 0;
    for (size_t i = 0; i < t->n; i++) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 3);
        r->i = i;
        lua_call(L, 1, 1);
        if (lua_toboolean(L, -1))
            at[n++] = i;
        lua_pop(L, 1);
    }
    table_take(L, 1, at, n);
    return 1;
}

/* --- sort --- */

typedef struct keyed { double key; size_t i; } keyed;

static int keyed_order(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int order = table_order(&x->key, &y->key);
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

typedef struct ranked { const char *word; size_t k; } ranked;

static int ranked_order(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->word, ((const ranked *)b)->word);
}

/* Words by their alphabet: their ranks, pushed as an array of doubles.  `words` is the list. */
static const double *ranks(lua_State *L, int words, size_t n)
{
    ranked *r = lua_newuserdatauv(L, n * sizeof *r + 1, 0);
    double *rank = lua_newuserdatauv(L, n * sizeof *rank + 1, 0);
    for (size_t k = 0; k < n; k++) {
        lua_rawgeti(L, words, (lua_Integer)k + 1);
        r[k] = (ranked){ lua_tostring(L, -1), k };
        lua_pop(L, 1);
    }
    qsort(r, n, sizeof *r, ranked_order);
    for (size_t k = 0; k < n; k++)
        rank[r[k].k] = (double)k;
    return rank;
}

/* t:sort("capacity_ah"[, true]): rising, or falling; equal ones stay in order, unknown ones come last. */
int table_sort(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    bool falling = lua_toboolean(L, 3);
    lua_settop(L, 2);
    table_column_of(L, 1, 2);
    const table_column *c = table_check(L, 3);
    const double *rank = NULL;
    if (c->words) {
        lua_getiuservalue(L, 3, TABLE_WORDS);
        rank = ranks(L, 4, (size_t)lua_rawlen(L, 4));
    }
    keyed *k = lua_newuserdatauv(L, t->n * sizeof *k + 1, 0);
    for (size_t i = 0; i < t->n; i++) {
        double v = isnan(c->v[i]) ? NAN : rank ? rank[(size_t)c->v[i] - 1] : c->v[i];
        k[i] = (keyed){ falling ? -v : v, i };
    }
    qsort(k, t->n, sizeof *k, keyed_order);
    size_t *at = lua_newuserdatauv(L, t->n * sizeof *at + 1, 0);
    for (size_t i = 0; i < t->n; i++)
        at[i] = k[i].i;
    table_take(L, 1, at, t->n);
    return 1;
}

/* --- groups --- */

typedef struct parts {
    size_t at, n;                                       /* group to give next; of how many */
    keyed *row;                                         /* [rows] by value, then by place */
    size_t *start; /* [n + 1] where each begins, in the order of their first rows */
    size_t rows;
} parts;

static int start_order(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* Upvalues: the table, its column, parts, and their two arrays. */
static int next_group(lua_State *L)
{
    parts *p = lua_touserdata(L, lua_upvalueindex(3));
    if (p->at == p->n)
        return 0;
    size_t from = p->start[p->at], n = 0;
    while (from + n < p->rows && p->row[from + n].key <= p->row[from].key)
        n++;
    p->at++;
    lua_settop(L, 0);
    table_value(L, lua_upvalueindex(2), p->row[from].i);
    size_t *at = lua_newuserdatauv(L, n * sizeof *at + 1, 0);
    for (size_t k = 0; k < n; k++)
        at[k] = p->row[from + k].i;
    lua_pushvalue(L, lua_upvalueindex(1));
    table_take(L, 3, at, n);
    lua_pushvalue(L, 1);
    lua_insert(L, -2);
    return 2;
}

/* for value, part in t:groups("cell") do .. end: in the order of their first rows; rows without a value are left out.
 */
int table_groups(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    lua_settop(L, 2);
    table_column_of(L, 1, 2);
    lua_remove(L, 2);
    const table_column *c = table_check(L, 2);
    parts *p = lua_newuserdatauv(L, sizeof *p, 0);
    *p = (parts){ 0 };
    p->row = lua_newuserdatauv(L, t->n * sizeof *p->row + 1, 0);
    for (size_t i = 0; i < t->n; i++)
        if (!isnan(c->v[i]))
            p->row[p->rows++] = (keyed){ c->v[i], i };
    qsort(p->row, p->rows, sizeof *p->row, keyed_order);
    keyed *start = lua_newuserdatauv(L, p->rows * sizeof *start + 1, 0);
    for (size_t k = 0; k < p->rows; k++)
        if (!k || p->row[k].key > p->row[k - 1].key)
            start[p->n++] = (keyed){ (double)p->row[k].i, k };
    qsort(start, p->n, sizeof *start, start_order);
    size_t *first = lua_newuserdatauv(L, p->n * sizeof *first + 1, 0);
    for (size_t k = 0; k < p->n; k++)
        first[k] = start[k].i;
    p->start = first;
    lua_remove(L, -2);
    lua_pushcclosure(L, next_group, 5);
    return 1;
}
