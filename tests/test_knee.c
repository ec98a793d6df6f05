/* SPDX-License-Identifier: MIT
 * test_knee.c - knees where they are known: two lines, smooth ones, noise; and curves that have none.
 */
#include "tests/near.h"

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/knee.h"
#include <stdlib.h>
#include <string.h>

enum { N = 300 };
static double x[4 * N], y[4 * N];

/* Evenly spread over the normal distribution, in a scrambled order. */
static double noise(size_t i)
{
    double u = 0.5 + (double)i * 0.6180339887498949;
    return random_quantile(u - floor(u));
}

static double two_lines(double at, double knee_at, double before, double after)
{
    return at < knee_at ? 1 - before * at : 1 - before * knee_at - after * (at - knee_at);
}

static void fill_two_lines(size_t n, double knee_at, double before, double after, double sd)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)i + 1;
        y[i] = two_lines(x[i], knee_at, before, after) + sd * noise(i);
    }
}

static knee bacon_watts(size_t n)
{
    knee k;
    why w;
    assert_int_equal(knee_bacon_watts(x, y, n, &k, &w), E_OK);
    return k;
}

static knee kneedle(size_t n)
{
    knee k;
    why w;
    assert_int_equal(knee_kneedle(x, y, n, &k, &w), E_OK);
    return k;
}

static void has_none(knee k, const char *reason)
{
    assert_true(isnan(k.x) && isnan(k.y) && isnan(k.lower) && isnan(k.upper));
    assert_string_equal(k.reason, reason);
}

static void two_lines_break_where_they_do(void **state)
{
    (void)state;
    static const double places[] = { 60, 151.5, 180, 240 };
    for (size_t i = 0; i < 4; i++) {
        fill_two_lines(N, places[i], 2e-4, 1.1e-3, 0);
        knee k = bacon_watts(N);
        assert_null(k.reason);
        assert_near(k.x, places[i], 0.01);
        assert_near(k.y, 1 - 2e-4 * places[i], 1e-5);
        assert_near(k.before, -2e-4, 1e-7);
        assert_near(k.after, -1.1e-3, 1e-7);
        assert_true(k.lower <= k.x && k.x <= k.upper && k.upper - k.lower < 0.1);
        k = kneedle(N);
        assert_near(k.x, places[i], 0.025 * N);             /* half the window it smooths over */
        assert_near(k.before, (y[0] - two_lines(k.x, places[i], 2e-4, 1.1e-3)) / (1 - k.x), 4e-5);     /* the chord */
        assert_true(isnan(k.lower));
    }
}

/* Values of SciPy 1.17: curve_fit from five starts, and the profile of the squares solved by brentq. */
static void with_noise_as_scipy(void **state)
{
    (void)state;
    fill_two_lines(N, 180, 2e-4, 1.1e-3, 2e-3);
    for (size_t i = 0; i < N; i++)                          /* the reference numbers its noise from 0 */
        y[i] = two_lines(x[i], 180, 2e-4, 1.1e-3) + 2e-3 * noise(i);
    knee k = bacon_watts(N);
    assert_near(k.x, 180.2931, 2e-3);
    assert_near(k.y, 0.963847631, 1e-6);
    assert_near(k.before, -2.00852559e-4, 1e-9);
    assert_near(k.after, -1.10237864e-3, 1e-9);
    assert_near(k.lower, 179.153008, 0.01);
    assert_near(k.upper, 181.303616, 0.01);
    assert_near(kneedle(N).x, 180, 0.025 * N);
}

/* 200 draws with other noise; the counts are frozen with the draws. */
static void the_interval_holds_what_it_says(void **state)
{
    (void)state;
    int held = 0;
    for (uint64_t draw = 0; draw < 200; draw++) {
        for (size_t i = 0; i < 100; i++) {
            x[i] = 10 * ((double)i + 1);
            y[i] = two_lines(x[i], 620, 1e-4, 5e-4) + 5e-3 * random_normal(7, draw, i, 0);
        }
        knee k = bacon_watts(100);
        held += k.lower <= 620 && 620 <= k.upper;
    }
    print_message("# %d of 200 intervals hold the knee\n", held);
    assert_true(held >= 182 && held <= 198);                /* 95 % of 200 within two standard deviations and a bit */
}

static void lines_have_none(void **state)
{
    (void)state;
    fill_two_lines(N, 1e9, 2e-4, 0, 0);
    has_none(bacon_watts(N), "a straight line fits as well");
    has_none(kneedle(N), "a straight line fits as well");
    fill_two_lines(N, 1e9, 2e-4, 0, 5e-3);
    has_none(bacon_watts(N), "a straight line fits as well");
    assert_non_null(kneedle(N).reason);
    int found = 0;
    for (uint64_t draw = 0; draw < 500; draw++) {
        for (size_t i = 0; i < 100; i++) {
            x[i] = (double)i;
            y[i] = 1 - 1e-3 * x[i] + 5e-3 * random_normal(11, draw, i, 0);
        }
        found += bacon_watts(100).reason == NULL;
    }
    print_message("# %d of 500 noisy lines have a knee\n", found);
    assert_true(found <= 10);                               /* false alarms: 2 % at most */
}

