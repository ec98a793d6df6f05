/* SPDX-License-Identifier: MIT
 * test_dataset.c - rows read, a law beside them, columns made of earlier rows, rows chosen by an expression; and who
 * may be a feature.
 */
#include "tests/dataset_rig.h"

static const char two_cells[] = "cell,cycle,capacity_ah,rest,temperature_mean_degc,temperature_ambient_degc\n"
                                "a,1,2.0,0,30,24\nb,1,1.9,0,35,24\na,2,1.9,3600,31,24\nb,2,1.8,60,36,24\n"
                                "a,3,,60,32,24\nb,3,1.7,60,37,24\na,4,1.8,60,33,24\na,5,1.75,7200,34,24\n";

static void cells_lie_together(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    dataset d = rig_read(s, (dataset_options){ .physics = 0 });
    assert_int_equal(d.n, 8);
    assert_int_equal(d.ncell, 2);
    assert_string_equal(d.name[0], "a");
    assert_int_equal(d.first[0], 0);
    assert_int_equal(d.first[1], 5);
    assert_int_equal(d.first[2], 8);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.cell[i], i >= 5);
        assert_int_equal(d.row[i], i < 5 ? i + 1 : i - 4);
        assert_int_equal(d.cycle[i], d.row[i]);
    }
    assert_string_equal(d.col[d.target].key, "capacity");
    assert_string_equal(d.col[d.target].unit, "Ah");
    assert_near(d.col[d.target].v[1], 1.9, 0);
    assert_true(isnan(d.col[d.target].v[2]));
    assert_string_equal(d.col[d.physics].key, "physics_capacity");
    assert_near(d.col[d.physics].v[0], 2 * (1 - 5e-3), 0.02);
    assert_true(d.col[d.physics].v[7] < d.col[d.physics].v[5]);
    assert_true(d.col[d.physics].v[5] < 1.9 + 1e-9);            /* each cell starts from its own first value */
    int t = rig_column(&d, "temperature_mean");
    assert_string_equal(d.col[t].unit, "degC");
    assert_near(d.col[t].v[4], 34, 1e-9);
    dataset_free(&d);
    d = rig_read(s, (dataset_options){ .physics = -1 });
    assert_int_equal(d.physics, -1);
    assert_int_equal(dataset_refuses(&d, rig_column(&d, "rest"), ASK_FORECAST) == NULL, 1);
    dataset_free(&d);
    scenario_close(s);
}

