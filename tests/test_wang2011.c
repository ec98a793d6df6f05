/* SPDX-License-Identifier: MIT
 * test_wang2011.c - the check values of physics-facts.md sections 6.1 and 9; a life does not depend on the step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };

static void condition(rig *g, double kelvin, double c_rate)
{
    uint32_t n = g->tile.n;
    rig_fill(rig_in(g, "depth"), n, 1);
    rig_fill(rig_in(g, "temperature_mean"), n, kelvin);
    rig_fill(rig_in(g, "c_rate"), n, c_rate);
}

static rig *fresh(const char *b)
{
    rig *g = rig_open("wang2011");
    rig_value(g, "nominal_capacity")->real = 2;
    rig_value(g, "b")->real = strcmp(b, "points") == 0 ? 0 : strcmp(b, "cubic") == 0 ? 1 : 2;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static double percent_at_2000(const char *b, double celsius, double c_rate, int rows)
{
    rig *g = fresh(b);
    condition(g, celsius + 273.15, c_rate);
    rig_fill(g->dt, N, 1000.0 / rows);
    for (int i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    double loss = rig_out(g, "loss")[N - 1];
    rig_close(g);
    return 100 * loss;
}

/* 4 decimals are printed: half of the last one.  The cubic is within 1e-5 of the points it was put through. */
static void published_points(void **state)
{
    (void)state;
    static const double rate[] = { 0.5, 2, 6, 10 };
    static const double at25[] = { 6.2258, 5.3394, 5.7897, 12.6212 }, at60[] = { 23.6739, 19.8309, 20.1949, 41.3449 };
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(percent_at_2000("points", 25, rate[i], 7) - at25[i]) < 6e-5);
        assert_true(fabs(percent_at_2000("points", 60, rate[i], 1000) - at60[i]) < 6e-5);
        assert_true(rig_near(percent_at_2000("cubic", 25, rate[i], 1), at25[i], 1e-4));
    }
}

static void between_the_points(void **state)
{
    (void)state;
    double slow = percent_at_2000("points", 25, 0.5, 1), two = percent_at_2000("points", 25, 2, 1);
    double at = percent_at_2000("points", 25, 4, 1);
    double E4 = 31700 - 370.3 * 4, RT = 8.314 * 298.15;
    double want = (21681 + 12934) / 2.0 * exp(-E4 / RT) * pow(2000, 0.55);
    assert_true(rig_near(at, want, 1e-12));
    assert_true(two < slow);                                    /* so it is in the published fit */
    double outside = 15512 * exp(-(31700 - 370.3 * 12) / RT) * pow(2000, 0.55);
    assert_true(rig_near(percent_at_2000("points", 25, 12, 1), outside, 1e-12));
}

static void fit_to_half_c_alone(void **state)
{
    (void)state;
    rig *g = rig_open("wang2011");
    rig_value(g, "nominal_capacity")->real = 2;
    rig_value(g, "b")->real = 2;
    rig_value(g, "activation")->real = 31500;
    rig_value(g, "activation_rate")->real = 0;
    rig_value(g, "exponent")->real = 0.552;
    assert_int_equal(rig_make(g, N, NULL), 0);
    condition(g, 298.15, 0.5);
    rig_fill(g->dt, N, 1000);
    assert_int_equal(rig_step(g), 0);
    assert_true(fabs(100 * rig_out(g, "loss")[0] - 6.0978) < 6e-5);
    rig_close(g);
}

/* Two years of one cycle a day, summers warm and fast: rows of 1/part of a day. */
static double life(int part)
{
    rig *g = fresh("points");
    rig_fill(g->dt, N, 1.0 / part);
    for (int day = 0; day < 730; day++) {
        condition(g, 298.15 + 15 * sin(day * 2 * M_PI / 365), 1 + day % 3);
        for (int i = 0; i < part; i++)
            assert_int_equal(rig_step(g), 0);
    }
    double loss = rig_out(g, "loss")[0];
    rig_close(g);
    return loss;
}

static void step_does_not_matter(void **state)
{
    (void)state;
    double day = life(1);
    assert_true(day > 0.03);
    assert_true(rig_near(life(24), day, 1e-9));
    assert_true(rig_near(life(1440), day, 1e-9));
}

/* Section 9 as written: y+ = k ((y/k)^(1/p) + dx)^p, over conditions that change each row; 1e-12. */
static void virtual_time(void **state)
{
    (void)state;
    rig *g = fresh("points");
    double y = 0;
    for (int row = 0; row < 300; row++) {
        double T = 283.15 + row % 40, C = 0.5 + row % 9;
        condition(g, T, C);
        assert_int_equal(rig_step(g), 0);
        double upper = C < 6 ? 21681 - (C - 2) * 8747 / 4 : 12934 + (C - 6) * 2578 / 4;
        double B = C < 2 ? 31630 - (C - 0.5) * 9949 / 1.5 : upper;
        double k = B * exp((-31700 + 370.3 * C) / (8.314 * T));
        y = k * pow(pow(y / k, 1 / 0.55) + 2, 0.55);
    }
    assert_true(rig_near(100 * rig_out(g, "loss")[0], y, 1e-12));
    rig_close(g);
}

static void starts_used(void **state)
{
    (void)state;
    rig *g = rig_open("wang2011");
    rig_value(g, "initial_loss")->real = 0.07;
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(rig_out(g, "loss")[3], 0.07, 1e-14));
    rig_close(g);
    g = rig_open("wang2011");
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_out(g, "loss")[3] == 0);
    rig_close(g);
}

static void unknown_inputs(void **state)
{
    (void)state;
    rig *g = fresh("points");
    condition(g, 298.15, 1);
    rig_in(g, "c_rate")[2] = NAN;
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[2], FADE_EINVAL);
    assert_int_equal(g->tile.status[1], 0);
    assert_int_equal(g->lane, 2);
    assert_non_null(strstr(g->text, "c_rate is not known"));
    rig_fill(rig_in(g, "temperature_mean"), N, 500);            /* far past the end of life: the loss stops at 1 */
    rig_fill(rig_in(g, "c_rate"), N, 10);
    rig_fill(g->dt, N, 1e9);
    assert_int_equal(rig_step(g), 0);
    assert_true(rig_out(g, "loss")[0] == 1);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_points), cmocka_unit_test(between_the_points), cmocka_unit_test(fit_to_half_c_alone),
        cmocka_unit_test(step_does_not_matter), cmocka_unit_test(virtual_time), cmocka_unit_test(starts_used),
        cmocka_unit_test(unknown_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
