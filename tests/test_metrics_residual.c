/* SPDX-License-Identifier: MIT
 * test_metrics_residual.c - tests of what is left against statsmodels; the bootstrap against theory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/metrics_bootstrap.h"
#include "core/study/metrics_normal.h"
#include "core/study/metrics_residual.h"
#include "core/study/metrics_tail.h"
#include <math.h>

static void near(double a, double is, double within)
{
    if (!(fabs(a - is) <= within * fmax(1, fabs(is))))
        fail_msg("%.15g is not %.15g", a, is);
}

/* stats.chi2.sf(x, k); special.kolmogorov(x); scipy 1.14 */
static void tails(void **state)
{
    (void)state;
    near(metrics_tail_chi2(0.5, 3), 0.9188914116546758, 1e-12);
    near(metrics_tail_chi2(12, 9), 0.21330930508341653, 1e-12);
    near(metrics_tail_chi2(60, 10) * 1e9, 3.6243009520614924, 1e-9);
    near(metrics_tail_chi2(1, 1), 0.31731050786291115, 1e-12);
    near(metrics_tail_kolmogorov(0.2), 0.999999999999495, 1e-12);
    near(metrics_tail_kolmogorov(0.5), 0.9639452436648751, 1e-12);
    near(metrics_tail_kolmogorov(1), 0.26999967167735456, 1e-12);
    near(metrics_tail_kolmogorov(1.7), 0.0061774306344441286, 1e-12);
    near(metrics_normal_cdf(-8) * 1e16, 6.22096057427178, 1e-12);
    assert_true(metrics_tail_chi2(-1, 2) == 1 && isnan(metrics_tail_chi2(NAN, 2)) && isnan(metrics_tail_chi2(1, 0)));
    assert_true(metrics_tail_kolmogorov(0) == 1);
}

/* i = np.arange(24); e = 0.02 * np.cos(0.9 * i * i) + 0.005
 * durbin_watson(e), jarque_bera(e), acf(e, nlags=4, fft=False), acorr_ljungbox(e, lags=[4]); statsmodels 0.14 */
static void known(void **state)
{
    (void)state;
    double e[24], gaps[30];
    for (int i = 0; i < 24; i++)
        e[i] = 0.02 * cos(0.9 * i * i) + 0.005;
    metrics_residual r;
    metrics_residual_of(e, 24, NULL, 0, 4, &r);
    assert_int_equal(r.n, 24);
    near(r.durbin_watson, 1.2647580108576602, 1e-9);
    near(r.jarque_bera, 1.9258079790753386, 1e-9);
    near(r.jarque_bera_p, 0.38178258197607096, 1e-9);
    near(r.skew, 0.37542884388876, 1e-9);
    near(r.kurtosis, 1.832943569581687, 1e-9);
    const double acf[] = { 1, 0.2576278219968887, -0.25641853994499875, -0.32295664187374923, -0.3925843213050015 };
    for (int i = 0; i < 5; i++)
        near(r.acf[i], acf[i], 1e-9);
    near(r.ljung_box, 11.57347605183819, 1e-9);
    near(r.ljung_box_p, 0.020821532563715862, 1e-9);
    for (int i = 0, k = 0; i < 30; i++)           /* unknown errors are left out */
        gaps[i] = i % 5 == 2 ? NAN : e[k++];
    metrics_residual with;
    metrics_residual_of(gaps, 30, NULL, 0, 4, &with);
    near(with.ljung_box, r.ljung_box, 1e-14);
    near(with.durbin_watson, r.durbin_watson, 1e-14);
}

/* i = np.arange(n); x = np.cos(0.9 * i * i) + 0.3 * np.sin(i) + 0.5 * (i % 7 == 0); stats.shapiro(x); scipy 1.17 */
static void shapiro_wilk(void **state)
{
    (void)state;
    static const struct { size_t n; double W, p; } known[] = {
        { 3, 0.9467961330988858, 0.5554696574538298 },      { 4, 0.9440649840701595, 0.679261455415115 },
        { 5, 0.8763769847226249, 0.29321447533433 },        { 6, 0.9252257268390018, 0.5437688127792393 },
        { 11, 0.9155366284973476, 0.2831989232831721 },     { 12, 0.8994077899768615, 0.1558519785032748 },
        { 50, 0.9473647869193055, 0.026616721687588645 },   { 1000, 0.9621004737116685, 1.9184555656867228e-15 },
        { 5000, 0.9659081550736919, 7.964808612799346e-33 },
    };
    static double x[5002];
    double W, p, again;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        for (size_t i = 0; i < known[k].n; i++)
            x[i + 1] = cos(0.9 * (double)(i * i)) + 0.3 * sin((double)i) + (i % 7 == 0 ? 0.5 : 0);
        x[0] = NAN;                               /* left out */
        assert_int_equal(metrics_normal_shapiro(x, known[k].n + 1, &W, &p, NULL), E_OK);
        near(W, known[k].W, 1e-8);
        near(p / known[k].p, 1, 1e-5);
    }
    /* Shapiro and Wilk, Biometrika 52, 591 (1965): W = 0.79, p below 0.01 */
    const double men[] = { 148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236 };
    metrics_normal_shapiro(men, 11, &W, &p, NULL);
    near(W, 0.7888146948631716, 1e-8);
    near(p, 0.006703814061898823, 1e-7);
    for (size_t i = 0; i < 5001; i++)
        x[i] = 1 + 1e-9 * (double)(i % 2);
    metrics_normal_shapiro(x, 5001, &W, &p, NULL);
    assert_true(isnan(W) && isnan(p));            /* more than it is made for */
    metrics_normal_shapiro(x, 2, &W, &p, NULL);
    assert_true(isnan(W) && isnan(p));
    metrics_normal_shapiro((const double[]){ 2, 2, 2, 2 }, 4, &W, &p, NULL);
    assert_true(isnan(W) && isnan(p));
    metrics_normal_shapiro(men, 11, &W, &p, NULL);
    double far[11];
    for (int i = 0; i < 11; i++)
        far[i] = 1e6 - 1e-3 * men[i];             /* mirrored, scaled, moved */
    metrics_normal_shapiro(far, 11, &again, &p, NULL);
    near(again, W, 1e-6);
    why w = { 0 };
    mem_fail_at(1);
    assert_int_equal(metrics_normal_shapiro(men, 11, &W, &p, &w), E_NOMEM);
    mem_fail_at(0);
}

