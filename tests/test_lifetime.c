/* SPDX-License-Identifier: MIT
 * test_lifetime.c - lives followed through real runs: laws with known ends, planted distributions and faults.
 */
#include "tests/lifetime_rig.h"

#include "core/base/mem.h"
#include "core/base/random.h"

#define CELL "[cell]\nnominal_capacity = \"2 Ah\"\n"
#define CONSTANT "[source]\nplugin = \"constant\"\n"

static const lifetime_life *only(const lived *r)
{
    assert_int_equal(r->l.n, 1);
    return &r->l.at[0];
}

/* exp-fade ends behind ln(1/0.8) t / (k T) cycles (features, row 0.5), at whatever temperature and charge time. */
static void exp_fade_ends_where_its_formula_says(void **state)
{
    (void)state;
    static const struct { double k, T, t, eol, gone; } at[] = {
        { 0.13, 25, 3600, 0.8, 0 }, { 0.13, 32.57, 3690, 0.8, 0 },  { 0.02, 10, 7200, 0.7, 0 },
        { 0.3, 45, 1800, 0.9, 0 },  { 0.13, 25, 3600, 0.8, 0.05 },
    };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        char toml[640];
        const char *said;
        snprintf(toml, sizeof toml,
                 "[run]\ncycles = 100000\nstop = \"60%% capacity\"\n[health]\neol = %g\n" CELL CONSTANT
                 "temperature_mean = \"%g degC\"\n[physics]\nplugin = \"exp-fade\"\nk = %g\ncharge_time = %g\n"
                 "initial_loss = %g\n", at[i].eol, at[i].T, at[i].k, at[i].t, at[i].gone);
        lived r = live(toml);
        assert_int_equal(r.rc, E_OK);
        double formula = log((1 - at[i].gone) / at[i].eol) * at[i].t / (at[i].k * at[i].T);
        const lifetime_life *l = only(&r);
        assert_true(l->watch.reached);
        assert_near(l->watch.end.cycle, floor(formula) + 1, 0);
        assert_near(health_crossing(&l->watch).cycle, formula, 1e-3);      /* a chord of one cycle */
        assert_near(lifetime_formula(r.s, 0, at[i].eol, &said), formula, 1e-9 * formula);
        assert_non_null(strstr(said, "charge_time / (k T)"));
        engine_life e;
        engine_life_at(r.e, 0, &e);
        assert_near(l->watch.end.cycle, (double)e.eol_cycle, 0);           /* as the engine counts it */
        lived_done(&r);
    }
}

static void power_law_too(void **state)
{
    (void)state;
    static const struct { double c, z, n0; } at[] = { { 5e-3, 0.5, 0 }, { 1e-4, 1, 0 }, { 1e-6, 1.7, 100 } };
    for (size_t i = 0; i < 3; i++) {
        char toml[512];
        const char *said;
        snprintf(toml, sizeof toml,
                 "[run]\ncycles = 100000\nstop = \"70%% capacity\"\n" CELL CONSTANT
                 "[physics]\nplugin = \"power-law\"\nc = %g\nz = %g\ninitial_n = %g\n", at[i].c, at[i].z, at[i].n0);
        lived r = live(toml);
        double formula = pow(0.2 / at[i].c, 1 / at[i].z) - at[i].n0;
        assert_near(health_crossing(&only(&r)->watch).cycle, formula, 1e-3);
        assert_near(lifetime_formula(r.s, 0, 0.8, &said), formula, 1e-9 * formula);
        lived_done(&r);
    }
}

