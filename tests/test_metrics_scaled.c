/* SPDX-License-Identifier: MIT
 * test_metrics_scaled.c - MASE, Theil's two U, direction, skill and the plain errors against scikit-learn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/study/metrics.h"
#include "core/study/metrics_scaled.h"
#include <math.h>

enum { N = 24 };
static double t[N], p[N], b[N];

/* i = np.arange(24); t = 2 - 0.01 * i + 0.03 * np.sin(1.7 * i); p = t + 0.02 * np.cos(0.9 * i * i) + 0.005
 * b = np.r_[2.02, t[:-1]] */
static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < N; i++) {
        t[i] = 2 - 0.01 * i + 0.03 * sin(1.7 * i);
        p[i] = t[i] + 0.02 * cos(0.9 * i * i) + 0.005;
        b[i] = i ? t[i - 1] : 2.02;
    }
    return 0;
}

static void near(double a, double is)
{
    if (!(fabs(a - is) <= 1e-9 * fmax(1, fabs(is))))
        fail_msg("%.15g is not %.15g", a, is);
}

/* M.root_mean_squared_error(t, p), mean_absolute_error, median_absolute_error, max_error, r2_score,
 * mean_absolute_percentage_error; np.mean(p - t), np.std(p - t, ddof=1), np.mean(2 * abs(p - t) / (abs(p) + abs(t))) */
static void plain(void **state)
{
    (void)state;
    metrics m = { 0 };
    metrics_kept k = { 0 };
    for (int i = 0; i < N; i++) {
        metrics_add(&m, t[i], p[i]);
        assert_int_equal(metrics_keep(&k, t[i], p[i], NULL), E_OK);
    }
    near(metrics_rmse(&m), 0.012683660646495185);
    near(metrics_mae(&m), 0.010372267534711349);
    near(metrics_median(&k), 0.010588303661057563);
    near(metrics_worst(&m), 0.025);
    near(metrics_r2(&m), 0.9692718022804278);
    near(metrics_mape(&m), 0.5469393376714544);
    metrics_kept_free(&k);
}

/* sc = np.mean(np.abs(np.diff(t))); np.mean(abs(p - t)) / sc
 * np.sqrt(np.mean((p-t)**2)) / (np.sqrt(np.mean(t**2)) + np.sqrt(np.mean(p**2)))
 * np.sqrt(np.sum(((p-t)/b)**2) / np.sum(((t-b)/b)**2)); np.mean(np.sign(t-b) == np.sign(p-b)) */
static void scaled(void **state)
{
    (void)state;
    double scale = metrics_mase_scale(t, N);
    near(scale, 0.028970371693189067);
    near(metrics_mase(t, p, N, scale), 0.35803018492682537);
    near(metrics_theil_u1(t, p, N), 0.0033571175726195466);
    near(metrics_theil_u2(t, p, b, N), 0.38295392292650005);
    near(metrics_direction(t, p, b, N), 0.9166666666666666);
    near(metrics_skill(0.5, 2), 0.75);
}

static void no_change_is_one(void **state)
{
    (void)state;
    near(metrics_theil_u2(t, b, b, N), 1);
    near(metrics_direction(t, b, b, N), 0);
    near(metrics_theil_u1(t, t, N), 0);
}

static void what_cannot_be_said(void **state)
{
    (void)state;
    const double one[] = { 1, 1, 1 }, no[] = { NAN, NAN, NAN };
    assert_true(isnan(metrics_mase_scale(one, 1)) && isnan(metrics_mase_scale(no, 3)));
    near(metrics_mase_scale(one, 3), 0);
    assert_true(isnan(metrics_mase(one, one, 3, 0)) && isnan(metrics_mase(no, one, 3, 1)));
    assert_true(isnan(metrics_theil_u1(no, one, 3)) && isnan(metrics_theil_u2(one, one, one, 3)));
    assert_true(isnan(metrics_direction(one, one, one, 3)) && isnan(metrics_skill(1, 0)));
    const double gap[] = { 1, NAN, 3 };           /* a gap joins its two sides */
    near(metrics_mase_scale(gap, 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),
        cmocka_unit_test(scaled),
        cmocka_unit_test(no_change_is_one),
        cmocka_unit_test(what_cannot_be_said),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
