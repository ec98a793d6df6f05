/* SPDX-License-Identifier: MIT
 * test_trace.c - samples within a cycle and what a cycle comes to, against closed forms.
 *
 * The plain cell's open-circuit voltage is 3 V + soc, its RC pair next to nothing: V = 3 + soc - 0.05 I.
 */
#include "core/base/vmath.h"
#include "engine_rig.h"
#include "tests/near.h"

#define CELL                                                                                                    \
    "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ntemperature_ambient = \"25 degC\"\n"
#define THEVENIN "plugin = \"thevenin\", r0 = 0.05, r1 = 1e-7, c1 = 1"
#define PLAIN "[[physics]]\nparts = [{ " THEVENIN ", ocv = { x = [0, 1], y = [3, 4] } }]\n"
#define STEPS \
    "[protocol]\nsteps = [\"Discharge at 1C until 3.2 V\", \"Rest for 10 minutes\", \"Charge at 1 A until 4 V\"]\n"
#define RUN(cycles) "[run]\nname = \"t\"\ncycles = " #cycles "\n"

static double sample(size_t i, const char *key)
{
    for (size_t c = 0; c < rig.sample.ncol; c++)
        if (strcmp(rig.sample.key[c], key) == 0)
            return rig.sample.at[i][c];
    fail_msg("no sample column %s", key);
    return NAN;
}

static size_t count(int64_t cycle)
{
    size_t n = 0;
    for (size_t i = 0; i < rig.sample.n; i++)
        n += rig.sample.cycle[i] == cycle;
    return n;
}

/* 2 A from full to 3.2 V takes 2,520 s, 1 A from there to 4 V 4,680 s: V and the sums are straight lines of time. */
static void samples_are_the_closed_form(void **state)
{
    (void)state;
    ran r = rig_run(RUN(1) CELL PLAIN STEPS "[trace]\nperiod = 10\n" RIG_OUT, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.sample.n, (252 + 1) + (60 + 1) + (468 + 1));
    for (size_t i = 0; i < rig.sample.n; i++) {
        double t = sample(i, "step_time"), step = sample(i, "step_index"), ah, V, I;
        I = step == 1 ? 2 : step == 2 ? 0 : -1;
        double soc = step == 1 ? 1 - t / 3600 : step == 2 ? 0.3 : 0.3 + t / 7200;
        V = 3 + soc - 0.05 * I;
        assert_near(sample(i, "voltage"), V, 1e-6);
        assert_near(sample(i, "current"), I, 1e-12);
        assert_near(sample(i, "soc"), soc, 1e-6);
        ah = step == 1 ? 2 * t / 3600 : 1.4;
        assert_true(fabs(sample(i, "discharging_capacity") - ah) < 1e-6);
        assert_true(fabs(sample(i, "charging_capacity") - (step == 3 ? t / 3600 : 0)) < 1e-6);
        assert_true(fabs(sample(i, "step_type") - (step == 1 ? 2 : step == 2 ? 0 : 1)) < 1e-12);
        assert_true(i == 0 || sample(i, "test_time") >= sample(i - 1, "test_time"));
        assert_int_equal(rig.sample.number[i], i);
    }
    /* The jump at an edge is two samples of one moment. */
    assert_near(sample(252, "test_time"), sample(253, "test_time"), 1e-12);
    assert_near(sample(252, "voltage"), 3.2, 1e-6);
    assert_near(sample(253, "voltage"), 3.3, 1e-6);
    assert_near(sample(rig.sample.n - 1, "discharging_energy"), rig_at(0, "physics_discharge_energy"), 1e-12);
    assert_near(sample(rig.sample.n - 1, "charging_energy"), rig_at(0, "physics_charge_energy"), 1e-12);
    rig_done(&r);
}

static void a_choice_of_cycles(void **state)
{
    (void)state;
    static const struct { const char *cycles; int64_t kept[8]; } at[] = {
        { "\"first, last\"", { 1, 12 } },        { "[\"every 5\", 7]", { 5, 7, 10 } },
        { "\"last\"", { 12 } },                  { "3", { 3 } },
        { "\"first, 2, every 6\"", { 1, 2, 6, 12 } },
    };
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        char toml[2048];
        snprintf(toml, sizeof toml, RUN(12) CELL PLAIN STEPS "[trace]\nperiod = 600\ncycles = %s\n" RIG_OUT,
                 at[k].cycles);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        size_t all = 0;
        for (int j = 0; j < 8 && at[k].kept[j]; j++) {
            assert_true(count(at[k].kept[j]) > 10);
            all += count(at[k].kept[j]);
        }
        assert_int_equal(all, rig.sample.n);
        rig_done(&r);
    }
}