static void columns_are_made(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    const double *v = rig_values(&d, "capacity_lag_1");
    assert_true(isnan(v[0]) && isnan(v[3]) && isnan(v[5]));
    assert_near(v[1], 2.0, 0);
    assert_near(v[4], 1.8, 0);
    assert_near(v[6], 1.9, 0);
    assert_near(rig_values(&d, "capacity_last")[3], 1.9, 0);
    assert_near(rig_values(&d, "capacity_mean_3")[3], 1.95, 1e-12);          /* 2.0, 1.9, unknown */
    assert_near(rig_values(&d, "capacity_mean_3")[1], 2.0, 0);
    assert_true(isnan(rig_values(&d, "capacity_mean_3")[0]));
    assert_near(rig_values(&d, "capacity_std_3")[3], 0.070710678118654752, 1e-12);
    /* np.polyfit([0, 1, 3], [2, 1.9, 1.8], 1) */
    assert_near(rig_values(&d, "capacity_slope_5")[4], -0.064285714285714, 1e-12);
    assert_near(rig_values(&d, "capacity_diff_1")[2], -0.1, 1e-12);
    assert_near(rig_values(&d, "capacity_ratio_1")[7], 1.8 / 1.9, 1e-12);
    assert_near(rig_values(&d, "capacity_min_4")[4], 1.8, 0);
    assert_near(rig_values(&d, "capacity_max_4")[4], 2.0, 0);
    assert_near(rig_values(&d, "rest_log")[1], log1p(3600), 1e-12);
    assert_near(rig_values(&d, "rest_sum")[4], 10920, 1e-9);
    assert_near(rig_values(&d, "rest_before")[4], 3720, 1e-9);
    assert_near(rig_values(&d, "rest_log_lag_2")[3], log1p(3600), 1e-12);
    assert_near(rig_values(&d, "cycle_sqrt")[3], 2, 0);
    assert_near(rig_values(&d, "throughput_before")[4], 5.7, 1e-12);
    assert_near(rig_values(&d, "temperature_mean_deviation")[2], 1.5, 1e-9);
    assert_near(rig_values(&d, "temperature_mean_normalised")[1], 31.0 / 30, 1e-12);
    assert_near(rig_values(&d, "temperature_mean_over_temperature_ambient")[0], 30.0 / 24, 1e-12);
    const double *rest = rig_values(&d, "rest"), *away = rig_values(&d, "rest_away_2");
    double worn = 0;                              /* the plugin `reversible`, amplitude 1, lambda 0.9, tau 2 h */
    for (int i = 0; i < 5; i++) {
        worn *= exp(-(rest[i] > 0 ? rest[i] : 0) / 7200);
        if (isfinite(rest[i])) {
            assert_near(away[i], worn, 1e-12);
            worn += 0.1 * (1 - worn);
        }
    }
    assert_near(rig_values(&d, "cycle_pause")[4], 0, 0);
    assert_string_equal(d.col[rig_column(&d, "rest_away_2")].unit, "1");
    assert_string_equal(d.col[rig_column(&d, "capacity_mean_3")].unit, "Ah");
    assert_int_equal(d.col[rig_column(&d, "capacity_lag_3")].lag, 3);
    assert_int_equal(d.col[rig_column(&d, "capacity_mean_3_lag_2")].lag, 3);
    assert_int_equal(d.col[rig_column(&d, "capacity_mean_3")].lag, 1);
    assert_int_equal(rig_column(&d, "cycle"), rig_column(&d, "cycle"));
    dataset_free(&d);
    scenario_close(s);
}

/* Each pattern of the catalogue, with something put in for COLUMN and K, makes a column. */
static void the_catalogue_is_true(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    const dataset_made *m;
    size_t n = dataset_catalogue(&m);
    assert_true(n > 15);
    char *page = NULL;
    size_t length = 0;
    why w = { 0 };
    assert_int_equal(file_read("docs/features-to-learn-from.md", 1 << 20, &page, &length, &w), E_OK);
    for (size_t i = 0; i < n; i++) {
        char key[200] = "";
        for (const char *at = m[i].pattern; *at;) {
            size_t used = strlen(key);
            bool column = strncmp(at, "COLUMN", 6) == 0;
            snprintf(key + used, sizeof key - used, "%s", column ? "rest" : *at == 'K' ? "2" : (char[]){ *at, 0 });
            at += column ? 6 : 1;
        }
        rig_column(&d, key);
        snprintf(key, sizeof key, "| `%s` |", m[i].pattern);
        if (!strstr(page, key))
            fail_msg("docs/features-to-learn-from.md has no line for %s", m[i].pattern);
    }
    free(page);
    dataset_free(&d);
    scenario_close(s);
}

