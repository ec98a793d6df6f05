/* SPDX-License-Identifier: MIT
 * test_design.c - designs against published points, exact strata and discrepancies; quantiles against 40-digit values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/design.h"
#include "core/study/design_sobol.h"

static design *opened(int kind, size_t naxis, const uint64_t *size, uint64_t n, uint64_t seed)
{
    design *d = NULL;
    why w = { 0 };
    if (design_open(kind, naxis, size, n, seed, &d, &w))
        fail_msg("%s", w.text);
    return d;
}

/* All points, [n][naxis]. */
static double *points(int kind, size_t naxis, uint64_t n, uint64_t seed)
{
    uint64_t size[DESIGN_SOBOL_MOST] = { 0 };
    design *d = opened(kind, naxis, size, n, seed);
    double *x = malloc(n * naxis * sizeof *x);
    for (uint64_t i = 0; i < n; i++)
        design_at(d, i, x + i * naxis);
    design_close(d);
    return x;
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

static void a_grid_counts_with_the_last_axis_first(void **state)
{
    (void)state;
    const uint64_t size[] = { 2, 3, 4 };
    design *d = opened(DESIGN_GRID, 3, size, 0, 1);
    double x[3];
    assert_int_equal(design_points(d), 24);
    uint64_t i = 0;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 3; b++)
            for (int c = 0; c < 4; c++, i++) {
                design_at(d, i, x);
                assert_true(x[0] == a && x[1] == b && x[2] == c);
            }
    design_close(d);
}

static void zip_walks_all_axes_together(void **state)
{
    (void)state;
    const uint64_t size[] = { 5, 5 };
    design *d = opened(DESIGN_ZIP, 2, size, 5, 1);
    double x[2];
    for (uint64_t i = 0; i < 5; i++) {
        design_at(d, i, x);
        assert_true(x[0] == (double)i && x[1] == (double)i);
    }
    design_close(d);
}

static void levels_come_evenly(void **state)
{
    (void)state;
    static const struct {
        int kind;
        int slack;
    } designs[] = { { DESIGN_LHS, 0 }, { DESIGN_SOBOL, 2 }, { DESIGN_RANDOM, 150 } };
    const uint64_t size[] = { 4, 7 };
    for (size_t k = 0; k < 3; k++) {
        design *d = opened(designs[k].kind, 2, size, 2800, 9);
        int count[2][7] = { { 0 } };
        for (uint64_t i = 0; i < 2800; i++) {
            double x[2];
            design_at(d, i, x);
            assert_true(x[0] == floor(x[0]) && x[0] >= 0 && x[0] < 4 && x[1] >= 0 && x[1] < 7);
            count[0][(int)x[0]]++;
            count[1][(int)x[1]]++;
        }
        for (int l = 0; l < 7; l++) {
            assert_true(l >= 4 || abs(count[0][l] - 700) <= designs[k].slack);
            assert_true(abs(count[1][l] - 400) <= designs[k].slack);
        }
        design_close(d);
    }
}

