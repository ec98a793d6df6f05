/* SPDX-License-Identifier: MIT
 * test_frame.c - rows in memory: columns by name, rows added and bounded, runs tapped, parts picked, memory that ends.
 */
#include "tests/result_rig.h"

static void names_tell_key_and_unit(void **state)
{
    (void)state;
    static const struct { const char *name, *key, *unit; } said[] = {
        { "physics_capacity_ah", "physics_capacity", "Ah" }, { "temperature_mean_celsius", "temperature_mean", "degC" },
        { "soh_ratio", "soh", "1" }, { "c_rate_per_hour", "c_rate", "1/h" }, { "cycles_to_end", "cycles_to_end", "" },
        { "rest_second", "rest", "s" }, { "energy_wh", "energy", "Wh" }, { "voltage_mean_volt", "voltage_mean", "V" },
        { "lli_percent", "lli", "%" }, { "ah", "ah", "" },
    };
    frame f = { 0 };
    why w = { 0 };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        int at = frame_add_column(&f, said[i].name, NULL, NULL, NULL, &w);
        assert_int_equal(at, (int)i);
        assert_string_equal(f.col[at].key, said[i].key);
        assert_string_equal(f.col[at].unit, said[i].unit);
        assert_string_equal(f.col[at].doc, "");
    }
    assert_int_equal(frame_add_column(&f, "soh_ratio", NULL, NULL, NULL, &w), 2);      /* it is there */
    assert_int_equal(frame_find(&f, "soh"), 2);
    assert_int_equal(frame_find(&f, "soh_ratio"), 2);
    assert_int_equal(frame_find(&f, "sho"), -1);
    assert_string_equal(frame_nearest(&f, "sho"), "soh_ratio");
    assert_string_equal(frame_nearest(&f, "physics_capcity"), "physics_capacity_ah");
    assert_null(frame_nearest(&f, "something else entirely"));
    frame_free(&f);
    assert_int_equal(f.ncol, 0);
}

static void rows_are_bounded(void **state)
{
    (void)state;
    frame f = { .most = 1000 };
    why w = { 0 };
    size_t at;
    char cell[32];
    assert_int_equal(frame_add_column(&f, "a", "a", "", "", &w), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(cell, sizeof cell, "cell-%d", i % 300);
        assert_int_equal(frame_add_row(&f, cell, i % 2 ? "x" : NULL, i, i * 2, &at, &w), E_OK);
        assert_int_equal(at, i);
        assert_true(isnan(f.col[0].v[at]));
        f.col[0].v[at] = i;
    }
    assert_int_equal(f.ncell, 300);
    assert_int_equal(f.nvariant, 2);
    assert_string_equal(f.variant_name[0], "");
    assert_int_equal(frame_cell(&f, "cell-299"), 299);
    assert_int_equal(frame_cell(&f, "cell-300"), -1);
    assert_int_equal(frame_variant(&f, "x"), 1);
    assert_int_equal(f.cell[999], 99);
    assert_string_equal(f.cell_name[f.cell[707]], "cell-107");
    assert_int_equal(frame_add_row(&f, "y", NULL, 0, 0, &at, &w), E_NOMEM);
    assert_non_null(strstr(w.text, "more than 1000 rows"));
    assert_int_equal(frame_add_column(&f, "late", NULL, NULL, NULL, &w), 1);
    assert_true(isnan(f.col[1].v[0]) && isnan(f.col[1].v[999]));
    assert_float_equal(f.col[0].v[707], 707, 0);
    frame_free(&f);
    assert_int_equal(f.most, 1000);
}

