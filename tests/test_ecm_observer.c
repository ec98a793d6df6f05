/* SPDX-License-Identifier: MIT
 * test_ecm_observer.c - the filter over the circuit: on cells whose truth is known (ecm, with noise), and on measured
 * ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include "rig.h"
#include "tests/data.h"

enum { N = 64, MINUTE = 60, FINE = 10 };
static const double V_NOISE = 0.005, I_NOISE = 0.02;

static uint64_t seed;
static double uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return ((double)(seed >> 11) + 0.5) * 0x1p-53;
}
static double normal(void) { return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()); }

/* A duty like a car's: levels that change every few seconds, more out than in. */
static double load_at(double t, uint32_t lane)
{
    double a = sin(0.11 * t + lane) + sin(0.037 * t + 2.0 * lane) + 0.6 * sin(0.31 * t);
    return 1.0 + 1.6 * a;
}

typedef struct world { rig *cell, *filter; double start[N]; int t; } world;

static void both_have(world *w, const char *key, double v)
{
    rig_value(w->cell, key)->real = v;
    rig_value(w->filter, key)->real = v;
}

/* Sixty-four cells, whose truth starts anywhere between 0.5 and 0.95; the filter believes in 0.5 with 0.25. */
static world open_world(double r0_true)
{
    world w = { .cell = rig_open("ecm"), .filter = rig_open("ecm-observer") };
    seed = 88172645463325252u;
    both_have(&w, "pairs", 2);
    rig_value(w.cell, "thermal")->real = 1;
    rig_value(w.cell, "r0")->real = r0_true;
    rig_value(w.filter, "r0")->real = 0.03;
    rig_value(w.filter, "initial_soc_sigma")->real = 0.25;
    rig_value(w.filter, "initial_resistance_sigma")->real = 0.3;
    rig_value(w.filter, "voltage_sigma")->real = V_NOISE;
    rig_value(w.filter, "current_sigma")->real = I_NOISE;
    rig_value(w.filter, "soc_walk")->real = 1e-5;
    rig_value(w.filter, "rc_walk")->real = 1e-5;
    rig_value(w.filter, "resistance_walk")->real = 1e-4;
    assert_int_equal(rig_make(w.cell, N, NULL), 0);
    assert_int_equal(rig_make(w.filter, N, NULL), 0);
    for (uint32_t i = 0; i < N; i++) {
        w.start[i] = 0.5 + 0.45 * uniform();
        rig_x(w.cell, "charge")[i] = (1 - w.start[i]) * 2;
    }
    return w;
}

static void second(world *w)
{
    for (int k = 0; k < FINE; k++) {               /* the cell moves in tenths of a second, the filter sees a second */
        for (uint32_t i = 0; i < N; i++)
            rig_in(w->cell, "demand")[i] = load_at(w->t + (k + 0.5) / FINE, i);
        rig_fill(w->cell->dt, N, 1.0 / FINE);
        assert_int_equal(rig_step(w->cell), 0);
    }
    w->t++;
    for (uint32_t i = 0; i < N; i++)
        rig_in(w->cell, "demand")[i] = load_at(w->t, i);
    assert_int_equal(rig_call(w->cell, w->cell->model->observe), 0);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(w->cell->tile.status[i], 0);
        rig_in(w->filter, "time")[i] = w->t;
        rig_in(w->filter, "voltage")[i] = rig_out(w->cell, "voltage")[i] + V_NOISE * normal();
        rig_in(w->filter, "current")[i] = rig_out(w->cell, "current")[i] + I_NOISE * normal();
    }
    assert_int_equal(rig_step(w->filter), 0);
}

static void close_world(world *w)
{
    rig_close(w->cell);
    rig_close(w->filter);
}

/* Is the lane's covariance positive definite (Cholesky), with four of its six states in use? */
static bool positive(rig *g, uint32_t lane)
{
    double P[6][6], L[6][6] = { { 0 } };
    uint32_t at = 0;
    for (int r = 0; r < 6; r++)
        for (int c = r; c < 6; c++)
            P[r][c] = P[c][r] = rig_x(g, "covariance")[at++ * N + lane];
    for (int r = 0; r < 4; r++)
        for (int c = 0; c <= r; c++) {
            double s = P[r][c];
            for (int k = 0; k < c; k++)
                s -= L[r][k] * L[c][k];
            if (r == c && !(s > 0))
                return false;
            L[r][c] = r == c ? sqrt(s) : s / L[c][c];
        }
    return true;
}

