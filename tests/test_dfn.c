/* SPDX-License-Identifier: MIT
 * test_dfn.c - the porous-electrode model beside PyBaMM, the single particle at a slow rate, and itself at half the
 * step and mesh.
 *
 * PyBaMM's numbers: 26.10.1, DFN with Chen2020, IDAKLUSolver(rtol = atol = 1e-8), 60 volumes in each part and 100 in
 * each particle (60 for the thermal ones).  Its voltages fall by another 0.2 mV at 1C towards a fine mesh; 2 mV are
 * accepted after 10 s.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "rig.h"

enum { N = 8 };

typedef struct setting {
    const char *key;
    double value;
} setting;

/* Eight alike cells as PyBaMM starts them: c_n 29866, c_p 17038. */
static rig *fresh(const setting *more)
{
    rig *g = rig_open("dfn");
    rig_value(g, "negative.initial_stoichiometry")->real = 29866. / 33133;
    rig_value(g, "positive.initial_stoichiometry")->real = 17038. / 63104;
    for (; more && more->key; more++)
        rig_value(g, more->key)->real = more->value;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

static void hold(rig *g, int control, double demand)
{
    rig_fill(rig_in(g, "control"), N, control);
    rig_fill(rig_in(g, "demand"), N, demand);
}

static double now(rig *g, const char *key)
{
    return rig_out(g, key)[N - 1];
}

static double when(const rig *g)
{
    return g->t[N - 1];
}

/* One step of its own choice, not beyond `to`; *dt is what it will try next. */
static bool go(rig *g, double to, double *dt)
{
    for (int k = 0; k < 40; k++) {
        double d = fmin(*dt, to - when(g));
        rig_fill(g->dt, N, d);
        assert_int_equal(rig_step(g), 0);
        int32_t status = g->tile.status[N - 1];
        if (status < 0)
            return false;
        if (status == 0) {
            *dt = fmin(g->tile.wish[N - 1], 2 * fmax(d, *dt));
            return true;
        }
        *dt = fmin(g->tile.wish[N - 1], d / 2);
    }
    return false;
}

static void go_to(rig *g, double to)
{
    double dt = 1;
    while (when(g) < to - 1e-9)
        assert_true(go(g, to, &dt));
}

/* The time at which the voltage comes to `limit`, by halving a last step that passed it. */
static double end_at(rig *g, double limit)
{
    double dt = 1;
    for (int k = 0; k < 5000; k++) {
        double lo = 0, hi, before = now(g, "voltage");
        hi = fmin(dt, before < limit + 0.1 ? 20 : dt);
        rig_fill(g->dt, N, hi);
        assert_int_equal(rig_call(g, g->model->step), 0);
        if (g->tile.status[N - 1]) {
            dt = fmin(g->tile.wish[N - 1], hi / 2);
            continue;
        }
        if (now(g, "voltage") > limit) {
            dt = fmin(g->tile.wish[N - 1], 2 * hi);
            rig_take(g);
            continue;
        }
        while (hi - lo > 1e-3) {
            double mid = (lo + hi) / 2;
            rig_fill(g->dt, N, mid);
            assert_int_equal(rig_call(g, g->model->step), 0);
            if (now(g, "voltage") > limit)
                lo = mid;
            else
                hi = mid;
        }
        return when(g) + hi;
    }
    fail_msg("no end");
    return NAN;
}

/* ---- PyBaMM ---- */

typedef struct peer {
    double amperes, end, at[10], volt[10];
} peer;
static const peer peers[] = {
    { 1,
      18226.391,
      { 10, 60, 600, 3000, 6000, 9000, 12000, 15000, 17500 },
      { 4.12713, 4.11045, 4.06593, 4.00687, 3.85414, 3.69679, 3.57101, 3.41457, 3.00162 } },
    { 5,
      3555.256,
      { 10, 60, 300, 600, 1200, 1800, 2400, 3000, 3400 },
      { 3.99043, 3.94418, 3.89771, 3.81487, 3.66187, 3.51206, 3.39319, 3.22558, 2.89240 } },
    { 10,
      1703.049,
      { 10, 60, 300, 600, 900, 1200, 1500 },
      { 3.88493, 3.81954, 3.62775, 3.43301, 3.30308, 3.15766, 2.94347 } },
};

static void discharges_meet_pybamm(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof peers / sizeof peers[0]; p++) {
        rig *g = fresh(NULL);
        hold(g, FADE_BY_CURRENT, peers[p].amperes);
        for (int k = 0; k < 10 && peers[p].at[k] > 0; k++) {
            go_to(g, peers[p].at[k]);
            double off = now(g, "voltage") - peers[p].volt[k];
            if (!(fabs(off) < 2e-3))
                fail_msg("%g A, %g s: %.5f V, PyBaMM has %.5f", peers[p].amperes, peers[p].at[k], now(g, "voltage"),
                         peers[p].volt[k]);
        }
        double end = end_at(g, 2.5);
        if (!(fabs(end - peers[p].end) < 1))
            fail_msg("%g A ends at %.2f s, PyBaMM's at %.2f s", peers[p].amperes, end, peers[p].end);
        rig_close(g);
    }
}