static void formulas_only_where_they_hold(void **state)
{
    (void)state;
#define FIVE "[run]\ncycles = 5\n" CELL
    static const char spread[] = FIVE CONSTANT "cells = 2\n[physics]\nplugin = \"exp-fade\"\n"
                                               "k = { mean = 0.1, sd = 0.01 }\n";
    static const char no_form[] = FIVE CONSTANT "[physics]\nplugin = \"xu2018\"\n";
    static const char varied[] = FIVE "[source]\nplugin = \"virtual\"\n[physics]\nplugin = \"power-law\"\n";
    static const char *const without[] = { spread, no_form, varied };
    const char *said;
    for (size_t i = 0; i < 3; i++) {
        lived r = live(without[i]);
        assert_true(isnan(lifetime_formula(r.s, 0, 0.8, &said)));
        assert_null(said);
        lived_done(&r);
    }
    lived r = live("[run]\ncycles = 5\n[cell]\nnominal_capacity = 2\ninitial_capacity = 1.9\n" CONSTANT
                   "count = 10\n[physics]\nplugin = \"power-law\"\nc = 1e-3\nz = 1\n");
    assert_near(lifetime_formula(r.s, 0, 0.8, &said), (1 - 0.8 * 2 / 1.9) / 1e-3 / 10, 1e-9);   /* rows of ten cycles */
    lived_done(&r);
}

static void not_reached_is_at_least(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 50\n" CELL CONSTANT "depth = 0.5\nduration = \"12 h\"\n"
                   "[physics]\nplugin = \"power-law\"\nc = 1e-3\nz = 1\n");
    const lifetime_life *l = only(&r);
    health_point now = lifetime_at(l, 20);
    health_rul left = health_remaining(&l->watch, &now);
    assert_false(l->watch.reached || left.known);
    assert_near(left.cycles, 30, 0);
    assert_near(left.efc, 15, 1e-9);
    assert_near(left.days, 15, 1e-9);
    assert_null(l->reason);
    assert_near(l->ah, 2, 1e-12);
    lived_done(&r);
}

static void a_row_is_known_between_those_kept(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 5000\n" CELL CONSTANT "[physics]\nplugin = \"power-law\"\nc = 1e-3\nz = 0.6\n");
    const lifetime_life *l = only(&r);
    assert_true(l->n <= LIFETIME_POINTS && l->n > LIFETIME_POINTS / 2);
    assert_int_equal(l->rows, 5000);
    assert_near(l->curve[0].cycle, 1, 0);
    for (size_t i = 1; i < l->n; i++)
        assert_near(l->curve[i].cycle - l->curve[i - 1].cycle, (double)l->stride, 0);
    for (double c = 1; c <= 5000; c += 7) {
        health_point p = lifetime_at(l, c);
        assert_near(p.soh, 1 - 1e-3 * pow(c, 0.6), c < 100 ? 6e-4 : 2e-5);     /* one row in 16 is kept */
        assert_near(p.efc, c, 1e-9);
    }
    assert_near(lifetime_at(l, 5000).soh, l->watch.last.soh, 0);
    assert_true(isnan(lifetime_at(l, 5001).soh) && isnan(lifetime_at(l, NAN).soh));
    assert_true(isnan(lifetime_at(l, 0).soh));
    assert_near(lifetime_at(l, 0).efc, 0, 0);
    lived_done(&r);
}

/* Two laws, and a corrector: what is measured, each law and each corrected one are lives of their own. */
static void physics_corrected_and_measured(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 1500\n" CELL "[source]\nplugin = \"virtual\"\ncells = 2\ncycles = 1200\nnoise = 0\n"
                   "[[physics]]\nplugin = \"power-law\"\nc = 1e-3\nz = 1\n[[physics]]\nplugin = \"xu2018\"\n"
                   "[corrector]\nplugin = \"ridge\"\n[evaluate]\n");
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(r.l.n, 10);
    static const char *const models[] = { "power-law", "power-law+ridge", "xu2018", "xu2018+ridge", "measured" };
    for (size_t i = 0; i < 5; i++)
        assert_non_null(lifetime_find(&r.l, "V0001", models[i]));
    assert_null(lifetime_find(&r.l, "V0001", "ridge"));
    const lifetime_life *law = lifetime_find(&r.l, "V0001", "power-law");
    const lifetime_life *seen = lifetime_find(&r.l, "V0001", "measured");
    assert_near(law->watch.last.cycle, 1500, 0);
    assert_near(seen->watch.last.cycle, 1200, 0);       /* nothing is measured behind the data */
    assert_near(law->watch.last.soh, 1 - 1e-3 * 1500, 0.5);
    lived_done(&r);
}