static void fades_that_slow_down_have_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        y[i] = exp(-x[i] / 150);
    }
    has_none(bacon_watts(N), "the fade slows down");
    has_none(kneedle(N), "the fade slows down");
    for (size_t i = 0; i < N; i++)
        y[i] = 1 - 0.01 * sqrt(x[i]);
    has_none(bacon_watts(N), "the fade slows down");
    has_none(kneedle(N), "the fade slows down");
}

/* 1 - c n^2 quickens everywhere alike: two lines fit it no better.  Its middle is farthest from the chord. */
static void a_parabola_has_none_by_two_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        y[i] = 1 - 2e-6 * x[i] * x[i];
    }
    has_none(bacon_watts(N), "a parabola fits better: the fade quickens evenly");
    knee k = kneedle(N);
    assert_null(k.reason);
    assert_near(k.x, (1 + N) / 2.0, 2);
}

/* 1 - a n - b exp((n - 240) / 20): its tangent has the chord's slope at a place that is known. */
static void smooth_knees_lie_where_they_bend(void **state)
{
    (void)state;
    const double a = 2e-4, b = 0.02, s = 20;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i + 1;
        y[i] = 1 - a * x[i] - b * exp((x[i] - 240) / s);
    }
    double chord = (y[0] - y[N - 1]) / (N - 1), at = 240 + s * log((chord - a) * s / b);
    assert_near(kneedle(N).x, at, 3);
    knee k = bacon_watts(N);
    assert_null(k.reason);
    assert_true(k.x > 230 && k.x < 270 && k.after < 4 * k.before);
}

static void a_rise_is_no_knee(void **state)
{
    (void)state;
    fill_two_lines(N, 50, -5e-3, 2e-3, 0);
    has_none(bacon_watts(N), "it rises before it falls");
    fill_two_lines(N, 50, -1e-3, 2e-3, 0);                  /* it falls faster than it rose: formation, then fade */
    assert_near(bacon_watts(N).x, 50, 0.01);
}

static void noise_may_hide_a_bend(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        x[i] = (double)i;
        y[i] = two_lines(x[i], 12, 1e-2, 1.4e-2) + 3e-2 * noise(i);
    }
    assert_non_null(kneedle(20).reason);
    assert_non_null(bacon_watts(20).reason);
}

static void many_points_and_unknown_ones(void **state)
{
    (void)state;
    fill_two_lines(4 * N, 700, 1e-4, 8e-4, 1e-3);
    y[5] = y[700] = NAN;
    x[9] = NAN;
    assert_near(bacon_watts(4 * N).x, 700, 3);
    assert_near(kneedle(4 * N).x, 700, 30);
}

static void too_little_to_look_at(void **state)
{
    (void)state;
    fill_two_lines(KNEE_LEAST - 1, 5, 1e-2, 1e-1, 0);
    has_none(bacon_watts(KNEE_LEAST - 1), "too few points");
    has_none(kneedle(KNEE_LEAST - 1), "too few points");
    fill_two_lines(KNEE_LEAST, 6, 1e-2, 1e-1, 0);
    assert_near(bacon_watts(KNEE_LEAST).x, 6, 0.01);
    fill_two_lines(N, 1e9, 0, 0, 0);
    has_none(bacon_watts(N), "the curve does not fall");
    fill_two_lines(N, 1e9, -1e-3, 0, 0);
    has_none(kneedle(N), "the curve does not fall");
    for (size_t i = 0; i < N; i++)
        x[i] = 3;
    has_none(bacon_watts(N), "too few points");
}

static void no_memory(void **state)
{
    (void)state;
    knee k;
    why w;
    fill_two_lines(N, 180, 2e-4, 1.1e-3, 0);
    mem_fail_at(1);
    assert_int_equal(knee_bacon_watts(x, y, N, &k, &w), E_NOMEM);
    mem_fail_at(2);
    assert_int_equal(knee_kneedle(x, y, N, &k, &w), E_NOMEM);
    mem_fail_at(0);
    assert_true(isnan(k.x));
    assert_non_null(strstr(w.text, "300 points"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_break_where_they_do),
        cmocka_unit_test(with_noise_as_scipy),
        cmocka_unit_test(the_interval_holds_what_it_says),
        cmocka_unit_test(lines_have_none),
        cmocka_unit_test(fades_that_slow_down_have_none),
        cmocka_unit_test(a_parabola_has_none_by_two_lines),
        cmocka_unit_test(smooth_knees_lie_where_they_bend),
        cmocka_unit_test(a_rise_is_no_knee),
        cmocka_unit_test(noise_may_hide_a_bend),
        cmocka_unit_test(many_points_and_unknown_ones),
        cmocka_unit_test(too_little_to_look_at),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
