/* SPDX-License-Identifier: MIT
 * test_health.c - state of health, end of life, RUL and their errors, by hand.
 */
#include "tests/near.h"

#include "core/study/health.h"

enum { N = 4 };

static void by_capacity_energy_resistance_and_power(void **state)
{
    (void)state;
    const double capacity[N] = { NAN, 2, 1.8, 1.5 }, voltage[N] = { 3.6, 3.6, 3.5, 3.4 };
    const double resistance[N] = { 0.05, 0.06, 0.08, 0.11 };
    const health_columns c = { .capacity = capacity, .voltage = voltage, .resistance = resistance };
    health_reference r = { NAN, NAN, NAN, NAN };
    double soh[N];
    health_refer(&c, N, &r);
    assert_near(r.capacity, 2, 0);
    assert_near(r.energy, 7.2, 1e-15);
    assert_near(r.resistance, 0.05, 0);
    assert_true(isnan(r.resistance_end));
    assert_true(health_soh(HEALTH_CAPACITY, &c, N, &r, soh));
    assert_true(isnan(soh[0]));
    assert_near(soh[3], 0.75, 1e-15);
    assert_true(health_soh(HEALTH_ENERGY, &c, N, &r, soh));
    assert_near(soh[2], 1.8 * 3.5 / 7.2, 1e-15);
    assert_true(health_soh(HEALTH_RESISTANCE, &c, N, &r, soh));   /* (0.1 - R) / 0.05 */
    assert_near(soh[0], 1, 1e-15);
    assert_near(soh[1], 0.8, 1e-14);
    assert_near(soh[3], -0.2, 1e-14);
    r.resistance_end = 0.08;
    health_soh(HEALTH_RESISTANCE, &c, N, &r, soh);
    assert_near(soh[2], 0, 1e-15);
    assert_true(health_soh(HEALTH_POWER, &c, N, &r, soh));
    assert_near(soh[2], 0.625, 1e-15);
}

static void a_measured_energy_goes_first(void **state)
{
    (void)state;
    const double energy[2] = { 7, NAN }, capacity[2] = { 2, 1.9 }, voltage[2] = { 3.6, 3.5 };
    const health_columns c = { .capacity = capacity, .energy = energy, .voltage = voltage };
    health_reference r = { NAN, NAN, NAN, NAN };
    double soh[2];
    health_refer(&c, 2, &r);
    assert_true(health_soh(HEALTH_ENERGY, &c, 2, &r, soh));
    assert_near(soh[0], 1, 0);
    assert_near(soh[1], 1.9 * 3.5 / 7, 1e-15);
}

static void what_is_not_there_is_unknown(void **state)
{
    (void)state;
    const double capacity[2] = { 2, 1.9 };
    const health_columns c = { .capacity = capacity }, nothing = { 0 };
    health_reference r = { 2, NAN, NAN, NAN }, none = { 0, 0, 0, NAN };
    double soh[2] = { 1, 1 };
    for (int k = HEALTH_ENERGY; k < HEALTH_KINDS; k++) {
        assert_false(health_soh(k, &c, 2, &r, soh));
        assert_true(isnan(soh[0]) && isnan(soh[1]));
    }
    assert_false(health_soh(HEALTH_CAPACITY, &nothing, 2, &r, soh));
    assert_true(health_soh(HEALTH_CAPACITY, &c, 2, &none, soh));
    assert_true(isnan(soh[0]));
    assert_string_equal(health_name(HEALTH_RESISTANCE), "SoH_R");
    assert_int_equal(health_kind("power"), HEALTH_POWER);
    assert_int_equal(health_kind("voltage"), -1);
    assert_near(health_eol(HEALTH_RESISTANCE), 0, 0);
    for (int k = 0; k < HEALTH_KINDS; k++)
        assert_int_equal(health_kind(health_word(k)), k);
}

/* 1 A for an hour, to -1 A in an hour (two triangles, half an Ah), an hour at -1 A: 2.5 Ah of 2 Ah, both ways. */
static void equivalent_full_cycles(void **state)
{
    (void)state;
    const double t[] = { 0, 3600, 7200, 10800 }, i[] = { 1, 1, -1, -1 };
    assert_near(health_efc(t, i, 4, 2), 2.5 / 4, 1e-15);
    const double back[] = { 0, 3600, 3600, 3000, 6600 }, steps[] = { 2, 2, -2, -2, -2 };
    assert_near(health_efc(back, steps, 5, 1), 2, 1e-15);
    const double gaps[] = { 1, 1, NAN, 1 };
    assert_near(health_efc(t, gaps, 4, 1), 0.5, 1e-15);
    assert_near(health_efc(t, i, 1, 1), 0, 0);
    assert_true(isnan(health_efc(t, i, 4, 0)));
}

static health_watch watched(const double *soh, size_t n, double eol, uint64_t hold)
{
    health_watch h = health_open(eol, hold);
    for (size_t k = 0; k < n; k++)
        health_row(&h, &(health_point){ (double)k + 1, 0.5 * ((double)k + 1), 86400 * ((double)k + 1), soh[k] });
    return h;
}

