/* SPDX-License-Identifier: MIT
 * test_duty_run.c - lanes under duties: many on one stream, streams of their own, those that end early or begin late,
 * tiles and threads, steps asked for again, and what is left of a cell's capacity.
 */
#include "tests/duty_random.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

#define ROW "row = \"1 day\""

/* ---- streams ---- */

static void run_cells(const char *run, uint32_t cells)
{
    series.cells = cells;
    watch_whole(run, ROW, NULL);
}

/* The rows of cell k of `series` by a run of its own. */
static watch_rows alone(uint32_t k)
{
    static double t[RANDOM_MOST], temperature[RANDOM_MOST];
    size_t from = k * series.late, n = series.n - k * series.less - from;
    const double *t0 = series.t, *soc0 = series.soc, *temperature0 = series.temperature;
    size_t n0 = series.n;
    uint32_t cells = series.cells;
    for (size_t i = 0; i < n; i++) {
        t[i] = t0[from + i] * (1 + k * series.slower);
        temperature[i] = temperature0[from + i] + k * series.shift;
    }
    watch_series(n, t, soc0 + from, temperature);
    bool apart = series.apart;
    series.apart = false;
    run_cells("", 1);
    watch_rows r = watch_take(NULL);
    watch_series(n0, t0, soc0, temperature0);
    series.cells = cells;
    series.apart = apart;
    return r;
}

static void each_as_if_alone(const char *run, uint32_t cells)
{
    watch_rows own[16], r[16];
    char name[16];
    for (uint32_t k = 0; k < cells; k++)
        own[k] = alone(k);
    run_cells(run, cells);
    for (uint32_t k = 0; k < cells; k++) {
        snprintf(name, sizeof name, "cell-%u", k + 1);
        r[k] = watch_take(name);
        assert_true(r[k].n > 0);
        watch_same(&own[k], &r[k]);
        watch_drop(&own[k]);
        watch_drop(&r[k]);
    }
    assert_int_equal(watch.tells, 0);
}

static void several_cells_on_one_stream(void **state)
{
    (void)state;
    random_duty(1, 3000, 0, 3600, .3);
    watch.fade = 1e-4;
    run_cells("", 13);
    watch_rows first = watch_take("cell-1"), last = watch_take("cell-13"), all = watch_take(NULL);
    assert_int_equal(all.n, 13 * first.n);
    watch_same(&first, &last);
    watch_drop(&first);
    watch_drop(&last);
    watch_drop(&all);
    assert_int_equal(watch.tells, 0);
}

/* Cells whose duties have other numbers of steps in a row, of rows in a chunk and of samples in all. */
static void several_streams(void **state)
{
    (void)state;
    series.apart = true;
    series.shift = 3;
    for (int k = 0; k < 8; k++) {
        watch.fade = 1e-4;
        watch.open_fade = 1e-4;
        random_duty(k % RANDOM_KINDS, 2500, k % 2 ? 7777 : 0, 3600, k % 3 ? .5 : 0);
        series.slower = k % 3 == 0 ? .37 : 0;
        series.less = k % 2 ? 150 : 0;
        series.late = k % 4 > 1 ? 90 : 0;
        series.backwards = k > 5;
        series.cap = k % 4 == 3 ? 100 : 0;
        watch_duty.flags = k % 2 ? FADE_LENT_SAMPLES : 0;
        each_as_if_alone("tile = 8", 11);
    }
}

static void streams_that_begin_late_share_no_memory(void **state)
{
    (void)state;
    series.apart = true;
    series.late = 400;
    series.cap = 50;
    watch_duty.flags = FADE_LENT_SAMPLES;
    watch.fade = 1e-4;
    random_duty(1, 4000, 0, 3600, 0);
    each_as_if_alone("", 9);
    series.backwards = true;
    each_as_if_alone("", 9);
}

