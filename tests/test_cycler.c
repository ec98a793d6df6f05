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

/* ---- structure --------------------------------------------------------------------------------------------------- */

static ran cycle(const char *steps, const char *run)
{
    char toml[4000];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"c\"\n%s\n" CELL "[[physics]]\nparts = [{ " THEVENIN " }]\n[protocol]\n%s\n" RIG_OUT, run,
             steps);
    return rig_run(toml, (engine_options){ 0 });
}

/* Of several ends the first met counts: 1 A from full; 0.5 Ah at 1,800 s, 3.6 V at 0.35 of 2 Ah, 2,000 s last. */
static void the_first_of_several_ends_counts(void **state)
{
    static const struct { const char *steps; double ah; } cases[] = {
        { "steps = [\"Discharge at 1 A for 2000 s or until 3.6 V or 0.5 Ah\"]", 0.5 },
        { "steps = [\"Discharge at 1 A for 2000 s or until 3.6 V or 0.9 Ah\"]", 2000 / 3600.0 },
        { "steps = [\"Discharge at 1 A for 2 h or until 3.6 V or 0.9 Ah\"]", 0.7 },
        { "steps = [{ step = \"Discharge at 1 A\", until = [\"3 V\", \"soc < 0.8\"] }]", 0.4 },
        { "steps = [{ step = \"Discharge at 1 A\", for = \"6 min\" }]", 0.1 },
        { "steps = [{ step = \"Discharge at 1 A until 3.5 V\", until = \"temperature > 25.1 degC or 3 h\" }]", -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases - 1; i++) {
        ran r = cycle(cases[i].steps, "cycles = 1");
        assert_int_equal(r.rc, E_OK);
        assert_near(first("physics_discharge_capacity"), cases[i].ah, 1e-6);
        rig_done(&r);
    }
    ran r = cycle(cases[5].steps, "cycles = 1");  /* one condition a text: an "or" in it is told */
    assert_int_equal(r.rc, E_INPUT);
    rig_done(&r);
}

/* Three times (0.2 Ah out, twice 0.05 Ah in), then a rest: 0.6 Ah out, 0.3 Ah in. */
static void groups_are_repeated_inside_groups(void **state)
{
    (void)state;
    ran r =
        cycle("steps = [{ repeat = 3, steps = [\"Discharge at 2 A until 0.2 Ah\", { repeat = 2, step = \"Charge at 1 A "
              "until 0.05 Ah\" }] }, \"Rest for 1 minute\"]",
              "cycles = 2");
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_discharge_capacity"), 0.6, 1e-7);
    assert_near(first("physics_charge_capacity"), 0.3, 1e-7);
    assert_near(first("physics_cycle_duration"), 3 * (360 + 2 * 180) + 60, 1e-3);
    assert_near(rig_at(1, "physics_cycle_duration"), 3 * (360 + 2 * 180) + 60, 1e-3);
    assert_near(rig_at(1, "physics_soc"), 1 - 2 * 0.15, 1e-6);
    rig_done(&r);
}

/* Discharge in pulses of 0.1 Ah until the state of charge is below 0.72: three of them, at soc 0.95, .9, .85, .8, .75,
 * .7. */
static void jumps_and_conditions(void **state)
{
    (void)state;
    ran r = cycle("steps = [{ name = \"pulse\", step = \"Discharge at 1 A until 0.1 Ah\" }, { goto = \"pulse\", "
                  "skip_if = \"soc < 0.72\" },"
                  " { step = \"Rest for 1 hour\", skip_if = [\"soc > 0.9\", \"cycle > 0\"] },"
                  " { step = \"Charge at 1 A until 0.2 Ah\", goto = \"end\" }, \"Rest for 9 hours\"]",
                  "cycles = 1");
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_discharge_capacity"), 0.6, 1e-6);
    assert_near(first("physics_charge_capacity"), 0.2, 1e-6);
    assert_near(first("physics_cycle_duration"), 0.8 * 3600, 1e-2);
    rig_done(&r);
}

/* A protocol that goes round in a circle in which no time passes ends its lane. */
static void a_circle_without_time_is_told(void **state)
{
    (void)state;
    ran r = cycle("steps = [\"Discharge at 1 A for 10 s\", { name = \"a\", step = \"Charge at 1 A until 3 V\" }, { "
                  "goto = \"a\" }]",
                  "cycles = 3");
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "goes round without time passing"));
    rig_done(&r);
    r = cycle("steps = [\"Discharge at 1 A for 10 s\", { name = \"a\", goto = \"a\" }]", "cycles = 3");
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "jumps without end"));
    rig_done(&r);
}

