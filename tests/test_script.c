/* SPDX-License-Identifier: MIT
 * test_script.c - scenarios in Lua: tables as trees with places, functions as hooks, models, and a sandbox that holds.
 */
#include "tests/engine_rig.h"

#include "core/base/mem.h"
#include "core/script/script.h"
#include "core/script/script_lines.h"
#include "tests/near.h"
#include <time.h>

typedef struct opened {
    scenario     *s;
    script       *k;
    tree_problems p;
    why           w;
    int           rc;
} opened;

static opened open_text(const char *path, const char *made, const script_options *so)
{
    opened o = { 0 };
    o.rc = script_scenario_text(path, made, &(scenario_options){ 0 }, so, &o.s, &o.k, &o.p, &o.w);
    return o;
}

static void done(opened *o)
{
    scenario_close(o->s);
    script_close(o->k);
    tree_problems_free(&o->p);
}

#define BASE                                                                                                           \
    "cell = { nominal_capacity = 2.0 }, source = { plugin = 'constant', cells = 5 }, output = { { plugin = 'capture' " \
    "} }, "

/* ---- places ---- */

static void keys_are_found_where_they_stand(void **state)
{
    (void)state;
    static const char made[] =
        "-- { a = 1 }\nlocal x = { run = { seed = 1 } }\nreturn {\n    run = { name = \"a, b\",\n"
        "        stop = { '70% capacity', [[10\nyears]] } },\n    [\"cell\"] = { q = 2 },\n"
        "    on = function(r) return { stop = 1 } end,\n}\n";
    script_lines *l = script_lines_open(made);
    assert_non_null(l);
    script_place p = script_lines_find(l, "run.name");
    assert_int_equal(p.line, 4);
    assert_int_equal(p.column, 20);
    assert_int_equal(p.key_column, 13);
    p = script_lines_find(l, "run.stop.2");
    assert_int_equal(p.line, 5);
    p = script_lines_find(l, "cell.q");
    assert_int_equal(p.line, 7);
    assert_int_equal(p.column, 22);
    assert_int_equal(script_lines_find(l, "nothing.there").line, 0);
    script_lines_close(l);
}

static void problems_have_their_line(void **state)
{
    (void)state;
    opened o = open_text(
        "life.lua", "return {\n  run = { cyles = 5 },\n  physics = { { plugin = 'xu2018',\n k_tt = 1 } },\n}", NULL);
    assert_int_not_equal(o.rc, E_OK);
    text t = { 0 };
    for (size_t i = 0; i < o.p.n; i++) {
        tree_problem_line(&o.p.at[i], &t);
        text_addc(&t, '\n');
    }
    assert_non_null(strstr(text_of(&t), "life.lua:2:11: unknown key \"cyles\" in [run], did you mean \"cycles\"?"));
    assert_non_null(strstr(text_of(&t), "life.lua:4:2: unknown key 'k_tt' of physics xu2018, did you mean 'k_t'?"));
    text_free(&t);
    done(&o);
}

