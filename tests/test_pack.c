/* SPDX-License-Identifier: MIT
 * test_pack.c - cells in series and parallel: like cells are one cell scaled, unlike ones share by Kirchhoff's laws,
 * charge and energy add up, and nothing depends on tiles.
 */
#include "engine_rig.h"
#include "tests/near.h"

#define HEAD "[run]\nname = \"p\"\nsnapshot = \"0 s\"\ncycles = %d\n%s[cell]\nnominal_capacity = 2\n%s"            \
    "[source]\nplugin = \"constant\"\ntemperature_ambient = \"25 degC\"\nduration = 0\ncells = %d\n"               \
    "[[physics]]\n%s\n[protocol]\nsteps = [%s]\n" RIG_OUT
#define STRAIGHT "plugin = \"thevenin\"\nr1 = 1e-7\nc1 = 1\nocv = { x = [0, 1], y = [3, 4] }\n"

typedef struct plan { int cycles, cells; const char *pack, *physics, *steps, *run; } plan;

static ran play(plan q)
{
    char toml[3000];
    snprintf(toml, sizeof toml, HEAD, q.cycles ? q.cycles : 1, q.run ? q.run : "", q.pack ? q.pack : "",
             q.cells ? q.cells : 1, q.physics, q.steps);
    ran r = rig_run(toml, (engine_options){ 0 });
    if (r.rc)
        print_message("%s\n", r.w.text);
    return r;
}

static void go(plan q)
{
    ran r = play(q);
    assert_int_equal(r.rc, E_OK);
    rig_done(&r);
}

static double last(const char *key) { return rig_at(rig.n - 1, key); }

/* Nine groups of two like cells: nine times the voltage, twice the charge, for each way of holding and each model. */
static void like_cells_are_one_scaled(void **state)
{
    (void)state;
    static const struct { const char *model; double close; } models[] = {
        { "plugin = \"thevenin\"\n", 2e-3 },          /* alone of first order under a voltage */
        { "plugin = \"ecm\"\nentropic = 1e-4\nhysteresis = \"one-state\"\n", 2e-4 },
        { "plugin = \"spm\"\ninitial_soc = 0.9\n", 1e-3 },
    };
    static const char one[] =
        "\"Discharge at 1C until 3.2 V\", \"Charge at C/2 until 4.1 V\", \"Hold at 4.1 V until C/20\","
        "\"Discharge at 4 W for 10 minutes\", \"Rest for 5 minutes\", \"Discharge at 1.5 ohm for 3 minutes\"";
    static const char many[] =
        "\"Discharge at 1C until 28.8 V\", \"Charge at C/2 until 36.9 V\", \"Hold at 36.9 V until C/20\","
        "\"Discharge at 72 W for 10 minutes\", \"Rest for 5 minutes\", \"Discharge at 6.75 ohm for 3 minutes\"";
    static const struct { const char *key; double scale; } same[] = {
        { "physics_voltage", 9 }, { "physics_current", 2 }, { "physics_power", 18 }, { "physics_heat", 18 },
        { "physics_soc", 1 }, { "physics_discharge_capacity", 2 }, { "physics_charge_capacity", 2 },
        { "physics_discharge_energy", 18 }, { "physics_cycle_duration", 1 },
    };
    enum { K = sizeof same / sizeof *same };
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        double v[K];
        go((plan){ .cycles = 2, .physics = models[m].model, .steps = one });
        for (int k = 0; k < K; k++)
            v[k] = last(same[k].key);
        go((plan){ .cycles = 2, .physics = models[m].model, .steps = many,
                   .pack = "[pack]\nseries = 9\nparallel = 2\n" });
        for (int k = 0; k < K; k++) {
            double scaled = v[k] * same[k].scale, off = fabs(last(same[k].key) - scaled);
            bool apt = strcmp(same[k].key, "physics_heat") == 0 || strcmp(same[k].key, "physics_cycle_duration") == 0;
            off /= apt ? 5 : 1;                    /* the square of a current; when a dying current meets its limit */
            if (off > models[m].close * fabs(scaled))
                print_message("%.20s, %s: %.9g, %.9g\n", models[m].model, same[k].key, last(same[k].key), scaled);
            assert_true(off <= models[m].close * fabs(scaled));
        }
        assert_near(last("physics_largest_share"), 1, 1e-9);
        assert_true(fabs(last("physics_soc_spread")) < 1e-9);
    }
}

