/* SPDX-License-Identifier: MIT
 * test_module.c - the Lua module fade: facts, checks, runs, results, and what each says when it cannot.
 */
#include "tests/lua_rig.h"

#include "core/base/mem.h"

/* Scenario files the chunks speak of. */
#define LIFE                                                                                                           \
    "local function life(text)\n"                                                                                      \
    "  local path = folder .. '/life.toml'\n"                                                                          \
    "  local f = io.open(path, 'w')\n"                                                                                 \
    "  f:write('[run]\\nname = \"life\"\\ncycles = 40\\n[cell]\\nnominal_capacity = \"2 Ah\"\\n'\n"                    \
    "    .. '[source]\\nplugin = \"constant\"\\ncells = 3\\n[[physics]]\\nplugin = \"power-law\"\\nc = 0.01\\nz = "    \
    "0.5\\n'\n"                                                                                                        \
    "    .. (text or ''))\n"                                                                                           \
    "  f:close()\n"                                                                                                    \
    "  return path\n"                                                                                                  \
    "end\n"

static void quantities_convert(void **state)
{
    (void)state;
    lua_rig_do("local u = fade.units\n"
               "near(u.convert('25 degC', 'K'), 298.15) near(u.convert('2C', 'A', 2.5), 5) near(u.convert(25, 'degC', "
               "'degF'), 77)\n"
               "near(u.convert('1 h', 's'), 3600) near(u.convert('C/2', 'A', 3), 1.5) near(u.convert(2, 'Ah', 'mAh'), "
               "2000, 1e-9)\n"
               "equal(u.meet('Ah', 'mAh'), true) equal(u.meet('Ah', 'V'), false) equal(u.human('K'), 'degC')\n"
               "equal(u.suffix('Ah'), 'ah')\n"
               "refuses('but A is wanted', u.convert, '25 degC', 'A') refuses('do not measure the same', u.convert, 1, "
               "'A', 'V')\n"
               "refuses('nonsense', u.convert, 1, 'nonsense', 'V') refuses('expected', u.convert, {})\n");
}

static void metrics_measure(void **state)
{
    (void)state;
    lua_rig_do("local m = fade.metrics\n"
               "local t, p = {1, 2, 3, 4}, fade.column{1, 2, 3, 6}\n"
               "near(m.rmse(t, p), 1) near(m.mae(t, p), 0.5) near(m.bias(t, p), 0.5) near(m.worst(t, p), 2) "
               "near(m.mse(t, p), 1)\n"
               "near(m.r2(t, p), 1 - 4 / 5) near(m.mape(t, p), 12.5) near(m.sd(t, p), 1) near(m.smape(t, p), 10)\n"
               "local all = m.all(t, p) equal(all.n, 4) equal(all.skipped, 0) near(all.rmse, 1)\n"
               "refuses('4 targets and 1 predictions', m.rmse, t, {1}) refuses('not words', m.rmse, {'a'}, {'b'})\n"
               "refuses('expected', m.rmse, 1, 2)\n");
}

static void plugins_are_listed_and_described(void **state)
{
    (void)state;
    lua_rig_do(
        "assert(#fade.plugins() > 8)\n"
        "local seen = {} for _, p in ipairs(fade.plugins('physics')) do seen[p.id] = p equal(p.kind, 'physics') end\n"
        "assert(seen['xu2018'] and seen['xu2018'].doc ~= '' and seen['xu2018'].version)\n"
        "local d = fade.plugin('exp-fade') equal(d.id, 'exp-fade') local k\n"
        "for _, p in ipairs(d.params) do if p.key == 'k' then k = p end end\n"
        "near(k.default, 0.13) assert(#d['in'] > 0 and #d.example > 0)\n"
        "refuses('did you mean \"physics\"', fade.plugins, 'phisics') refuses('is no kind', fade.plugins, "
        "'qqqqqqqqqqqq')\n"
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
               "equal(r.rows.physics_capacity[1], r.rows.physics_capacity_ah[1]) "
               "equal(r.rows.physics_capacity_ah.unit, 'Ah')\n"
               "local s = r.summary[1] equal(s.cell, 'cell-1') equal(s.physics, 'power-law') equal(s['end'], 'rows') "
               "equal(s.rows, 40)\n"
               "equal(s.reason, nil) assert(s.end_of_life_cycle ~= s.end_of_life_cycle)\n"
               "near(s.capacity_ah, 2 * (1 - 0.01 * math.sqrt(40)), 1e-12)\n"
               "assert(r.seconds > 0 and r.seconds_of['power-law'] >= 0) equal(r.scores, nil) equal(r.folder, nil)\n");
}

