/* SPDX-License-Identifier: MIT
 * test_thevenin.c - the small cell against its closed forms, and through a constant-current, constant-voltage and rest
 * step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };
static const double R0 = 0.03, R1 = 0.02, C1 = 2000, Q = 2, HEAT = 40, COOLING = 0.05;
static const double line[] = { 0, 1, 3, 4.2 }; /* a straight open-circuit voltage: 3 V + 1.2 V * SoC */

static rig *fresh(double soc)
{
    rig *g = rig_open("thevenin");
    rig_value(g, "ocv")->v = line;
    rig_value(g, "ocv")->n = 2;
    rig_value(g, "initial_soc")->real = soc;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static void drive(rig *g, int control, double demand, double dt)
{
    rig_fill(rig_in(g, "control"), g->tile.n, control);
    rig_fill(rig_in(g, "demand"), g->tile.n, demand);
    rig_fill(g->dt, g->tile.n, dt);
    assert_int_equal(rig_step(g), 0);
}

static double now(rig *g, const char *key)
{
    return rig_out(g, key)[N - 1];
}

/* Constant current: v1 = I r1 (1 - exp(-t / tau)), V = OCV - I r0 - v1, at any dt, to 1e-12. */
static void constant_current(void **state)
{
    (void)state;
    for (double dt = 0.5; dt < 400; dt *= 3) {
        rig *g = fresh(0.9);
        for (int k = 1; k <= 5; k++) {
            drive(g, FADE_BY_CURRENT, 3, dt);
            double t = k * dt, v1 = 3 * R1 * -expm1(-t / (R1 * C1)), soc = 0.9 - 3 * t / 3600 / Q;
            assert_true(rig_near(now(g, "soc"), soc, 1e-12));
            assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * soc - 3 * R0 - v1, 1e-12));
            assert_true(rig_near(now(g, "power"), 3 * now(g, "voltage"), 1e-15));
            assert_true(rig_near(now(g, "heat"), 9 * R0 + v1 * v1 / R1, 1e-12));
            assert_true(rig_near(now(g, "throughput"), 3 * dt / 3600, 1e-14));
        }
        rig_close(g);
    }
}

static void observe_is_at_t(void **state) /* the jump at a new step: only r0 is felt */
{
    (void)state;
    rig *g = fresh(0.5);
    rig_fill(rig_in(g, "demand"), N, 2);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(now(g, "voltage"), 3.6 - 2 * R0, 1e-14));
    assert_true(now(g, "throughput") == 0);
    rig_fill(rig_in(g, "control"), N, FADE_BY_VOLTAGE);
    rig_fill(rig_in(g, "demand"), N, 3.66);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(now(g, "current"), -0.06 / R0, 1e-12));
    rig_close(g);
}

/* The demand is met at the end of the step; the current stands through it, so V = OCV - I r0 - v1 must also hold. */
static void demands_are_met(void **state)
{
    (void)state;
    static const struct {
        int control;
        double demand;
    } want[] = {
        { FADE_BY_VOLTAGE, 3.9 }, { FADE_BY_VOLTAGE, 3.2 },    { FADE_BY_POWER, 8 },
        { FADE_BY_POWER, -8 },    { FADE_BY_RESISTANCE, 1.5 },
    };
    for (size_t k = 0; k < 5; k++) {
        rig *g = fresh(0.6);
        for (int j = 0; j < 20; j++) {
            drive(g, want[k].control, want[k].demand, 7);
            assert_int_equal(g->tile.status[0], 0);
            double V = now(g, "voltage"), I = now(g, "current"), got[] = { I, V, V * I, V / I };
            assert_true(rig_near(got[want[k].control], want[k].demand, 1e-9));
            double soc = 1 - rig_x(g, "charge")[N - 1] / Q;
            assert_true(rig_near(V, 3 + 1.2 * soc - I * R0 - rig_x(g, "v1")[N - 1], 1e-12));
        }
        rig_close(g);
    }
}

