/* SPDX-License-Identifier: MIT
 * test_cycler_random.c - random protocols on random cells: whatever they ask for, a run ends, rows are numbers, and a
 * cell that ends early says why.
 */
#include "engine_rig.h"
#include "core/base/clock.h"

static uint64_t seed;

static uint32_t upto(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static const char *pick(const char *const *of, size_t n) { return of[upto((uint32_t)n)]; }
#define PICK(a) pick(a, sizeof(a) / sizeof(a)[0])

static const char *const verbs[] = { "Discharge at 1C", "Discharge at C/3", "Discharge at 7 A", "Charge at 1C",
                                     "Charge at C/2", "Charge at 5 W", "Discharge at 6 W", "Discharge at 90 W",
                                     "Discharge at 2 Ohm", "Discharge at 1 mOhm", "Hold at 4 V", "Hold at 3.2 V",
                                     "Hold at 5 V", "Rest", "Charge at 30 A", "Discharge at 10 mA" };
static const char *const times[] = { "1 second", "90 seconds", "10 minutes", "1 hour", "5 hours", "30 hours" };
static const char *const ends[] = { "3 V", "4.1 V", "2.5 V", "> 4 V", "< 3.3 V", "100 mA", "C/20", "0.3 Ah", "1 Ah",
                                    "20 minutes", "3.9999 V" };
static const char *const when[] = { "soc > 0.8", "soc < 0.2", "voltage < 3.5 V", "temperature > 30 degC", "cycle > 1",
                                    "current < 0 A" };
static const char *const warm[] = { "-10 degC", "25 degC", "50 degC" };

static const char *const held_ends[] = { "C/50", "100 mA", "0.3 Ah", "20 minutes", "< 1 A" };
static const char *const cells[] = { "plugin = \"thevenin\", capacity = { mean = 2, sd = 0.2 }",
                                     "plugin = \"thevenin\", r0 = { mean = 0.1, sd = 0.03 }, initial_soc = 0.4",
                                     "plugin = \"thevenin\", capacity = 0.05",
                                     "plugin = \"thevenin\", capacity = \"@capacity\"" };

static void add_step(text *t)
{
    const char *verb = PICK(verbs);
    bool hold = strstr(verb, "Hold"), rest = strstr(verb, "Rest"), timed = rest || upto(2);
    text_addf(t, "{ step = \"%s\"", verb);
    if (timed)
        text_addf(t, ", for = \"%s\"", PICK(times));
    if (!timed || (!rest && upto(2)))
        text_addf(t, ", until = [\"%s\", \"%s\"]", hold ? PICK(held_ends) : PICK(ends),
                  hold ? PICK(held_ends) : PICK(ends));
    if (!upto(4))
        text_addf(t, ", temperature = \"%s\"", PICK(warm));
    if (!upto(4))
        text_addf(t, ", skip_if = \"%s\"", PICK(when));
    if (!upto(6))
        text_addf(t, ", repeat = %u", 1 + upto(4));
    text_add(t, !upto(12) ? ", goto = \"end\" }" : " }");
}

static void add_list(text *t, int depth)
{
    uint32_t n = 1 + upto(4);
    text_add(t, "[");
    for (uint32_t i = 0; i < n; i++) {
        text_add(t, i ? ", " : "");
        if (depth < 3 && !upto(5)) {
            text_addf(t, "{ repeat = %u, steps = ", 1 + upto(5));
            add_list(t, depth + 1);
            text_add(t, " }");
        } else if (!upto(8)) {
            text_add(t, "{ drive_cycle = \"drive.csv\", loop = true, until = [\"3.1 V\", \"> 4.15 V\", \"2 h\"] }");
        } else {
            add_step(t);
        }
    }
    text_add(t, "]");
}

/* A scenario of its own for each number. */
static void make(uint64_t number, text *t)
{
    seed = number * 0x9E3779B97F4A7C15u + 1;
    upto(2);
    const char *cell = PICK(cells);
    const char *law = strstr(cell, "@") ? ", { plugin = \"power-law\", c = 0.2, z = 0.5 }" : "";
    text_addf(t, "[run]\nname = \"r\"\ncycles = 4\ntile = %u\n[cell]\nnominal_capacity = 2\n", 8 << upto(2));
    text_add(t, "[source]\nplugin = \"constant\"\ncells = 3\ntemperature_ambient = \"25 degC\"\nduration = 0\n");
    text_addf(t, "[[physics]]\nname = \"c\"\nparts = [{ %s }%s]\n[protocol]\n", cell, law);
    if (upto(2))
        text_add(t, "reference_test = { every = 2, steps = [\"Discharge at C/2 until 3 V\", "
                    "\"Charge at 1 A for 1 h\"] }\n");
    text_add(t, "steps = ");
    add_list(t, 0);
    text_add(t, "\n" RIG_OUT);
}

static bool optional(const char *key)
{
    static const char *const may_lack[] = { "reference", "efficiency", "voltage_mean", "dqdv",
                                            "time", "observed", "soh" };
    for (size_t i = 0; i < sizeof may_lack / sizeof *may_lack; i++)
        if (strstr(key, may_lack[i]))
            return true;
    return false;
}

static void look_at_rows(uint64_t number)
{
    for (size_t i = 0; i < rig.n; i++)
        for (size_t c = 0; c < rig.ncol; c++)
            if (strstr(rig.key[c], "physics_") && !optional(rig.key[c]) && !isfinite(rig.at[i][c]))
                fail_msg("case %llu: row %zu has %s = %g", (unsigned long long)number, i, rig.key[c], rig.at[i][c]);
}

static void a_run_ends_and_says_why(void **state)
{
    enum { CASES = 200 };
    static const char drive[] = "time_s,power_w\n0,0\n20,12\n30,-9\n60,0\n";
    char path[128];
    size_t whole = 0, partial = 0, refused = 0;
    double slowest = 0;
    why w;
    (void)state;
    snprintf(path, sizeof path, "%s/drive.csv", rig_folder);
    assert_int_equal(file_write(path, drive, strlen(drive), &w), 0);
    for (uint64_t number = 1; number <= CASES; number++) {
        text t = { 0 };
        make(number, &t);
        int64_t from = clock_monotonic_ns();
        ran r = rig_run(text_of(&t), (engine_options){ 0 });
        double spent = (double)(clock_monotonic_ns() - from) / 1e9;
        slowest = spent > slowest ? spent : slowest;
        if (r.rc != E_OK && r.rc != E_PARTIAL && r.rc != E_INPUT)
            fail_msg("case %llu: %d %s\n%s", (unsigned long long)number, r.rc, r.w.text, text_of(&t));
        whole += r.rc == E_OK;
        partial += r.rc == E_PARTIAL;
        refused += r.rc == E_INPUT;
        if (r.rc == E_PARTIAL)
            assert_non_null(strstr(rig.events, "lane-end: "));
        if (r.rc != E_INPUT) {
            size_t ends_told = 0;
            for (const char *at = rig.events; (at = strstr(at, "lane-end: ")); at++)
                ends_told++;
            look_at_rows(number);
            if (rig.n < 12 && !ends_told)
                fail_msg("case %llu: %zu rows and no reason\n%s", (unsigned long long)number, rig.n, text_of(&t));
        }
        rig_done(&r);
        text_free(&t);
    }
    print_message("%zu whole, %zu in part, %zu refused; the slowest took %.2f s\n", whole, partial, refused, slowest);
    assert_true(whole > CASES / 10 && partial > CASES / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_run_ends_and_says_why) };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