/* From 0.5 +- 0.25, wherever the cell really stands: within 2 % after ten minutes, 1 % after twenty; the resistance,
 * 40 % too small at the start, within 5 %.  The error is as large as the filter says: the mean of error^2 / sigma^2
 * over the cells is one (NEES), and the innovations are white and as wide as said. */
static void truth_is_found(void **state)
{
    (void)state;
    world w = open_world(0.042);
    double worst[3] = { 0 }, nees = 0, nis = 0, lag = 0, n = 0, last[N] = { 0 }, r_off = 0;
    for (int t = 1; t <= 30 * MINUTE; t++) {
        second(&w);
        for (uint32_t i = 0; i < N; i++) {
            double off = rig_out(w.filter, "soc")[i] - rig_out(w.cell, "soc")[i];
            double sigma = rig_out(w.filter, "soc_sigma")[i];
            double z = rig_out(w.filter, "innovation")[i] / rig_out(w.filter, "innovation_sigma")[i];
            worst[0] = t > 10 * MINUTE ? fmax(worst[0], fabs(off)) : 0;
            worst[1] = t > 20 * MINUTE ? fmax(worst[1], fabs(off)) : 0;
            if (t > 20 * MINUTE) {
                nees += off * off / (sigma * sigma);
                nis += z * z;
                lag += z * last[i];
                n++;
            }
            last[i] = z;
            assert_true(t % 100 || positive(w.filter, i));
        }
    }
    for (uint32_t i = 0; i < N; i++)
        r_off = fmax(r_off, fabs(rig_out(w.filter, "r0")[i] / 0.042 - 1));
    print_message("worst soc error after 10 min %.4f, 20 min %.4f; r0 %.3f; NEES %.3f, NIS %.3f, lag 1 %.4f\n",
                  worst[0], worst[1], r_off, nees / n, nis / n, lag / n);
    assert_true(worst[0] < 0.02);
    assert_true(worst[1] < 0.01);
    assert_true(r_off < 0.05);
    assert_true(nees / n > 0.5 && nees / n < 2);
    assert_true(nis / n > 0.9 && nis / n < 1.1);
    assert_true(fabs(lag / n) < 0.05);
    close_world(&w);
}

/* Without noise and with the right start the filter is the model: nothing moves it. */
static void agrees_with_the_model(void **state)
{
    (void)state;
    world w = open_world(0.03);
    rig_fill(rig_param(w.filter, "initial_soc"), N, 0.9);
    assert_int_equal(rig_call(w.filter, w.filter->model->init), 0);
    rig_fill(w.filter->dt, N, 1);
    rig_take(w.filter);
    rig_fill(rig_x(w.cell, "charge"), N, 0.2);
    rig_fill(w.filter->t, N, 0);
    double I = 1.5;
    rig_fill(rig_in(w.filter, "time"), N, 0);
    rig_fill(rig_in(w.cell, "demand"), N, I);
    assert_int_equal(rig_call(w.cell, w.cell->model->observe), 0);
    for (int t = 0; t < 600; t += 5) {
        rig_fill(rig_in(w.filter, "time"), N, t);
        rig_fill(rig_in(w.filter, "current"), N, I);
        rig_fill(rig_in(w.filter, "voltage"), N, rig_out(w.cell, "voltage")[0]);
        assert_int_equal(rig_step(w.filter), 0);
        assert_true(fabs(rig_out(w.filter, "innovation")[3]) < 1e-9);
        assert_true(rig_near(rig_out(w.filter, "soc")[3], rig_out(w.cell, "soc")[0], 1e-9));
        rig_fill(w.cell->dt, N, 5);
        assert_int_equal(rig_step(w.cell), 0);
    }
    close_world(&w);
}

/* Millions of updates with a noise far below rounding's reach: P stays positive, the estimate a number. */
static void stays_positive(void **state)
{
    (void)state;
    world w = open_world(0.03);
    rig_fill(rig_param(w.filter, "voltage_sigma"), N, 1e-7);
    rig_fill(rig_param(w.filter, "current_sigma"), N, 1e-7);
    for (int t = 1; t <= 40000; t++) {
        rig_fill(rig_in(w.filter, "time"), N, t);
        for (uint32_t i = 0; i < N; i++) {
            rig_in(w.filter, "current")[i] = 0.5 * sin(0.05 * t + i);
            rig_in(w.filter, "voltage")[i] = 3.7 + 1e-3 * sin(0.013 * t);
        }
        assert_int_equal(rig_step(w.filter), 0);
        for (uint32_t i = 0; i < N && t % 500 == 0; i++) {
            assert_int_equal(w.filter->tile.status[i], 0);
            assert_true(positive(w.filter, i));
        }
    }
    close_world(&w);
}