/* Constant voltage converges as dt to the exact two-pole decay: halving dt halves the error. */
static void constant_voltage_converges(void **state)
{
    (void)state;
    double charge[3];
    for (int k = 0; k < 3; k++) {
        double dt = 8.0 / (1 << k);
        rig *g = fresh(0.6);
        for (int j = 0; j < 100 << k; j++)
            drive(g, FADE_BY_VOLTAGE, 3.9, dt);
        charge[k] = rig_x(g, "charge")[0];
        rig_close(g);
    }
    double ratio = (charge[0] - charge[1]) / (charge[1] - charge[2]);
    assert_true(ratio > 1.8 && ratio < 2.2);
}

static void heat_and_rest(void **state)
{
    (void)state;
    rig *g = fresh(1);
    for (int i = 0; i < 400; i++) /* v1 has settled: q = I^2 (r0 + r1) */
        drive(g, FADE_BY_CURRENT, 1e-9, 100);
    double T0 = now(g, "temperature");
    assert_true(rig_near(T0, 298.15, 1e-12));
    rig_fill(rig_x(g, "v1"), N, 2 * R1);
    drive(g, FADE_BY_CURRENT, 2, 600);
    double q = 4 * (R0 + R1), rise = q / COOLING * -expm1(-COOLING * 600 / HEAT);
    assert_true(rig_near(now(g, "temperature") - T0, rise, 1e-10));
    rig_fill(rig_param(g, "cooling"), N, 0); /* adiabatic: every joule stays */
    rig_fill(rig_x(g, "v1"), N, 0);
    double T = now(g, "temperature"), joule = 0;
    for (int i = 0; i < 3000; i++) {
        drive(g, FADE_BY_CURRENT, 2, 0.1);
        joule += 0.1 * (4 * R0 + R1 * pow(2 * -expm1(-(i + 0.5) * 0.1 / (R1 * C1)), 2));
    }
    assert_true(rig_near(now(g, "temperature") - T, joule / HEAT, 1e-6));
    T = now(g, "temperature");
    drive(g, FADE_BY_CURRENT, 2, 300); /* in one step of 300 s the same heat as r0 and r1 give */
    assert_true(now(g, "temperature") > T);
    rig_fill(rig_param(g, "cooling"), N, COOLING);
    rig_fill(rig_in(g, "temperature_ambient"), N, 273.15);
    drive(g, FADE_BY_CURRENT, 0, 1e3); /* the heat of a step is its mean: v1 dies away in the first */
    drive(g, FADE_BY_CURRENT, 0, 1e6);
    assert_true(rig_near(now(g, "temperature"), 273.15, 1e-12));
    assert_true(fabs(rig_x(g, "v1")[0]) < 1e-12);
    assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * now(g, "soc"), 1e-12));
    rig_close(g);
}

/* CC to 4.1 V by bisection on dt, CV until 50 mA, rest: charge, throughput and temperature add up. */
static void protocol(void **state)
{
    (void)state;
    rig *g = fresh(0.3);
    double moved = 0, start = rig_x(g, "charge")[0], dt = 30;
    rig_fill(rig_in(g, "control"), N, FADE_BY_CURRENT);
    rig_fill(rig_in(g, "demand"), N, -2);
    while (fabs(now(g, "voltage") - 4.1) > 1e-9) {
        rig_fill(g->dt, N, dt);
        rig_call(g, g->model->step);
        assert_int_equal(g->tile.status[0], 0);
        if (now(g, "voltage") > 4.1 + 1e-9) {
            dt /= 2;
            continue;
        }
        moved += now(g, "throughput");
        rig_take(g);
    }
    assert_true(rig_near(now(g, "soc"), (4.1 - 2 * R0 - 2 * R1 - 3) / 1.2, 1e-6)); /* v1 has settled by then */
    double cc = now(g, "current");
    do {
        drive(g, FADE_BY_VOLTAGE, 4.1, fmin(g->tile.wish[0], 10));
        assert_true(g->tile.wish[0] < 30);
        moved += now(g, "throughput");
    } while (now(g, "current") < -0.05);
    assert_true(cc == -2);
    assert_true(rig_near(now(g, "voltage"), 4.1, 1e-10));
    drive(g, FADE_BY_CURRENT, 0, 3600);
    assert_true(g->tile.wish[0] > 600);
    assert_true(rig_near(start - rig_x(g, "charge")[0], moved, 1e-12));
    assert_true(now(g, "soc") > 0.91 && now(g, "soc") < 1.1 / 1.2);
    rig_close(g);
}

