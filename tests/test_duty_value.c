/* SPDX-License-Identifier: MIT
 * test_duty_value.c - rainflow cycles of a duty through the engine: what cycles() made of those that closed and of
 * those still open, against a count of the whole series at once.
 */
#include "tests/duty_random.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

enum { SUMS = 5 };
static reference_cycle cycles[REFERENCE_MOST];

/* What the law's cycles() should have summed up: of samples 0..n-1, those that closed and those open. */
static void reference_sums(size_t n, double closed[SUMS], double open[SUMS])
{
    size_t nopen, made = reference_rain(n, random_soc, cycles, &nopen);
    memset(closed, 0, SUMS * sizeof *closed);
    memset(open, 0, SUMS * sizeof *open);
    for (size_t i = 0; i < made; i++) {
        const reference_cycle *c = &cycles[i];
        double *to = i < made - nopen ? closed : open, heat = 0, long_ = random_t[c->b] - random_t[c->a];
        for (size_t k = c->a + 1; k <= c->b; k++)
            heat += .5 * (random_t[k] - random_t[k - 1]) * (random_temperature[k] + random_temperature[k - 1]);
        const double v[SUMS] = { 1, 1.5 * c->depth * c->depth, c->mean * c->depth, heat / long_, long_ };
        for (int j = 0; j < SUMS; j++)
            to[j] += c->count * v[j];
    }
}

static size_t last_before(size_t n, double passed)
{
    size_t last = n - 1;
    while (last > 0 && random_t[last] - random_t[0] > passed + 1e-6)
        last--;
    return last;
}

static void near_sums(const double *got, const double *want, const char *what, double passed)
{
    for (int k = 0; k < SUMS; k++)
        if (!(fabs(got[k] - want[k]) <= 1e-9 * (1 + fabs(want[k]))))
            fail_msg("%s sum %d at %g s is %.17g, not %.17g", what, k, passed, got[k], want[k]);
}

/* Closed so far and open now are those of the samples so far, at the end of every step. */
static void check_prefixes(size_t n, const char *duty)
{
    uint32_t l = 0;
    watch.n[l] = 0;
    watch_whole("", duty, NULL);
    double sum[SUMS] = { 0 }, closed[SUMS], open[SUMS], all[SUMS], want[SUMS];
    for (size_t i = 0; i < watch.n[l]; i++) {
        const watch_step *s = &watch.step[l][i];
        size_t last = last_before(n, s->passed);
        for (int k = 0; k < SUMS; k++)
            sum[k] += s->in[W_ring + k];
        if (i + 1 < watch.n[l] && watch.step[l][i + 1].in[W_duration] == 0)
            continue;                             /* the same moment once more */
        reference_sums(last + 1, closed, open);
        for (int k = 0; k < SUMS; k++) {
            all[k] = sum[k] + s->in[W_open_ring + k];
            want[k] = closed[k] + open[k];
        }
        near_sums(sum, closed, "closed", s->passed);
        near_sums(all, want, "whole", s->passed);
    }
    reference_sums(n, closed, open);
    near_sums(all, want, "final", random_t[n - 1]);
}

static void closed_and_open_are_those_of_a_batch_at_every_step(void **state)
{
    (void)state;
    watch_lane("cell-1");
    for (int k = 0; k < 40; k++) {
        size_t n = 2 + (size_t)(watch_draw() * 150);
        char duty[100];
        random_duty(k % RANDOM_KINDS, n, k % 2 ? 0 : 5e5, 3600, k % 3 ? watch_draw() : 0);
        series.cap = k % 4 ? 0 : 1 + (uint32_t)(9 * watch_draw());
        snprintf(duty, sizeof duty, "row = %g\n%s", 1000 + floor(2e5 * watch_draw()),
                 k % 5 == 0   ? "break_efc = 0.3"
                 : k % 5 == 1 ? "break_time = 7200"
                              : "");
        check_prefixes(n, duty);
    }
}