static void options_change_a_run(void **state)
{
    (void)state;
    lua_rig_do(
        LIFE "local path = life()\n"
             "equal(#fade.run(path, { cycles = 7 }).rows, 21) equal(#fade.run(path, { every = 10 }).rows, 15)\n"
             "equal(#fade.run(path, { at = { 3, 5 } }).rows, 9) equal(fade.run(path, { rows = false }).rows, nil)\n"
             "local r = fade.run(path, { set = { ['physics.c'] = 0.02, ['run.name'] = 'x \"y\"', ['run.stop'] = {'90% "
             "capacity'} },\n"
             "  threads = 1, seed = 3 })\n"
             "equal(r.name, 'x \"y\"') equal(r.summary[1]['end'], 'stop') equal(r.summary[1].reason, '90% capacity')\n"
             "equal(r.summary[1].end_cycle, 25)\n"
             "equal(#fade.run(path, { set = { 'run.cycles=2' } }).rows, 6)\n"
             "equal(#fade.run(path, { set = { source = { plugin = 'constant', cells = 1 } } }).rows, 40)\n"
             "refuses('did you mean \"cycles\"', fade.run, path, { cicles = 3 }) refuses('no option', fade.run, path, "
             "{ qqqqqqqq = 3 })\n"
             "refuses('whole number', fade.run, path, { cycles = 1.5 }) refuses('whole number', fade.run, path, { seed "
             "= -1 })\n"
             "refuses('is a number', fade.run, path, { set = 3 }) refuses('holds a function', fade.run, path, { set = "
             "{ a = print } })\n"
             "refuses('cycles from 1 on', fade.run, path, { at = { 0 } }) refuses('a text is wanted', fade.run, path, "
             "{ out = {} })\n"
             "refuses('have names', fade.run, path, { 3 }) refuses('table expected', fade.run, path, 3)\n");
}

static void evaluation_gives_scores(void **state)
{
    (void)state;
    lua_rig_do("local path = folder .. '/virtual.toml' local f = io.open(path, 'w')\n"
               "f:write('[run]\\nname = \"v\"\\n[cell]\\nnominal_capacity = \"2 Ah\"\\n[source]\\nplugin = "
               "\"virtual\"\\ntruth = \"power-law\"\\n'\n"
               "  .. 'cells = 2\\ncycles = 60\\n[[physics]]\\nplugin = \"power-law\"\\n[evaluate]\\n"
               "split = { kind = \"holdout\", fraction = 0.5 }\\n') f:close()\n"
               "local r = fade.run(path) assert(#r.scores > 0) assert(r.rows.capacity_ah)\n"
               "local cap = r.rows:where('physics_capacity_ah > 0')\n"
               "assert(fade.metrics.rmse(cap.capacity_ah, cap.physics_capacity_ah) < 1)\n");
}

