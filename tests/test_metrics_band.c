/* SPDX-License-Identifier: MIT
 * test_metrics_band.c - coverage, CRPS and PIT against scipy and scikit-learn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/study/metrics_band.h"
#include "core/study/metrics_tail.h"
#include <math.h>

static void near(double a, double is)
{
    if (!(fabs(a - is) <= 1e-9 * fmax(1, fabs(is))))
        fail_msg("%.15g is not %.15g", a, is);
}

static void coverage(void **state)
{
    (void)state;
    metrics_band b = { 0 }, c = { 0 };
    assert_true(isnan(metrics_picp(&b)) && isnan(metrics_mpiw(&b)) && isnan(metrics_interval_score(&b)));
    metrics_band_add(&b, 1, 0, 2, 0.1);
    metrics_band_add(&b, 3, 0, 2, 0.1);           /* 1 above: 20 */
    metrics_band_add(&c, -0.5, 0, 4, 0.1);        /* half below: 10 */
    metrics_band_add(&c, 2, 2, 2, 0.1);           /* on its edge is inside */
    metrics_band_add(&c, NAN, 0, 1, 0.1);
    metrics_band_add(&c, 1, NAN, 1, 0.1);
    metrics_band_merge(&b, &c);
    assert_int_equal(b.n, 4);
    assert_int_equal(b.below, 1);
    assert_int_equal(b.above, 1);
    near(metrics_picp(&b), 0.5);
    near(metrics_mpiw(&b), 2);
    near(metrics_interval_score(&b), (8 + 20 + 10) / 4.0);
}

/* quad of the squared distance of stats.norm.cdf(x, m, s) from the step at y */
static void crps(void **state)
{
    (void)state;
    near(metrics_crps_gauss(1, 0.3, 0.5), 0.45457335093458723);
    near(metrics_crps_gauss(-2, 0.3, 0.7), 1.9052553869662519);
    near(metrics_crps_gauss(0.3, 0.3, 1), 0.23369497725510913);
    near(metrics_crps_gauss(2, 0.5, 0), 1.5);
    assert_true(isnan(metrics_crps_gauss(2, 0.5, -1)) && isnan(metrics_crps_gauss(2, 0.5, NAN)));
    /* lv = (np.arange(10) + 0.5) / 10; q = stats.norm.ppf(lv, 0.3, 0.5)
     * 2 * np.mean([M.mean_pinball_loss([0.7], [a], alpha=l) for a, l in zip(q, lv)]) */
    const double q[] = { -0.5224268134757364,  -0.21821669474689492, -0.037244875098040864, 0.10733976679621612,
                         0.23716932657246298,  0.36283067342753705,  0.4926602332037838,    0.6372448750980408,
                         0.818216694746895,    1.122426813475736 };
    double level[10];
    for (int i = 0; i < 10; i++)
        level[i] = (i + 0.5) / 10;
    near(metrics_crps_quantiles(0.7, level, q, 10), 0.24100082298374653);
    const double half = 0.5, at = 3;              /* the median alone: the absolute error */
    near(metrics_crps_quantiles(5, &half, &at, 1), 2);
    assert_true(isnan(metrics_crps_quantiles(5, &half, &at, 0)));
}

/* i = np.arange(24); pit = stats.norm.cdf(1.5 * np.sin(2.3 * i)); np.histogram(pit, 10, (0, 1));
 * stats.chisquare(h); stats.kstest(pit, "uniform").statistic; special.kolmogorov(np.sqrt(24) * that) */
static void pit(void **state)
{
    (void)state;
    const double bins[] = { 4, 2, 3, 1, 0, 3, 2, 1, 4, 4 };
    double v[26];
    for (int i = 0; i < 24; i++)
        v[i + (i > 10)] = metrics_pit_gauss(1.5 * sin(2.3 * i), 0, 1);
    v[11] = v[25] = NAN;
    metrics_pit p;
    metrics_pit_of(v, 26, &p);
    assert_int_equal(p.n, 24);
    for (int i = 0; i < PIT_BINS; i++)
        near(p.bin[i], bins[i]);
    near(p.chi2, 7.666666666666666);
    near(p.chi2_p, 0.568055367295096);
    near(p.ks, 0.14182593674109123);
    near(p.ks_p, 0.7198696256497634);
    metrics_pit_of(v, 0, &p);
    assert_true(isnan(p.chi2_p) && isnan(p.ks_p) && p.n == 0);
}

/* Steps and spread rows: the same as rows that are known where they are known, even where they are spread evenly. */
static void pit_between(void **state)
{
    (void)state;
    double v[24], same[24];
    for (int i = 0; i < 24; i++)
        v[i] = same[i] = metrics_pit_gauss(1.5 * sin(2.3 * i), 0, 1);
    metrics_pit a, b;
    metrics_pit_between(v, same, 24, &b);
    metrics_pit_of(v, 24, &a);
    assert_int_equal(b.n, 24);
    near(b.ks, a.ks);
    for (int i = 0; i < PIT_BINS; i++)
        near(b.bin[i], a.bin[i]);
    const double from[] = { 0, 0.25, 0.5, 0.75, NAN }, to[] = { 0.25, 0.5, 0.75, 1, 1 };
    metrics_pit_between(from, to, 5, &b);
    assert_int_equal(b.n, 4);
    near(b.ks, 0);
    near(b.bin[2], 0.4);
    near(b.ks_p, 1);
    const double late[] = { 0.9, 0.9 }, end[] = { 1, 0.9 };        /* one that is known, one that had not ended */
    metrics_pit_between(late, end, 2, &b);
    near(b.ks, 0.9);
    near(b.bin[9], 2);
    metrics_pit_between(from, to, 0, &b);
    assert_true(b.n == 0 && isnan(b.ks) && isnan(b.ks_p));
}

static void pit_of_quantiles(void **state)
{
    (void)state;
    const double level[] = { 0.1, 0.5, 0.9 }, q[] = { 1, 2, 4 };
    near(metrics_pit_quantiles(0.5, level, q, 3), 0);
    near(metrics_pit_quantiles(1, level, q, 3), 0.1);
    near(metrics_pit_quantiles(3, level, q, 3), 0.7);
    near(metrics_pit_quantiles(4, level, q, 3), 0.9);
    near(metrics_pit_quantiles(4.1, level, q, 3), 1);
    assert_true(isnan(metrics_pit_quantiles(NAN, level, q, 3)) && isnan(metrics_pit_gauss(1, 0, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coverage),
        cmocka_unit_test(crps),
        cmocka_unit_test(pit),
        cmocka_unit_test(pit_between),
        cmocka_unit_test(pit_of_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
