/* SPDX-License-Identifier: MIT
 * test_show.c - a result in the terminal: its head, tables, scores, the picture in dots and in letters, JSON.
 */
#include "tests/result_rig.h"

#include "core/report/show.h"

static char *shown(const result *r, const show_options *o)
{
    text t = { 0 };
    why w = { 0 };
    if (show_text(r, o, &t, &w))
        fail_msg("%s", w.text);
    return text_take(&t);
}

static void has(const char *said, const char *expected)
{
    if (!strstr(said, expected))
        fail_msg("no \"%s\" in:\n%s", expected, said);
}

static void all_is_told(void **state)
{
    (void)state;
    result *r = made_result();
    char *said = shown(r, &(show_options){ .width = 80, .ascii = true });
    has(said, "made\nwhen      2026-11-21T01:24:03.761Z\noutcome   done in 0.5 s; 2 cells, 20 rows\n");
    has(said, "made by   fade 0.1.0, seed 42; law 1\nrows      40 in rows.csv\n");
    has(said,
        "cell  model      rows  cycle  first, Ah  last, Ah  corrected, Ah  observed, Ah  SoH, %  end of life\n"
        "B1    law          10     10     1.9920    1.9200              -        1.9000    96.0            9  70% "
        "capacity\n"
        "      law+ridge    10     10     1.9920    1.9200         1.9010        1.9000    95.0  at least 10  70% "
        "capacity\n"
        "B2    law          10     10     1.9420    1.8700              -        1.8500    93.5  at least 10\n");
    has(said, "forecast  of     rows  RMSE, Ah  MAE, Ah  MAPE, %   R2  worst, Ah\n"
              "physics   law       5      0.01    0.009      0.5  0.9       0.02  best\n"
              "drift     naive     5      0.02    0.019        1  0.1       0.04\n");
    has(said, "capacity, Ah: B1\n");
    has(said, "a observed  b law  c law+ridge\n");
    free(said);
    said = shown(r, &(show_options){ .cells = 1, .ascii = true });
    has(said, "and 1 more cell\n");
    assert_null(strstr(said, "B2"));
    free(said);
    result_close(r);
}

static void interrupted_ones_and_bare_ones_too(void **state)
{
    (void)state;
    result *r = made_result();
    json_object_set_new(r->about, "outcome", json_string("cancelled"));
    json_object_set_new(r->about, "failed", json_integer(1));
    char *said = shown(r, &(show_options){ 0 });
    has(said, "outcome   interrupted in 0.5 s; 2 cells, 20 rows, 1 failed\n");
    free(said);
    json_decref(r->about);
    r->about = NULL;
    said = shown(r, &(show_options){ 0 });              /* killed: no result.json */
    has(said, "made\noutcome   not ended: running, or killed; 2 cells\nrows      40 in rows.csv\n");
    has(said, "\xe2\x94\xa4");
    free(said);
    frame_free(&r->rows);
    free(r->rows_from);
    free(r->scenario);
    r->rows_from = r->scenario = NULL;
    said = shown(r, &(show_options){ 0 });
    assert_string_equal(said, "made\noutcome   unknown\nrows      none are kept\n");
    free(said);
    result_close(r);
}

static void a_sweep_is_summed_up(void **state)
{
    (void)state;
    result *r = made_result();
    r->cases = true;
    char *said = shown(r, &(show_options){ 0 });
    has(said, "column               unit  known  least  median  greatest\n");
    has(said, "capacity_ah          Ah       36   1.85   1.915      1.99\n");
    free(said);
    result_close(r);
}