/* The curves of test_delta_q.c. */
static void two_curves_have_statistics(void **state)
{
    (void)state;
    lua_rig_do("local function curve(shift, scale)\n"
               "  local c = { voltage = {}, charge = {} }\n"
               "  for i = 0, 200 do\n"
               "    local v = 3.6 - 1.6 * i / 200\n"
               "    c.voltage[i + 1] = v\n"
               "    c.charge[i + 1] = scale * 1.1 * (1 / (1 + math.exp((v - 3.1 + shift) / 0.08)) + 0.1 * (3.6 - v) / "
               "1.6)\n"
               "  end\n"
               "  return c\nend\n"
               "local early, late = curve(0, 1), curve(0.02, 0.97)\n"
               "local d = fade.delta_q(early, late, { low = 2.2, high = 3.4 })\n"
               "assert(math.abs(d.minimum + 0.086213301491605) < 1e-12)\n"
               "assert(math.abs(d.skewness + 0.7133639316229684) < 1e-9)\n"
               "assert(math.abs(d.log_variance + 3.4382996983490135) < 1e-10) equal(d.low, 2.2) equal(d.high, 3.4)\n"
               "early.voltage = fade.column(early.voltage, 'V')\n"
               "equal(fade.delta_q(early, late, { low = 2.2, high = 3.4 }).minimum, d.minimum)\n"
               "refuses('the early curve has no voltage', fade.delta_q, {}, late)\n"
               "refuses('the late curve has no charge', fade.delta_q, early, { voltage = { 3 } })\n"
               "refuses('201 voltages and 1 charges', fade.delta_q, { voltage = late.voltage, charge = { 1 } }, late)\n"
               "refuses('are words', fade.delta_q, { voltage = { 'a' }, charge = { 1 } }, late)\n"
               "refuses('samples of falling voltage', fade.delta_q, { voltage = { 3, 4 }, charge = { 0, 1 } }, late)\n"
               "refuses('points is', fade.delta_q, early, late, { points = 1.5 })\n"
               "refuses('did you mean \"low\"', fade.delta_q, early, late, { lo = 3 })\n"
               "refuses('no voltage in common', fade.delta_q, early, { voltage = { 1.5, 1 }, charge = { 0, 1 } })\n"
               "refuses('table expected', fade.delta_q, 3, late)\n");
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    lua_rig_do(LIFE
               "equal(fade.check(life()), true)\n"
               "local ok, p = fade.check(life('cicles = 3\\n[health]\\neol = 7\\n'))\n"
               "equal(ok, nil) assert(#p >= 2) equal(p[1].line, 13) equal(p[1].column, 1) "
               "assert(p[1].file:find('life.toml', 1, true))\n"
               "assert(p[1].message:find('cicles', 1, true)) equal(p[2].line, 15)\n"
               "ok, p = fade.check(folder .. '/nothing.toml') equal(ok, nil) assert(p[1].message:find('nothing.toml', "
               "1, true))\n"
               "refuses('life.toml:13:1: ', fade.run, life('cicles = 3\\n'))\n"
               "refuses('nothing.toml', fade.run, folder .. '/nothing.toml') refuses('file or table', fade.run, 3)\n"
               "local ok, p = fade.check(life(), { set = { ['physics.q'] = 1 } }) equal(ok, nil) equal(p[1].file, "
               "'--set physics.q')\n");
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
    lua_rig_do(
        LIFE "local path, best, n = life(), math.huge, 0\n"
             "local o = { cycles = 500, threads = 1, set = { physics = { { plugin = 'exp-fade' } }, ['source.cells'] = "
             "1 } }\n"
             "for i = 1, 20 do local r = fade.run(path, o) best = math.min(best, r.seconds) n = #r.rows end\n"
             "print(string.format('# 500 cycles of exp-fade: %.3f ms', best * 1e3))\n"
             "equal(n, 500) if best > 0.01 and not os.getenv('ASAN_OPTIONS') then error('over 10 ms: ' .. best) end\n");
}

/* A scenario as a table; `more` is laid over it. */
#define TABLE                                                                                                         \
    "local function life(more)\n"                                                                                     \
    "  local t = { run = { name = 'life', cycles = 50 }, cell = { nominal_capacity = '2 Ah' },\n"                     \
    "    source = { plugin = 'constant' }, physics = { plugin = 'power-law', c = 0.01, z = 0.5 } }\n"                 \
    "  for k, v in pairs(more or {}) do t[k] = v end\n"                                                               \
    "  return t\n"                                                                                                    \
    "end\n"

