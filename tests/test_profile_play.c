/* SPDX-License-Identifier: MIT
 * test_profile_play.c - duties stitched: repetitions, climates, cells, positions.
 */
#include "tests/profile_rig.h"
#include <malloc.h>

/* ---- repetitions ---- */

static void periods(void **state)
{
    (void)state;
    static const struct { const char *file, *period; double want; } cases[] = {
        { "time,soc\n0,0.5\n60,0.6\n120,0.7\n", "nan", 180 },          /* a step more */
        { "time,soc\n0,0.5\n60,0.6\n120,0.5\n", "nan", 120 },          /* the last is the first */
        { "time,soc\n0,0.5\n60,0.6\n120,0.50000001\n", "nan", 180 },
        { "time,soc\n60,0.5\n120,0.6\n180,0.7\n", "nan", 180 },
        { "time_h,soc\n0,0.5\n6,0.6\n12,0.6\n18,0.5\n", "nan", 86400 },        /* whole days come first */
        { "time_h,soc\n0,0.5\n6,0.6\n12,0.6\n18,0.7\n24,0.5\n", "nan", 86400 },
        { "time_h,soc\n0,0.5\n12,0.6\n24,0.7\n", "nan", 86400 },
        { "time_h,soc\n0,0.5\n24,0.6\n48,0.7\n", "nan", 3 * DAY },
        { "time_h,soc\n0,0.5\n24,0.6\n48,0.5\n", "nan", 2 * DAY },
        { "time_h,soc\n0,0.5\n23,0.6\n", "nan", 46 * 3600 },
        { "time,soc\n0,0.5\n60,0.6\n120,0.7\n", "120", 120 },
        { "time_h,soc\n0,0.5\n6,0.6\n", "86400", 86400 },
        { "time_h,soc\n0,0.5\n6,0.5\n", "21600", 21600 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        duty_rows r, one;
        good(&g, cases[k].file, SET(T, "period", cases[k].period, "seam", "1"), &one);
        good(&g, cases[k].file, SET(T, "period", cases[k].period, "seam", "1", "length", "999999"), &r);
        size_t n = one.n - (fabs(one.time[one.n - 1] - one.time[0] - cases[k].want) < 1e-9);
        for (size_t i = 0; i + 1 < r.n; i++) {                     /* computed, never added up */
            assert_true(r.time[i] == (double)(i / n) * cases[k].want + one.time[i % n]);
            assert_true(r.soc[i] == one.soc[i % n]);
        }
        assert_near(r.time[r.n - 1], 999999, 1e-6);
        assert_true(r.n > 5);
        duty_free(&one);
        duty_free(&r);
    }
}

static void ends_on_time(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time,soc,temperature\n0,0.5,20\n60,0.8,26\n120,0.5,20\n", SET("length", "150"), &r);
    NUMBERS(r.time, 0, 0, 60, 120, 150);
    NUMBERS(r.soc, 1e-12, 0.5, 0.8, 0.5, 0.65);
    NUMBERS(r.kelvin, 1e-12, 293.15, 299.15, 293.15, 296.15);
    assert_int_equal(r.n, 4);
    duty_free(&r);
    good(&g, "time,soc,temperature\n0,0.5,20\n60,0.8,26\n120,0.5,25\n", SET("length", "240"), &r);
    NUMBERS(r.time, 0, 0, 60, 120, 180, 240);
    NUMBERS(r.kelvin, 1e-12, 293.15, 299.15, 293.15, 299.15, 298.15);
    assert_int_equal(r.n, 5);
    duty_free(&r);
    good(&g, "time,soc\n0,0.5\n0.1,0.6\n0.2,0.5\n", SET(T, "length", "1000"), &r);         /* no sliver from rounding */
    assert_int_equal(r.n, 10001);
    assert_near(r.time[10000], 1000, 1e-9);
    assert_near(r.soc[10000], 0.5, 0);
    duty_free(&r);
    good(&g, "time,soc\n7200,0.5\n7260,0.6\n7320,0.5\n", SET(T, "length", "120"), &r);
    NUMBERS(r.time, 0, 0, 60, 120);
    duty_free(&r);
}

static void rests(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time,soc\n0,0.5\n60,0.8\n120,0.5\n", SET(T, "rest", "1000", "length", "1240"), &r);
    NUMBERS(r.time, 0, 0, 60, 120, 1120, 1180, 1240);
    NUMBERS(r.soc, 0, 0.5, 0.8, 0.5, 0.5, 0.8, 0.5);
    assert_int_equal(r.n, 6);
    duty_free(&r);
    good(&g, "time,soc\n0,0.5\n60,0.8\n120,0.6\n", SET(T, "rest", "1000", "length", "1300", "seam", "1"), &r);
    NUMBERS(r.time, 0, 0, 60, 120, 1120, 1180, 1240, 1300);
    NUMBERS(r.soc, 0, 0.5, 0.8, 0.6, 0.6, 0.5, 0.8, 0.6);
    duty_free(&r);
    good(&g, "time,soc\n0,0.5\n60,0.8\n120,0.6\n",
         SET(T, "rest", "1000", "length", "1300", "period", "120", "seam", "1"), &r);
    NUMBERS(r.time, 0, 0, 60, 120, 1060, 1120, 1180, 1240, 1300);
    NUMBERS(r.soc, 0, 0.5, 0.8, 0.6, 0.6, 0.5, 0.8, 0.6, 0.6);
    duty_free(&r);
    good(&g, "time,soc\n0,0.5\n60,0.8\n120,0.6\n", SET(T, "rest", "1000"), &r);            /* once, with its rest */
    NUMBERS(r.time, 0, 0, 60, 120, 1120);
    assert_int_equal(r.n, 4);
    duty_free(&r);
}

static void seams(void **state)
{
    (void)state;
    static const char file[] = "time,soc\n0,0.5\n60,0.8\n120,0.55\n";
    rig g;
    duty_rows r;
    good(&g, file, SET(T, "length", "10000"), &r);
    assert_int_equal(g.warnings, 1);
    assert_non_null(
        strstr(g.warning, "soc ends at 0.55, each repetition starts at 0.5: a jump of 0.05, above seam = 0.02"));
    duty_free(&r);
    good(&g, file, SET(T, "length", "10000", "seam", "0.06"), &r);
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
    good(&g, file, SET(T), &r);                                   /* once: no seam */
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
}

/* A random closed duty: N repetitions move N times the charge, to rounding. */
static void repetitions_add_up(void **state)
{
    (void)state;
    srand(7);
    for (int k = 0; k < 40; k++) {
        int n = 2 + rand() % 50, times = 1 + rand() % 30;
        char file[4096], length[40];
        size_t at = (size_t)snprintf(file, sizeof file, "time,soc\n");
        double t = rand() % 5, first = 0, from = t;
        for (int i = 0; i <= n; i++) {
            double soc = i == n ? first : (rand() % 1001) / 1000.0;
            first = i == 0 ? soc : first;
            at += (size_t)snprintf(file + at, sizeof file - at, "%.3f,%.17g\n", t, soc);
            t += i == n ? 0 : 1 + (rand() % 9000) / 1000.0;
        }
        snprintf(length, sizeof length, "%.17g", from + times * (t - from));
        rig g;
        duty_rows one, all;
        good(&g, file, SET(T), &one);
        assert_int_equal(one.n, n + 1);
        good(&g, file, SET(T, "length", length), &all);
        if (from <= 1)                            /* else it starts at its first sample: there is more */
            assert_int_equal(all.n, (size_t)n * (size_t)times + 1);
        else
            assert_true(all.n >= (size_t)n * (size_t)times + 1);
        all.n = (size_t)n * (size_t)times + 1;
        assert_near(throughput(&all), times * throughput(&one), 1e-9 * times * n);
        duty_free(&one);
        duty_free(&all);
    }
}

static void memory_does_not_grow(void **state)
{
    (void)state;
    rig g;
    char path[512];
    size_t used[2];
    static const char file[] = "time,soc\n0,0.5\n60,0.8\n120,0.5\n";
    assert_true(rig_open(&g, "profile"));
    text_file(path, "a.csv", file);
    set_all(&g, SET("path", path, T));
    for (int k = 0; k < 2; k++) {
        void *source;
        size_t before = mallinfo2().uordblks;
        rig_set(&g, "length", k ? "1e12" : "120");
        assert_int_equal(g.vt->open(&g.host, &g.args, NULL, &source), FADE_OK);
        used[k] = mallinfo2().uordblks - before;
        g.vt->close(source);
    }
    assert_true(used[1] < used[0] + 256);         /* a length in more digits */
    unlink(path);
}

/* ---- temperature ---- */

static void constant_or_usual(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time,soc\n0,0.5\n60,0.5\n", NULL, &r);
    NUMBERS(r.kelvin, 0, 298.15, 298.15);
    assert_int_equal(g.warnings, 1);
    assert_non_null(strstr(g.warning, "25 degC is taken"));
    duty_free(&r);
    good(&g, "time,soc,temperature\n0,0.5,20\n60,0.5,\n", SET(T), &r);     /* a constant: the file's is not even read */
    NUMBERS(r.kelvin, 0, 300, 300);
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
}

/* A duty under a climate, both from text. */
static void under(rig *g, const char *duty, const char *climate, const char *const *set, duty_rows *r)
{
    char path[512];
    text_file(path, "climate.csv", climate);
    const char *all[40] = { "temperature_path", path };
    for (size_t k = 2; set && *set && k < 38; k++)
        all[k] = *set++;
    good(g, duty, all, r);
    unlink(path);
}

static void climate_is_interpolated(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    static const char duty[] = "time,soc\n0,0.5\n600,0.6\n1200,0.5\n";
    /* Its own period: 4 h; between its last and its first again. */
    under(&g, duty, "t_hours,T_degC\n0,10\n1,20\n2,30\n3,20\n", SET("length", "36000"), &r);
    for (size_t i = 0; i < r.n; i++) {
        double h = fmod(r.time[i] / 3600, 4), want = h < 2 ? 10 + 10 * h : 30 - 10 * (h - 2);
        assert_near(r.kelvin[i], 273.15 + want, 1e-9);
    }
    assert_int_equal(r.n, 61);
    duty_free(&r);
    /* A first time behind 0: before it the period before goes on. */
    under(&g, duty, "t_hours,T_degC\n1,10\n2,30\n", SET("length", "7200"), &r);
    for (size_t i = 0; i < r.n; i++) {
        double h = fmod(r.time[i] / 3600, 2);
        assert_near(r.kelvin[i], 273.15 + (h < 1 ? 30 - 20 * h : 10 + 20 * (h - 1)), 1e-9);
    }
    duty_free(&r);
}

static void climates_have_seasons(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    char climate[16000];
    size_t at = (size_t)snprintf(climate, sizeof climate, "t_days,T_degC\n");
    for (int d = 0; d < 365; d++)
        at += (size_t)snprintf(climate + at, sizeof climate - at, "%d,%.1f\n", d, d * 0.1);
    under(&g, "date,soc\n2021-02-01T00:00:00,0.5\n2021-02-01T12:00:00,0.6\n2021-02-02,0.5\n", climate,
          SET("length", "86400"), &r);
    assert_near(r.kelvin[0], 273.15 + 3.1, 1e-9);                 /* day 31 */
    assert_near(r.kelvin[r.n - 1], 273.15 + 3.2, 1e-9);
    duty_free(&r);
    /* One hour of a year is missing: the period is 365 days all the same. */
    at = (size_t)snprintf(climate, sizeof climate, "date,temperature\n");
    for (int d = 2; d <= 20; d++)
        at += (size_t)snprintf(climate + at, sizeof climate - at, "2010-01-%02d,%d\n", d, d);
    under(&g, "time_h,soc\n0,0.5\n12,0.6\n24,0.5\n", climate, SET("length", "3283200"), &r);       /* 38 days of 19 */
    for (size_t i = 0; i < r.n; i++) {
        double day = fmod(r.time[i] / DAY + 18, 19), want = day < 18 ? day + 2 : 20 - 18 * (day - 18);
        assert_near(r.kelvin[i], 273.15 + want, 1e-6);
    }
    duty_free(&r);
    under(&g, "time_h,soc\n0,0.5\n12,0.6\n24,0.5\n",
          "date,temp_max,temp_min\n2010-01-01,20,10\n2010-01-02,30,10\n", NULL, &r);
    assert_near(r.kelvin[0], 273.15 + 15, 1e-9);                  /* the mean of both */
    assert_near(r.kelvin[r.n - 1], 273.15 + 20, 1e-9);
    duty_free(&r);
}

static void coarse_duties_follow(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    char day[600];
    size_t at = (size_t)snprintf(day, sizeof day, "t_hours,T_degC\n");
    for (int h = 0; h < 24; h++)
        at += (size_t)snprintf(day + at, sizeof day - at, "%d,%d\n", h, h < 12 ? h : 24 - h);
    under(&g, "time_h,soc\n0,0\n8,0.8\n24,0\n", day, SET("length", "172800"), &r);
    assert_int_equal(r.n, 49);                                    /* each hour */
    for (size_t i = 0; i < r.n; i++) {
        double h = fmod((double)i, 24);
        assert_near(r.time[i], 3600.0 * (double)i, 1e-6);
        assert_near(r.soc[i], h < 8 ? h / 10 : 0.8 - (h - 8) / 20, 1e-12);
        assert_near(r.kelvin[i], 273.15 + (h < 12 ? h : 24 - h), 1e-9);
    }
    duty_free(&r);
}

/* ---- cells ---- */

static void shared_duty(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time,soc\n0,0.5\n60,0.5\n", SET(T, "cells", "12"), &r);
    assert_int_equal(r.ncell, 12);
    assert_string_equal(r.cell[0], "cell-01");
    assert_string_equal(r.cell[11], "cell-12");
    assert_int_equal(r.n, 2);                                     /* once for all */
    duty_free(&r);
    good(&g, "time,soc\n0,0.5\n60,0.5\n", SET(T, "cell_names", "north;south"), &r);
    assert_int_equal(r.ncell, 2);
    assert_string_equal(r.cell[1], "south");
    duty_free(&r);
}

/* Two duties of other steps, cut into turns: the one behind comes next; names are files'. */
static void own_duties(void **state)
{
    (void)state;
    char a[512], b[512], both[1040];
    rig g;
    duty_rows r;
    text_file(a, "slow.csv", "time,soc\n0,0.5\n60,0.6\n120,0.5\n");
    text_file(b, "fast.csv", "time,soc\n0,0.1\n1,0.2\n2,0.1\n");
    snprintf(both, sizeof both, "%s;%s", a, b);
    assert_true(rig_open(&g, "profile"));
    set_all(&g, SET("paths", both, T, "length", "360000"));
    assert_int_equal(duty_read(&g, NULL, 4096, 0, &r), FADE_OK);
    assert_int_equal(r.wrong, 0);
    assert_int_equal(r.ncell, 2);
    assert_int_equal(r.n, 6001 + 360001);
    assert_true(strstr(r.cell[0], "-slow") && strstr(r.cell[1], "-fast"));
    uint64_t slow = text_hash(r.cell[0]);
    double last[2] = { -1, -1 };
    for (size_t i = 0; i < r.n; i++) {
        int k = r.of[i] != slow;
        assert_true(r.time[i] > last[k]);
        if (last[!k] < 360000)
            assert_true(r.time[i] < last[!k] + 62000);            /* a turn of the slow one */
        last[k] = r.time[i];
    }
    assert_true(last[0] == 360000 && last[1] == 360000);
    duty_free(&r);
    rig_set(&g, "cell_names", "x;x");
    assert_int_equal(duty_read(&g, NULL, 4096, 0, &r), FADE_EINVAL);
    rig_set(&g, "cell_names", "x;y;z");
    assert_int_equal(duty_read(&g, NULL, 4096, 0, &r), FADE_EINVAL);
    rig_set(&g, "cell_names", "x;y");
    rig_set(&g, "cells", "3");
    assert_int_equal(duty_read(&g, NULL, 4096, 0, &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "cells = 3, but there are 2"));
    snprintf(both, sizeof both, "%s;%s", a, a);
    assert_true(rig_open(&g, "profile"));
    set_all(&g, SET("paths", both, T));
    assert_int_equal(duty_read(&g, NULL, 4096, 0, &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "two cells would both be called"));
    unlink(a);
    unlink(b);
}

static void own_climates(void **state)
{
    (void)state;
    char duty[512], cold[512], warm[512], both[1040];
    rig g;
    duty_rows r;
    text_file(duty, "duty.csv", "time,soc\n0,0.5\n60,0.6\n120,0.5\n");
    text_file(cold, "cold.csv", "t_hours,T_degC\n0,1\n1,1\n");
    text_file(warm, "warm.csv", "t_hours,T_degC\n0,30\n1,30\n");
    snprintf(both, sizeof both, "%s;%s", cold, warm);
    assert_true(rig_open(&g, "profile"));
    set_all(&g, SET("path", duty, "temperature_paths", both));
    assert_int_equal(duty_read(&g, NULL, 64, 0, &r), FADE_OK);
    assert_int_equal(r.ncell, 2);
    assert_true(strstr(r.cell[0], "-cold") && strstr(r.cell[1], "-warm"));
    assert_int_equal(r.n, 6);
    NUMBERS(r.soc, 0, 0.5, 0.6, 0.5, 0.5, 0.6, 0.5);
    NUMBERS(r.kelvin, 1e-12, 274.15, 274.15, 274.15, 303.15, 303.15, 303.15);
    duty_free(&r);
    unlink(duty);
    unlink(cold);
    unlink(warm);
}

/* ---- positions ---- */

/* The same samples in blocks of any size, and behind any position. */
static void anywhere(rig *g, uint32_t cap)
{
    duty_rows all, other, rest;
    assert_int_equal(duty_read(g, NULL, cap, 0, &all), FADE_OK);
    assert_true(all.blocks < DUTY_BLOCKS && all.code == FADE_END);
    for (uint32_t k = 1; k < 3000; k = k * 3 + 1) {
        assert_int_equal(duty_read(g, NULL, k, 0, &other), FADE_OK);
        assert_true(duty_same(&all, 0, &other));
        duty_free(&other);
    }
    size_t stride = all.blocks / 40 + 1;
    for (size_t k = 0; k < all.blocks; k += stride) {
        assert_int_equal(duty_read(g, all.position[k], 1 + (uint32_t)k % 700, 0, &rest), FADE_OK);
        assert_true(duty_same(&all, all.before[k + 1], &rest));
        duty_free(&rest);
    }
    assert_int_equal(duty_read(g, all.position[all.blocks - 1], 5, 0, &rest), FADE_OK);
    assert_int_equal(rest.n, 0);
    assert_int_equal(rest.code, FADE_END);
    duty_free(&rest);
    duty_free(&all);
}

static void resumes_anywhere(void **state)
{
    (void)state;
    char a[512], b[512], c[512], d[512], duties[1040], climates[1040];
    static const char one[] = "time,soc,temperature\n0,0.5,20\n7.3,0.6,21\n19.1,0.31,22\n31,0.5,21\n";
    static const char two[] = "date,soc\n2010-03-01T00:00:00,0.5\n2010-03-01T00:10:00,0.6\n2010-03-01T00:17:00,0.2\n";
    text_file(a, "a.csv", one);
    text_file(b, "b.csv", two);
    text_file(c, "c.csv", "t_hours,T_degC\n0,1\n1,7\n5,3\n");
    text_file(d, "d.csv", "time_s,temperature\n10,1\n11,7\n15,3\n");
    snprintf(duties, sizeof duties, "%s;%s", a, b);
    snprintf(climates, sizeof climates, "%s;%s", c, d);
    const char *const *const cases[] = {
        SET("path", a, "length", "70123.456", "cells", "3"),
        SET("path", a, "length", "70123.456", "rest", "10", "temperature_path", c),
        SET("path", b, "length", "900000", "temperature_path", d),
        SET("paths", duties, "length", "100000", T),
        SET("paths", duties, "length", "100000", "temperature_paths", climates),
        SET("path", b, "length", "1000000", "temperature_paths", climates, "cells", "1"),
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        assert_true(rig_open(&g, "profile"));
        set_all(&g, cases[k]);
        rig_set(&g, "seam", "1");
        anywhere(&g, 5);
        anywhere(&g, 1024);
    }
    unlink(a);
    unlink(b);
    unlink(c);
    unlink(d);
}

static void bad_positions(void **state)
{
    (void)state;
    static const char *const bad[] = { "4", "-1", "x", "1x", " 1", "+1", "99999999999999999999999" };
    rig g;
    duty_rows r;
    good(&g, "time,soc\n0,0.5\n60,0.5\n", SET(T), &r);
    duty_free(&r);
    char path[512];
    text_file(path, "a.csv", "time,soc\n0,0.5\n60,0.5\n");
    rig_set(&g, "path", path);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        g.errors = 0;
        assert_int_equal(duty_read(&g, bad[i], 4, 0, &r), FADE_EINVAL);
        assert_int_equal(g.errors, 1);
        assert_non_null(strstr(g.error, bad[i]));
    }
    unlink(path);
}

