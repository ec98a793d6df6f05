/* SPDX-License-Identifier: MIT
 * test_slide.c - SLIDE's Kokam cell as parameters of spm: its voltages, rates and cycles (facts of SLIDE v1 and v2).
 * Tables from $FADE_DATA/slide.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include "slide_rig.h"

/* From half charge, 2.7 A from 298 K, reached in SLIDE's three steps of 10 ms: the voltage to 3 uV, the temperature to
 * its last digit. */
static void discharge(void **state)
{
    (void)state;
    static const double t[] = { 0, 250, 500, 1000, 1500 }, V[] = { 3.565615, 3.535696, 3.512869, 3.423819, 3.233854 },
                        T[] = { 298, 298.890, 298.933, 299.016, 299.207 };
    rig *g = slide_cell(0);
    if (!g)
        skip();
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    slide_ambient(g);
    assert_true(fabs(spm_try(g, FADE_BY_CURRENT, 0, 0, "voltage") - 3.681362) < 2e-6);
    double now = 0;
    slide_peer_ramp(g, 0, 2.7);
    for (int k = 0; k < 5; k++) {
        for (; now < t[k] - 1e-9; now++) {
            spm_drive(g, FADE_BY_CURRENT, 2.7, 1);
            assert_int_equal(rig_step(g), 0);
        }
        if (k == 0)
            spm_try(g, FADE_BY_CURRENT, 2.7, 0, "voltage");
        printf("%g s: %.6f V (SLIDE %.6f), %.3f K (SLIDE %.3f)\n", t[k], spm_now(g, "voltage"), V[k],
               spm_now(g, "temperature"), T[k]);
        assert_true(fabs(spm_now(g, "voltage") - V[k]) < 3e-6);
        assert_true(fabs(spm_now(g, "temperature") - T[k]) < 6e-4);
    }
    rig_close(g);
}

/* a within a part `of` b */
static void part(double a, double b, double of) { assert_true(fabs(a / b - 1) < of); }

/* Discharge capacity by cycle, as SLIDE gives it. */
typedef struct quoted { int ageing, n; double Ah; } quoted;
static const quoted quotes[] = { { 0, 1, 2.571 }, { 0, 3, 2.571 }, { 1, 1, 2.5695 }, { 1, 100, 2.5455 },
                                 { 1, 1000, 2.451 }, { 2, 1, 2.5695 }, { 2, 100, 2.5425 }, { 2, 200, 2.5245 },
                                 { 2, 500, 2.481 }, { 2, 1000, 2.421 } };
enum { QUOTES = sizeof quotes / sizeof quotes[0] };

#if defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__
enum { FAR = 1000 };
#else
enum { FAR = 200 };                               /* where a cycle takes ten times as long */
#endif

typedef struct ending { double layer, lithium, negative, positive; } ending;

static ending state_of(rig *g)
{
    return (ending){ rig_x(g, "sei")[0], 3600 * (rig_x(g, "charge_sei")[0] + spm_now(g, "lithium_lost_plating")),
                     rig_x(g, "active_negative")[0], rig_x(g, "active_positive")[0] };
}

/* Quotes up to cycle `far`, by the peer's own way through a cycle or by this one's; how far the worst is off. */
static double worst_of(bool peer, int far, ending hundred[3])
{
    rig *g = NULL;
    int done = 0, ageing = -1;
    double worst = 0;
    for (int k = 0; k < QUOTES; k++) {
        quoted q = quotes[k];
        if (q.n > far)
            continue;
        if (q.ageing != ageing) {
            if (g)
                rig_close(g);
            g = slide_cell(ageing = q.ageing);
            if (!g)
                skip();
            assert_int_equal(rig_make(g, 1, NULL), 0);
            slide_ambient(g);
            if (peer)
                slide_peer_charge(g, 0, 2);
            else
                slide_charge(g);
            done = 0;
        }
        double Ah = 0;
        for (; done < q.n; done++)
            Ah = peer ? slide_peer_cycle(g, 2) : slide_cycle(g);
        ending e = state_of(g);
        printf("ageing %d cycle %d: %.5f Ah (SLIDE %.5f), layer %.6g m, lithium %.6g As, eps_n %.8f eps_p %.8f\n",
               ageing, done, Ah, q.Ah, e.layer, e.lithium, e.negative, e.positive);
        if (q.n == 100)
            hundred[ageing] = e;
        worst = fmax(worst, fabs(Ah / q.Ah - 1));
    }
    rig_close(g);
    return worst;
}

/* SLIDE takes steps of 2 s, none that would pass a limit, holds "4.2 V" anywhere in the thousandth below, and goes from
   current to current by steps of 10 ms in which nothing ages: done in the same way its capacities come out to the last
   digit, and what aged within 1.3e-4. */
static void cycles_as_slide_takes_them(void **state)
{
    (void)state;
    ending at[3] = { 0 };
    assert_true(worst_of(true, FAR, at) < 1e-9);
    part(at[1].layer, 2.16398e-8, 1e-4);
    part(at[1].lithium, 172.486, 1e-4);
    part(at[2].layer, 2.16296e-8, 1.5e-4);
    part(at[2].lithium, 176.339, 1.5e-4);
    part(at[2].negative, 0.49960646, 1e-7);
    part(at[2].positive, 0.49673359, 1.5e-5);
}

/* With limits that are located and a voltage that is held the cell gives 0.12 to 0.21 % more. */
static void cycles_as_they_are_meant(void **state)
{
    (void)state;
    ending at[3];
    double worst = worst_of(false, 1000, at);
    print_message("off by at most %.4f\n", worst);
    assert_true(worst < 0.0022);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(discharge), cmocka_unit_test(cycles_as_slide_takes_them),
                                        cmocka_unit_test(cycles_as_they_are_meant) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
