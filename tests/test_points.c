/* SPDX-License-Identifier: MIT
 * test_points.c - many points as lanes, rows tapped, wishes for single cycles, a script's functions, and lives counted.
 */
#include "tests/engine_rig.h"

#include "core/base/mem.h"
#include "tests/near.h"

#define HEAD "[run]\nname = \"p\"\ncycles = 40\n[cell]\nnominal_capacity = 2.0\n"
#define LAW "[[physics]]\nplugin = \"power-law\"\nc = 0.01\nz = 0.5\n"
#define HELD "[source]\nplugin = \"constant\"\n"

/* ---- what a tap is given ---- */

typedef struct taken {
    size_t n, ncol;
    int64_t cycle[4000];
    char cell[4000][40];
    double capacity[4000];
    int column;
} taken;

static void take_columns(void *self, const fade_column *column, size_t n)
{
    taken *t = self;
    t->ncol = n;
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i].key, "physics_capacity") == 0)
            t->column = (int)i;
}

static int32_t take_rows(void *self, const fade_block *b)
{
    taken *t = self;
    for (uint32_t i = 0; i < b->n && t->n < 4000; i++, t->n++) {
        t->cycle[t->n] = b->cycle[i];
        t->capacity[t->n] = b->col[t->column][i];
        snprintf(t->cell[t->n], sizeof t->cell[0], "%s", b->cell[i]);
    }
    return FADE_OK;
}

static int32_t refuse_rows(void *self, const fade_block *b)
{
    (void)self;
    (void)b;
    return FADE_ENOMEM;
}

static const fade_output_v1 take_v1 = { .size = sizeof take_v1, .rows = take_rows };
static const fade_output_v1 refuse_v1 = { .size = sizeof refuse_v1, .rows = refuse_rows };

/* Runs without a folder. */
static ran run_bare(const char *toml, engine_options opt)
{
    ran r = { 0 };
    char path[128];
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    opt.study = study_table();
    assert_int_equal(file_write(path, toml, strlen(toml), &r.w), 0);
    r.rc = scenario_open(path, &(scenario_options){ 0 }, &r.sc, &r.problems, &r.w);
    if (!r.rc)
        r.rc = engine_open(r.sc, &opt, &r.e, &r.problems, &r.w);
    if (!r.rc)
        r.rc = engine_run(r.e, &r.w);
    return r;
}

static void a_tap_gets_the_cycles_it_asks_for_and_the_last(void **state)
{
    (void)state;
    static taken t;
    memset(&t, 0, sizeof t);
    const uint64_t at[] = { 4, 9 };
    engine_tap tap = { .vt = &take_v1, .self = &t, .columns = take_columns, .at = at, .nat = 2 };
    ran r = run_bare(HEAD HELD LAW, (engine_options){ .tap = &tap });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.cycle[0], 4);
    assert_int_equal(t.cycle[1], 9);
    assert_int_equal(t.cycle[2], 40);
    assert_near(t.capacity[0], 2 * (1 - 0.01 * 2), 1e-12);
    assert_near(t.capacity[1], 2 * (1 - 0.01 * 3), 1e-12);
    assert_true(engine_seconds(r.e, 0) > 0);
    rig_done(&r);
}

/* ---- one column, without rows ---- */

enum { LANES = 5, CYCLES = 40 };
typedef struct values { size_t n[LANES]; double v[LANES][CYCLES]; } values;

static void take_value(void *self, uint32_t lane, const char *cell, double v)
{
    values *t = self;
    assert_true(lane < LANES && t->n[lane] < CYCLES && *cell);
    t->v[lane][t->n[lane]++] = v;
}