/* The same with a fine mesh at both: 0.5 mV but for the first minute. */
static void a_fine_mesh_meets_pybamm_closer(void **state)
{
    (void)state;
    static const setting fine[] = { { "points_negative", 60 }, { "points_separator", 20 }, { "points_positive", 60 },
                                    { "particle_modes", 30 }, { "tolerance", 5e-6 }, { NULL, 0 } };
    for (size_t p = 0; p < 2; p++) {
        rig *g = fresh(fine);
        hold(g, FADE_BY_CURRENT, peers[p].amperes);
        for (int k = 2; k < 10 && peers[p].at[k] > 0; k++) {
            go_to(g, peers[p].at[k]);
            assert_true(rig_near(now(g, "voltage") + 10, peers[p].volt[k] + 10, 5e-4 / 13));
        }
        rig_close(g);
    }
}

/* {"thermal": "lumped"}: V, K and W at 1C and 2C. */
static void lumped_heat_meets_pybamm(void **state)
{
    (void)state;
    static const struct { double amperes, end, at, volt, kelvin, watt; } want[] = {
        { 5, 3561.942, 300, 3.90726, 302.5927, 0.73218 },  { 5, 3561.942, 1200, 3.68144, 308.1016, 0.65926 },
        { 5, 3561.942, 2400, 3.41486, 309.8854, 0.69751 }, { 5, 3561.942, 3400, 2.92179, 311.5251, 0.80441 },
        { 10, 1719.782, 60, 3.82748, 301.3468, 2.49823 },  { 10, 1719.782, 600, 3.48733, 321.8997, 2.29326 },
        { 10, 1719.782, 1200, 3.22572, 332.6298, 2.59307 },
    };
    static const setting lumped[] = { { "thermal", 1 }, { NULL, 0 } };
    rig *g = NULL;
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        if (k == 0 || want[k].amperes != want[k - 1].amperes) {
            g = fresh(lumped);
            hold(g, FADE_BY_CURRENT, want[k].amperes);
        }
        go_to(g, want[k].at);
        if (!(fabs(now(g, "voltage") - want[k].volt) < 2e-3 &&
              fabs(now(g, "temperature") - want[k].kelvin) < (want[k].amperes > 5 ? 0.15 : 0.05) &&
              fabs(now(g, "heat") / want[k].watt - 1) < 0.01))
            fail_msg("%g A, %g s: %.5f V %.4f K %.5f W, PyBaMM has %.5f %.4f %.5f", want[k].amperes, want[k].at,
                     now(g, "voltage"), now(g, "temperature"), now(g, "heat"), want[k].volt, want[k].kelvin,
                     want[k].watt);
        if (k + 1 == sizeof want / sizeof want[0] || want[k + 1].amperes != want[k].amperes) {
            assert_true(fabs(end_at(g, 2.5) - want[k].end) < 1);
            rig_close(g);
        }
    }
}

/* D_n 3.3e-14 (0.4 + 1.2 x), D_p 4e-15 (1.6 - x); PyBaMM with 30, 20, 30 volumes and 60 in each particle, rtol = atol =
 * 1e-7. */
