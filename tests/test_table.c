/* SPDX-License-Identifier: MIT
 * test_table.c - columns and tables in Lua: what they hold, what they reckon, what they refuse; memory that runs out.
 */
#include "tests/lua_rig.h"

static void columns_hold_numbers_and_words(void **state)
{
    (void)state;
    lua_rig_do(
        "local c = fade.column({1.5, 2, 0/0}, 'Ah')\n"
        "equal(#c, 3) equal(c[1], 1.5) equal(c[4], nil) equal(c[0], nil) equal(c[1.5], nil) equal(c.unit, 'Ah')\n"
        "assert(c[3] ~= c[3])\n"
        "c[3] = 4 equal(c[3], 4) c[3] = nil assert(c[3] ~= c[3])\n"
        "c.unit = 'mAh' equal(c.unit, 'mAh') equal(c.doc, '')\n"
        "local w = fade.column{'b', 'a', 'b'}\n"
        "equal(w[1], 'b') equal(w[2], 'a') w[2] = 'new' equal(w[2], 'new') w[2] = nil equal(w[2], nil)\n"
        "equal(w:count(), 2) equal(fade.column(3, 7)[3], 7) equal(#fade.column{}, 0)\n"
        "equal(table.concat(c:list(), ' ', 1, 2), '1.5 2.0') equal(c:map(function(v, i) return i end):sum(), 6)\n"
        "equal(w:map(function(v) return v and v .. '!' end)[1], 'b!')\n"
        "equal(tostring(fade.column{1, 2}), '{1, 2}') equal(tostring(fade.column({1}, 'A')), '{1} A')\n"
        "assert(tostring(fade.column(12, 1)):find('.. 12 in all', 1, true))\n"
        "equal(fade.column{1, 9}:last(), 9) equal(fade.column{}:last(), nil)\n"
        "equal(c, fade.column(c))\n");
}

static void columns_refuse_what_they_cannot_hold(void **state)
{
    (void)state;
    lua_rig_do("local c, w = fade.column{1, 2}, fade.column{'a'}\n"
               "refuses('outside 1 .. 2', function() c[3] = 1 end)\n"
               "refuses('holds numbers', function() c[1] = 'x' end)\n"
               "refuses('holds words', function() w[1] = 3 end)\n"
               "refuses('holds numbers', fade.column, {1, 'x'})\n"
               "refuses('no \"mode\"', function() return c.mode end)\n"
               "refuses('number of rows', fade.column, -1)\n"
               "refuses('number of rows', fade.column, 2^40 // 1 | 0)\n"
               "refuses('no such number', w.mean, w)\n"
               "refuses('from 0 to 1', c.quantile, c, 1.5) refuses('wants one', c.quantile, c)\n"
               "refuses('of 2 and of 3 rows', function() return c + fade.column{1, 2, 3} end)\n"
               "refuses('reckoned', function() return c + w end)\n"
               "refuses('column expected', function() return c + 'x' end)\n"
               "refuses('column expected', c.mean, 3)\n");
}

static void statistics_leave_unknown_ones_out(void **state)
{
    (void)state;
    lua_rig_do("local nan = 0/0\n"
               "local c = fade.column{3, nan, 1, 2, 10}\n"
               "equal(c:count(), 4) equal(c:mean(), 4) equal(c:min(), 1) equal(c:max(), 10) equal(c:sum(), 16)\n"
               "near(c:sd(), math.sqrt((1 + 9 + 4 + 36) / 3))\n"
               "equal(c:median(), 2.5) local a, b, d = c:quantile(0, 0.25, 1) equal(a, 1) equal(b, 1.75) equal(d, 10)\n"
               "local none = fade.column{nan}\n"
               "for _, f in ipairs{'mean', 'min', 'max', 'sd', 'median'} do\n"
               "  local v = none[f](none) if f == 'min' or f == 'max' or f == 'mean' then assert(v ~= v, f) end\n"
               "end\n"
               "local one = fade.column{5}:sd() assert(one ~= one) equal(none:sum(), 0)\n"
               "local big = fade.column{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16} near(big:sd(), math.sqrt(30), 1e-9)\n");
}

