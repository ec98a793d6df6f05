/* SPDX-License-Identifier: MIT
 * test_filter.c - filters against the exact Kalman answer of a linear problem with normal noise, and learning the
 * truth of a law.
 */
#include "core/study/filter.h"
#include "core/base/random.h"
#include "core/study/filter_law.h"
#include "tests/lifetime_rig.h"

/* x <- 0.9 x + 0.5 w, y = x + 0.7 v, x0 ~ N(0, 1); what is observed is made of the same random numbers as anywhere. */
enum { ROWS = 40, LANES = 4000 };
static const double A = 0.9, Q = 0.5, R = 0.7;

typedef struct exact { double mean[ROWS], variance[ROWS], evidence; } exact;

static void observe(double y[ROWS])
{
    double x = random_normal(3, 0, 0, 1);
    for (size_t t = 0; t < ROWS; t++) {
        x = A * x + Q * random_normal(3, 1, t, 1);
        y[t] = x + R * random_normal(3, 2, t, 1);
    }
}

static exact kalman(const double y[ROWS])
{
    exact k = { 0 };
    double m = 0, p = 1;
    for (size_t t = 0; t < ROWS; t++) {
        m = A * m;
        p = A * A * p + Q * Q;
        double s = p + R * R, off = y[t] - m;
        k.evidence -= 0.5 * (log(2 * M_PI * s) + off * off / s);
        m += p / s * off;
        p -= p * p / s;
        k.mean[t] = m;
        k.variance[t] = p;
    }
    return k;
}

/* Worst differences over the rows: of means in standard deviations, of variances as a share; and of the evidence. */
static void run(bool particles, uint64_t seed, double worst[3])
{
    double y[ROWS], l[LANES];
    filter f;
    why w = { 0 };
    observe(y);
    exact k = kalman(y);
    assert_int_equal(filter_open(LANES, 1, seed, &f, &w), E_OK);
    worst[0] = worst[1] = 0;
    for (size_t i = 0; i < LANES; i++)
        f.x[i] = random_normal(seed, 10, i, 2);
    for (size_t t = 0; t < ROWS; t++) {
        for (size_t i = 0; i < LANES; i++) {
            f.x[i] = A * f.x[i] + Q * random_normal(seed, 11 + t, i, 2);
            l[i] = -0.5 * (log(2 * M_PI * R * R) + (y[t] - f.x[i]) * (y[t] - f.x[i]) / (R * R));
        }
        if (particles)
            assert_true(filter_weigh(&f, l));
        else
            filter_ensemble(&f, f.x, y[t], R);
        worst[0] = fmax(worst[0], fabs(filter_mean(&f, f.x) - k.mean[t]) / sqrt(k.variance[t]));
        worst[1] = fmax(worst[1], fabs(filter_variance(&f, f.x) / k.variance[t] - 1));
        if (particles)
            filter_resample(&f, 0.5, 0);
    }
    worst[2] = fabs(f.evidence - k.evidence);
    assert_true(!particles || f.resampled > 3);
    filter_close(&f);
}

/* Monte Carlo error of 4000 lanes: means 0.016 of a standard deviation, variances 0.022, each times what resampling
 * adds and the worst of 40 rows takes; the evidence 0.15. */
static void as_kalman(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double particle[3], ensemble[3];
        run(true, seed, particle);
        run(false, seed, ensemble);
        assert_true(particle[0] < 0.12 && particle[1] < 0.15 && particle[2] < 0.3);
        assert_true(ensemble[0] < 0.12 && ensemble[1] < 0.15 && ensemble[2] < 0.3);
    }
}

