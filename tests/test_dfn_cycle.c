/* SPDX-License-Identifier: MIT
 * test_dfn_cycle.c - the porous-electrode model under a protocol, beside PyBaMM: discharge, rest, charge, hold, rest.
 *
 * PyBaMM 26.10.1: DFN with Chen2020, IDAKLUSolver(rtol = atol = 1e-8), 60 volumes in each part and in each particle;
 * "Discharge at 1C until 2.5 V" 3555.27 s, 4.93787 Ah; "Charge at C/2 until 4.2 V" 6118.68 s, 4.24908 Ah;
 * "Hold at 4.2 V until 50 mA" 4265.23 s, 0.72678 Ah; an hour's rest behind each of both.
 */
#include "engine_rig.h"
#include "tests/near.h"

static ran run(const char *dfn, const char *steps, int cycles)
{
    char toml[1200];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"c\"\ncycles = %d\n[cell]\nnominal_capacity = 5\n[source]\nplugin = \"constant\"\n"
             "temperature_ambient = \"25 degC\"\nduration = 0\n[[physics]]\nplugin = \"dfn\"\n"
             "negative.initial_stoichiometry = 0.90139740\npositive.initial_stoichiometry = 0.26999873\n%s\n"
             "[protocol]\nsteps = [%s]\n" RIG_OUT,
             cycles, dfn, steps);
    ran r = rig_run(toml, (engine_options){ 0 });
    if (r.rc != E_OK)
        print_message("%s\n", r.w.text);
    return r;
}

static void a_cycle_meets_pybamm(void **state)
{
    (void)state;
    ran r = run("",
                "\"Discharge at 1C until 2.5 V\", \"Rest for 1 hour\", \"Charge at C/2 until 4.2 V\", \"Hold at 4.2 V "
                "until 50 mA\","
                "\"Rest for 1 hour\"",
                1);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 1);
    assert_near(rig_at(0, "physics_discharge_capacity"), 4.93787, 5e-4);
    assert_near(rig_at(0, "physics_charge_capacity"), 4.24908 + 0.72678, 2e-3);
    assert_near(rig_at(0, "physics_cycle_duration"), 3555.27 + 3600 + 6118.68 + 4265.23 + 3600, 5);
    assert_near(rig_at(0, "physics_voltage"), 4.19432, 2e-4);
    assert_true(fabs(rig_at(0, "physics_cell_voltage_min") - 2.5) < 1e-6);
    assert_true(fabs(rig_at(0, "physics_cell_voltage_max") - 4.2) < 1e-6);
    rig_done(&r);
}

/* PyBaMM with {"SEI": ..}, 20 volumes in each part, 30 in each particle, rtol = atol = 1e-7: lithium lost to the layer
 * after each of three cycles of discharge at 1C, charge at C/2 and hold until 50 mA, and what each gave. */
static void layers_meet_pybamm(void **state)
{
    (void)state;
    static const struct { const char *law; double lost[3], gave[3]; } want[] = {
        { "reaction", { 8.63210e-4, 1.726432e-3, 2.589296e-3 }, { 4.937580, 4.974719, 4.973844 } },
        { "solvent-diffusion", { 1.640827e-4, 3.257064e-4, 4.846825e-4 }, { 4.937561, 4.975389, 4.975225 } },
        { "ec-reaction", { 0.1645314, 0.2452969, 0.3071060 }, { 4.893581, 4.794718, 4.715550 } },
    };
    for (size_t w = 0; w < 3; w++) {
        char layer[60];
        snprintf(layer, sizeof layer, "sei.model = \"%s\"", want[w].law);
        ran r = run(layer,
                    "\"Discharge at 1C until 2.5 V\", \"Charge at C/2 until 4.2 V\", \"Hold at 4.2 V until 50 mA\"", 3);
        assert_int_equal(r.rc, E_OK);
        assert_int_equal(rig.n, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_near(rig_at(k, "physics_lithium_lost_sei") / want[w].lost[k], 1, 2e-3);
            assert_near(rig_at(k, "physics_discharge_capacity") / want[w].gave[k], 1, 1e-3);
        }
        rig_done(&r);
    }
}

/* Watts, ohms and heat over several cycles: each cycle is there, none is the first's copy. */
static void other_steps_run(void **state)
{
    (void)state;
    ran r = run("thermal = \"lumped\"",
                "\"Discharge at 15 W until 2.7 V\", \"Rest for 10 minutes\", \"Charge at 1C until 4.2 V\","
                "\"Hold at 4.2 V until C/20\", \"Discharge at 1 ohm for 20 minutes\"",
                3);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 3);
    for (size_t k = 0; k < 3; k++) {
        assert_true(rig_at(k, "physics_discharge_capacity") > 4 && rig_at(k, "physics_discharge_capacity") < 8);
        assert_true(rig_at(k, "physics_cell_temperature_max") > 26 && rig_at(k, "physics_cell_temperature_max") < 57);
    }
    assert_near(rig_at(2, "physics_throughput") / rig_at(1, "physics_throughput"), 1, 0.01);
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cycle_meets_pybamm),
        cmocka_unit_test(layers_meet_pybamm),
        cmocka_unit_test(other_steps_run),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
