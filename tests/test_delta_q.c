/* SPDX-License-Identifier: MIT
 * test_delta_q.c - two synthetic discharge curves, their difference against numpy and scipy.
 */
#include "tests/near.h"
#include "core/study/delta_q.h"
#include <math.h>
#include <string.h>

enum { N = 201 };
typedef struct curve { double v[2 * N], q[2 * N]; size_t n; } curve;

/* A cell of LFP's kind: one step in Q(V), moved by `shift` V and scaled. */
static curve made(double shift, double scale)
{
    curve c = { .n = N };
    for (int i = 0; i < N; i++) {
        double v = 3.6 - 1.6 * i / 200;
        c.v[i] = v;
        c.q[i] = scale * 1.1 * (1 / (1 + exp((v - 3.1 + shift) / 0.08)) + 0.1 * (3.6 - v) / 1.6);
    }
    return c;
}

static delta_q of(const curve *a, const curve *b, double low, double high, size_t points)
{
    delta_q d;
    why w = { 0 };
    delta_q_curve early = { a->v, a->q, a->n }, late = { b->v, b->q, b->n };
    int rc = delta_q_of(&early, &late, low, high, points, &d, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    return d;
}

/* i = np.arange(201); v = 3.6 - 1.6 * i / 200
 * q = lambda shift, scale: scale * 1.1 * (1 / (1 + np.exp((v - 3.1 + shift) / 0.08)) + 0.1 * (3.6 - v) / 1.6)
 * g = 3.4 - 1.2 * np.arange(1000) / 999; f = lambda y: np.interp(g, v[::-1], y[::-1]); d = f(q(.02, .97)) - f(q(0, 1))
 * d.min(), d.mean(), d.var(), stats.skew(d), stats.kurtosis(d, fisher=False), np.log10(d.var()) */
static void as_scipy(void **state)
{
    (void)state;
    curve a = made(0, 1), b = made(0.02, 0.97);
    delta_q d = of(&a, &b, 2.2, 3.4, 0);
    assert_near(d.minimum, -0.086213301491605, 1e-12);
    assert_near(d.mean, -0.04374659015999335, 1e-12);
    assert_near(d.variance, 0.00036450232400517057, 1e-14);
    assert_near(d.skewness, -0.7133639316229684, 1e-9);
    assert_near(d.kurtosis, 3.0431479935928336, 1e-9);
    assert_near(d.log_variance, -3.4382996983490135, 1e-10);
    assert_near(d.log_minimum, log10(0.086213301491605), 1e-10);
}

/* Severson's finding, on curves made to have it: the more a cell has aged, the larger the variance. */
static void ageing_widens(void **state)
{
    (void)state;
    curve a = made(0, 1);
    double last = -INFINITY;
    for (int k = 1; k <= 8; k++) {
        curve b = made(0.004 * k, 1 - 0.005 * k);
        delta_q d = of(&a, &b, NAN, NAN, 0);
        assert_near(d.low, 2.0, 1e-12);
        assert_near(d.high, 3.6, 1e-12);
        assert_true(d.log_variance > last);
        last = d.log_variance;
    }
    delta_q same = of(&a, &a, NAN, NAN, 0);
    assert_near(same.variance, 0, 0);
    assert_near(same.minimum, 0, 0);
    assert_true(isnan(same.skewness) && isnan(same.log_variance) && isnan(same.log_minimum));
}

/* Rest before the load, a voltage that comes back, a lost sample: none of it counts. */
static void what_does_not_fall_is_passed_over(void **state)
{
    (void)state;
    curve a = made(0, 1), b = made(0.02, 0.97), c = { .n = 0 };
    for (size_t i = 0; i < b.n; i++) {
        c.v[c.n] = b.v[i];
        c.q[c.n++] = b.q[i];
        if (i % 20 == 7) {
            c.v[c.n] = b.v[i] + 0.3;
            c.q[c.n++] = 9;
        }
        if (i % 50 == 9) {
            c.v[c.n] = NAN;
            c.q[c.n++] = b.q[i];
        }
    }
    delta_q d = of(&a, &b, 2.2, 3.4, 500), e = of(&a, &c, 2.2, 3.4, 500);
    assert_true(memcmp(&d, &e, sizeof d) == 0);
}

static void refusals(void **state)
{
    (void)state;
    curve a = made(0, 1), b = made(0.02, 0.97), one = { .v = { 3 }, .q = { 1 }, .n = 1 };
    delta_q d;
    const struct { const curve *a, *b; double low, high; size_t points; const char *expected; } cases[] = {
        { &one, &b, NAN, NAN, 0, "the early curve has 1 samples" },
        { &a, &one, NAN, NAN, 0, "the late curve has 1 samples" },
        { &a, &b, 1.5, 3.4, 0, "from 2 to 3.6 V, they cannot be compared from 1.5 to 3.4 V" },
        { &a, &b, 3, 2.5, 0, "cannot be compared" },
        { &a, &b, NAN, NAN, 1, "two voltages or more" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        why w = { 0 };
        assert_int_equal(delta_q_of(&(delta_q_curve){ cases[i].a->v, cases[i].a->q, cases[i].a->n },
                                    &(delta_q_curve){ cases[i].b->v, cases[i].b->q, cases[i].b->n }, cases[i].low,
                                    cases[i].high, cases[i].points, &d, &w), E_INPUT);
        if (!strstr(w.text, cases[i].expected))
            fail_msg("\"%s\" lacks \"%s\"", w.text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scipy),
        cmocka_unit_test(ageing_widens),
        cmocka_unit_test(what_does_not_fall_is_passed_over),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