static void a_table_runs(void **state)
{
    (void)state;
    lua_rig_do(
        TABLE
        "equal(fade.check(life()), true)\n"
        "local r = fade.run(life()) near(r.rows.physics_capacity:last(), 2 * (1 - 0.01 * math.sqrt(50)))\n"
        "r = fade.run(life { physics = { { plugin = 'power-law' }, { plugin = 'power-law', name = 'two', c = 0.02 } } "
        "})\n"
        "equal(#r.rows, 100) equal(r.summary[2].physics, 'two')\n"
        "r = fade.run(life { source = { plugin = 'constant', cells = 3 },\n"
        "  physics = { plugin = 'power-law', z = 1, c = fade.column{ 0.001, 0.002, 0.003 } } })\n"
        "near(r.summary[3].capacity_ah, 2 * (1 - 0.15))\n"
        "local ok, p = fade.check(life { run = { cicles = 3 } })\n"
        "equal(ok, nil) equal(p[1].file, 'table') assert(p[1].message:find('did you mean \"cycles\"', 1, true))\n"
        "refuses('there is no [source]', fade.run, {}) refuses('is a string', fade.check, life(), { set = 'x' })\n"
        "refuses('cannot hold a userdata', fade.run, life { x = io.stdout })\n"
        "refuses('both names and other keys', fade.run, life { cell = { a = 1, [{}] = 2 } })\n"
        "local t = {} t.t = t refuses('does a table hold itself', fade.run, t)\n");
}

static void functions_of_a_table_are_called(void **state)
{
    (void)state;
    lua_rig_do(
        TABLE
        "local n, started, cells = 0, 0, nil\n"
        "local r = fade.run(life { on_cycle = function(row) n = n + 1 if row.soh < 0.95 then return 'tired' end end,\n"
        "  on_start = function() started = started + 1 end, on_end = function(result) cells = result.cells end })\n"
        "equal(n, 26) equal(started, 1) equal(cells, 1) equal(r.summary[1].reason, 'tired') "
        "equal(r.summary[1].end_cycle, 26)\n"
        "r = fade.run(life { on_cycle = function(row) equal(row.physics, 'power-law') equal(row.index, row.cycle)\n"
        "  near(row.capacity, 2 * (1 - 0.01 * math.sqrt(row.cycle))) equal(row.physics_capacity, row.capacity)\n"
        "  return { mark = 'x', stop = row.cycle == 7 and 'seven' } end })\n"
        "equal(r.summary[1].reason, 'seven')\n"
        "local function warm(f) return fade.run(life { physics = { plugin = 'xu2018' }, on_cycle = f "
        "}).summary[1].capacity_ah end\n"
        "local hot, same = warm(function() return { set = { temperature_mean = '45 degC' } } end), warm(function() "
        "end)\n"
        "assert(hot < same) equal(warm(function() return { set = { temperature_mean = 318.15 } } end), hot)\n"
        "r = fade.run(life { source = { plugin = 'constant' }, conditions = { charge_time = function(now)\n"
        "  return now.soh > 0.999 and '2 h' or 3600 end }, physics = { plugin = 'exp-fade', charge_time = "
        "'@charge_time' } })\n"
        "near(r.rows.physics_loss[1], 1 - math.exp(-0.13 * 25 / 7200), 1e-9)\n");
}

