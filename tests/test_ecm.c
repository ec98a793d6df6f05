/* SPDX-License-Identifier: MIT
 * test_ecm.c - the circuit model against closed forms, and against a fine integration of its equations by another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };
static const double R0 = 0.03, Q = 2, HEAT = 40, COOLING = 0.05;
static const double R[4] = { 0.02, 0.01, 0.005, 0.004 }, C[4] = { 2000, 5e4, 200, 5e5 };
static const double line[] = { 0, 1, 3, 4.2 };    /* 3 V + 1.2 V * soc */

static rig *begun(double soc, int pairs)
{
    rig *g = rig_open("ecm");
    rig_value(g, "ocv")->v = line;
    rig_value(g, "ocv")->n = 2;
    rig_value(g, "initial_soc")->real = soc;
    rig_value(g, "pairs")->real = pairs;
    for (int k = 0; k < 4; k++) {
        char key[3] = { 'r', (char)('1' + k), 0 };
        rig_value(g, key)->real = R[k];
        key[0] = 'c';
        rig_value(g, key)->real = C[k];
    }
    return g;
}

static rig *fresh(double soc, int pairs)
{
    rig *g = begun(soc, pairs);
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static void drive(rig *g, int control, double demand, double dt)
{
    rig_fill(rig_in(g, "control"), N, control);
    rig_fill(rig_in(g, "demand"), N, demand);
    rig_fill(g->dt, N, dt);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[N - 1], 0);
}

static double now(rig *g, const char *key) { return rig_out(g, key)[N - 1]; }

/* For `seconds`, as the model wishes its steps; energy and charge by trapezoids go to *wh, *ah (s). */
static void drive_for(rig *g, int control, double demand, double seconds, double most)
{
    double dt = 0.1;
    for (double t = 0; t < seconds - 1e-9;) {
        rig_fill(rig_in(g, "control"), N, control);
        rig_fill(rig_in(g, "demand"), N, demand);
        rig_fill(g->dt, N, fmin(dt, seconds - t));
        assert_int_equal(rig_step(g), 0);
        if (g->tile.status[0] == 0)
            t += g->dt[0];
        else
            assert_int_equal(g->tile.status[0], FADE_RETRY);
        dt = fmin(most, fmin(g->tile.wish[0], 2 * g->dt[0]));
    }
}

/* Step response: v_k = I r_k (1 - exp(-t / tau_k)) of each pair, at any dt, to 1e-12. */
static void step_response(void **state)
{
    (void)state;
    for (int pairs = 0; pairs <= 4; pairs++)
        for (double dt = 0.5; dt < 200; dt *= 5) {
            rig *g = fresh(0.9, pairs);
            for (int j = 1; j <= 4; j++) {
                double t = j * dt, sum = 0, joule = 9 * R0, soc = 0.9 - 3 * t / 3600 / Q, all = R0;
                drive(g, FADE_BY_CURRENT, 3, dt);
                for (int k = 0; k < pairs; k++) {
                    double v = 3 * R[k] * -expm1(-t / (R[k] * C[k]));
                    char key[] = { 'v', '_', 'r', 'c', (char)('1' + k), 0 };
                    assert_true(rig_near(now(g, key), v, 1e-12));
                    sum += v;
                    joule += v * v / R[k];
                    all += R[k];
                }
                assert_true(rig_near(now(g, "soc"), soc, 1e-12));
                assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * soc - 3 * R0 - sum, 1e-12));
                assert_true(rig_near(now(g, "ocv"), 3 + 1.2 * soc, 1e-12));
                assert_true(fabs(now(g, "polarization") - sum) < 1e-14);
                assert_true(rig_near(now(g, "heat"), joule, 1e-12));
                assert_true(rig_near(now(g, "dc_resistance"), all, 1e-14));
                assert_true(rig_near(now(g, "energy_left"), Q * soc * (3 + 0.6 * soc), 1e-12));
                assert_true(rig_near(now(g, "soe"), soc * (3 + 0.6 * soc) / 3.6, 1e-12));
            }
            rig_close(g);
        }
}