/* Surroundings of a step; afterwards they are the row's again.  The node: 40 J/K, 0.05 W/K, so 800 s; resting makes no
 * heat. */
static void a_step_has_its_own_surroundings(void **state)
{
    (void)state;
    ran r = cycle("steps = [{ step = \"Rest for 800 seconds\", temperature = \"45 degC\" }, \"Rest for 800 seconds\"]",
                  "cycles = 1");
    double up = 20 * (1 - exp(-1));
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_cell_temperature_max") - 25, up, 1e-6);
    assert_near(first("physics_temperature") - 25, up * exp(-1), 1e-6);
    rig_done(&r);
    r = cycle("temperature = \"45 degC\"\nsteps = [\"Rest for 800 seconds\"]", "cycles = 1");
    assert_near(first("physics_temperature") - 25, up, 1e-6);
    rig_done(&r);
}

/* Behind cycles 1, 2 and 4 the cell is discharged on a copy: what follows is as if nothing had been. */
static void a_reference_test_leaves_no_trace(void **state)
{
    static const char steps[] = "steps = [\"Discharge at 1 A until 0.4 Ah\", \"Charge at 1 A until 0.2 Ah\"]";
    char both[400];
    double soc[4], volt[4], seconds[4];
    (void)state;
    ran r = cycle(steps, "cycles = 4");
    for (size_t i = 0; i < 4; i++) {
        soc[i] = rig_at(i, "physics_soc");
        volt[i] = rig_at(i, "physics_voltage");
        seconds[i] = rig_at(i, "physics_cycle_duration");
    }
    rig_done(&r);
    snprintf(both, sizeof both,
             "%s\nreference_test = { every = 2, steps = [\"Charge at 1 A until 4 V\", \"Rest for 60 s\", "
             "\"Discharge at 2 A until 3.2 V\", \"Hold at 3.2 V until 100 mA\"] }",
             steps);
    r = cycle(both, "cycles = 4");
    assert_int_equal(r.rc, E_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_true(rig_at(i, "physics_soc") == soc[i]);
        assert_true(rig_at(i, "physics_voltage") == volt[i]);
        assert_true(rig_at(i, "physics_cycle_duration") == seconds[i]);
        if (i == 2)
            assert_true(isnan(rig_at(i, "physics_reference_capacity")));
        else {
            /* From soc 0.95 (4 V at 1 A) to 0.205 (3.2 V at 0.1 A): 1.49 Ah.  The charge begins with a jump of 2 A, the
             * rest of 1 A. */
            assert_near(rig_at(i, "physics_reference_capacity"), 1.49, 2e-3);
            assert_near(rig_at(i, "physics_reference_resistance"), 0.05, 1e-3);
        }
    }
    rig_done(&r);
}

/* A test that cannot be done loses its number, not the lane. */
static void a_reference_test_that_fails(void **state)
{
    (void)state;
    ran r = cycle("steps = [\"Discharge at 1 A until 0.1 Ah\"]\nreference_test = { every = 2, steps = [\"Discharge at "
                  "100000 W until 2 V\"] }",
                  "cycles = 3");
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 3);
    assert_true(isnan(rig_at(1, "physics_reference_capacity")));
    assert_near(rig_at(2, "physics_soc"), 1 - 0.15, 1e-6);
    rig_done(&r);
}

/* A month of rest is a few steps; a limit out of reach ends the lane, not the run. */
static void long_steps(void **state)
{
    (void)state;
    ran r =
        cycle("steps = [\"Discharge at 1 A for 10 s\", \"Rest for 720 hours\"]", "cycles = 3\nstop = \"1300 hours\"");
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 2);
    assert_near(first("physics_cycle_duration"), 720 * 3600 + 10, 1e-6);
    rig_done(&r);
    r = cycle(
        "steps = [\"Discharge at 1 A for 10 s\", \"Hold at 3.9 V until 1 mA\", { step = \"Rest\", until = \"> 5 V\" }]",
        "cycles = 3");
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "its limit is out of reach"));
    rig_done(&r);
}