/* A source that gives one cell whole before the next, and a number of rows that ends the run. */
static void a_number_of_rows_is_that_of_every_cell(void **state)
{
    (void)state;
    series.apart = true;
    series.whole = true;
    series.cells = 3;
    random_duty(1, 3000, 0, 3600, 0);
    for (int k = 0; k < 2; k++) {
        series.whole = k == 0;
        watch_whole("cycles = 20", ROW, NULL);
        assert_int_equal(rig.n, 60);
    }
}

/* What one cell does not need any more is not kept while others go on. */
static void rows_that_are_asked_for_are_those_of_a_longer_run(void **state)
{
    (void)state;
    series.apart = true;
    series.slower = .3;
    random_duty(1, 6000, 0, 3600, .4);
    watch.fade = 1e-4;
    run_cells("", 3);
    watch_rows all = watch_take("cell-2");
    run_cells("cycles = 100", 3);
    watch_rows some = watch_take("cell-2");
    assert_int_equal(some.n, 100);
    all.n = 100;
    watch_same(&all, &some);
    watch_drop(&all);
    watch_drop(&some);
}

static void tiles_and_threads_do_not_matter(void **state)
{
    (void)state;
    static const char *const runs[] = { "tile = 8\nthreads = 1", "tile = 8\nthreads = 4", "tile = 16\nthreads = 2",
                                        "" };
    for (int apart = 0; apart < 2; apart++) {
        watch_rows first = { 0 };
        series.apart = apart;
        series.shift = 2;
        series.slower = .21;
        series.less = 111;
        random_duty(1, 2000, 0, 3600, .5);
        watch.fade = watch.open_fade = 1e-4;
        watch_duty.flags = FADE_LENT_SAMPLES;
        for (int k = 0; k < 4; k++) {
            series.cells = 16;
            watch_whole(runs[k], k % 2 ? ROW : ROW "\n",
                        "[[physics]]\nplugin = \"watch\"\n[[physics]]\nplugin = \"watch\"\nname = "
                        "\"b\"\nspeed = 2\ntilt = 0.1\n");
            watch_rows r = watch_take(NULL);
            if (k)
                watch_same(&first, &r);
            else
                first = r;
            if (k)
                watch_drop(&r);
        }
        watch_drop(&first);
    }
    assert_int_equal(watch.tells, 0);
}

/* ---- points ---- */

static ran run_points(size_t n, const double *speed, const double *tilt, const char *duty)
{
    static const char *const id[] = { "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8" };
    const engine_axis axis[] = { { .where = ENGINE_AXIS_PARAM, .param = speed ? 0 : 1, .value = speed ? speed : tilt },
                                 { .where = ENGINE_AXIS_PARAM, .param = 1, .value = tilt } };
    const engine_points points = { n, id, axis, speed && tilt ? 2 : 1 };
    return watch_run("", duty, NULL, (engine_options){ .points = &points });
}

static watch_rows point_rows(const char *cell)
{
    watch_rows r = watch_take(cell);
    assert_true(r.n > 0);
    return r;
}

/* Lanes that differ in what rates() and cycles() read make them for themselves: the bits of those that share them. */
static void own_evaluations_are_the_shared_ones(void **state)
{
    (void)state;
    static const double same[] = { .5, .5, .5, .5, .5, .5, .5, .5, .5 },
                        tilt[] = { .5, .2, .5, .9, .5, .1, -.4, .5, 1 };
    static const double speed[] = { 1, 1, 2, 1, 3, 1, 1, 1, 1 };
    for (int k = 0; k < 6; k++) {
        watch.fade = watch.open_fade = 1e-4;
        watch_duty.flags = k % 2 ? FADE_LENT_SAMPLES : 0;
        watch_duty.activation = k % 3 ? 3e4 : 0;
        random_duty(k % RANDOM_KINDS, 2000, 0, 3600, .4);
        series.cells = 1;
        const char *duty = k % 2 ? ROW : "row = \"50 min\"";
        ran r = run_points(9, speed, NULL, duty);          /* FADE_STEP_ONLY: shared */
        assert_int_equal(r.rc, 0);
        watch_rows shared = point_rows("p0.cell-1");
        rig_done(&r);
        for (int j = 0; j < 2; j++) {
            r = run_points(9, NULL, j ? tilt : same, duty);
            assert_int_equal(r.rc, 0);
            watch_rows own = point_rows("p0.cell-1"), last = point_rows("p7.cell-1"), other = point_rows("p3.cell-1");
            watch_same(&shared, &own);
            watch_same(&shared, &last);
            size_t c = (size_t)rig_column("physics_total_heat");
            assert_true((other.at[c] == own.at[c]) == !j);
            watch_drop(&own);
            watch_drop(&last);
            watch_drop(&other);
            rig_done(&r);
        }
        watch_drop(&shared);
        assert_int_equal(watch.tells, 0);
    }
}