static void a_diffusivity_of_stoichiometry_meets_pybamm(void **state)
{
    (void)state;
    static const peer want[] = {
        { 1, 18138.74, { 50, 300, 1500, 3000, 6000, 9000, 12000, 15000, 17000 },
          { 4.11524, 4.08620, 4.05305, 4.01116, 3.85651, 3.69780, 3.57007, 3.41147, 3.11601 } },
        { 5, 3481.07, { 10, 60, 300, 600, 1200, 1800, 2400, 3000, 3400 },
          { 3.99531, 3.94734, 3.91001, 3.82997, 3.67529, 3.51537, 3.38863, 3.20479, 2.77468 } },
    };
    for (size_t p = 0; p < 2; p++) {
        rig *g = rig_open("dfn");
        rig_value(g, "negative.initial_stoichiometry")->real = 29866. / 33133;
        rig_value(g, "positive.initial_stoichiometry")->real = 17038. / 63104;
        rig_value(g, "negative.diffusivity_function")->text = "0.4 + 1.2*x";
        rig_value(g, "positive.diffusivity_function")->text = "1.6 - x";
        assert_int_equal(rig_make(g, N, NULL), 0);
        hold(g, FADE_BY_CURRENT, want[p].amperes);
        for (int k = 0; k < 10 && want[p].at[k] > 0; k++) {
            go_to(g, want[p].at[k]);
            assert_true(fabs(now(g, "voltage") - want[p].volt[k]) < 2e-3);
        }
        rig_close(g);
    }
}

/* ---- the single particle ---- */

static double U_n(double x)
{
    return 1.9793 * exp(-39.3631 * x) + 0.2482 - 0.0909 * tanh(29.8538 * (x - 0.1234)) -
           0.04478 * tanh(14.9159 * (x - 0.2769)) - 0.0205 * tanh(30.4444 * (x - 0.6103));
}

static double U_p(double x)
{
    return -0.8090 * x + 4.4875 - 0.0428 * tanh(18.5138 * (x - 0.5542)) - 17.7326 * tanh(15.7890 * (x - 0.3117)) +
           17.5842 * tanh(15.9308 * (x - 0.3120));
}

/* SPM at a current that has flowed for long (the surface is j R / (5 D F) off the mean), with what SPMe adds: at
 * C/50 1.1 mV by the resistances and the salt. */
static double spm(double t, double I)
{
    const double F = 96485.33212, A = 0.1027, rtf = 2 * 8.314462618 * 298.15 / F;
    const double a[2] = { 3 * 0.75 / 5.86e-6, 3 * 0.665 / 5.22e-6 }, L[2] = { 85.2e-6, 75.6e-6 },
                 R[2] = { 5.86e-6, 5.22e-6 };
    const double D[2] = { 3.3e-14, 4e-15 }, cmax[2] = { 33133, 63104 }, c0[2] = { 29866, 17038 },
                 m[2] = { 6.48e-7, 3.42e-6 };
    double x[2], eta[2];
    for (int k = 0; k < 2; k++) {
        double j = (k ? -1 : 1) * I / A / L[k] / a[k], c = c0[k] - 3 * j * t / (R[k] * F) - j * R[k] / (5 * D[k] * F);
        x[k] = c / cmax[k];
        eta[k] = rtf * asinh(j / (2 * m[k] * sqrt(1000 * c * (cmax[k] - c))));
    }
    double ohmic = I / A * (L[0] / (3 * 0.9487 * 0.125) + 12e-6 / (0.9487 * 0.322216) + L[1] / (3 * 0.9487 * 0.193895) +
                            L[0] / (3 * 215) + L[1] / (3 * 0.18));
    double salt =
        (1 - 0.2594) * I / A / F / 1.7694e-10 * (L[0] / (3 * 0.125) + 12e-6 / 0.322216 + L[1] / (3 * 0.193895));
    return U_p(x[1]) + eta[1] - U_n(x[0]) - eta[0] - ohmic - rtf * (1 - 0.2594) * salt / 1000;
}

static void a_slow_rate_is_the_single_particle(void **state)
{
    (void)state;
    rig *g = fresh(NULL);
    hold(g, FADE_BY_CURRENT, 0.1);
    for (double t = 18000; t <= 162000; t += 18000) {
        go_to(g, t);
        if (!(fabs(now(g, "voltage") - spm(t, 0.1)) < 2e-4))
            fail_msg("C/50 at %g s: %.5f V, SPM %.5f V", t, now(g, "voltage"), spm(t, 0.1));
    }
    rig_close(g);
}

/* ---- orders ---- */

static double at_900(const setting *more, double dt)
{
    rig *g = fresh(more);
    hold(g, FADE_BY_CURRENT, 5);
    for (int k = 0; k < 300; k++) { /* the start, where nothing is smooth, in small steps */
        rig_fill(g->dt, N, 1);
        assert_int_equal(rig_step(g), 0);
    }
    while (when(g) < 900 - 1e-9) {
        rig_fill(g->dt, N, dt);
        assert_int_equal(rig_step(g), 0);
        assert_int_equal(g->tile.status[0], 0);
    }
    double V = now(g, "voltage");
    rig_close(g);
    return V;
}

