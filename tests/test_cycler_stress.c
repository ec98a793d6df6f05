/* SPDX-License-Identifier: MIT
 * test_cycler_stress.c - what a law beside a cell reads of a cycle is what the cell went through, storage included.
 */
#include "engine_rig.h"
#include "tests/near.h"

#define SCENARIO                                                                                                   \
    "[run]\nname = \"s\"\ncycles = %d\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n"            \
    "temperature_ambient = \"35 degC\"\nduration = \"%s\"\ndepth = 0.9\nsoc_mean = 0.1\ntemperature_mean = "        \
    "\"10 degC\"\n[[physics]]\nparts = [{ plugin = \"thevenin\", r0 = 0.05, initial_soc = 0.5, heat_capacity = 1e6, " \
    "ocv = { x = [0, 1], y = [3, 4] }%s }, { plugin = \"%s\" }]\n[protocol]\nsteps = [\"Discharge at 1 A for "         \
    "1800 seconds\", \"Charge at 1 A for 3600 seconds\", \"Discharge at 1 A for 1800 seconds\"]\n" RIG_OUT

static ran go(int cycles, const char *duration, const char *more, const char *law)
{
    char toml[2000];
    snprintf(toml, sizeof toml, SCENARIO, cycles, duration, more, law);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    return r;
}

/* 0.5 -> 0.25 -> 0.75 -> 0.5, then it stands at 0.5 for the rest of the day. */
static void a_day(void **state)
{
    (void)state;
    ran r = go(1, "1 day", "", "naumann2020");
    assert_near(rig_at(0, "physics_depth"), 0.5, 1e-9);
    assert_near(rig_at(0, "physics_soc_mean"), 0.5, 1e-9);
    assert_near(rig_at(0, "physics_c_rate"), 0.5, 1e-9);
    assert_near(rig_at(0, "physics_duration"), 86400, 0);
    assert_near(rig_at(0, "physics_temperature_mean"), 35, 1e-3);
    assert_near(rig_at(0, "physics_cycle_duration"), 7200, 1e-6);
    rig_done(&r);
}

/* A row is never shorter than its protocol; a skewed cycle has a skewed mean, by the time the cell spends there. */
static void a_row_without_storage(void **state)
{
    (void)state;
    ran r = go(1, "1 minute", "", "xu2018");
    assert_near(rig_at(0, "physics_duration"), 7200, 1e-6);
    assert_near(rig_at(0, "physics_soc_mean"), 0.5, 1e-9);
    rig_done(&r);
    char toml[2000];
    snprintf(toml, sizeof toml, SCENARIO, 1, "10 hours", "", "xu2018");
    char *last = strstr(toml, ", \"Discharge at 1 A for 1800 seconds\"]");
    assert_non_null(last);
    memmove(last, last + strlen(", \"Discharge at 1 A for 1800 seconds\""),
            strlen(last + strlen(", \"Discharge at 1 A for 1800 seconds\"")) + 1);
    r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_near(rig_at(0, "physics_soc_mean"), (0.375 * 1800 + 0.5 * 3600 + 0.75 * (36000 - 5400)) / 36000, 1e-9);
    rig_done(&r);
}

/* The loss is the law's own for what the cell went through (facts of Xu 2018: S_delta(0.5) = 1.331076e-5), and the cell
 * runs with what it leaves: its charge is not changed, its depth grows. */
static void the_law_sees_the_cell(void **state)
{
    (void)state;
    ran r = go(200, "1 day", ", capacity = \"@capacity\"", "xu2018");
    double f_d = 0, T = 308.15, heat = exp(6.93e-2 * (T - 298.15) * 298.15 / T);
    for (size_t i = 0; i < 200; i++) {
        double depth = rig_at(i, "physics_depth"), soc = rig_at(i, "physics_soc_mean");
        double warm = exp(6.93e-2 * (rig_at(i, "physics_temperature_mean") - 25) * 298.15 /
                          (rig_at(i, "physics_temperature_mean") + 273.15));
        f_d += exp(1.04 * (soc - 0.5)) * warm * (1 / (1.4e5 * pow(depth, -0.501) - 1.23e5) + 4.14e-10 * 86400);
        double loss = 1 - 0.0575 * exp(-121 * f_d) - 0.9425 * exp(-f_d);
        assert_near(rig_at(i, "physics_loss"), loss, 1e-9);
        assert_near(warm, heat, 1e-3 * heat);
        double before = i ? rig_at(i - 1, "physics_capacity") : 2;
        assert_near(depth, 1 / before, 1e-9);      /* 1 Ah of the capacity that stood as the row began */
        assert_near(rig_at(i, "physics_discharge_capacity"), 1, 1e-9);
    }
    rig_done(&r);
}

/* Without a law that asks, and where the cell says no state of charge, the source's columns stand as ever. */
static void nobody_asks(void **state)
{
    (void)state;
    ran r = go(1, "1 day", "", "power-law");
    for (size_t c = 0; c < rig.ncol; c++)
        assert_string_not_equal(rig.key[c], "physics_depth");
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day),
        cmocka_unit_test(a_row_without_storage),
        cmocka_unit_test(the_law_sees_the_cell),
        cmocka_unit_test(nobody_asks),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
