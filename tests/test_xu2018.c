/* SPDX-License-Identifier: MIT
 * test_xu2018.c - the check values of physics-facts.md section 1, and that a life does not depend on the step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

enum { N = 8 };
static const double YEAR = 31536000, DAY = 86400;

static rig *fresh(uint32_t n)
{
    rig *g = rig_open("xu2018");
    assert_int_equal(rig_make(g, n, NULL), 0);
    rig_fill(rig_in(g, "depth"), n, 1);
    rig_fill(rig_in(g, "soc_mean"), n, 0.5);
    rig_fill(rig_in(g, "temperature_mean"), n, 298.15);
    rig_fill(rig_in(g, "duration"), n, 0);
    return g;
}

static double gain(rig *g, const char *key, double value) /* f_d that one row adds with one input changed, lane 0 */
{
    double *in = rig_in(g, key), old = in[0], f = rig_x(g, "f_d")[0];
    in[0] = value;
    assert_int_equal(rig_call(g, g->model->step), 0);
    assert_int_equal(g->tile.status[0], 0);
    in[0] = old;
    return g->x1[0][0] - f;
}

static void stress_functions(void **state) /* to the 7 digits printed: 1e-6 */
{
    (void)state;
    static const double depth[][2] = { { 0.1, 3.117796e-06 },
                                       { 0.2, 5.247863e-06 },
                                       { 0.5, 1.331076e-05 },
                                       { 0.8, 2.979765e-05 },
                                       { 1.0, 5.882353e-05 } };
    static const double heat[][2] = { { 0, 0.150911 },  { 10, 0.334684 }, { 25, 1 },
                                      { 35, 1.955236 }, { 45, 3.665157 }, { 55, 6.612319 } };
    static const double soc[][2] = { { 0.2, 0.731982 }, { 0.5, 1 }, { 0.8, 1.366155 }, { 1.0, 1.682028 } };
    rig *g = fresh(N);
    for (size_t i = 0; i < 5; i++)
        assert_true(rig_near(gain(g, "depth", depth[i][0]), depth[i][1], 1e-6));
    double one = gain(g, "depth", 1);
    for (size_t i = 0; i < 6; i++)
        assert_true(rig_near(gain(g, "temperature_mean", heat[i][0] + 273.15) / one, heat[i][1], 4e-6));
    for (size_t i = 0; i < 4; i++)
        assert_true(rig_near(gain(g, "soc_mean", soc[i][0]) / one, soc[i][1], 1e-6));
    assert_true(gain(g, "depth", 0) == 0);
    assert_true(gain(g, "depth", 1.2) == one);
    rig_close(g);
}

static void reference_temperature(void **state) /* temperature_ref is where the stress of temperature is one */
{
    (void)state;
    rig *g = fresh(N);
    double one = gain(g, "depth", 1), hot = gain(g, "temperature_mean", 318.15);
    rig_fill(rig_param(g, "temperature_ref"), N, 318.15);
    assert_true(rig_near(gain(g, "temperature_mean", 318.15), one, 1e-15));
    assert_true(gain(g, "temperature_mean", 298.15) < one && one < hot);
    double k = *rig_param(g, "k_temperature"), s = exp(k * (298.15 - 318.15) * 318.15 / 298.15);
    assert_true(rig_near(gain(g, "temperature_mean", 298.15) / one, s, 1e-14));
    rig_close(g);
}

static double loss_after(rig *g, long rows)
{
    for (long i = 0; i < rows; i++)
        assert_int_equal(rig_step(g), 0);
    return rig_out(g, "loss")[0];
}

static void storage(void **state) /* 6 decimals printed: 1e-6 of f_d, 1e-5 of loss */
{
    (void)state;
    rig *g = fresh(N);
    rig_fill(rig_in(g, "depth"), N, 0);
    rig_fill(rig_in(g, "duration"), N, YEAR);
    double loss = loss_after(g, 1);
    assert_true(rig_near(rig_x(g, "f_d")[0], 1.305590e-02, 1e-6));
    assert_true(rig_near(loss, 0.057879, 1e-5));
    loss = loss_after(g, 9);
    assert_true(rig_near(rig_x(g, "f_d")[0], 1.305590e-01, 1e-6));
    assert_true(rig_near(loss, 0.172858, 1e-5));
    rig_close(g);
}