static void what_is_no_scenario_is_told(void **state)
{
    (void)state;
    static const struct { const char *made, *say; } wrong[] = {
        { "return 5", "it returns a number" },
        { "return", "it returns a nil" },
        { "x = = 1", "unexpected symbol" },
        { "error('no')", "no" },
        { "error({})", "no text" },
        { "local t = {} t.t = t return t", "does a table hold itself" },
        { "return { run = { 1, x = 2 } }", "run" },
        { "return { [1.5] = 2 }", "holds both names and other keys" },
        { "return { run = coroutine.create(print) }", "cannot hold a thread" },
        { "return { physics = { name = 'x', step = function() end } }", "says what it writes" },
        { "return { physics = { name = 'x', step = function() end, outputs = { loss = 'furlong' } } }", "furlong" },
        { "return { physics = { name = 'x', step = function() end, outputs = 5 } }", "a table is expected" },
        { "return { physics = { name = 'x', step = function() end, init = 5, outputs = { Loss = '1' } } }",
          "a function is expected" },
        { "return { physics = { plugin = 'nothing.lua' } }", "nothing.lua" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opened o = open_text("life.lua", wrong[i].made, NULL);
        assert_int_not_equal(o.rc, E_OK);
        bool found = strstr(o.w.text, wrong[i].say) != NULL;
        for (size_t k = 0; k < o.p.n; k++)
            found |= strstr(o.p.at[k].text, wrong[i].say) != NULL;
        if (!found)
            print_error("%s: %s\n", wrong[i].made, o.w.text);
        assert_true(found);
        done(&o);
    }
}

static void toml_goes_its_own_way(void **state)
{
    (void)state;
    opened o = open_text("life.toml",
                         "[run]\ncycles = 3\n[cell]\nnominal_capacity = 2.0\n[source]\nplugin = \"constant\"\n"
                         "[[physics]]\nplugin = \"xu2018\"\n",
                         NULL);
    assert_int_equal(o.rc, E_OK);
    assert_null(o.k);
    assert_null(script_hooks(o.k));
    assert_null(script_text(o.k));
    done(&o);
    o = open_text("life.toml", "[run]\ncycles = \n", NULL);
    assert_int_not_equal(o.rc, E_OK);
    done(&o);
    o.rc = script_scenario("/nothing/there.lua", &(scenario_options){ 0 }, NULL, &o.s, &o.k, &o.p, &o.w);
    assert_int_equal(o.rc, E_INPUT);
    done(&o);
}

/* ---- functions ---- */

static int run_opened(opened *o, int threads, uint64_t tile)
{
    engine *e = NULL;
    engine_options opt = { .hooks = script_hooks(o->k), .folder = rig_folder, .study = study_table() };
    memset(rig.events, 0, sizeof rig.events);
    o->s->threads = threads;
    o->s->tile = tile;
    int rc = engine_open(o->s, &opt, &e, &o->p, &o->w);
    if (!rc)
        rc = engine_run(e, &o->w);
    engine_close(e);
    return rc;
}

static void hooks_are_obeyed_and_the_same_on_any_thread(void **state)
{
    (void)state;
    static const char made[] =
        "local hot = 40\nreturn { " BASE "run = { cycles = 60, seed = 3 }, physics = { plugin = 'xu2018' },\n"
        "conditions = { temperature_mean = function(row) return row.soh > 0.99 and '25 degC' or 273.15 + hot + "
        "math.random() end },\n"
        "on_start = function() print('begins') end,\n"
        "on_cycle = function(row)\n  if row.cycle == 7 then return { mark = 'seven ' .. row.cell } end\n"
        "  if row.cycle == 30 then return { temperature_mean = '60 degC' } end\n"
        "  if row.cycle == 50 and row.cell == 'cell-2' then return { stop = 'enough' } end\nend,\n"
        "on_end = function(r) assert(r.cells == 5) end }";
    double first[2][16];
    for (int i = 0; i < 2; i++) {
        opened o = open_text("life.lua", made, NULL);
        assert_int_equal(o.rc, E_OK);
        assert_string_equal(script_text(o.k), made);
        assert_int_equal(run_opened(&o, i ? 4 : 1, i ? 8 : 1024), E_OK);
        assert_int_equal(rig.n, 4 * 60 + 50);
        assert_non_null(strstr(rig.events, "mark: seven cell-3\n"));
        assert_non_null(strstr(rig.events, "enough"));
        for (int k = 0; k < 16; k++)
            first[i][k] = rig_at((size_t)k * 18, "physics_loss");
        done(&o);
    }
    assert_memory_equal(first[0], first[1], sizeof first[0]);
}

static void a_function_that_fails_ends_its_cell(void **state)
{
    (void)state;
    static const struct { const char *function, *say;
    } wrong[] = {
        { "on_cycle = function(row) if row.cell == 'cell-2' and row.cycle == 4 then error('broken here') end end",
          "broken here" },
        { "on_cycle = function(row) if row.cycle == 4 then return 5 end end", "nothing, a text" },
        { "on_cycle = function(row) if row.cycle == 4 then return { set = { depht = 1 } } end end",
          "cannot set \"depht\"" },
        { "on_cycle = function(row) n = row.cycle end", "global 'n' cannot be set" },
        { "on_cycle = function(row) math.n = row.cycle end", "'n' cannot be set" },
        { "on_cycle = function(row) return { depht = 1 } end", "cannot set \"depht\"" },
        { "on_cycle = function(row) while true do end end", "it takes too long" },
        { "conditions = { c_rate = function(row) return row.cell == 'cell-2' and {} or 1 end }", "a number or a text" },
        { "conditions = { c_rate = function(row) return '5 furlongs' end }", "furlongs" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char made[1200];
        snprintf(made, sizeof made, "return { " BASE "run = { cycles = 6 }, physics = { plugin = 'xu2018' },\n%s }",
                 wrong[i].function);
        opened o = open_text("life.lua", made, NULL);
        assert_int_equal(o.rc, E_OK);
        assert_int_equal(run_opened(&o, 2, 8), E_PARTIAL);
        if (!strstr(rig.events, wrong[i].say))
            print_error("%s\n", rig.events);
        assert_non_null(strstr(rig.events, wrong[i].say));
        done(&o);
    }
}

static void an_axis_may_be_a_function(void **state)
{
    (void)state;
    opened o = open_text("life.lua",
                         "return { " BASE "run = { cycles = 6 }, physics = { plugin = 'xu2018' },\n"
                         "sweep = { axes = { ['physics.k_t'] = function(p) return p.x * 2 + p.point end } } }",
                         NULL);
    assert_int_equal(o.rc, E_OK);
    const tree_node *f = tree_get(tree_get(o.s->sweep, "axes"), "physics.k_t");
    double v = 0;
    assert_non_null(f);
    assert_int_equal(f->kind, TREE_CALL);
    const char *const name[] = { "x", "point" };
    assert_int_equal(script_call(o.k, f, name, (const double[]){ 4, 1 }, 2, &v, &o.w), E_OK);
    assert_near(v, 9, 0);
    assert_int_equal(script_call(o.k, f, name, (const double[]){ 4, 1 }, 1, &v, &o.w), E_INPUT);
    done(&o);
}

/* ---- models ---- */

#define TWIN                                                                                                           \
    "{ name = 'twin', parameters = { c = { value = 2e-3, unit = '1', min = 0, max = 1 }, z = 0.5 }, inputs = { "       \
    "'depth' }, state = { n = 0 }, outputs = { loss = { unit = '1', min = 0, max = 1 } }, step = function(x, u, p, "   \
    "dt) "                                                                                                             \
    "local n = x.n + dt return { n = n }, { loss = p.c * n ^ p.z } end, z = 0.6 }"

static void a_model_agrees_with_its_twin_in_c(void **state)
{
    (void)state;
    static const char made[] = "return { " BASE "run = { cycles = 300 }, physics = { " TWIN
                               ", { plugin = 'power-law', c = 2e-3, z = 0.6 } } }";
    for (int i = 0; i < 2; i++) {
        opened o = open_text("life.lua", made, NULL);
        assert_int_equal(o.rc, E_OK);
        assert_int_equal(run_opened(&o, i ? 4 : 1, i ? 8 : 0), E_OK);
        assert_int_equal(rig.n, 2 * 5 * 300);
        for (size_t r = 0; r + 1 < rig.n; r += 2)
            assert_near(rig_at(r, "physics_loss"), rig_at(r + 1, "physics_loss"), 1e-14);
        assert_near(rig_at(0, "physics_loss"), 2e-3, 1e-15);
        done(&o);
    }
}

static void a_model_may_have_a_file(void **state)
{
    (void)state;
    char model[128], scenario_path[128];
    why w = { 0 };
    snprintf(model, sizeof model, "%s/twin.lua", rig_folder);
    snprintf(scenario_path, sizeof scenario_path, "%s/s.toml", rig_folder);
    assert_int_equal(file_write(model, "return " TWIN, strlen("return " TWIN), &w), 0);
    static const char made[] = "[run]\ncycles = 20\n[cell]\nnominal_capacity = 2.0\n[source]\nplugin = \"constant\"\n"
                               "[[physics]]\nplugin = \"twin.lua\"\nc = 0.004\n[[output]]\nplugin = \"capture\"\n";
    opened o = open_text(scenario_path, made, NULL);
    for (size_t i = 0; i < o.p.n; i++)
        print_message("%s\n", o.p.at[i].text);
    assert_int_equal(o.rc, E_OK);
    assert_string_equal(o.s->physics[0].label, "twin");
    assert_int_equal(run_opened(&o, 1, 0), E_OK);
    assert_near(rig_at(0, "physics_loss"), 4e-3, 1e-15);
    done(&o);
}

static void a_model_that_fails_ends_its_cell(void **state)
{
    (void)state;
    static const struct { const char *body, *say; } wrong[] = {
        { "error('in the model')", "in the model" },
        { "return { n = 1 }", "gives no output loss" },
        { "return { loss = 0 }", "gives no state n" },
        { "return { n = {} , loss = 0 }", "a number is wanted" },
        { "return { n = 0, loss = 5 }", "outside" },
        { "while true do end", "it takes too long" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char made[1200];
        snprintf(made, sizeof made,
                 "return { " BASE "run = { cycles = 6 }, physics = { name = 'bad%zu', state = { n = 0 }, "
                 "outputs = { loss = { min = 0, max = 1 } }, observe = function() return { loss = 0 } "
                 "end, step = function(x, u, p) %s end } }",
                 i, wrong[i].body);
        opened o = open_text("life.lua", made, NULL);
        assert_int_equal(o.rc, E_OK);
        assert_int_equal(run_opened(&o, 1, 8), E_PARTIAL);
        if (!strstr(rig.events, wrong[i].say))
            print_error("%s\n", rig.events);
        assert_non_null(strstr(rig.events, wrong[i].say));
        done(&o);
    }
}

/* ---- the sandbox ---- */

static void escapes_are_refused_at_once(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "os.exit(3)", "io.open('/etc/passwd')", "require('os')", "load('return 1')()", "loadfile('x')", "dofile('x')",
        "string.dump(function() end)", "collectgarbage('stop')", "debug.sethook()", "package.loadlib('x', 'y')",
        "local s = ('x'):rep(1e10)", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end",
        "while true do end", "while true do pcall(function() while true do end end) end",
        "while true do pcall(error) end",
        "local c = coroutine.wrap(function() while true do end end) c()",
        "while true do local c = coroutine.create(function() while true do end end) coroutine.resume(c) end",
        "local function f() return f() end f()", "local function f() return 1 + f() end f()",
        "string.find(('a'):rep(300), '.-.-.-.-.-b')", "('a'):rep(1e6):match('.-.-b')",
        "('a'):rep(1e6):gsub('a*b', '')", "for _ in ('a'):rep(1e6):gmatch('.-b') do end",
        "setmetatable({}, { __gc = function() while true do end end })",
        "table.insert(setmetatable({}, { __len = function() return 1e15 end }), 1, 2)",
        "table.move({}, 1, 1e15, 2)", "getmetatable('').__index.rep = nil", "rawset(_G, 'x', 1)",
        "xpcall(function() while true do end end, function() while true do end end)",
        "local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) local x = t[1]",
        "local a, b = {}, {} for i = 1, 1e9 do a, b = { a }, { b } end",
        "local s = 'x' while true do s = s .. s end",
        "while true do local s = ('x'):rep(3e7) end",
        "local x = ('[x' .. ('a'):rep(3000)):find('%b[x.-.-.-.-.-b')",
        "local x = (']' .. ('a'):rep(3000)):find('[]].-.-.-.-.-b')",
        "for _ in ('^'):rep(1e6):gmatch('^.-b') do end",
        "local x = ('a'):rep(1e7):find(('a'):rep(5e6) .. 'b', 1, true)",
        "local x = ('a'):rep(1e7):match(('a'):rep(5e6) .. 'b')",
        "local x = ('('):rep(1e6):find('%b()')",
        "local s = ('a'):rep(25000) for i = 1, 190 do s:find('.-b') end",
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        char made[400];
        snprintf(made, sizeof made, "%s\nreturn {}", tries[i]);
        clock_t began = clock();
        opened o = open_text("bad.lua", made, &(script_options){ .instructions = 20000000 });
        double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
        if (o.rc == E_OK || seconds > 10 || !*o.w.text)
            print_error("%s: %s, %.2f s\n", tries[i], o.w.text, seconds);
        assert_true(o.rc != E_OK && *o.w.text);
        assert_true(o.p.n > 0);
        if (strstr(o.p.at[0].text, "there is no [physics]"))
            print_error("%s got through\n", tries[i]);
        assert_null(strstr(o.p.at[0].text, "there is no [physics]"));
        assert_true(seconds < 10);                /* of processor time: far below one; sanitizers are slower */
        done(&o);
    }
    opened o = open_text("bad.lua", "\x1bLua\x54", NULL);
    assert_non_null(strstr(o.w.text, "binary"));
    done(&o);
}

static void what_does_no_harm_works(void **state)
{
    (void)state;
    static const char made[] =
        "local t = { 3, 1, 2 } table.sort(t) table.insert(t, 4) assert(table.concat(t, ',') == '1,2,3,4')\n"
        "assert(('a b  c'):gsub('%s+', ' ') == 'a b c') assert(('k = 5'):match('(%w+) = (%d+)') == 'k')\n"
        "assert(('x.y'):find('.', 1, true) == 2) for w in ('a,b'):gmatch('[^,]+') do assert(#w == 1) end\n"
        "assert(table.unpack({ 7, 8 }) == 7) assert(#table.move({ 1, 2 }, 1, 2, 3, {}) == 0 or true)\n"
        "local c = coroutine.wrap(function() coroutine.yield(1) end) assert(c() == 1)\n"
        "assert(pcall(error, 'x') == false) assert(math.random() < 1) assert(math.random(3) <= 3)\n"
        "assert(math.random(5, 6) >= 5) assert(not pcall(math.random, 2, 1))\n"
        "local k = '' for a, b in pairs({ z = 1, 5, y = 2, [true] = 3 }) do k = k .. tostring(a) end assert(k == "
        "'true1yz')\n"
        "assert(next({}) == nil and next({ b = 1, a = 2 }) == 'a' and next({ b = 1, a = 2 }, 'a') == 'b')\n"
        "assert(tostring({}) == 'table' and string.format('%s %d%%', print, 5) == 'function 5%')\n"
        "assert(not pcall(string.format, '%p', {}) and ('%5.1f'):format(2) == '  2.0')\n"
        "assert(select(2, xpcall(error, function(e) return e .. '!' end, 'x')) == 'x!') assert(xpcall(type, print, "
        "1))\n"
        "assert(string.rep('', 1e15) == '' and ('a'):rep(3, ',') == 'a,a,a' and ('[x]'):find('[%]]') == 3)\n"
        "local o = setmetatable({}, { __index = { v = 1 } }) assert(o.v == 1) assert(utf8.char(228) == 'ä')\n"
        "return { run = { cycles = 2 }, cell = { nominal_capacity = 2 }, source = { plugin = 'constant' }, physics = { "
        "plugin = 'xu2018' } }";
    opened o = open_text("good.lua", made, NULL);
    for (size_t i = 0; i < o.p.n; i++)
        print_message("%s\n", o.p.at[i].text);
    assert_int_equal(o.rc, E_OK);
    assert_null(script_hooks(o.k));
    done(&o);
}

static void trust_lifts_it(void **state)
{
    (void)state;
    static const char made[] =
        "assert(os.getenv('HOME') or true) assert(io.open) return { run = { cycles = 2 }, cell = { "
        "nominal_capacity = 2 }, source = { plugin = 'constant' }, physics = { plugin = 'xu2018' } }";
    opened o = open_text("good.lua", made, NULL);
    assert_int_not_equal(o.rc, E_OK);
    done(&o);
    o = open_text("good.lua", made, &(script_options){ .trust = true });
    assert_int_equal(o.rc, E_OK);
    done(&o);
    assert_ptr_equal(script_host(NULL), script_host(&(script_options){ .trust = false }));
    assert_true(script_host(NULL) != script_host(&(script_options){ .trust = true }));
}

static void the_host_opens_both_kinds(void **state)
{
    (void)state;
    const sweep_host *h = script_host(NULL);
    opened o = { 0 };
    const engine_hooks *hooks = NULL;
    void *keep = NULL;
    static const char made[] =
        "return { " BASE "run = { cycles = 6 }, physics = { plugin = 'xu2018' }, on_end = function() "
        "end, sweep = { axes = { f = function(p) return p.point end } } }";
    o.rc = h->open(h->ctx, "life.lua", made, &(scenario_options){ 0 }, &o.s, &hooks, &keep, &o.p, &o.w);
    assert_int_equal(o.rc, E_OK);
    assert_non_null(hooks);
    double v = 0;
    const tree_node *f = tree_get(tree_get(o.s->sweep, "axes"), "f");
    assert_int_equal(h->call(h->ctx, keep, f, (const char *const[]){ "point" }, (const double[]){ 7 }, 1, &v, &o.w),
                     E_OK);
    assert_near(v, 7, 0);
    h->close(h->ctx, keep, o.s);
    tree_problems_free(&o.p);
}

static void memory_that_fails_ends_with_a_sentence(void **state)
{
    (void)state;
    static const char made[] =
        "return { " BASE "run = { cycles = 6 }, physics = { " TWIN " }, on_cycle = function() end }";
    bool over = false;
    for (long at = 1; at < 3000 && !over; at += 7) {
        mem_fail_at(at);
        opened o = open_text("life.lua", made, NULL);
        mem_fail_at(0);
        over = o.rc == E_OK;
        assert_true(over || *o.w.text);
        done(&o);
    }
    assert_true(over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_where_they_stand),
        cmocka_unit_test(problems_have_their_line),
        cmocka_unit_test(what_is_no_scenario_is_told),
        cmocka_unit_test(toml_goes_its_own_way),
        cmocka_unit_test(hooks_are_obeyed_and_the_same_on_any_thread),
        cmocka_unit_test(a_function_that_fails_ends_its_cell),
        cmocka_unit_test(an_axis_may_be_a_function),
        cmocka_unit_test(a_model_agrees_with_its_twin_in_c),
        cmocka_unit_test(a_model_may_have_a_file),
        cmocka_unit_test(a_model_that_fails_ends_its_cell),
        cmocka_unit_test(escapes_are_refused_at_once),
        cmocka_unit_test(what_does_no_harm_works),
        cmocka_unit_test(trust_lifts_it),
        cmocka_unit_test(the_host_opens_both_kinds),
        cmocka_unit_test(memory_that_fails_ends_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
