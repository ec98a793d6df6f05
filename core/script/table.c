/* SPDX-License-Identifier: MIT
 * table.c - columns in Lua: made, read, written, reckoned with.
 */
#include "core/script/table.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST = 1 << 30 };                             /* rows of a column */

static table_column *make(lua_State *L, size_t n, int words)
{
    if (n > LARGEST)
        luaL_error(L, "a column has at most %d rows, %f were asked for", LARGEST, (lua_Number)n);
    table_column *c = lua_newuserdatauv(L, sizeof *c + n * sizeof c->v[0], TABLE_COLUMN_VALUES);
    c->n = n;
    c->words = words;
    for (size_t i = 0; i < n; i++)
        c->v[i] = NAN;
    luaL_setmetatable(L, TABLE_COLUMN);
    return c;
}

double *table_push(lua_State *L, size_t n, const char *unit, const char *doc)
{
    table_column *c = make(L, n, 0);
    lua_pushstring(L, unit ? unit : "");
    lua_setiuservalue(L, -2, TABLE_UNIT);
    lua_pushstring(L, doc ? doc : "");
    lua_setiuservalue(L, -2, TABLE_DOC);
    return c->v;
}

void table_push_words(lua_State *L, size_t n, const uint32_t *index, char *const *word, size_t nword)
{
    table_column *c = make(L, n, 1);
    lua_createtable(L, (int)nword, (int)nword);
    for (size_t k = 0; k < nword; k++) {
        lua_pushstring(L, word[k] ? word[k] : "");
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)k + 1);
        lua_pushinteger(L, (lua_Integer)k + 1);
        lua_rawset(L, -3);
    }
    lua_setiuservalue(L, -2, TABLE_WORDS);
    for (size_t i = 0; index && i < n; i++)
        if (index[i] < nword)
            c->v[i] = index[i] + 1.0;
}

table_column *table_check(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, TABLE_COLUMN);
}

void table_word(lua_State *L, int column, size_t i, int value)
{
    column = lua_absindex(L, column);
    value = lua_absindex(L, value);
    table_column *c = lua_touserdata(L, column);
    lua_getiuservalue(L, column, TABLE_WORDS);
    lua_pushvalue(L, value);
    if (lua_rawget(L, -2) != LUA_TNUMBER) {
        lua_Integer next = (lua_Integer)lua_rawlen(L, -2) + 1;
        lua_pop(L, 1);
        lua_pushvalue(L, value);
        lua_rawseti(L, -2, next);
        lua_pushvalue(L, value);
        lua_pushinteger(L, next);
        lua_rawset(L, -3);
        lua_pushinteger(L, next);
    }
    c->v[i] = lua_tonumber(L, -1);
    lua_pop(L, 2);
}

void table_value(lua_State *L, int column, size_t i)
{
    const table_column *c = lua_touserdata(L, column);
    if (!c->words) {
        lua_pushnumber(L, c->v[i]);
    } else if (isnan(c->v[i])) {
        lua_pushnil(L);
    } else {
        lua_getiuservalue(L, column, TABLE_WORDS);
        lua_rawgeti(L, -1, (lua_Integer)c->v[i]);
        lua_remove(L, -2);
    }
}

void table_column_text(lua_State *L, int column, size_t i, char out[64], const char **word)
{
    const table_column *c = lua_touserdata(L, column);
    *word = NULL;
    out[0] = '\0';
    if (!c->words) {
        snprintf(out, 64, isnan(c->v[i]) ? "-" : "%.6g", c->v[i]);
        return;
    }
    table_value(L, column, i);
    *word = lua_isnil(L, -1) ? "" : lua_tostring(L, -1);
    lua_pop(L, 1);                                      /* the column's list of words keeps it */
}

/* Row `row` of the column at `column` becomes the value at the top, which is popped. */
static void set(lua_State *L, int column, size_t row)
{
    table_column *c = lua_touserdata(L, column);
    int type = lua_type(L, -1);
    if (type == LUA_TNIL)
        c->v[row] = NAN;
    else if (c->words && type == LUA_TSTRING)
        table_word(L, column, row, -1);
    else if (type == LUA_TNUMBER && (!c->words || isnan(lua_tonumber(L, -1))))
        c->v[row] = lua_tonumber(L, -1);
    else
        luaL_error(L, "row %I is a %s, but the column holds %s", (lua_Integer)row + 1, luaL_typename(L, -1),
                   c->words ? "words" : "numbers");
    lua_pop(L, 1);
}

