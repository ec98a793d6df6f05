/* SPDX-License-Identifier: MIT
 * test_module.c - the Lua module fade: facts, checks, runs, results, and what each says when it cannot.
 */
#include "tests/lua_rig.h"

/* Scenario files the chunks speak of. */
#define LIFE                                                                                                          \
    "local function life(text)\n"                                                                                     \
    "  local path = folder .. '/life.toml'\n"                                                                         \
    "  local f = io.open(path, 'w')\n"                                                                                \
    "  f:write('[run]\\nname = \"life\"\\ncycles = 40\\n[cell]\\nnominal_capacity = \"2 Ah\"\\n'\n"                    \
    "    .. '[source]\\nplugin = \"constant\"\\ncells = 3\\n[[physics]]\\nplugin = \"power-law\"\\nc = 0.01\\nz = 0.5\\n'\n" \
    "    .. (text or ''))\n"                                                                                          \
    "  f:close()\n"                                                                                                   \
    "  return path\n"                                                                                                 \
    "end\n"

static void quantities_convert(void **state)
{
    (void)state;
    lua_rig_do("local u = fade.units\n"
               "near(u.convert('25 degC', 'K'), 298.15) near(u.convert('2C', 'A', 2.5), 5) near(u.convert(25, 'degC', 'degF'), 77)\n"
               "near(u.convert('1 h', 's'), 3600) near(u.convert('C/2', 'A', 3), 1.5) near(u.convert(2, 'Ah', 'mAh'), 2000, 1e-9)\n"
               "equal(u.meet('Ah', 'mAh'), true) equal(u.meet('Ah', 'V'), false) equal(u.human('K'), 'degC')\n"
               "equal(u.suffix('Ah'), 'ah')\n"
               "refuses('but A is wanted', u.convert, '25 degC', 'A') refuses('do not measure the same', u.convert, 1, 'A', 'V')\n"
               "refuses('nonsense', u.convert, 1, 'nonsense', 'V') refuses('expected', u.convert, {})\n");
}

static void metrics_measure(void **state)
{
    (void)state;
    lua_rig_do("local m = fade.metrics\n"
               "local t, p = {1, 2, 3, 4}, fade.column{1, 2, 3, 6}\n"
               "near(m.rmse(t, p), 1) near(m.mae(t, p), 0.5) near(m.bias(t, p), 0.5) near(m.worst(t, p), 2) near(m.mse(t, p), 1)\n"
               "near(m.r2(t, p), 1 - 4 / 5) near(m.mape(t, p), 12.5) near(m.sd(t, p), 1) near(m.smape(t, p), 10)\n"
               "local all = m.all(t, p) equal(all.n, 4) equal(all.skipped, 0) near(all.rmse, 1)\n"
               "refuses('4 targets and 1 predictions', m.rmse, t, {1}) refuses('not words', m.rmse, {'a'}, {'b'})\n"
               "refuses('expected', m.rmse, 1, 2)\n");
}

static void plugins_are_listed_and_described(void **state)
{
    (void)state;
    lua_rig_do("assert(#fade.plugins() > 8)\n"
               "local seen = {} for _, p in ipairs(fade.plugins('physics')) do seen[p.id] = p equal(p.kind, 'physics') end\n"
               "assert(seen['xu2018'] and seen['xu2018'].doc ~= '' and seen['xu2018'].version)\n"
               "local d = fade.plugin('exp-fade') equal(d.id, 'exp-fade') local k\n"
               "for _, p in ipairs(d.params) do if p.key == 'k' then k = p end end\n"
               "near(k.default, 0.13) assert(#d['in'] > 0 and #d.example > 0)\n"
               "refuses('did you mean \"physics\"', fade.plugins, 'phisics') refuses('is no kind', fade.plugins, 'qqqqqqqqqqqq')\n"
               "refuses(\"did you mean 'xu2018'\", fade.plugin, 'xu2019')\n"
               "assert(fade.version:match('^%d+%.%d+%.%d+'))\n");
}

static void a_file_runs(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "local r = fade.run(life())\n"
               "equal(r.name, 'life') equal(r.outcome, 'ok') equal(#r.rows, 120) equal(#r.summary, 3)\n"
               "near(r.rows:where(\"cell == 'cell-2' and cycle == 9\").physics_capacity_ah[1], 2 * (1 - 0.01 * 3))\n"
               "equal(r.rows.physics_capacity[1], r.rows.physics_capacity_ah[1]) equal(r.rows.physics_capacity_ah.unit, 'Ah')\n"
               "local s = r.summary[1] equal(s.cell, 'cell-1') equal(s.physics, 'power-law') equal(s['end'], 'rows') equal(s.rows, 40)\n"
               "equal(s.reason, nil) assert(s.end_of_life_cycle ~= s.end_of_life_cycle)\n"
               "near(s.capacity_ah, 2 * (1 - 0.01 * math.sqrt(40)), 1e-12)\n"
               "assert(r.seconds > 0 and r.seconds_of['power-law'] >= 0) equal(r.scores, nil) equal(r.folder, nil)\n");
}

