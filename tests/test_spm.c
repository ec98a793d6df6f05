/* SPDX-License-Identifier: MIT
 * test_spm.c - the single-particle cell of LG M50 against voltages and end times found independently, its orders of
 * convergence, its controls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digits.h"
#include "spm_rig.h"

enum { PARTICLE_SPECTRAL, PARTICLE_VOLUMES };

static rig *cell(void)
{
    rig *g = spm_fresh("spm");
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    return g;
}

static void take(rig *g, int control, double demand, double dt)
{
    spm_drive(g, control, demand, dt);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], 0);
}

/* Voltages at 1C and the ends of C/5, 1C and 2C to their last digit, at any step; 200 finite volumes made these
 * numbers. */
static void discharges(void **state)
{
    (void)state;
    static const double t[] = { 300, 600, 1200, 1800, 2400, 3000 }, amps[] = { 1, 5, 10 };
    static const char *const V[] = { "3.9504", "3.8675", "3.7159", "3.5682", "3.4590", "3.2929" },
                             *const end[] = { "18234.6", "3567.7", "1735.8" },
                             *const Ah[] = { "5.0652", "4.9551", "4.8217" };
    for (double dt = 10; dt <= 100; dt *= 10) {
        rig *g = cell();
        char what[80];
        assert_true(digits("open circuit / V", "4.180941", spm_try(g, FADE_BY_CURRENT, 0, 0, "voltage"), 0.5));
        double now = 0;
        for (int k = 0; k < 6; k++) {
            for (; now < t[k] - 1e-6; now += dt)
                take(g, FADE_BY_CURRENT, 5, dt);
            snprintf(what, sizeof what, "spm, 1C, %g s, steps of %g s / V", t[k], dt);
            assert_true(digits(what, V[k], spm_now(g, "voltage"), 0.5));
        }
        rig_close(g);
        for (int k = 0; k < 3; k++) {
            g = cell();
            double s = spm_until(g, amps[k], 2.5, dt);
            snprintf(what, sizeof what, "spm, %g A to 2.5 V, steps of %g s", amps[k], dt);
            assert_true(digits(strcat(what, " / s"), end[k], s, 0.5));
            strcpy(strrchr(what, '/'), "/ Ah");
            assert_true(digits(what, Ah[k], s * amps[k] / 3600, 0.5));
            rig_close(g);
        }
    }
}

/* V where the other electrode is at `other` and this one holds so much lithium; no overpotential. */
static double open_at(bool positive, double x, const char *other)
{
    rig *g = rig_open("spm");
    rig_value(g, positive ? "negative.ocp" : "positive.ocp")->text = other;
    rig_value(g, "negative.initial_stoichiometry")->real = positive ? 0.5 : x;
    rig_value(g, "positive.initial_stoichiometry")->real = positive ? x : 0.5;
    rig_value(g, "negative.stoichiometry_full")->real = rig_value(g, "positive.stoichiometry_empty")->real = 0.9;
    rig_value(g, "negative.stoichiometry_empty")->real = rig_value(g, "positive.stoichiometry_full")->real = 0.1;
    assert_int_equal(rig_make(g, 1, NULL), 0);
    double V = spm_try(g, FADE_BY_CURRENT, 0, 0, "voltage");
    rig_close(g);
    return V;
}

/* A/m2 of exchange current at half lithiation: from the voltage under 5 A, no gradient, the other electrode without
 * resistance. */
static double exchange_at_half(bool positive)
{
    const double F = 96485.33212, f = F / (2 * 8.314462618 * 298.15);
    const char *side = positive ? "positive" : "negative", *other = positive ? "negative" : "positive";
    rig *g = rig_open("spm");
    char key[80];
    for (int e = 0; e < 2; e++) {
        const char *of = e ? side : other;
        snprintf(key, sizeof key, "%s.ocp", of);
        rig_value(g, key)->text = e == positive ? "0" : "4";
        snprintf(key, sizeof key, "%s.initial_stoichiometry", of);
        rig_value(g, key)->real = 0.5;
        snprintf(key, sizeof key, "%s.diffusivity", of);
        rig_value(g, key)->real = 1e-3;
        snprintf(key, sizeof key, "%s.stoichiometry_full", of);
        rig_value(g, key)->real = strcmp(of, "negative") ? 0.1 : 0.9;
        snprintf(key, sizeof key, "%s.stoichiometry_empty", of);
        rig_value(g, key)->real = strcmp(of, "negative") ? 0.9 : 0.1;
    }
    snprintf(key, sizeof key, "%s.reaction_rate", other);
    rig_value(g, key)->real = 1e6;
    assert_int_equal(rig_make(g, 1, NULL), 0);
    double rest = spm_try(g, FADE_BY_CURRENT, 0, 0, "voltage");
    double eta = rest - spm_try(g, FADE_BY_CURRENT, 5, 0, "voltage");
    snprintf(key, sizeof key, "%s.active_fraction", side);
    double a = 3 * rig_value(g, key)->real;
    snprintf(key, sizeof key, "%s.particle_radius", side);
    a /= rig_value(g, key)->real;
    snprintf(key, sizeof key, "%s.thickness", side);
    double j = 5 / (rig_value(g, "area")->real * rig_value(g, key)->real * a);
    rig_close(g);
    return j / (2 * sinh(f * eta));
}

