/* SPDX-License-Identifier: MIT
 * test_ranges.c - how far a run left the ranges in which its laws were shown to hold; what compare makes of it.
 */
#include "tests/compare_rig.h"

#include "core/report/report.h"

enum { MOST = 16 };

/* Two cells of five rows: naumann2020 holds from 0.2 to 2 C and from 0 to 60 degC. */
static const char rows_text[] = "cell,cycle,c_rate,temperature_mean_celsius\n"
                                "A,1,1,25\nA,2,3,25\nA,3,0.1,65\nA,4,2,25\nA,5,4,25\n"
                                "B,1,1,-5\nB,2,1,25\nB,3,1,25\nB,4,1,25\nB,5,1,25\n";
#define ROWS                                                                                                        \
    "[cell]\nnominal_capacity = 2\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"ranges.csv\"\n"         \
    "[conditions]\ndepth = 1\nsoc_mean = 0.5\nduration = \"1 day\"\n"
#define NAUMANN "[[physics]]\nplugin = \"naumann2020\"\n"
#define POWER "[[physics]]\nplugin = \"power-law\"\n"
#define HELD(more)                                                                                                  \
    "[run]\nname = \"held\"\ncycles = 150\n" more "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n" \
    "cells = 20\nc_rate = 4\n"

static void put_rows(void)
{
    char path[128];
    why w;
    snprintf(path, sizeof path, "%s/ranges.csv", rig_folder);
    assert_int_equal(file_write(path, rows_text, strlen(rows_text), &w), 0);
}

static engine_range found(const engine *e, size_t physics, const char *column)
{
    engine_range r[MOST];
    size_t n = engine_ranges(e, physics, r, MOST);
    for (size_t i = 0; i < n && i < MOST; i++)
        if (strcmp(r[i].column, column) == 0)
            return r[i];
    fail_msg("no range of %s", column);
    return r[0];
}