/* Under a voltage, one pair, a straight OCV: two linear equations, whose exact answer is a sum of two exponentials.
 * Second order: half the dt leaves a quarter of the error. */
static void voltage_is_of_second_order(void **state)
{
    (void)state;
    double V = 3.85, s = 1.2 / 3600 / Q;          /* dOCV/dt = -s I; x = OCV - V, v: I = (x - v) / R0 */
    double a11 = -s / R0, a12 = s / R0, a21 = 1 / (C[0] * R0), a22 = -1 / (C[0] * R0) - 1 / (R[0] * C[0]);
    double tr = a11 + a22, det = a11 * a22 - a12 * a21, root = sqrt(tr * tr / 4 - det);
    double l1 = tr / 2 + root, l2 = tr / 2 - root, x0 = 3 + 1.2 * 0.6 - V, T = 160;
    double k1 = (a11 - l2) * x0 / (l1 - l2), k2 = (l1 - a11) * x0 / (l1 - l2);
    double x = k1 * exp(l1 * T) + k2 * exp(l2 * T), error[3];
    for (int k = 0; k < 3; k++) {
        rig *g = begun(0.6, 1);
        rig_value(g, "tolerance")->real = 0.1;
        assert_int_equal(rig_make(g, N, NULL), 0);
        for (int j = 0; j < 10 << k; j++)
            drive(g, FADE_BY_VOLTAGE, V, T / (10 << k));
        assert_true(rig_near(now(g, "voltage"), V, 1e-12));
        error[k] = fabs(3 + 1.2 * now(g, "soc") - V - x);
        rig_close(g);
    }
    assert_true(error[2] < 2e-4 * fabs(x0 - x));
    assert_true(error[0] / error[1] > 3.5 && error[0] / error[1] < 4.5);
    assert_true(error[1] / error[2] > 3.5 && error[1] / error[2] < 4.5);
    rig *g = fresh(0.6, 1);                        /* and by its own wish, to well below the tolerance */
    drive_for(g, FADE_BY_VOLTAGE, V, T, 1e9);
    assert_true(fabs(3 + 1.2 * now(g, "soc") - V - x) < 5e-5);
    rig_close(g);
}

static void demands_are_met(void **state)
{
    (void)state;
    static const struct { int control; double demand; } want[] = {
        { FADE_BY_VOLTAGE, 3.72 }, { FADE_BY_VOLTAGE, 3.68 }, { FADE_BY_POWER, 8 }, { FADE_BY_POWER, -8 },
        { FADE_BY_RESISTANCE, 1.5 },
    };
    for (size_t k = 0; k < 5; k++) {
        rig *g = fresh(0.6, 2);
        double moved = 0, start = rig_x(g, "charge")[0], last = NAN;
        for (int j = 0; j < 30; j++) {
            rig_fill(rig_in(g, "control"), N, want[k].control);
            rig_fill(rig_in(g, "demand"), N, want[k].demand);
            assert_int_equal(rig_call(g, g->model->observe), 0);
            last = now(g, "current");
            drive(g, want[k].control, want[k].demand, 3);
            double V = now(g, "voltage"), I = now(g, "current"), got[] = { I, V, V * I, V / I };
            assert_true(rig_near(got[want[k].control], want[k].demand, 1e-9));
            moved += (last + I) / 2 * 3 / 3600;   /* a tester's trapezoid is the model's charge */
        }
        assert_true(fabs(rig_x(g, "charge")[0] - start - moved) < 1e-12);
        rig_close(g);
    }
}