/* r and 2 r: at once 2 : 1; a string's current is the same in each group; by connections of 20 mohm 60 : 40. */
static void resistances_share(void **state)
{
    (void)state;
    go((plan){ .physics = STRAIGHT "r0 = [0.02, 0.04]", .steps = "\"Discharge at 3 A for 0.01 seconds\"",
               .pack = "[pack]\nparallel = 2\n" });
    assert_near(last("physics_current_s1p1"), 2, 1e-4);
    assert_near(last("physics_current_s1p2"), 1, 1e-4);
    assert_near(last("physics_largest_share"), 4.0 / 3, 1e-4);
    assert_near(last("physics_voltage"), 4 - 2 * 0.02, 1e-5);
    go((plan){ .physics = STRAIGHT "r0 = [0.02, 0.04]", .steps = "\"Discharge at 3 A for 0.01 seconds\"",
               .pack = "[pack]\nparallel = 2\nconnection = \"20 mohm\"\n" });
    assert_near(last("physics_current_s1p1"), 1.8, 1e-4);
    assert_near(last("physics_voltage"), 4 - 1.8 * 0.04, 1e-5);
    assert_near(last("physics_voltage_s1p1"), 4 - 1.8 * 0.02, 1e-5);
    go((plan){ .physics = STRAIGHT "r0 = [0.02, 0.04, 0.03, 0.03]", .steps = "\"Hold at 7.4 V for 0.01 seconds\"",
               .pack = "[pack]\nseries = 2\nparallel = 2\n" });
    double R = 0.02 * 0.04 / 0.06 + 0.015;
    assert_near(last("physics_current"), 0.6 / R, 3e-3);
    assert_near(last("physics_current_s2p1"), 0.3 / R, 3e-3);
    assert_near(last("physics_current_s1p1") + last("physics_current_s1p2"), last("physics_current"), 1e-9);
}

/* Two cells of 2 and 1 Ah in parallel discharge together: with straight curves their shares end as 2 : 1, and their
 * charge is the pack's.  In series the small one is empty first, and is named. */
static void capacities_share(void **state)
{
    (void)state;
    go((plan){ .physics = STRAIGHT "r0 = 0.03\nnominal_capacity = [2, 1]\ninitial_soc = 1",
               .steps = "\"Discharge at 1 A for 90 minutes\"", .pack = "[pack]\nparallel = 2\n" });
    assert_near(last("physics_current_s1p1"), 2.0 / 3, 1e-3);
    assert_near(last("physics_soc_s1p1") * 2 + last("physics_soc_s1p2"), 3 - 1.5, 1e-9);
    assert_near(last("physics_voltage_s1p1"), last("physics_voltage_s1p2"), 1e-8);
    go((plan){ .physics = STRAIGHT "r0 = 0.03\nnominal_capacity = [2, 1.8, 2]\ninitial_soc = 1",
               .steps = "\"Discharge at 1 A until 9.3 V\"", .pack = "[pack]\nseries = 3\n" });
    assert_near(last("physics_weakest_cell"), 2, 0);
    assert_near(last("physics_voltage_s1p1") + last("physics_voltage_s2p1") + last("physics_voltage_s3p1"), 9.3, 1e-6);
    assert_near(last("physics_lowest_cell_voltage"), last("physics_voltage_s2p1"), 0);
    assert_near(last("physics_weakest_cell_voltage"), last("physics_voltage_s2p1"), 1e-12);
    assert_near(last("physics_soc_spread"), last("physics_discharge_capacity") * (1 / 1.8 - 1 / 2.0), 1e-9);
}

