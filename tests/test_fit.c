/* SPDX-License-Identifier: MIT
 * test_fit.c - a law fitted to rows whose answer is known: SciPy's on the same numbers, the truth itself where nothing
 * is added to it.
 */
#include "core/study/fit.h"
#include "core/study/fit_all.h"
#include "core/report/fit_say.h"
#include "tests/lifetime_rig.h"

enum { ROWS = 168 };

/* Cells that follow 2 (1 - c n^z), the k-th with k times the c, and a wave of `noise` Ah on it; every hole-th value is
 * missing. */
static void write_rows(int cells, double noise, int hole)
{
    char path[128];
    why w;
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah\n");
    for (int c = 1; c <= cells; c++)
        for (int i = 1; i <= ROWS; i++) {
            text_addf(&csv, "c%d,%d,", c, i);
            if (hole == 0 || i % hole)
                text_add_number(&csv, 2 * (1 - c * 2e-3 * pow(i, 0.9)) + noise * sin(3.7 * i));
            text_addc(&csv, '\n');
        }
    snprintf(path, sizeof path, "%s/rows.csv", rig_folder);
    assert_int_equal(file_write(path, text_of(&csv), csv.n, &w), E_OK);
    text_free(&csv);
}

static scenario *scenario_of(const char *physics)
{
    char path[128], toml[1000];
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    snprintf(path, sizeof path, "%s/fit.toml", rig_folder);
    snprintf(toml, sizeof toml,
             "[cell]\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"rows.csv\"\n%s\n", physics);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), E_OK);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &s, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        print_message("problem: %s\n", p.at[i].text);
    assert_int_equal(rc, E_OK);
    tree_problems_free(&p);
    return s;
}

static const char law[] = "[[physics]]\nplugin = \"power-law\"";

static fit opened(const scenario *s, fit_options o)
{
    fit f;
    why w = { 0 };
    o.starts = o.starts ? o.starts : 4;
    o.seed = 7;
    int rc = fit_open(s, &o, &f, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    return f;
}

static fit_result solved(fit *f, int64_t cell)
{
    fit_result r;
    why w = { 0 };
    int rc = fit_run(f, cell, &r, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    return r;
}

static void add(fit *f, const char *said)
{
    why w = { 0 };
    int rc = fit_add(f, said, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
}

static void as_scipy(void **state)
{
    (void)state;
    write_rows(1, 0.005, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR, .profile = true, .bootstrap = 100 });
    add(&f, "c");
    add(&f, "z");
    fit_result r = solved(&f, 0);
    assert_near(r.at[0].value, 0.0019996095027075807, 1e-10);
    assert_near(r.at[1].value, 0.9000444515839713, 1e-7);
    assert_near(r.at[0].sd / r.at[0].value, 0.015248944107508782, 1e-6);
    assert_near(r.at[1].sd, 0.0031880555918062862, 1e-7);
    assert_near(r.rmse, 0.003543831764672369, 1e-9);
    assert_near(r.correlation[1], -0.9972087972231946, 1e-6);
    assert_near(r.at[1].lower, 0.8937959774433194, 1e-7);
    assert_near(r.at[1].profile_lower, r.at[1].lower, 0.05 * (r.at[1].upper - r.at[1].lower));
    assert_near(r.at[1].profile_upper, r.at[1].upper, 0.05 * (r.at[1].upper - r.at[1].lower));
    assert_true(r.at[1].boot_lower < r.at[1].value && r.at[1].boot_upper > r.at[1].value);
    assert_int_equal(r.starts_agree, 4);
    assert_int_equal(r.n, ROWS);
    fit_close(&f);
    scenario_close(s);
}

static void from_the_first_half(void **state)
{
    (void)state;
    write_rows(1, 0.005, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR, .fraction = 0.5 });
    add(&f, "c");
    add(&f, "physics.z");
    fit_result r = solved(&f, 0);
    assert_near(r.at[0].value, 0.0019997135020928306, 1e-9);
    assert_near(r.at[1].value, 0.9000410017150001, 1e-6);
    assert_int_equal(r.nrest, 84);
    assert_near(r.rest_rmse, 0.003544076954431316, 1e-7);
    assert_near(r.rest_line, 0.016501120929080095, 1e-9);
    fit_close(&f);
    f = opened(s, (fit_options){ .loss = LSQ_SOFT_L1, .scale = 0.002 });
    add(&f, "c");
    add(&f, "z");
    r = solved(&f, 0);
    assert_near(r.at[0].value, 0.0019980770189240646, 1e-8);
    assert_near(r.at[1].value, 0.9002198109875157, 1e-6);
    fit_close(&f);
    scenario_close(s);
}

/* Without noise the truth comes out, of each cell and of rows with holes; together, one exponent. */
static void the_truth(void **state)
{
    (void)state;
    write_rows(3, 0, 5);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_SOFT_L1 });
    add(&f, "c=1e-5..0.1");
    add(&f, "z");
    assert_int_equal(f.rows.ncell, 3);
    for (int64_t c = 0; c < 3; c++) {
        fit_result r = solved(&f, c);
        assert_near(r.at[0].value, 2e-3 * (double)(c + 1), 1e-9);
        assert_near(r.at[1].value, 0.9, 1e-7);
        assert_int_equal(r.n, ROWS - ROWS / 5);
        assert_string_equal(r.cell, c == 0 ? "c1" : c == 1 ? "c2" : "c3");
    }
    fit_result r = solved(&f, -1);
    assert_null(r.cell);
    assert_int_equal(r.n, 3 * (ROWS - ROWS / 5));
    assert_true(r.at[0].value > 3e-3 && r.at[0].value < 5e-3 && r.rmse > 0.05);
    fit_close(&f);
    scenario_close(s);
}

