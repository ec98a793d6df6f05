/* SPDX-License-Identifier: MIT
 * test_duty_sums.c - the stress of samples, between break points as laws get it and of rows as results have it, against
 * brute force; integrals and means of rates against closed forms.
 */
#include "tests/duty_random.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

static const char *const names[] = { "depth",
                                     "soc_mean",
                                     "soc_min",
                                     "soc_max",
                                     "temperature_mean",
                                     "temperature_max",
                                     "c_rate",
                                     "c_rate_mean",
                                     "c_rate_charge",
                                     "c_rate_discharge",
                                     "efc",
                                     "span" };

static void near_all(const double *got, const reference_stress *want)
{
    const double *w = &want->depth;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (!(fabs(got[k] - w[k]) <= 1e-11 * (1 + fabs(w[k]))))
            fail_msg("%s is %.17g, not %.17g", names[k], got[k], w[k]);
}

static void between_break_points(size_t n, double time, double efc, double activation)
{
    static size_t at[RANDOM_MOST];
    uint32_t l = 0;
    watch.n[l] = 0;
    watch_duty.break_time = time;
    watch_duty.break_efc = efc;
    watch_duty.activation = activation;
    watch_whole("", "row = \"7 h\"", NULL);
    size_t m = reference_breaks(n, random_t, random_soc, time, efc, at), k = 0, from = 0;
    reference_stress want = { 0 };
    for (size_t i = 0; i < watch.n[l]; i++) {
        const watch_step *s = &watch.step[l][i];
        if (s->in[W_mean_one] == s->in[W_mean_one]) {
            assert_true(k < m);
            want = reference_between(random_t, random_soc, random_temperature, from, at[k], activation);
            from = at[k++];
            assert_near(s->dt * s->in[W_depth], want.efc, 1e-12);
            near_all(s->in, &want);
        } else {
            assert_true(s->dt == 0);
            if (k)
                near_all(s->in, &want);           /* what was booked last stands */
        }
    }
    assert_int_equal(k, m);
}

static void stress_between_break_points(void **state)
{
    (void)state;
    watch_lane("cell-1");
    for (int k = 0; k < 60; k++) {
        size_t n = 2 + (size_t)(watch_draw() * 1500);
        random_duty(k % RANDOM_KINDS, n, 0, 3600, k % 3 ? watch_draw() : 0);
        between_break_points(n, k % 4 ? 3600 * (1 + floor(watch_draw() * 60)) : 0, .3 + watch_draw(),
                             k % 2 ? 2e4 + 3e4 * watch_draw() : 0);
    }
}

/* ---- rows, which may end inside a stretch ---- */

/* The series with a sample wherever a row ends, values between samples on straight lines. */
static size_t cut(size_t n, double row, double *t, double *soc, double *temperature, size_t *end, size_t *rows)
{
    size_t m = 0;
    double next = random_t[0] + row;
    *rows = 0;
    for (size_t i = 0; i < n; i++) {
        while (i && next < random_t[i] - 1e-9 * row) {
            double f = (next - random_t[i - 1]) / (random_t[i] - random_t[i - 1]);
            t[m] = next;
            soc[m] = random_soc[i - 1] + f * (random_soc[i] - random_soc[i - 1]);
            temperature[m] = random_temperature[i - 1] + f * (random_temperature[i] - random_temperature[i - 1]);
            end[(*rows)++] = m++;
            next = random_t[0] + row * (double)(*rows + 1);
        }
        t[m] = random_t[i];
        soc[m] = random_soc[i];
        temperature[m] = random_temperature[i];
        if (i && (fabs(next - random_t[i]) <= 1e-9 * row || i + 1 == n)) {
            end[(*rows)++] = m;
            next = random_t[0] + row * (double)(*rows + 1);
        }
        m++;
    }
    return m;
}

static double get(size_t row, const char *key) { return rig_at(row, key); }