void table_from_list(lua_State *L, int list)
{
    list = lua_absindex(L, list);
    if (luaL_testudata(L, list, TABLE_COLUMN)) {
        lua_pushvalue(L, list);
        return;
    }
    luaL_checktype(L, list, LUA_TTABLE);
    size_t n = (size_t)luaL_len(L, list);
    int words = 0;
    for (size_t i = 0; i < n && !words; i++) {
        words = lua_geti(L, list, (lua_Integer)i + 1) == LUA_TSTRING;
        bool number = lua_isnumber(L, -1);
        lua_pop(L, 1);
        if (number)
            break;
    }
    if (words)
        table_push_words(L, n, NULL, NULL, 0);
    else
        table_push(L, n, NULL, NULL);
    int column = lua_gettop(L);
    for (size_t i = 0; i < n; i++) {
        lua_geti(L, list, (lua_Integer)i + 1);
        set(L, column, i);
    }
}

/* fade.column({1, 2, 3}, "Ah") or fade.column(n, value, "Ah"). */
int table_new_column(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_Integer n = luaL_checkinteger(L, 1);
        luaL_argcheck(L, n >= 0 && n <= LARGEST, 1, "a number of rows is wanted");
        double value = luaL_optnumber(L, 2, NAN), *v = table_push(L, (size_t)n, luaL_optstring(L, 3, ""), NULL);
        for (lua_Integer i = 0; i < n; i++)
            v[i] = value;
        return 1;
    }
    const char *unit = luaL_optstring(L, 2, "");
    table_from_list(L, 1);
    if (!luaL_testudata(L, 1, TABLE_COLUMN)) {
        lua_pushstring(L, unit);
        lua_setiuservalue(L, -2, TABLE_UNIT);
    }
    return 1;
}

/* --- reckoning --- */

enum { ADD, SUB, MUL, DIV, POW };

static double reckon(int op, double a, double b)
{
    switch (op) {
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    case DIV:
        return a / b;
    default:
        return pow(a, b);
    }
}

/* An operand: a column of numbers, or a number that stands for one. */
static const table_column *operand(lua_State *L, int arg, double *number)
{
    if (lua_type(L, arg) == LUA_TNUMBER) {
        *number = lua_tonumber(L, arg);
        return NULL;
    }
    const table_column *c = table_check(L, arg);
    luaL_argcheck(L, !c->words, arg, "a column of words cannot be reckoned with");
    return c;
}

static int arithmetic(lua_State *L)
{
    int op = (int)lua_tointeger(L, lua_upvalueindex(1));
    double x = 0, y = 0;
    const table_column *a = operand(L, 1, &x), *b = operand(L, 2, &y);
    if (a && b && a->n != b->n)
        return luaL_error(L, "columns of %I and of %I rows do not go together", (lua_Integer)a->n, (lua_Integer)b->n);
    size_t n = a ? a->n : b->n;
    double *v = table_push(L, n, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        v[i] = reckon(op, a ? a->v[i] : x, b ? b->v[i] : y);
    return 1;
}

static int negate(lua_State *L)
{
    double x;
    const table_column *c = operand(L, 1, &x);
    double *v = table_push(L, c->n, NULL, NULL);
    for (size_t i = 0; i < c->n; i++)
        v[i] = -c->v[i];
    return 1;
}

/* c:map(f): a column of f(value, row). */
static int map(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_createtable(L, c->n < 1 << 20 ? (int)c->n : 0, 0);
    for (size_t i = 0; i < c->n; i++) {
        lua_pushvalue(L, 2);
        table_value(L, 1, i);
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_call(L, 2, 1);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushnumber(L, NAN);
        }
        lua_rawseti(L, 3, (lua_Integer)i + 1);
    }
    table_from_list(L, 3);
    return 1;
}

static int to_list(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    lua_createtable(L, c->n < 1 << 20 ? (int)c->n : 0, 0);
    for (size_t i = 0; i < c->n; i++) {
        table_value(L, 1, i);
        lua_rawseti(L, 2, (lua_Integer)i + 1);
    }
    return 1;
}