/* The last cycle is the one after which the cell is over, whatever ended it: here its capacity. */
static void the_last_cycle_is_known_when_it_was(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"t\"\ncycles = 500\nstop = \"95% capacity\"\n" CELL
                    "[[physics]]\nparts = [{ " THEVENIN ", ocv = { x = [0, 1], y = [3, 4] } }, "
                    "{ plugin = \"power-law\", c = 0.01, z = 0.5 }]\n" STEPS
                    "[trace]\ncycles = \"last\"\nperiod = 60\n" RIG_OUT, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_true(rig.sample.n > 100);
    assert_int_equal(rig.sample.cycle[0], rig.cycle[rig.n - 1]);
    assert_int_equal(count(rig.cycle[rig.n - 1]), rig.sample.n);
    assert_true(rig.cycle[rig.n - 1] > 20 && rig.cycle[rig.n - 1] < 30);
    rig_done(&r);
}

/* A sentence's own period wins; without any each step of the solver is a sample. */
static void periods(void **state)
{
    (void)state;
    ran r = rig_run(RUN(1) CELL PLAIN
                    "[protocol]\nsteps = [\"Discharge at 1 A for 1 hour (1 minute period)\", \"Rest for 1 hour\"]\n"
                    "[trace]\nperiod = 600\n" RIG_OUT, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.sample.n, 61 + 7);
    rig_done(&r);
    r = rig_run(RUN(1) CELL PLAIN "[protocol]\nsteps = [\"Discharge at 1 A for 1 hour\"]\n[trace]\n" RIG_OUT,
                (engine_options){ 0 });
    assert_true(rig.sample.n > 20 && rig.sample.n < 200);
    assert_near(sample(rig.sample.n - 1, "step_time"), 3600, 1e-6);
    rig_done(&r);
}

/* V = 3 + soc - I r0 - I r1 (1 - exp(-t / 40 s)): what lies between steps of up to 36 s is a cubic. */
static void between_steps_of_the_solver(void **state)
{
    (void)state;
    ran r = rig_run(RUN(1) CELL "[[physics]]\nparts = [{ plugin = \"thevenin\", r0 = 0.05, r1 = 0.02, c1 = 2000, "
                    "ocv = { x = [0, 1], y = [3, 4] } }]\n[protocol]\nsteps = [\"Discharge at 2 A for 30 minutes\"]\n"
                    "[trace]\nperiod = 1\n" RIG_OUT, (engine_options){ 0 });
    double worst = 0, late = 0;
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.sample.n, 1801);
    for (size_t i = 0; i < rig.sample.n; i++) {
        double t = sample(i, "step_time"), V = 4 - t / 3600 - 0.1 - 0.04 * (1 - exp(-t / 40));
        double off = fabs(sample(i, "voltage") - V);
        worst = fmax(worst, off);
        late = t > 300 ? fmax(late, off) : late;
    }
    print_message("worst %.3g mV, after five minutes %.3g mV\n", worst * 1e3, late * 1e3);
    assert_true(worst < 1e-3);
    assert_true(late < 1e-5);
    rig_done(&r);
}

/* No result depends on tiles, threads or on having been interrupted. */
static void the_same_in_any_tile(void **state)
{
    (void)state;
    static double kept[RIG_SAMPLES][RIG_SIGNALS];
    size_t n = 0;
    for (int k = 0; k < 3; k++) {
        char toml[2048];
        snprintf(toml, sizeof toml, "[run]\nname = \"t\"\ncycles = 4\ntile = %d\nthreads = %d\n" CELL
                 "cells = 19\n[[physics]]\nparts = [{ plugin = \"thevenin\", r0 = { mean = 0.05, sd = 0.005 } }]\n"
                 "[protocol]\nsteps = [\"Discharge at 1C until 3 V\", \"Charge at 1C until 4.1 V\", "
                 "\"Hold at 4.1 V until C/20\"]\n[trace]\nperiod = 60\ncycles = \"first, last\"\n" RIG_OUT,
                 k == 1 ? 8 : 128, k == 2 ? 2 : 1);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        assert_true(rig.sample.n > 19 * 2 * 100 && rig.sample.n < RIG_SAMPLES);
        for (size_t i = 0; k && i < rig.sample.n; i++)
            assert_memory_equal(kept[i], rig.sample.at[i], rig.sample.ncol * sizeof(double));
        assert_true(k == 0 || n == rig.sample.n);
        n = rig.sample.n;
        memcpy(kept, rig.sample.at, sizeof kept);
        rig_done(&r);
    }
}