/* A jump between two series is no change within one. */
static void several_series(void **state)
{
    (void)state;
    const double e[] = { 1, 2, 1, 2, 1, -9, -8, -9, -8, -9 };
    const size_t first[] = { 0, 5 };
    metrics_residual r;
    metrics_residual_of(e, 10, first, 2, 1, &r);
    near(r.durbin_watson, 8.0 / (11 + 9 * 9 * 3 + 64 * 2), 1e-14);
    assert_int_equal(r.lags, 1);
    metrics_residual_of(e, 0, NULL, 0, 0, &r);
    assert_true(isnan(r.mean) && isnan(r.durbin_watson) && isnan(r.ljung_box_p) && isnan(r.jarque_bera_p));
    const double flat[] = { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 };
    metrics_residual_of(flat, 10, NULL, 0, 0, &r);
    assert_true(r.durbin_watson == 0 && isnan(r.jarque_bera) && isnan(r.acf[1]) && isnan(r.ljung_box));
}

static double mean_of(void *ctx, const size_t *row, size_t n)
{
    const double *v = ctx;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[row[i]];
    return sum / (double)n;
}

/* np.percentile([1, 2, 4, 8, 16], [2.5, 50, 90]) */
static void percentile(void **state)
{
    (void)state;
    const double v[] = { 1, 2, 4, 8, 16 };
    near(metrics_percentile(v, 5, 0.025), 1.1, 1e-12);
    near(metrics_percentile(v, 5, 0.5), 4, 1e-12);
    near(metrics_percentile(v, 5, 0.9), 12.8, 1e-12);
    near(metrics_percentile(v, 5, 1), 16, 1e-12);
    assert_true(isnan(metrics_percentile(v, 0, 0.5)));
}

/* 400 values without memory: the mean's interval is 1.96 / sqrt(400) either way; of an AR(1) series of 0.8 it is
 * sqrt((1 + 0.8) / (1 - 0.8)) = 3 times as wide as its values' spread would say, of which blocks of 20 see most. */
static void intervals(void **state)
{
    (void)state;
    double v[400], ar[400], out[2], again[2], x = 0;
    for (int i = 0; i < 400; i++) {
        v[i] = random_normal(7, 1, (uint64_t)i, 1);
        x = 0.8 * x + 0.6 * v[i];                 /* standard deviation 1 */
        ar[i] = x;
    }
    metrics_bootstrap b = { .n = 400, .block = 1, .samples = 2000, .seed = 3, .score = mean_of, .ctx = v };
    assert_int_equal(metrics_bootstrap_run(&b, out, NULL), E_OK);
    near((out[1] - out[0]) / 2, 1.96 / 20, 0.012);
    metrics_bootstrap_run(&b, again, NULL);
    assert_true(out[0] == again[0] && out[1] == again[1]);        /* the seed is all there is */
    b.ctx = ar;
    metrics_bootstrap_run(&b, out, NULL);
    double narrow = out[1] - out[0];
    b.block = 20;
    metrics_bootstrap_run(&b, out, NULL);
    assert_true((out[1] - out[0]) / narrow > 2 && (out[1] - out[0]) / narrow < 3.5);
}

/* Two cells that differ: how many there are is what bounds the knowledge, not their rows. */
static void cells_are_drawn(void **state)
{
    (void)state;
    double v[200], out[2];
    const size_t first[] = { 0, 50, 100, 150 };
    for (int i = 0; i < 200; i++)
        v[i] = i / 50;
    metrics_bootstrap b = { .n = 200, .nseries = 4, .first = first, .samples = 500, .score = mean_of, .ctx = v };
    metrics_bootstrap_run(&b, out, NULL);
    assert_true(out[0] < 0.75 && out[1] > 2.25);
    b.n = 2;
    b.nseries = 0;
    metrics_bootstrap_run(&b, out, NULL);
    assert_true(isnan(out[0]) && isnan(out[1]));
    b.n = 200;
    mem_fail_at(1);
    assert_int_equal(metrics_bootstrap_run(&b, out, NULL), E_NOMEM);
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails),      cmocka_unit_test(shapiro_wilk), cmocka_unit_test(known),
        cmocka_unit_test(several_series),
        cmocka_unit_test(percentile), cmocka_unit_test(intervals), cmocka_unit_test(cells_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