/* The steady state of the node: T - T_ambient = I^2 R / cooling; its rise is an exponential. */
static void thermal(void **state)
{
    (void)state;
    rig *g = fresh(1, 0);
    drive(g, FADE_BY_CURRENT, 0.5, 400);
    assert_true(rig_near(now(g, "temperature") - 298.15, 0.25 * R0 / COOLING * -expm1(-COOLING * 400 / HEAT), 1e-10));
    rig_fill(rig_x(g, "charge"), N, 0);
    for (int k = 0; k < 20; k++) {
        drive(g, FADE_BY_CURRENT, 0.5, 1000);
        rig_fill(rig_x(g, "charge"), N, 0);
    }
    assert_true(rig_near(now(g, "temperature") - 298.15, 0.25 * R0 / COOLING, 1e-9));
    rig_close(g);
    g = begun(0.9, 1);
    rig_value(g, "thermal")->real = 1;
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_fill(rig_in(g, "temperature_ambient"), N, 310);
    drive(g, FADE_BY_CURRENT, 5, 100);
    assert_true(now(g, "temperature") == 310);
    rig_close(g);
}

/* Entropy: I T dU/dT is taken up in discharge; V moves with T; both against the closed form of the linear equation. */
static void entropy(void **state)
{
    (void)state;
    double S = 3e-4, I = 1.5, t = 500;
    rig *g = begun(0.9, 0);
    rig_value(g, "entropic")->real = S;
    assert_int_equal(rig_make(g, N, NULL), 0);
    drive(g, FADE_BY_CURRENT, I, t);
    double h = COOLING + I * S, T = 298.15 + (I * I * R0 - I * S * 298.15) / h * -expm1(-h * t / HEAT);
    assert_true(T < 298.15 && rig_near(now(g, "temperature"), T, 1e-12));
    double soc = 0.9 - I * t / 3600 / Q;
    assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * soc - I * R0 + S * (T - 298.15), 1e-12));
    assert_true(rig_near(now(g, "heat"), I * I * R0 - I * T * S, 1e-12));
    rig_close(g);
    static const double table[] = { 0, 0.5, 1, 1e-4, 1e-4, 5e-4 };
    g = begun(0.75, 0);
    rig_value(g, "entropic_table")->v = table;
    rig_value(g, "entropic_table")->n = 3;
    assert_int_equal(rig_make(g, N, NULL), 0);
    drive(g, FADE_BY_CURRENT, 1e-9, 1);
    assert_true(rig_near(now(g, "heat"), -1e-9 * 298.15 * 3e-4, 1e-6));
    rig_close(g);
}

/* One state: h = s + (h0 - s) exp(-rate |dq| / Q); a closed loop turns its area into heat. */
static void hysteresis_loop(void **state)
{
    (void)state;
    double M = 0.025, rate = 40;
    rig *g = begun(0.7, 0);
    rig_value(g, "hysteresis")->real = 1;
    rig_value(g, "hysteresis_voltage")->real = M;
    rig_value(g, "hysteresis_rate")->real = rate;
    rig_value(g, "cooling")->real = 0;
    assert_int_equal(rig_make(g, N, NULL), 0);
    drive(g, FADE_BY_CURRENT, 1, 100);
    double used = 100 / 3600.0 / Q, h = -1 + exp(-rate * used);
    assert_true(rig_near(now(g, "hysteresis"), h, 1e-13));
    assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * (0.7 - used) + M * h - R0, 1e-12));
    drive(g, FADE_BY_CURRENT, 0, 1e4);             /* rest: it stands */
    assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * (0.7 - used) + M * h, 1e-12));
    drive(g, FADE_BY_CURRENT, -1, 900);
    h = 1 + (h - 1) * exp(-rate * 900 / 3600 / Q);
    assert_true(rig_near(now(g, "hysteresis"), h, 1e-12));
    double I = 0.5, T = now(g, "temperature"), soc = now(g, "soc"), energy = 0;
    for (int k = 0; k < 2; k++)                    /* the second loop is closed: h returns to itself */
        for (int side = 1; side >= -1; side -= 2) {
            if (k == 1 && side == 1)
                T = now(g, "temperature");
            for (int j = 0; j < 4320; j++) {
                double V = now(g, "voltage");
                drive(g, FADE_BY_CURRENT, side * I, 1);
                if (k == 1 && j > 0)
                    energy -= side * I * (V + now(g, "voltage")) / 2;
                else if (k == 1)
                    energy -= side * I * now(g, "voltage");
            }
        }
    assert_true(rig_near(now(g, "soc"), soc, 1e-9));
    double heat = HEAT * (now(g, "temperature") - T), joule = I * I * R0 * 8640;
    assert_true(heat > joule + 0.8 * 2 * M * I * 4320);           /* nearly the whole gap, both ways */
    assert_true(rig_near(heat, energy, 2e-4));                     /* what went in more than came out */
    rig_close(g);
}