/* Current, then a rest, then a held voltage: columns that move and columns that stand. */
static void the_same_bits_at_any_vector_width(void **state)
{
    (void)state;
    static const char *const isa[] = { "sse2", "avx2", "avx512" };
    static double kept[RIG_SAMPLES][RIG_SIGNALS];
    size_t n = 0;
    for (size_t k = 0; k < sizeof isa / sizeof *isa; k++) {
        if (vmath_use(isa[k]) < 0) {
            print_message("no %s here\n", isa[k]);
            continue;
        }
        ran r = rig_run(RUN(2) CELL "cells = 3\n[[physics]]\nplugin = \"spm\"\n[protocol]\nsteps = [\"Discharge at "
                        "1C until 3 V\", \"Rest for 7 minutes\", \"Charge at 1C until 4.1 V\", \"Hold at 4.1 V until "
                        "C/20\"]\n[trace]\nperiod = 7\ncolumns = [\"temperature\", \"soc\", \"power\", \"heat\"]\n"
                        RIG_OUT, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        assert_true(rig.sample.n > 3 * 2 * 900 && rig.sample.n < RIG_SAMPLES);
        for (size_t i = 0; n && i < rig.sample.n; i++)
            assert_memory_equal(kept[i], rig.sample.at[i], rig.sample.ncol * sizeof(double));
        assert_true(n == 0 || n == rig.sample.n);
        n = rig.sample.n;
        memcpy(kept, rig.sample.at, sizeof kept);
        rig_done(&r);
    }
    assert_int_equal(vmath_use(NULL), 0);
}

static void once(void *ctx, const engine_progress *p)
{
    if (p->rows >= 64)
        atomic_store((atomic_int *)ctx, 1);
}

static void a_cut_run_goes_on(void **state)
{
    (void)state;
    static const char toml[] = "[run]\nname = \"t\"\ncycles = 200\n" CELL PLAIN STEPS
                               "[trace]\nperiod = 600\ncycles = \"first, last, every 30\"\n" RIG_OUT;
    static double kept[RIG_SAMPLES][RIG_SIGNALS];
    atomic_int stop = 0;
    ran r = rig_run(toml, (engine_options){ 0 });
    size_t n = rig.sample.n;
    memcpy(kept, rig.sample.at, sizeof kept);
    rig_done(&r);
    r = rig_run(toml, (engine_options){ .stop = &stop, .progress = once, .ctx = &stop });
    if (r.rc == E_OK)
        print_message("it was not cut\n");
    assert_true(r.rc == E_CANCEL || r.rc == E_OK);
    rig_done(&r);
    r = rig_run(toml, (engine_options){ .resume = true });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.sample.n, n);
    for (size_t i = 0; i < n; i++)
        assert_memory_equal(kept[i], rig.sample.at[i], rig.sample.ncol * sizeof(double));
    rig_done(&r);
}

/* ---- what a cycle comes to --------------------------------------------------------------------------------------- */