/* Three cells in one fit, c each cell's own and z shared, against SciPy on all parameters at once:
 *   n = np.arange(1, 169.0); y = [2 * (1 - c * 2e-3 * n ** 0.9) + 0.005 * np.sin(3.7 * n) for c in (1, 2, 3)]
 *   f = lambda p: np.concatenate([2 * (1 - np.exp(p[k]) * n ** p[3]) - y[k] for k in range(3)])
 *   r = least_squares(f, [-6, -6, -6, .8], xtol=1e-15, ftol=1e-15, gtol=1e-15); s2 = 2 * r.cost / (3 * 168 - 4)
 *   C = np.linalg.inv(r.jac.T @ r.jac) * s2; and with loss="soft_l1", f_scale=0.002.
 * To 1e-6 of the values, 1e-4 of the spreads. */
static void own_and_shared(void **state)
{
    (void)state;
    static const double c[] = { 0.00199985179264, 0.00399967007388, 0.00599948835512 };
    static const double robust[] = { 0.00199927349309, 0.00399837613091, 0.0059974787508 };
    static const double sd[] = { 0.004212054996, 0.004095497652, 0.004073546585 };
    write_rows(3, 0.005, 0);
    scenario *s = scenario_of(law);
    fit_result r[3];
    why w = { 0 };
    fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR, .starts = 2 });
    add(&f, "c");
    add(&f, "z");
    assert_int_equal(fit_own(&f, "c", &w), E_OK);
    assert_int_equal(fit_joint(&f, r, &w), E_OK);
    for (size_t k = 0; k < 3; k++) {
        assert_near(r[k].at[0].value / c[k], 1, 1e-6);
        assert_near(r[k].at[0].sd / r[k].at[0].value / sd[k], 1, 1e-4);
        assert_near(r[k].at[1].value, 0.9000190497926613, 1e-6);
        assert_near(r[k].at[1].sd / 0.0008503306785, 1, 1e-4);
        assert_int_equal(r[k].n, ROWS);
    }
    assert_near(r[0].correlation[1], -0.9629266634030363, 1e-5);
    assert_int_equal(fit_own(&f, "cc", &w), E_INPUT);
    assert_non_null(strstr(w.text, "did you mean c?"));
    fit_close(&f);
    f = opened(s, (fit_options){ .loss = LSQ_SOFT_L1, .scale = 0.002, .starts = 2 });
    add(&f, "c");
    add(&f, "z");
    assert_int_equal(fit_own(&f, "c", &w), E_OK);
    assert_int_equal(fit_joint(&f, r, &w), E_OK);
    for (size_t k = 0; k < 3; k++)
        assert_near(r[k].at[0].value / robust[k], 1, 1e-5);
    assert_near(r[2].at[1].value, 0.9000941818516046, 1e-6);
    fit_close(&f);
    scenario_close(s);
}

/* What a life starts from need not be the first value. */
static void the_start(void **state)
{
    (void)state;
    write_rows(1, 0, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR });
    add(&f, "c0=1.5..2.5");
    add(&f, "c");
    add(&f, "z");
    fit_result r = solved(&f, 0);
    assert_near(r.at[0].value, 2, 1e-7);
    assert_near(r.at[1].value, 2e-3, 1e-8);
    assert_near(r.at[2].value, 0.9, 1e-6);
    fit_close(&f);
    scenario_close(s);
}