/* y of a formula in x that is the default of a key. */
static double formula(const char *key, double at)
{
    rig *g = rig_open("spme");
    fade_expr *e = NULL;
    why w = { 0 };
    static const char *const x[] = { "x" }, *const y[] = { "y" };
    const char *text = rig_value(g, key)->text;
    assert_int_equal(expr_compile(&(expr_ask){ .n = 1, .nvar = 1, .name = y, .text = &text, .var = x }, &e, &w), 0);
    _Alignas(64) double in[8], out[8];
    size_t bytes = (expr_scratch(e, 8) + 63) / 64 * 64;
    void *scratch = aligned_alloc(64, bytes + 64);
    rig_fill(in, 8, at);
    expr_eval(e, 8, (const double *const[]){ in }, scratch, (double *const[]){ out });
    free(scratch);
    expr_close(e);
    rig_close(g);
    return out[0];
}

/* The functions the cell is made of, to the digits that are printed. */
static void functions(void **state)
{
    (void)state;
    static const double x[] = { 0.1, 0.3, 0.5, 0.7, 0.9 };
    static const char *const n[] = { "0.406516", "0.162973", "0.133086", "0.092194", "0.092020" },
                             *const p[] = { "4.594483", "4.205394", "3.971959", "3.730403", "3.568200" };
    char what[80];
    for (int k = 0; k < 5; k++) {
        snprintf(what, sizeof what, "U_n(%g) / V", x[k]);
        assert_true(digits(what, n[k], 4 - open_at(false, x[k], "4"), 0.5));
        snprintf(what, sizeof what, "U_p(%g) / V", x[k]);
        assert_true(digits(what, p[k], open_at(true, x[k], "0"), 0.5));
    }
    assert_true(digits("j0_n at half / A/m2", "0.339473", exchange_at_half(false), 0.5));
    assert_true(digits("j0_p at half / A/m2", "3.412346", exchange_at_half(true), 0.5));
    assert_true(digits("D_e(1000) / m2/s", "1.7694e-10", formula("electrolyte.diffusivity", 1000), 0.5));
    assert_true(digits("kappa(1000) / S/m", "0.94870", formula("electrolyte.conductivity", 1000), 0.5));
}

/* Capacity between the limits with 0, 2, 5 and 10 % of the lithium gone, to 1e-5 Ah; the state of charge is within the
 * new window. */
static void electrode_health(void **state)
{
    (void)state;
    static const double lost[] = { 0, 0.02, 0.05, 0.1 };
    static const char *const Q[] = { "5.153198", "5.00387", "4.77978", "4.40605" };
    for (int k = 0; k < 4; k++) {
        rig *g = rig_open("spm");
        rig_value(g, "initial_lli")->real = lost[k];
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        char what[80];
        snprintf(what, sizeof what, "electrodes' capacity, %g %% of the lithium lost / Ah", 100 * lost[k]);
        assert_true(digits(what, Q[k], spm_try(g, FADE_BY_CURRENT, 0, 0, "capacity"), 0.5));
        assert_true(fabs(spm_now(g, "voltage") - 4.2) < 1e-6);
        assert_true(fabs(spm_now(g, "soc") - 1) < 1e-9);
        assert_true(fabs(spm_now(g, "lli") - lost[k]) < 1e-6);
        rig_close(g);
    }
}

