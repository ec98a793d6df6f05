/* SPDX-License-Identifier: MIT
 * test_reversible.c - capacity that comes back in rest: the recursion cycle by cycle, alike cycles at once, rests that
 * nobody knows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };

static const double A = 0.05, TAU = 1e5, LAMBDA = 0.85;

static rig *fresh(void)
{
    rig *g = rig_open("reversible");
    rig_value(g, "amplitude")->real = A;
    rig_value(g, "tau")->real = TAU;
    rig_value(g, "lambda")->real = LAMBDA;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static void rest(rig *g, double seconds, double cycles)
{
    for (int i = 0; i < N; i++) {
        rig_in(g, "rest")[i] = seconds;
        g->dt[i] = cycles;
    }
    assert_int_equal(rig_step(g), 0);
}

static void cycle_by_cycle(void **state)
{
    (void)state;
    rig *g = fresh();
    double u = 0;
    for (int n = 0; n < 400; n++) {
        double s = 600 + 7e4 * (n % 13 == 0) + 37 * n;
        u *= exp(-s / TAU);
        double met = A * u;
        u += (1 - LAMBDA) * (1 - u);
        rest(g, s, 1);
        assert_true(fabs(rig_out(g, "loss")[3] - met) < 1e-14);
    }
    rig_close(g);
}

static void alike_cycles_at_once(void **state)
{
    (void)state;
    rig *one = fresh(), *many = fresh(), *half = fresh();
    for (int n = 0; n < 30; n++)
        rest(one, 3600, 1);
    rest(many, 3600, 30);
    for (int n = 0; n < 60; n++)
        rest(half, 3600, 0.5);
    assert_true(fabs(rig_out(one, "loss")[0] - rig_out(many, "loss")[0]) < 1e-14);
    assert_true(fabs(rig_out(one, "loss")[0] - rig_out(half, "loss")[0]) < 1e-14);
    rig_close(one);
    rig_close(many);
    rig_close(half);
}

static void a_long_rest_brings_it_back(void **state)
{
    (void)state;
    rig *g = fresh();
    rest(g, 0, 1000);
    assert_true(fabs(rig_out(g, "loss")[0] - A) < 1e-12);     /* cycled without rest: all of it is away */
    rest(g, 100 * TAU, 1);
    assert_true(rig_out(g, "loss")[0] < 1e-12);
    rest(g, 0, 0);                                            /* no cycle, no change */
    assert_true(rig_out(g, "loss")[0] < 1e-12);
    rig_close(g);
}

static void rests_nobody_knows(void **state)
{
    (void)state;
    rig *g = fresh();
    for (int n = 0; n < 20; n++)
        rest(g, NAN, 1);
    assert_true(rig_out(g, "loss")[0] == 0);                  /* the irreversible law stands alone */
    assert_int_equal(g->said, 1);
    assert_non_null(strstr(g->text, "rest is unknown"));
    rest(g, 0, 50);
    double before = rig_out(g, "loss")[0];
    rest(g, NAN, 50);
    assert_true(before > 0.01 && rig_out(g, "loss")[0] == before);
    assert_int_equal(g->said, 1);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycle_by_cycle),
        cmocka_unit_test(alike_cycles_at_once),
        cmocka_unit_test(a_long_rest_brings_it_back),
        cmocka_unit_test(rests_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