static void by_resistance_and_power(void **state)
{
    (void)state;
    static const char toml[] = "[run]\ncycles = 2000\n" CELL CONSTANT "[physics]\nplugin = \"schmalstieg2014\"\n";
    lived r = live_by(toml, HEALTH_RESISTANCE, 0);
    const lifetime_life *l = only(&r);
    double at_end = l->watch.end.cycle;
    assert_true(l->watch.reached);
    assert_true(isnan(l->ah));
    lived_done(&r);
    r = live_by(toml, HEALTH_POWER, 0.5);               /* R = 2 R_new both ways */
    assert_near(only(&r)->watch.end.cycle, at_end, 0);
    lived_done(&r);
    r = live_by(toml, HEALTH_ENERGY, 0.8);
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "SoH_E is not told by this run"));
    lived_done(&r);
}

static void lives_that_fail_are_no_lives(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 500\n" CELL CONSTANT "cells = 3\n[conditions]\n[physics]\nplugin = \"exp-fade\"\n"
                   "charge_time = [3600, 3600, 1800]\n");
    assert_int_equal(r.rc, E_OK);
    lived_done(&r);
    r = live("[run]\ncycles = 500\n" CELL CONSTANT "cells = 2\ntemperature_mean = \"-3 degC\"\n[physics]\n"
             "plugin = \"exp-fade\"\n");
    assert_int_equal(r.rc, E_PARTIAL);
    assert_int_equal(r.l.n, 2);
    assert_true(r.l.at[0].failed);
    assert_non_null(strstr(r.l.at[0].reason, "only above 0 degC"));
    lifetime_fleet f;
    assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_OK);
    assert_int_equal(f.n, 0);
    assert_int_equal(f.failed, 2);
    assert_true(isnan(fleet_percentile(&f.lives[0], 0.5, NULL)));
    lifetime_fleet_close(&f);
    lived_done(&r);
}

/* ---- fleets whose lives are known ---- */

enum { FLEET = 400 };

/* k of each cell so that it lives life[i] cycles at 25 degC and 3600 s. */
static char *planted(const double *life, size_t n, const char *run)
{
    text t = { 0 };
    text_addf(&t, "[run]\n%s" CELL CONSTANT "cells = %zu\nduration = \"1 day\"\n[physics]\n", run, n);
    text_add(&t, "plugin = \"exp-fade\"\nk = [");
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%s%.17g", i ? ", " : "", log(1 / 0.8) * 3600 / (25 * life[i]));
    text_add(&t, "]\n");
    return text_take(&t);
}

static void a_weibull_fleet_gives_back_its_shape(void **state)
{
    (void)state;
    const double shape = 6, scale = 900;
    double life[FLEET];
    for (size_t i = 0; i < FLEET; i++)                  /* its quantiles: no luck of a draw in the way */
        life[i] = scale * pow(-log1p(-((double)i + 0.5) / FLEET), 1 / shape);
    char *toml = planted(life, FLEET, "cycles = 2000\nstop = \"79% capacity\"\n");
    lived r = live(toml);
    lifetime_fleet f;
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_OK);
    assert_int_equal(f.n, FLEET);
    assert_int_equal(f.lives[LIFETIME_CYCLES].ended, FLEET);
    assert_near(f.weibull[LIFETIME_CYCLES].shape, shape, 0.06);
    assert_near(f.weibull[LIFETIME_CYCLES].scale, scale, 1);
    assert_near(f.weibull[LIFETIME_YEARS].scale, scale / 365, 1.0 / 365);
    for (size_t p = 0; p < LIFETIME_PERCENTILES; p++) {
        double q = lifetime_percentile[p], exact = scale * pow(-log1p(-q), 1 / shape);
        assert_near(fleet_percentile(&f.lives[LIFETIME_CYCLES], q, NULL), exact, 0.006 * exact);
    }
    double half = scale * pow(log(2), 1 / shape);
    fleet_chance c = fleet_within(&f.lives[LIFETIME_YEARS], half / 365, 0.95);
    assert_near(c.p, 0.5, 0.006);
    assert_true(c.lower < 0.46 && c.upper > 0.54 && c.known);
    assert_near(f.early, half / 4, 1);
    for (size_t i = 0; i < FLEET; i++)
        assert_false(lifetime_stands_out(&f, i) && life[i] > 600);
    lifetime_fleet_close(&f);
    lived_done(&r);
    free(toml);
}