static void a_cycle_is_summed_up(void **state)
{
    (void)state;
    ran r = rig_run(RUN(1) CELL PLAIN
                    "[protocol]\nsteps = [\"Discharge at 1C until 3.2 V\", \"Rest for 10 minutes\", "
                    "\"Charge at 1 A until 4 V\", \"Hold at 4 V until 0.1 A\"]\n" RIG_OUT, (engine_options){ 0 });
    /* Held: I = 20 (1 - soc) falls by a factor of ten; V = 3 + soc + 0.05 I is 4 V from soc 0.95 to 0.995. */
    double tau = 2 * 3600 * 0.05, held = tau * log(10), charged = 1.3 + 0.09;
    assert_int_equal(r.rc, E_OK);
    assert_near(rig_at(0, "physics_cc_charge_time"), 4680, 0.01);
    assert_near(rig_at(0, "physics_cv_charge_time"), held, 10);
    assert_near(rig_at(0, "physics_cell_discharge_time"), 2520, 0.01);
    assert_near(rig_at(0, "physics_rest_time"), 600, 1e-9);
    assert_near(rig_at(0, "physics_coulombic_efficiency"), 1.4 / charged, 2e-3);
    assert_near(rig_at(0, "physics_discharge_voltage_mean"), (3.9 + 3.2) / 2, 1e-6);
    assert_near(rig_at(0, "physics_charge_voltage_mean"), (1.3 * 3.675 + 0.09 * 4) / charged, 1e-3);
    assert_near(rig_at(0, "physics_energy_efficiency"),
                rig_at(0, "physics_discharge_energy") / rig_at(0, "physics_charge_energy"), 1e-9);
    assert_near(rig_at(0, "physics_dqdv_peak"), 2, 5e-3);         /* dQ/dV of the straight line, anywhere */
    rig_done(&r);
}

/* A plateau of 0.4 Ah over 40 mV: 10 Ah/V about 3.42 V + 0.1 A * 0.05 ohm, and 10 mV of smoothing. */
static void the_peak_is_the_plateau(void **state)
{
    (void)state;
    ran r = rig_run(RUN(1) CELL "[[physics]]\nparts = [{ " THEVENIN
                    ", ocv = { x = [0, 0.4, 0.6, 1], y = [3, 3.4, 3.44, 4] } }]\n[protocol]\n"
                    "steps = [\"Discharge at 1 A until 3 V\", \"Charge at 0.1 A until 3.9 V\"]\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_near(rig_at(0, "physics_dqdv_peak_voltage"), 3.425, 4e-3);
    assert_near(rig_at(0, "physics_dqdv_peak"), 10, 0.5);
    rig_done(&r);
}

static void a_feature_feeds_a_corrector(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"t\"\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"virtual\"\ncells = 2\n"
                    "cycles = 60\n"
                    "[[physics]]\nparts = [{ " THEVENIN ", capacity = \"@capacity\" }, { plugin = \"power-law\" }]\n"
                    "[protocol]\nsteps = [\"Discharge at 1C until 3 V\", \"Charge at 1C until 4.1 V\", "
                    "\"Hold at 4.1 V until C/20\"]\n[corrector]\nplugin = \"ridge\"\n"
                    "features = [\"cycle\", \"physics_cv_charge_time\", \"physics_dqdv_peak\"]\n"
                    "[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.5 }\n" RIG_OUT, (engine_options){ 0 });
    if (r.rc)
        print_message("%s\n", r.w.text);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 120);
    assert_true(fabs(rig_at(119, "correction_capacity")) > 0);
    rig_done(&r);
}

static void wrong_keys_are_told(void **state)
{
    (void)state;
    static const struct { const char *trace, *told; } at[] = {
        { "cycles = \"sometimes\"", "is no choice of cycles" },
        { "cycles = [0]", "count from 1" },
        { "columns = [\"voltag\"]", "did you mean voltage?" },
        { "columns = [\"throughput\"]", "the sum over a step" },
        { "period = -1", "outside 0.." },
    };
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        char toml[2048];
        snprintf(toml, sizeof toml, RUN(1) CELL PLAIN STEPS "[trace]\n%s\n" RIG_OUT, at[k].trace);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_true(r.rc != E_OK);
        if (!strstr(r.w.text, at[k].told))
            fail_msg("%s: %s", at[k].trace, r.w.text);
        rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_the_closed_form),
        cmocka_unit_test(a_choice_of_cycles),
        cmocka_unit_test(the_last_cycle_is_known_when_it_was),
        cmocka_unit_test(periods),
        cmocka_unit_test(between_steps_of_the_solver),
        cmocka_unit_test(the_same_in_any_tile),
        cmocka_unit_test(the_same_bits_at_any_vector_width),
        cmocka_unit_test(a_cut_run_goes_on),
        cmocka_unit_test(a_cycle_is_summed_up),
        cmocka_unit_test(the_peak_is_the_plateau),
        cmocka_unit_test(a_feature_feeds_a_corrector),
        cmocka_unit_test(wrong_keys_are_told),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