static void what_cannot_be_says_why(void **state)
{
    (void)state;
    static const struct { int kind; size_t naxis; uint64_t size[3], n; const char *says; } bad[] = {
        { DESIGN_GRID, 2, { 3, 0 }, 0, "axis 2 has no levels" },
        { DESIGN_ZIP, 2, { 3, 4 }, 0, "axis 2 has 4 levels and axis 1 has 3" },
        { DESIGN_GRID, 2, { 3, 4 }, 13, "n = 13, but the levels of this grid make 12 points" },
        { DESIGN_GRID, 3, { 1u << 31, 1u << 31, 2 }, 0, "axis 2 brings it above 2^52" },
        { DESIGN_GRID, 0, { 0 }, 0, "a grid without an axis" },
        { DESIGN_RANDOM, 1, { 0 }, 0, "n = 0 points of a random design" },
        { DESIGN_LHS, 1, { 0 }, 1ull << 32, "1 to 2147483648 are possible" },
        { DESIGN_SOBOL, 129, { 0 }, 8, "at most 128 coordinates" },
        { 7, 1, { 0 }, 8, "there is no design number 7" },
    };
    uint64_t size[129] = { 0 };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        why w = { 0 };
        design *d = (design *)1;
        memcpy(size, bad[k].size, sizeof bad[k].size);
        assert_int_equal(design_open(bad[k].kind, bad[k].naxis, size, bad[k].n, 1, &d, &w), E_DOMAIN);
        assert_null(d);
        if (!strstr(w.text, bad[k].says))
            fail_msg("'%s' does not say '%s'", w.text, bad[k].says);
    }
    for (long k = 1; k <= 4; k++) {
        why w = { 0 };
        design *d = NULL;
        mem_fail_at(k);
        assert_int_equal(design_open(DESIGN_SOBOL, 2, size, 8, 1, &d, &w), E_NOMEM);
        mem_fail_at(0);
        assert_non_null(strstr(w.text, "no memory for a design of 2 axes"));
    }
    design_close(NULL);
}

/* ---- Sobol ------------------------------------------------------------------------------------------------------- */

static void sobol_starts_as_published(void **state)
{
    (void)state;
    static const double known[][3] = {                  /* the authors' example for three dimensions */
        { 0, 0, 0 },             { 0.5, 0.5, 0.5 },       { 0.75, 0.25, 0.25 },    { 0.25, 0.75, 0.75 },
        { 0.375, 0.375, 0.625 }, { 0.875, 0.875, 0.125 }, { 0.625, 0.125, 0.875 }, { 0.125, 0.625, 0.375 },
        { 0.1875, 0.3125, 0.9375 }, { 0.6875, 0.8125, 0.4375 },
    };
    design_sobol d[3];
    for (size_t k = 0; k < 3; k++)
        design_sobol_plain(k, &d[k]);
    for (uint64_t i = 0; i < 10; i++)
        for (size_t k = 0; k < 3; k++)
            assert_true((double)design_sobol_at(&d[k], i) * 0x1p-52 == known[i][k]);
}

/* The last dimensions, computed once with another implementation of the same numbers (scipy.stats.qmc, unscrambled). */
static void sobol_of_many_dimensions(void **state)
{
    (void)state;
    static const struct { size_t dim; uint64_t i; double x; } known[] = {
        { 3, 5, 0.375 },           { 3, 100, 0.7265625 },      { 9, 77, 0.4296875 },       { 20, 333, 0.869140625 },
        { 35, 1000, 0.7705078125 }, { 63, 1025, 0.46630859375 }, { 64, 2047, 0.26025390625 }, { 99, 999, 0.4990234375 },
        { 100, 1500, 0.34912109375 }, { 126, 1234, 0.45654296875 }, { 127, 7, 0.375 }, { 127, 2047, 0.02197265625 },
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        design_sobol d;
        design_sobol_plain(known[k].dim, &d);
        assert_true((double)design_sobol_at(&d, known[k].i) * 0x1p-52 == known[k].x);
    }
}

/* Any 2^m points in a row from a multiple of 2^m fill every interval of length 2^-m once, in each dimension, scrambled
 * too. */
static void sobol_is_stratified_in_each_dimension(void **state)
{
    (void)state;
    for (size_t dim = 0; dim < DESIGN_SOBOL_MOST; dim++) {
        design_sobol d;
        bool hit[256] = { false };
        design_sobol_scrambled(dim, 77, &d);
        for (uint64_t i = 512; i < 768; i++) {
            uint64_t at = design_sobol_at(&d, i) >> (DESIGN_SOBOL_BITS - 8);
            assert_false(hit[at]);
            hit[at] = true;
        }
    }
}

