/* SPDX-License-Identifier: MIT
 * test_duty_book.c - where cycles are booked: by time, by equivalent full cycles at turning points, as a user asks, and
 * never by how long a row is.
 */
#include "tests/duty_random.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

/* Steps of a lane that book cycles: the time of each since the start, and what it says. */
static size_t booked(uint32_t lane, const watch_step **out)
{
    size_t n = 0;
    for (size_t i = 0; i < watch.n[lane]; i++)
        if (watch.step[lane][i].in[W_mean_one] == watch.step[lane][i].in[W_mean_one])
            out[n++] = &watch.step[lane][i];
    return n;
}

static const watch_step *at[WATCH_STEPS];

static void expect(uint32_t lane, const double *time, size_t n)
{
    size_t got = booked(lane, at);
    for (size_t i = 0; i < n && i < got; i++)
        assert_near(at[i]->passed, time[i], 1e-6);
    assert_int_equal(got, n);
}

static void hourly(size_t n, const double *soc, size_t nsoc)
{
    for (size_t i = 0; i < n; i++) {
        random_t[i] = 3600.0 * (double)i;
        random_soc[i] = soc[i % nsoc];
        random_temperature[i] = 298.15;
    }
    watch_series(n, random_t, random_soc, random_temperature);
}

#define HOURS(...) (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)
static void expect_hours(uint32_t lane, const double *hours, size_t n)
{
    double time[64];
    for (size_t i = 0; i < n; i++)
        time[i] = 3600 * hours[i];
    expect(lane, time, n);
}

static void by_time(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_efc = 0;
    watch_duty.break_time = 6 * 3600;
    hourly(21, (double[]){ .5 }, 1);
    watch_whole("", "row = \"5 h\"", NULL);
    expect_hours(l, HOURS(6, 12, 18, 20));        /* the end of the data books what is open */
    assert_near(at[3]->in[W_span], 2 * 3600, 1e-9);
    assert_int_equal(rig.n, 4);
}

static void time_that_has_passed_between_samples_is_booked_at_the_next(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_efc = 0;
    watch_duty.break_time = 2.5 * 3600;
    hourly(9, (double[]){ .5 }, 1);
    watch_whole("", "row = \"1 day\"", NULL);
    expect_hours(l, HOURS(3, 6, 8));
    assert_int_equal(rig.n, 1);
}

/* Half a cycle down, half up: past one equivalent full cycle the next turn books. */
static void by_full_cycles_at_turning_points(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_time = 0;
    hourly(13, (double[]){ 1, .4, .1, .6 }, 4); /* 0.9 down, 0.9 up: 0.9 a period of 4 h, turning points at 2 and 4 h */
    watch_whole("", "row = \"1 day\"", NULL);
    /* 0.45 at 2 h, 0.9 at 4 h, 1.35 at 6 h: booked; 10 h: 0.9, 12 h is the end */
    expect_hours(l, HOURS(6, 12));
    assert_near(at[0]->in[W_efc], 1.35, 1e-12);
    assert_near(at[1]->in[W_efc], 1.35, 1e-12);
}

static void exactly_one_full_cycle_is_not_past_one(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_time = 0;
    hourly(13, (double[]){ 1, .5, 0, .5 }, 4);
    watch_whole("", "row = \"1 day\"", NULL);
    expect_hours(l, HOURS(6, 12));
    assert_near(at[0]->in[W_efc], 1.5, 1e-12);
}

static void as_the_user_asks(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    hourly(13, (double[]){ 1, .4, .1, .6 }, 4);
    watch_whole("", "row = \"1 day\"\nbreak_time = \"5 h\"", NULL);
    expect_hours(l, HOURS(5, 10, 12));            /* not by the law's number of cycles any more */
    watch.n[l] = 0;
    watch_whole("", "row = \"1 day\"\nbreak_efc = 0.4", NULL);
    expect_hours(l, HOURS(2, 4, 6, 8, 10, 12));
    watch.n[l] = 0;
    watch_whole("", "row = \"1 day\"\nbreak_efc = 0.8\nbreak_time = \"5 h\"", NULL);
    expect_hours(l, HOURS(4, 8, 12));
}

/* A law that names neither books at the ends of rows, at the last sample that is there. */
static void by_rows_where_the_law_names_nothing(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_time = watch_duty.break_efc = 0;
    hourly(10, (double[]){ 1, .4, .1, .6 }, 4);
    watch_whole("", "row = \"3 h\"", NULL);
    expect_hours(l, HOURS(3, 6, 9));
    watch.n[l] = 0;
    watch_whole("", "row = \"2.5 h\"", NULL);     /* 2.5, 5, 7.5 h; the last row ends with the data */
    expect_hours(l, HOURS(2, 5, 7, 9));
    watch.n[l] = 0;
    watch_whole("", "row = \"15 min\"", NULL);
    expect_hours(l, HOURS(1, 2, 3, 4, 5, 6, 7, 8, 9));
    assert_int_equal(rig.n, 36);
}