/* A step without a limit: more than 1 V outside what the model declares ends the cell, and rows before are kept. */
static void a_voltage_beyond_all_bounds(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"c\"\ncycles = 4\n" CELL "[[physics]]\nplugin = \"ecm\"\n[protocol]\n"
                    "steps = [\"Discharge at C/2 for 45 minutes\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_PARTIAL);
    assert_int_equal(rig.n, 2);
    assert_non_null(strstr(rig.events, "is more than 1 V outside the cell's 2.5..4.2 V"));
    assert_non_null(strstr(rig.events, "step 1 of the protocol"));
    rig_done(&r);
}

/* PyBaMM's "2.5 V": the run stops with the cycle that came down to it. */
static void a_run_stops_at_a_voltage(void **state)
{
    (void)state;
    ran r = cycle("steps = [\"Discharge at 1 A until 0.4 Ah\"]", "cycles = 9\nstop = \"3.5 V\"");
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 3);                   /* soc 0.8, 0.6, 0.4: 3.75, 3.55, 3.35 V */
    rig_done(&r);
}

/* ---- drive cycles ------------------------------------------------------------------------------------------------ */

static void write_drive(const char *name, const char *csv)
{
    char path[128];
    why w;
    snprintf(path, sizeof path, "%s/%s", rig_folder, name);
    assert_int_equal(file_write(path, csv, strlen(csv), &w), 0);
}

/* A triangle of 0..2 A and back in 200 s moves 200 C; linear between points whatever step the model takes. */
static void a_drive_cycle_moves_its_charge(void **state)
{
    (void)state;
    write_drive("tri.csv", "# PyBaMM's way,\n# Time [s],Current [A]\n0, 0\n100, 2 \n200,0\n");
    ran r = cycle("steps = [{ drive_cycle = \"tri.csv\" }]", "cycles = 1");
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_discharge_capacity"), 200 / 3600.0, 1e-12);
    assert_near(first("physics_cycle_duration"), 200, 1e-9);
    assert_near(first("physics_current"), 0, 1e-12);
    rig_done(&r);
    write_drive("saw.csv", "# a comment\ntime_min,c_rate\n0,1\n1,-0.5\n2,1\n"); /* twice and a gap of 60 s: 300 s */
    r = cycle("steps = [{ drive_cycle = \"saw.csv\", for = \"5 min\" }]", "cycles = 1");
    assert_int_equal(r.rc, E_OK);
    assert_near(first("physics_cycle_duration"), 300, 1e-9);
    /* 2 A to -1 A in 60 s, back, then 2 A for the gap's 60 s, and again. */
    assert_near(first("physics_discharge_capacity") - first("physics_charge_capacity"),
                (30 + 30 + 120 + 30 + 30) / 3600.0, 1e-9);
    rig_done(&r);
}

/* Round and round until 3.5 V under the current of that very moment. */
static void a_drive_cycle_ends_on_a_voltage(void **state)
{
    (void)state;
    write_drive("p.csv", "t_s,power_w,other\n0,1,x\n10,4,x\n20,1,x\n");
    ran r = cycle("steps = [{ drive_cycle = \"p.csv\", loop = true, until = \"3.5 V\" }]", "cycles = 1");
    assert_int_equal(r.rc, E_OK);
    assert_true(fabs(first("physics_voltage") - 3.5) < 1e-6);
    assert_true(fabs(first("physics_cell_voltage_min") - 3.5) < 1e-6);
    assert_true(first("physics_power") > 1 && first("physics_power") <= 4 + 1e-9);
    rig_done(&r);
}

