/* SPDX-License-Identifier: MIT
 * test_power_law.c - c n^z against the C library, in virtual time, and bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };

static rig *fresh(double c, double z)
{
    rig *g = rig_open("power-law");
    rig_value(g, "c")->real = c;
    rig_value(g, "z")->real = z;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static void is_the_power(void **state)                          /* 1e-14 of pow() */
{
    (void)state;
    static const double z[] = { 0.3, 0.5, 0.75, 1, 1.7 };
    for (size_t k = 0; k < 5; k++) {
        rig *g = fresh(1e-5, z[k]);
        for (int n = 1; n <= 700; n++) {
            assert_int_equal(rig_step(g), 0);
            assert_true(rig_near(rig_out(g, "loss")[0], 1e-5 * pow(n, z[k]), 1e-14));
        }
        rig_close(g);
    }
}

/* Section 9: y+ = k ((y/k)^(1/p) + dx)^p; and the same in steps of a cycle, of 1/24 and of 1/1440. */
static void virtual_time(void **state)
{
    (void)state;
    double y = 0, last[3];
    for (int i = 0; i < 400; i++)
        y = 0.004 * pow(pow(y / 0.004, 1 / 0.55) + 1, 0.55);
    static const int part[] = { 1, 24, 1440 };
    for (int k = 0; k < 3; k++) {
        rig *g = fresh(0.004, 0.55);
        rig_fill(g->dt, N, 1.0 / part[k]);
        for (int i = 0; i < 400 * part[k]; i++)
            rig_step(g);
        last[k] = rig_out(g, "loss")[0];
        rig_close(g);
    }
    assert_true(rig_near(last[0], y, 1e-12));
    assert_true(rig_near(last[1], last[0], 1e-9));
    assert_true(rig_near(last[2], last[0], 1e-9));
}

static void starts_and_ends(void **state)
{
    (void)state;
    rig *g = fresh(0.01, 0.5);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_out(g, "loss")[0] == 0);
    rig_fill(g->dt, N, 1e6);
    rig_step(g);
    assert_true(rig_out(g, "loss")[0] == 1);                    /* 10 by the formula */
    rig_close(g);
    g = rig_open("power-law");
    rig_value(g, "initial_n")->real = 400;
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_call(g, g->model->observe);
    assert_true(rig_near(rig_out(g, "loss")[N - 1], 0.1, 1e-14));
    rig_close(g);
}

static void lanes_differ(void **state)
{
    (void)state;
    rig *g = fresh(0.01, 0.5);
    rig_param(g, "z")[3] = 1;
    rig_param(g, "c")[5] = 0;
    rig_fill(g->dt, N, 9);
    rig_step(g);
    assert_true(rig_near(rig_out(g, "loss")[0], 0.03, 1e-14));
    assert_true(rig_near(rig_out(g, "loss")[3], 0.09, 1e-14));
    assert_true(rig_out(g, "loss")[5] == 0);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(is_the_power), cmocka_unit_test(virtual_time),
                                        cmocka_unit_test(starts_and_ends), cmocka_unit_test(lanes_differ) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