/* Dimensions 1 and 2 are a (0, m, 2)-net: every box of area 2^-m holds one point.  Scrambling keeps that. */
static void sobol_is_a_net(void **state)
{
    (void)state;
    enum { M = 10 };
    double *x = points(DESIGN_SOBOL, 2, 1 << M, 5);
    for (int a = 0; a <= M; a++) {
        char hit[1 << M] = { 0 };
        for (int i = 0; i < 1 << M; i++) {
            int box = (int)(x[2 * i] * (1 << a)) << (M - a) | (int)(x[2 * i + 1] * (1 << (M - a)));
            assert_int_equal(hit[box]++, 0);
        }
    }
    free(x);
}

static void sobol_differs_by_seed_and_has_no_zero(void **state)
{
    (void)state;
    double *x = points(DESIGN_SOBOL, 3, 64, 1), *y = points(DESIGN_SOBOL, 3, 64, 2);
    for (int i = 0; i < 192; i++)
        assert_true(x[i] > 0 && x[i] < 1 && x[i] != y[i]);
    free(x);
    free(y);
}

/* ---- Latin hypercube --------------------------------------------------------------------------------------------- */

static void lhs_has_one_point_a_stratum(void **state)
{
    (void)state;
    static const uint64_t sizes[] = { 1, 2, 3, 5, 8, 100, 1000, 4097, 65536 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint64_t n = sizes[s];
        double *x = points(DESIGN_LHS, 3, n, 11);
        for (size_t k = 0; k < 3; k++) {
            char *hit = calloc(n, 1);
            for (uint64_t i = 0; i < n; i++) {
                double u = x[3 * i + k];
                assert_true(u > 0 && u < 1);
                assert_int_equal(hit[(uint64_t)(u * (double)n)]++, 0);
            }
            free(hit);
        }
        free(x);
    }
}

static double correlation(const double *x, const double *y, size_t n, size_t stride)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i * stride] / (double)n;
        my += y[i * stride] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        double a = x[i * stride] - mx, b = y[i * stride] - my;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    return xy / sqrt(xx * yy);
}

/* Five times the spread of a correlation of independent columns, 1 / sqrt(n). */
static void lhs_orders_have_nothing_in_common(void **state)
{
    (void)state;
    enum { N = 20000, D = 6 };
    double *x = points(DESIGN_LHS, D, N, 3), *other = points(DESIGN_LHS, D, N, 4),
           *index = malloc(N * D * sizeof *index);
    for (size_t i = 0; i < N; i++)
        index[i * D] = (double)i;
    for (size_t a = 0; a < D; a++) {
        for (size_t b = a + 1; b < D; b++)
            assert_true(fabs(correlation(x + a, x + b, N, D)) < 5 / sqrt(N));
        assert_true(fabs(correlation(x + a, other + a, N, D)) < 5 / sqrt(N));
        assert_true(fabs(correlation(x + a, index, N, D)) < 5 / sqrt(N));
        assert_true(fabs(correlation(x + a, x + a + D, N - 1, D)) < 5 / sqrt(N));         /* the next point */
    }
    free(x);
    free(other);
    free(index);
}

/* Each of the 24 orders of 4 points comes about as often (chi-square, 23 degrees of freedom, 1e-6). */
static void lhs_orders_are_all_possible(void **state)
{
    (void)state;
    enum { SEEDS = 24000 };
    int count[256] = { 0 }, orders = 0;
    double chi = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double *x = points(DESIGN_LHS, 1, 4, seed);
        int order = 0;
        for (int i = 0; i < 4; i++)
            order = order << 2 | (int)(x[i] * 4);
        count[order]++;
        free(x);
    }
    for (int i = 0; i < 256; i++)
        if (count[i]) {
            orders++;
            chi += pow(count[i] - SEEDS / 24.0, 2) / (SEEDS / 24.0);
        }
    assert_int_equal(orders, 24);
    assert_true(chi < 73);
}

/* ---- discrepancy ------------------------------------------------------------------------------------------------- */