static void rows_are_chosen(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    static const struct { const char *where; size_t n; } good[] = {
        { "temperature_mean > 36", 1 }, { "temperature_mean >= 36", 2 }, { "cycle < 3", 4 }, { "capacity < 10", 7 },
        { "not capacity < 10", 1 }, { "capacity != 1.9", 5 }, { "capacity = 1.9 or cycle == 4", 3 },
        { "cycle > 1 and rest < 100 or temperature_mean = 34", 5 }, { "(cycle + 1) * 2 >= 8", 4 },
        { "cycle > 1 and (rest < 100 or temperature_mean = 34)", 5 }, { "max(rest, 100) > 100", 2 },
        { "capacity_lag_1 > 1.85", 3 }, { "2e0 > capacity", 6 }, { "not (cycle < 2 or cycle > 2)", 2 },
    };
    static const struct { const char *where, *expected; } bad[] = {
        { "temprature_mean > 36",
          "where, column 1: there is no column temprature_mean (did you mean temperature_mean?)" },
        { "cycle > 1 and rst < 2", "where, column 15: there is no column rst" },
        { "cycle >> 3", "where, column 8: a column, a number or ( is expected, not > 3" },
        { "cycle", "where, column 6: a comparison" }, { "cycle > 1 cycle", "where, column 11" },
        { "cycle > ", "expected" },
        { "(cycle > 1", "where, column 11: a bracket is not closed" }, { "cycle > 1)", "where, column 10: and, or" },
        { "cycle > 100", "no row of 8 is left" }, { "cycle > 1 and", "expected" },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        dataset d = rig_read(s, (dataset_options){ .physics = 0, .where = good[i].where });
        if (d.n != good[i].n)
            fail_msg("%s: %zu rows, not %zu", good[i].where, d.n, good[i].n);
        assert_int_equal(d.first[d.ncell], d.n);
        dataset_free(&d);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        dataset d = { 0 };
        why w = { 0 };
        assert_int_equal(dataset_read(s, &(dataset_options){ .physics = 0, .where = bad[i].where }, &d, &w), E_INPUT);
        if (!strstr(w.text, bad[i].expected))
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].where, w.text, bad[i].expected);
        dataset_free(&d);
    }
    /* What came before a row stays known to it, also when that row is left out. */
    dataset d = rig_read(s, (dataset_options){ .physics = 0, .where = "cycle = 2" });
    assert_near(rig_values(&d, "capacity_lag_1")[0], 2.0, 0);
    assert_near(rig_values(&d, "capacity_lag_1")[1], 1.9, 0);
    assert_int_equal(d.row[0], 2);
    dataset_free(&d);
    scenario_close(s);
}

static void groups_are_known(void **state)
{
    (void)state;
    scenario *s = rig_scenario("cell,cycle,capacity_ah,group\na,1,2,7\nb,1,2,8\nc,1,2,7\n",
                               "[source.columns]\ngroup = \"group\"\n[[physics]]\nplugin = \"power-law\"\n");
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    assert_string_equal(d.group[0], "7");
    assert_string_equal(d.group[1], "8");
    assert_string_equal(d.group[2], "7");
    dataset_free(&d);
    scenario_close(s);
    s = rig_scenario("cell,cycle,capacity_ah,batch\na,1,2,fast\nb,1,2,slow\nc,1,2,fast\nd,1,2,7\n",
                     "group_column = \"batch\"\n[[physics]]\nplugin = \"power-law\"\n");
    d = rig_read(s, (dataset_options){ .physics = -1 });
    const char *const numbered[] = { "1", "2", "1", "3" };
    for (size_t c = 0; c < 4; c++)
        assert_string_equal(d.group[c], numbered[c]);
    dataset_free(&d);
    scenario_close(s);
    s = rig_scenario("cell,cycle,capacity_ah,group\na,1,2,7\nb,1,2,8\nc,1,2,7\n",
                     "group_column = \"group\"\n[[physics]]\nplugin = \"power-law\"\n");
    d = rig_read(s, (dataset_options){ .physics = -1 });
    assert_string_equal(d.group[2], "7");
    why w = { 0 };
    assert_int_equal(dataset_group(&d, "a b; c", &w), E_OK);
    assert_string_equal(d.group[1], "a");
    assert_string_equal(d.group[2], "c");
    assert_int_equal(dataset_group(&d, "a bb", &w), E_INPUT);
    assert_non_null(strstr(w.text, "groups, column 3: there is no cell bb (did you mean b?)"));
    dataset_free(&d);
    scenario_close(s);
    s = rig_scenario("cell,cycle,capacity_ah,time\n"
                     "a,1,2,2020-01-01T00:00:00\na,2,2,2020-01-01T05:00:00\na,3,2,2020-01-01T09:00:00\n"
                     "b,1,2,2020-02-01T00:00:00\nb,2,2,2020-02-01T05:00:00\n"
                     "c,1,2,2020-01-01T00:00:00\nc,2,2,2020-01-01T05:00:00\n", rig_law);
    d = rig_read(s, (dataset_options){ .physics = -1 });
    if (d.time[0] == INT64_MIN)
        print_message("the source knows no times\n");
    else {
        assert_string_equal(d.group[2], "a");
        assert_string_equal(d.group[1], "b");
        assert_near(rig_values(&d, "time")[2], 9 * 3600, 1e-9);
    }
    dataset_free(&d);
    scenario_close(s);
}