/* Over a whole life the sums are those of a batch, and rows and blocks do not matter. */
static void a_life_for_any_rows(void **state)
{
    (void)state;
    static const char *const rows[] = { "row = \"20 min\"", "row = \"1 day\"", "row = \"33 days\"",
                                        "row = \"9 years\"" };
    double closed[SUMS], open[SUMS];
    uint32_t l = watch_lane("cell-1");
    for (int kind = 0; kind < RANDOM_KINDS; kind++) {
        random_duty(kind, 3000, 0, 3600, kind % 2 ? .5 : 0);
        reference_sums(3000, closed, open);
        for (int r = 0; r < 4; r++) {
            double sum[SUMS] = { 0 };
            watch.n[l] = 0;
            series.cap = r == 2 ? 11 : 0;
            watch_whole("", rows[r], NULL);
            for (size_t i = 0; i < watch.n[l]; i++)
                for (int k = 0; k < SUMS; k++)
                    sum[k] += watch.step[l][i].in[W_ring + k];
            near_sums(sum, closed, "closed", 0);
            near_sums(watch.step[l][watch.n[l] - 1].in + W_open_ring, open, "open", 0);
        }
    }
}

/* ---- examples ---- */

static double deep_sum, count_sum;
static void examples(const double *soc, size_t n)
{
    uint32_t l = 0;
    static double t[64], temperature[64];
    for (size_t i = 0; i < n; i++) {
        t[i] = 3600.0 * (double)i;
        temperature[i] = 300;
    }
    watch.n[l] = 0;
    watch_series(n, t, soc, temperature);
    watch_whole("", "row = \"10 days\"\nbreak_time = \"10 days\"", NULL);
    assert_int_equal(watch.n[l], 1);
    const watch_step *s = &watch.step[l][0];
    count_sum = s->in[W_ring] + s->in[W_open_ring];
    deep_sum = (s->in[W_deep] + s->in[W_open_deep]) / 1.5;
}

/* ASTM E1049-85: ranges 3: 0.5, 4: 1.5, 6: 0.5, 8: 1.0, 9: 0.5; as a state of charge -4..5 is 0..0.9. */
static void the_standards_example(void **state)
{
    (void)state;
    static const double x[] = { -2, 1, -3, 5, -1, 3, -4, 4, -2 };
    double soc[9];
    watch_lane("cell-1");
    for (int i = 0; i < 9; i++)
        soc[i] = .1 * (x[i] + 4);
    examples(soc, 9);
    assert_near(count_sum, 4, 1e-12);
    assert_near(deep_sum, .01 * (.5 * 9 + 1.5 * 16 + .5 * 36 + 64 + .5 * 81), 1e-12);
    assert_near(watch.step[0][0].in[W_ring], 2.5, 1e-12); /* 3 and 4 halves, 4 whole, 8 half: closed on the way */
}

/* BLAST's: full 0.2 (mean 0.5), full 0.4 (mean 0.7), halves 0.8 0.8 1 1. */
static void the_peers_example(void **state)
{
    (void)state;
    static const double soc[] = { 1, .4, .6, .2, .9, .5, 1, 0, 1 };
    watch_lane("cell-1");
    examples(soc, 9);
    assert_near(count_sum, 4, 1e-12);
    assert_near(deep_sum, .04 + .16 + .64 + 1, 1e-12);
    double high = watch.step[0][0].in[W_high] + watch.step[0][0].in[W_open_high];
    assert_near(high, .2 * .5 + .4 * .7 + .5 * (.8 * .6 + .8 * .6 + 1 * .5 + 1 * .5), 1e-12);
}

/* ---- a full residue ---- */