/* Both electrodes' windows between the limits and all the lithium there is, to their last digit. */
static void electrode_windows(void **state)
{
    (void)state;
    static const char *const side[] = { "negative", "positive" }, *const Q[] = { "5.827615", "8.732319" },
                             *const at[2][2] = { { "0.026346", "0.853975" }, { "0.910618", "0.263845" } };
    for (int full = 0; full < 2; full++) {
        rig *g = rig_open("spm");
        rig_value(g, "initial_soc")->real = full;
        assert_int_equal(rig_make(g, 1, NULL), 0);
        assert_true(digits("lithium that can be cycled / Ah", "7.610712", rig_x(g, "charge_new")[0], 0.5));
        for (int e = 0; e < 2; e++) {
            static const char *const of[] = { "active_fraction", "thickness", "concentration_max" };
            double Ah = 96485.33212 / 3600 * rig_value(g, "area")->real;
            char what[80];
            for (int k = 0; k < 3; k++) {
                snprintf(what, sizeof what, "%s.%s", side[e], of[k]);
                Ah *= rig_value(g, what)->real;
            }
            snprintf(what, sizeof what, "%s electrode's capacity / Ah", side[e]);
            assert_true(digits(what, Q[e], Ah, 0.5));
            snprintf(what, sizeof what, "particle_%s", side[e]);
            double x = rig_x(g, what)[0];
            snprintf(what, sizeof what, "%s stoichiometry, %s", side[e], full ? "full" : "empty");
            assert_true(digits(what, at[full][e], x, 0.5));
        }
        rig_close(g);
    }
}

/* The surface after 100 s at 2C, by volumes: halving them divides the error by four; eight modes are within 5 uV,
 * sixteen within 1 nV. */
static void meshes_converge(void **state)
{
    (void)state;
    double V[6];
    static const struct {
        int kind, points;
    } mesh[] = { { PARTICLE_VOLUMES, 8 },  { PARTICLE_VOLUMES, 16 },  { PARTICLE_VOLUMES, 32 },
                 { PARTICLE_SPECTRAL, 8 }, { PARTICLE_SPECTRAL, 16 }, { PARTICLE_SPECTRAL, 30 } };
    for (int k = 0; k < 6; k++) {
        rig *g = spm_fresh("spm");
        spm_word(g, "particle", mesh[k].kind);
        rig_value(g, "particle_points")->real = mesh[k].points;
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        for (int j = 0; j < 5; j++)
            take(g, FADE_BY_CURRENT, 10, 20);
        V[k] = spm_now(g, "voltage");
        rig_close(g);
    }
    double first = (V[0] - V[5]) / (V[1] - V[5]), second = (V[1] - V[5]) / (V[2] - V[5]);
    assert_true(first > 3 && first < 5 && second > 3.4 && second < 4.6);
    assert_true(fabs(V[3] - V[5]) < 5e-6 && fabs(V[4] - V[5]) < 1e-9);
}

/* The voltage held after a discharge: charge put in over 1000 s; halving the step divides the error by four. */
static void steps_converge(void **state)
{
    (void)state;
    double x[4];
    for (int k = 0; k < 4; k++) {
        rig *g = cell();
        for (int j = 0; j < 10; j++)
            take(g, FADE_BY_CURRENT, 5, 100);
        for (int j = 0; j < 10; j++)
            take(g, FADE_BY_CURRENT, -5, 30);
        double limit = spm_now(g, "voltage"), dt = k == 3 ? 1 : 40.0 / (1 << k);
        for (double now = 0; now < 1000 - 1e-9; now += dt) {
            take(g, FADE_BY_VOLTAGE, limit, dt);
            assert_true(fabs(spm_now(g, "voltage") - limit) < 1e-8);
        }
        x[k] = rig_x(g, "particle_negative")[0];
        rig_close(g);
    }
    double order = (x[0] - x[3]) / (x[1] - x[3]);
    assert_true(order > 3 && order < 5);
    order = (x[1] - x[3]) / (x[2] - x[3]);
    assert_true(order > 3 && order < 5);
}

static void demands_are_met(void **state)
{
    (void)state;
    static const struct {
        int control;
        double demand;
    } want[] = { { FADE_BY_VOLTAGE, 3.9 },
                 { FADE_BY_VOLTAGE, 4.15 },
                 { FADE_BY_POWER, 12 },
                 { FADE_BY_POWER, -12 },
                 { FADE_BY_RESISTANCE, 1.5 } };
    for (size_t k = 0; k < 5; k++) {
        rig *g = rig_open("spm");
        rig_value(g, "initial_soc")->real = 0.8;
        rig_value(g, "contact_resistance")->real = 0.01;
        spm_word(g, "thermal", 1);
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        for (int j = 0; j < 20; j++) {
            take(g, want[k].control, want[k].demand, j < 3 ? 1 : 7);
            double V = spm_now(g, "voltage"), I = spm_now(g, "current"), got[] = { I, V, V * I, V / I };
            assert_true(rig_near(got[want[k].control], want[k].demand, 1e-8));
        }
        rig_close(g);
    }
}

