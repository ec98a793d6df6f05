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
        cmocka_unit_test(only_so_many_cells),
        cmocka_unit_test(scores_reasons_and_warnings),
        cmocka_unit_test(no_rows_and_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
