/* SPDX-License-Identifier: MIT
 * test_leak.c - rulers are found by their numbers, models that know nothing have no skill, and NASA's leaks are named.
 */
#include "tests/dataset_rig.h"
#include "core/study/leak.h"
#include "tests/data.h"

enum { ROWS = 120 };

/* Capacity falls with a wave on it; charge_cc_time is the capacity over the cell's current, charge_time tells much of
 * it, rest nothing.  noise < 0: the targets are noise alone. */
static char *rows_of(int cells, double noise, uint64_t seed)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest,charge_cc_time,charge_time\n");
    for (int c = 0; c < cells; c++)
        for (int i = 1; i <= ROWS; i++) {
            double z = random_normal(seed, (uint64_t)c, (uint64_t)i, 0);
            double u = random_normal(seed, (uint64_t)c, (uint64_t)i, 1);
            double rest = 3600 + 600 * random_normal(seed, (uint64_t)c, (uint64_t)i, 2);
            double y = noise < 0 ? 2 + 0.1 * z : 2 - 0.004 * i + 0.05 * sin(0.9 * i) + noise * z;
            text_addf(&csv, "c%d,%d,%.12g,%.9g,%.9g,%.9g\n", c, i, y, rest, 3600 * y / (c + 1) + 0.5 * u,
                      3000 * (y + 0.05 * u));
        }
    return text_take(&csv);
}

typedef struct bench { scenario *s; dataset d; learner k; } bench;