static void half_the_step_is_a_quarter_of_the_error(void **state)
{
    (void)state;
    static const setting loose[] = { { "tolerance", 1 }, { NULL, 0 } };
    double V[4], dt = 60;
    for (int k = 0; k < 4; k++, dt /= 2)
        V[k] = at_900(loose, dt);
    double order = log2(fabs((V[1] - V[2]) / (V[2] - V[3])));
    print_message("order in time %.2f, of %.2g V at 30 s\n", order, V[1] - V[2]);
    assert_true(order > 1.7);
}

static void half_the_mesh_is_a_quarter_of_the_error(void **state)
{
    (void)state;
    double V[4], n = 10;
    for (int k = 0; k < 4; k++, n *= 2) {
        const setting mesh[] = { { "points_negative", n },
                                 { "points_separator", n },
                                 { "points_positive", n },
                                 { "tolerance", 1 },
                                 { NULL, 0 } };
        V[k] = at_900(mesh, 10);
    }
    double order = log2(fabs((V[1] - V[2]) / (V[2] - V[3])));
    print_message("order in space %.2f\n", order);
    assert_true(order > 1.7);
}

/* ---- what must hold ---- */

static double mean(rig *g, const char *key, uint32_t from, uint32_t count, uint32_t stride)
{
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        sum += rig_x(g, key)[(from + k * stride) * N];
    return sum / count;
}

static void lithium_is_kept(void **state)
{
    (void)state;
    rig *g = fresh(NULL);
    const double F = 96485.33212, A = 0.1027, L[3] = { 85.2e-6, 12e-6, 75.6e-6 }, eps[3] = { 0.25, 0.47, 0.335 };
    double salt0 = 0, negative0 = mean(g, "particle_negative", 0, 30, 16),
           positive0 = mean(g, "particle_positive", 0, 20, 16), ah = 0;
    for (int s = 0; s < 3; s++)
        salt0 += 1000 * eps[s] * L[s];
    static const double amperes[] = { 5, -2, 10, 0, -5, 3 };
    for (int k = 0; k < 6; k++) {
        double dt = 1, t = when(g) + 300, before = 0;
        hold(g, FADE_BY_CURRENT, amperes[k]);
        while (when(g) < t - 1e-9) {
            before = when(g);
            assert_true(go(g, t, &dt));
            ah += amperes[k] * (when(g) - before) / 3600;
        }
        double salt = mean(g, "electrolyte", 0, 30, 1) * eps[0] * L[0] +
                      mean(g, "electrolyte", 30, 10, 1) * eps[1] * L[1] +
                      mean(g, "electrolyte", 40, 20, 1) * eps[2] * L[2];
        double out_n = (negative0 - mean(g, "particle_negative", 0, 30, 16)) * 0.75 * L[0] * A * F / 3600;
        double in_p = (mean(g, "particle_positive", 0, 20, 16) - positive0) * 0.665 * L[2] * A * F / 3600;
        assert_true(fabs(salt / salt0 - 1) < 1e-9);
        assert_true(fabs(out_n - ah) < 1e-9);
        assert_true(fabs(in_p - ah) < 1e-9);
    }
    rig_close(g);
}

/* What leaves both electrodes is in the layer, whatever law grows it. */
static void the_layer_has_what_the_electrodes_lost(void **state)
{
    (void)state;
    for (int law = 1; law <= 6; law++) {
        const setting with[] = { { "sei.model", law }, { "sei.diffusivity_activation", 0 }, { NULL, 0 } };
        rig *g = fresh(with);
        double Qn = 0.75 * 85.2e-6 * 0.1027 * 96485.33212 / 3600, Qp = 0.665 * 75.6e-6 * 0.1027 * 96485.33212 / 3600;
        double before = Qn * mean(g, "particle_negative", 0, 30, 16) + Qp * mean(g, "particle_positive", 0, 20, 16),
               lost = 0;
        static const double amperes[] = { 5, 0, -5, 2 };
        for (int k = 0; k < 4; k++) {
            hold(g, FADE_BY_CURRENT, amperes[k]);
            go_to(g, when(g) + 600);
            double after = Qn * mean(g, "particle_negative", 0, 30, 16) + Qp * mean(g, "particle_positive", 0, 20, 16);
            assert_true(now(g, "lithium_lost_sei") > lost);
            lost = now(g, "lithium_lost_sei");
            assert_true(fabs(before - after - lost) < 1e-9);
            assert_true(now(g, "sei_thickness") > 5e-9);
            assert_true(rig_near(now(g, "lli"), lost / (before + 1e-300), 2e-2));
        }
        assert_true(now(g, "capacity") < 5.1532);
        rig_close(g);
    }
}

