/* SPDX-License-Identifier: MIT
 * test_spme.c - the single-particle cell with electrolyte: voltages and end times found independently, salt, SPM at
 * C/50, its controls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digits.h"
#include "spm_rig.h"

static rig *cell(void)
{
    rig *g = spm_fresh("spme");
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    return g;
}

/* So many volumes for the electrolyte of each electrode. */
static rig *fine(int points)
{
    rig *g = spm_fresh("spme");
    rig_value(g, "electrolyte_points")->real = points;
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    return g;
}

static void take(rig *g, int control, double demand, double dt)
{
    spm_drive(g, control, demand, dt);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], 0);
}

/* Voltages at 1C and the ends of C/5, 1C and 2C, within so many of their last digit. */
static void discharge(int points, double step, double volt, double amp_hour)
{
    static const double t[] = { 300, 600, 1200, 1800, 2400, 3000 }, amps[] = { 1, 5, 10 };
    static const char *const V[] = { "3.8949", "3.8118", "3.6601", "3.5122", "3.4028", "3.2365" },
                             *const end[] = { "18226.4", "3555.9", "1712.9" },
                             *const Ah[] = { "5.0629", "4.9387", "4.7580" };
    char what[80];
    rig *g = fine(points);
    double now = 0;
    for (int k = 0; k < 6; k++) {
        for (; now < t[k] - 1e-6; now += step)
            take(g, FADE_BY_CURRENT, 5, step);
        snprintf(what, sizeof what, "spme, %d volumes, 1C, %g s / V", points, t[k]);
        assert_true(digits(what, V[k], spm_now(g, "voltage"), volt));
    }
    rig_close(g);
    for (int k = 0; k < 3; k++) {
        g = fine(points);
        double s = spm_until(g, amps[k], 2.5, step);
        snprintf(what, sizeof what, "spme, %d volumes, %g A to 2.5 V", points, amps[k]);
        assert_true(digits(strcat(what, " / s"), end[k], s, volt));
        strcpy(strrchr(what, '/'), "/ Ah");
        assert_true(digits(what, Ah[k], s * amps[k] / 3600, amp_hour));
        rig_close(g);
    }
}

/* 200 shells and 60 volumes per domain made these numbers: at the default mesh and step they are met to 0.5 mV and
 * 0.5 s, to the last digit when both are finer. */
static void discharges(void **state)
{
    (void)state;
    discharge(14, 20, 5, 15);
    discharge(60, 5, 0.5, 0.5);
}

/* Salt in Ah is what it was, whatever happens. */
static void salt_is_kept(void **state)
{
    (void)state;
    rig *g = cell();
    enum { E = 14, S = 7 };
    static const struct {
        int control;
        double demand, dt;
    } way[] = { { 0, 5, 100 },   { 0, 10, 300 }, { 0, -3, 50 }, { 0, 0, 5000 },
                { 1, 4.0, 0.5 }, { 1, 4.0, 1 },  { 2, 10, 2 },  { 3, 1, 2 } };
    double first = NAN;
    for (size_t k = 0; k < sizeof way / sizeof way[0]; k++) {
        take(g, way[k].control, way[k].demand, way[k].dt);
        double sum = 0, *c = rig_x(g, "electrolyte");
        for (int j = 0; j < 2 * E + S; j++)
            sum += c[j * LANES] * (j < E ? 0.25 * 85.2e-6 / E : j < E + S ? 0.47 * 12e-6 / S : 0.335 * 75.6e-6 / E);
        first = k ? first : 1000 * (0.25 * 85.2e-6 + 0.47 * 12e-6 + 0.335 * 75.6e-6);
        assert_true(rig_near(sum, first, 1e-12));
    }
    rig_close(g);
}

/* At C/50 the electrolyte hardly matters: a millivolt from the cell without it, of which most is ohmic. */
static void slow_is_spm(void **state)
{
    (void)state;
    rig *a = cell(), *b = spm_fresh("spm");
    assert_int_equal(rig_make(b, LANES, NULL), 0);
    for (int k = 0; k < 40; k++) {
        take(a, FADE_BY_CURRENT, 0.1, 4000);
        take(b, FADE_BY_CURRENT, 0.1, 4000);
        assert_true(fabs(spm_now(a, "voltage") - spm_now(b, "voltage")) < 1.2e-3);
        assert_true(rig_x(a, "particle_negative")[0] == rig_x(b, "particle_negative")[0]);
    }
    rig_close(a);
    rig_close(b);
}

static void demands_are_met(void **state)
{
    (void)state;
    static const struct {
        int control;
        double demand;
    } want[] = { { FADE_BY_VOLTAGE, 3.9 },
                 { FADE_BY_VOLTAGE, 4.1 },
                 { FADE_BY_POWER, 12 },
                 { FADE_BY_POWER, -12 },
                 { FADE_BY_RESISTANCE, 1.5 } };
    for (size_t k = 0; k < 5; k++) {
        rig *g = rig_open("spme");
        rig_value(g, "initial_soc")->real = 0.8;
        spm_word(g, "thermal", 1);
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        for (int j = 0; j < 20; j++) {
            take(g, want[k].control, want[k].demand, j < 3 ? 0.5 : 7);
            double V = spm_now(g, "voltage"), I = spm_now(g, "current"), got[] = { I, V, V * I, V / I };
            assert_true(rig_near(got[want[k].control], want[k].demand, 1e-8));
        }
        rig_close(g);
    }
}

/* Volumes halved: the error of the voltage after ten minutes at 2C falls by about four.  Steps halved: by more than
 * three. */
static void converges(void **state)
{
    (void)state;
    double V[4], U[4];
    static const int points[] = { 6, 12, 24 };
    for (int k = 0; k < 3; k++) {
        rig *g = spm_fresh("spme");
        rig_value(g, "electrolyte_points")->real = points[k];
        assert_int_equal(rig_make(g, LANES, NULL), 0);
        for (int j = 0; j < 60; j++)
            take(g, FADE_BY_CURRENT, 10, 10);
        V[k] = spm_now(g, "voltage");
        rig_close(g);
    }
    double order = (V[0] - V[1]) / (V[1] - V[2]);
    assert_true(order > 3 && order < 5);
    for (int k = 0; k < 4; k++) {
        rig *g = cell();
        double dt = k == 3 ? 0.5 : 20 >> k;
        for (double now = 0; now < 100 - 1e-9; now += dt)
            take(g, FADE_BY_CURRENT, 5, dt);
        U[k] = spm_now(g, "voltage");
        rig_close(g);
    }
    assert_true(fabs(U[0] - U[3]) < 5e-4 && fabs(U[2] - U[3]) < 0.4 * fabs(U[0] - U[3]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discharges),      cmocka_unit_test(salt_is_kept), cmocka_unit_test(slow_is_spm),
        cmocka_unit_test(demands_are_met), cmocka_unit_test(converges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