/* F. J. Hickernell, Math. Comp. 67 (1998) 299: centred L2 discrepancy, squared. */
static double centred(const double *x, size_t n, size_t d)
{
    double one = 0, two = 0;
    for (size_t i = 0; i < n; i++) {
        double p = 1;
        for (size_t k = 0; k < d; k++) {
            double a = fabs(x[i * d + k] - 0.5);
            p *= 1 + a / 2 - a * a / 2;
        }
        one += p;
        for (size_t j = 0; j < n; j++) {
            p = 1;
            for (size_t k = 0; k < d; k++) {
                double u = x[i * d + k], v = x[j * d + k];
                p *= 1 + fabs(u - 0.5) / 2 + fabs(v - 0.5) / 2 - fabs(u - v) / 2;
            }
            two += p;
        }
    }
    return pow(13 / 12.0, (double)d) - 2 * one / (double)n + two / (double)(n * n);
}

/* T. T. Warnock (1972): L2 star discrepancy, squared. */
static double l2_star(const double *x, size_t n, size_t d)
{
    double one = 0, two = 0;
    for (size_t i = 0; i < n; i++) {
        double p = 1;
        for (size_t k = 0; k < d; k++)
            p *= (1 - x[i * d + k] * x[i * d + k]) / 2;
        one += p;
        for (size_t j = 0; j < n; j++) {
            p = 1;
            for (size_t k = 0; k < d; k++)
                p *= 1 - fmax(x[i * d + k], x[j * d + k]);
            two += p;
        }
    }
    return pow(3, -(double)d) - 2 * one / (double)n + two / (double)(n * n);
}

/* Star discrepancy in one dimension, exact (Niederreiter 1992, theorem 2.6). */
static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double star(double *x, size_t n)
{
    double most = 0;
    qsort(x, n, sizeof *x, by_size);
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i] - (2 * (double)i + 1) / (2 * (double)n)));
    return most + 1 / (2 * (double)n);
}

/* Both checked on one point: the centre of the square. */
static void discrepancies_of_one_point(void **state)
{
    (void)state;
    const double x[] = { 0.5, 0.5 };
    assert_true(fabs(centred(x, 1, 2) - (pow(13 / 12.0, 2) - 1)) < 1e-15);
    assert_true(fabs(l2_star(x, 1, 2) - (1 / 9.0 - 2 * pow(0.375, 2) + 0.25)) < 1e-15);
}

static void sobol_fills_better_than_chance(void **state)
{
    (void)state;
    enum { N = 1024 };
    static const struct {
        size_t d;
        double by;
    } known[] = { { 2, 100 }, { 5, 20 }, { 10, 3 } }; /* squared, so 10, 4.5, 1.7 times */
    for (size_t k = 0; k < 3; k++) {
        size_t d = known[k].d;
        double *s = points(DESIGN_SOBOL, d, N, 21), *r = points(DESIGN_RANDOM, d, N, 21),
               *l = points(DESIGN_LHS, d, N, 21);
        double sobol = centred(s, N, d), chance = centred(r, N, d), latin = centred(l, N, d);
        double sobol2 = l2_star(s, N, d), chance2 = l2_star(r, N, d);
        print_message("d=%zu centred: sobol %.3g lhs %.3g random %.3g; star L2: sobol %.3g random %.3g\n", d, sobol,
                      latin, chance, sobol2, chance2);
        assert_true(sobol * known[k].by < chance);
        assert_true(sobol2 * known[k].by / 2 < chance2);
        assert_true(latin < chance);
        free(s);
        free(r);
        free(l);
    }
}

static void star_discrepancy_in_one_dimension(void **state)
{
    (void)state;
    enum { N = 4096 };
    double *s = points(DESIGN_SOBOL, 1, N, 8), *l = points(DESIGN_LHS, 1, N, 8), *r = points(DESIGN_RANDOM, 1, N, 8);
    assert_true(star(s, N) <= 1.0 / N);                 /* one point an interval */
    assert_true(star(l, N) <= 1.0 / N);
    double chance = star(r, N);
    assert_true(chance > 5.0 / N && chance < 2 / sqrt(N));        /* Kolmogorov: about 0.87 / sqrt(N) */
    free(s);
    free(l);
    free(r);
}