static void columns_reckon(void **state)
{
    (void)state;
    lua_rig_do(
        "local a, b = fade.column{1, 2, 4}, fade.column{2, 2, 2}\n"
        "equal((a + b)[3], 6) equal((a - b)[1], -1) equal((a * b)[2], 4) equal((a / b)[3], 2) equal((a ^ b)[3], 16)\n"
        "equal((1 - a)[2], -1) equal((2 ^ a)[3], 16) equal((-a)[1], -1) equal((a * 3)[1], 3)\n"
        "local n = 0 for i, v in ipairs(a) do n = n + i * v end equal(n, 17)\n");
}

static void tables_give_columns_and_rows(void **state)
{
    (void)state;
    lua_rig_do(
        "local t = fade.table{ {'cell', {'b', 'a', 'b'}}, {'cycle', {1, 2, 3}} }\n"
        "equal(#t, 3) equal(t.cycle:sum(), 6) equal(t[2].cell, 'a') equal(t:row(-1).cycle, 3) equal(t[4], nil)\n"
        "equal(t:column('cycle'), t.cycle) equal(table.concat(t:names(), ','), 'cell,cycle')\n"
        "t.twice = t.cycle * 2 equal(t[3].twice, 6) t.one = 1 equal(t.one:sum(), 3) t.l = {5, 6, 7} equal(t.l[3], 7)\n"
        "local s = 0 for i, r in t:rows() do s = s + i * r.cycle end equal(s, 14)\n"
        "equal(#t:head(2), 2) equal(t:tail(1).cycle[1], 3) equal(#t:head(100), 3) equal(#t:head(0), 0)\n"
        "equal(table.concat(t:select('cycle', 'cell'):names(), ','), 'cycle,cell')\n"
        "equal(table.concat(t:select{'cycle'}:names(), ','), 'cycle')\n"
        "equal(table.concat(fade.table{ b = {1}, a = {2} }:names(), ','), 'a,b')\n"
        "equal(#fade.table{}, 0) equal(#fade.table{}:names(), 0)\n"
        "refuses('did you mean \"cycle\"', function() return t.cycl end)\n"
        "refuses('no column \"zzzzzzzz\"', function() return t.zzzzzzzz end)\n"
        "refuses('has 2 rows, the table 3', function() t.x = {1, 2} end)\n"
        "refuses('did you mean', t.select, t, 'cicle')\n"
        "refuses('did you mean', function() for _, r in t:rows() do return r.cycl end end)\n");
}

static void rows_are_chosen_sorted_and_grouped(void **state)
{
    (void)state;
    lua_rig_do(
        "local t = fade.table{ {'cell', {'b', 'a', 'b', 'c'}}, {'q', {2, 1.5, 0/0, 1}} }\n"
        "t.q.unit = 'Ah'\n"
        "equal(#t:where(\"cell == 'b'\"), 2) equal(t:where(function(r) return r.q < 2 end).cell[1], 'a')\n"
        "equal(t:where('q < 2').q.unit, 'Ah') equal(#t:where('math.floor(q) == 1'), 2) equal(#t:where('false'), 0)\n"
        "limit = 1.6 equal(#t:where('q < limit'), 2)\n"
        "local s = t:sort('q') equal(s.q[1], 1) equal(s.cell[4], 'b') assert(s.q[4] ~= s.q[4])\n"
        "s = t:sort('q', true) equal(s.q[1], 2) assert(s.q[4] ~= s.q[4])\n"
        "s = t:sort('cell') equal(table.concat(s.cell:list()), 'abbc') equal(s.q[2], 2)\n"
        "equal(table.concat(t:sort('cell', true).cell:list()), 'cbba')\n"
        "local seen = {} for name, part in t:groups('cell') do seen[#seen + 1] = name .. #part end\n"
        "equal(table.concat(seen, ' '), 'b2 a1 c1')\n"
        "seen = {} for q in t:groups('q') do seen[#seen + 1] = q end equal(#seen, 3)\n"
        "refuses('did you mean \"q\"', t.where, t, 'qq > 1') refuses('is no expression', t.where, t, 'q >')\n"
        "refuses('function expected', t.where, t, 3) refuses('here', t.where, t, function() error('here') end)\n"
        "refuses('no column', t.sort, t, 'nothing') refuses('no column', t.groups, t, 'nothing')\n");
}