/* Watched for 850 cycles only: half of the lives are censored, and their distribution is found all the same. */
static void a_fleet_cut_short_too(void **state)
{
    (void)state;
    double life[FLEET], least;
    for (size_t i = 0; i < FLEET; i++)
        life[i] = 900 * pow(-log1p(-((double)i + 0.5) / FLEET), 1 / 6.0);
    char *toml = planted(life, FLEET, "cycles = 850\n");
    lived r = live(toml);
    lifetime_fleet f;
    assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_OK);
    assert_true(f.lives[LIFETIME_CYCLES].ended < FLEET && f.lives[LIFETIME_CYCLES].ended > FLEET / 3);
    assert_near(f.weibull[LIFETIME_CYCLES].shape, 6, 0.15);
    assert_near(f.weibull[LIFETIME_CYCLES].scale, 900, 5);
    assert_true(isnan(fleet_percentile(&f.lives[LIFETIME_CYCLES], 0.9, &least)));
    assert_near(least, 850, 0);
    assert_false(fleet_within(&f.lives[LIFETIME_CYCLES], 1000, 0.95).known);
    lifetime_fleet_close(&f);
    lived_done(&r);
    free(toml);
}

/* Lognormal k makes lognormal lives, with the median at ln(1/0.8) t / (median k T). */
static void spread_parameters_spread_lives(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 5000\nstop = \"79% capacity\"\n" CELL CONSTANT "cells = 1000\n[physics]\n"
                   "plugin = \"exp-fade\"\nk = { kind = \"lognormal\", mean = 0.05, sd = 0.01 }\n");
    lifetime_fleet f;
    double s2 = log(1 + 0.04), median_k = 0.05 * exp(-s2 / 2), median = log(1 / 0.8) * 3600 / (25 * median_k);
    assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_OK);
    assert_near(fleet_percentile(&f.lives[0], 0.5, NULL), median, 0.02 * median);
    assert_near(fleet_percentile(&f.lives[0], 0.05, NULL), median * exp(-1.6449 * sqrt(s2)), 0.03 * median);
    assert_near(fleet_percentile(&f.lives[0], 0.95, NULL), median * exp(1.6449 * sqrt(s2)), 0.04 * median);
    lifetime_fleet_close(&f);
    lived_done(&r);
}

/* 50 cells alike to 5 %, one of which fades twice as fast: it is found by a tenth of its life, and it alone. */
static void a_planted_fault_is_found_early(void **state)
{
    (void)state;
    double life[50];
    int alone = 0;
    for (uint64_t draw = 0; draw < 20; draw++) {
        for (size_t i = 0; i < 50; i++)
            life[i] = 1000 / (1 + 0.05 * random_normal(21, i, draw, 0));
        life[31] = 500;
        char *toml = planted(life, 50, "cycles = 60\n");
        lived r = live(toml);
        lifetime_fleet f;
        assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", 50, &f, &r.w), E_OK);
        size_t out = 0;
        for (size_t i = 0; i < f.n; i++)
            out += lifetime_stands_out(&f, i);
        assert_true(lifetime_stands_out(&f, 31));
        assert_string_equal(f.life[31]->cell, "cell-32");
        assert_true(f.z[31] > 8);
        assert_near(f.rate[31] / f.middle, 2, 0.15);
        alone += out == 1;
        lifetime_fleet_close(&f);
        lived_done(&r);
        free(toml);
    }
    print_message("# in %d of 20 fleets it alone is found\n", alone);
    assert_int_equal(alone, 20);
}