static void demands_are_met(void **state)
{
    (void)state;
    static const struct { int control; double demand;
    } held[] = {
        { FADE_BY_VOLTAGE, 3.9 },    { FADE_BY_POWER, 12 },  { FADE_BY_POWER, -8 },
        { FADE_BY_RESISTANCE, 0.7 }, { FADE_BY_CURRENT, 0 }, { FADE_BY_VOLTAGE, 4.15 },
    };
    rig *g = fresh(NULL);
    hold(g, FADE_BY_CURRENT, 5);
    go_to(g, 600);
    for (size_t k = 0; k < sizeof held / sizeof held[0]; k++) {
        hold(g, held[k].control, held[k].demand);
        for (int q = 0; q < 2; q++) {
            if (q == 0)
                assert_int_equal(rig_call(g, g->model->observe), 0); /* at once */
            else
                go_to(g, when(g) + 100);
            double V = now(g, "voltage"), I = now(g, "current");
            double got[] = { I, V, V * I, V / I };
            assert_true(rig_near(got[held[k].control] + 100, held[k].demand + 100, 1e-10));
            assert_true(rig_near(now(g, "power"), V * I, 1e-12));
        }
    }
    rig_close(g);
}

/* A lane comes to the same bits among others and alone among copies. */
static void lanes_do_not_meet(void **state)
{
    (void)state;
    double alone[N];
    for (int pass = 0; pass <= N; pass++) {
        rig *g = fresh(NULL);
        for (int step = 0; step < 12; step++) {
            for (int i = 0; i < N; i++) {
                int like = pass < N ? pass : i;
                rig_in(g, "control")[i] = like % 3;
                rig_in(g, "demand")[i] = like % 3 == 0 ? 1.0 + like : like % 3 == 1 ? 3.6 + 0.05 * like : 10.0 + like;
                g->dt[i] = like == 5 && step % 2 ? 0 : 1 << (step / 2);
            }
            assert_int_equal(rig_step(g), 0);
        }
        for (int i = 0; i < N; i++)
            if (pass < N)
                alone[pass] = now(g, "voltage");
            else
                assert_true(rig_out(g, "voltage")[i] == alone[i]);
        rig_close(g);
    }
}

static void lapack_agrees(void **state)
{
    (void)state;
    double V[2];
    for (int k = 0; k < 2; k++) {
        const setting with[] = { { "linear_solver", k }, { NULL, 0 } };
        rig *g = fresh(with);
        hold(g, FADE_BY_POWER, 20);
        go_to(g, 900);
        V[k] = now(g, "voltage");
        rig_close(g);
    }
    assert_true(fabs(V[0] - V[1]) < 1e-8);
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    rig *g = fresh(NULL);
    hold(g, FADE_BY_POWER, 5000);
    rig_fill(g->dt, N, 1);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], FADE_ESOLVE);
    assert_non_null(strstr(g->text, "no current gives 5000 W"));
    hold(g, 7, 1);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], FADE_EINVAL);
    assert_non_null(strstr(g->text, "control is 7"));
    hold(g, FADE_BY_CURRENT, NAN);
    assert_int_equal(rig_step(g), 0);
    assert_non_null(strstr(g->text, "demand is nan"));
    hold(g, FADE_BY_CURRENT, 5); /* and goes on */
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], 0);
    rig_close(g);
}

/* 5 A drawn for ever: the lane asks for shorter steps and ends with a sentence, not with numbers. */
static void an_empty_cell_ends(void **state)
{
    (void)state;
    rig *g = fresh(NULL);
    double dt = 1;
    hold(g, FADE_BY_CURRENT, 5);
    int k = 0;
    while (k < 1000 && go(g, 1e5, &dt)) {
        assert_true(isfinite(now(g, "voltage")));
        k++;
    }
    assert_true(k < 1000);
    assert_true(when(g) > 3550 && when(g) < 4000);
    assert_int_equal(g->tile.status[0], FADE_ESOLVE);
    assert_non_null(strstr(g->text, "surfaces filled to"));
    rig_close(g);
}