/* A limit of a cell: the string ends when the weakest is at it, to 1e-6 V, and not before. */
static void the_weakest_ends_it(void **state)
{
    (void)state;
    go((plan){ .physics = STRAIGHT "r0 = 0.03\nnominal_capacity = [2, 1.8, 2, 2.1, 2, 2]\ninitial_soc = 1",
               .steps = "{ step = \"Discharge at 1 A until 3 V\", until = \"lowest_cell_voltage < 3.1 V\" }",
               .pack = "[pack]\nseries = 3\nparallel = 2\n" });
    assert_true(fabs(last("physics_lowest_cell_voltage") - 3.1) < 1e-6);
    assert_near(last("physics_weakest_cell_voltage"), 3.1, 1e-6);
    assert_true(last("physics_weakest_cell") == 1 || last("physics_weakest_cell") == 2);   /* its group has least */
    assert_true(last("physics_voltage_s2p1") > 3.1 + 1e-3 && last("physics_voltage_s3p1") > 3.1 + 1e-3);
    assert_near(last("physics_current_s1p1") + last("physics_current_s1p2"), 1, 1e-12);
}

/* Particles in a pack: two groups of cells that differ inside, and lose lithium each by what it sees. */
static void particles(void **state)
{
    (void)state;
    go((plan){ .cycles = 2, .physics = "plugin = \"spm\"\nparameters = \"lg-m50-chen2020\"\n"
                                       "contact_resistance = [0.01, 0.02, 0.015, 0.015]\n",
               .steps = "{ step = \"Discharge at 4 A until 5 V\", until = \"lowest_cell_voltage < 3 V\" },"
                        "{ step = \"Charge at 2 A until 8.4 V\", until = \"highest_cell_voltage > 4.1 V\" }",
               .pack = "[pack]\nseries = 2\nparallel = 2\n" });
    assert_true(fabs(last("physics_highest_cell_voltage") - 4.1) < 1e-6);
    assert_near(last("physics_current_s1p1") + last("physics_current_s1p2"), -2, 1e-9);
    assert_true(last("physics_current_s1p1") < last("physics_current_s1p2"));     /* by its smaller resistance */
    assert_near(last("physics_voltage_s1p1"), last("physics_voltage_s1p2"), 1e-8);
    assert_near(last("physics_current_s2p1"), -1, 1e-6);
}

/* What a pack gives is what its cells give up: charge exactly, energy to the trapezoids' accuracy, heat included. */
static void charge_and_energy_add_up(void **state)
{
    (void)state;
    go((plan){ .physics = STRAIGHT "r0 = [0.02, 0.05, 0.03, 0.035]\nnominal_capacity = [2, 1.8, 2.1, 1.9]\ncooling = 0",
               .steps = "\"Discharge at 1C until 6.4 V\"", .pack = "[pack]\nseries = 2\nparallel = 2\n" });
    static const double Q[] = { 2, 1.8, 2.1, 1.9 };
    static const char *const name[] = { "s1p1", "s1p2", "s2p1", "s2p2" };
    double charge[2] = { 0, 0 }, stored = 0, heat = 40 * 4 * (last("physics_temperature") - 298.15);
    for (int c = 0; c < 4; c++) {
        char key[40];
        snprintf(key, sizeof key, "physics_soc_%s", name[c]);
        double soc = last(key);
        charge[c / 2] += (1 - soc) * Q[c];
        stored += Q[c] * (3 * (1 - soc) + (1 - soc * soc) / 2);
    }
    if (heat > 1e3 || heat < -1e3)                  /* rows are in degC */
        heat += 4 * 40 * 273.15;
    assert_near(charge[0], last("physics_discharge_capacity"), 1e-9);
    assert_near(charge[1], last("physics_discharge_capacity"), 1e-9);
    print_message("stored %.6f Wh, given %.6f, heat %.6f\n", stored, last("physics_discharge_energy"), heat / 3600);
    assert_near(last("physics_discharge_energy") + heat / 3600, stored, 1e-4 * stored);
}

