/* SPDX-License-Identifier: MIT
 * test_schmalstieg2014.c - published check values of capacity and resistance; a life does not depend on the step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include "tests/near.h"

enum { N = 8 };

typedef struct duty { double storage, cycle, depth, kelvin, days, charge; } duty;       /* charge: Ah, both ways */

static void live(const duty *d, int rows, double *loss, double *resistance)
{
    rig *g = rig_open("schmalstieg2014");
    rig_value(g, "nominal_capacity")->real = 2;
    rig_value(g, "storage_voltage")->real = d->storage;
    rig_value(g, "cycle_voltage")->real = d->cycle;
    assert_int_equal(rig_make(g, N, NULL), 0);
    rig_fill(rig_in(g, "depth"), N, d->depth);
    rig_fill(rig_in(g, "temperature_mean"), N, d->kelvin);
    rig_fill(rig_in(g, "duration"), N, d->days * 86400 / rows);
    rig_fill(g->dt, N, d->charge / (2 * d->depth * 2) / rows);
    for (int i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    *loss = rig_out(g, "loss")[0];
    *resistance = rig_out(g, "resistance_ratio")[N - 1];
    double parts = rig_out(g, "loss_calendar")[0] + rig_out(g, "loss_cycle")[0];
    assert_true(*loss >= 1 || rig_near(*loss, parts, 1e-12));
    rig_close(g);
}

/* V = Vm = 3.7 V, 308.15 K, depth 0.8: a year and 2,000 Ah; six decimals are printed, and each part alone. */
static void check_values(void **state)
{
    (void)state;
    double loss, resistance;
    live(&(duty){ 3.7, 3.7, 0.8, 308.15, 365, 2000 }, 1, &loss, &resistance);
    assert_near(1 - loss, 0.768477, 5.1e-7);
    assert_near(resistance, 1.514709, 5.1e-7);
    live(&(duty){ 3.7, 3.7, 0.8, 308.15, 1, 0 }, 1, &loss, &resistance);
    assert_near(loss, 6.127729e-4, 5.1e-11);
    assert_near(resistance - 1, 1.163745e-3, 5.1e-10);
    live(&(duty){ 3.7, 3.7, 0.8, 308.15, 0, 1 }, 1, &loss, &resistance);
    assert_near(loss, 4.032802e-3, 5.1e-10);
    assert_near(resistance - 1, 2.087646e-4, 5.1e-11);
}

static void a_life_does_not_depend_on_the_step(void **state)
{
    (void)state;
    const duty d = { 3.9, 3.75, 0.5, 303.15, 730, 1500 };
    double loss[3], resistance[3];
    live(&d, 730, &loss[0], &resistance[0]);
    live(&d, 730 * 24, &loss[1], &resistance[1]);
    live(&d, 730 * 1440, &loss[2], &resistance[2]);
    for (int i = 1; i < 3; i++) {
        assert_true(rig_near(loss[i], loss[0], 1e-9));
        assert_true(rig_near(resistance[i], resistance[0], 1e-9));
    }
}

/* Below 23.75 / 7.543 = 3.149 V the fit says that time does nothing. */
static void no_calendar_ageing_at_low_voltage(void **state)
{
    (void)state;
    double loss, resistance;
    live(&(duty){ 3.0, 3.7, 0.8, 308.15, 365, 0 }, 1, &loss, &resistance);
    assert_near(loss, 0, 0);
    assert_near(resistance, 1, 0);
}

/* A year and 2,000 Ah, of which one side sees its own. */
static void a_side_alone_is_its_part_of_the_whole(void **state)
{
    (void)state;
    double loss, resistance, losses = 0, growth = 0;
    live(&(duty){ 3.7, 3.7, 0.8, 308.15, 365, 2000 }, 1, &loss, &resistance);
    for (int side = 1; side < 3; side++) {
        rig *g = rig_open("schmalstieg2014");
        rig_value(g, "nominal_capacity")->real = 2;
        rig_value(g, "ageing")->real = side;
        assert_int_equal(rig_make(g, N, NULL), 0);
        assert_int_equal(g->columns.in.n, side == 1 ? 4 : 2);
        assert_int_equal(g->columns.out.n, 2);
        if (side == 1) {
            rig_fill(rig_in(g, "temperature_mean"), N, 308.15);
            rig_fill(rig_in(g, "duration"), N, 365 * 86400.0);
        } else
            rig_fill(rig_in(g, "depth"), N, 0.8);
        rig_fill(g->dt, N, 2000 / (2 * 0.8 * 2));
        assert_int_equal(rig_step(g), 0);
        losses += rig_out(g, "loss")[N - 1];
        growth += rig_out(g, "resistance_ratio")[N - 1] - 1;
        rig_close(g);
    }
    assert_near(losses, loss, 1e-14);
    assert_near(growth, resistance - 1, 1e-14);
}

/* Rates: at 3.7 V and 308.15 K a day loses and grows by the check values.  The curve at its points. */
static void rates_are_those_of_the_check_values(void **state)
{
    (void)state;
    rig *g = rig_open("schmalstieg2014");
    double flat[] = { 0, 1, 3.7, 3.7 }, soc[N] = { 0, 1, 0.498480903, 0.952039931, -1, 2, 0.5, 0.5 };
    double T[N], loss[N], growth[N], v2[N];
    *rig_value(g, "ocv") = (fade_value){ .v = flat, .n = 2 };
    assert_int_equal(rig_make(g, N, NULL), 0);
    const fade_duty_v1 *d = g->desc->iface(g->desc, "fade.duty/1");
    rig_fill(T, N, 308.15);
    double *const out[] = { loss, growth, v2 };
    assert_int_equal(rig_duty(g, d->rates, N, (const double *const[]){ soc, T }, out), 0);
    assert_near(pow(86400 * loss[0], 0.75), 6.127729e-4, 5.1e-11);
    assert_near(pow(86400 * growth[0], 0.75), 1.163745e-3, 5.1e-10);
    rig_close(g);
    g = rig_open("schmalstieg2014");
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_duty(g, d->rates, N, (const double *const[]){ soc, T }, out), 0);
    static const double volt[] = { 3.331, 4.162, 3.696420384, 4.120108955, 3.331, 4.162 };
    for (int i = 0; i < 6; i++)
        assert_near(sqrt(v2[i]), volt[i], 1e-12);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_values),
        cmocka_unit_test(a_life_does_not_depend_on_the_step),
        cmocka_unit_test(no_calendar_ageing_at_low_voltage),
        cmocka_unit_test(rates_are_those_of_the_check_values),
        cmocka_unit_test(a_side_alone_is_its_part_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