/* Two curves: charged at h = 1 it stands on one, discharged on the other; half way it mixes. */
static void two_curves(void **state)
{
    (void)state;
    static const double above[] = { 0, 1, 3.1, 4.3 };
    rig *g = begun(0.5, 0);
    rig_value(g, "hysteresis")->real = 2;
    rig_value(g, "hysteresis_rate")->real = 200;
    rig_value(g, "ocv_charge")->v = above;
    rig_value(g, "ocv_charge")->n = 2;
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(now(g, "voltage"), 3.65, 1e-14));
    drive(g, FADE_BY_CURRENT, 1, 1200);
    assert_true(rig_near(now(g, "voltage"), 3 + 1.2 * now(g, "soc") - R0, 1e-12));
    drive(g, FADE_BY_CURRENT, -1, 1200);
    assert_true(rig_near(now(g, "voltage"), 3.1 + 1.2 * now(g, "soc") + R0, 1e-12));
    rig_close(g);
    g = rig_open("ecm");
    rig_value(g, "ocv_charge")->v = above;
    rig_value(g, "ocv_charge")->n = 2;
    assert_int_equal(rig_make(g, N, NULL), FADE_EINVAL);
    assert_non_null(strstr(g->text, "two-curves"));
    rig_close(g);
}

/* soc 0 and 1, 273.15 K and 323.15 K */
static const double r0_table[] = { 0, 1, 273.15, 323.15, 0.08, 0.04, 0.06, 0.02 };
static const double r1_discharge[] = { 0, 1, 273.15, 323.15, 0.04, 0.03, 0.03, 0.02 };
static const double r1_charge[] = { 0, 1, 273.15, 323.15, 0.02, 0.02, 0.02, 0.02 };

static void lay(rig *g, const char *key, const double *v)
{
    rig_value(g, key)->v = v;
    rig_value(g, key)->n = rig_value(g, key)->m = 2;
}

