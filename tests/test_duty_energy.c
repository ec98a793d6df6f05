/* SPDX-License-Identifier: MIT
 * test_duty_energy.c - cells that keep the energy of their duty: swings deepen as they fade, throughput stays that of a
 * new cell, nothing lies below empty, and a cell that cannot follow says so.
 */
#include "tests/duty_random.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

#define ENERGY "row = \"1 day\"\nkeep = \"energy\""

static double lowered(double soc, double top, double q)
{
    return soc < top ? fmax(0, top - (top - soc) / q) : soc;
}

/* Swings between .9 and .4 or so: none reaches empty. */
static void mild_duty(size_t n)
{
    random_duty(1, n, 0, 3600, .3);
    for (size_t i = 0; i < n; i++)
        random_soc[i] = i ? .6 + .3 * random_soc[i] : .95;
}

static void swings_deepen_and_throughput_stays(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    static size_t at[RANDOM_MOST];
    watch.fade = 4e-3;
    watch_duty.flags = FADE_LENT_SAMPLES;
    watch_log();
    for (int rows = 0; rows < 2; rows++) {
        mild_duty(3000);
        watch.n[l] = 0;
        watch_whole("", rows ? "row = \"11 min\"\nkeep = \"energy\"" : ENERGY, NULL);
        size_t m = reference_breaks(3000, random_t, random_soc, 86400, 1, at), k = 0, from = 0;
        double q = 1, top = random_soc[0], booked = 0, warm = 0;
        for (size_t i = 0; i < watch.n[l]; i++) {
            const watch_step *s = &watch.step[l][i];
            warm += s->in[W_warm];
            if (s->in[W_mean_one] != s->in[W_mean_one])
                continue;
            reference_stress want = reference_between(random_t, random_soc, random_temperature, from, at[k], 0);
            double lo = lowered(want.soc_min, top, q), hi = lowered(want.soc_max, top, q), heat = 0;
            for (size_t j = from + 1; j <= at[k]; j++)
                heat += .5 * (random_t[j] - random_t[j - 1]) *
                        (random_temperature[j] * (1 + .5 * lowered(random_soc[j], top, q)) +
                         random_temperature[j - 1] * (1 + .5 * lowered(random_soc[j - 1], top, q)));
            assert_near(s->in[W_depth], hi - lo, 1e-9);
            assert_near(s->in[W_soc_min], lo, 1e-9);
            assert_near(s->in[W_soc_max], hi, 1e-9);
            assert_near(s->in[W_soc_mean], lowered(want.soc_mean, top, q), 1e-9);
            assert_near(s->soc, s->in[W_soc_mean], 1e-9);
            assert_near(s->in[W_efc], want.efc, 1e-10);
            assert_near(s->dt * s->in[W_depth], want.efc, 1e-10);
            assert_near(s->in[W_c_rate], want.c_rate, 1e-10);
            assert_near(s->in[W_mean_warm], heat / want.span, 1e-6);
            if (rows)
                assert_true(warm > 0);
            else
                assert_near(warm, heat, 1e-9 * heat);
            warm = 0;
            for (size_t j = from; j <= at[k]; j++)
                top = fmax(top, random_soc[j]);
            booked += want.efc;
            q = 1 - watch.fade * booked;
            from = at[k++];
        }
        assert_int_equal(k, m);
        assert_true(q < .95 && q > .5);
    }
    assert_int_equal(watch_said("cannot"), 0);
}

/* A duty of rectangles: each rainflow cycle is as deep as the swing. */
static void rainflow_cycles_deepen_too(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (size_t i = 0; i < 400; i++) {
        random_t[i] = 21600.0 * (double)i;
        random_soc[i] = i % 2 ? .6 : .9;
        random_temperature[i] = 300;
    }
    watch_series(400, random_t, random_soc, random_temperature);
    watch.fade = 5e-3;
    watch_whole("", ENERGY, NULL);
    double q = 1;
    for (size_t i = 0; i < watch.n[l]; i++) {
        const watch_step *s = &watch.step[l][i];
        double depth = .3 / q, n = s->in[W_ring] + s->in[W_open_ring];
        assert_near(s->in[W_deep] + s->in[W_open_deep], n * 1.5 * depth * depth, 1e-9);
        assert_near(s->in[W_high] + s->in[W_open_high], n * depth * (.9 - .5 * depth), 1e-9);
        q = 1 - watch.fade * s->booked;
    }
    assert_true(q < .8);
}

