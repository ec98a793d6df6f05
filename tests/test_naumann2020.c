/* SPDX-License-Identifier: MIT
 * test_naumann2020.c - published check values of the calendar and the cycle law; a life does not depend on the step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include "tests/near.h"

enum { N = 8 };
#define YEAR (365 * 86400.0)

typedef struct duty { double depth, soc, celsius, c_rate, seconds, cycles; } duty;

/* The whole duty in so many alike rows; out: loss, calendar, cycle, growth of resistance. */
static void live(const duty *d, int rows, double out[4], bool cube)
{
    rig *g = rig_open("naumann2020");
    rig_value(g, "resistance_soc")->real = cube;
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_fill(rig_in(g, "depth"), N, d->depth);
    rig_fill(rig_in(g, "soc_mean"), N, d->soc);
    rig_fill(rig_in(g, "temperature_mean"), N, d->celsius + 273.15);
    rig_fill(rig_in(g, "c_rate"), N, d->c_rate);
    rig_fill(rig_in(g, "duration"), N, d->seconds / rows);
    rig_fill(g->dt, N, d->cycles / rows);
    for (int i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    out[0] = rig_out(g, "loss")[0];
    out[1] = rig_out(g, "loss_calendar")[N - 1];
    out[2] = rig_out(g, "loss_cycle")[0];
    out[3] = rig_out(g, "resistance_ratio")[0] - 1;
    rig_close(g);
}

/* Six decimals are printed: half of the last one. */
static void check_values(void **state)
{
    (void)state;
    static const struct { duty d; int at; double value; } checks[] = {
        { { 1, 0.5, 25, 1, YEAR, 0 }, 1, 0.042516 },   { { 1, 1, 40, 1, 3 * YEAR, 0 }, 1, 0.163331 },
        { { 1, 0.5, 25, 1, 0, 1000 }, 2, 0.068344 },   { { 0.8, 0.5, 25, 0.5, 0, 5000 / 0.8 }, 2, 0.102255 },
        { { 1, 0.5, 25, 1, YEAR, 0 }, 3, 0.016826 },   { { 1, 0.5, 25, 1, 0, 1000 }, 3, 0.001775 },
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        double out[4];
        live(&checks[i].d, 1, out, false);
        assert_near(out[checks[i].at], checks[i].value, 5.1e-7);
    }
}

static void a_life_does_not_depend_on_the_step(void **state)
{
    (void)state;
    const duty d = { 0.7, 0.6, 35, 0.8, 2 * YEAR, 900 };
    double day[4], hour[4], minute[4];
    live(&d, 730, day, false);
    live(&d, 730 * 24, hour, false);
    live(&d, 730 * 1440, minute, false);
    for (int i = 0; i < 4; i++) {
        assert_true(rig_near(hour[i], day[i], 1e-9));
        assert_true(rig_near(minute[i], day[i], 1e-9));
    }
    assert_true(rig_near(day[0], day[1] + day[2], 1e-12));
}

/* What programs disagree on: r_S at soc 1 is 0.712825 squared, 1.136613 cubed. */
static void both_forms_of_the_state_of_charge(void **state)
{
    (void)state;
    const duty d = { 1, 1, 25, 1, YEAR, 0 };
    double square[4], cube[4];
    live(&d, 1, square, false);
    live(&d, 1, cube, true);
    assert_near(square[3] / (3.4194e-10 * YEAR), 0.712825, 1e-6);
    assert_near(cube[3] / (3.4194e-10 * YEAR), 1.136613, 1e-6);
    assert_near(square[0], cube[0], 0);
}

/* One side alone asks for its own inputs and takes what it took of the whole. */
static bool has(const fade_list *l, const char *key)
{
    const fade_column *c = l->at;
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(c[i].key, key) == 0)
            return true;
    return false;
}

static void a_side_alone_is_its_part_of_the_whole(void **state)
{
    (void)state;
    const duty d = { 0.7, 0.6, 35, 0.8, 2 * YEAR, 900 };
    static const struct { const char *key[3], *other[3]; } sides[] = {
        { { "soc_mean", "temperature_mean", "duration" }, { "depth", "c_rate", "c_rate" } },
        { { "depth", "c_rate", "c_rate" }, { "soc_mean", "temperature_mean", "duration" } },
    };
    const double value[2][3] = { { d.soc, d.celsius + 273.15, d.seconds / 100 }, { d.depth, d.c_rate, d.c_rate } };
    double both[4], growth = 0;
    live(&d, 100, both, false);
    for (int k = 0; k < 2; k++) {
        rig *g = rig_open("naumann2020");
        rig_value(g, "ageing")->real = k + 1;
        assert_int_equal(rig_make(g, N, NULL), 0);
        for (int i = 0; i < 3; i++) {
            assert_false(has(&g->columns.in, sides[k].other[i]));
            rig_fill(rig_in(g, sides[k].key[i]), N, value[k][i]);
        }
        assert_int_equal(g->columns.state.n, 2);
        assert_int_equal(g->columns.out.n, 2);
        rig_fill(g->dt, N, d.cycles / 100);
        for (int i = 0; i < 100; i++)
            assert_int_equal(rig_step(g), 0);
        assert_near(rig_out(g, "loss")[N - 1], both[1 + k], 0);
        growth += rig_out(g, "resistance_ratio")[N - 1] - 1;
        rig_close(g);
    }
    assert_near(growth, both[3], 1e-12);
}

/* What a duty is fed with, held for a year, is the check value of that year. */
static void rates_are_those_of_the_check_values(void **state)
{
    (void)state;
    rig *g = rig_open("naumann2020");
    assert_int_equal(rig_make(g, N, NULL), 0);
    const fade_duty_v1 *d = g->desc->iface(g->desc, "fade.duty/1");
    double soc[N], T[N], loss[N], growth[N];
    rig_fill(soc, N, 0.5);
    rig_fill(T, N, 298.15);
    soc[1] = 1;
    T[1] = 313.15;
    assert_int_equal(rig_duty(g, d->rates, N, (const double *const[]){ soc, T }, (double *const[]){ loss, growth }), 0);
    rig_under_duty(g);
    rig_fill(g->dt, N, 0);
    for (int i = 0; i < N; i++) {
        rig_in(g, "loss_stress_time")[i] = loss[i] * (i == 1 ? 3 * YEAR : YEAR);
        rig_in(g, "growth_stress_time")[i] = growth[i] * YEAR;
    }
    assert_int_equal(rig_call(g, g->model->step), 0);
    assert_near(rig_out(g, "loss_calendar")[0], 0.042516, 5.1e-7);
    assert_near(rig_out(g, "loss_calendar")[1], 0.163331, 5.1e-7);
    assert_near(rig_out(g, "resistance_ratio")[0] - 1, 0.016826, 5.1e-7);
    assert_near(rig_out(g, "loss_cycle")[0], 0, 0);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_values),
        cmocka_unit_test(a_life_does_not_depend_on_the_step),
        cmocka_unit_test(both_forms_of_the_state_of_charge),
        cmocka_unit_test(rates_are_those_of_the_check_values),
        cmocka_unit_test(a_side_alone_is_its_part_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