/* Opens what the rig is set to, skips its cells and `first` samples, and asks what comes again; then the rest is r's.
 */
static uint32_t passes(rig *g, size_t first, uint32_t period, uint32_t most, duty_rows *r)
{
    void *source = NULL;
    double at[3], *col[3] = { at, at + 1, at + 2 };
    const char *cell;
    int64_t time, cycle;
    char now[256] = "";
    fade_block b = { .size = sizeof b, .cap = 1, .col = col, .position = now, .cell = &cell, .time = &time,
                     .cycle = &cycle };
    assert_int_equal(g->vt->open(&g->host, &g->args, NULL, &source), FADE_OK);
    for (size_t n = 0; n < first; n += b.stream) {
        b.stream = 0;
        assert_int_equal(g->vt->next(source, &b, 0), FADE_OK);
    }
    uint32_t n = g->vt->again(source, period, most, now);
    g->vt->close(source);
    assert_int_equal(duty_read(g, now, 4, 0, r), FADE_OK);
    return n;
}

static void says_what_comes_again(void **state)
{
    (void)state;
    static const char file[] = "time,soc\n0,0.5\n60,0.6\n90,0.8\n120,0.5\n",
                      tenths[] = "time,soc\n0,0.5\n0.1,0.6\n0.2,0.5\n";
    static const struct { const char *at, *key, *value; size_t first; uint32_t period, most, want; } asked[] = {
        { file, "temperature", "300", 4, 3, 100, 100 },
        { file, "temperature", "300", 7, 3, 7, 7 },
        { file, "temperature", "300", 7, 6, 7, 7 },
        { file, "temperature", "300", 7, 3, 1000, 143 },        /* but for the last of 151 */
        { file, "temperature", "300", 7, 4, 7, 0 },
        { file, "temperature", "300", 3, 3, 7, 0 },             /* none stands before that of a period ago */
        { file, "temperature", "300", 6, 6, 7, 0 },
        { file, "temperature", "300", 150, 3, 7, 0 },
        { tenths, "temperature", "300", 7, 2, 7, 0 },           /* sums of tenths are rounded */
        { file, "repair", "hold", 7, 3, 7, 7 },                 /* of the usual temperature */
    };
    for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
        rig g;
        duty_rows all, rest;
        char path[512];
        assert_true(rig_open(&g, "profile"));
        text_file(path, "again.csv", asked[k].at);
        rig_set(&g, "path", path);
        rig_set(&g, "length", "6000");
        rig_set(&g, asked[k].key, asked[k].value);
        assert_int_equal(duty_read(&g, NULL, 7, 0, &all), FADE_OK);
        uint32_t n = passes(&g, asked[k].first, asked[k].period, asked[k].most, &rest);
        assert_int_equal(n, asked[k].want);
        assert_true(duty_same(&all, asked[k].first + n, &rest));
        for (size_t i = asked[k].first; i < asked[k].first + n; i++) {
            size_t then = i - asked[k].period;
            assert_true(all.soc[i] == all.soc[then] && all.kelvin[i] == all.kelvin[then]);
            assert_true(all.time[i] - all.time[i - 1] == all.time[then] - all.time[then - 1]);
        }
        unlink(path);
        duty_free(&all);
        duty_free(&rest);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods),
        cmocka_unit_test(ends_on_time),
        cmocka_unit_test(rests),
        cmocka_unit_test(seams),
        cmocka_unit_test(repetitions_add_up),
        cmocka_unit_test(memory_does_not_grow),
        cmocka_unit_test(constant_or_usual),
        cmocka_unit_test(climate_is_interpolated),
        cmocka_unit_test(climates_have_seasons),
        cmocka_unit_test(coarse_duties_follow),
        cmocka_unit_test(shared_duty),
        cmocka_unit_test(own_duties),
        cmocka_unit_test(own_climates),
        cmocka_unit_test(resumes_anywhere),
        cmocka_unit_test(bad_positions),
        cmocka_unit_test(says_what_comes_again),
    };
    return cmocka_run_group_tests_name("profile_play", tests, NULL, NULL);
}