/* A voltage that is missing moves only the charge; the same stamp is the same sample; an earlier one a new test, in
 * which what was learnt of the resistance stands. */
static void samples_that_are_not_plain(void **state)
{
    (void)state;
    world w = open_world(0.042);
    rig *g = w.filter;
    for (int t = 0; t < 15 * MINUTE; t++)
        second(&w);
    double soc = rig_out(g, "soc")[0], r0 = rig_out(g, "r0")[0], sigma = rig_out(g, "soc_sigma")[0];
    assert_int_equal(rig_step(g), 0);
    assert_true(rig_out(g, "soc")[0] == soc && rig_out(g, "soc_sigma")[0] == sigma);
    double I = rig_in(g, "current")[0];
    rig_fill(rig_in(g, "voltage"), N, NAN);
    rig_fill(rig_in(g, "time"), N, w.t + 10);
    assert_int_equal(rig_step(g), 0);
    assert_true(rig_near(rig_out(g, "soc")[0], soc - I * 10 / 3600 / 2, 1e-12));
    assert_true(rig_out(g, "soc_sigma")[0] > sigma);
    rig_fill(rig_in(g, "time"), N, 0);
    assert_int_equal(rig_step(g), 0);
    assert_true(rig_out(g, "soc")[0] == 0.5);
    assert_true(rig_near(rig_out(g, "soc_sigma")[0], 0.25, 1e-12));
    assert_true(rig_near(rig_out(g, "r0")[0], r0, 1e-6));
    rig_in(g, "time")[5] = -3;
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[5], FADE_EINVAL);
    assert_non_null(strstr(g->text, "a sample of time -3 s"));
    close_world(&w);
}

/* ---- measured cells ---- */

enum { MOST = 60000 };
typedef struct series { double t[MOST], I[MOST], V[MOST], T[MOST], soc[MOST]; int n; } series;
static series slow, run;

/* Columns `at` of time, current, voltage, temperature (-1: none); rows whose field `only` is `is`. */
static bool read_series(series *s, const char *name, const int at[4], int only, double is, double sign)
{
    char line[400];
    const char *path = data_file(name);
    gzFile f = path ? gzopen(path, "r") : NULL;
    s->n = 0;
    if (!f)
        return false;
    while (gzgets(f, line, sizeof line) && s->n < MOST) {
        double v[12] = { 0 };
        int k = 0;
        char *p = line, *end;
        for (; k < 12; k++, p = end + 1) {
            v[k] = strtod(p, &end);
            if (end == p || (*end != ',' && k == 0))
                break;
            if (*end != ',') {
                k++;
                break;
            }
        }
        if (k < 3 || (only >= 0 && v[only] != is))
            continue;
        s->t[s->n] = v[at[0]];
        s->I[s->n] = sign * v[at[1]];
        s->V[s->n] = v[at[2]];
        s->T[s->n++] = at[3] < 0 ? NAN : v[at[3]] + 273.15;
    }
    gzclose(f);
    return s->n > 10;
}

/* State of charge by counting, 1 at the first sample; what was drawn in all, Ah. */
static double count(series *s, double capacity)
{
    double q = 0;
    s->soc[0] = 1;
    for (int k = 1; k < s->n; k++) {
        q += (s->I[k] + s->I[k - 1]) / 2 * (s->t[k] - s->t[k - 1]) / 3600;
        s->soc[k] = 1 - q / capacity;
    }
    return q;
}

/* An open-circuit curve of a hundred points from a slow discharge, R I added. */
static double curve[2 * 101];
static void curve_from(const series *s, double R)
{
    int k = s->n - 1;
    for (int j = 0; j <= 100; j++) {
        double at = s->soc[s->n - 1] + (1 - s->soc[s->n - 1]) * j / 100;
        while (k > 0 && s->soc[k] < at)
            k--;
        curve[j] = at;
        curve[101 + j] = s->V[k] + R * s->I[k];
    }
}

/* Worst error against counting, `after` seconds from the start to the last 5 % of charge. */
static double follow(rig *g, const series *s, double after, double *first)
{
    double worst = 0;
    for (int k = 0; k < s->n; k++) {
        rig_fill(rig_in(g, "time"), 8, s->t[k]);
        rig_fill(rig_in(g, "current"), 8, s->I[k]);
        rig_fill(rig_in(g, "voltage"), 8, s->V[k]);
        rig_fill(rig_in(g, "temperature"), 8, s->T[k]);
        assert_int_equal(rig_step(g), 0);
        assert_int_equal(g->tile.status[0], 0);
        double off = rig_out(g, "soc")[0] - s->soc[k];
        if (k == 0)
            *first = off;
        if (s->t[k] - s->t[0] > after && s->soc[k] > 0.05)
            worst = fmax(worst, fabs(off));
    }
    return worst;
}