static void a_model_of_a_table_keeps_its_upvalues(void **state)
{
    (void)state;
    lua_rig_do(TABLE
               "local steps = 0\n"
               "local function model(c) return { name = 'mine', state = { n = 0 }, outputs = { loss = '1' },\n"
               "  parameters = { c = 0.01 }, c = c, step = function(x, u, p, dt) steps = steps + 1 local n = x.n + dt\n"
               "  return { n = n }, { loss = p.c * n ^ 0.5 } end } end\n"
               "local r = fade.run(life { physics = { { plugin = 'power-law', c = 0.02 }, model(0.02) } })\n"
               "local twin, mine = r.rows:where(\"physics == 'power-law'\"), r.rows:where(\"physics == 'mine'\")\n"
               "near((twin.physics_capacity - mine.physics_capacity):max(), 0, 1e-12) assert(steps >= 50)\n"
               "near(fade.run(life { physics = model() }).rows.physics_loss:last(), 0.01 * 50 ^ 0.5)\n");
}

static void functions_that_fail_end_their_cell(void **state)
{
    (void)state;
    lua_rig_do(TABLE "local function reason(f) local r = fade.run(life { on_cycle = f }) equal(r.outcome, 'partial')\n"
                     "  return r.summary[1].reason end\n"
                     "local function says(text, f) local said = reason(f) assert(said:find(text, 1, true), said) end\n"
                     "says('test:', function(row) return row.x.y end) says('gives a number', function() return 3 end)\n"
                     "says('cannot set \"temp\"', function() return { set = { temp = 1 } } end)\n"
                     "says('but K is wanted', function() return { set = { temperature_mean = '3 V' } } end)\n"
                     "says('is a table', function() return { stop = {} } end) says('set is a number', function() "
                     "return { set = 3 } end)\n"
                     "says('without a text', function() error({}) end)\n"
                     "says('is a boolean', function() return { set = { temperature_mean = true } } end)\n");
}

static void a_sweep_is_a_table_of_cases(void **state)
{
    (void)state;
    lua_rig_do(
        TABLE
        "local swept = life { sweep = { axes = { ['physics.c'] = { 0.01, 0.02, 0.04 } }, collect = { "
        "'physics_capacity' } } }\n"
        "local cases, counts = fade.sweep(swept, { threads = 1 })\n"
        "equal(#cases, 3) equal(counts.cases, 3) equal(counts.failed, 0) assert(#cases.case[1] > 8)\n"
        "local s = cases:sort('physics.c') near(s.physics_capacity[3], 2 * (1 - 0.04 * math.sqrt(50)))\n"
        "local store = folder .. '/s.sqlite' equal(#fade.sweep(swept, { store = store }), 3)\n"
        "equal(#fade.read(store).rows, 3)\n"
        "local dependent = life { sweep = { axes = { ['physics.c'] = { 0.01, 0.02 },\n"
        "  ['physics.z'] = function(point) return point['physics.c'] * 25 end }, collect = { 'physics_capacity' } } }\n"
        "s = fade.sweep(dependent):sort('physics.c') near(s.physics_capacity[2], 2 * (1 - 0.02 * 50 ^ 0.5), 1e-9)\n"
        "refuses('', fade.sweep, life()) refuses('did you mean', fade.sweep, swept, { stor = 'x' })\n"
        "refuses('did you mean', fade.sweep, life { sweep = { axes = { ['physics.cc'] = { 1 } } } })\n");
}

static void a_grid_finds_what_brute_force_finds(void **state)
{
    (void)state;
    lua_rig_do(TABLE
               "local c, z, t = { 0.002, 0.004, 0.008 }, { 0.4, 0.5, 0.6 }, { 0, 100, 200 }\n"
               "local cases = fade.sweep(life { sweep = { axes = { ['physics.c'] = c, ['physics.z'] = z,\n"
               "  ['physics.initial_n'] = t }, collect = { 'physics_capacity' } } })\n"
               "equal(#cases, 27)\n"
               "local best = cases:sort('physics_capacity', true)[1]\n"
               "local most = { capacity = 0 }\n"
               "for _, ci in ipairs(c) do for _, zi in ipairs(z) do for _, ti in ipairs(t) do\n"
               "  local r = fade.run(life { physics = { plugin = 'power-law', c = ci, z = zi, initial_n = ti } })\n"
               "  local last = r.rows.physics_capacity:last()\n"
               "  if last > most.capacity then most = { capacity = last, c = ci, z = zi, t = ti } end\n"
               "end end end\n"
               "equal(best.physics_capacity, most.capacity) equal(best['physics.c'], most.c)\n"
               "equal(best['physics.z'], most.z) equal(best['physics.initial_n'], most.t)\n");
}