static void one_column_is_the_same_without_rows(void **state)
{
    (void)state;
    static const char *const key[] = { "physics_capacity", "physics_loss" };
    static const char toml[] = HEAD "[source]\nplugin = \"constant\"\ncells = 5\n"
                               "[[physics]]\nplugin = \"power-law\"\nc = { mean = 0.01, sd = 1e-3 }\nz = 0.5\n";
    static taken t;
    for (int k = 0; k < 2; k++) {
        values got = { 0 };
        memset(&t, 0, sizeof t);
        engine_tap rows = { .vt = &take_v1, .self = &t, .columns = take_columns, .every = 1 };
        engine_tap one = { .self = &got, .every = 1, .key = key[k], .value = take_value };
        ran r = run_bare(toml, (engine_options){ .tap = &rows });
        assert_int_equal(r.rc, E_OK);
        rig_done(&r);
        r = run_bare(toml, (engine_options){ .tap = &one });
        assert_int_equal(r.rc, E_OK);
        rig_done(&r);
        assert_int_equal(t.n, LANES * CYCLES);
        size_t at[LANES] = { 0 };
        for (size_t i = 0; i < t.n; i++) {
            size_t lane = (size_t)(t.cell[i][strlen(t.cell[i]) - 1] - '1');
            double v = got.v[lane][at[lane]++];
            assert_near(k ? 2 * (1 - v) : v, t.capacity[i], k ? 1e-12 : 0);
        }
        assert_true(got.v[0][39] != got.v[1][39]);
    }
    values none = { 0 };
    engine_tap wrong = { .self = &none, .every = 1, .key = "physics_voltage", .value = take_value };
    ran r = run_bare(toml, (engine_options){ .tap = &wrong });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "power-law writes no physics_voltage"));
    rig_done(&r);
}

static void a_tap_that_is_full_ends_the_run_with_a_sentence(void **state)
{
    (void)state;
    engine_tap tap = { .vt = &refuse_v1, .self = &rig, .every = 1 };
    ran r = run_bare(HEAD HELD LAW, (engine_options){ .tap = &tap });
    assert_int_equal(r.rc, E_NOMEM);
    assert_non_null(strstr(r.w.text, "rows cannot be gathered: too many"));
    rig_done(&r);
}

static void an_output_may_ask_for_single_cycles(void **state)
{
    (void)state;
    ran r = rig_run(HEAD HELD LAW RIG_OUT "at = [3, 30]\n", (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 3);
    assert_int_equal(rig.cycle[0], 3);
    assert_int_equal(rig.cycle[1], 30);
    assert_int_equal(rig.cycle[2], 40);
    rig_done(&r);
    r = rig_run(HEAD HELD LAW RIG_OUT "at = [0]\n", (engine_options){ 0 });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "at is a list of cycles from 1 on"));
    rig_done(&r);
}

/* ---- points ---- */

enum { POINTS = 300 };
static char point_name[POINTS][17];
static const char *point_id[POINTS];
static double point_c[POINTS], point_t[POINTS];

static uint32_t param_of(const char *key)
{
    const plugin *p;
    why w;
    assert_int_equal(library_find("power-law", &p, &w), E_OK);
    for (uint32_t i = 0; i < p->desc->params.n; i++)
        if (strcmp(((const fade_param *)library_at(&p->desc->params, i))->key, key) == 0)
            return i;
    fail_msg("no parameter %s", key);
    return 0;
}

static void make_points(void)
{
    for (int i = 0; i < POINTS; i++) {
        snprintf(point_name[i], sizeof point_name[i], "p%03d", i);
        point_id[i] = point_name[i];
        point_c[i] = 0.001 * (1 + i % 20);
        point_t[i] = 280 + i % 7;
    }
}

static void each_point_is_a_lane_with_its_own_parameter(void **state)
{
    (void)state;
    make_points();
    engine_axis axis[] = { { .where = ENGINE_AXIS_PARAM, .param = param_of("c"), .value = point_c } };
    engine_points points = { POINTS, point_id, axis, 1 };
    ran r = run_bare(HEAD HELD "cells = 2\n" LAW, (engine_options){ .points = &points });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(engine_lives(r.e), 2 * POINTS);
    for (size_t i = 0; i < 2 * POINTS; i++) {
        engine_life l;
        engine_life_at(r.e, i, &l);
        assert_int_equal(l.point, i % POINTS);
        assert_int_equal(l.state, ENGINE_THROUGH);
        assert_int_equal(l.rows, 40);
        assert_near(l.capacity, 2 * (1 - point_c[l.point] * sqrt(40)), 1e-12);
        assert_near(l.first, 2 * (1 - point_c[l.point]), 1e-12);
        char name[64];
        snprintf(name, sizeof name, "%s.cell-%zu", point_id[l.point], 1 + i / POINTS);
        assert_string_equal(l.cell, name);
    }
    rig_done(&r);
}

