/* SPDX-License-Identifier: MIT
 * test_sam_calendar.c - the law at SSC's values, SSC's own Euler steps over the law's rates, a life that does not
 * depend on the step; over duties: test_ssc.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include "tests/near.h"

enum { N = 8 };
#define DAY 86400.0

static rig *fresh(const char *as)
{
    rig *g = rig_open("sam-calendar");
    rig_value(g, "as")->real = strcmp(as, "ssc") == 0;
    assert_int_equal(rig_make(g, N, NULL), 0);
    return g;
}

/* What is left after so many days in so many rows, %. */
static double live(const char *as, double celsius, double soc, double days, int rows)
{
    rig *g = fresh(as);
    rig_fill(rig_in(g, "soc_mean"), N, soc);
    rig_fill(rig_in(g, "temperature_mean"), N, celsius + 273.15);
    rig_fill(rig_in(g, "duration"), N, days * DAY / rows);
    for (int i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    double left = 100 * (1 - rig_out(g, "loss")[N - 1]);
    rig_close(g);
    return left;
}

static void the_values_of_ssc(void **state)
{
    (void)state;
    static const struct { double celsius, soc, day, year; } checks[] = {
        { -10, 0, 101.999466678546, 101.98981090792785 },   { 0, 0.2, 101.9970988104304, 101.94457285109833 },
        { 23, 1, 101.73109393859312, 96.86255691034957 },   { 25, 0.5, 101.93472709564952, 100.75296291335951 },
        { 45, 0.8, 101.33987424885869, 89.38831523262009 }, { 60, 1, 99.09056045415149, 46.41523552361022 },
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        assert_near(live("law", checks[i].celsius, checks[i].soc, 1, 1), checks[i].day, 1e-10);
        assert_near(live("law", checks[i].celsius, checks[i].soc, 365, 1), checks[i].year, 1e-10);
    }
}

/* k^2 of the law, advanced as SSC does, gives SSC's number for each of its steps. */
static void euler_steps_over_the_rates(void **state)
{
    (void)state;
    static const struct { double celsius, soc, hours, left; } checks[] = {
        { 25, 0.5, 1, 98.0564566876806 },  { 25, 0.5, 0.5, 98.05648763331048 }, { 25, 0.5, 0.25, 98.05650408128602 },
        { 40, 0.9, 1, 63.3364524440749 },  { 0, 0.2, 0.25, 101.82472314751394 },
    };
    rig *g = fresh("law");
    const fade_duty_v1 *duty = g->desc->iface(g->desc, "fade.duty/1");
    double *soc = rig_doubles(N, 0), *T = rig_doubles(N, 0), *k2 = rig_doubles(N, 0);
    for (size_t i = 0; i < N; i++) {
        soc[i] = checks[i % 5].soc;
        T[i] = checks[i % 5].celsius + 273.15;
    }
    fade_tile b = g->tile;
    b.in = (const double *const[]){ soc, T };
    b.out = (double *[]){ k2 };
    assert_int_equal(duty->rates(g->object, &b), 0);
    for (size_t i = 0; i < 5; i++) {
        double k = 2.66e-3 * sqrt(k2[i]), dt = checks[i].hours / 24, dq = k * sqrt(dt);
        for (long n = 1; n < lround(3650 * 24 / checks[i].hours); n++)
            dq += 0.5 * k * k / dq * dt;
        assert_near(100 * (1.02 - dq), checks[i].left, 1e-8);
    }
    free(soc);
    free(T);
    free(k2);
    rig_close(g);
}

static void a_life_does_not_depend_on_the_step(void **state)
{
    (void)state;
    double day = live("law", 30, 0.7, 730, 730);
    assert_true(rig_near(live("law", 30, 0.7, 730, 730 * 24), day, 1e-9));
    assert_true(rig_near(live("law", 30, 0.7, 730, 730 * 1440), day, 1e-9));
}

static void what_is_above_nominal_shows_or_not(void **state)
{
    (void)state;
    assert_near(live("law", 25, 0.5, 30, 1), 101.64248557893363, 1e-10);
    assert_near(live("ssc", 25, 0.5, 30, 1), 100, 0);
    assert_near(live("ssc", 25, 0.5, 3650, 1), 98.05652247951534, 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_values_of_ssc),
        cmocka_unit_test(euler_steps_over_the_rates),
        cmocka_unit_test(a_life_does_not_depend_on_the_step),
        cmocka_unit_test(what_is_above_nominal_shows_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