static void data_that_ends_with_a_row_has_no_row_more(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    watch_duty.break_time = 0;
    hourly(25, (double[]){ 1, .4, .1, .6 }, 4);
    for (uint32_t cap = 1; cap < 30; cap += 6) {
        series.cap = cap;
        watch.n[l] = 0;
        watch_whole("", "row = \"12 h\"", NULL);
        assert_int_equal(rig.n, 2);
        size_t n = booked(l, at);
        assert_near(at[n - 1]->passed, 24 * 3600, 1e-9);
        assert_true(at[n - 1]->in[W_span] > 0);
    }
}

/* Every step books something: no two break points lie on one sample. */
static void check_random(size_t n, double time, double efc, double row, double first)
{
    static size_t want[RANDOM_MOST];
    uint32_t l = 0;
    char duty[200];
    size_t m = reference_breaks(n, random_t, random_soc, time, efc, want);
    watch.n[l] = 0;
    watch_duty.break_time = time;
    watch_duty.break_efc = efc;
    snprintf(duty, sizeof duty, "row = %.17g", row);
    watch_whole("", duty, NULL);
    size_t got = booked(l, at), rows = (size_t)ceil((random_t[n - 1] - first) / row * (1 - 1e-12));
    assert_int_equal(got, m);
    for (size_t i = 0; i < m; i++) {
        size_t from = i ? want[i - 1] : 0;
        assert_near(at[i]->passed, random_t[want[i]] - first, 1e-6 + 1e-9 * fabs(first));
        assert_near(at[i]->in[W_span], random_t[want[i]] - random_t[from], 1e-9 * fabs(first) + 1e-9);
    }
    assert_int_equal(rig.n, rows);
    double passed = watch.step[l][watch.n[l] - 1].passed;
    assert_near(passed, random_t[n - 1] - first, 1e-9 * (random_t[n - 1] - first));
    for (size_t i = 0; i + 1 < rig.n; i++)
        assert_near(rig_at(i, "physics_total_passed"), (double)(i + 1) * row, 1e-9 * (double)(i + 1) * row);
}

static void never_by_the_length_of_a_row(void **state)
{
    (void)state;
    static const double rows[] = { 600, 3600, 5000, 86400, 100000, 86400 * 30.0 };
    watch_lane("cell-1");
    for (int k = 0; k < 60; k++) {
        double first = k % 4 == 1 ? -4e8 : k % 4 == 2 ? 1.7e9 : k % 4 == 3 ? 12345.6 : 0;
        size_t n = 2 + (size_t)(watch_draw() * 400);
        double loose = k % 3 == 0 ? 0 : watch_draw(), gap = k % 5 == 0 ? 60 : 3600;
        random_duty(k % RANDOM_KINDS, n, first, gap, loose);
        double time = k % 7 == 0 ? 0 : gap * (1 + floor(watch_draw() * 40)),
               efc = k % 7 == 1 ? 0 : .2 + 2 * watch_draw();
        series.cap = k % 2 ? 0 : 1 + (uint32_t)(watch_draw() * 50);
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            if ((random_t[n - 1] - first) / rows[r] < 5000)
                check_random(n, time, efc, rows[r], first);
    }
}

/* The same whatever blocks the source gives, to the bit. */
static void blocks_do_not_matter(void **state)
{
    (void)state;
    static double whole[2000][RIG_COLUMNS];
    random_duty(1, 5000, 0, 3600, .3);
    watch.fade = 1e-4;
    watch_whole("", "row = \"1 day\"", NULL);
    size_t n = rig.n, bytes = rig.ncol * sizeof(double);
    assert_true(n > 200 && n < 2000);
    for (size_t i = 0; i < n; i++)
        memcpy(whole[i], rig.at[i], bytes);
    static const uint32_t caps[] = { 1, 2, 7, 100, 333, 1023 };
    for (size_t k = 0; k < sizeof caps / sizeof *caps; k++) {
        series.cap = caps[k];
        watch_whole("", "row = \"1 day\"", NULL);
        assert_int_equal(rig.n, n);
        for (size_t i = 0; i < n; i++)
            assert_memory_equal(rig.at[i], whole[i], bytes);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_time),
        TEST(time_that_has_passed_between_samples_is_booked_at_the_next),
        TEST(by_full_cycles_at_turning_points),
        TEST(exactly_one_full_cycle_is_not_past_one),
        TEST(as_the_user_asks),
        TEST(by_rows_where_the_law_names_nothing),
        TEST(data_that_ends_with_a_row_has_no_row_more),
        TEST(never_by_the_length_of_a_row),
        TEST(blocks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