/* A line from corner to corner, dot by dot. */
static void pictures_are_exact(void **state)
{
    (void)state;
    const double x[] = { 1, 2, NAN, 5 }, y[] = { 0, 1, 7, 4 };
    const show_series s = { "up", x, y, 4, true };
    show_chart c = { .series = &s, .n = 1, .x = "x", .y = "y", .title = "", .width = 29, .height = 3, .ascii = true };
    text t = { 0 };
    show_chart_add(&c, &t);
    assert_string_equal(text_of(&t), "y\n"
                                     "        4 +        aa a\n"
                                     "        2 +    aaaa\n"
                                     "        0 +aaaa\n"
                                     "          +----------\n"
                                     "           1   x    5\n"
                                     "a up\n");
    text_free(&t);
    t = (text){ 0 };
    c.ascii = false;
    c.height = 1;
    show_chart_add(&c, &t);
    has(text_of(&t), "        4 \xe2\x94\xa4\xe2\xa3\x80");          /* U+28C0: the lowest dots */
    has(text_of(&t), "\xe2\xa0\x89 a\n");                           /* U+2809: the highest */
    text_free(&t);
    t = (text){ 0 };
    c.color = true;
    show_chart_add(&c, &t);
    has(text_of(&t), "\033[37ma\033[0m up");
    text_free(&t);
    const double flat[] = { 2, 2, 2, 2 };
    const show_series level = { "level", flat, flat, 4, false };
    t = (text){ 0 };
    c = (show_chart){
        .series = &level, .n = 1, .x = "a very long name of an axis", .y = "y", .title = "", .ascii = true
    };
    show_chart_add(&c, &t);
    has(text_of(&t), "2..3 a very long name of an axis\n");
    text_free(&t);
    const double nothing[] = { NAN };
    const show_series none = { "none", nothing, nothing, 1, false };
    t = (text){ 0 };
    c.series = &none;
    show_chart_add(&c, &t);
    assert_int_equal(t.n, 0);
    text_free(&t);
}

static void tables_line_up(void **state)
{
    (void)state;
    show_table t = { .columns = 4, .left = 1 };
    text out = { 0 };
    show_row(&t, (const char *const[]){ "name", "n", "none", "" });
    show_row(&t, (const char *const[]){ "caf\xc3\xa9", "1", "-", NULL });
    show_row(&t, (const char *const[]){ "x", "1000", "", "said" });
    show_table_add(&t, &out);
    assert_string_equal(text_of(&out), "name     n\n"
                                       "caf\xc3\xa9     1\n"
                                       "x     1000  said\n");
    text_free(&out);
    show_table_free(&t);
    char word[32];
    show_number(word, 1.23456, -2);
    assert_string_equal(word, "1.23");
    show_number(word, 12345678, -2);
    assert_string_equal(word, "1.23457e+07");
}

static void json_has_the_same(void **state)
{
    (void)state;
    why w = { 0 };
    json out = { 0 };
    result *r = made_result();
    assert_int_equal(show_json(r, &out, &w), E_OK);
    json_t *j = json_loads(text_of(&out.out), 0, NULL), *cell = json_array_get(json_object_get(j, "cells"), 1);
    json_t *law = json_array_get(json_object_get(j, "cells"), 0);
    assert_int_equal(json_array_size(json_object_get(j, "cells")), 4);
    assert_float_equal(json_number_value(json_object_get(cell, "hybrid_capacity_ah")), 1.901, 1e-12);
    assert_int_equal(json_integer_value(json_object_get(law, "end_of_life_cycle")), 9);
    assert_true(json_is_null(json_object_get(cell, "end_of_life_cycle")));
    assert_int_equal(json_integer_value(json_object_get(cell, "end_of_life_at_least")), 10);
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(j, "cells"), 3), "end_of_life_cycle")));
    assert_string_equal(json_string_value(json_object_get(j, "started")), "2026-11-21T01:24:03.761Z");
    assert_int_equal(json_array_size(json_object_get(j, "scores")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "columns"), 0)), "capacity_ah");
    json_decref(j);
    text_free(&out.out);
    result_close(r);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    result *r = made_result();
    int failed = 0;
    for (long k = 1; k < 200; k++) {
        text t = { 0 };
        why w = { 0 };
        mem_fail_at(k);
        int rc = show_text(r, &(show_options){ .ascii = true }, &t, &w);
        mem_fail_at(0);
        assert_true(rc == E_OK || rc == E_NOMEM);
        failed += rc == E_NOMEM;
        text_free(&t);
    }
    assert_true(failed > 50);
    result_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told),        cmocka_unit_test(interrupted_ones_and_bare_ones_too),
        cmocka_unit_test(a_sweep_is_summed_up), cmocka_unit_test(pictures_are_exact),
        cmocka_unit_test(tables_line_up),     cmocka_unit_test(json_has_the_same),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
