/* SPDX-License-Identifier: MIT
 * test_sensitivity.c - functions whose shares of the variance are known: Ishigami's, Sobol's G; screening and
 * differences of polynomials.
 */
#include "core/study/sensitivity.h"
#include "tests/near.h"
#include <string.h>

static size_t asked;

/* Ishigami and Homma 1990 with a = 7, b = 0.1, x in -pi .. pi; and a second outcome that is lost where x1 is high. */
static int ishigami(void *ctx, size_t n, const double *x, double *y, why *w)
{
    (void)ctx;
    (void)w;
    asked += n;
    for (size_t i = 0; i < n; i++) {
        double a = (2 * x[3 * i] - 1) * M_PI, b = (2 * x[3 * i + 1] - 1) * M_PI, c = (2 * x[3 * i + 2] - 1) * M_PI;
        y[2 * i] = sin(a) + 7 * pow(sin(b), 2) + 0.1 * pow(c, 4) * sin(a);
        y[2 * i + 1] = x[3 * i] > 0.9 ? NAN : x[3 * i + 1];
    }
    return E_OK;
}

static void sobol_of_ishigami(void **state)
{
    (void)state;
    why w = { 0 };
    static sensitivity_result r;
    double p4 = pow(M_PI, 4), p8 = p4 * p4, v1 = 0.5 * pow(1 + 0.1 * p4 / 5, 2), v2 = 49 / 8.0;
    double v13 = 0.01 * p8 * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
    asked = 0;
    assert_int_equal(sensitivity_sobol(3, 2, 4096, 7, ishigami, NULL, &r, &w), E_OK);
    assert_int_equal(asked, 4096 * 5);
    assert_int_equal(r.points, asked);
    assert_near(r.mean[0], 3.5, 0.02);
    assert_near(r.sd[0], sqrt(v), 0.02);
    const double first[3] = { v1 / v, v2 / v, 0 }, total[3] = { (v1 + v13) / v, v2 / v, v13 / v };
    for (int j = 0; j < 3; j++) {
        assert_near(r.at[0][j].first, first[j], 0.01);
        assert_near(r.at[0][j].total, total[j], 0.01);
        assert_true(r.at[0][j].first_half < 0.1 && r.at[0][j].total_half < 0.1);
    }
    assert_int_equal(r.lost[0], 0);
    assert_true(r.lost[1] > 4096 * 0.1);          /* A's or B's x1 above 0.9 */
    assert_near(r.at[1][1].total, 1, 0.02);
    assert_near(r.at[1][0].total, 0, 1e-12);
}

/* Saltelli and Sobol 1995: prod (|4x - 2| + a) / (1 + a). */
static const double g_a[6] = { 0, 0.5, 3, 9, 99, 99 };
static int g_function(void *ctx, size_t n, const double *x, double *y, why *w)
{
    (void)ctx;
    (void)w;
    for (size_t i = 0; i < n; i++) {
        y[i] = 1;
        for (int j = 0; j < 6; j++)
            y[i] *= (fabs(4 * x[6 * i + (size_t)j] - 2) + g_a[j]) / (1 + g_a[j]);
    }
    return E_OK;
}

static void sobol_of_g(void **state)
{
    (void)state;
    why w = { 0 };
    static sensitivity_result r;
    double v = 1, part[6];
    for (int j = 0; j < 6; j++) {
        part[j] = 1 / (3 * pow(1 + g_a[j], 2));
        v *= 1 + part[j];
    }
    assert_int_equal(sensitivity_sobol(6, 1, 4096, 3, g_function, NULL, &r, &w), E_OK);
    for (int j = 0; j < 6; j++) {
        assert_near(r.at[0][j].first, part[j] / (v - 1), 0.02);
        assert_near(r.at[0][j].total, part[j] / (1 + part[j]) * v / (v - 1), 0.02);
    }
}

/* 3 x1 - 2 x2 + 5 x1 x3, and nothing of x4. */
static int crossed(void *ctx, size_t n, const double *x, double *y, why *w)
{
    (void)ctx;
    (void)w;
    for (size_t i = 0; i < n; i++)
        y[i] = 3 * x[4 * i] - 2 * x[4 * i + 1] + 5 * x[4 * i] * x[4 * i + 2];
    return E_OK;
}

static void screening_of_a_crossed_plane(void **state)
{
    (void)state;
    why w = { 0 };
    static sensitivity_result r, again;
    assert_int_equal(sensitivity_morris(4, 1, 400, 11, crossed, NULL, &r, &w), E_OK);
    const sensitivity_effect *e = r.at[0];
    assert_near(e[1].mu, -2, 1e-12);
    assert_near(e[1].mu_star, 2, 1e-12);
    assert_near(e[1].sigma, 0, 1e-12);
    assert_near(e[0].mu, 3 + 2.5, 0.25);          /* 5 x3 on a grid of mean 1/2 */
    assert_near(e[0].sigma, 5 * sqrt(5.0 / 36), 0.15);    /* levels 0, 1/3, 2/3, 1: variance 5/36 */
    assert_near(e[2].mu_star, 2.5, 0.25);
    assert_near(e[3].mu_star, 0, 1e-12);
    assert_int_equal(sensitivity_morris(4, 1, 400, 11, crossed, NULL, &again, &w), E_OK);
    assert_memory_equal(&r, &again, sizeof r);
}

static void differences_at_a_point(void **state)
{
    (void)state;
    why w = { 0 };
    static sensitivity_result r;
    const double at[4] = { 1, 0.5, 0.25, 0 };
    assert_int_equal(sensitivity_local(4, 1, at, 0.01, crossed, NULL, &r, &w), E_OK);
    assert_near(r.mean[0], 3 - 1 + 1.25, 1e-12);
    assert_near(r.at[0][0].slope, 3 + 1.25, 1e-9);        /* at the box' end: inward */
    assert_near(r.at[0][1].slope, -2, 1e-9);
    assert_near(r.at[0][2].slope, 5, 1e-9);
    assert_near(r.at[0][3].slope, 0, 1e-9);
}

static int broken(void *ctx, size_t n, const double *x, double *y, why *w)
{
    (void)ctx, (void)n, (void)x, (void)y, (void)w;
    return E_CANCEL;
}

static void bounds_and_breaks(void **state)
{
    (void)state;
    why w = { 0 };
    static sensitivity_result r;
    assert_int_equal(sensitivity_sobol(0, 1, 64, 1, crossed, NULL, &r, &w), E_DOMAIN);
    assert_int_equal(sensitivity_morris(4, 1, 1, 1, crossed, NULL, &r, &w), E_DOMAIN);
    assert_int_equal(sensitivity_sobol(4, 1, 64, 1, broken, NULL, &r, &w), E_CANCEL);
    assert_int_equal(sensitivity_morris(4, 1, 64, 1, broken, NULL, &r, &w), E_CANCEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sobol_of_ishigami),
        cmocka_unit_test(sobol_of_g),
        cmocka_unit_test(screening_of_a_crossed_plane),
        cmocka_unit_test(differences_at_a_point),
        cmocka_unit_test(bounds_and_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