/* Lanes at different demands, each as it would be alone. */
static void lanes_stand_alone(void **state)
{
    (void)state;
    rig *all = cell(), *one;
    static const int control[LANES] = { 0, 1, 2, 3, 0, 1, 2, 0 };
    static const double demand[LANES] = { 5, 4.1, 10, 1.2, -1, 3.9, -8, 0 };
    double *c = rig_in(all, "control"), *d = rig_in(all, "demand");
    memcpy(d, demand, sizeof demand);
    for (int i = 0; i < LANES; i++)
        c[i] = control[i];
    rig_fill(all->dt, LANES, 2);
    for (int k = 0; k < 5; k++)
        assert_int_equal(rig_step(all), 0);
    for (int i = 0; i < LANES; i++) {
        one = cell();
        for (int k = 0; k < 5; k++) {
            spm_drive(one, control[i], demand[i], 2);
            rig_step(one);
        }
        assert_true(rig_out(all, "voltage")[i] == rig_out(one, "voltage")[0]);
        assert_true(rig_x(all, "particle_negative")[i] == rig_x(one, "particle_negative")[0]);
        rig_close(one);
    }
    rig_close(all);
}

/* The thermal node: at rest it cools with 42.775 J/K over 0.0531 W/K; the heat is the loss of voltage times the
 * current. */
static void thermal(void **state)
{
    (void)state;
    rig *g = spm_fresh("spm");
    spm_word(g, "thermal", 1);
    assert_true(digits("thermal time constant / s", "805.6",
                       rig_value(g, "heat_capacity")->real / rig_value(g, "cooling")->real, 0.5));
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    rig_fill(rig_x(g, "temperature"), LANES, 318.15);
    take(g, FADE_BY_CURRENT, 0, 805.6);
    assert_true(fabs(spm_now(g, "temperature") - 298.15 - 20 * exp(-805.6 * 0.0531 / 42.775)) < 1e-9);
    rig_close(g);
    double T[3];
    for (int k = 0; k < 3; k++) {
        double dt = k == 2 ? 2 : 60 >> k;
        g = spm_fresh("spm");
        spm_word(g, "thermal", 1);
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        for (double now = 0; now < 1200 - 1e-9; now += dt)
            take(g, FADE_BY_CURRENT, 5, dt);
        T[k] = spm_now(g, "temperature");
        rig_close(g);
    }
    assert_true(T[2] > 299 && fabs(T[0] - T[2]) < 0.02 && fabs(T[1] - T[2]) < 0.01);
}

/* What cannot be says so in a sentence. */
static void refusals(void **state)
{
    (void)state;
    rig *g = cell();
    spm_drive(g, FADE_BY_POWER, 1e6, 1e-5);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_ESOLVE);
    assert_non_null(strstr(g->text, "no current gives 1e+06 W"));
    spm_drive(g, FADE_BY_CURRENT, 100, 3600);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_RETRY);
    assert_true(g->tile.wish[0] < 3600);
    rig_fill(rig_in(g, "demand"), LANES, NAN);
    rig_step(g);
    assert_int_equal(g->tile.status[0], FADE_EINVAL);
    assert_non_null(strstr(g->text, "demand is nan"));
    rig_close(g);
    g = rig_open("spm");
    static const char *const names[] = { "stress", "rust" };
    *rig_value(g, "lam.models") = (fade_value){ .texts = names, .n = 2 };
    assert_int_equal(rig_make(g, LANES, NULL), FADE_EINVAL);
    assert_non_null(strstr(g->text, "\"rust\""));
    g->object = NULL;
    rig_close(g);
    g = rig_open("spm");
    rig_value(g, "negative.ocp")->text = "0.1 + x +";
    assert_int_equal(rig_make(g, LANES, NULL), FADE_EINVAL);
    assert_non_null(strstr(g->text, "negative.ocp is not a formula"));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions), cmocka_unit_test(discharges),
        cmocka_unit_test(electrode_windows), cmocka_unit_test(electrode_health),
        cmocka_unit_test(meshes_converge), cmocka_unit_test(steps_converge),
        cmocka_unit_test(demands_are_met), cmocka_unit_test(lanes_stand_alone),
        cmocka_unit_test(thermal), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
