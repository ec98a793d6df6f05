/* SPDX-License-Identifier: MIT
 * test_metrics_life.c - ends of life with "at least" on either side, worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/study/metrics_life.h"
#include <math.h>

static void near(double a, double is)
{
    if (!(fabs(a - is) <= 1e-9 * fmax(1, fabs(is))))
        fail_msg("%.15g is not %.15g", a, is);
}

#define KNOWN(p, o, l, u) { .predicted = (p), .observed = (o), .lower = (l), .upper = (u) }
static const life_pair lives[] = {
    KNOWN(110, 100, 90, 120),                                                              /* 10 late, in its band */
    KNOWN(180, 200, 190, 220),                                                             /* 20 early */
    { .predicted = 250, .observed = 300, .censored = true, .lower = 200, .upper = 260 },   /* 50 early at least */
    { .predicted = 400, .observed = 300, .censored = true, .lower = 350, .upper = 450 },   /* agrees */
    { .predicted = 500, .observed = 300, .censored = true, .open = true, .lower = NAN, .upper = NAN },
    { .predicted = 500, .observed = 460, .open = true, .lower = 380, .upper = INFINITY },  /* 40 late at least */
    { .predicted = 500, .observed = 600, .open = true, .lower = NAN, .upper = NAN },    /* its rows ended before */
    KNOWN(NAN, 100, NAN, NAN),
};

static void errors(void **state)
{
    (void)state;
    metrics_life m;
    assert_int_equal(metrics_life_of(lives, 8, &m, NULL), E_OK);
    assert_int_equal(m.n, 7);
    assert_int_equal(m.skipped, 1);
    assert_int_equal(m.exact, 2);
    assert_int_equal(m.agree, 2);
    assert_int_equal(m.early, 1);
    assert_int_equal(m.late, 1);
    assert_int_equal(m.unsaid, 1);
    near(m.mae, 15);
    near(m.bias, -5);
    near(m.rmse, sqrt(250));
    near(m.median, 15);
    near(m.largest, 20);
    near(m.relative, 0.1);
    near(m.mae_least, (10 + 20 + 50 + 40) / 4.0);
    assert_int_equal(m.with_band, 4);             /* two known, one open above, one that outlived its band */
    assert_int_equal(m.in_band, 3);
    assert_int_equal(m.open_band, 1);
}

/* In the distribution of 5, 50 and 95 %: 100 in 90 110 120 at 0.05 + 0.45 / 2; 200 in 180 190 220 on the way from 0.5;
 * what is open or censored is spread. */
static void even(void **state)
{
    (void)state;
    metrics_life m;
    const life_pair one[] = { KNOWN(110, 100, 90, 120) }, two[] = { KNOWN(190, 205, 180, 220) };
    metrics_life_of(one, 1, &m, NULL);
    near(m.pit.ks, 1 - 0.275);
    metrics_life_of(two, 1, &m, NULL);
    near(m.pit.ks, 0.725);
    const life_pair below[] = { KNOWN(110, 10, 90, 120) };
    metrics_life_of(below, 1, &m, NULL);
    near(m.pit.bin[0], 1);
    near(m.pit.ks, 0.95);
    const life_pair alive[] = { { .predicted = 110, .observed = 50, .censored = true, .lower = 90, .upper = 120 } };
    metrics_life_of(alive, 1, &m, NULL);          /* younger than it may end: nothing is known */
    near(m.pit.ks, 0);
    metrics_life_of(lives, 8, &m, NULL);
    assert_int_equal(m.pit.n, 5);
}

/* Of 100 < 200 < 300+ the order is known three times; predicted in order 110, 250, 180: two of three are right. */
static void concordance(void **state)
{
    (void)state;
    life_pair p[] = { KNOWN(110, 100, NAN, NAN), KNOWN(250, 200, NAN, NAN), KNOWN(180, 300, NAN, NAN) };
    metrics_life m;
    p[2].censored = true;
    metrics_life_of(p, 3, &m, NULL);
    assert_int_equal(m.comparable, 3);
    near(m.concordance, 2.0 / 3);
    p[1].censored = true;                         /* 200+ and 300+: nobody knows */
    metrics_life_of(p, 3, &m, NULL);
    assert_int_equal(m.comparable, 2);
    near(m.concordance, 1);
    p[0].predicted = p[1].predicted = p[2].predicted = 5;
    metrics_life_of(p, 3, &m, NULL);
    near(m.concordance, 0.5);
    metrics_life_of(p, 0, &m, NULL);
    assert_true(isnan(m.concordance) && isnan(m.mae) && isnan(m.mae_least) && isnan(m.relative));
}

static const double level[] = { 0.05, 0.5, 0.95 };
static const double q[] = { 50, 100, 150, 50, 100, 150, 50, 100, 150 };

static void pit(void **state)
{
    (void)state;
    life_pair p[] = { KNOWN(100, 100, NAN, NAN), KNOWN(100, 60, NAN, NAN), KNOWN(100, 100, NAN, NAN) };
    metrics_pit m;
    p[2].censored = true;                         /* half of it is still ahead: bins 5 to 9, a fifth each */
    assert_int_equal(metrics_life_pit(level, 3, q, p, 3, &m, NULL), E_OK);
    assert_int_equal(m.n, 3);
    near(m.bin[5], 1 + 0.2);
    near(m.bin[1], 1);                            /* 0.05 + 0.45 * 10 / 50 */
    near(m.bin[9], 0.2);
    near(m.bin[0], 0);
    mem_fail_at(1);
    assert_int_equal(metrics_life_pit(level, 3, q, p, 3, &m, NULL), E_NOMEM);
    mem_fail_at(0);
}

static void within_a_horizon(void **state)
{
    (void)state;
    life_pair p[] = { KNOWN(100, 70, NAN, NAN), KNOWN(100, 90, NAN, NAN), KNOWN(100, 75, NAN, NAN) };
    double prob[3], came[3];
    p[1].censored = p[2].censored = true;
    metrics_life_within(level, 3, q, p, 3, 80, prob, came);
    near(prob[0], 0.05 + 0.45 * 30 / 50);
    assert_true(came[0] == 1 && came[1] == 0 && isnan(came[2]));
    metrics_class c;
    metrics_class_of(prob, came, 3, 0.5, &c, NULL);
    assert_true(c.n == 2 && c.skipped == 1 && c.base_rate == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors),
        cmocka_unit_test(even),
        cmocka_unit_test(concordance),
        cmocka_unit_test(pit),
        cmocka_unit_test(within_a_horizon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