static void a_part_is_picked(void **state)
{
    (void)state;
    frame f = { 0 }, part = { 0 };
    why w = { 0 };
    size_t at;
    frame_add_column(&f, "v_ah", NULL, NULL, "A sentence.", &w);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(frame_add_row(&f, i % 4 < 2 ? "a" : "b", i % 2 ? "y" : "x", i, i, &at, &w), E_OK);
        f.col[0].v[at] = i;
    }
    assert_int_equal(frame_pick(&f, frame_cell(&f, "b"), frame_variant(&f, "y"), &part, &w), E_OK);
    assert_int_equal(part.n, 10);
    assert_int_equal(part.ncell, 1);
    assert_string_equal(part.cell_name[0], "b");
    assert_float_equal(part.col[0].v[1], 7, 0);
    assert_string_equal(part.col[0].doc, "A sentence.");
    frame_free(&part);
    assert_int_equal(frame_pick(&f, -1, 0, &part, &w), E_OK);
    assert_int_equal(part.n, 20);
    frame_free(&part);
    frame_free(&f);
}

#define LIFE "[run]\nname = \"p\"\ncycles = 40\n[cell]\nnominal_capacity = 2.0\n[source]\nplugin = \"constant\"\n" \
             "cells = 3\n[[physics]]\nplugin = \"power-law\"\nc = 0.01\nz = 0.5\n"

static int run_into(frame *f, const char *toml, uint64_t every, why *w)
{
    scenario *sc = NULL;
    engine *e = NULL;
    tree_problems p = { 0 };
    engine_tap tap = frame_tap(f);
    tap.every = every;
    int rc = scenario_open(made_file("f.toml", toml), &(scenario_options){ 0 }, &sc, &p, w);
    if (!rc)
        rc = engine_open(sc, &(engine_options){ .tap = &tap }, &e, &p, w);
    if (!rc)
        rc = engine_run(e, w);
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
    return rc;
}

static void a_run_is_tapped(void **state)
{
    (void)state;
    frame f = { 0 };
    why w = { 0 };
    assert_int_equal(run_into(&f, LIFE, 1, &w), E_OK);
    assert_int_equal(f.n, 120);
    assert_int_equal(f.ncell, 3);
    assert_int_equal(f.nvariant, 1);
    assert_string_equal(f.variant_name[0], "power-law");
    int capacity = frame_find(&f, "physics_capacity_ah"), soh = frame_find(&f, "soh");
    assert_true(capacity >= 0 && soh >= 0);
    assert_string_equal(f.col[capacity].unit, "Ah");
    assert_string_equal(f.col[capacity].doc, "Capacity as the physics predicts it.");
    assert_string_equal(f.col[soh].name, "soh_ratio");
    for (size_t i = 0; i < f.n; i++) {
        assert_float_equal(f.col[capacity].v[i], 2 * (1 - 0.01 * sqrt((double)f.cycle[i])), 1e-12);
        assert_float_equal(f.col[soh].v[i], f.col[capacity].v[i] / 2, 1e-12);
    }
    /* a second run may follow into the same frame, with columns of its own */
    assert_int_equal(run_into(&f, LIFE "name = \"again\"\n[[physics]]\nplugin = \"xu2018\"\n", 20, &w), E_OK);
    assert_int_equal(f.n, 120 + 3 * 2 * 3);
    assert_int_equal(f.nvariant, 3);
    int loss = frame_find(&f, "physics_loss");
    assert_true(loss >= 0);
    assert_int_equal(frame_find(&f, "physics_capacity"), capacity);
    frame_free(&f);
}

static void too_many_rows_end_the_run(void **state)
{
    (void)state;
    frame f = { .most = 50 };
    why w = { 0 };
    assert_int_equal(run_into(&f, LIFE, 1, &w), E_NOMEM);
    assert_int_equal(f.n, 50);
    frame_free(&f);
}