static void opened(bench *b, int cells, double noise, const char *features, const char *more, int ask, int physics)
{
    char toml[1000], *csv = rows_of(cells, noise, 11);
    why w = { 0 };
    *b = (bench){ 0 };
    snprintf(toml, sizeof toml,
             "[cell]\ninitial_capacity = 2\n%s[[corrector]]\nplugin = \"ridge\"\nfeatures = [%s]\n%s[evaluate]\n",
             rig_law, features, more);
    b->s = rig_scenario(csv, toml);
    free(csv);
    b->d = rig_read(b->s, (dataset_options){ .physics = physics });
    int rc = learner_open(&b->s->corrector[0], &b->d, ask, 42, &b->k, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
}

static void closed(bench *b)
{
    learner_close(&b->k);
    dataset_free(&b->d);
    scenario_close(b->s);
}

static leak_report checked(bench *b, leak_options o)
{
    size_t *row = calloc(b->d.n + 1, sizeof *row);
    leak_report r;
    why w = { 0 };
    for (size_t i = 0; i < b->d.n; i++)
        row[i] = i;
    o.seed = 3;
    int rc = leak_check(&b->k, row, b->d.n, &o, &r, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    free(row);
    return r;
}

static void rulers_are_found(void **state)
{
    (void)state;
    bench b;
    why w = { 0 };
    opened(&b, 2, 0.001, "\"charge_cc_time\", \"charge_time\", \"rest\", \"cycle\"", "", ASK_ESTIMATE, 0);
    leak_report r = checked(&b, (leak_options){ 0 });
    assert_int_equal(r.nruler, 4);
    assert_int_equal(r.ruler[0].verdict, RULER_LEAK);           /* in each cell, though the two cells' factors differ */
    assert_true(r.ruler[0].r2 > 0.999 && r.ruler[0].cells == 2);
    assert_int_equal(r.ruler[1].verdict, RULER_NO);             /* a good feature is no ruler */
    assert_true(r.ruler[1].r2 > 0.5);
    assert_int_equal(r.ruler[2].verdict, RULER_NO);
    assert_true(r.ruler[2].r2 < 0.2);
    assert_int_equal(leak_refuses(&r, &b.d, &w), E_INPUT);
    assert_non_null(strstr(w.text, "feature charge_cc_time alone tells capacity"));
    text said = { 0 };
    json j = { 0 };
    leak_text(&r, &b.d, &said);
    leak_json(&r, &b.d, NULL, &j);
    assert_non_null(strstr(text_of(&said), "ruler: charge_cc_time alone tells capacity"));
    assert_non_null(strstr(text_of(&said), "permutation: skill"));
    assert_non_null(strstr(text_of(&said), "shuffled labels: skill"));
    assert_non_null(strstr(text_of(&j.out), "\"verdict\":\"leak\""));
    text_free(&said);
    text_free(&j.out);
    leak_free(&r);
    r = checked(&b, (leak_options){ .allow = (const char *const[]){ "charge_cc_time" }, .nallow = 1 });
    assert_int_equal(r.ruler[0].verdict, RULER_ALLOWED);
    assert_int_equal(leak_refuses(&r, &b.d, &w), E_OK);
    leak_free(&r);
    closed(&b);
}

/* A law that is the truth leaves a target that the cycle's number tells; that is no leak, but worth a word. */
static void what_cannot_leak_is_noted(void **state)
{
    (void)state;
    bench b;
    why w = { 0 };
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah\n");
    for (int i = 1; i <= ROWS; i++)
        text_addf(&csv, "a,%d,%.12g\n", i, 2 - 0.002 * i);
    b = (bench){ .s = rig_scenario(text_of(&csv), "[[physics]]\nplugin = \"power-law\"\n"
                                                  "[[corrector]]\nplugin = \"ridge\"\n"
                                                  "features = [\"cycle_sqrt\", \"capacity_lag_1\"]\n[evaluate]\n") };
    b.d = rig_read(b.s, (dataset_options){ .physics = 0 });
    assert_int_equal(learner_open(&b.s->corrector[0], &b.d, ASK_NEXT, 42, &b.k, &w), E_OK);
    leak_report r = checked(&b, (leak_options){ 0 });
    assert_int_equal(r.ruler[0].verdict, RULER_NOTE);
    assert_int_equal(r.ruler[1].verdict, RULER_NOTE);
    assert_int_equal(leak_refuses(&r, &b.d, &w), E_OK);
    leak_free(&r);
    text_free(&csv);
    closed(&b);
}

static void noise_has_no_skill(void **state)
{
    (void)state;
    bench b;
    opened(&b, 4, -1, "\"cycle\", \"rest\"", "scope = \"pooled\"\n", ASK_ESTIMATE, -1);
    leak_report r = checked(&b, (leak_options){ 0 });
    assert_int_equal(r.rows, ROWS);                             /* of four cells one is held out */
    assert_true(r.skill < 0.03);
    assert_true(r.p > 0.05);
    assert_true(fabs(r.shuffled) < 0.05 && !r.suspicious);
    leak_free(&r);
    closed(&b);
}

static void a_signal_has_skill(void **state)
{
    (void)state;
    bench b;
    opened(&b, 4, 0.001, "\"charge_time\", \"rest\"", "scope = \"pooled\"\n", ASK_ESTIMATE, -1);
    leak_report r = checked(&b, (leak_options){ 0 }), again = checked(&b, (leak_options){ 0 });
    assert_true(r.skill > 0.4);
    assert_near(r.p, 1.0 / 200, 1e-12);
    assert_true(fabs(r.shuffled) < 0.1 && !r.suspicious);
    assert_true(r.skill == again.skill && r.p == again.p && r.shuffled == again.shuffled);
    leak_free(&r);
    leak_free(&again);
    closed(&b);
}

/* scipy on the same numbers:
 *   x = [1, 2, 3, 4, 5, 6, 7, 8, 8, 10]; y = [2.1, 3.9, 6.2, 7.8, 10.1, 12.2, 13.8, 16.1, 15.9, 20.2]
 *   np.corrcoef(x, y)[0, 1] ** 2 = 0.9992220550; stats.spearmanr(x, y).statistic ** 2 = 0.9939393939
 *   1 - sum((y - np.polyval(np.polyfit(x, y, 2), x)) ** 2) / sum((y - mean(y)) ** 2) = 0.9992827870 */
static void the_numbers_are_right(void **state)
{
    (void)state;
    static const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8, 8, 10 },
                        y[] = { 2.1, 3.9, 6.2, 7.8, 10.1, 12.2, 13.8, 16.1, 15.9, 20.2 };
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,charge_time\n");
    for (int i = 0; i < 10; i++)
        text_addf(&csv, "a,%d,%.9g,%.9g\n", i + 1, y[i], x[i]);
    scenario *s = rig_scenario(text_of(&csv), rig_law);
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    size_t row[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    leak_ruler r;
    why w = { 0 };
    assert_int_equal(leak_rule(&d, rig_column(&d, "charge_time"), row, 10, &(leak_options){ 0 }, &r, &w), E_OK);
    print_message("r2 %.10f kind %d error %.10f\n", r.r2, r.kind, r.error);
    assert_int_equal(r.kind, RULER_PARABOLA);
    assert_near(r.r2, 0.9992827869930, 1e-9);
    assert_int_equal(r.verdict, RULER_LEAK);
    text_free(&csv);
    dataset_free(&d);
    scenario_close(s);
}

/* What the published models were fed with. */
static void the_leaks_of_nasa(void **state)
{
    (void)state;
    char toml[2000];
    const char *path = data_file("nasa/percycle.csv");
    if (!path)
        skip();
    snprintf(toml, sizeof toml,
             "[source]\nplugin = \"csv\"\npath = \"%s\"\n[source.columns]\ncapacity = \"capacity_ah\"\n"
             "discharge_time = \"discharge_time_s\"\nvoltage_mean = \"voltage_mean_v\"\n%s", path, rig_law);
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    char file[128];
    snprintf(file, sizeof file, "%s/nasa.toml", rig_folder);
    assert_int_equal(file_write(file, toml, strlen(toml), &w), E_OK);
    int rc = scenario_open(file, &(scenario_options){ 0 }, &s, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        print_message("problem: %s\n", p.at[i].text);
    assert_int_equal(rc, E_OK);
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    assert_true(d.ncell >= 11);
    size_t *row = calloc(d.n + 1, sizeof *row);
    for (size_t i = 0; i < d.n; i++)
        row[i] = i;
    leak_ruler r;
    int time = rig_column(&d, "discharge_time");
    assert_non_null(dataset_refuses(&d, time, ASK_ESTIMATE));   /* by what it says of itself */
    assert_int_equal(leak_rule(&d, time, row, d.n, &(leak_options){ 0 }, &r, &w), E_OK);
    print_message("discharge_time: R2 %.6f over %zu cells, RMSE %.4g\n", r.r2, r.cells, r.error);
    assert_int_equal(r.verdict, RULER_LEAK);                    /* and by its numbers, whatever it says */
    assert_int_equal(leak_rule(&d, rig_column(&d, "voltage_mean"), row, d.n, &(leak_options){ 0 }, &r, &w), E_OK);
    print_message("voltage_mean: R2 %.6f\n", r.r2);
    assert_int_equal(r.verdict, RULER_NO);
    /* Rolling mean and spread over five rows: with the row itself they hold its value, earlier rows alone do not. */
    for (int k = 0; k < 2; k++) {
        int back = rig_column(&d, k ? "capacity_std_5" : "capacity_mean_5");
        assert_int_equal(d.col[back].lag, 1);
        assert_null(dataset_refuses(&d, back, ASK_NEXT));
        assert_non_null(dataset_refuses(&d, back, ASK_FORECAST));
        assert_non_null(dataset_refuses(&d, back, ASK_ESTIMATE));
    }
    /* Side by side, with the same time stamps. */
    size_t c5 = 0, c6 = 0, c29 = 0;
    for (size_t c = 0; c < d.ncell; c++) {
        c5 = strcmp(d.name[c], "B0005") == 0 ? c : c5;
        c6 = strcmp(d.name[c], "B0006") == 0 ? c : c6;
        c29 = strcmp(d.name[c], "B0029") == 0 ? c : c29;
    }
    assert_string_equal(d.group[c5], d.group[c6]);
    assert_string_not_equal(d.group[c5], d.group[c29]);
    free(row);
    dataset_free(&d);
    scenario_close(s);
    tree_problems_free(&p);
}

static void shuffled_labels_alarm(void **state)
{
    static const struct { double skill[5]; size_t n; bool alarms; } cases[] = {
        { { 0.5, 0.6, 0.55, 0.5, 0.62 }, 5, true },     { { 0.12, 0.11, 0.13, 0.12, 0.1 }, 5, true },
        { { 0.4, -0.2, 0.1, 0.02, -0.05 }, 5, false },  { { 0.08, 0.09, 0.07, 0.08, 0.09 }, 5, false },
        { { -0.11, 0.17, -0.3, -0.2, -0.1 }, 5, false }, { { 0.3 }, 1, true }, { { 0.05 }, 1, false },
    };
    leak_report r = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        leak_shuffles(cases[i].skill, cases[i].n, &r);
        assert_int_equal(r.suspicious, cases[i].alarms);
    }
    leak_shuffles(cases[2].skill, 5, &r);
    assert_true(fabs(r.shuffled - 0.054) < 1e-12 && r.shuffled_worst >= 0.4);
    leak_shuffles(cases[0].skill, 0, &r);
    assert_true(isnan(r.shuffled) && isnan(r.shuffled_worst) && !r.suspicious);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffled_labels_alarm),
        cmocka_unit_test(rulers_are_found),   cmocka_unit_test(what_cannot_leak_is_noted),
        cmocka_unit_test(noise_has_no_skill), cmocka_unit_test(a_signal_has_skill),
        cmocka_unit_test(the_numbers_are_right), cmocka_unit_test(the_leaks_of_nasa),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
