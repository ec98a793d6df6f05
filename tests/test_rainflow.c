/* SPDX-License-Identifier: MIT
 * test_rainflow.c - the standard's example, a plain batch count on random series, any cut of the series, lanes, gate
 * and overflow.
 */
#include "core/engine/rainflow.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LANES = 8, MOST = 4096 };

typedef struct rig {
    double value[RAINFLOW_DEPTH * LANES], time[RAINFLOW_DEPTH * LANES], count[LANES], forced[LANES];
    rainflow f;
} rig;

static rig *fresh(double gate)
{
    static rig r;
    memset(&r, 0, sizeof r);
    r.f =
        (rainflow){ .n = LANES, .value = r.value, .count = r.count, .time = r.time, .forced = r.forced, .gate = gate };
    return &r;
}

static uint64_t seed = 88172645463325252u;
static double draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) * 0x1p-53;
}

/* All events of a series, the open ones last. */
static int stream(const double *x, int n, rainflow_event *out)
{
    rig *r = fresh(0);
    int made = 0;
    for (int i = 0; i < n; i++)
        made += rainflow_push(&r->f, 3, i, 0, x[i], out + made);
    made += rainflow_open(&r->f, 3, out + made);
    assert_true(r->forced[3] == 0);
    return made;
}

/* The text of the standard: reduce to reversals, then walk over them. */
static int batch(const double *x, int n, rainflow_event *out)
{
    static double v[MOST], t[MOST];
    int m = 0, made = 0, k = 0;
    static double s[MOST], st[MOST];
    for (int i = 0; i < n; i++) {
        if (m > 0 && v[m - 1] == x[i])
            continue;
        if (m > 1 && (v[m - 1] > v[m - 2]) == (x[i] > v[m - 1]))
            m--;
        v[m] = x[i];
        t[m++] = i;
    }
    for (int i = 0; i < m; i++) {
        s[k] = v[i];
        st[k++] = t[i];
        while (k >= 3 && fabs(s[k - 1] - s[k - 2]) >= fabs(s[k - 2] - s[k - 3])) {
            out[made++] = (rainflow_event){ fabs(s[k - 2] - s[k - 3]), .5 * (s[k - 3] + s[k - 2]), k == 3 ? .5 : 1,
                                            st[k - 3], st[k - 2], NAN };
            int keep = k == 3 ? 2 : 1, to = k - 3;
            memmove(s + to, s + k - keep, (size_t)keep * sizeof *s);
            memmove(st + to, st + k - keep, (size_t)keep * sizeof *st);
            k = to + keep;
        }
    }
    for (int i = 0; i + 1 < k; i++)
        out[made++] = (rainflow_event){ fabs(s[i + 1] - s[i]), .5 * (s[i] + s[i + 1]), .5, st[i], st[i + 1], NAN };
    return made;
}

static double total(const rainflow_event *e, int n, double depth)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += fabs(e[i].depth - depth) < 1e-12 ? e[i].count : 0;
    return sum;
}

static void the_standards_example(void **state)
{
    (void)state;
    static const double x[] = { -2, 1, -3, 5, -1, 3, -4, 4, -2 };
    rainflow_event e[MOST];
    int n = stream(x, 9, e);
    static const double want[][2] = { { 3, .5 }, { 4, 1.5 }, { 6, .5 }, { 8, 1 }, { 9, .5 } };
    double all = 0;
    for (int i = 0; i < 5; i++) {
        assert_true(total(e, n, want[i][0]) == want[i][1]);
        all += want[i][1];
    }
    for (int i = 0; i < n; i++)
        all -= e[i].count;
    assert_true(all == 0);
    assert_true(e[0].depth == 3 && e[0].count == .5 && e[0].mean == -.5 && e[0].start == 0 && e[0].end == 1);
}

static void state_of_charge_example(void **state)
{
    (void)state;
    static const double x[] = { 1, .4, .6, .2, .9, .5, 1, 0, 1 };
    rainflow_event e[MOST];
    int n = stream(x, 9, e);
    double full_02 = 0, full_04 = 0, half_08 = 0, half_1 = 0;
    for (int i = 0; i < n; i++) {
        full_02 += e[i].count == 1 && fabs(e[i].depth - .2) < 1e-12 && fabs(e[i].mean - .5) < 1e-12;
        full_04 += e[i].count == 1 && fabs(e[i].depth - .4) < 1e-12 && fabs(e[i].mean - .7) < 1e-12;
        half_08 += e[i].count == .5 && fabs(e[i].depth - .8) < 1e-12;
        half_1 += e[i].count == .5 && fabs(e[i].depth - 1) < 1e-12;
    }
    assert_int_equal(n, 6);
    assert_true(full_02 == 1 && full_04 == 1 && half_08 == 2 && half_1 == 2);
}

static int series(int kind, double *x)
{
    int n = 2 + (int)(draw() * 500);
    double v = .5;
    for (int i = 0; i < n; i++) {
        double u = draw();
        v = kind == 1 ? fmin(1, fmax(0, v + .2 * (u - .5))) : v;
        x[i] = kind == 0 ? u : kind == 1 ? v : kind == 2 ? floor(u * 6) : sin(i * .3) * (1 + u * .1);
    }
    return n;
}