static void the_first_row_that_stays_below(void **state)
{
    (void)state;
    static const double soh[] = { 1, 0.9, 0.79, 0.82, NAN, 0.78, 0.77, 0.7 };
    health_watch h = watched(soh, 8, 0.8, 1);
    assert_true(h.reached);
    assert_near(h.end.cycle, 3, 0);
    assert_near(health_crossing(&h).cycle, 2 + 0.1 / 0.11, 1e-14);
    assert_near(health_crossing(&h).efc, 0.5 * (2 + 0.1 / 0.11), 1e-14);
    h = watched(soh, 8, 0.8, 2);
    assert_near(h.end.cycle, 6, 0);
    assert_near(h.before.cycle, 4, 0);
    assert_near(health_crossing(&h).cycle, 5, 1e-14);
    assert_near(health_crossing(&h).soh, 0.8, 0);
    h = watched(soh, 8, 0.8, 4);
    assert_false(h.reached);
    assert_true(isnan(health_crossing(&h).cycle));
    static const double exact[] = { 1, 0.8, 0.8 };          /* "below" is below */
    h = watched(exact, 3, 0.8, 1);
    assert_false(h.reached);
    static const double born_below[] = { 0.7, 0.6 };
    h = watched(born_below, 2, 0.8, 0);
    assert_near(health_crossing(&h).cycle, 1, 0);
}

static void what_remains(void **state)
{
    (void)state;
    static const double soh[] = { 1, 0.9, 0.79, 0.75 };
    health_point now = { 1, 0.5, 86400, 1 }, late = { 9, 4.5, 9 * 86400, NAN };
    health_watch h = watched(soh, 4, 0.8, 1);
    health_rul r = health_remaining(&h, &now);
    assert_true(r.known);
    assert_near(r.cycles, 2, 0);
    assert_near(r.efc, 1, 0);
    assert_near(r.days, 2, 0);
    assert_near(health_remaining(&h, &late).cycles, 0, 0);
    h = watched(soh, 2, 0.8, 1);                            /* not reached: at least to the last row, never a number */
    r = health_remaining(&h, &now);
    assert_false(r.known);
    assert_near(r.cycles, 1, 0);
    h = watched(soh, 4, 0.8, 3);                            /* not for long enough yet: it may have begun there */
    r = health_remaining(&h, &now);
    assert_false(r.known);
    assert_near(r.cycles, 2, 0);
    h = health_open(0.8, 1);
    assert_true(isnan(health_remaining(&h, &now).cycles));
}

static void errors_by_hand(void **state)
{
    (void)state;
    assert_near(health_points(0.83, 0.8), 3, 1e-12);
    assert_near(health_points(0.75, 0.8), -5, 1e-12);
    assert_near(health_off(512, 500), 12, 0);
    assert_true(isnan(health_off(NAN, 500)));
    assert_near(health_relative(80, 100), 0.2, 1e-15);
    assert_near(health_relative(130, 100), 0.3, 1e-15);
    assert_true(isnan(health_relative(5, 0)));
    assert_true(isnan(health_relative(NAN, 5)));
}

/* The end is cycle 200.  RUL of 200, 150, 100, 50 remained at 0, 50, 100, 150. */
static void alpha_lambda(void **state)
{
    (void)state;
    static const double cycle[] = { 0, 50, 100, 150 }, rul[] = { 260, 170, 110, 49 };
    const health_forecasts f = { cycle, rul, 4, 200 };
    assert_int_equal(health_alpha_lambda(&f, 0.1, 0.5), 1);        /* 110 of 100, at the edge */
    assert_int_equal(health_alpha_lambda(&f, 0.09, 0.5), 0);
    assert_int_equal(health_alpha_lambda(&f, 0.2, 0), 0);          /* 260 of 200 */
    assert_int_equal(health_alpha_lambda(&f, 0.13, 0.375), 1);     /* 140 of 125 between two */
    assert_int_equal(health_alpha_lambda(&f, 0.11, 0.375), 0);
    assert_int_equal(health_alpha_lambda(&f, 0.5, 0.9), -1);       /* nothing was forecast there */
    assert_near(health_alpha(&f, 0.2), 0.75, 0);
    assert_near(health_alpha(&f, 0.05), 0.25, 0);
    static const double unknown[] = { NAN, 170, NAN, 49 };
    const health_forecasts g = { cycle, unknown, 4, 200 }, none = { cycle, rul, 0, 200 };
    assert_near(health_alpha(&g, 0.05), 0.5, 0);
    assert_int_equal(health_alpha_lambda(&g, 0.1, 0.5), -1);
    assert_int_equal(health_alpha_lambda(&none, 0.1, 0.5), -1);
    assert_true(isnan(health_alpha(&none, 0.1)));
    const health_forecasts over = { cycle, rul, 4, 0 };
    assert_true(isnan(health_alpha(&over, 0.1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_capacity_energy_resistance_and_power),
        cmocka_unit_test(a_measured_energy_goes_first),
        cmocka_unit_test(what_is_not_there_is_unknown),
        cmocka_unit_test(equivalent_full_cycles),
        cmocka_unit_test(the_first_row_that_stays_below),
        cmocka_unit_test(what_remains),
        cmocka_unit_test(errors_by_hand),
        cmocka_unit_test(alpha_lambda),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