static void any_shard_makes_its_own(void **state)
{
    (void)state;
    for (int kind = DESIGN_RANDOM; kind <= DESIGN_SOBOL; kind++) {
        const uint64_t size[4] = { 0, 3, 0, 0 };
        design *a = opened(kind, 4, size, 1000, 6), *b = opened(kind, 4, size, 1000, 6);
        double x[4], y[4];
        for (uint64_t i = 0; i < 1000; i += 7)
            design_at(a, i, x);
        design_at(a, 999, x);
        design_at(b, 999, y);
        assert_memory_equal(x, y, sizeof x);
        design_close(a);
        design_close(b);
    }
}

static void points_are_frozen(void **state)
{
    (void)state;
    static const double known[][2] = {
        { 0x1.3d6690e262bfcp-3, 0x1.165c977c423c8p-4 },
        { 0x1.af28cc5604189p-1, 0x1.e63a0d2b020c5p-1 },
        { 0x1.cb8eba1daa298p-4, 0x1.7c76c7e475fe5p-1 },
    };
    for (int kind = DESIGN_RANDOM; kind <= DESIGN_SOBOL; kind++) {
        const uint64_t size[2] = { 0, 0 };
        design *d = opened(kind, 2, size, 1000, 42);
        double x[2];
        design_at(d, 123, x);
        if (memcmp(x, known[kind - DESIGN_RANDOM], sizeof x))
            fail_msg("kind %d: { %a, %a }", kind, x[0], x[1]);
        design_close(d);
    }
}

/* ---- quantiles --------------------------------------------------------------------------------------------------- */