static void agrees_with_a_plain_batch(void **state)
{
    (void)state;
    static double x[MOST];
    static rainflow_event a[MOST], b[MOST];
    for (int round = 0; round < 4000; round++) {
        int n = series(round % 4, x), na = stream(x, n, a), nb = batch(x, n, b);
        assert_int_equal(na, nb);
        assert_memory_equal(a, b, (size_t)na * sizeof *a);
    }
}

/* The state copied elsewhere at any point, and listed provisionally, goes on as if nothing had been. */
static void any_cut_gives_the_same(void **state)
{
    (void)state;
    static double x[MOST];
    static rainflow_event want[MOST], got[MOST];
    for (int round = 0; round < 300; round++) {
        int n = series(round % 4, x), nw = stream(x, n, want), made = 0;
        rig *r = fresh(0), saved;
        for (int i = 0; i < n; i++) {
            made += rainflow_push(&r->f, 3, i, 0, x[i], got + made);
            if (draw() < .1) {
                rainflow_event open[RAINFLOW_DEPTH];
                double before = r->count[3];
                assert_int_equal(rainflow_open(&r->f, 3, open), before > 0 ? (int)before - 1 : 0);
                saved = *r;
                r = fresh(0);
                memcpy(r->value, saved.value, sizeof r->value);
                memcpy(r->time, saved.time, sizeof r->time);
                memcpy(r->count, saved.count, sizeof r->count);
            }
        }
        made += rainflow_finish(&r->f, 3, got + made);
        assert_int_equal(made, nw);
        assert_memory_equal(got, want, (size_t)made * sizeof *got);
        assert_true(r->count[3] == 0);
    }
}

static void lanes_do_not_meet(void **state)
{
    (void)state;
    static double x[LANES][MOST];
    static rainflow_event got[LANES][MOST], want[MOST];
    int made[LANES] = { 0 }, n[LANES];
    for (int lane = 0; lane < LANES; lane++)
        n[lane] = series(lane % 4, x[lane]);
    rig all = *fresh(0);
    all.f = (rainflow){ .n = LANES, .value = all.value, .count = all.count, .time = all.time };
    for (int i = 0; i < 600; i++)
        for (uint32_t lane = 0; lane < LANES; lane++)
            if (i < n[lane])
                made[lane] += rainflow_push(&all.f, lane, i, 0, x[lane][i], got[lane] + made[lane]);
    for (uint32_t lane = 0; lane < LANES; lane++) {
        made[lane] += rainflow_finish(&all.f, lane, got[lane] + made[lane]);
        assert_int_equal(made[lane], stream(x[lane], n[lane], want));
        assert_memory_equal(got[lane], want, (size_t)made[lane] * sizeof *want);
    }
}

static void small_turns_and_bad_points(void **state)
{
    (void)state;
    rainflow_event e[MOST];
    rig *r = fresh(.01);
    static const double x[] = { 0, NAN, .5, .495, .5, .498, .9, INFINITY, .905, .9, .1, .1, .105, .1, 1 };
    int made = 0;
    for (int i = 0; i < 15; i++)
        made += rainflow_push(&r->f, 0, i, 0, x[i], e + made);
    made += rainflow_open(&r->f, 0, e + made);
    assert_int_equal(made, 2);                             /* 0, .905, .1, 1: the middle one closed, 0 to 1 open */
    assert_true(fabs(e[0].depth - .805) < 1e-12 && e[0].count == 1 && e[0].start == 8 && e[0].end == 10);
    assert_true(e[1].depth == 1 && e[1].count == .5 && e[1].start == 0 && e[1].end == 14);
    r = fresh(0);
    r->f.time = NULL;
    made =
        rainflow_push(&r->f, 0, 0, 0, 1, e) + rainflow_push(&r->f, 0, 1, 0, 0, e) + rainflow_push(&r->f, 0, 2, 0, 1, e);
    assert_int_equal(made, 1);
    assert_true(isnan(e[0].start) && isnan(e[0].end) && e[0].depth == 1);
    r = fresh(0);
    assert_int_equal(rainflow_finish(&r->f, 1, e), 0);
}

/* A spiral closing in never closes a cycle: the oldest half cycles are booked, and nothing is lost. */
static void a_full_residue_books_the_oldest(void **state)
{
    (void)state;
    rig *r = fresh(0);
    static rainflow_event e[MOST];
    int made = 0, points = 200;
    double depth = 0, want = 0, was = 0;
    for (int i = 0; i < points; i++) {
        double x = (i % 2 ? 1 : -1) * (1 - i / 1000.);
        made += rainflow_push(&r->f, 2, i, 0, x, e + made);
        want += i ? .5 * fabs(x - was) : 0;
        was = x;
    }
    assert_int_equal(made, points - RAINFLOW_DEPTH);
    assert_true(r->forced[2] == made && r->count[2] == RAINFLOW_DEPTH && r->forced[1] == 0);
    assert_true(e[0].start == 0 && e[0].end == 1 && e[made - 1].start == made - 1);
    made += rainflow_finish(&r->f, 2, e + made);
    for (int i = 0; i < made; i++) {
        assert_true(e[i].count == .5);
        depth += e[i].count * e[i].depth;
    }
    assert_true(fabs(depth - want) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_example),
        cmocka_unit_test(state_of_charge_example),
        cmocka_unit_test(agrees_with_a_plain_batch),
        cmocka_unit_test(any_cut_gives_the_same),
        cmocka_unit_test(lanes_do_not_meet),
        cmocka_unit_test(small_turns_and_bad_points),
        cmocka_unit_test(a_full_residue_books_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