static void lost_capacity_makes_no_charge(void **state)
{
    (void)state;
    rig *g = fresh(1);
    drive(g, FADE_BY_CURRENT, 1, 1800);
    double out = rig_x(g, "charge")[0];
    rig_fill(rig_param(g, "capacity"), N, 1.6); /* live: as bound to an ageing law */
    drive(g, FADE_BY_CURRENT, 0, 60);
    assert_true(rig_x(g, "charge")[0] == out);
    assert_true(rig_near(now(g, "soc"), 1 - out / 1.6, 1e-14));
    rig_close(g);
}

static void refusals(void **state)
{
    (void)state;
    rig *g = fresh(0.5);
    drive(g, FADE_BY_POWER, 500, 10); /* V^2 / 4 r0 is 108 W */
    assert_int_equal(g->tile.status[0], FADE_ESOLVE);
    assert_non_null(strstr(g->text, "no current gives 500 W"));
    drive(g, FADE_BY_POWER, 95, 600); /* possible now, not for ten minutes */
    assert_int_equal(g->tile.status[0], FADE_RETRY);
    assert_true(g->tile.wish[0] == 150);
    drive(g, FADE_BY_POWER, 95, 1);
    assert_int_equal(g->tile.status[0], 0);
    drive(g, FADE_BY_CURRENT, 10, 3600); /* far past empty: smaller steps, then the end */
    assert_int_equal(g->tile.status[0], FADE_RETRY);
    rig_fill(rig_x(g, "charge"), N, 2.2);
    drive(g, FADE_BY_CURRENT, 10, 1);
    assert_int_equal(g->tile.status[0], FADE_ERANGE);
    assert_non_null(strstr(g->text, "state of charge"));
    rig_in(g, "demand")[0] = NAN;
    g->said = 0;
    rig_call(g, g->model->step);
    assert_int_equal(g->tile.status[0], FADE_EINVAL);
    rig_fill(rig_in(g, "control"), N, 7);
    rig_fill(rig_in(g, "demand"), N, 1);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_int_equal(g->tile.status[4], FADE_EINVAL);
    assert_non_null(strstr(g->text, "control is 7"));
    rig_close(g);
    g = rig_open("thevenin");
    rig_value(g, "ocv")->v = line;
    rig_value(g, "ocv")->n = 1;
    assert_int_equal(rig_make(g, N, NULL), FADE_EINVAL);
    rig_close(g);
}

static void example_curve_and_lanes(void **state) /* lanes at different steps; padding is left alone */
{
    (void)state;
    rig *g = rig_open("thevenin");
    rig_value(g, "initial_soc")->real = 0.8;
    assert_int_equal(rig_make(g, 16, NULL), 0);
    g->tile.live = 9;
    for (uint32_t i = 0; i < 16; i++) {
        rig_in(g, "control")[i] = i % 4;
        rig_in(g, "demand")[i] = (double[]){ 1, 3.9, 4, 2 }[i % 4];
        g->dt[i] = 1 + i / 4 * 5;
    }
    rig_out(g, "voltage")[12] = -1;
    assert_int_equal(rig_step(g), 0);
    assert_true(
        rig_near(rig_out(g, "voltage")[0], 3.94 - 1.0 / 3600 / 2 * 1.0 - 0.03 - 0.02 * -expm1(-1.0 / 40), 1e-4));
    assert_true(rig_near(rig_out(g, "voltage")[5], 3.9, 1e-10));
    assert_true(rig_near(rig_out(g, "power")[6], 4, 1e-10));
    assert_true(rig_out(g, "voltage")[12] == -1);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_current),
        cmocka_unit_test(observe_is_at_t),
        cmocka_unit_test(demands_are_met),
        cmocka_unit_test(constant_voltage_converges),
        cmocka_unit_test(heat_and_rest),
        cmocka_unit_test(protocol),
        cmocka_unit_test(lost_capacity_makes_no_charge),
        cmocka_unit_test(refusals),
        cmocka_unit_test(example_curve_and_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