/* Reference values: 40 digits, bisection of erfc. */
static void normal_quantiles(void **state)
{
    (void)state;
    static const struct { double u, z; } known[] = {
        { 1e-300, -37.0470962993611992 },  { 1e-100, -21.2734535609653243 },      { 0x1p-53, -8.20953615160138686 },
        { 1e-10, -6.3613409024040562 },    { 1e-06, -4.75342430882289896 },       { 0.001, -3.09023230616781354 },
        { 0.025, -1.95996398454005421 },   { 0.1, -1.28155156554460044 },         { 0.3, -0.524400512708040816 },
        { 0.49, -0.025068908258711058 },   { 0.5625, 0.157310684610170696 },      { 0.75, 0.674489750196081743 },
        { 0.9375, 1.53412054435254631 },   { 0.9990234375, 3.09726907819878446 }, { 1 - 0x1p-30, 6.00935356553074389 },
        { 1 - 0x1p-53, 8.20953615160138686 },
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        assert_true(fabs(design_normal(known[k].u) / known[k].z - 1) < 1e-14);
    assert_true(design_normal(0.5) == 0);
}

static void normal_distribution(void **state)
{
    (void)state;
    static const struct { double z, p; } known[] = {
        { -38, 2.88542836006878431e-316 },  { -20, 2.7536241186062337e-89 },   { -8, 6.22096057427178412e-16 },
        { -5.5, 1.89895624658877194e-8 },   { -4, 0.0000316712418331199213 },  { -2.5, 0.00620966532577613517 },
        { -1.3, 0.0968004845856103255 },    { -0.6, 0.274253117750073588 },    { -0.25, 0.401293674317076276 },
        { -1e-09, 0.49999999960105772 },    { 0, 0.5 },                        { 0.5, 0.691462461274013104 },
        { 0.66, 0.745373085328663862 },     { 1, 0.841344746068542949 },       { 2, 0.977249868051820793 },
        { 3.75, 0.999911582714799196 },     { 6, 0.999999999013412355 },       { 8, 0.999999999999999378 },
    };
    for (size_t k = 1; k < sizeof known / sizeof *known; k++)
        assert_true(fabs(design_normal_cdf(known[k].z) / known[k].p - 1) < 1e-13);
    assert_true(fabs(design_normal_cdf(-38) / known[0].p - 1) < 1e-6);     /* a denormal number has fewer digits */
    assert_true(design_normal_cdf(-INFINITY) == 0 && design_normal_cdf(INFINITY) == 1 && isnan(design_normal_cdf(NAN)));
    for (double z = -8; z < 8; z += 0.0371)
        assert_true(fabs(design_normal_cdf(z) / (erfc(-z / sqrt(2)) / 2) - 1) < 2e-14);
    for (double z = -7.5; z < 5; z += 0.0173)
        assert_true(fabs(design_normal(design_normal_cdf(z)) - z) < 1e-9);
}

static void triangular_quantiles(void **state)
{
    (void)state;
    /* F(x) = (x - a)^2 / ((b - a)(c - a)) below the mode */
    static const struct { double u, min, mode, max, x; } known[] = {
        { 0.25, 0, 1, 2, 0.70710678118654752440 }, { 0.5, 0, 1, 2, 1 },   { 0.875, 0, 1, 2, 1.5 },
        { 0.01, 0, 0, 1, 0.0050125628933800451 },  { 0.25, 0, 1, 1, 0.5 }, { 1e-10, 2, 3, 7, 2.0000223606797749979 },
        { 0.5, 4, 4, 4, 4 },
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        assert_true(fabs(design_triangular(known[k].u, known[k].min, known[k].mode, known[k].max) / known[k].x - 1) <
                    1e-12);
}

static void correlations_are_factored(void **state)
{
    (void)state;
    double a[] = { 1, 0.5, -0.25, 0.5, 1, 0.125, -0.25, 0.125, 1 }, b[9];
    memcpy(b, a, sizeof a);
    assert_int_equal(design_cholesky(a, 3, NULL), E_OK);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            double sum = 0;
            for (size_t k = 0; k < 3; k++)
                sum += a[i * 3 + k] * a[j * 3 + k];
            assert_true(fabs(sum - b[i * 3 + j]) < 1e-15);
            assert_true(j <= i || a[i * 3 + j] == 0);
        }
    static const struct { double a[9]; size_t n; const char *says; } bad[] = {
        { { 1, 0.5, 0.4, 1 }, 2, "not symmetric" },
        { { 1, 0, 0, 2 }, 2, "element 2,2 = 2" },
        { { 1, 1, 1, 1 }, 2, "element 2,1 = 1 is not between -1 and 1" },
        { { 1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1 }, 3, "row 3 contradicts" },
        { { 1, NAN, NAN, 1 }, 2, "is not between" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        why w = { 0 };
        memcpy(a, bad[k].a, sizeof a);
        assert_int_equal(design_cholesky(a, bad[k].n, &w), E_DOMAIN);
        if (!strstr(w.text, bad[k].says))
            fail_msg("'%s' does not say '%s'", w.text, bad[k].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_counts_with_the_last_axis_first),
        cmocka_unit_test(zip_walks_all_axes_together),
        cmocka_unit_test(levels_come_evenly),
        cmocka_unit_test(what_cannot_be_says_why),
        cmocka_unit_test(sobol_starts_as_published),
        cmocka_unit_test(sobol_of_many_dimensions),
        cmocka_unit_test(sobol_is_stratified_in_each_dimension),
        cmocka_unit_test(sobol_is_a_net),
        cmocka_unit_test(sobol_differs_by_seed_and_has_no_zero),
        cmocka_unit_test(lhs_has_one_point_a_stratum),
        cmocka_unit_test(lhs_orders_have_nothing_in_common),
        cmocka_unit_test(lhs_orders_are_all_possible),
        cmocka_unit_test(discrepancies_of_one_point),
        cmocka_unit_test(sobol_fills_better_than_chance),
        cmocka_unit_test(star_discrepancy_in_one_dimension),
        cmocka_unit_test(any_shard_makes_its_own),
        cmocka_unit_test(points_are_frozen),
        cmocka_unit_test(normal_quantiles),
        cmocka_unit_test(normal_distribution),
        cmocka_unit_test(triangular_quantiles),
        cmocka_unit_test(correlations_are_factored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