static void a_point_may_have_its_own_conditions(void **state)
{
    (void)state;
    make_points();
    static const char *const sources[] = { HELD "c_rate = 1\n",
                                           HELD "c_rate = 1\n[conditions]\ndays = { value = 1, unit = \"1\" }\n" };
    for (size_t s = 0; s < 2; s++) {
        engine_axis axis[] = {
            { .where = ENGINE_AXIS_COLUMN, .column = s ? "days" : "temperature_mean", .value = point_t }
        };
        engine_points points = { POINTS, point_id, axis, 1 };
        char toml[1024];
        snprintf(toml, sizeof toml, HEAD "%s[[physics]]\nplugin = \"xu2018\"\n", sources[s]);
        ran r = run_bare(toml, (engine_options){ .points = &points });
        assert_string_equal(r.w.text, "");
        engine_life a, b, c;
        engine_life_at(r.e, 0, &a);
        engine_life_at(r.e, 6, &b);
        engine_life_at(r.e, 7, &c);
        assert_true(s ? a.capacity == b.capacity : a.capacity > b.capacity);
        assert_true(a.capacity == c.capacity);
        rig_done(&r);
    }
}

static void points_of_what_is_not_there_are_refused(void **state)
{
    (void)state;
    make_points();
    engine_axis axis[] = { { .where = ENGINE_AXIS_COLUMN, .column = "nothing", .value = point_t } };
    engine_points points = { POINTS, point_id, axis, 1 };
    ran r = run_bare(HEAD HELD LAW, (engine_options){ .points = &points });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "nothing cannot differ between points: there is no such column"));
    rig_done(&r);
    axis[0] = (engine_axis){ .where = ENGINE_AXIS_PARAM, .param = 99, .value = point_t };
    r = run_bare(HEAD HELD LAW, (engine_options){ .points = &points });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "is not one of a cell"));
    rig_done(&r);
}

static void points_share_the_rows_of_a_source_that_is_read(void **state)
{
    (void)state;
    make_points();
    engine_axis axis[] = { { .where = ENGINE_AXIS_PARAM, .param = param_of("c"), .value = point_c } };
    engine_points points = { 10, point_id, axis, 1 };
    static const char toml[] = "[run]\nname = \"p\"\n[cell]\nnominal_capacity = 2.0\n[source]\nplugin = \"virtual\"\n"
                               "truth = \"power-law\"\ncells = 3\ncycles = 25\n" LAW "[evaluate]\n";
    ran r = run_bare(toml, (engine_options){ .points = &points });
    for (size_t i = 0; i < r.problems.n; i++)
        print_message("%s\n", r.problems.at[i].text);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(engine_lives(r.e), 30);
    for (size_t i = 0; i < 30; i++) {
        engine_life l;
        engine_life_at(r.e, i, &l);
        assert_int_equal(l.rows, 25);
        assert_int_equal(l.state, ENGINE_THROUGH);
        assert_near(l.capacity / l.first, (1 - point_c[i % 10] * 5) / (1 - point_c[i % 10]), 1e-12);
    }
    rig_done(&r);
}

static void a_list_shorter_than_the_cells_is_refused(void **state)
{
    (void)state;
    static const char law[] = "[[physics]]\nplugin = \"power-law\"\nz = 0.5\nc = [0.01, 0.02, 0.03]\n";
    char toml[512];
    snprintf(toml, sizeof toml, HEAD HELD "cells = 4\n%s", law);
    ran r = run_bare(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "lists 3 values, one a cell, and there is a cell number 4"));
    rig_done(&r);
    snprintf(toml, sizeof toml, HEAD HELD "cells = 3\n%s", law);
    r = run_bare(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    engine_life l;
    engine_life_at(r.e, 2, &l);
    assert_near(l.first, 2 * (1 - 0.03), 1e-12);
    rig_done(&r);
}