/* The rows of nine packs with spread are the same bits for any tile, one thread or two, and in one run or two. */
static void nothing_depends_on_tiles(void **state)
{
    (void)state;
    static double kept[27][RIG_COLUMNS];
    plan q = { .cells = 9, .cycles = 3, .pack = "[pack]\nseries = 2\nparallel = 2\n",
               .physics = "plugin = \"thevenin\"\nr0 = { mean = 0.03, sd = 0.006 }\ninitial_soc = 0.6\n"
                          "nominal_capacity = { mean = 2, sd = 0.05 }\n"
                          "cooling = { kind = \"uniform\", min = 0.03, max = 0.07 }",
               .steps = "\"Discharge at 1C until 6.6 V\", \"Charge at C/2 until 8.2 V\","
                        "\"Hold at 8.2 V until C/20\"" };
    static const char *const runs[] = { "tile = 8\nthreads = 1\n", "tile = 64\nthreads = 1\n",
                                        "tile = 8\nthreads = 2\n", "tile = 1024\nthreads = 2\n" };
    for (int k = 0; k < 4; k++) {
        q.run = runs[k];
        go(q);
        assert_int_equal(rig.n, 27);
        for (size_t i = 0; i < rig.n; i++)
            for (size_t c = 0; c < rig.ncol; c++)
                if (k == 0)
                    kept[i][c] = rig.at[i][c];
                else
                    assert_string_equal(memcmp(&kept[i][c], &rig.at[i][c], sizeof(double)) ? rig.key[c] : "", "");
    }
    assert_true(rig_at(0, "physics_current_s1p1") != rig_at(3, "physics_current_s1p1"));   /* packs differ */
}

/* Health comes down to the cells: a law's capacity is the pack's, each cell has its part of it. */
static void a_law_ages_the_pack(void **state)
{
    (void)state;
    go((plan){ .cycles = 4, .pack = "[pack]\nseries = 2\nparallel = 2\n",
               .physics = "name = \"both\"\nparts = [{ plugin = \"thevenin\", r0 = 0.05, r1 = 1e-7, c1 = 1, "
                          "ocv = { x = [0, 1], y = [3, 4] }, capacity = \"@capacity\" }, "
                          "{ plugin = \"power-law\", c = 0.02, z = 0.5 }]",
               .steps = "\"Discharge at 2 A for 3600 seconds\", \"Charge at 2 A for 3600 seconds\"" });
    for (size_t i = 0; i < 4; i++) {
        double after = 4 * (1 - 0.02 * sqrt((double)i + 1)), before = 4 * (1 - 0.02 * sqrt((double)i));
        assert_near(rig_at(i, "physics_capacity"), after, 1e-12);
        assert_near(rig_at(i, "soh"), after / 4, 1e-12);
        assert_near(rig_at(i, "physics_cell_voltage_min"), 2 * (3 + (1 - 2 / before) - 0.05), 1e-6);
    }
}

static void refusals(void **state)
{
    (void)state;
    ran r = play((plan){ .physics = STRAIGHT "r0 = [0.02, 0.04, 0.03]", .steps = "\"Rest for 1 minute\"",
                         .pack = "[pack]\nparallel = 2\n" });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "lists 3 values, and a pack has 2 cells"));
    rig_done(&r);
    r = play((plan){ .physics = STRAIGHT, .steps = "\"Rest for 1 minute\"",
                     .pack = "[pack]\nseries = 100\nparallel = 100\n" });
    assert_int_equal(r.rc, E_DOMAIN);
    assert_non_null(strstr(r.w.text, "100 x 100 cells"));
    rig_done(&r);
    r = play((plan){ .physics = STRAIGHT "r0 = 0.03\nnominal_capacity = [2, 1]",
                     .steps = "\"Discharge at 1 A for 5 hours\"", .pack = "[pack]\nseries = 2\n" });
    assert_int_equal(r.rc, E_PARTIAL);             /* the pack is over, and the cell at fault is named */
    assert_non_null(strstr(rig.events, "cell s2p1: state of charge comes to"));
    rig_done(&r);
    r = play((plan){ .physics = STRAIGHT "r0 = 0.03", .steps = "\"Discharge at 5000 W for 1 minute\"",
                     .pack = "[pack]\nseries = 2\n" });
    assert_int_equal(r.rc, E_PARTIAL);
    assert_non_null(strstr(rig.events, "find no currents"));
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_cells_are_one_scaled),
        cmocka_unit_test(resistances_share),
        cmocka_unit_test(capacities_share),
        cmocka_unit_test(the_weakest_ends_it),
        cmocka_unit_test(particles),
        cmocka_unit_test(charge_and_energy_add_up),
        cmocka_unit_test(nothing_depends_on_tiles),
        cmocka_unit_test(a_law_ages_the_pack),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