static void cycles(void **state) /* 1e-5 of loss; the crossing of 20 % to 0.01 cycles */
{
    (void)state;
    static const struct {
        long n;
        double loss;
    } want[] = { { 100, 0.034808 }, { 500, 0.083180 }, { 1000, 0.111295 }, { 3000, 0.209974 } };
    rig *g = fresh(N);
    long n = 0;
    double crossed = 0, last = 0;
    for (size_t k = 0; k < 4; k++)
        for (; n < want[k].n;) {
            double loss = loss_after(g, 1);
            n++;
            if (!(crossed > 0) && loss >= 0.2)
                crossed = (double)n - (loss - 0.2) / (loss - last);
            last = loss;
            if (n == want[k].n)
                assert_true(rig_near(loss, want[k].loss, 1e-5));
        }
    assert_true(fabs(crossed - 2786.71) < 0.01);
    rig_close(g);
}

static void both_parts(void **state)
{
    (void)state;
    rig *g = fresh(N);
    rig_fill(rig_in(g, "depth"), N, 0.8);
    rig_fill(rig_in(g, "soc_mean"), N, 0.6);
    rig_fill(rig_in(g, "temperature_mean"), N, 308.15);
    double loss = loss_after(g, 1000);
    assert_true(rig_near(rig_x(g, "f_d")[0], 6.464693e-02, 1e-6));
    rig_fill(rig_x(g, "f_d"), N, 0);
    rig_fill(rig_in(g, "duration"), N, 63072.0);
    loss = loss_after(g, 1000);
    assert_true(rig_near(rig_x(g, "f_d")[0], 1.212973e-01, 1e-6));
    assert_true(rig_near(loss, 0.165161, 1e-5));
    rig_close(g);
}

/* Four years, one cycle a day: lane 0's f_d in rows of `part` of a day. */
static double life(long part)
{
    rig *g = fresh(N);
    rig_fill(rig_in(g, "depth"), N, 0.7);
    rig_fill(rig_in(g, "temperature_mean"), N, 303.15);
    rig_fill(rig_in(g, "duration"), N, DAY / (double)part);
    rig_fill(g->dt, N, 1 / (double)part);
    loss_after(g, 1461 * part);
    double loss = rig_out(g, "loss")[0];
    rig_close(g);
    return loss;
}

static void step_does_not_matter(void **state)
{
    (void)state;
    double day = life(1);
    assert_true(day > 0.05);
    assert_true(rig_near(life(24), day, 1e-9));
    assert_true(rig_near(life(1440), day, 1e-9));
}

static void lanes_differ_and_do_not_mix(void **state) /* the same bits at n = 8 and n = 64 */
{
    (void)state;
    rig *a = fresh(8), *b = fresh(64);
    for (uint32_t i = 0; i < 64; i++) {
        double d = 0.1 + 0.1 * (i % 8);
        rig_in(b, "depth")[63 - i] = d;
        rig_in(b, "temperature_mean")[63 - i] = 280 + 4 * (i % 8);
        rig_param(b, "k_t")[63 - i] = 1e-10 * (1 + i % 8);
        rig_in(b, "duration")[63 - i] = 1e4;
        rig_in(a, "depth")[i % 8] = d;
        rig_in(a, "temperature_mean")[i % 8] = 280 + 4 * (i % 8);
        rig_param(a, "k_t")[i % 8] = 1e-10 * (1 + i % 8);
        rig_in(a, "duration")[i % 8] = 1e4;
    }
    loss_after(a, 50);
    loss_after(b, 50);
    for (uint32_t i = 0; i < 64; i++)
        assert_memory_equal(&rig_out(a, "loss")[i % 8], &rig_out(b, "loss")[63 - i], sizeof(double));
    assert_true(rig_out(a, "loss")[0] != rig_out(a, "loss")[1]);
    rig_close(a);
    rig_close(b);
}

static void unknown_inputs(void **state)
{
    (void)state;
    rig *g = fresh(N);
    rig_in(g, "duration")[1] = NAN; /* unknown time is no time */
    rig_in(g, "temperature_mean")[3] = NAN;
    assert_int_equal(rig_step(g), 0);
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(g->tile.status[i], i == 3 ? FADE_EINVAL : 0);
    assert_int_equal(g->said, 1);
    assert_int_equal(g->lane, 3);
    assert_non_null(strstr(g->text, "temperature_mean is not known"));
    assert_true(rig_x(g, "f_d")[1] == rig_x(g, "f_d")[0]);
    rig_param(g, "k_delta3")[5] = -2e5; /* S_delta below zero at depth 1 */
    rig_in(g, "temperature_mean")[3] = 298.15;
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[5], FADE_ERANGE);
    assert_non_null(strstr(g->text, "must rise"));
    rig_close(g);
}