static void refusals(void **state)
{
    (void)state;
    enum { F = 1, N = 2, B = 4, E = 8 };
    static const struct { const char *key; int may; } cases[] = {
        { "cycle", F | N | B | E }, { "rest_log", F | N | B | E }, { "rest_sum", F | N | B | E },
        { "charge_cc_time", B | E }, { "charge_cc_time_log", B | E }, { "charge_cc_time_lag_1", N | B | E },
        { "temperature_mean", 0 }, { "temperature_mean_lag_1", N | B | E }, { "temperature_mean_mean_5", N | B | E },
        { "capacity", 0 }, { "capacity_log", 0 }, { "capacity_sum", 0 }, { "capacity_normalised", 0 },
        { "capacity_lag_1", N | B }, { "capacity_mean_5", N | B }, { "capacity_std_5", N | B },
        { "capacity_before", N | B }, { "capacity_over_rest", 0 }, { "capacity_lag_1_over_rest_lag_1", N | B },
        { "discharge_time", 0 }, { "discharge_time_lag_1", N | B }, { "physics_capacity", F | N | B },
        { "rest_lag_1", F | N | B | E }, { "temperature_mean_deviation", 0 },
    };
    scenario *s = rig_scenario("cell,cycle,capacity_ah,rest,temperature_mean_degc,charge_cc_time,discharge_time\n"
                               "a,1,2,1,30,100,3000\na,2,1.9,2,31,99,2900\n", rig_law);
    dataset d = rig_read(s, (dataset_options){ .physics = 0 });
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int ask = 0; ask < NASK; ask++) {
            const char *no = dataset_refuses(&d, rig_column(&d, cases[i].key), ask);
            if (!no != !!(cases[i].may >> ask & 1))
                fail_msg("%s for %s: %s", cases[i].key, dataset_ask_word(ask), no ? no : "allowed");
        }
    why w = { 0 };
    assert_int_equal(dataset_column_of(&d, "capasity_lag_1", &w), -E_INPUT);
    assert_non_null(strstr(w.text, "there is no column capasity (did you mean capacity?)"));
    assert_true(dataset_column_of(&d, "rest_abs_abs_abs_abs_abs_abs_abs_abs_abs", &w) < 0);
    assert_true(dataset_column_of(&d, "_lag_3", &w) < 0);
    assert_true(dataset_column_of(&d, "capacity_pause_lag_1", &w) < 0);
    assert_non_null(strstr(w.text, "later ones too, so it must be planned"));
    assert_true(dataset_column_of(&d, "rest_lag_0", &w) < 0);
    assert_true(dataset_column_of(&d, "capacity_lag_1_over_rest", &w) < 0);
    assert_non_null(strstr(w.text, "rest is of the row itself and capacity_lag_1 of earlier rows"));
    dataset_free(&d);
    scenario_close(s);
}

/* A law that reads what is known only after the cycle is known only after the cycle. */
static void late_laws_are_late(void **state)
{
    (void)state;
    static const char csv[] = "cell,cycle,capacity_ah,temperature_mean_degc\na,1,2,30\na,2,1.9,31\n";
    static const char late[] = "[conditions]\ndepth = 1\nsoc_mean = 0.5\nduration = \"1 h\"\n"
                               "[[physics]]\nplugin = \"xu2018\"\n";
    scenario *s = rig_scenario(csv, late);
    dataset d = rig_read(s, (dataset_options){ .physics = 0 });
    assert_int_equal(d.col[d.physics].when, WHEN_AFTER);
    assert_non_null(dataset_refuses(&d, d.physics, ASK_FORECAST));
    assert_non_null(dataset_refuses(&d, rig_column(&d, "soh"), ASK_FORECAST));
    assert_null(dataset_refuses(&d, rig_column(&d, "test_time"), ASK_FORECAST));
    dataset_free(&d);
    scenario_close(s);
}

