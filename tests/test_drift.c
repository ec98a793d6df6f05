/* SPDX-License-Identifier: MIT
 * test_drift.c - SciPy's distances and p values, a stability index by hand, and watches that keep their promise.
 *
 * Numbers by:  x = 1103515245 x + 12345 mod 2^31;  a = lcg(40, 1), b = lcg(25, 7) / 2 + 0.4, c = lcg(40, 99);
 *   scipy.stats.ks_2samp(a, b, method="exact"), scipy.stats.false_discovery_control
 */
#include "core/base/random.h"
#include "core/study/drift.h"
#include "tests/near.h"
#include <stdio.h>
#include <string.h>

static void lcg(double *out, size_t n, uint64_t seed, double scale, double add)
{
    for (size_t i = 0; i < n; i++) {
        seed = (1103515245 * seed + 12345) % 2147483648u;
        out[i] = (double)seed / 2147483648.0 * scale + add;
    }
}

static void distances_are_scipys(void **state)
{
    (void)state;
    why w = { 0 };
    static double a[4000], b[4000], c[40];
    drift_pair p;
    lcg(a, 40, 1, 1, 0);
    lcg(b, 25, 7, 0.5, 0.4);
    lcg(c, 40, 99, 1, 0);
    assert_int_equal(drift_compare(a, 40, b, 25, &p, &w), E_OK);
    assert_near(p.ks, 0.4, 1e-14);
    assert_near(p.p, 0.010243907675683955, 1e-12);
    assert_int_equal(drift_compare(a, 40, c, 40, &p, &w), E_OK);
    assert_near(p.ks, 0.125, 1e-14);
    assert_near(p.p, 0.9188052214121167, 1e-12);
    assert_int_equal(drift_compare(a, 5, b, 4, &p, &w), E_OK);
    assert_near(p.ks, 0.8, 1e-14);
    assert_near(p.p, 0.07936507936507936, 1e-12);
    lcg(a, 4000, 3, 1, 0);
    lcg(b, 4000, 5, 1.05, 0);
    assert_int_equal(drift_compare(a, 4000, b, 4000, &p, &w), E_OK);     /* the limit: SciPy's own differs by a few % */
    assert_near(p.ks, 0.053749999999999964, 1e-14);
    assert_near(p.p, 1.8364120888059368e-05, 1e-6);
}

static void bins_by_hand(void **state)
{
    (void)state;
    why w = { 0 };
    double a[100], b[100];
    drift_pair p;
    for (int i = 0; i < 100; i++) {
        a[i] = i;
        b[i] = i < 50 ? 5 : i;                    /* the five lower bins fall into the first */
    }
    assert_int_equal(drift_compare(a, 100, b, 100, &p, &w), E_OK);
    double full = 10.5 / 105, empty = 0.5 / 105, five = 50.5 / 105;
    assert_near(p.psi, (five - full) * log(five / full) + 4 * (empty - full) * log(empty / full), 1e-12);
    assert_true(p.psi > p.psi_chance);
    assert_int_equal(drift_compare(a, 100, a, 100, &p, &w), E_OK);
    assert_near(p.psi, 0, 1e-15);
    assert_near(p.p, 1, 1e-12);
    a[3] = NAN;
    assert_int_equal(drift_compare(a, 100, b, 1, &p, &w), E_OK);
    assert_int_equal(p.n, 99);
    assert_true(isnan(p.p) && isnan(p.psi));
}

static void many_at_once(void **state)
{
    (void)state;
    why w = { 0 };
    double p[6] = { 0.01, 0.04, 0.03, NAN, 0.005, 0.5 };
    const double want[6] = { 0.025, 0.05, 0.05, NAN, 0.025, 0.5 };
    assert_int_equal(drift_adjust(p, 6, &w), E_OK);
    for (int i = 0; i < 6; i++)
        assert_true((isnan(p[i]) && isnan(want[i])) || fabs(p[i] - want[i]) < 1e-15);
}

/* A thousand undisturbed series of the kind the reference is of: how many raise an alarm?  phi: their memory. */
static size_t alarms(double phi, double shift, size_t at, size_t *late)
{
    why w = { 0 };
    double v[400];
    size_t n = 0;
    *late = 0;
    for (uint64_t s = 0; s < 1000; s++) {
        drift_watch k;
        double z = random_normal(5, s, 0, 0);
        for (uint64_t i = 0; i < 400; i++) {
            v[i] = 3 + 2 * (z + (i >= 200 + at ? shift : 0));
            z = phi * z + sqrt(1 - phi * phi) * random_normal(5, s, i + 1, 0);
        }
        assert_int_equal(drift_watch_open(v, 200, 0.25, 0.05, 200, 9, &k, &w), E_OK);
        for (size_t i = 200; i < 400; i++)
            if (drift_watch_see(&k, v[i])) {
                n++;
                *late += k.alarm - at;
            }
        if (s == 100)                         /* setting a threshold is what takes time */
            return n;
    }
    return n;
}

static void false_alarms_are_as_rare_as_promised(void **state)
{
    (void)state;
    size_t late, plain = alarms(0, 0, 0, &late), memory = alarms(0.6, 0, 0, &late);
    printf("# of 101 undisturbed series, 5 %% promised: %zu alarms, with a memory of 0.6 %zu\n", plain, memory);
    assert_true(plain <= 11 && memory <= 14);     /* 5 % of 101: 11 or more in 1 of 100 */
}

static void a_shift_is_seen(void **state)
{
    (void)state;
    size_t late, n = alarms(0, 1.5, 0, &late);
    printf("# shift of 1.5 sd at once: %zu of 101 seen, %.1f rows late\n", n, (double)late / (double)n);
    assert_int_equal(n, 101);
    assert_true((double)late / (double)n < 15);
}

static void direction_and_beginning(void **state)
{
    (void)state;
    why w = { 0 };
    drift_watch k;
    double v[100];
    for (uint64_t i = 0; i < 100; i++)
        v[i] = random_normal(2, 0, i, 0);
    assert_int_equal(drift_watch_open(v, 100, 0.5, 0.01, 100, 1, &k, &w), E_OK);
    assert_true(k.rate <= 0.01);
    size_t at = 0;
    for (uint64_t i = 1; i <= 100 && !at; i++)
        at = drift_watch_see(&k, random_normal(2, 1, i, 0) - (i > 30 ? 3 : 0)) ? i : 0;
    assert_int_equal(k.way, -1);
    assert_true(at > 30 && at < 40);
    assert_true(k.began >= 25 && k.began <= 31);
    assert_int_equal(drift_watch_open(v, 7, 0.5, 0.01, 100, 1, &k, &w), E_DOMAIN);
    for (int i = 0; i < 100; i++)
        v[i] = 1;
    assert_int_equal(drift_watch_open(v, 100, 0.5, 0.01, 100, 1, &k, &w), E_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_scipys), cmocka_unit_test(bins_by_hand),
        cmocka_unit_test(many_at_once),         cmocka_unit_test(false_alarms_are_as_rare_as_promised),
        cmocka_unit_test(a_shift_is_seen),      cmocka_unit_test(direction_and_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