/* ---- rows that no run of ours would give ---- */

static void rows_by_hand(void **state)
{
    (void)state;
    const fade_column column[] = { { .key = "soh", .unit = "1" }, { .key = "physics_capacity", .unit = "Ah" } };
    double soh[] = { 1, 0.9, 0.85, 0.7, 0.95 }, ah[] = { 2, 1.8, 1.7, 1.4, 1.9 };
    const char *cell[] = { "A", "A", "A", "B", "A" }, *variant[] = { "m", "m", "m", NULL, "m" };
    int64_t cycle[] = { 1, 2, 5, 1, 2 }, time[] = { 0, 0, 0, 0, 0 };
    double *col[] = { soh, ah };
    fade_block b = { .size = sizeof b, .n = 5, .cap = 5, .cell = cell, .variant = variant, .cycle = cycle, .time = time,
                     .col = col };
    lifetime l = { .eol = 0.8, .points = 3 };
    why w;
    assert_int_equal(lifetime_columns(&l, column, 2, &w), E_OK);
    engine_tap tap = lifetime_tap(&l);
    assert_int_equal(tap.vt->rows(&l, &b), FADE_OK);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.at[0].rows, 3);                  /* a row that goes back is none */
    assert_near(l.at[0].watch.last.soh, 0.85, 1e-15);
    assert_true(isnan(l.at[0].watch.last.efc));
    assert_string_equal(l.at[1].model, "");
    assert_true(l.at[1].watch.reached);
    assert_int_equal(lifetime_columns(&l, column, 0, &w), E_INPUT);
    lifetime_free(&l);
    b.stream = 1;
    assert_int_equal(tap.vt->rows(&l, &b), FADE_OK);    /* samples are not for it */
    assert_int_equal(l.n, 0);
    b.stream = 0;
    for (long k = 1; k <= 5; k++) {
        mem_fail_at(k);
        assert_int_equal(tap.vt->rows(&l, &b), FADE_ENOMEM);
        mem_fail_at(0);
        lifetime_free(&l);
    }
}

static void no_memory(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 300\n" CELL CONSTANT "cells = 9\n[physics]\nplugin = \"exp-fade\"\n");
    lifetime_fleet f;
    knee a, b;
    long need = mem_count();
    assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_OK);
    need = mem_count() - need;
    lifetime_fleet_close(&f);
    for (long k = 1; k < need; k++) {                   /* the last is the outliers' own: then none stand out */
        mem_fail_at(k);
        assert_int_equal(lifetime_fleet_open(&r.l, "exp-fade", NAN, &f, &r.w), E_NOMEM);
        mem_fail_at(0);
    }
    for (long k = 1; k <= 4; k++) {
        mem_fail_at(k);
        assert_int_equal(lifetime_knees(&r.l.at[0], &a, &b, &r.w), E_NOMEM);
        mem_fail_at(0);
    }
    lived_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_fade_ends_where_its_formula_says),
        cmocka_unit_test(power_law_too),
        cmocka_unit_test(formulas_only_where_they_hold),
        cmocka_unit_test(not_reached_is_at_least),
        cmocka_unit_test(a_row_is_known_between_those_kept),
        cmocka_unit_test(physics_corrected_and_measured),
        cmocka_unit_test(by_resistance_and_power),
        cmocka_unit_test(lives_that_fail_are_no_lives),
        cmocka_unit_test(a_weibull_fleet_gives_back_its_shape),
        cmocka_unit_test(a_fleet_cut_short_too),
        cmocka_unit_test(spread_parameters_spread_lives),
        cmocka_unit_test(a_planted_fault_is_found_early),
        cmocka_unit_test(rows_by_hand),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