/* Behind the known rows a law is told the means of what is late: no later measurement changes what it says. */
static void a_forecast_knows_no_later_column(void **state)
{
    (void)state;
    static const char late[] = "[conditions]\ndepth = 1\nsoc_mean = 0.5\nduration = \"1 h\"\n"
                               "[[physics]]\nplugin = \"xu2018\"\n";
    split_spec half = split_default(SPLIT_HOLDOUT);
    double said[3][6];
    for (int k = 0; k < 3; k++) {
        text csv = { 0 };
        text_add(&csv, "cell,cycle,capacity_ah,temperature_mean_degc\n");
        for (int i = 1; i <= 6; i++)
            text_addf(&csv, "a,%d,%g,%d\nb,%d,1.5,20\n", i, 2 - 0.1 * i, i > 3 && k == 1 ? 60 : 20 + 2 * i, i);
        scenario *s = rig_scenario(text_of(&csv), late);
        dataset d = rig_read(s, (dataset_options){ .physics = 0, .origin = k < 2 ? &half : NULL });
        assert_int_equal(d.col[d.physics].when, k < 2 ? WHEN_PLANNED : WHEN_AFTER);
        memcpy(said[k], d.col[d.physics].v, sizeof said[k]);
        assert_near(rig_values(&d, "temperature_mean")[5], k == 1 ? 60 : 32, 1e-9);    /* the rows stay as measured */
        dataset_free(&d);
        scenario_close(s);
        text_free(&csv);
    }
    assert_memory_equal(said[0], said[1], sizeof said[0]);
    assert_memory_equal(said[0], said[2], 3 * sizeof said[0][0]);
    assert_true(said[0][5] != said[2][5]);
}

static void what_is_wrong(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    dataset d = { 0 };
    why w = { 0 };
    assert_int_equal(dataset_read(s, &(dataset_options){ .physics = 1 }, &d, &w), E_INPUT);
    assert_non_null(strstr(w.text, "no physics.2"));
    dataset_free(&d);
    assert_int_equal(dataset_read(s, &(dataset_options){ .physics = 0, .target = "capcity" }, &d, &w), E_INPUT);
    assert_non_null(strstr(w.text, "did you mean capacity?"));
    dataset_free(&d);
    assert_int_equal(dataset_read(s, &(dataset_options){ .physics = 0, .target = "rest" }, &d, &w), E_INPUT);
    assert_non_null(strstr(w.text, "writes nothing to compare with rest"));
    dataset_free(&d);
    scenario_close(s);
}

/* Whatever allocation fails: a sentence, and nothing is lost. */
static void without_memory(void **state)
{
    (void)state;
    scenario *s = rig_scenario(two_cells, rig_law);
    bool whole = false;
    for (long k = 1; k < 4000 && !whole; k += k < 300 ? 1 : 7) {
        dataset d = { 0 };
        why w = { 0 };
        mem_fail_at(k);
        int rc = dataset_read(s, &(dataset_options){ .physics = -1, .where = "cycle > 1 and rest_lag_1 < 9" }, &d, &w);
        mem_fail_at(0);
        whole = rc == E_OK;
        assert_true(whole || w.text[0]);
        dataset_free(&d);
    }
    assert_true(whole);
    scenario_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_lie_together),    cmocka_unit_test(columns_are_made),
        cmocka_unit_test(the_catalogue_is_true), cmocka_unit_test(rows_are_chosen),
        cmocka_unit_test(groups_are_known),      cmocka_unit_test(refusals),
        cmocka_unit_test(late_laws_are_late),    cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(a_forecast_knows_no_later_column),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
