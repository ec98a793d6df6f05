/* SPDX-License-Identifier: MIT
 * test_exp_fade.c - the check values of physics-facts.md section 2, and where the law ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };

static rig *fresh(double celsius, double charge_time)
{
    rig *g = rig_open("exp-fade");
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_fill(rig_in(g, "temperature_mean"), N, celsius);
    rig_fill(rig_param(g, "charge_time"), N, charge_time);
    return g;
}

static void check_values(void **state)                          /* 6 decimals printed: half of the last one */
{
    (void)state;
    static const struct { int n; double T, t, f_d, left; } want[] = {
        { 1, 32.57, 3690, 0.001147, 0.998853 },
        { 100, 32.57, 3690, 0.114745, 0.891593 },
        { 168, 34, 3000, 0.247520, 0.780735 },
        { 500, 25, 3600, 0.451389, 0.636743 },
    };
    for (size_t k = 0; k < 4; k++) {
        rig *g = fresh(want[k].T, want[k].t);
        for (int i = 0; i < want[k].n; i++)
            assert_int_equal(rig_step(g), 0);
        assert_true(fabs(rig_x(g, "f_d")[5] - want[k].f_d) < 6e-7);
        assert_true(fabs(1 - rig_out(g, "loss")[5] - want[k].left) < 6e-7);
        rig_close(g);
    }
}

static void step_does_not_matter(void **state)
{
    (void)state;
    rig *a = fresh(30, 3600), *b = fresh(30, 3600);
    rig_fill(a->dt, N, 500);
    rig_fill(b->dt, N, 1.0 / 1440);
    assert_int_equal(rig_step(a), 0);
    for (int i = 0; i < 500 * 1440; i++)
        rig_step(b);
    assert_true(rig_near(rig_out(b, "loss")[0], rig_out(a, "loss")[0], 1e-9));
    rig_close(a);
    rig_close(b);
}

static void ends_at_zero_celsius(void **state)
{
    (void)state;
    rig *g = fresh(25, 3600);
    rig_in(g, "temperature_mean")[1] = 0;
    rig_in(g, "temperature_mean")[2] = -5;
    rig_in(g, "temperature_mean")[4] = NAN;
    assert_int_equal(rig_step(g), 0);
    static const int32_t want[N] = { 0, FADE_ERANGE, FADE_ERANGE, 0, FADE_EINVAL, 0, 0, 0 };
    assert_memory_equal(g->tile.status, want, sizeof want);
    assert_int_equal(g->said, 3);
    assert_non_null(strstr(g->text, "temperature_mean is not known"));
    assert_true(rig_x(g, "f_d")[2] == 0);
    assert_true(rig_x(g, "f_d")[3] > 0);
    rig_fill(rig_in(g, "temperature_mean"), N, 25);
    rig_in(g, "temperature_mean")[6] = -5;
    rig_step(g);
    assert_non_null(strstr(g->text, "-5 degC"));
    assert_non_null(strstr(g->text, "above 0 degC"));
    rig_param(g, "charge_time")[7] = NAN;                       /* a live parameter bound to a column not known yet */
    rig_step(g);
    assert_int_equal(g->tile.status[7], FADE_EINVAL);
    assert_non_null(strstr(g->text, "charge_time is not known"));
    rig_close(g);
}

static void starts_used(void **state)                           /* L = 1 - (1 - L0) exp(-f_d) */
{
    (void)state;
    rig *g = rig_open("exp-fade");
    rig_value(g, "initial_loss")->real = 0.1;
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(rig_out(g, "loss")[0], 0.1, 1e-14));
    rig_fill(rig_in(g, "temperature_mean"), N, 25);
    rig_fill(g->dt, N, 500);
    assert_int_equal(rig_step(g), 0);
    assert_true(fabs(rig_out(g, "loss")[0] - (1 - 0.9 * 0.636743)) < 1e-6);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(check_values), cmocka_unit_test(step_does_not_matter),
                                        cmocka_unit_test(ends_at_zero_celsius), cmocka_unit_test(starts_used) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