static void options_change_a_run(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "local path = life()\n"
               "equal(#fade.run(path, { cycles = 7 }).rows, 21) equal(#fade.run(path, { every = 10 }).rows, 15)\n"
               "equal(#fade.run(path, { at = { 3, 5 } }).rows, 9) equal(fade.run(path, { rows = false }).rows, nil)\n"
               "local r = fade.run(path, { set = { ['physics.c'] = 0.02, ['run.name'] = 'x \"y\"', ['run.stop'] = {'90% capacity'} },\n"
               "  threads = 1, seed = 3 })\n"
               "equal(r.name, 'x \"y\"') equal(r.summary[1]['end'], 'stop') equal(r.summary[1].reason, '90% capacity')\n"
               "equal(r.summary[1].end_cycle, 25)\n"
               "equal(#fade.run(path, { set = { 'run.cycles=2' } }).rows, 6)\n"
               "equal(#fade.run(path, { set = { source = { plugin = 'constant', cells = 1 } } }).rows, 40)\n"
               "refuses('did you mean \"cycles\"', fade.run, path, { cicles = 3 }) refuses('no option', fade.run, path, { qqqqqqqq = 3 })\n"
               "refuses('whole number', fade.run, path, { cycles = 1.5 }) refuses('whole number', fade.run, path, { seed = -1 })\n"
               "refuses('is a number', fade.run, path, { set = 3 }) refuses('holds a function', fade.run, path, { set = { a = print } })\n"
               "refuses('cycles from 1 on', fade.run, path, { at = { 0 } }) refuses('a text is wanted', fade.run, path, { out = {} })\n"
               "refuses('have names', fade.run, path, { 3 }) refuses('table expected', fade.run, path, 3)\n");
}

static void evaluation_gives_scores(void **state)
{
    (void)state;
    lua_rig_do("local path = folder .. '/virtual.toml' local f = io.open(path, 'w')\n"
               "f:write('[run]\\nname = \"v\"\\n[cell]\\nnominal_capacity = \"2 Ah\"\\n[source]\\nplugin = \"virtual\"\\ntruth = \"power-law\"\\n'\n"
               "  .. 'cells = 2\\ncycles = 60\\n[[physics]]\\nplugin = \"power-law\"\\n[evaluate]\\n"
               "split = { kind = \"holdout\", fraction = 0.5 }\\n') f:close()\n"
               "local r = fade.run(path) assert(#r.scores > 0) assert(r.rows.capacity_ah)\n"
               "local cap = r.rows:where('physics_capacity_ah > 0')\n"
               "assert(fade.metrics.rmse(cap.capacity_ah, cap.physics_capacity_ah) < 1)\n");
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "equal(fade.check(life()), true)\n"
               "local ok, p = fade.check(life('cicles = 3\\n[health]\\neol = 7\\n'))\n"
               "equal(ok, nil) assert(#p >= 2) equal(p[1].line, 13) equal(p[1].column, 1) assert(p[1].file:find('life.toml', 1, true))\n"
               "assert(p[1].message:find('cicles', 1, true)) equal(p[2].line, 15)\n"
               "ok, p = fade.check(folder .. '/nothing.toml') equal(ok, nil) assert(p[1].message:find('nothing.toml', 1, true))\n"
               "refuses('life.toml:13:1: ', fade.run, life('cicles = 3\\n'))\n"
               "refuses('nothing.toml', fade.run, folder .. '/nothing.toml') refuses('file or table', fade.run, 3)\n"
               "local ok, p = fade.check(life(), { set = { ['physics.q'] = 1 } }) equal(ok, nil) equal(p[1].file, '--set physics.q')\n");
}

static void a_folder_holds_the_result(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "local path, out = life('[[output]]\\nplugin = \"csv\"\\n'), folder .. '/out'\n"
               "local r = fade.run(path, { out = out }) equal(r.folder, out)\n"
               "refuses('holds a result already', fade.run, path, { out = out })\n"
               "fade.run(path, { out = out, overwrite = true, cycles = 30 })\n"
               "local back = fade.read(out) equal(back.name, 'life') equal(#back.rows, 90) equal(back.about.cells, 3)\n"
               "assert(back.scenario:find('power-law', 1, true)) equal(back.script, nil)\n"
               "near(back.rows.physics_capacity_ah[5], r.rows.physics_capacity_ah[5])\n"
               "refuses('nowhere', fade.read, folder .. '/nowhere')\n"
               "refuses('', fade.run, path, { out = '/proc/no/such' })\n");
}

static void a_failing_cell_is_a_partial_outcome(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "local r = fade.run(life(), { set = { ['physics.plugin'] = 'exp-fade', ['physics.c'] = nil,\n"
               "  physics = { { plugin = 'exp-fade' } }, ['source.temperature_mean'] = '-3 degC' } })\n"
               "equal(r.outcome, 'partial') equal(r.summary[1]['end'], 'failed') assert(r.summary[1].reason ~= nil)\n");
}

static void repeated_runs_are_quick(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "local path, best, n = life(), math.huge, 0\n"
               "local o = { cycles = 500, threads = 1, set = { physics = { { plugin = 'exp-fade' } }, ['source.cells'] = 1 } }\n"
               "for i = 1, 20 do local r = fade.run(path, o) best = math.min(best, r.seconds) n = #r.rows end\n"
               "print(string.format('# 500 cycles of exp-fade: %.3f ms', best * 1e3))\n"
               "equal(n, 500) if best > 0.01 and not os.getenv('ASAN_OPTIONS') then error('over 10 ms: ' .. best) end\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_convert),
        cmocka_unit_test(metrics_measure),
        cmocka_unit_test(plugins_are_listed_and_described),
        cmocka_unit_test(a_file_runs),
        cmocka_unit_test(options_change_a_run),
        cmocka_unit_test(evaluation_gives_scores),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(a_folder_holds_the_result),
        cmocka_unit_test(a_failing_cell_is_a_partial_outcome),
        cmocka_unit_test(repeated_runs_are_quick),
    };
    return cmocka_run_group_tests(tests, lua_rig_open, lua_rig_close);
}
