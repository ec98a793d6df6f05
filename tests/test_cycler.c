/* SPDX-License-Identifier: MIT
 * test_cycler.c - a cell under a protocol: charge and times against closed forms, limits without overshoot, coupling.
 *
 * The cell's open-circuit voltage is 3 V + soc, its RC pair next to nothing: V = 3 + soc - 0.05 I.
 */
#include "engine_rig.h"
#include "tests/near.h"

#define CELL                                                                                                    \
    "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ntemperature_ambient = \"25 degC\"\n"         \
    "duration = 0\n"
#define THEVENIN "plugin = \"thevenin\", r0 = 0.05, r1 = 1e-7, c1 = 1, ocv = { x = [0, 1], y = [3, 4] }"

static double first(const char *key) { return rig_at(0, key); }

/* 2 A from full to 3.2 V: soc 0.3, 1.4 Ah, 2,520 s; then 1 A to 4 V: soc 0.95, 1.3 Ah, 4,680 s. */
static void limits_are_met(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 1\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n"
                    "[protocol]\nsteps = [\"Discharge at 1C until 3.2 V\", \"Charge at 1 A until 4 V\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 1);
    assert_near(first("physics_discharge_capacity"), 1.4, 1e-5);
    assert_near(first("physics_charge_capacity"), 1.3, 1e-5);
    assert_near(first("physics_throughput"), 2.7, 2e-5);
    assert_near(first("physics_cycle_duration"), 2520 + 4680, 0.05);
    assert_true(fabs(first("physics_cell_voltage_min") - 3.2) < 1e-6);
    assert_true(fabs(first("physics_cell_voltage_max") - 4.0) < 1e-6);
    assert_true(fabs(first("physics_voltage") - 4.0) < 1e-6);
    assert_near(first("physics_soc"), 0.95, 1e-5);
    rig_done(&r);
}

/* Held at 4 V until 0.1 A: soc 0.995. */
static void a_hold_ends_at_its_current(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 1\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n"
                    "[protocol]\nsteps = [\"Discharge at 2 A until 3.2 V\", \"Rest for 10 minutes\","
                    " \"Charge at 1 A until 4 V\", \"Hold at 4 V until 100 mA\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_soc"), 0.995, 1e-4);
    assert_near(first("physics_current"), -0.1, 1e-6);
    assert_near(first("physics_charge_capacity"), 1.39, 2e-3);
    rig_done(&r);
}

/* A step "for" a time ends there to the second, whatever dt it took on the way. */
static void a_time_is_kept(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 1\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n"
                    "[protocol]\nsteps = [\"Discharge at 1 A for 1000 seconds\", \"Rest for 7 minutes\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_cycle_duration"), 1420, 1e-6);
    assert_near(first("physics_discharge_capacity"), 1000.0 / 3600, 1e-9);
    rig_done(&r);
}

/* The law's capacity drives the cell: row n discharges 0.7 of what the law left it with after row n - 1. */
static void a_law_ages_the_cell(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 5\n" CELL "[[physics]]\nname = \"both\"\nparts = [{ " THEVENIN
                    ", capacity = \"@capacity\" }, { plugin = \"power-law\", c = 0.02, z = 0.5 }]\n"
                    "[protocol]\nsteps = [\"Discharge at 1 A for 3600 seconds\", \"Charge at 1 A for 3600 seconds\"]\n"
                    RIG_OUT, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 5);
    for (size_t i = 0; i < 5; i++) {
        double after = 2 * (1 - 0.02 * sqrt((double)i + 1)), before = 2 * (1 - 0.02 * sqrt((double)i));
        assert_near(rig_at(i, "physics_capacity"), after, 1e-12);
        /* Lowest voltage: at the end of the discharge, 1 Ah taken out of the capacity that stood at the row's start. */
        assert_near(rig_at(i, "physics_cell_voltage_min"), 3 + (1 - 1 / before) - 0.05, 1e-6);
    }
    rig_done(&r);
}

/* Charging a full cell: the limit is passed before the step begins, so it is over at once; if all are, the lane fails.
 */
static void a_passed_limit_is_infeasible(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 3\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n"
                    "[protocol]\nsteps = [\"Charge at 1 A until 4 V\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "every step of the protocol was over before it began"));
    rig_done(&r);
}

/* No current gives a megawatt: the lane ends with the sentence of the protocol's step; others would go on. */
static void an_impossible_demand_fails_the_lane(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 3\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n"
                    "[protocol]\nsteps = [\"Discharge at 1000000 W until 3.2 V\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "lane-end"));
    rig_done(&r);
}

static void a_cell_needs_a_protocol(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 1\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "[protocol]"));
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_met),
        cmocka_unit_test(a_hold_ends_at_its_current),
        cmocka_unit_test(a_time_is_kept),
        cmocka_unit_test(a_law_ages_the_cell),
        cmocka_unit_test(a_passed_limit_is_infeasible),
        cmocka_unit_test(an_impossible_demand_fails_the_lane),
        cmocka_unit_test(a_cell_needs_a_protocol),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
