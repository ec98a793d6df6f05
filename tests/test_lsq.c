/* SPDX-License-Identifier: MIT
 * test_lsq.c - fits with known answers: SciPy's least_squares on the same numbers, closed forms, and directions the
 * data do not see.
 */
#include "core/base/lsq.h"
#include "tests/near.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 20 };
static double t[N], y[N], bad[N];

static void make(void)
{
    static const double noise[N] = { 0.013, -0.021, 0.008, 0.017, -0.011, 0.002, -0.009, 0.024, -0.018, 0.005,
                                     0.011, -0.014, 0.019, -0.003, -0.007, 0.016, -0.022, 0.010, 0.004, -0.012 };
    for (int i = 0; i < N; i++) {
        t[i] = 0.5 * i;
        bad[i] = y[i] = 2 * exp(-0.7 * t[i]) + 0.3 + noise[i];
    }
    bad[5] += 1;
    bad[12] -= 2;
}

static size_t calls;

static int decay(void *ctx, size_t k, const double *x, double *out, why *w)
{
    (void)ctx;
    (void)w;
    calls++;
    for (size_t j = 0; j < k; j++)
        for (int i = 0; i < N; i++)
            out[j * N + (size_t)i] = x[3 * j] * exp(-x[3 * j + 1] * t[i]) + x[3 * j + 2];
    return E_OK;
}

static const double wide_lo[3] = { -1e3, -1e3, -1e3 }, wide_hi[3] = { 1e3, 1e3, 1e3 };

static lsq decaying(void)
{
    make();
    return (lsq){ .n = N, .p = 3, .data = y, .lo = wide_lo, .hi = wide_hi, .model = decay, .scale = 0.05 };
}

static lsq_start solved(const lsq *q, double a, double b, double c)
{
    why w = { 0 };
    lsq_start s = { .x = { a, b, c } };
    assert_int_equal(lsq_run(q, &s, 1, NULL, &w), E_OK);
    return s;
}

static void three(const lsq_start *s, double a, double b, double c, double cost, double most)
{
    assert_near(s->x[0], a, most);
    assert_near(s->x[1], b, most);
    assert_near(s->x[2], c, most);
    assert_near(s->cost, cost, 1e-9 * cost);
}

static void as_scipy(void **state)
{
    (void)state;
    lsq q = decaying();
    lsq_start s = solved(&q, 1, 1, 0);
    three(&s, 2.00307186, 0.70044821, 0.30026007, 0.0019052998035776379, 1e-7);
    assert_true(s.ended != LSQ_STOPPED && s.iterations < 30);
    q.data = bad;
    q.loss = LSQ_SOFT_L1;
    s = solved(&q, 1, 1, 0);
    three(&s, 2.0056803172435442, 0.6837851913701072, 0.2921642912501055, 0.14557064697101088, 1e-5);
    q.loss = LSQ_HUBER;
    s = solved(&q, 1, 1, 0);
    three(&s, 2.0046371794244813, 0.684823861672246, 0.2926669628336663, 0.1480520032248845, 1e-5);
    q.loss = LSQ_CAUCHY;
    s = solved(&q, 1, 1, 0);
    three(&s, 2.0065324570379683, 0.6994464933598948, 0.29825682327957925, 0.018297836319712716, 1e-5);
}

static void in_a_box(void **state)
{
    (void)state;
    static const double lo[3] = { 0, 0, 0.2 }, hi[3] = { 5, 0.6, 2 };
    lsq q = decaying();
    q.lo = lo;
    q.hi = hi;
    lsq_start s = solved(&q, 9, 0.5, 0.4);        /* the start is taken into the box */
    three(&s, 1.9560278261365025, 0.6, 0.2625048693511623, 0.015259667436179396, 1e-6);
    lsq_shape shape;
    why w = { 0 };
    assert_int_equal(lsq_look(&q, s.x, &shape, NULL, &w), E_OK);
    assert_true(shape.at_bound[1] && !shape.at_bound[0] && shape.nfree == 2 && isnan(shape.sd[1]));
}

static void with_a_prior(void **state)
{
    (void)state;
    static const double mean[3] = { 0, 0.5, 0 }, sd[3] = { 0, 0.05, INFINITY };
    lsq q = decaying();
    q.prior_mean = mean;
    q.prior_sd = sd;
    q.noise = 0.015;
    lsq_start s = solved(&q, 1, 1, 0);
    three(&s, 1.999917563145148, 0.6931295899036227, 0.29783516712961605, 0.0036470814619046932, 1e-6);
}