/* ---- a script's functions, played by C ---- */

typedef struct play { int opened, started, ended, outcome; atomic_int rows, workers; size_t nset; int fail_at; } play;

static int play_open(void *ctx, const scenario *sc, const engine_columns *c, why *w)
{
    (void)sc;
    (void)w;
    play *p = ctx;
    p->opened++;
    p->nset = c->nset;
    return E_OK;
}

static int play_worker(void *ctx, int index, void **state, why *w)
{
    (void)index;
    (void)w;
    atomic_fetch_add(&((play *)ctx)->workers, 1);
    *state = ctx;
    return E_OK;
}

static void play_worker_close(void *ctx, void *state)
{
    (void)state;
    atomic_fetch_sub(&((play *)ctx)->workers, 1);
}

static int play_start(void *ctx, why *w)
{
    (void)w;
    ((play *)ctx)->started++;
    return E_OK;
}

/* Warmer with every cycle: 20 degC and one more each. */
static int play_condition(void *ctx, void *state, size_t which, const engine_row *now, double *value, why *w)
{
    (void)state;
    assert_int_equal(which, 0);
    play *p = ctx;
    if (p->fail_at && now->index == (uint64_t)p->fail_at)
        return why_fail(w, E_INPUT, "function life.lua:3: no such thing");
    assert_true(now->soh > 0 && now->soh <= 1);
    *value = 293.15 + (double)now->index;
    return E_OK;
}

static int play_cycle(void *ctx, void *state, const engine_row *row, engine_said *said, why *w)
{
    (void)state;
    (void)w;
    atomic_fetch_add(&((play *)ctx)->rows, 1);
    if (row->cycle == 5)
        snprintf(said->mark, sizeof said->mark, "five");
    if (row->cycle == 12)
        snprintf(said->stop, sizeof said->stop, "a dozen");
    return E_OK;
}

static int play_end(void *ctx, int outcome, const char *result, why *w)
{
    (void)w;
    assert_non_null(strstr(result, "\"lanes\""));
    ((play *)ctx)->ended++;
    ((play *)ctx)->outcome = outcome;
    return E_OK;
}

static engine_hooks play_hooks(play *p)
{
    return (engine_hooks){ p,          play_open,      play_worker, play_worker_close,
                           play_start, play_condition, play_cycle,  play_end };
}

#define WARM "[conditions]\nheat = { value = 1, unit = \"K\" }\n"

static ran run_played(const char *toml, play *p, bool call)
{
    ran r = { 0 };
    char path[128];
    static tree_node node = { .kind = TREE_CALL, .text = "function life.lua:3" };
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &r.w), 0);
    r.rc = scenario_open(path, &(scenario_options){ 0 }, &r.sc, &r.problems, &r.w);
    assert_int_equal(r.rc, E_OK);
    if (call)
        r.sc->condition[0].call = &node;
    engine_hooks h = play_hooks(p);
    memset(&rig, 0, sizeof rig);
    engine_options opt = { .hooks = p ? &h : NULL, .folder = rig_folder };
    r.rc = engine_open(r.sc, &opt, &r.e, &r.problems, &r.w);
    if (!r.rc)
        r.rc = engine_run(r.e, &r.w);
    return r;
}

static void functions_are_called_and_obeyed(void **state)
{
    (void)state;
    play p = { 0 };
    ran r = run_played(HEAD HELD "cells = 3\n" WARM LAW RIG_OUT, &p, true);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(p.opened, 1);
    assert_int_equal(p.started, 1);
    assert_int_equal(p.ended, 1);
    assert_int_equal(p.outcome, E_OK);
    assert_int_equal(p.rows, 36);
    assert_int_equal(rig.n, 36);
    assert_non_null(strstr(rig.events, "mark: five\n"));
    assert_non_null(strstr(rig.events, "a dozen"));
    rig_done(&r);
    assert_int_equal(p.workers, 0);
}

