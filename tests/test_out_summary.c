/* SPDX-License-Identifier: MIT
 * test_out_summary.c - the page a run ends with: cells, end of life, scores with the best marked, reasons and warnings.
 */
#include "output_rig.h"

static void cells_and_end_of_life(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "summary");
    rig_value(&g, "path")->text = "summary.txt";
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 70), FADE_OK);         /* soh falls by 0.00625 a cycle: below 0.8 from cycle 34 */
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_string_equal(text, "a run: 70 rows, 2 cells\n"
                              "\n"
                              "cell   model   rows  cycle   capacity  capacity  observed      SoH  below 80 %\n"
                              "                      last  first, Ah  last, Ah  last, Ah  last, %  from cycle\n"
                              "B0005  xu2018    35     35     2.0000    1.5750    1.6600     78.8          34\n"
                              "B0006  xu2018    35     35     2.0000    1.5750    1.6700     78.8          34\n");
    free(text);
    rig_remove(&g);
}

/* Rows of one cell under `variant`: column k of row i is v[i * n + k]. */
static void put_rows(rig *g, const fade_list *columns, const char *variant, const double *v, uint32_t rows)
{
    double at[8][8], *col[8];
    static const char *const one = "one";
    const char *cell[8], *under[8];
    int64_t time[8], cycle[8];
    uint64_t number[8];
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t k = 0; k < columns->n; k++)
            at[k][i] = v[i * columns->n + k];
        cell[i] = one;
        under[i] = variant;
        time[i] = INT64_MIN;
        cycle[i] = (int64_t)i + 1;
        number[i] = i;
    }
    for (uint32_t k = 0; k < columns->n; k++)
        col[k] = at[k];
    fade_block b = { .size = sizeof b,
                     .n = rows,
                     .cap = rows,
                     .number = number,
                     .cell = cell,
                     .variant = under,
                     .time = time,
                     .cycle = cycle,
                     .col = col };
    assert_int_equal(g->vt->rows(g->self, &b), FADE_OK);
}

/* What a row of a corrected model says of health is of what it predicts, not of the physics alone. */
static void health_is_the_corrected_ones(void **state)
{
    (void)state;
    static const fade_column columns[] = {
        { .key = "physics_capacity", .unit = "Ah", .doc = "" },
        { .key = "hybrid_capacity", .unit = "Ah", .doc = "" },
        { .key = "soh", .unit = "1", .doc = "" },
    };
    static const double v[] = { 1.9, 1.9, 0.95, 1.8, 1.5, 0.9, 1.7, 1.4, 0.85 };
    rig g;
    rig_load(&g, "summary");
    g.run.columns.out = (fade_list)FADE_LIST(columns);
    rig_value(&g, "path")->text = "summary.txt";
    assert_int_equal(rig_open(&g), FADE_OK);
    put_rows(&g, &g.run.columns.out, "law+ridge", v, 3);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_non_null(
        strstr(text, "cell  model      rows  cycle   capacity  capacity  corrected      SoH  below 80 %\n"
                     "                        last  first, Ah  last, Ah   last, Ah  last, %  from cycle\n"
                     "one   law+ridge     3      3     1.9000    1.7000     1.4000     70.0           2\n"));
    free(text);
    rig_remove(&g);
}

/* A row of a duty is a stretch of time: ends of life have years. */
static void rows_of_a_duty_have_years(void **state)
{
    (void)state;
    static const fade_column columns[] = {
        { .key = "span", .unit = "s", .doc = "" },
        { .key = "count", .unit = "", .doc = "" },
        { .key = "test_time", .unit = "s", .doc = "" },
        { .key = "physics_capacity", .unit = "Ah", .doc = "" },
        { .key = "soh", .unit = "1", .doc = "" },
    };
    static const double year = 365 * 86400.0, v[] = { year, 300, year, 1.9, 0.95, year, 300, 2 * year, 1.5, 0.75 };
    rig g;
    rig_load(&g, "summary");
    g.run.columns.out = (fade_list)FADE_LIST(columns);
    rig_value(&g, "path")->text = "summary.txt";
    assert_int_equal(rig_open(&g), FADE_OK);
    put_rows(&g, &g.run.columns.out, "law", v, 2);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_non_null(strstr(text, "cell  model  rows   row   capacity  capacity      SoH  below 80 %  after\n"
                                 "                   last  first, Ah  last, Ah  last, %    from row  years\n"
                                 "one   law       2     2     1.9000    1.5000     75.0           2   2.00\n"));
    free(text);
    rig_remove(&g);
}