/* One cell whose samples the law refuses ends alone. */
static void a_lane_that_fails_over_its_samples_ends_alone(void **state)
{
    (void)state;
    static const double tilt[] = { .5, .2, .5, .9, .5, .1, -.4, .5, 1 };
    watch.fade = 1e-4;
    watch_duty.flags = FADE_LENT_SAMPLES;
    random_duty(1, 1000, 0, 3600, .4);
    for (int k = 0; k < 2; k++) {
        ran r = run_points(9, NULL, tilt, ROW);
        assert_int_equal(r.rc, 0);
        watch_rows whole = watch_take(NULL), some = { 0 };
        rig_done(&r);
        watch.status = FADE_ERANGE;
        watch.bad_tilt = .9;
        watch_duty.rate.n = k ? 0 : watch_duty.rate.n;         /* then cycles() refuses */
        r = run_points(9, NULL, tilt, ROW);
        assert_int_equal(r.rc, E_PARTIAL);
        rig_done(&r);
        assert_non_null(strstr(rig.events, k ? "cannot weigh rainflow cycles" : "cannot make rates of samples"));
        some = watch_take("p3.cell-1");
        assert_int_equal(some.n, 0);             /* finished rows are kept: there is none */
        watch_drop(&some);
        some = watch_take("p5.cell-1");
        size_t n = 0;
        for (size_t i = 0; i < whole.n; i++)
            n += strcmp(whole.cell[i], "p5.cell-1") == 0;
        assert_int_equal(some.n, n);
        watch.status = 0;
        watch.bad_tilt = 0;
        watch_drop(&whole);
        watch_drop(&some);
    }
}

/* ---- steps asked for again ---- */

/* A step cut into pieces books time, rates, cycles and throughput once. */
static void a_step_in_pieces_books_once(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        random_duty(k, 800, 0, 3600, .2);
        watch.retry = 0;
        run_cells("", 3);
        watch_rows whole = watch_take(NULL);
        watch.retry = .3;
        run_cells("", 3);
        watch_rows pieces = watch_take(NULL);
        assert_int_equal(whole.n, pieces.n);
        static const char *const keys[] = { "physics_total_booked", "physics_total_heat", "physics_total_rung",
                                            "physics_total_passed" };
        for (size_t i = 0; i < whole.n; i++)
            for (int c = 0; c < 4; c++) {
                double a = whole.at[i * whole.ncol + (size_t)rig_column(keys[c])];
                assert_near(pieces.at[i * whole.ncol + (size_t)rig_column(keys[c])], a, 1e-12 * (1 + fabs(a)));
            }
        assert_true(pieces.at[(pieces.n - 1) * pieces.ncol + (size_t)rig_column("physics_total_steps")] >
                    1.2 * whole.at[(pieces.n - 1) * pieces.ncol + (size_t)rig_column("physics_total_steps")]);
        watch_drop(&whole);
        watch_drop(&pieces);
    }
}

/* ---- what is left of the capacity ---- */