static void models_are_compared(void **state)
{
    (void)state;
    lua_rig_do(
        "local function s(name, c) return { run = { name = name }, cell = { nominal_capacity = '2 Ah' },\n"
        "  source = { plugin = 'virtual', truth = 'power-law', cells = 2, cycles = 60 },\n"
        "  physics = { plugin = 'power-law', c = c }, evaluate = { split = 'time:0.5' } } end\n"
        "local m = fade.compare{ s('good', 0.005), s('bad', 0.02) }\n"
        "local good = m:where(\"scenario == 'good' and model == 'physics'\") equal(#good, 1)\n"
        "local bad = m:where(\"scenario == 'bad' and model == 'physics'\") assert(good.rmse[1] < bad.rmse[1])\n"
        "assert(good.rank[1] < bad.rank[1]) equal(#m:where(\"variant == 'naive'\") > 0, true)\n"
        "refuses('list of scenarios', fade.compare, {}) refuses('nix.toml', fade.compare, { folder .. '/nix.toml' })\n"
        "refuses('table expected', fade.compare, 3)\n");
}

/* Every allocation of C's fails once: an error with a sentence, or the run does without. */
static void c_memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    static const char *const chunks[] = {
        TABLE "return fade.run(life { run = { name = 'm', cycles = 3, threads = 1 }, on_cycle = function() end })",
        TABLE "return fade.sweep(life { run = { name = 'm', cycles = 3, threads = 1 }, sweep = { axes = { "
              "['physics.c'] = { 0.1 } } } })",
        ("return fade.compare { { run = { name = 'm' }, cell = { nominal_capacity = 2 },"
         "  physics = { plugin = 'power-law' }, source = { plugin = 'virtual', cells = 1, cycles = 6 },"
         "  evaluate = { split = 'time:0.5' } } }"),
    };
    log_open(&(log_options){ .level = LOG_SILENT }, &(why){ 0 });
    for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
        int rc = 1, failed = 0;
        long before = mem_count();
        lua_settop(rig_L, 0);
        assert_int_equal(luaL_dostring(rig_L, chunks[c]), 0);
        long most = mem_count() - before;
        for (long k = 1; k <= most; k += most / 150 + 1) {
            lua_settop(rig_L, 0);
            mem_fail_at(k);
            rc = luaL_dostring(rig_L, chunks[c]);
            mem_fail_at(0);
            failed += rc != 0;
            if (rc)
                assert_true(strlen(lua_tostring(rig_L, -1)) > 5);
        }
        assert_true(failed > 5);
        lua_settop(rig_L, 0);
        assert_int_equal(luaL_dostring(rig_L, chunks[c]), 0);
    }
    log_open(&(log_options){ .level = LOG_ERROR }, &(why){ 0 });
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
        cmocka_unit_test(two_curves_have_statistics),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(a_folder_holds_the_result),
        cmocka_unit_test(a_failing_cell_is_a_partial_outcome),
        cmocka_unit_test(repeated_runs_are_quick),
        cmocka_unit_test(a_table_runs),
        cmocka_unit_test(functions_of_a_table_are_called),
        cmocka_unit_test(a_model_of_a_table_keeps_its_upvalues),
        cmocka_unit_test(functions_that_fail_end_their_cell),
        cmocka_unit_test(a_sweep_is_a_table_of_cases),
        cmocka_unit_test(a_grid_finds_what_brute_force_finds),
        cmocka_unit_test(models_are_compared),
        cmocka_unit_test(c_memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, lua_rig_open, lua_rig_close);
}