static void a_drive_cycle_that_is_none(void **state)
{
    static const struct { const char *csv, *more, *say; } cases[] = {
        { "0,1\n1,2\n", "", "the first row must name the columns" },
        { "time_s,current_a\n0,1\n0,2\n", "", ":3: time does not rise" },
        { "time_s,current_a\n0,1\n1,x\n", "", ":3: a number is expected" },
        { "time_s,current_a\n0,1\n", "", "needs two points" },
        { "time_s,current_a,power_w\n0,1,1\n1,1,1\n", "", "several columns" },
        { "time_s,current_a,power_w\n0,1,1\n1,1,1\n", ", column = \"power\"", "has no column \"power\"" },
        { "Test Time / s,Current / A\n0,1\n1,1\n", "", "say current_sign" },
        { "time_s,current_a\n0,1\n1,1\n", ", loop = true", "needs for = " },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char steps[200];
        write_drive("bad.csv", cases[i].csv);
        snprintf(steps, sizeof steps, "steps = [{ drive_cycle = \"bad.csv\"%s }]", cases[i].more);
        ran r = cycle(steps, "cycles = 1");
        assert_int_equal(r.rc, E_INPUT);
        assert_non_null(strstr(r.problems.at[0].text, cases[i].say));
        rig_done(&r);
    }
}

/* ---- tiles ------------------------------------------------------------------------------------------------------- */

/* Cells of different capacity and resistance are at different steps; a tile of 8 and one of 64 give the same bits, and
 * so do drive cycles, tests and jumps among them. */
static void lanes_do_not_feel_each_other(void **state)
{
    static const char body[] =
        "cells = 21\n[[physics]]\nparts = [{ " THEVENIN
        ", capacity = { mean = 2, sd = 0.2 }, cooling = { kind = \"uniform\", min = 0.02, max = 0.1 } }]\n"
        "[protocol]\nsteps = [{ name = \"p\", step = \"Discharge at 1 A until 0.3 Ah or 3.3 V\" }, { goto = \"p\", "
        "skip_if = \"soc < 0.5\" },"
        " { drive_cycle = \"mix.csv\", loop = true, until = [\"3.2 V\", \"1 h\"] }, { step = \"Rest for 10 min\", "
        "temperature = \"10 degC\" },"
        " \"Charge at 1 A until 4 V\", \"Hold at 4 V until 100 mA\"]\n"
        "reference_test = { every = 3, steps = [\"Discharge at 2 A until 3.2 V\"] }\n" RIG_OUT;
    static double before[200][RIG_COLUMNS];
    (void)state;
    write_drive("mix.csv", "time_s,current_a\n0,0\n30,3\n40,-1\n60,0\n");
    for (int turn = 0; turn < 3; turn++) {
        char toml[3000];
        snprintf(toml, sizeof toml, "[run]\nname = \"c\"\ncycles = 4\ntile = %d\nthreads = %d\n" CELL "%s",
                 turn == 1 ? 64 : 8, turn + 1, body);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        assert_int_equal(rig.n, 84);
        for (size_t i = 0; i < rig.n; i++)
            for (size_t c = 0; c < rig.ncol; c++) {
                if (turn && memcmp(&before[i][c], &rig.at[i][c], sizeof(double)) != 0)
                    fail_msg("row %zu, %s: %.17g, then %.17g", i, rig.key[c], before[i][c], rig.at[i][c]);
                before[i][c] = rig.at[i][c];
            }
        rig_done(&r);
    }
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
        cmocka_unit_test(the_first_of_several_ends_counts),
        cmocka_unit_test(groups_are_repeated_inside_groups),
        cmocka_unit_test(jumps_and_conditions),
        cmocka_unit_test(a_circle_without_time_is_told),
        cmocka_unit_test(a_step_has_its_own_surroundings),
        cmocka_unit_test(a_reference_test_leaves_no_trace),
        cmocka_unit_test(a_reference_test_that_fails),
        cmocka_unit_test(long_steps),
        cmocka_unit_test(a_voltage_beyond_all_bounds),
        cmocka_unit_test(a_run_stops_at_a_voltage),
        cmocka_unit_test(a_drive_cycle_moves_its_charge),
        cmocka_unit_test(a_drive_cycle_ends_on_a_voltage),
        cmocka_unit_test(a_drive_cycle_that_is_none),
        cmocka_unit_test(lanes_do_not_feel_each_other),
        cmocka_unit_test(a_cell_needs_a_protocol),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