static void nothing_lies_below_empty_and_the_cell_says_so(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (size_t i = 0; i < 2000; i++) {
        random_t[i] = 21600.0 * (double)i;
        random_soc[i] = i % 2 ? .25 : 1;
        random_temperature[i] = 300;
    }
    watch_series(2000, random_t, random_soc, random_temperature);
    watch_log();
    watch.fade = 4e-4;
    watch_duty.flags = FADE_LENT_SAMPLES;
    watch_whole("", ENERGY, NULL);
    for (size_t i = 0; i < watch.n[l]; i++) {
        const watch_step *s = &watch.step[l][i];
        assert_true(s->in[W_soc_min] >= 0 && s->in[W_depth] <= 1 && s->soc >= 0);
        assert_true(s->in[W_deep] + s->in[W_open_deep] <= 1.5 * (s->in[W_ring] + s->in[W_open_ring]) + 1e-12);
    }
    const watch_step *last = &watch.step[l][watch.n[l] - 1];
    assert_near(last->in[W_depth], 1, 1e-12);
    assert_near(last->dt, last->in[W_efc], 1e-12);
    assert_int_equal(watch_said("cell-1"), 1);
    assert_int_equal(watch_said("cannot give the energy of its duty"), 1);
    assert_int_equal(watch_said("would be -"), 1);
}

/* A new highest state of charge, once the cell has faded, stays what it is: nothing lies above it. */
static void what_is_higher_than_ever_stays(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (size_t i = 0; i < 400; i++) {
        random_t[i] = 21600.0 * (double)i;
        random_soc[i] = i % 2 ? .5 : i < 300 ? .8 : 1;
        random_temperature[i] = 300;
    }
    watch_series(400, random_t, random_soc, random_temperature);
    watch.fade = 3e-3;
    watch_whole("", ENERGY, NULL);
    for (size_t i = 0; i < watch.n[l]; i++)
        assert_true(watch.step[l][i].in[W_soc_max] <= 1);
    assert_near(watch.step[l][watch.n[l] - 1].in[W_soc_max], 1, 0);
}

/* Lanes that fade differently have other swings on one stream; none of them depends on its neighbours. */
static void each_lane_has_its_own(void **state)
{
    (void)state;
    static const char *const id[] = { "a", "b", "c" };
    static const double speed[] = { 1, 2, 1 };
    const engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = 0, .value = speed };
    const engine_points points = { 3, id, &axis, 1 };
    mild_duty(2000);
    watch.fade = 1e-3;
    watch_duty.flags = FADE_LENT_SAMPLES;
    ran r = watch_run("", ENERGY, NULL, (engine_options){ .points = &points });
    assert_int_equal(r.rc, 0);
    rig_done(&r);
    watch_rows a = watch_take("a.cell-1"), b = watch_take("b.cell-1"), c = watch_take("c.cell-1");
    watch_same(&a, &c);
    size_t heat = (size_t)rig_column("physics_total_heat"), last = (a.n - 1) * a.ncol + heat;
    assert_true(b.at[last] < a.at[last]);
    watch_whole("", ENERGY, NULL);
    watch_rows one = watch_take(NULL);
    watch_same(&one, &a);
    watch_drop(&a);
    watch_drop(&b);
    watch_drop(&c);
    watch_drop(&one);
    assert_int_equal(watch.tells, 0);
}

/* A law that reads stress and lent samples only. */
static void samples_of_a_law_without_rates(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    mild_duty(1000);
    watch.fade = 2e-3;
    watch_duty.flags = FADE_LENT_SAMPLES;
    watch_duty.rate = watch_duty.cycle = (fade_list){ 0 };
    watch_whole("", ENERGY, NULL);
    for (size_t i = 0; i < watch.n[l]; i++) {
        const watch_step *s = &watch.step[l][i];
        if (s->nsample)
            assert_near(s->soc, s->in[W_soc_mean], 1e-9);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(swings_deepen_and_throughput_stays),
        TEST(rainflow_cycles_deepen_too),
        TEST(nothing_lies_below_empty_and_the_cell_says_so),
        TEST(what_is_higher_than_ever_stays),
        TEST(each_lane_has_its_own),
        TEST(samples_of_a_law_without_rates),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