/* From one start in a wide box, by a search of all of it; the same seed gives the same bits. */
static void everywhere(void **state)
{
    (void)state;
    write_rows(1, 0, 0);
    scenario *s = scenario_of(law);
    fit_result r[2];
    for (size_t i = 0; i < 2; i++) {
        fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR, .starts = 1, .global = true });
        add(&f, "c=1e-12..1");
        add(&f, "z=0.01..10");
        add(&f, "initial_n=0..1000");
        r[i] = solved(&f, 0);
        fit_close(&f);
    }
    assert_near(r[0].at[0].value, 2e-3, 1e-6);
    assert_near(r[0].at[1].value, 0.9, 1e-4);
    assert_true(r[0].evaluations > 300);
    assert_memory_equal(r[0].x, r[1].x, sizeof r[0].x);
    scenario_close(s);
}

/* A bound that is met is said; a narrow prior holds what it is about. */
static void bounds_and_priors(void **state)
{
    (void)state;
    write_rows(1, 0.005, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_LINEAR });
    add(&f, "c");
    add(&f, "z=0.3..0.8");
    fit_result r = solved(&f, 0);
    assert_true(r.at[1].at_bound && isnan(r.at[1].sd));
    assert_near(r.at[1].value, 0.8, 1e-12);
    fit_close(&f);
    f = opened(s, (fit_options){ .loss = LSQ_LINEAR });
    add(&f, "c");
    add(&f, "z~0.5+-0.0001");
    r = solved(&f, 0);
    assert_true(fabs(r.at[1].value - 0.5) < 0.01);
    fit_close(&f);
    scenario_close(s);
}

static void refusals(void **state)
{
    (void)state;
    static const struct { const char *said, *expected; } bad[] = {
        { "q", "power-law has no parameter q" },
        { "c=1", "bounds are LEAST..MOST" },
        { "c=0.5..0.1", "not below the second" },
        { "c=0.5..7", "the plugin takes 0 .. 1" },
        { "c~4", "a prior is MEAN+-SD" },
        { "c~0.1+-0", "must be above 0" },
        { "c=1 Ah..2 Ah", "Ah" },
    };
    write_rows(1, 0, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ 0 });
    why w = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        w = (why){ 0 };
        assert_true(fit_add(&f, bad[i].said, &w) != E_OK);
        if (!strstr(w.text, bad[i].expected))
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].said, w.text, bad[i].expected);
    }
    fit_result r;
    assert_int_equal(fit_run(&f, 0, &r, &w), E_INPUT);
    assert_non_null(strstr(w.text, "name a parameter"));
    add(&f, "c");
    w = (why){ 0 };
    assert_int_equal(fit_add(&f, "c", &w), E_INPUT);
    assert_non_null(strstr(w.text, "twice"));
    fit_close(&f);
    f = opened(s, (fit_options){ .target = "resistance" });
    add(&f, "c");
    assert_int_equal(fit_run(&f, 0, &r, &w), E_INPUT);
    assert_non_null(strstr(w.text, "writes nothing to compare with resistance"));
    fit_close(&f);
    scenario_close(s);
}

static void in_words(void **state)
{
    (void)state;
    write_rows(2, 0.005, 0);
    scenario *s = scenario_of(law);
    fit f = opened(s, (fit_options){ .loss = LSQ_SOFT_L1, .profile = true, .bootstrap = 40, .fraction = 0.7 });
    add(&f, "c");
    add(&f, "z");
    fit_result r[2] = { solved(&f, 0), solved(&f, 1) };
    text said = { 0 }, toml = { 0 };
    json j = { 0 };
    fit_text(&f, r, 2, &said);
    fit_toml(&f, r, 2, &toml);
    fit_json(&f, r, 2, &j);
    assert_non_null(strstr(text_of(&said), "power-law of c2, 117 values of capacity"));
    assert_non_null(strstr(text_of(&said), "a straight line"));
    assert_non_null(strstr(text_of(&toml), "# c: fitted to c1 (117 values of capacity, 95 %: "));
    assert_non_null(strstr(text_of(&toml), "c = [0.00"));
    assert_non_null(strstr(text_of(&j.out), "\"later_values\":51"));
    text_free(&said);
    text_free(&toml);
    text_free(&j.out);
    fit_close(&f);
    scenario_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scipy),  cmocka_unit_test(from_the_first_half),
        cmocka_unit_test(the_truth), cmocka_unit_test(bounds_and_priors),
        cmocka_unit_test(own_and_shared), cmocka_unit_test(the_start), cmocka_unit_test(everywhere),
        cmocka_unit_test(refusals),  cmocka_unit_test(in_words),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
