/* SPDX-License-Identifier: MIT
 * test_metrics.c - errors worked out by hand, and what cannot be said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/study/metrics.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-13 * fmax(1, fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

static metrics of(const double (*pair)[2], size_t n) /* target, predicted */
{
    metrics m = { 0 };
    for (size_t i = 0; i < n; i++)
        metrics_add(&m, pair[i][0], pair[i][1]);
    return m;
}

/* targets 1 2 4 5, errors 1 -1 2 0: squares 6, SS_target 10 */
static const double four[][2] = { { 1, 2 }, { 2, 1 }, { 4, 6 }, { 5, 5 } };

static void by_hand(void **state)
{
    (void)state;
    metrics m = of(four, 4);
    assert_int_equal(m.n, 4);
    near(metrics_mse(&m), 1.5);
    near(metrics_rmse(&m), sqrt(1.5));
    near(metrics_mae(&m), 1);
    near(metrics_worst(&m), 2);
    near(metrics_bias(&m), 0.5);
    near(metrics_sd(&m), sqrt(5.0 / 3));
    near(metrics_mape(&m), 100 * (1 + 0.5 + 0.5 + 0) / 4);
    near(metrics_smape(&m), 100 * (2.0 / 3 + 2.0 / 3 + 0.4 + 0) / 4);
    near(metrics_r2(&m), 0.4);
}

static void nothing_and_one(void **state)
{
    (void)state;
    metrics m = { 0 };
    assert_int_equal(m.n, 0);
    assert_true(isnan(metrics_rmse(&m)) && isnan(metrics_mse(&m)) && isnan(metrics_mae(&m)) &&
                isnan(metrics_worst(&m)) && isnan(metrics_bias(&m)) && isnan(metrics_sd(&m)));
    assert_true(isnan(metrics_mape(&m)) && isnan(metrics_smape(&m)) && isnan(metrics_r2(&m)));
    metrics_add(&m, 2, 2.5);
    near(metrics_rmse(&m), 0.5);
    near(metrics_mae(&m), 0.5);
    near(metrics_bias(&m), 0.5);
    near(metrics_mape(&m), 25);
    assert_true(isnan(metrics_sd(&m)) && isnan(metrics_r2(&m)));
}

static void zeros_and_constants(void **state)
{
    (void)state;
    static const double zeros[][2] = { { 0, 0 }, { 0, 0 } }, some[][2] = { { 0, 1 }, { 2, 1 } };
    metrics m = of(zeros, 2);
    assert_true(metrics_rmse(&m) == 0 && metrics_smape(&m) == 0 && isnan(metrics_mape(&m)) && isnan(metrics_r2(&m)));
    m = of(some, 2);
    near(metrics_mape(&m), 50); /* of the one that has a percentage */
    near(metrics_smape(&m), 100 * (2 + 2.0 / 3) / 2);
    m = (metrics){ 0 };
    for (int i = 0; i < 1000; i++)
        metrics_add(&m, 0.1, 0.1 + (i % 2 ? 0.01 : -0.01));
    assert_true(isnan(metrics_r2(&m)));
    near(metrics_rmse(&m), 0.01);
    for (int k = 0; k < 2; k++) { /* the mean itself has r2 0; 1 off the mean: 4 more squares over 10 */
        m = (metrics){ 0 };
        for (int i = 0; i < 4; i++)
            metrics_add(&m, four[i][0], 3 + k);
        near(metrics_r2(&m), -0.4 * k);
    }
}

static void unknown_pairs(void **state)
{
    (void)state;
    metrics m = of(four, 4), all;
    metrics_add(&m, NAN, 1);
    metrics_add(&m, 1, NAN);
    metrics_add(&m, INFINITY, 1);
    assert_int_equal(m.skipped, 3);
    all = of(four, 4);
    all.skipped = 3;
    assert_memory_equal(&m, &all, sizeof m);
}

static void large_offsets(void **state) /* a naive sum of squares would have lost r2 */
{
    (void)state;
    metrics m = { 0 };
    for (int i = 0; i < 100000; i++)
        metrics_add(&m, 1e8 + i % 10, 1e8 + i % 10 + 0.5);
    near(metrics_rmse(&m), 0.5);
    assert_true(fabs(metrics_r2(&m) - (1 - 0.25 / 8.25)) < 1e-9);
}

static void merged(void **state)
{
    (void)state;
    metrics a = of(four, 1), b = of(four + 1, 3), none = { 0 }, all = of(four, 4);
    b.skipped = 2;
    metrics_merge(&a, &b);
    metrics_merge(&a, &none);
    metrics_merge(&none, &a);

    assert_int_equal(none.n, 4);
    assert_int_equal(none.skipped, 2);
    double (*const figure[])(const metrics *) = { metrics_rmse,  metrics_mse,   metrics_mae,
                                                  metrics_worst, metrics_bias,  metrics_sd,
                                                  metrics_mape,  metrics_smape, metrics_r2 };
    for (size_t i = 0; i < sizeof figure / sizeof figure[0]; i++)
        near(figure[i](&none), figure[i](&all));
}

static void median(void **state)
{
    (void)state;
    metrics_kept k = { 0 };
    why w = { 0 };
    assert_true(isnan(metrics_median(&k)));
    static const double e[] = { 3, -1, 7, 0.5, NAN, -9 };
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(metrics_keep(&k, 10, 10 + e[i], &w), E_OK);
    near(metrics_median(&k), 2);
    for (size_t i = 4; i < 6; i++)
        assert_int_equal(metrics_keep(&k, 10, 10 + e[i], &w), E_OK);
    assert_int_equal(k.n, 5);
    near(metrics_median(&k), 3);
    for (int i = 0; i < 59; i++)
        metrics_keep(&k, 0, i, &w);
    mem_fail_at(1);
    assert_int_equal(metrics_keep(&k, 0, 1, &w), E_NOMEM);
    mem_fail_at(0);
    assert_non_null(strstr(w.text, "128 errors"));
    assert_int_equal(k.n, 64);
    metrics_kept_free(&k);
    assert_null(k.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),       cmocka_unit_test(nothing_and_one), cmocka_unit_test(zeros_and_constants),
        cmocka_unit_test(unknown_pairs), cmocka_unit_test(large_offsets),   cmocka_unit_test(merged),
        cmocka_unit_test(median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
