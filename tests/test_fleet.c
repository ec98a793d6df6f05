/* SPDX-License-Identifier: MIT
 * test_fleet.c - percentiles, chances, Weibull and outliers of lives: by hand, as SciPy has them, and as planted.
 */
#include "tests/near.h"

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/fleet.h"
#include <stdlib.h>
#include <string.h>

enum { TEN = 10, MANY = 2000 };

/* Six ended; three were last seen at 700, one at 650. */
static const double lives[TEN] = { 312, 700, 428, 501, 700, 650, 555, 610, 668, 700 };
static const bool ended[TEN] = { true, false, true, true, false, false, true, true, true, false };

static fleet opened(const double *at, const bool *over, size_t n)
{
    fleet f;
    why w;
    assert_int_equal(fleet_open(at, over, n, &f, &w), E_OK);
    return f;
}

/* scipy.stats.ecdf of the same: .9 .8 .7 .6 .5 .5 .375 */
static void kaplan_and_meier(void **state)
{
    (void)state;
    double least;
    fleet f = opened(lives, ended, TEN);
    assert_int_equal(f.nstep, 6);
    assert_int_equal(f.ended, 6);
    assert_near(f.step[4].at, 610, 0);
    assert_near(f.step[4].left, 0.5, 1e-15);
    assert_near(f.step[5].left, 0.375, 1e-15);
    assert_near(fleet_percentile(&f, 0.1, NULL), 312, 0);
    assert_near(fleet_percentile(&f, 0.3, NULL), 501, 0);
    assert_near(fleet_percentile(&f, 0.5, &least), 610, 0);
    assert_true(isnan(least));
    assert_near(fleet_percentile(&f, 0.51, NULL), 668, 0);
    assert_true(isnan(fleet_percentile(&f, 0.9, &least)));      /* so many have not ended yet */
    assert_near(least, 700, 0);
    fleet_close(&f);
}

static void chances_with_wilsons_interval(void **state)
{
    (void)state;
    fleet f = opened(lives, ended, TEN);
    fleet_chance c = fleet_within(&f, 500, 0.95);               /* 2 of 10 */
    assert_true(c.known);
    assert_int_equal(c.ended, 2);
    assert_near(c.p, 0.2, 1e-15);
    assert_near(c.lower, 0.0566821514, 1e-9);
    assert_near(c.upper, 0.5098375285, 1e-9);
    c = fleet_within(&f, 300, 0.95);                            /* none of 10 */
    assert_near(c.p, 0, 0);
    assert_near(c.lower, 0, 0);
    assert_near(c.upper, 0.2775327999, 1e-9);
    c = fleet_within(&f, 700, 0.95);            /* one was lost at 650: as sure as of 9.09 cells, not of 10 */
    assert_near(c.p, 0.625, 1e-15);
    assert_true(c.known);
    assert_near(c.lower, 0.3214153794, 1e-9);
    assert_near(c.upper, 0.8543240743, 1e-9);
    c = fleet_within(&f, 701, 0.95);
    assert_false(c.known);
    assert_near(c.p, 0.625, 1e-15);                             /* at least that */
    assert_true(isnan(c.lower));
    assert_true(isnan(fleet_within(&f, NAN, 0.95).p));
    fleet_close(&f);
    static const bool all[3] = { true, true, true };
    f = opened(lives, all, 3);
    c = fleet_within(&f, 1e6, 0.95);
    assert_true(c.known);
    assert_near(c.p, 1, 0);
    assert_near(c.upper, 1, 0);
    assert_near(c.lower, 0.4385030, 1e-6);
    fleet_close(&f);
    f = opened(lives, all, 0);
    assert_true(isnan(fleet_within(&f, 5, 0.95).p) && isnan(fleet_percentile(&f, 0.5, NULL)));
    fleet_close(&f);
}

/* scipy.stats.weibull_min.fit(floc=0), with CensoredData; intervals by its likelihood's second differences */
static void weibull_as_scipy(void **state)
{
    (void)state;
    static const double all[] = { 312, 428, 501, 555, 610, 668, 702, 790, NAN };
    static const bool yes[] = { true, true, true, true, true, true, true, true, true };
    fleet_weibull f = fleet_fit_weibull(all, yes, 9);
    assert_null(f.reason);
    assert_near(f.shape, 4.6202114, 1e-5);
    assert_near(f.scale, 626.1448832, 1e-3);
    f = fleet_fit_weibull(lives, ended, TEN);
    assert_near(f.shape, 3.803052, 1e-5);
    assert_near(f.scale, 702.38327, 1e-3);
    assert_near(f.shape_lower, 1.85335, 1e-3);
    assert_near(f.shape_upper, 7.80383, 1e-3);
    assert_near(f.scale_lower, 564.491, 0.05);
    assert_near(f.scale_upper, 873.959, 0.05);
    assert_near(fleet_weibull_percentile(&f, 1 - exp(-1)), f.scale, 1e-9);
}