static void covariance(void **state)
{
    (void)state;
    lsq q = decaying();
    lsq_start s = solved(&q, 1, 1, 0);
    lsq_shape shape;
    double fitted[N];
    why w = { 0 };
    assert_int_equal(lsq_look(&q, s.x, &shape, fitted, &w), E_OK);
    assert_near(shape.sd[0], 0.01326344, 2e-8);
    assert_near(shape.sd[1], 0.0097426, 2e-8);
    assert_near(shape.sd[2], 0.00509622, 2e-8);
    assert_near(shape.cov[1], 4.061694213326384e-05, 1e-10);
    assert_near(shape.noise, sqrt(2 * s.cost / 17), 1e-12);
    assert_int_equal(shape.nflat, 0);
    assert_near(fitted[0], s.x[0] + s.x[2], 1e-12);
}

/* Many starts are one call a round, and each comes to what it comes to alone. */
static void starts_in_step(void **state)
{
    (void)state;
    lsq q = decaying();
    lsq_start many[8];
    size_t evaluations = 0;
    why w = { 0 };
    for (int i = 0; i < 8; i++)
        many[i] = (lsq_start){ .x = { 0.3 * i, 0.2 + 0.3 * i, -0.1 * i } };
    calls = 0;
    assert_int_equal(lsq_run(&q, many, 8, &evaluations, &w), E_OK);
    size_t together = calls;
    for (int i = 0; i < 8; i++) {
        lsq_start alone = solved(&q, 0.3 * i, 0.2 + 0.3 * i, -0.1 * i);
        assert_memory_equal(alone.x, many[i].x, sizeof alone.x);
        three(&many[i], 2.00307186, 0.70044821, 0.30026007, 0.0019052998035776379, 1e-7);
    }
    assert_true(together < 60 && evaluations > together);
}

/* Only the product of two parameters matters: that is a direction, named. */
static int product(void *ctx, size_t k, const double *x, double *out, why *w)
{
    (void)ctx;
    (void)w;
    for (size_t j = 0; j < k; j++)
        for (int i = 0; i < N; i++)
            out[j * N + (size_t)i] = x[3 * j] * x[3 * j + 1] * t[i] + x[3 * j + 2];
    return E_OK;
}

static void flat(void **state)
{
    (void)state;
    lsq q = decaying();
    lsq_shape shape;
    why w = { 0 };
    q.model = product;
    lsq_start s = solved(&q, 1, -0.1, 0);
    assert_int_equal(lsq_look(&q, s.x, &shape, NULL, &w), E_OK);
    assert_int_equal(shape.nflat, 1);
    assert_true(isinf(shape.sd[0]) && isinf(shape.sd[1]) && isfinite(shape.sd[2]));
    assert_near(fabs(shape.flat[0]), 1, 1e-5);
    assert_near(fabs(shape.flat[1]), 1, 1e-5);
    assert_near(shape.flat[2], 0, 1e-5);
}

static int nowhere(void *ctx, size_t k, const double *x, double *out, why *w)
{
    (void)ctx;
    (void)w;
    for (size_t i = 0; i < k * N; i++)
        out[i] = x[3 * (i / N)] > 5 ? NAN : x[3 * (i / N)];
    return E_OK;
}

static void where_there_are_no_numbers(void **state)
{
    (void)state;
    lsq q = decaying();
    why w = { 0 };
    q.model = nowhere;
    lsq_start s[2] = { { .x = { 9 } }, { .x = { 1 } } };
    assert_int_equal(lsq_run(&q, s, 2, NULL, &w), E_OK);
    assert_true(isinf(s[0].cost) && s[0].ended == LSQ_STUCK);
    double mean = 0;
    for (int i = 0; i < N; i++)
        mean += y[i] / N;
    assert_near(s[1].x[0], mean, 1e-7);
    lsq_shape shape;
    assert_int_equal(lsq_look(&q, s[0].x, &shape, NULL, &w), E_SOLVE);
}

static void eigenvalues(void **state)
{
    (void)state;
    double a[9] = { 2, -1, 0, -1, 2, -1, 0, -1, 2 }, value[3], v[9];
    lsq_eigen(3, a, value, v);
    assert_near(value[0], 2 - sqrt(2), 1e-14);
    assert_near(value[1], 2, 1e-14);
    assert_near(value[2], 2 + sqrt(2), 1e-14);
    assert_near(fabs(v[0] / v[1]), sqrt(0.5), 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scipy),   cmocka_unit_test(in_a_box),   cmocka_unit_test(with_a_prior),
        cmocka_unit_test(covariance), cmocka_unit_test(starts_in_step), cmocka_unit_test(flat),
        cmocka_unit_test(where_there_are_no_numbers), cmocka_unit_test(eigenvalues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