static void only_so_many_cells(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "summary");
    rig_value(&g, "path")->text = "summary.txt";
    rig_value(&g, "cells")->real = 3;
    assert_int_equal(rig_open(&g), FADE_OK);
    static char id[2000][16];                               /* the writer's, valid until close */
    for (uint64_t k = 0; k < 4000; k++) {
        double x = 1, *col[] = { &x, &x, &x, &x };
        const char *cell = id[k % 2000], *variant = "m";
        int64_t time = INT64_MIN, cycle = 1;
        fade_block b = { .size = sizeof b,
                         .n = 1,
                         .cap = 1,
                         .number = &k,
                         .cell = &cell,
                         .variant = &variant,
                         .time = &time,
                         .cycle = &cycle,
                         .col = col };
        snprintf(id[k % 2000], sizeof id[0], "c%u", (unsigned)(k % 2000));
        assert_int_equal(g.vt->rows(g.self, &b), FADE_OK);
    }
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_non_null(strstr(text, "4000 rows, 2000 cells"));
    assert_non_null(strstr(text, "\nc2 "));
    assert_null(strstr(text, "\nc3 "));
    assert_non_null(strstr(text, "... and 1997 more cells\n"));
    free(text);
    rig_remove(&g);
}

static void scores_reasons_and_warnings(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "summary");
    rig_value(&g, "path")->text = "summary.txt";
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 4), FADE_OK);
    rig_event(&g, 0, 1, "score", NULL,
              "{\"variant\":\"xu2018\",\"model\":\"physics\",\"n\":84,\"rmse\":0.0712,\"mae\":0.06,"
              "\"mape\":4.2,\"r2\":0.31,\"max_error\":0.13,\"bias\":0.01,\"unit\":\"Ah\"}");
    rig_event(&g, 1, 1, "score", NULL,
              "{\"variant\":\"xu2018+ridge\",\"model\":\"hybrid\",\"n\":84,\"rmse\":0.0212,\"mae\":0.016,"
              "\"mape\":1.2,\"r2\":null,\"max_error\":0.05,\"bias\":0.0,\"unit\":\"Ah\"}");
    rig_event(&g, 2, 1, "score", NULL, "{\"variant\":\"\",\"model\":\"persistence\",\"n\":84,\"rmse\":0.1}");
    rig_event(&g, 3, 1, "lane-end", "B0005",
              "{\"physics\":\"xu2018\",\"reason\":\"70% capacity\",\"failed\":false,\"cycle\":9}");
    rig_event(&g, 4, 1, "lane-end", "B0006",
              "{\"physics\":\"xu2018\",\"reason\":\"70% capacity\",\"failed\":false,\"cycle\":9}");
    for (uint64_t k = 5; k < 10; k++)
        rig_event(&g, k, 2, "warning", "B0005", NULL);
    assert_int_equal(g.vt->close(g.self, 3, "1 lane failed"), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_non_null(strstr(text,
                           "model        of            rows  RMSE, Ah  MAE, Ah  MAPE, %      R2  worst, Ah\n"
                           "physics      xu2018          84   0.07120  0.06000    4.200  0.3100    0.13000\n"
                           "hybrid       xu2018+ridge    84   0.02120  0.01600    1.200       -    0.05000  best\n"
                           "persistence                  84   0.10000        -        -       -          -\n"));
    assert_non_null(strstr(text, "Ended before the last cycle:\n         2  xu2018: 70% capacity\n"));
    assert_non_null(strstr(text, "5 warnings:\n  B0005: A sentence.\n"));
    assert_non_null(strstr(text, "... and 2 more\n"));
    assert_non_null(strstr(text, "The run is not whole: 1 lane failed\n"));
    free(text);
    rig_remove(&g);
}

static void no_rows_and_no_place(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "summary");
    rig_value(&g, "path")->text = "no/summary.txt";
    assert_int_equal(rig_open(&g), FADE_EIO);
    assert_non_null(strstr(g.error, "/no/summary.txt: cannot be opened for writing: No such file"));
    rig_value(&g, "path")->text = "/dev/full";
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_event(&g, 0, 1, "progress", NULL, "{\"done\":0.5,\"rows\":3,\"rate\":null}"), FADE_OK);
    assert_int_equal(g.vt->flush(g.self), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_EIO);
    assert_string_equal(g.error, "the summary cannot be written");
    rig_value(&g, "path")->text = "summary.txt";
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "summary.txt");
    assert_string_equal(text, "a run: 0 rows, 0 cells\n\n");
    free(text);
    rig_remove(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_and_end_of_life),
        cmocka_unit_test(health_is_the_corrected_ones),
        cmocka_unit_test(rows_of_a_duty_have_years),
        cmocka_unit_test(only_so_many_cells),
        cmocka_unit_test(scores_reasons_and_warnings),
        cmocka_unit_test(no_rows_and_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