static void weibull_of_too_little(void **state)
{
    (void)state;
    static const double alike[] = { 500, 500, 500 };
    static const bool yes[] = { true, true, true }, one[] = { true, false, false };
    assert_string_equal(fleet_fit_weibull(alike, one, 3).reason, "fewer than two lives have ended");
    assert_string_equal(fleet_fit_weibull(alike, yes, 3).reason, "all lives are alike");
    assert_true(isnan(fleet_fit_weibull(alike, yes, 0).shape));
}

/* Lives drawn from a Weibull distribution, watched until 1100: its numbers come back. */
static void a_planted_distribution_comes_back(void **state)
{
    (void)state;
    static double at[MANY];
    static bool over[MANY];
    int held = 0;
    for (uint64_t draw = 0; draw < 100; draw++) {
        for (size_t i = 0; i < 100; i++) {
            double t = 1000 * pow(-log(random_uniform(3, i, draw, 0)), 1 / 2.5);
            over[i] = t < 1100;
            at[i] = fmin(t, 1100);
        }
        fleet_weibull f = fleet_fit_weibull(at, over, 100);
        held += f.shape_lower < 2.5 && 2.5 < f.shape_upper;
        held += f.scale_lower < 1000 && 1000 < f.scale_upper;
    }
    print_message("# %d of 200 intervals hold what was planted\n", held);
    assert_true(held >= 180 && held <= 199);
    for (size_t i = 0; i < MANY; i++) {
        at[i] = 1000 * pow(-log(random_uniform(4, i, 0, 0)), 1 / 2.5);
        over[i] = true;
    }
    fleet_weibull f = fleet_fit_weibull(at, over, MANY);
    assert_near(f.shape, 2.5, 0.12);
    assert_near(f.scale, 1000, 25);
    fleet all = opened(at, over, MANY);
    assert_near(fleet_percentile(&all, 0.5, NULL), 1000 * pow(log(2), 1 / 2.5), 30);
    fleet_close(&all);
}

static void a_doubled_rate_stands_out(void **state)
{
    (void)state;
    double rate[40], z[40];
    for (size_t i = 0; i < 40; i++)
        rate[i] = 1e-4 * (1 + 0.1 * random_normal(1, i, 0, 0));
    rate[17] = 2e-4;
    rate[3] = NAN;
    double middle = fleet_outliers(rate, 40, z);
    assert_near(middle, 1e-4, 4e-6);
    assert_true(isnan(z[3]));
    for (size_t i = 0; i < 40; i++)
        assert_true(i == 3 || (z[i] > fleet_far) == (i == 17));
    assert_true(z[17] > 6);
}

/* 1 2 3 4 5 6 100: median 4, MAD 2 */
static void outliers_by_hand(void **state)
{
    (void)state;
    static const double v[] = { 3, 1, 2, 100, 4, 6, 5 };
    double z[7];
    assert_near(fleet_outliers(v, 7, z), 4, 0);
    assert_near(z[3], 96 * 0.6744897501960817 / 2, 1e-12);
    assert_near(z[1], -3 * 0.6744897501960817 / 2, 1e-12);
    static const double alike[] = { 1, 1, 1, 1, 1, 1, 4.5 };    /* MAD 0: the mean distance is 0.5 */
    assert_near(fleet_outliers(alike, 7, z), 1, 0);
    assert_near(z[6], 3.5 / (0.5 * 1.2533141373155003), 1e-12);
    assert_near(z[0], 0, 0);
    assert_near(fleet_outliers(alike, 6, z), 1, 0);
    assert_near(z[5], 0, 0);
    assert_true(isnan(fleet_outliers(v, FLEET_FEW, z)) && isnan(z[0]));
}

static void no_memory(void **state)
{
    (void)state;
    fleet f;
    why w;
    for (long k = 1; k <= 3; k++) {
        mem_fail_at(k);
        assert_int_equal(fleet_open(lives, ended, TEN, &f, &w), E_NOMEM);
        assert_null(f.step);
    }
    double z[TEN];
    mem_fail_at(1);
    assert_true(isnan(fleet_outliers(lives, TEN, z)) && isnan(z[0]));
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kaplan_and_meier),
        cmocka_unit_test(chances_with_wilsons_interval),
        cmocka_unit_test(weibull_as_scipy),
        cmocka_unit_test(weibull_of_too_little),
        cmocka_unit_test(a_planted_distribution_comes_back),
        cmocka_unit_test(a_doubled_rate_stands_out),
        cmocka_unit_test(outliers_by_hand),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