static void about_energy(void **state)
{
    (void)state;
    static const int at[] = { 0, 1, 2, -1 };
    static const char *const rates[] = { "Co2", "1C" };
    if (!read_series(&slow, "about_energy/NMC_25degC_Co20.csv", at, -1, 0, -1))
        skip();
    double Q = count(&slow, 1), first, all[2];
    count(&slow, Q);
    curve_from(&slow, 0.004);
    for (int k = 0; k < 2; k++) {                  /* what a current lowers the voltage by at half charge, per ampere */
        char name[80];
        snprintf(name, sizeof name, "about_energy/NMC_25degC_%s.csv", rates[k]);
        assert_true(read_series(&run, name, at, -1, 0, -1));
        count(&run, Q);
        int j = 0, i = 0;
        while (run.soc[j] > 0.5)
            j++;
        while (slow.soc[i] > 0.5)
            i++;
        all[k] = (slow.V[i] - run.V[j]) / (run.I[j] - slow.I[i]);
    }
    for (int k = 0; k < 2; k++) {                  /* each rate by the resistance of the other one */
        char name[80];
        snprintf(name, sizeof name, "about_energy/NMC_25degC_%s.csv", rates[k]);
        assert_true(read_series(&run, name, at, -1, 0, -1));
        count(&run, Q);
        rig *g = rig_open("ecm-observer");
        rig_value(g, "nominal_capacity")->real = Q;
        rig_value(g, "ocv")->v = curve;
        rig_value(g, "ocv")->n = 101;
        rig_value(g, "pairs")->real = 1;
        rig_value(g, "r0")->real = 0.004;
        rig_value(g, "r1")->real = all[!k] - 0.004;
        rig_value(g, "c1")->real = 20000;
        rig_value(g, "initial_soc")->real = 0.7;
        rig_value(g, "voltage_sigma")->real = 0.05;        /* what a circuit does not say of this cell is tens of mV */
        assert_int_equal(rig_make(g, 8, NULL), 0);
        double worst = follow(g, &run, 10 * MINUTE, &first);
        print_message("NMC pouch of %.2f Ah, %s, r0 + r1 %.4f ohm: off by %.3f at first, at most %.4f from 10 min\n", Q,
                      rates[k], all[!k], first, worst);
        assert_true(worst < 0.025);
        rig_close(g);
    }
}

static void nasa(void **state)
{
    (void)state;
    static const int at[] = { 2, 4, 3, 5 };
    if (!read_series(&slow, "nasa/samples/B0005.csv.gz", at, 0, 1, -1))
        skip();
    double Q = count(&slow, 1), first;
    while (slow.n > 10 && slow.I[slow.n - 1] < 1)  /* rest behind the cut-off */
        slow.n--;
    count(&slow, Q);
    curve_from(&slow, 0.1);
    for (int cycle = 2; cycle <= 22; cycle += 10) {
        assert_true(read_series(&run, "nasa/samples/B0005.csv.gz", at, 0, cycle, -1));
        count(&run, Q);
        rig *g = rig_open("ecm-observer");
        rig_value(g, "nominal_capacity")->real = Q;
        rig_value(g, "ocv")->v = curve;
        rig_value(g, "ocv")->n = 101;
        rig_value(g, "pairs")->real = 1;
        rig_value(g, "r0")->real = 0.07;
        rig_value(g, "r1")->real = 0.03;
        rig_value(g, "c1")->real = 2000;
        rig_value(g, "initial_soc")->real = 0.6;
        rig_value(g, "voltage_sigma")->real = 0.02;
        assert_int_equal(rig_make(g, 8, NULL), 0);
        double worst = follow(g, &run, 10 * MINUTE, &first);
        print_message("B0005 discharge %d: off by %.3f at first, at most %.4f from 10 min on, r0 %.4f\n", cycle, first,
                      worst, rig_out(g, "r0")[0]);
        assert_true(worst < 0.02);
        rig_close(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_is_found),
        cmocka_unit_test(agrees_with_the_model),
        cmocka_unit_test(stays_positive),
        cmocka_unit_test(samples_that_are_not_plain),
        cmocka_unit_test(about_energy),
        cmocka_unit_test(nasa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