static rig *with_tables(double soc, double tolerance)
{
    rig *g = begun(soc, 1);
    rig_value(g, "tolerance")->real = tolerance;
    lay(g, "r0_table", r0_table);
    lay(g, "r1_table", r1_discharge);
    lay(g, "r1_charge_table", r1_charge);
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static double table(const double *z, double soc, double T)
{
    double f = (T - 273.15) / 50;
    return (z[4] * (1 - soc) + z[6] * soc) * (1 - f) + (z[5] * (1 - soc) + z[7] * soc) * f;
}

/* The same equations by Runge and Kutta with small steps, tables read at every moment. */
typedef struct plain { double soc, v, T, moved; } plain;

static plain slope_of(plain a, double I)
{
    double r0 = table(r0_table, a.soc, a.T), r1 = table(I < 0 ? r1_charge : r1_discharge, a.soc, a.T);
    return (plain){ -I / 3600 / Q, (I * r1 - a.v) / (r1 * C[0]),
                    (I * I * r0 + a.v * a.v / r1 - COOLING * (a.T - 298.15)) / HEAT, I };
}

/* Under a current (V <= 0) or the voltage V. */
static double current_of(plain a, double I, double V)
{
    return V > 0 ? (3 + 1.2 * a.soc - a.v - V) / table(r0_table, a.soc, a.T) : I;
}

static plain along(plain a, plain d, double h)
{
    return (plain){ a.soc + h * d.soc, a.v + h * d.v, a.T + h * d.T, a.moved + h * d.moved };
}

static plain integrate(plain a, double I, double V, double seconds)
{
    int n = 20000;
    double h = seconds / n;
    for (int k = 0; k < n; k++) {
        plain k1 = slope_of(a, current_of(a, I, V)), b = along(a, k1, h / 2), k2 = slope_of(b, current_of(b, I, V));
        b = along(a, k2, h / 2);
        plain k3 = slope_of(b, current_of(b, I, V));
        b = along(a, k3, h);
        plain k4 = slope_of(b, current_of(b, I, V));
        a = along(along(along(along(a, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
    }
    return a;
}

static void tables_against_another_integration(void **state)
{
    (void)state;
    static const struct { double most, soc, current; } as[] = { { 1e9, 1e-4, 2e-3 }, { 2, 2e-6, 4e-5 } };
    plain a = integrate((plain){ 0.9, 0, 298.15, 0 }, 4, 0, 900), b = integrate(a, 0, 3.75, 600);
    for (int k = 0; k < 2; k++) {                  /* as it wishes; in small steps */
        rig *g = with_tables(0.9, 2e-4);
        drive_for(g, FADE_BY_CURRENT, 4, 900, as[k].most);
        double V1 = 3 + 1.2 * a.soc - a.v - 4 * table(r0_table, a.soc, a.T);
        assert_true(fabs(now(g, "voltage") - V1) < 1e-4);
        assert_true(fabs(now(g, "temperature") - a.T) < 0.02);
        drive_for(g, FADE_BY_VOLTAGE, 3.75, 600, as[k].most);     /* charge: the other side's table */
        assert_true(fabs(now(g, "soc") - b.soc) < as[k].soc);
        assert_true(fabs(now(g, "current") - current_of(b, 0, 3.75)) < as[k].current);
        rig_close(g);
    }
    double error[3];                              /* and of second order in the step: what is left falls by four */
    a = integrate((plain){ 0.9, 0, 298.15, 0 }, 4, 0, 800);
    double V = 3 + 1.2 * a.soc - a.v - 4 * table(r0_table, a.soc, a.T);
    for (int k = 0; k < 3; k++) {
        rig *g = with_tables(0.9, 0.1);
        for (int j = 0; j < 20 << k; j++)
            drive(g, FADE_BY_CURRENT, 4, 800.0 / (20 << k));
        error[k] = fabs(now(g, "voltage") - V);
        rig_close(g);
    }
    assert_true(error[2] < 1e-4 && error[1] / error[2] > 3 && error[0] / error[1] > 3);
}

/* What ages the cell: capacity makes no charge, resistance scales all of them. */
static void health(void **state)
{
    (void)state;
    rig *g = fresh(1, 2);
    drive(g, FADE_BY_CURRENT, 1, 1800);
    double out = rig_x(g, "charge")[0];
    rig_fill(rig_param(g, "capacity"), N, 1.6);
    drive(g, FADE_BY_CURRENT, 0, 60);
    assert_true(rig_x(g, "charge")[0] == out);
    assert_true(rig_near(now(g, "soc"), 1 - out / 1.6, 1e-14));
    assert_true(rig_near(now(g, "dc_resistance"), R0 + R[0] + R[1], 1e-14));
    rig_fill(rig_param(g, "resistance_ratio"), N, 1.5);
    rig_fill(rig_param(g, "resistance_factor"), N, 1.1);
    drive(g, FADE_BY_CURRENT, 0, 1);
    assert_true(rig_near(now(g, "dc_resistance"), 1.65 * (R0 + R[0] + R[1]), 1e-14));
    rig_fill(rig_param(g, "resistance_ratio"), N, 1);
    rig_fill(rig_param(g, "resistance_factor"), N, 1);
    rig_fill(rig_param(g, "resistance"), N, 0.045);
    drive(g, FADE_BY_CURRENT, 0, 1);
    assert_true(rig_near(now(g, "dc_resistance"), 1.5 * (R0 + R[0] + R[1]), 1e-14));
    rig_fill(rig_param(g, "resistance"), N, 0);
    rig_fill(rig_param(g, "resistance_activation"), N, 20000);
    rig_fill(rig_x(g, "temperature"), N, 283.15);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    double cold = exp(20000 / 8.314462618 * (1 / 283.15 - 1 / 298.15));
    assert_true(rig_near(now(g, "dc_resistance"), cold * (R0 + R[0] + R[1]), 1e-12));
    rig_close(g);
    g = begun(0.5, 0);
    rig_value(g, "coulombic_efficiency")->real = 0.99;
    assert_int_equal(rig_make(g, N, NULL), 0);
    drive(g, FADE_BY_CURRENT, -1, 720);
    assert_true(rig_near(now(g, "soc"), 0.5 + 0.99 * 0.1, 1e-13));
    assert_true(rig_near(now(g, "throughput"), 0.2, 1e-13));
    rig_close(g);
}

/* The power that can be had for ten seconds, drawn for ten seconds, ends at the limit (or the charge). */
static void capability(void **state)
{
    (void)state;
    rig *g = fresh(0.5, 2);
    rig_fill(rig_param(g, "voltage_min"), N, 3.2);
    rig_fill(rig_param(g, "voltage_max"), N, 3.9);
    drive(g, FADE_BY_CURRENT, 1, 300);
    double up = now(g, "power_discharge_max"), down = now(g, "power_charge_max"), I = up / 3.2;
    drive(g, FADE_BY_CURRENT, I, 10);
    assert_true(rig_near(now(g, "voltage"), 3.2, 1e-9));
    assert_true(rig_near(now(g, "power"), up, 1e-9));
    rig_close(g);
    g = fresh(0.5, 2);
    rig_fill(rig_param(g, "voltage_max"), N, 3.9);
    drive(g, FADE_BY_CURRENT, 1, 300);
    drive(g, FADE_BY_CURRENT, -down / 3.9, 10);
    assert_true(rig_near(now(g, "voltage"), 3.9, 1e-9));
    rig_close(g);
}

static void refusals(void **state)
{
    (void)state;
    rig *g = fresh(0.5, 1);
    rig_fill(rig_in(g, "control"), N, FADE_BY_POWER);
    rig_fill(rig_in(g, "demand"), N, 500);         /* V^2 / 4 r0 is 108 W */
    rig_fill(g->dt, N, 10);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_ESOLVE);
    assert_non_null(strstr(g->text, "no current gives 500 W"));
    rig_fill(rig_in(g, "demand"), N, 95);          /* possible now, not for ten minutes */
    rig_fill(g->dt, N, 600);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_RETRY);
    rig_fill(rig_in(g, "control"), N, FADE_BY_CURRENT);
    rig_fill(rig_in(g, "demand"), N, 10);
    rig_fill(g->dt, N, 3600);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_RETRY);
    rig_fill(rig_x(g, "charge"), N, 2.2);
    rig_fill(g->dt, N, 1);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_ERANGE);
    assert_non_null(strstr(g->text, "state of charge"));
    rig_in(g, "demand")[0] = NAN;
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_EINVAL);
    rig_fill(rig_in(g, "demand"), N, -1);
    rig_fill(rig_in(g, "control"), N, FADE_BY_RESISTANCE);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_EINVAL);
    assert_non_null(strstr(g->text, "load of -1 ohm"));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_response),
        cmocka_unit_test(voltage_is_of_second_order),
        cmocka_unit_test(demands_are_met),
        cmocka_unit_test(thermal),
        cmocka_unit_test(entropy),
        cmocka_unit_test(hysteresis_loop),
        cmocka_unit_test(two_curves),
        cmocka_unit_test(tables_against_another_integration),
        cmocka_unit_test(health),
        cmocka_unit_test(capability),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
