/* SPDX-License-Identifier: MIT
 * test_out_csv.c - rows as text: names, unknown values, resuming, a full disk.
 */
#include "output_rig.h"
#include <signal.h>
#include <sys/resource.h>

static void names_and_unknowns(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 5), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "rows.csv");
    assert_string_equal(
        text, "battery_id,cycle_count,time,variant,capacity_ah,temperature_mean_celsius,physics_capacity_ah,soh_ratio\n"
              "B0005,1,2008-04-02T15:25:41.593Z,xu2018,2,25.5,2,1\n"
              "B0006,1,,xu2018,2,25.5,2,1\n"
              "B0005,2,,xu2018,1.99,25.5,1.9875,0.99375\n"
              "B0006,2,2008-04-02T15:25:44.593Z,xu2018,1.99,25.5,1.9875,0.99375\n"
              "B0005,3,,xu2018,,25.5,1.975,0.9875\n");
    free(text);
    assert_false(rig_has(&g, "samples.csv"));
    rig_remove(&g);
}

static void awkward_words_are_quoted(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    assert_int_equal(rig_open(&g), FADE_OK);
    double x = INFINITY, *col[] = { &x, &x, &x, &x };
    uint64_t number = 0;
    const char *cell = "a", *variant = "my \"law\", new\nline";
    int64_t time = INT64_MIN, cycle = 3;
    fade_block b = { .size = sizeof b,
                     .n = 1,
                     .cap = 1,
                     .number = &number,
                     .cell = &cell,
                     .variant = &variant,
                     .time = &time,
                     .cycle = &cycle,
                     .col = col };
    assert_int_equal(g.vt->rows(g.self, &b), FADE_OK);
    number = 1;
    b.variant = NULL;
    assert_int_equal(g.vt->rows(g.self, &b), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "rows.csv");
    assert_non_null(strstr(text, "\na,3,,\"my \"\"law\"\", new line\",inf,inf,inf,inf\n"));
    assert_non_null(strstr(text, "\na,3,,,inf,inf,inf,inf\n"));
    free(text);
    rig_remove(&g);
}

static void rows_given_twice_are_written_once(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 10), FADE_OK);
    assert_int_equal(rig_rows(&g, 5, 20), FADE_OK);
    assert_int_equal(rig_rows(&g, 21, 22), FADE_EBUG);
    assert_non_null(strstr(g.error, "row 21 came where row 20 was due"));
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "rows.csv");
    size_t lines = 0;
    for (char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 21);
    free(text);
    rig_remove(&g);
}

/* Stopped after any number of rows, also with a torn last line, and resumed: the same bytes. */
static void resumed_is_the_same_file(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 300), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *whole = rig_file(&g, "rows.csv"), path[128];
    snprintf(path, sizeof path, "%s/rows.csv", g.folder);
    for (uint64_t first = 1; first < 300; first += 37) {
        size_t n = strlen(whole);
        assert_int_equal(truncate(path, (off_t)(n - 7)), 0);
        g.run.first[0] = first;
        assert_int_equal(rig_open(&g), FADE_OK);
        assert_int_equal(rig_rows(&g, first, 300), FADE_OK);
        assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
        char *again = rig_file(&g, "rows.csv");
        assert_string_equal(again, whole);
        free(again);
    }
    g.run.first[0] = 301;
    assert_int_equal(rig_open(&g), FADE_EINVAL);
    assert_non_null(strstr(g.error, "fewer than the 301 rows"));
    g.run.first[0] = 10;
    g.run.columns.out.n = 3;
    assert_int_equal(rig_open(&g), FADE_EINVAL);
    assert_non_null(strstr(g.error, "the columns changed"));
    free(whole);
    rig_remove(&g);
}

/* A disk that is full in the middle of a row: whole lines stay, and with room again the rest follows. */
static void full_disk_keeps_whole_lines(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    assert_int_equal(rig_open(&g), FADE_OK);
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){ 5000, old.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(rig_rows(&g, 0, 400), FADE_OK);
    setrlimit(RLIMIT_FSIZE, &small);
    int32_t first = g.vt->flush(g.self), second = g.vt->flush(g.self);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(first, FADE_EIO);
    assert_int_equal(second, FADE_EIO);
    assert_non_null(strstr(g.error, "File too large"));
    char *text = rig_file(&g, "rows.csv");
    size_t n = strlen(text);
    assert_true(n > 4900 && n <= 5000 && text[n - 1] == '\n');
    free(text);
    assert_int_equal(rig_rows(&g, 300, 401), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    text = rig_file(&g, "rows.csv");
    size_t lines = 0;
    for (char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 402);
    assert_non_null(strstr(text, "\nB0005,201,"));
    free(text);
    rig_remove(&g);
}

/* With a full disk and no end of rows, memory stays bounded: rows are refused. */
static void full_disk_refuses_more(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    rig_value(&g, "path")->text = "/dev/full";
    int32_t rc = rig_open(&g);
    assert_int_equal(rc, FADE_EIO);
    assert_non_null(strstr(g.error, "No space left on device"));
    rig_value(&g, "path")->text = "no/such/folder.csv";
    assert_int_equal(rig_open(&g), FADE_EIO);
    assert_non_null(strstr(g.error, "no/such/folder.csv: cannot be opened for writing: No such file"));
    rig_remove(&g);
}

static void samples_have_their_own_file(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "output-csv");
    g.run.columns.sample = (fade_list)FADE_LIST(rig_samples);
    assert_int_equal(rig_open(&g), FADE_OK);
    for (uint64_t k = 0; k < 5; k++)
        assert_int_equal(rig_sample(&g, k, 4.25 - 0.25 * (double)k), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 2), FADE_OK);
    assert_int_equal(g.vt->flush(g.self), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    g.run.first[0] = 1;
    g.run.first[1] = 2;
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "samples.csv");
    assert_string_equal(text, "battery_id,cycle_count,time,variant,time_second,voltage_volt\n"
                              "B0005,1,,,10,4.25\nB0005,1,,,10,4\n");
    free(text);
    rig_remove(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_unknowns),
        cmocka_unit_test(awkward_words_are_quoted),
        cmocka_unit_test(rows_given_twice_are_written_once),
        cmocka_unit_test(resumed_is_the_same_file),
        cmocka_unit_test(full_disk_keeps_whole_lines),
        cmocka_unit_test(full_disk_refuses_more),
        cmocka_unit_test(samples_have_their_own_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