/* A zigzag that only shrinks closes nothing: all of it stays open until the residue is full. */
static void a_full_residue_books_its_oldest_half_cycles_and_says_so_once(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    enum { N = 200 };
    for (size_t i = 0; i < N; i++) {
        random_t[i] = 3600.0 * (double)i;
        random_soc[i] = .5 + (i % 2 ? -.5 : .5) * (1 - (double)i / (N + 1));
        random_temperature[i] = 300;
    }
    watch_series(N, random_t, random_soc, random_temperature);
    double closed[SUMS], open[SUMS], sum[SUMS] = { 0 };
    reference_sums(N, closed, open);
    assert_near(closed[0], 0, 0);
    watch_log();
    for (int rows = 0; rows < 2; rows++) {
        watch.n[l] = 0;
        memset(sum, 0, sizeof sum);
        watch_whole("", rows ? "row = \"25 min\"" : "row = \"1 year\"", NULL);
        for (size_t i = 0; i < watch.n[l]; i++)
            for (int k = 0; k < SUMS; k++)
                sum[k] += watch.step[l][i].in[W_ring + k];
        assert_near(sum[0], .5 * (N - 64), 1e-12);
        for (int k = 0; k < SUMS; k++)
            sum[k] += watch.step[l][watch.n[l] - 1].in[W_open_ring + k];
        near_sums(sum, open, "all", 0);           /* none twice, none lost */
        assert_int_equal(watch_said("rainflow residue of 64 turning points was full"), rows + 1);
    }
}

static void zigzag_that_grows(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    enum { N = 200 };
    for (size_t i = 0; i < N; i++) {
        random_t[i] = 3600.0 * (double)i;
        random_soc[i] = .5 + (i % 2 ? -.5 : .5) * (double)i / (N + 1);
        random_temperature[i] = 290 + 10 * watch_draw();
    }
    watch_series(N, random_t, random_soc, random_temperature);
    check_prefixes(N, "row = \"1 hour\"");
    assert_near(watch.step[l][watch.n[l] - 1].in[W_open_ring], .5, 0);
}

/* ---- small turns ---- */

static void turns_below_the_gate_are_not_seen(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    static const double soc[] = { 1, .5, .54, .3, .34, .32, .9, .86, .88, .1 }, x[] = { 1, .3, .9, .1 };
    size_t open, made = reference_rain(4, x, cycles, &open);
    double want = 0;
    for (size_t i = 0; i < made; i++)
        want += 1.5 * cycles[i].count * cycles[i].depth * cycles[i].depth;
    for (size_t i = 0; i < 10; i++) {
        random_t[i] = 3600.0 * (double)i;
        random_soc[i] = soc[i];
        random_temperature[i] = 300;
    }
    watch_series(10, random_t, random_soc, random_temperature);
    for (int r = 0; r < 2; r++) {
        watch.n[l] = 0;
        watch_whole("", r ? "row = \"40 min\"\ngate = 0.05" : "row = \"1 year\"\ngate = 0.05", NULL);
        double deep = 0;
        for (size_t i = 0; i < watch.n[l]; i++)
            deep += watch.step[l][i].in[W_deep];
        assert_near(deep + watch.step[l][watch.n[l] - 1].in[W_open_deep], want, 1e-12);
    }
}

/* Temperature of a cycle, weighted by an activation energy. */
static void temperature_of_cycles(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    static const double t[] = { 0, 3600, 7200, 10800 }, soc[] = { 1, 0, 1, 1 }, temperature[] = { 280, 320, 280, 280 };
    watch_series(4, t, soc, temperature);
    watch_duty.activation = 5e4;
    watch_whole("", "row = \"1 year\"", NULL);
    double w0 = exp(-5e4 / 8.3144 * (1 / 280. - 1 / 298.15)), w1 = exp(-5e4 / 8.3144 * (1 / 320. - 1 / 298.15));
    double mean = 1 / (1 / 298.15 - 8.3144 / 5e4 * log(.5 * (w0 + w1)));
    assert_near(watch.step[l][0].in[W_open_hot] + watch.step[l][0].in[W_hot], mean, 1e-9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(closed_and_open_are_those_of_a_batch_at_every_step),
        TEST(a_life_for_any_rows),
        TEST(the_standards_example),
        TEST(the_peers_example),
        TEST(a_full_residue_books_its_oldest_half_cycles_and_says_so_once),
        TEST(zigzag_that_grows),
        TEST(turns_below_the_gate_are_not_seen),
        TEST(temperature_of_cycles),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
