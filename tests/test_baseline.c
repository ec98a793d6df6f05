/* SPDX-License-Identifier: MIT
 * test_baseline.c - naive forecasts by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/study/baseline.h"
#include <math.h>
#include <string.h>

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * fmax(1, fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

/* y 10 9 9 7 at x 1..4: drift -1 a row; line 11 - 0.9 x */
static void by_hand(void **state)
{
    (void)state;
    static const double y[] = { 10, 9, 9, 7 };
    baseline b = { 0 };
    for (int i = 0; i < 4; i++)
        baseline_add(&b, i + 1, y[i]);
    near(baseline_persistence(&b), 7);
    near(baseline_drift(&b, 4), 7);
    near(baseline_drift(&b, 9), 2);
    near(baseline_line(&b, 9), 11 - 0.9 * 9);
    near(baseline_line(&b, 1), 10.1);
}

static void few_values(void **state)
{
    (void)state;
    baseline b = { 0 };
    assert_true(isnan(baseline_persistence(&b)) && isnan(baseline_drift(&b, 5)) && isnan(baseline_line(&b, 5)));
    baseline_add(&b, 3, NAN);
    baseline_add(&b, NAN, 3);
    assert_int_equal(b.n, 0);
    baseline_add(&b, 3, 1.8);
    near(baseline_persistence(&b), 1.8);
    near(baseline_drift(&b, 50), 1.8);
    near(baseline_line(&b, 50), 1.8);
    baseline_add(&b, 3, 1.6); /* the same x twice is no slope */
    near(baseline_drift(&b, 50), 1.6);
    near(baseline_line(&b, 50), 1.7);
}

static void gaps_count(void **state) /* unknown rows between: the slope is per x, not per value */
{
    (void)state;
    baseline b = { 0 };
    baseline_add(&b, 1, 2.0);
    baseline_add(&b, 2, NAN);
    baseline_add(&b, 11, 1.9);
    near(baseline_drift(&b, 21), 1.8);
    near(baseline_line(&b, 21), 1.8);
    assert_int_equal(b.n, 2);
}

static void long_lives(void **state) /* a million rows far from zero keep their line */
{
    (void)state;
    baseline b = { 0 };
    for (int i = 0; i < 1000000; i++)
        baseline_add(&b, 1e6 + i, 5 - 1e-6 * i + (i % 2 ? 1e-3 : -1e-3));
    assert_true(fabs(baseline_line(&b, 3e6) - (5 - 2)) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(by_hand), cmocka_unit_test(few_values),
                                        cmocka_unit_test(gaps_count), cmocka_unit_test(long_lives) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