static void stress_of_rows(void **state)
{
    (void)state;
    static double t[1 << 17], soc[1 << 17], temperature[1 << 17];
    static size_t end[1 << 17];
    for (int k = 0; k < 40; k++) {
        size_t n = 2 + (size_t)(watch_draw() * 300), rows, from = 0;
        double row = k % 4 == 0 ? 3600 : k % 4 == 1 ? 60 * (1 + floor(20 * watch_draw())) : 1e4 + 1e5 * watch_draw();
        char duty[100];
        random_duty(k % RANDOM_KINDS, n, 0, 3600, k % 3 ? watch_draw() : 0);
        snprintf(duty, sizeof duty, "row = %.17g", row);
        watch_whole("", duty, NULL);
        cut(n, row, t, soc, temperature, end, &rows);
        assert_int_equal(rig.n, rows);
        for (size_t i = 0; i < rows; from = end[i++]) {
            reference_stress want = reference_between(t, soc, temperature, from, end[i], 0);
            double got[] = { get(i, "depth"),
                             get(i, "soc_mean"),
                             get(i, "soc_min"),
                             get(i, "soc_max"),
                             get(i, "temperature_mean") + 273.15,
                             get(i, "temperature_max") + 273.15,
                             get(i, "c_rate"),
                             get(i, "c_rate_mean"),
                             get(i, "c_rate_charge"),
                             get(i, "c_rate_discharge"),
                             get(i, "efc"),
                             get(i, "span") };
            for (size_t c = 0; c < 12; c++)       /* sums of whole samples less their ends: what is left is rounding */
                if (!(fabs(got[c] - (&want.depth)[c]) <= 1e-8 * (1 + fabs((&want.depth)[c]))))
                    fail_msg("row %zu of %g s: %s is %.17g, not %.17g", i, row, names[c], got[c], (&want.depth)[c]);
            double rest = want.span * (1 - (want.c_rate > 0 ? want.c_rate_mean / want.c_rate : 0));
            assert_near(get(i, "duration"), want.span, 1e-9 * want.span);
            assert_near(get(i, "rest"), rest, 1e-8 * want.span);
            assert_near(get(i, "count"), want.depth > 0 ? want.efc / want.depth : 0, 1e-6);
        }
    }
}

static void rows_of_a_minute_under_hourly_samples(void **state)
{
    (void)state;
    static const double t[] = { 0, 3600, 7200 }, soc[] = { 1, .4, .4 }, temperature[] = { 300, 300, 312 };
    watch_series(3, t, soc, temperature);
    watch_whole("", "row = \"1 min\"", NULL);
    assert_int_equal(rig.n, 120);
    for (size_t i = 0; i < 60; i++) {
        assert_near(rig_at(i, "depth"), .01, 1e-12);
        assert_near(rig_at(i, "soc_mean"), 1 - .01 * ((double)i + .5), 1e-12);
        assert_near(rig_at(i, "c_rate_discharge"), .6, 1e-9);
        assert_near(rig_at(i, "rest"), 0, 1e-9);
        assert_near(rig_at(i + 60, "temperature_mean"), 26.85 + .2 * ((double)i + .5), 1e-9);
        assert_near(rig_at(i + 60, "rest"), 60, 1e-9);
    }
}

/* ---- rates ---- */

/* T and soc on straight lines, so that trapezoids are exact: warm = T (1 + soc/2) is not, but known at each sample. */
static double warm(size_t i) { return random_temperature[i] * (1 + .5 * random_soc[i]); }

/* The integral of `warm` from t0 to t1, on straight lines between samples. */
static double warm_between(size_t n, double t0, double t1)
{
    long double sum = 0;
    for (size_t i = 1; i < n; i++) {
        double a = fmax(t0, random_t[i - 1]), b = fmin(t1, random_t[i]), h = random_t[i] - random_t[i - 1];
        if (b <= a)
            continue;
        double wa = warm(i - 1) + (warm(i) - warm(i - 1)) * ((a - random_t[i - 1]) / h);
        double wb = warm(i - 1) + (warm(i) - warm(i - 1)) * ((b - random_t[i - 1]) / h);
        sum += 0.5 * (wa + wb) * (b - a);
    }
    return (double)sum;
}

static void integrals_and_means_of_rates(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (int k = 0; k < 20; k++) {
        size_t n = 2 + (size_t)(watch_draw() * 300);
        random_duty(k % RANDOM_KINDS, n, 0, 3600, k % 3 ? watch_draw() : 0);
        watch.n[l] = 0;
        watch_whole("", k % 2 ? "row = \"1000 s\"" : "row = \"30 h\"", NULL);
        double before = 0, since = 0, sum = 0;
        for (size_t i = 0; i < watch.n[l]; i++) {
            const watch_step *s = &watch.step[l][i];
            assert_near(s->in[W_one], s->in[W_duration], 1e-8);
            assert_near(s->in[W_warm], warm_between(n, before, s->passed), 1e-6 * (1 + s->in[W_duration]));
            sum += s->in[W_warm];
            if (s->in[W_mean_one] == s->in[W_mean_one]) {
                assert_near(s->in[W_mean_one], 1, 1e-12);
                assert_near(s->in[W_mean_warm], warm_between(n, since, s->passed) / (s->passed - since), 1e-7);
                since = s->passed;
            } else
                assert_true(isnan(s->in[W_mean_warm]) && isnan(s->in[W_mean_moves]) && isnan(s->in[W_mean_anode]));
            before = s->passed;
        }
        assert_near(sum / warm_between(n, 0, random_t[n - 1]), 1, 1e-11);
    }
}