static void starts_used_and_observes(void **state)
{
    (void)state;
    rig *g = rig_open("xu2018");
    rig_value(g, "initial_f_d")->real = 1.305590e-01;
    assert_int_equal(rig_make(g, N, NULL), 0);
    assert_int_equal(rig_call(g, g->model->observe), 0);
    assert_true(rig_near(rig_out(g, "loss")[N - 1], 0.172858, 1e-5));
    rig_close(g);
}

/* What a duty is fed with: S_sigma S_T of samples, f_c of rainflow cycles, to the digits printed. */
static void rates_and_cycles(void **state)
{
    (void)state;
    rig *g = fresh(N);
    const fade_duty_v1 *d = g->desc->iface(g->desc, "fade.duty/1");
    double soc[N] = { 0.5, 0.2, 0.8, 1, 0.5, 0.5, 0.5, 0.5 };
    double T[N] = { 298.15, 298.15, 298.15, 298.15, 273.15, 308.15, 318.15, 328.15 };
    double depth[N] = { 0, 0.1, 0.2, 0.5, 0.8, 1, 1.2, 1 }, half[N], cold[N], out[N];
    static const double stress[] = { 1, 0.731982, 1.366155, 1.682028, 0.150911, 1.955236, 3.665157, 6.612319 };
    static const double cycle[] = { 0,           3.117796e-06, 5.247863e-06, 1.331076e-05,
                                    2.979765e-05, 5.882353e-05, 5.882353e-05, 5.882353e-05 };
    rig_fill(half, N, 0.5);
    rig_fill(cold, N, 298.15);
    double *const to[] = { out };
    assert_int_equal(rig_duty(g, d->rates, N, (const double *const[]){ soc, T }, to), 0);
    for (int i = 0; i < N; i++)
        assert_true(rig_near(out[i], stress[i], 4e-6));
    assert_int_equal(rig_duty(g, d->cycles, N, (const double *const[]){ depth, half, cold, cold }, to), 0);
    assert_true(out[0] == 0);
    for (int i = 1; i < N; i++)
        assert_true(rig_near(out[i], cycle[i], 1e-6));
    assert_true(out[6] == out[5]);
    rig_close(g);
}

/* Half cycles that are open are shown, and not in the state. */
static void open_cycles_are_not_booked(void **state)
{
    (void)state;
    rig *g = fresh(N);
    rig_under_duty(g);
    rig_fill(rig_in(g, "stress_time"), N, 1e7);
    rig_fill(rig_in(g, "f_cycle"), N, 0.01);
    rig_fill(rig_in(g, "open_f_cycle"), N, 0.02);
    rig_in(g, "open_f_cycle")[1] = 0;
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(rig_step(g), 0);
    double f = 2 * (0.01 + 4.14e-10 * 1e7);
    assert_true(rig_near(rig_x(g, "f_d")[0], f, 1e-14) && rig_x(g, "f_d")[1] == rig_x(g, "f_d")[0]);
    assert_true(rig_near(rig_out(g, "loss")[1], 5.75e-2 * (1 - exp(-121 * f)) + (1 - 5.75e-2) * (1 - exp(-f)), 1e-13));
    f += 0.02;
    assert_true(rig_near(rig_out(g, "loss")[0], 5.75e-2 * (1 - exp(-121 * f)) + (1 - 5.75e-2) * (1 - exp(-f)), 1e-13));
    rig_fill(rig_in(g, "f_cycle"), N, -1);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], FADE_ERANGE);
    assert_non_null(strstr(g->text, "in a step of a duty"));
    rig_close(g);
}

static const void *nothing(const fade_host *h, const char *id)
{
    (void)h;
    (void)id;
    return NULL;
}

static void needs_the_math(void **state)
{
    (void)state;
    rig *g = rig_open("xu2018");
    g->host.iface = nothing;
    assert_int_equal(rig_make(g, N, NULL), FADE_EBUG);
    assert_non_null(strstr(g->text, "fade.math/1"));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stress_functions),
        cmocka_unit_test(reference_temperature),
        cmocka_unit_test(storage),
        cmocka_unit_test(cycles),
        cmocka_unit_test(both_parts),
        cmocka_unit_test(step_does_not_matter),
        cmocka_unit_test(lanes_differ_and_do_not_mix),
        cmocka_unit_test(unknown_inputs),
        cmocka_unit_test(starts_used_and_observes),
        cmocka_unit_test(rates_and_cycles),
        cmocka_unit_test(open_cycles_are_not_booked),
        cmocka_unit_test(needs_the_math),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