static void a_condition_that_moves_reaches_the_law(void **state)
{
    (void)state;
    play p = { 0 };
    static const char toml[] =
        HEAD HELD "[conditions]\ntemperature_mean = 300\n[[physics]]\nplugin = \"xu2018\"\n" RIG_OUT;
    ran held = { 0 };
    char path[128];
    why w = { 0 };
    snprintf(path, sizeof path, "%s/h.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), 0);
    assert_int_equal(scenario_open(path, &(scenario_options){ 0 }, &held.sc, &held.problems, &w), E_OK);
    assert_int_equal(engine_open(held.sc, &(engine_options){ 0 }, &held.e, &held.problems, &w),
                     E_INPUT); /* two writers */
    tree_problems_free(&held.problems);
    scenario_close(held.sc);
    ran r = run_played(toml, &p, true);             /* a function may take over what a held source writes */
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 12);
    double a = rig_at(1, "physics_loss") - rig_at(0, "physics_loss"),
           b = rig_at(11, "physics_loss") - rig_at(10, "physics_loss");
    assert_true(a > 0 && b > 0 && a != b);
    rig_done(&r);
}

static void a_function_that_fails_ends_its_lane_only(void **state)
{
    (void)state;
    play p = { .fail_at = 7 };
    ran r = run_played(HEAD HELD WARM LAW RIG_OUT, &p, true);
    assert_int_equal(r.rc, E_PARTIAL);
    assert_int_equal(rig.n, 6);
    engine_life l;
    engine_life_at(r.e, 0, &l);
    assert_int_equal(l.state, ENGINE_FAILED);
    assert_non_null(strstr(l.reason, "life.lua:3"));
    rig_done(&r);
}

static void a_function_without_a_script_is_refused(void **state)
{
    (void)state;
    ran r = run_played(HEAD HELD WARM LAW RIG_OUT, NULL, true);
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "nobody here can call it"));
    rig_done(&r);
}

static void memory_that_fails_ends_with_a_sentence(void **state)
{
    (void)state;
    make_points();
    engine_axis axis[] = { { .where = ENGINE_AXIS_PARAM, .param = param_of("c"), .value = point_c } };
    engine_points points = { 20, point_id, axis, 1 };
    int failed = 0;
    for (long at = 1; at < 4000; at += 13) {
        ran r = { 0 };
        char path[128];
        play p = { 0 };
        engine_hooks h = play_hooks(&p);
        snprintf(path, sizeof path, "%s/m.toml", rig_folder);
        static const char toml[] = HEAD HELD "cells = 2\n" LAW;
        assert_int_equal(file_write(path, toml, strlen(toml), &r.w), 0);
        assert_int_equal(scenario_open(path, &(scenario_options){ 0 }, &r.sc, &r.problems, &r.w), E_OK);
        mem_fail_at(at);
        engine_options opt = { .points = &points, .hooks = &h };
        r.rc = engine_open(r.sc, &opt, &r.e, &r.problems, &r.w);
        if (!r.rc)
            r.rc = engine_run(r.e, &r.w);
        mem_fail_at(0);
        failed += r.rc == E_NOMEM;
        assert_true(r.rc == E_OK || (r.rc == E_NOMEM && *r.w.text));
        bool done = r.rc == E_OK;
        rig_done(&r);
        if (done)
            break;
    }
    assert_true(failed > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tap_gets_the_cycles_it_asks_for_and_the_last),
        cmocka_unit_test(one_column_is_the_same_without_rows),
        cmocka_unit_test(a_tap_that_is_full_ends_the_run_with_a_sentence),
        cmocka_unit_test(an_output_may_ask_for_single_cycles),
        cmocka_unit_test(each_point_is_a_lane_with_its_own_parameter),
        cmocka_unit_test(a_point_may_have_its_own_conditions),
        cmocka_unit_test(points_of_what_is_not_there_are_refused),
        cmocka_unit_test(points_share_the_rows_of_a_source_that_is_read),
        cmocka_unit_test(a_list_shorter_than_the_cells_is_refused),
        cmocka_unit_test(functions_are_called_and_obeyed),
        cmocka_unit_test(a_condition_that_moves_reaches_the_law),
        cmocka_unit_test(a_function_that_fails_ends_its_lane_only),
        cmocka_unit_test(a_function_without_a_script_is_refused),
        cmocka_unit_test(memory_that_fails_ends_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