static int last(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    if (c->n)
        table_value(L, 1, c->n - 1);
    else
        lua_pushnil(L);
    return 1;
}

/* --- access --- */

static int length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)table_check(L, 1)->n);
    return 1;
}

static int column_index(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    if (lua_type(L, 2) == LUA_TNUMBER) {
        int whole;
        lua_Integer i = lua_tointegerx(L, 2, &whole);
        if (whole && i >= 1 && (size_t)i <= c->n)
            table_value(L, 1, (size_t)i - 1);
        else
            lua_pushnil(L);
        return 1;
    }
    const char *key = luaL_checkstring(L, 2);
    if (strcmp(key, "unit") == 0)
        lua_getiuservalue(L, 1, TABLE_UNIT);
    else if (strcmp(key, "doc") == 0)
        lua_getiuservalue(L, 1, TABLE_DOC);
    else if (lua_getfield(L, lua_upvalueindex(1), key) == LUA_TNIL)
        return luaL_error(L, "a column has no \"%s\"", key);
    return 1;
}

static int column_newindex(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "unit") == 0) {
        luaL_checkstring(L, 3);
        lua_settop(L, 3);
        lua_setiuservalue(L, 1, TABLE_UNIT);
        return 0;
    }
    lua_Integer i = luaL_checkinteger(L, 2);
    if (i < 1 || (size_t)i > c->n)
        return luaL_error(L, "row %I is outside 1 .. %I", i, (lua_Integer)c->n);
    lua_settop(L, 3);
    set(L, 1, (size_t)i - 1);
    return 0;
}

static int column_tostring(lua_State *L)
{
    enum { SHOWN = 10 };
    const table_column *c = table_check(L, 1);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    luaL_addchar(&b, '{');
    for (size_t i = 0; i < c->n && i < SHOWN; i++) {
        char number[64];
        const char *word;
        table_column_text(L, 1, i, number, &word);
        luaL_addstring(&b, i ? ", " : "");
        luaL_addstring(&b, word ? word : number);
    }
    if (c->n > SHOWN) {
        char more[48];
        snprintf(more, sizeof more, ", .. %zu in all", c->n);
        luaL_addstring(&b, more);
    }
    luaL_addchar(&b, '}');
    luaL_pushresult(&b);
    if (lua_getiuservalue(L, 1, TABLE_UNIT) == LUA_TSTRING && *lua_tostring(L, -1)) {
        lua_pushliteral(L, " ");
        lua_insert(L, -2);
        lua_concat(L, 3);
    } else {
        lua_pop(L, 1);
    }
    return 1;
}

static int release(lua_State *L)
{
    text_free(lua_touserdata(L, 1));
    return 0;
}

text *table_text(lua_State *L)
{
    text *t = lua_newuserdatauv(L, sizeof *t, 0);
    *t = (text){ 0 };
    if (luaL_newmetatable(L, "fade.text")) {
        lua_pushcfunction(L, release);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return t;
}

void table_column_metatable(lua_State *L)
{
    static const luaL_Reg methods[] = { { "map", map },           { "list", to_list },       { "last", last },
                                        { "median", table_median }, { "quantile", table_quantile }, { NULL, NULL } };
    static const char *const statistics[] = { "mean", "min", "max", "sum", "sd", "count" };
    static const char *const operators[] = { "__add", "__sub", "__mul", "__div", "__pow" };
    static const luaL_Reg meta[] = { { "__len", length },
                                     { "__newindex", column_newindex },
                                     { "__tostring", column_tostring },
                                     { "__unm", negate },
                                     { NULL, NULL } };
    luaL_newmetatable(L, TABLE_COLUMN);
    luaL_setfuncs(L, meta, 0);
    for (int op = 0; op < (int)(sizeof operators / sizeof *operators); op++) {
        lua_pushinteger(L, op);
        lua_pushcclosure(L, arithmetic, 1);
        lua_setfield(L, -2, operators[op]);
    }
    luaL_newlib(L, methods);
    for (int s = 0; s < (int)(sizeof statistics / sizeof *statistics); s++) {
        lua_pushinteger(L, s);
        lua_pushcclosure(L, table_statistic, 1);
        lua_setfield(L, -2, statistics[s]);
    }
    lua_pushcclosure(L, column_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