/* Random cells, demands and steps: rows of numbers, or a status. */
static double draw(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return (double)(*s >> 11) * 0x1p-53;
}

static void random_cells_have_numbers_or_a_status(void **state)
{
    (void)state;
    static const struct { const char *key; double lo, hi;
    } wild[] = {
        { "negative.thickness", 2e-5, 2e-4 },         { "positive.thickness", 2e-5, 2e-4 },
        { "negative.diffusivity", 1e-17, 1e-12 },     { "positive.diffusivity", 1e-17, 1e-12 },
        { "negative.reaction_rate", 1e-8, 1e-4 },     { "positive.reaction_rate", 1e-8, 1e-4 },
        { "negative.conductivity", 1e-3, 300 },       { "positive.conductivity", 1e-3, 300 },
        { "negative.transport_efficiency", 1e-3, 1 }, { "heat_capacity", 1, 100 },
        { "electrolyte.concentration", 10, 1e4 },     { "positive.particle_radius", 1e-7, 1e-4 },
    };
    uint64_t s = 88172645463325252u;
    for (int r = 0; r < 25; r++) {
        rig *g = rig_open("dfn");
        for (size_t k = 0; k < sizeof wild / sizeof wild[0]; k++)
            rig_value(g, wild[k].key)->real = wild[k].lo * pow(wild[k].hi / wild[k].lo, draw(&s));
        rig_value(g, "points_negative")->real = 2 + (int)(20 * draw(&s));
        rig_value(g, "points_positive")->real = 2 + (int)(20 * draw(&s));
        rig_value(g, "thermal")->real = r % 2;
        rig_value(g, "initial_soc")->real = draw(&s);
        assert_int_equal(rig_make(g, N, NULL), 0);
        for (int k = 0; k < 60; k++) {
            for (int i = 0; i < N && k % 5 == 0; i++) {
                int c = (int)(4 * draw(&s));
                rig_in(g, "control")[i] = c;
                rig_in(g, "demand")[i] = c == 0   ? 40 * (draw(&s) - 0.5)
                                         : c == 1 ? 2.2 + 2.2 * draw(&s)
                                         : c == 2 ? 100 * (draw(&s) - 0.4)
                                                  : draw(&s);
            }
            for (int i = 0; i < N; i++)
                g->dt[i] = pow(10, 4 * draw(&s) - 2);
            assert_int_equal(rig_step(g), 0);
            for (int i = 0; i < N; i++) {
                if (g->tile.status[i] == FADE_RETRY)
                    assert_true(g->tile.wish[i] < g->dt[i]);
                if (g->tile.status[i] != 0)
                    continue;
                assert_true(isfinite(rig_out(g, "voltage")[i]) && isfinite(rig_out(g, "current")[i]) &&
                            isfinite(rig_out(g, "heat")[i]));
                assert_true(isfinite(rig_out(g, "temperature")[i]) && g->tile.wish[i] > 0);
            }
        }
        rig_close(g);
    }
}

static void what_it_cannot_do_is_said(void **state)
{
    (void)state;
    rig *g = rig_open("dfn");
    rig_value(g, "plating.model")->real = 1;
    assert_int_equal(rig_make(g, N, NULL), FADE_EINVAL);
    assert_non_null(strstr(g->text, "plating.model is not in dfn"));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discharges_meet_pybamm),
        cmocka_unit_test(a_fine_mesh_meets_pybamm_closer),
        cmocka_unit_test(lumped_heat_meets_pybamm),
        cmocka_unit_test(a_diffusivity_of_stoichiometry_meets_pybamm),
        cmocka_unit_test(a_slow_rate_is_the_single_particle),
        cmocka_unit_test(half_the_step_is_a_quarter_of_the_error),
        cmocka_unit_test(half_the_mesh_is_a_quarter_of_the_error),
        cmocka_unit_test(lithium_is_kept),
        cmocka_unit_test(the_layer_has_what_the_electrodes_lost),
        cmocka_unit_test(demands_are_met),
        cmocka_unit_test(lanes_do_not_meet),
        cmocka_unit_test(lapack_agrees),
        cmocka_unit_test(what_cannot_be_is_said),
        cmocka_unit_test(an_empty_cell_ends),
        cmocka_unit_test(random_cells_have_numbers_or_a_status),
        cmocka_unit_test(what_it_cannot_do_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
