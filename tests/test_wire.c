/* SPDX-License-Identifier: MIT
 * test_wire.c - outputs meet inputs: units are converted, problems name both sides, moments are handed on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/host/wire.h"
#include <stdio.h>
#include <string.h>

static fade_column columns[64];
static size_t used;

static const fade_column *column(const char *key, const char *units, uint32_t flags)
{
    fade_column *c = &columns[used++ % 64];
    *c = (fade_column){ .key = key, .unit = units, .doc = "X.", .flags = flags };
    return c;
}

static int add(wire_pool *pool, const char *owner, const fade_column *c, tree_problems *p)
{
    wire_end end = { .owner = owner, .column = c, .moment = c->flags & (FADE_PLANNED | FADE_EARLY) };
    assert_int_equal(units_parse(c->unit, &end.unit, NULL), E_OK);
    return wire_add(pool, &end, p);
}

static void said(tree_problems *p, const char *want)
{
    assert_int_equal(p->n, 1);
    assert_string_equal(p->at[0].text, want);
    tree_problems_free(p);
}

static void values_are_converted(void **unused)
{
    (void)unused;
    static const struct { const char *from, *to; double nominal, scale, offset; } cases[] = {
        { "K", "K", NAN, 1, 0 },       { "degC", "K", NAN, 1, 273.15 },     { "K", "degC", NAN, 1, -273.15 },
        { "Ah", "A.s", NAN, 3600, 0 }, { "coulomb", "Ah", NAN, 1.0 / 3600, 0 }, { "h", "s", NAN, 3600, 0 },
        { "mA", "A", NAN, 1e-3, 0 },   { "%", "1", NAN, 0.01, 0 },          { "C-rate", "A", 2.5, 2.5, 0 },
        { "A", "C-rate", 2.5, 0.4, 0 }, { "1/h", "C-rate", NAN, 1, 0 },     { "W", "A|V|W|ohm", NAN, 1, 0 },
        { "mV", "A|V|W|ohm", NAN, 1e-3, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_pool pool = { 0 };
        tree_problems p = { 0 };
        wire_link l;
        assert_int_equal(add(&pool, "source a", column("q", cases[i].from, 0), &p), E_OK);
        assert_int_equal(wire_find(&pool, "b", column("q", cases[i].to, 0), cases[i].nominal, NULL, &p, &l), E_OK);
        assert_int_equal(l.from, 0);
        assert_true(fabs(l.scale - cases[i].scale) <= 1e-15 * fabs(cases[i].scale));
        assert_true(fabs(l.offset - cases[i].offset) <= 1e-12);
        assert_int_equal(p.n, 0);
        wire_free(&pool);
    }
}

static void problems_name_both_sides(void **unused)
{
    (void)unused;
    wire_pool pool = { 0 };
    tree_problems p = { 0 };
    wire_link l;
    add(&pool, "source csv", column("temperature_mean", "Ah", 0), &p);
    assert_int_equal(wire_find(&pool, "xu2018", column("temperature_mean", "K", 0), NAN, NULL, &p, &l), E_DOMAIN);
    assert_int_equal(l.from, -1);
    said(&p, "temperature_mean: xu2018 wants K, source csv writes Ah: these have different dimensions");
    assert_int_equal(add(&pool, "conditions", column("temperature_mean", "K", 0), &p), E_INPUT);
    said(&p, "two writers of column 'temperature_mean': source csv and conditions; each column has one");
    assert_int_equal(pool.n, 1);
    add(&pool, "source csv", column("current", "C-rate", 0), &p);
    assert_int_equal(wire_find(&pool, "cell", column("current", "A", 0), NAN, NULL, &p, &l), E_INPUT);
    said(&p, "current: cell wants A, source csv writes C-rate: a C-rate meets amperes only by [cell] nominal_capacity, "
             "which is not given");
    assert_int_equal(wire_find(&pool, "cell", column("temperatur_mean", "K", 0), NAN, NULL, &p, &l), E_INPUT);
    said(
        &p,
        "cell needs column 'temperatur_mean' (K) and nobody writes it; did you mean 'temperature_mean' of source csv?");
    assert_int_equal(wire_find(&pool, "cell", column("depth", "1", 0), NAN, NULL, &p, &l), E_INPUT);
    said(&p, "cell needs column 'depth' (a ratio) and nobody writes it: a source may, or a constant in [conditions]");
    wire_free(&pool);
}

static void optional_may_be_missing(void **unused)
{
    (void)unused;
    wire_pool pool = { 0 };
    tree_problems p = { 0 };
    wire_link l;
    assert_int_equal(wire_find(&pool, "cell", column("rest", "s", FADE_OPTIONAL), NAN, NULL, &p, &l), E_OK);
    assert_int_equal(l.from, -1);
    assert_int_equal(p.n, 0);
    add(&pool, "source a", column("rest", "K", 0), &p);
    assert_int_equal(wire_find(&pool, "cell", column("rest", "s", FADE_OPTIONAL), NAN, NULL, &p, &l), E_DOMAIN);
    said(&p, "rest: cell wants s, source a writes K: these have different dimensions");
    wire_free(&pool);
}

static void widths_must_meet(void **unused)
{
    (void)unused;
    wire_pool pool = { 0 };
    tree_problems p = { 0 };
    wire_link l;
    fade_column wide = { .key = "profile", .unit = "1", .width = 4 };
    add(&pool, "spm", &wide, &p);
    assert_int_equal(wire_find(&pool, "cell", column("profile", "1", 0), NAN, NULL, &p, &l), E_INPUT);
    said(&p, "profile: cell wants 1 values a cell, spm writes 4");
    wire_free(&pool);
}

static void problems_know_their_line(void **unused)
{
    (void)unused;
    wire_pool pool = { 0 };
    tree_problems p = { 0 };
    wire_link l;
    tree *t = tree_open();
    const tree_node *node = tree_make(t, TREE_TABLE, "life.toml", 7, 3);
    wire_find(&pool, "cell", column("depth", "1", 0), NAN, node, &p, &l);
    assert_string_equal(p.at[0].file, "life.toml");
    assert_int_equal(p.at[0].line, 7);
    assert_int_equal(p.at[0].column, 3);
    tree_problems_free(&p);
    tree_close(t);
}

static void the_later_moment_is_handed_on(void **unused)
{
    (void)unused;
    assert_int_equal(wire_later(FADE_PLANNED, FADE_PLANNED), FADE_PLANNED);
    assert_int_equal(wire_later(FADE_PLANNED, FADE_EARLY), FADE_EARLY);
    assert_int_equal(wire_later(FADE_EARLY, FADE_PLANNED), FADE_EARLY);
    assert_int_equal(wire_later(0, FADE_PLANNED), 0);
    assert_int_equal(wire_later(FADE_EARLY, 0), 0);
    assert_string_equal(wire_moment(FADE_PLANNED), "planned");
    assert_string_equal(wire_moment(FADE_EARLY | FADE_TARGET), "early");
    assert_string_equal(wire_moment(0), "after");
}

static void memory_runs_out(void **unused)
{
    (void)unused;
    wire_pool pool = { 0 };
    tree_problems p = { 0 };
    mem_fail_at(1);
    assert_int_equal(add(&pool, "a", column("q", "1", 0), &p), E_NOMEM);
    mem_fail_at(0);
    assert_int_equal(pool.n, 0);
    tree_problems_free(&p);
    static char keys[100][8];
    for (int i = 0; i < 100; i++) {
        snprintf(keys[i], sizeof keys[i], "q%d", i);
        static fade_column many[100];
        many[i] = (fade_column){ .key = keys[i], .unit = "1" };
        assert_int_equal(add(&pool, "a", &many[i], &p), E_OK);
    }
    wire_link l;
    assert_int_equal(wire_find(&pool, "b", column("q77", "1", 0), NAN, NULL, &p, &l), E_OK);
    assert_int_equal(l.from, 77);
    wire_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_converted),
        cmocka_unit_test(problems_name_both_sides),
        cmocka_unit_test(optional_may_be_missing),
        cmocka_unit_test(widths_must_meet),
        cmocka_unit_test(problems_know_their_line),
        cmocka_unit_test(the_later_moment_is_handed_on),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