/* Equivalent full cycles and rates are of the new cell: each is weighted by the capacity at the last break point. */
static void throughput_is_that_of_the_new_cell(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (int rows = 0; rows < 3; rows++) {
        random_duty(1, 2000, 0, 3600, .2);
        watch.fade = 2e-3;
        watch.n[l] = 0;
        watch_whole("", rows == 0 ? ROW : rows == 1 ? "row = \"17 min\"" : "row = \"10 years\"", NULL);
        static size_t at[RANDOM_MOST];
        size_t m = reference_breaks(2000, random_t, random_soc, 86400, 1, at), k = 0, from = 0;
        double soh = 1, booked = 0;
        for (size_t i = 0; i < watch.n[l]; i++) {
            const watch_step *s = &watch.step[l][i];
            if (s->in[W_mean_one] != s->in[W_mean_one])
                continue;
            reference_stress want = reference_between(random_t, random_soc, random_temperature, from, at[k], 0);
            assert_near(s->in[W_efc], soh * want.efc, 1e-10);
            assert_near(s->dt * s->in[W_depth], soh * want.efc, 1e-10);
            assert_near(s->in[W_c_rate], soh * want.c_rate, 1e-10);
            assert_near(s->in[W_c_rate_mean], soh * want.c_rate_mean, 1e-10);
            assert_near(s->in[W_c_rate_charge], soh * want.c_rate_charge, 1e-10);
            assert_near(s->in[W_c_rate_discharge], soh * want.c_rate_discharge, 1e-10);
            assert_near(s->in[W_depth], want.depth, 1e-12);
            booked += soh * want.efc;
            soh = 1 - watch.fade * booked;
            from = at[k++];
        }
        assert_int_equal(k, m);
        assert_true(soh < .95 && soh > .3);
        assert_near(rig_at(rig.n - 1, "soh"), soh, 1e-10);
    }
}

/* A cell that is used up moves nothing any more. */
static void nothing_left_is_nothing_moved(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    random_duty(1, 3000, 0, 3600, 0);
    watch.fade = 2;
    watch_whole("", ROW, NULL);
    const watch_step *last = &watch.step[l][watch.n[l] - 1];
    assert_near(rig_at(rig.n - 1, "soh"), 0, 1e-6);
    assert_true(last->in[W_efc] >= 0 && last->in[W_efc] < 1e-6);
}

/* A cell alone: steps of a row go side by side, and are those of a cell among others. */
static void steps_of_a_cell_go_side_by_side(void **state)
{
    (void)state;
    static const double fades[] = { 0, 1e-4, 3e-3 };
    for (int k = 0; k < 3; k++) {
        random_duty(k, 3000, 0, 3600, .3);
        watch.fade = fades[k];
        watch.open_fade = k ? 1e-4 : 0;
        long calls[2];
        watch_rows r[2];
        for (int i = 0; i < 2; i++) {
            series.cells = i ? 2 : 1;
            watch.calls = 0;
            watch_whole("", "row = \"30 days\"", NULL);
            calls[i] = watch.calls;
            r[i] = watch_take("cell-1");
        }
        watch_same(&r[0], &r[1]);
        if (k == 0 && calls[0] >= calls[1] * 2 / 3)
            fail_msg("%ld calls alone, %ld beside another", calls[0], calls[1]);
        watch_drop(&r[0]);
        watch_drop(&r[1]);
    }
    assert_int_equal(watch.tells, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(several_cells_on_one_stream),
        TEST(several_streams),
        TEST(streams_that_begin_late_share_no_memory),
        TEST(a_number_of_rows_is_that_of_every_cell),
        TEST(rows_that_are_asked_for_are_those_of_a_longer_run),
        TEST(tiles_and_threads_do_not_matter),
        TEST(own_evaluations_are_the_shared_ones),
        TEST(a_lane_that_fails_over_its_samples_ends_alone),
        TEST(a_step_in_pieces_books_once),
        TEST(throughput_is_that_of_the_new_cell),
        TEST(nothing_left_is_nothing_moved),
        TEST(steps_of_a_cell_go_side_by_side),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