/* Whichever allocation fails, it is an error, nothing leaks, and what was there stays sound. */
static void memory_may_run_out(void **state)
{
    (void)state;
    static const fade_column columns[] = { { .key = "a", .unit = "Ah" }, { .key = "b", .unit = "K" } };
    int failed = 0;
    for (long k = 1; k < 60; k++) {
        frame f = { 0 };
        why w = { 0 };
        engine_tap tap = frame_tap(&f);
        double a[300] = { 1 }, b[300] = { 2 }, *col[] = { a, b };
        uint64_t number[300] = { 0 };
        const char *cell[300];
        char names[300][8];
        int64_t cycle[300] = { 0 }, when[300] = { 0 };
        fade_block block = { .size = sizeof block, .n = 300, .cap = 300, .number = number, .cell = cell, .time = when,
                             .cycle = cycle, .col = col };
        for (int i = 0; i < 300; i++) {
            snprintf(names[i], sizeof names[i], "c%d", i);
            cell[i] = names[i];
        }
        mem_fail_at(k);
        tap.columns(tap.self, columns, 2);
        int32_t rc = tap.vt->rows(tap.self, &block);
        mem_fail_at(0);
        assert_true(rc == FADE_OK || rc == FADE_ENOMEM);
        failed += rc == FADE_ENOMEM;
        if (rc == FADE_OK)
            assert_int_equal(f.n, 300);
        size_t at;
        mem_fail_at(1);
        assert_int_equal(frame_add_column(&f, "late", NULL, NULL, NULL, &w), -E_NOMEM);
        mem_fail_at(1);
        assert_int_equal(frame_add_row(&f, "a new one", NULL, 0, 0, &at, &w), E_NOMEM);
        mem_fail_at(0);
        frame_free(&f);
    }
    assert_true(failed > 20);
}

/* What a sweep varies is called in pictures as it was declared; by its key where that is long, missing or not one
 * alone. */
static void axes_are_told_in_words(void **state)
{
    (void)state;
    static const struct { const char *name, *doc, *label;
    } said[] = {
        { "source.soc_mean", "Mean state of charge; 0.5 when nobody says.", "Mean state of charge" },
        { "physics.k", "Rate.", "Rate k" },
        { "physics.1.ea", "Activation energy.", "physics.1.ea" },
        { "physics.2.ea", "Activation energy.", "physics.2.ea" },
        { "physics.b", "A sentence that goes on and on for so long that no axis has room for it in a picture.",
          "physics.b" },
        { "physics.c", "Loss by SEI after one cycle (at 298.15 K, where nobody has said another temperature).",
          "Loss by SEI after one cycle" },
        { "physics.d", "axis", "physics.d" },
        { "physics.e", NULL, "physics.e" },
        { "soh_ratio", "State of health.", "soh_ratio" },
    };
    frame f = { 0 };
    why w = { 0 };
    char label[110];
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_int_equal(frame_add_column(&f, said[i].name, NULL, NULL, said[i].doc, &w), (int)i);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        frame_label(&f, (int)i, label, sizeof label);
        assert_string_equal(label, said[i].label);
    }
    frame_free(&f);
}

/* "law+ridge" is the physics "law" corrected; a combined law is called "calendar+cycle" by itself. */
static void a_plus_may_be_of_the_physics(void **state)
{
    (void)state;
    result *r = made_result();
    const char *const names[] = { "sam + wang", "sam + wang+ridge" };
    why w = { 0 };
    size_t at;
    int hybrid = frame_find(&r->rows, "hybrid_capacity");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(frame_add_row(&r->rows, "B1", names[i], 1, INT64_MIN, &at, &w), E_OK);
    r->rows.col[hybrid].v[at] = 1.9;
    assert_int_equal(frame_physics_length(&r->rows, 0), 3);
    assert_int_equal(frame_physics_length(&r->rows, 1), 3);        /* law+ridge */
    assert_int_equal(frame_physics_length(&r->rows, 2), 10);
    assert_int_equal(frame_physics_length(&r->rows, 3), 10);
    result_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_are_told_in_words),    cmocka_unit_test(a_plus_may_be_of_the_physics),
        cmocka_unit_test(names_tell_key_and_unit),   cmocka_unit_test(rows_are_bounded),
        cmocka_unit_test(a_part_is_picked),          cmocka_unit_test(a_run_is_tapped),
        cmocka_unit_test(too_many_rows_end_the_run), cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