/* c_rate of a sample is that of the stretch that ends there. */
static void what_is_read_of_a_sample(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    static const double t[] = { 100, 3700, 10900, 14500 }, soc[] = { .5, .2, 1, 0 },
                        temperature[] = { 300, 300, 300, 300 };
    static const double potential[] = { 0.123304, 0.180521, 0.086382, 0.684354 };        /* of soc .5, .2, 1 and 0 */
    watch_series(4, t, soc, temperature);
    watch_whole("", "row = \"10 days\"", NULL);
    assert_int_equal(watch.n[l], 1);
    const watch_step *s = &watch.step[l][0];
    double moves = .5 * (3600 * .3 + 7200 * (.3 + .4) + 3600 * (.4 + 1)), anode = 0;
    for (int i = 1; i < 4; i++)
        anode += .5 * (t[i] - t[i - 1]) * (potential[i] + potential[i - 1]);
    assert_near(s->in[W_moves], moves, 1e-9);
    assert_near(s->in[W_anode], anode, 1e-6 * 14400);
    assert_near(s->in[W_mean_moves], moves / 14400, 1e-12);
}

static void the_anodes_potential(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (size_t i = 0; i < 4001; i++) {
        random_t[i] = (double)i;
        random_soc[i] = (double)(i * 7 % 4001) / 4000;
        random_temperature[i] = 300;
    }
    watch_series(4001, random_t, random_soc, random_temperature);
    watch_duty.break_efc = 0;
    watch_whole("", "row = \"1 s\"", NULL);
    assert_int_equal(watch.n[l], 4000);
    double before = 0;
    for (size_t i = 0; i < 4001; i++) {
        double X = .0085 + random_soc[i] * (.78 - .0085);
        double u = .6379 + .5416 * exp(-305.5309 * X) + .044 * tanh(-(X - .1958) / .1088) -
                   .1978 * tanh((X - 1.0571) / .0854) - .6875 * tanh((X + .0117) / .0529) -
                   .0175 * tanh((X - .5692) / .0875);
        if (i)
            assert_near(watch.step[l][i - 1].in[W_anode], .5 * (u + before), 1e-13);
        before = u;
    }
}

/* ---- samples lent ---- */

static void lent_samples(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    static size_t at[RANDOM_MOST];
    watch_duty.flags = FADE_LENT_SAMPLES;
    for (int k = 0; k < 20; k++) {
        size_t n = 2 + (size_t)(watch_draw() * 700), next = 0, from = 0;
        random_duty(k % RANDOM_KINDS, n, 0, 3600, k % 3 ? watch_draw() : 0);
        watch.n[l] = 0;
        watch_whole("", k % 2 ? "row = \"2500 s\"" : "row = \"30 h\"", NULL);
        size_t m = reference_breaks(n, random_t, random_soc, 86400, 1, at);
        for (size_t i = 0; i < watch.n[l]; i++) {
            const watch_step *s = &watch.step[l][i];
            bool booked = s->in[W_mean_one] == s->in[W_mean_one];
            assert_int_equal(s->nsample > 0, booked);
            if (!booked)
                continue;
            reference_stress want = reference_between(random_t, random_soc, random_temperature, from, at[next], 0);
            assert_int_equal(s->nsample, at[next] - from + 1);
            assert_near(s->weights, 1, 1e-13);
            assert_near(s->soc, want.soc_mean, 1e-12);
            assert_near(s->warm, s->in[W_mean_warm], 1e-10 * s->in[W_mean_warm]);
            assert_true(s->first == random_t[from] && s->last == random_t[at[next]]);
            from = at[next++];
        }
        assert_int_equal(next, m);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stress_between_break_points),
        TEST(stress_of_rows),
        TEST(rows_of_a_minute_under_hourly_samples),
        TEST(integrals_and_means_of_rates),
        TEST(what_is_read_of_a_sample),
        TEST(the_anodes_potential),
        TEST(lent_samples),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