static void rows_outside_are_counted(void **state)
{
    (void)state;
    put_rows();
    ran r = rig_run("[run]\nname = \"r\"\n" ROWS NAUMANN POWER RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    engine_range c = found(r.e, 0, "c_rate"), t = found(r.e, 0, "temperature_mean"), d = found(r.e, 0, "depth");
    assert_int_equal(engine_ranges(r.e, 0, NULL, 0), 4);        /* duration declares none */
    assert_int_equal(engine_ranges(r.e, 1, NULL, 0), 0);
    assert_true(c.rows == 3 && c.stepped == 10 && c.lo == 0.2 && c.hi == 2 && c.least == 0.1 && c.most == 4);
    assert_string_equal(c.part, "naumann2020");
    assert_string_equal(c.unit, "1/h");
    assert_string_equal(t.unit, "degC");
    assert_true(t.rows == 2 && t.stepped == 10);
    near(t.least, -5, 1e-9);
    near(t.most, 65, 1e-9);
    near(t.lo, 0, 1e-9);
    near(t.hi, 60, 1e-9);
    assert_true(d.rows == 0 && d.stepped == 10 && isnan(d.least) && isnan(d.most));
    rig_done(&r);
}

/* Values that stand are outside in every row, whatever the chunks, the tiles and the threads. */
static void values_that_stand_count_in_every_row(void **state)
{
    (void)state;
    static const char *const shapes[] = { HELD("tile = 8\nthreads = 3\n") NAUMANN RIG_OUT,
                                          HELD("threads = 1\n") NAUMANN RIG_OUT };
    for (size_t i = 0; i < 2; i++) {
        ran r = rig_run(shapes[i], (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        engine_range c = found(r.e, 0, "c_rate");
        assert_true(c.rows == 20 * 150 && c.stepped == 20 * 150 && c.least == 4 && c.most == 4);
        rig_done(&r);
    }
}

/* A life that is over is not stepped; the same law in two parts is told apart. */
static void each_part_counts_its_own(void **state)
{
    (void)state;
    ran r = rig_run(HELD("stop = \"100 cycles\"\n")
                        POWER "[[physics]]\ncombine = \"add\"\nparts = ["
                        "{ plugin = \"naumann2020\", name = \"a\", ageing = \"calendar\" }, "
                        "{ plugin = \"naumann2020\", name = \"b\", ageing = \"cycle\" }]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    engine_range c = found(r.e, 1, "c_rate"), t = found(r.e, 1, "temperature_mean");
    assert_true(rig_at(rig.n - 1, "physics_loss") > 0);
    assert_string_equal(c.part, "b");
    assert_string_equal(t.part, "a");
    assert_true(c.rows == 20 * 100 && c.stepped == 20 * 100 && t.rows == 0 && t.stepped == 20 * 100);
    rig_done(&r);
}

/* Four days again and again: one swings by 0.9 and is hot, two by 0.3, one is parked. */
static void put_days(void)
{
    static const double swing[] = { 0.9, 0.3, 0.3, 0 };
    char path[128];
    text t = { 0 };
    why w;
    text_add(&t, "time_h,soc,temperature\n");
    for (int h = 0; h < 96; h += 6)
        text_addf(&t, "%d,%g,%d\n", h, h % 24 == 6 ? 1 - swing[h / 24] : 1, h < 24 ? 50 : 20);
    snprintf(path, sizeof path, "%s/days.csv", rig_folder);
    assert_int_equal(file_write(path, text_of(&t), t.n, &w), 0);
    text_free(&t);
}

/* A law that sees inside rows is judged by what it is told between break points, however long a row is. */
static void stretches_of_a_duty_are_counted(void **state)
{
    (void)state;
    static const char *const row[] = { "5 hours", "1 day", "7 days", "28 days" };
    put_days();
    for (size_t i = 0; i < 4; i++) {
        char toml[800];
        snprintf(toml, sizeof toml,
                 "[run]\nname = \"r\"\n[cell]\nnominal_capacity = 250\n[source]\nplugin = \"profile\"\n"
                 "path = \"days.csv\"\nlength = \"28 days\"\ncells = 3\n[duty]\nrow = \"%s\"\n"
                 "[[physics]]\nplugin = \"lfp-gr-250ah\"\n" RIG_OUT, row[i]);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        engine_range d = found(r.e, 0, "depth"), t = found(r.e, 0, "temperature_mean");
        assert_true(d.stretches && d.rows == 3 * 14 && d.stepped == 3 * 21);       /* a parked day has no cycle */
        near(d.least, 0.3, 1e-12);
        near(d.most, 0.3, 1e-12);
        assert_true(t.stretches && t.rows == 3 * 7 && t.stepped == 3 * 28);
        near(t.most, 46.25, 1e-9);
        rig_done(&r);
    }
}

/* ---- compare ---- */

static void models_stand_beside_their_ranges(void **state)
{
    (void)state;
    put_rows();
    side s = run_one_file("[run]\nname = \"r\"\n" ROWS NAUMANN "[[physics]]\nplugin = \"wang2011\"\n" POWER
                          "[[physics]]\nname = \"sum\"\ncombine = \"add\"\nparts = ["
                          "{ plugin = \"naumann2020\", ageing = \"calendar\" }, { plugin = \"wang2011\" }]\n",
                          (compare_options){ .ablate = true });
    good(&s);
    const compare_model *m = model(&s, "naumann2020", "physics", NULL);
    assert_string_equal(m->validity, "outside: temperature_mean -5..65 of 0..60 degC in 20 % of rows; "
                                     "c_rate 0.1..4 of 0.2..2 1/h in 30 % of rows");
    assert_string_equal(model(&s, "wang2011", "physics", NULL)->validity,
                        "outside: temperature_mean 65 of -15..60 degC in 10 % of rows; "
                        "c_rate 0.1 of 0.5..10 1/h in 10 % of rows");
    assert_string_equal(model(&s, "sum", "physics", NULL)->validity,
                        "outside: naumann2020: temperature_mean -5..65 of 0..60 degC in 20 % of rows; "
                        "wang2011: temperature_mean 65 of -15..60 degC in 10 % of rows; "
                        "wang2011: c_rate 0.1 of 0.5..10 1/h in 10 % of rows");
    assert_null(model(&s, "power-law", "physics", NULL)->validity);
    assert_string_equal(model(&s, "sum", "physics", "wang2011 of sum")->validity,
                        "outside: temperature_mean -5..65 of 0..60 degC in 20 % of rows");
    text t = { 0 };
    compare_text(s.c, false, &t);
    assert_non_null(strstr(text_of(&t), "validity"));
    assert_non_null(strstr(text_of(&t), "\nOutside of where a law was shown to hold:\n"
                                        "naumann2020  temperature_mean -5..65 of 0..60 degC in 20 % of rows\n"));
    text_free(&t);
    compare_csv(s.c, &t);
    assert_non_null(strstr(text_of(&t), ",reached,validity,rank_rmse"));
    assert_non_null(strstr(text_of(&t), ",outside: temperature_mean -5..65 of 0..60 degC in 20 % of rows; c_rate"));
    text_free(&t);
    done(&s);
}

static void json_has_every_range(void **state)
{
    (void)state;
    side s = run_one_file("[run]\nname = \"held\"\ncycles = 50\n[cell]\nnominal_capacity = 2\n"
                          "[source]\nplugin = \"constant\"\n" NAUMANN POWER,
                          (compare_options){ 0 });
    good(&s);
    json j = { 0 };
    compare_json(s.c, &j);
    json_t *v = json_loads(text_of(&j.out), 0, NULL), *models = json_object_get(v, "models");
    json_t *one = json_array_get(models, 0), *ranges = json_object_get(one, "ranges"), *t = json_array_get(ranges, 2);
    assert_string_equal(json_string_value(json_object_get(one, "validity")), "inside");
    assert_int_equal(json_array_size(ranges), 4);
    assert_string_equal(json_string_value(json_object_get(t, "column")), "temperature_mean");
    near(json_number_value(json_object_get(t, "hi")), 60, 1e-9);
    assert_true(json_is_null(json_object_get(t, "outside_most")));
    near(json_number_value(json_object_get(t, "outside_share")), 0, 0);
    assert_true(json_is_null(json_object_get(json_array_get(models, 1), "validity")));
    text said = { 0 };
    compare_text(s.c, false, &said);
    assert_non_null(strstr(text_of(&said), "  inside\n"));
    assert_null(strstr(text_of(&said), "Outside of where"));
    text_free(&said);
    json_decref(v);
    text_free(&j.out);
    done(&s);
}

static void a_correction_runs_on_the_same_rows(void **state)
{
    (void)state;
    static const char fleet[] =
        "[run]\nname = \"f\"\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"virtual\"\ntruth = \"xu2018\"\n"
        "parameters = { k_t = \"7e-10 1/s\" }\ncells = 3\ncycles = 300\nc_rate = 4\n" NAUMANN
        "[corrector]\nplugin = \"ridge\"\nfeatures = [\"cycle\"]\n[evaluate]\nsplit = \"time:0.5\"\n"
        "truth = \"true_capacity\"\n";
    static const char said[] = "outside: c_rate 4 of 0.2..2 1/h in 100 % of rows";
    side s = run_two_files(fleet, fleet);
    good(&s);
    assert_string_equal(model(&s, "naumann2020", "physics", NULL)->validity, said);
    assert_string_equal(model(&s, "naumann2020+ridge", "hybrid", NULL)->validity, said);
    assert_null(model(&s, "naive", "line", NULL)->validity);
    text t = { 0 };
    compare_text(s.c, false, &t);
    assert_non_null(strstr(text_of(&t), "b.toml  c_rate 4 of 0.2..2 1/h in 100 % of rows\n"));
    text_free(&t);
    done(&s);
}

/* ---- the page ---- */

static char *page_of(const side *s)
{
    char path[128], *html = NULL;
    size_t n;
    why w = { 0 };
    snprintf(path, sizeof path, "%s/compare.html", rig_folder);
    if (report_html(NULL, 0, s->c, &(report_options){ .title = NULL }, path, &w))
        fail_msg("%s", w.text);
    assert_int_equal(file_read(path, 1 << 24, &html, &n, &w), E_OK);
    return html;
}

static void has(const char *html, const char *said, bool wanted)
{
    if ((strstr(html, said) != NULL) != wanted)
        fail_msg("\"%s\" is %s", said, wanted ? "not there" : "there");
}

static void a_page_shows_all_ranges(void **state)
{
    (void)state;
    put_rows();
    for (int left = 0; left < 2; left++) {
        side s = run_one_file(left ? "[run]\nname = \"r\"\n" ROWS NAUMANN
                                   : "[run]\nname = \"r\"\ncycles = 9\n[cell]\nnominal_capacity = 2\n"
                                     "[source]\nplugin = \"constant\"\n" NAUMANN,
                              (compare_options){ 0 });
        good(&s);
        char *html = page_of(&s);
        has(html, "Where the laws were shown to hold</h2>", true);
        has(html, "This run left 2 of the 4 ranges.", left);
        has(html, "This run left none of them.", !left);
        has(html, "<td>0..60<td class=\"bad\">-5..65<td class=\"t\">degC<td class=\"bad\">20", left);
        has(html, "<td>0..60<td>-<td class=\"t\">degC<td>0", !left);
        has(html, "<td class=\"t\">outside", left);
        has(html, "<td class=\"t\">inside", !left);
        free(html);
        done(&s);
    }
    side s = run_one_file(HELD("") POWER, (compare_options){ 0 });
    char *html = page_of(&s);
    has(html, "Where the laws were shown to hold", false);
    free(html);
    done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_outside_are_counted),
        cmocka_unit_test(values_that_stand_count_in_every_row),
        cmocka_unit_test(each_part_counts_its_own),
        cmocka_unit_test(stretches_of_a_duty_are_counted),
        cmocka_unit_test(models_stand_beside_their_ranges),
        cmocka_unit_test(json_has_every_range),
        cmocka_unit_test(a_correction_runs_on_the_same_rows),
        cmocka_unit_test(a_page_shows_all_ranges),
    };
    return cmocka_run_group_tests_name("ranges", tests, setup, rig_teardown);
}