/* A kernel keeps mean and covariance; what is impossible for all changes nothing. */
static void kernel(void **state)
{
    (void)state;
    enum { N = 4000 };
    double l[N];
    filter f;
    why w = { 0 };
    assert_int_equal(filter_open(N, 2, 9, &f, &w), E_OK);
    for (size_t i = 0; i < N; i++) {
        f.x[i] = random_normal(5, 1, i, 3);
        f.x[N + i] = 0.8 * f.x[i] + 0.6 * random_normal(5, 2, i, 3);
        l[i] = -2 * (f.x[i] - 1) * (f.x[i] - 1);
    }
    assert_true(filter_weigh(&f, l));
    double mean = filter_mean(&f, f.x), variance = filter_variance(&f, f.x), other = filter_mean(&f, f.x + N);
    assert_near(mean, 0.8, 0.03);                 /* of N(0, 1) N(1, 1/4): 0.8 and 0.2 */
    assert_near(variance, 0.2, 0.02);
    assert_near(filter_quantile(&f, f.x, 0.5), 0.8, 0.04);
    assert_true(filter_resample(&f, 0.9, 2));
    assert_near(filter_mean(&f, f.x), mean, 0.02);
    assert_near(filter_variance(&f, f.x), variance, 0.02);
    assert_near(filter_mean(&f, f.x + N), other, 0.03);
    assert_false(filter_resample(&f, 0.9, 2));
    for (size_t i = 0; i < N; i++)
        l[i] = -INFINITY;
    assert_false(filter_weigh(&f, l));
    assert_near(f.ess, N, 1e-6);
    filter_close(&f);
    assert_int_equal(filter_open(1, 1, 0, &f, &w), E_INPUT);
}

/* ---- a law ---- */

static scenario *cell_of(void)
{
    char path[128];
    why w = { 0 };
    text csv = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    text_add(&csv, "cell,cycle,capacity_ah\n");
    for (int i = 1; i <= 100; i++)
        text_addf(&csv, "c1,%d,%.17g\n", i,
                  2 * (1 - 2.5e-3 * pow(i, 0.8)) + 0.003 * random_normal(8, 1, (uint64_t)i, 1));
    snprintf(path, sizeof path, "%s/rows.csv", rig_folder);
    assert_int_equal(file_write(path, text_of(&csv), csv.n, &w), E_OK);
    text_free(&csv);
    static const char toml[] = "[run]\nthreads = 1\n[cell]\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\n"
                               "path = \"rows.csv\"\n[[physics]]\nplugin = \"power-law\"\n";
    snprintf(path, sizeof path, "%s/filter.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), E_OK);
    assert_int_equal(scenario_open(path, &(scenario_options){ 0 }, &s, &p, &w), E_OK);
    tree_problems_free(&p);
    return s;
}

/* Both learn the parameters; the band narrows; one row ahead the error is that of the noise. */
static void learns(void **state)
{
    (void)state;
    scenario *s = cell_of();
    for (int kind = FILTER_PARTICLE; kind <= FILTER_ENSEMBLE; kind++) {
        fit f;
        why w = { 0 };
        filter_course c = { 0 };
        assert_int_equal(fit_open(s, &(fit_options){ .seed = 4, .starts = 1 }, &f, &w), E_OK);
        assert_int_equal(fit_add(&f, "c~0.004+-0.003", &w), E_OK);
        assert_int_equal(fit_add(&f, "z~0.7+-0.2", &w), E_OK);
        filter_options o = { .kind = kind, .particles = 300, .noise = 0.003 };
        int rc = filter_law(&f, 0, &o, &c, &w);
        if (rc)
            print_message("%s\n", w.text);
        assert_int_equal(rc, E_OK);
        const filter_row *last = &c.row[c.n - 1], *early = &c.row[9];
        print_message("%s: z %.4f in %.4f .. %.4f, one ahead %.5f, evidence %.2f\n", kind ? "ensemble" : "particle",
                      last->value[1][1], last->value[1][0], last->value[1][2], c.rmse, c.evidence);
        assert_int_equal(c.n, 100);
        assert_near(last->value[1][1], 0.8, 0.04);
        assert_true(last->value[1][2] - last->value[1][0] < 0.5 * (early->value[1][2] - early->value[1][0]));
        assert_true(last->value[1][0] < 0.82 && last->value[1][2] > 0.78);
        assert_true(c.rmse < 0.0045 && c.evidence > 350);
        filter_course_free(&c);
        fit_close(&f);
    }
    scenario_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_kalman), cmocka_unit_test(kernel), cmocka_unit_test(learns),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