static void tables_are_printed_and_written(void **state)
{
    (void)state;
    lua_rig_do("local t = fade.table{ {'cell', {'b', 'long \"one\", é'}}, {'q', {2, 0/0}} }\n"
               "equal(t:csv(), 'cell,q\\nb,2\\n\"long \"\"one\"\", é\",\\n')\n"
               "equal(t:csv(folder .. '/t.csv'), t)\n"
               "local f = io.open(folder .. '/t.csv') equal(f:read('a'), t:csv()) f:close()\n"
               "refuses('no/where', t.csv, t, folder .. '/no/where.csv')\n"
               "equal(tostring(t), 'cell           q\\nb              2\\nlong \"one\", é  -\\n2 rows, 2 columns')\n"
               "local long = fade.table{ x = fade.column(30, 1) }\n"
               "local lines = select(2, tostring(long):gsub('\\n', '')) equal(lines, 18)\n"
               "assert(tostring(long):find('\\n..\\n', 1, true))\n"
               "local wide = {} for i = 1, 40 do wide['column_' .. i] = {1} end\n"
               "assert(tostring(fade.table(wide)):find('not shown: column_', 1, true))\n"
               "equal(tostring(fade.table{}), '0 rows, 0 columns')\n");
}

/* ---- memory runs out at every allocation once ---- */

typedef struct bank { long left; } bank;

static void *draw(void *ud, void *p, size_t old, size_t n)
{
    bank *b = ud;
    if (n == 0) {
        free(p);
        return NULL;
    }
    if (n > (p ? old : 0) && b->left >= 0 && b->left-- == 0) {
        b->left = 0;
        return NULL;
    }
    return realloc(p, n);
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    static const char chunk[] = "local t = fade.table{ {'cell', {'b', 'a', 'b'}}, {'q', {2, 1, 3}} }\n"
                                "t.z = t.q * 2 local s = tostring(t:where('q > 1'):sort('cell')) s = t:csv()\n"
                                "for n, g in t:groups('cell') do s = g.q:median() end\n"
                                "return fade.plugin('virtual').id\n";
    bank b = { -1 };
    lua_State *L = lua_newstate(draw, &b);
    assert_non_null(L);
    luaL_openlibs(L);
    luaL_requiref(L, "fade", module_open, 1);
    assert_int_equal(luaL_dostring(L, chunk), 0);
    int failed = 0, rc = 1;
    for (long k = 0; rc && k < 20000; k += k < 50 ? 1 : 7) {
        lua_settop(L, 0);
        b.left = -1;
        lua_gc(L, LUA_GCCOLLECT, 0);
        b.left = k;
        rc = luaL_dostring(L, chunk);
        failed += rc != 0;
    }
    assert_int_equal(rc, 0);
    assert_true(failed > 50);
    assert_string_equal(lua_tostring(L, -1), "virtual");
    b.left = -1;
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_hold_numbers_and_words),
        cmocka_unit_test(columns_refuse_what_they_cannot_hold),
        cmocka_unit_test(statistics_leave_unknown_ones_out),
        cmocka_unit_test(columns_reckon),
        cmocka_unit_test(tables_give_columns_and_rows),
        cmocka_unit_test(rows_are_chosen_sorted_and_grouped),
        cmocka_unit_test(tables_are_printed_and_written),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, lua_rig_open, lua_rig_close);
}
