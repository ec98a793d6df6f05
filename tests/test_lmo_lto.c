/* SPDX-License-Identifier: MIT
 * test_lmo_lto.c - both laws at their check values, a life that does not depend on the step; over duties and against
 * SSC's own numbers: test_ssc.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include "tests/near.h"

enum { N = 8 };
enum { LOSS, CALENDAR, CYCLE, NOUT };
#define DAY 86400.0

typedef struct life { double depth, soc, celsius, days, cycles; } life;

static void live(const life *l, int rows, double out[NOUT])
{
    rig *g = rig_open("lmo-lto");
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_fill(rig_in(g, "depth"), N, l->depth);
    rig_fill(rig_in(g, "soc_mean"), N, l->soc);
    rig_fill(rig_in(g, "temperature_mean"), N, l->celsius + 273.15);
    rig_fill(rig_in(g, "duration"), N, l->days * DAY / rows);
    rig_fill(g->dt, N, l->cycles / rows);
    for (int i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    out[LOSS] = rig_out(g, "loss")[0];
    out[CALENDAR] = rig_out(g, "loss_calendar")[N - 1];
    out[CYCLE] = rig_out(g, "loss_cycle")[1];
    rig_close(g);
}

static double q1(double soc, double T)
{
    return 3.4984e-5 * exp(-1.0704e9 * sqrt(soc) / (T * T * T)) * exp(3.7839e6 * sqrt(soc) / (T * T));
}
static double q3(double depth, double T) { return fmax(0, -7.146e-4 + 1.071e-13 * pow(T, 4) * pow(depth, 0.25)); }

static void both_laws(void **state)
{
    (void)state;
    static const double celsius[] = { 0, 25, 45, 60 };
    for (int c = 0; c < 4; c++)
        for (int k = 0; k <= 10; k++) {
            double T = celsius[c] + 273.15, out[NOUT];
            live(&(life){ 0.1 * k, 1 - 0.1 * k, celsius[c], 400, 700 }, 1, out);
            assert_near(out[CALENDAR], q1(1 - 0.1 * k, T) * pow(400, 0.6224), 1e-12);
            assert_near(out[CYCLE], q3(0.1 * k, T) * pow(70.0 * k, 0.5539), 1e-12);
            assert_near(out[LOSS], out[CALENDAR] + out[CYCLE], 1e-15);
        }
}

/* At 25 degC cycles of half the depth are below what the fit calls ageing: q3 would be negative. */
static void shallow_cycles_cost_nothing(void **state)
{
    (void)state;
    double out[NOUT];
    live(&(life){ 0.5, 0.5, 25, 10, 100 }, 1, out);
    assert_near(out[CYCLE], 0, 0);
    live(&(life){ 0.52, 0.5, 25, 10, 100 }, 1, out);
    assert_true(out[CYCLE] > 0);
}

static void a_life_does_not_depend_on_the_step(void **state)
{
    (void)state;
    const life l = { 0.9, 0.6, 35, 730, 900 };
    double day[NOUT], hour[NOUT], minute[NOUT];
    live(&l, 730, day);
    live(&l, 730 * 24, hour);
    live(&l, 730 * 1440, minute);
    for (int i = 0; i < NOUT; i++) {
        assert_true(rig_near(hour[i], day[i], 1e-9));
        assert_true(rig_near(minute[i], day[i], 1e-9));
    }
}

static void time_and_cycles_come_apart(void **state)
{
    (void)state;
    double out[NOUT];
    live(&(life){ 1, 0.5, 25, 365, 0 }, 1, out);
    assert_true(out[CALENDAR] > 0 && out[CYCLE] == 0);
    live(&(life){ 1, 0.5, 25, (double)NAN, 300 }, 1, out);             /* unknown time is no time */
    assert_true(out[CALENDAR] == 0 && out[CYCLE] > 0);
    live(&(life){ 1, 1, 60, 1e9, 0 }, 1, out);
    assert_near(out[LOSS], 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_laws),
        cmocka_unit_test(shallow_cycles_cost_nothing),
        cmocka_unit_test(a_life_does_not_depend_on_the_step),
        cmocka_unit_test(time_and_cycles_come_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
