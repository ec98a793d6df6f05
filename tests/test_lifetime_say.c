/* SPDX-License-Identifier: MIT
 * test_lifetime_say.c - lives in words, in JSON and drawn: "at least" where they have not ended, never the horizon.
 */
#include "tests/lifetime_rig.h"

#include "core/base/mem.h"
#include "core/report/lifetime_say.h"
#include <jansson.h>

#define CELL "[cell]\nnominal_capacity = \"2 Ah\"\n"
#define CONSTANT "[source]\nplugin = \"constant\"\n"
#define LINE "[physics]\nplugin = \"power-law\"\nc = 1e-3\nz = 1\n"

static lifetime_asked asked(const lived *r, double now)
{
    return (lifetime_asked){ .name = r->s->name, .s = r->s, .now = now, .early = NAN, .ascii = true, .width = 80 };
}

static char *told(const lived *r, const lifetime_asked *a)
{
    text t = { 0 };
    why w;
    assert_int_equal(lifetime_text(&r->l, a, &t, &w), E_OK);
    return text_take(&t);
}

static json_t *as_json(const lived *r, const lifetime_asked *a)
{
    json j = { 0 };
    why w;
    assert_int_equal(lifetime_json(&r->l, a, &j, &w), E_OK);
    char *made = text_take(&j.out);
    json_t *v = json_loads(made, 0, NULL);
    assert_non_null(v);
    free(made);
    return v;
}

static void has(const char *said, const char *expected)
{
    if (!strstr(said, expected))
        fail_msg("no \"%s\" in:\n%s", expected, said);
}

static void has_not(const char *said, const char *unexpected)
{
    if (strstr(said, unexpected))
        fail_msg("\"%s\" in:\n%s", unexpected, said);
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_non_null(v);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

static bool is_null(const json_t *o, const char *key)
{
    return json_is_null(json_object_get(o, key));
}

static void one_life(void **state)
{
    (void)state;
    static const double at[] = { 100, 150 };
    lived r = live("[run]\nname = \"line\"\ncycles = 1000\nstop = \"79.5% capacity\"\n" CELL CONSTANT
                   "duration = \"12 h\"\n[physics]\nplugin = \"power-law\"\nc = 9.9e-4\nz = 1\n");
    lifetime_asked a = asked(&r, 100);
    char *said = told(&r, &a);
    has(said, "cell-1: power-law\n");
    has(said, "end of life   SoH_Q below 80 %: cycle 203, 203 EFC, 0.2781 years (met at 202.02)\n");
    has(said, "by formula    202.02 cycles = ((1 - eol) / c)^(1/z) - initial_n\n");
    has(said, "remaining     from cycle 100: 103 cycles, 103 EFC, 51.5 days; SoH is 90.1 % then\n");
    has(said, "Bacon-Watts: none, a straight line fits as well\n");
    has(said, "Kneedle: none, a straight line fits as well\n");
    has(said, "cycle    EFC  years  capacity, Ah  SoH_Q, %\n");
    has(said, "  100  100.0   0.14        1.8020     90.10\n");
    has(said, "a power-law\n");
    free(said);
    a.at = at;
    a.nat = 2;
    said = told(&r, &a);
    has(said, "SoH_Q, %\n  100  100.0   0.14        1.8020     90.10\n  150  150.0   0.21        1.7030     85.15\n\n");
    free(said);
    json_t *v = as_json(&r, &a), *life = json_array_get(json_object_get(v, "lives"), 0);
    assert_near(number(life, "end_of_life_cycle"), 203, 0);
    assert_true(is_null(life, "end_of_life_cycle_at_least") && is_null(life, "rul_at_least"));
    assert_near(number(life, "end_of_life_crossing"), 0.2 / 9.9e-4, 1e-9);
    assert_near(number(life, "formula_cycles"), 0.2 / 9.9e-4, 1e-9);
    assert_near(number(life, "rul_cycles"), 103, 0);
    assert_near(number(life, "rul_days"), 51.5, 1e-9);
    assert_near(number(json_array_get(json_object_get(life, "points"), 1), "soh_ratio"), 0.8515, 1e-12);
    assert_string_equal(json_string_value(json_object_get(v, "health")), "SoH_Q");
    assert_true(json_is_false(json_object_get(v, "lives_cut")));
    json_decref(v);
    lived_done(&r);
}

/* Neither the text nor JSON has the horizon as an end of life or as what remains. */
static void not_reached_is_said(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 137\n" CELL CONSTANT LINE);
    lifetime_asked a = asked(&r, 0);
    char *said = told(&r, &a);
    has(said, "not reached: at least 137 cycles, at least 137 EFC, at least 0.3753 years\n");
    has(said, "SoH is 86.3 % there; the run ended by the last of its rows\n");
    has(said, "remaining     from cycle 0: at least 137 cycles, at least 137 EFC, at least 137 days\n");
    has_not(said, ": cycle 137");
    free(said);
    json_t *v = as_json(&r, &a), *life = json_array_get(json_object_get(v, "lives"), 0);
    assert_true(is_null(life, "end_of_life_cycle") && is_null(life, "rul_cycles") && is_null(life, "rul_days"));
    assert_true(is_null(life, "end_of_life_crossing") && is_null(life, "end_of_life_years"));
    assert_near(number(life, "end_of_life_cycle_at_least"), 137, 0);
    assert_near(number(life, "rul_at_least"), 137, 0);
    assert_near(number(life, "rul_days_at_least"), 137, 0);
    assert_true(json_array_size(json_object_get(v, "fleets")) == 0);
    json_decref(v);
    lived_done(&r);
}

static void several_lives(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 220\n" CELL CONSTANT "duration = 0\n[[physics]]\nplugin = \"power-law\"\n"
                   "c = 1e-3\nz = 1\n[[physics]]\nplugin = \"exp-fade\"\nk = 0.01\n");
    lifetime_asked a = asked(&r, 50);
    char *said = told(&r, &a);
    has(said, "end of life: SoH_Q below 80 %\n\n"
              "cell    model      end of life, cycle     EFC     RUL at 50  SoH at the last row, %\n"
              "cell-1  power-law                 201     201           151                    78.0\n"
              "cell-1  exp-fade         at least 220  >= 220  at least 170                    98.5\n");
    has(said, "a power-law  b exp-fade\n");
    free(said);
    a.cells = 1;
    said = told(&r, &a);
    has(said, "and 1 more\n");
    free(said);
    lived_done(&r);
}

/* What the source measured is a life too, and the error against it is told. */
static void errors_against_what_was_measured(void **state)
{
    (void)state;
    lived r = live("[run]\n" CELL "[source]\nplugin = \"virtual\"\ncells = 1\ncycles = 1400\nnoise = 0\n" LINE);
    lifetime_asked a = asked(&r, 100);
    const lifetime_life *seen = lifetime_find(&r.l, "V0001", "measured");
    assert_true(seen && seen->watch.reached);
    double end = lifetime_find(&r.l, "V0001", "power-law")->watch.end.cycle, really = seen->watch.end.cycle;
    char *said = told(&r, &a), line[32];
    snprintf(line, sizeof line, "%+.0f", end - really);
    has(said, "error, cycles");
    has(said, line);
    free(said);
    json_t *v = as_json(&r, &a), *life = json_array_get(json_object_get(v, "lives"), 0);
    assert_near(number(life, "end_of_life_error_cycles"), end - really, 0);
    assert_near(number(life, "rul_relative_error"), fabs(end - really) / (really - 100), 1e-12);
    json_decref(v);
    lived_done(&r);
}

static void a_fleet(void **state)
{
    (void)state;
    const char *said_within[] = { "0.5 years", "200", "1000 cycles", "180 efc" };
    lifetime_horizon within[4];
    why w;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(lifetime_horizon_read(said_within[i], &within[i], &w), E_OK);
    text t = { 0 };
    text_add(&t, "[run]\nname = \"fleet\"\ncycles = 220\n" CELL CONSTANT "cells = 40\n[physics]\n"
                 "plugin = \"power-law\"\nz = 1\nc = [");
    for (int i = 0; i < 40; i++)                        /* lives of 161, 163 .. 239; cell-20 of 100 */
        text_addf(&t, "%s%.17g", i ? ", " : "", 0.2 / (i == 19 ? 100 : 161 + 2 * i));
    text_add(&t, "]\n");
    lived r = live(text_of(&t));
    text_free(&t);
    lifetime_asked a = asked(&r, 0);
    a.within = within;
    a.nwithin = 4;
    char *said = told(&r, &a);
    has(said, "and 28 more\n");
    has(said, "\npower-law: 40 cells, 30 reached the end of life\n");
    has(said, "               cycles     EFC      years\n"
              "5 % ended by      161     161     0.4411\n"
              "10 % ended by     165     165     0.4521\n"
              "50 % ended by     197     197     0.5397\n"
              "90 % ended by  >= 220  >= 220  >= 0.6027\n"
              "95 % ended by  >= 220  >= 220  >= 0.6027\n");
    has(said, "Weibull in cycles: shape ");
    has(said, "Weibull in years: shape ");
    has(said, "within 0.5 years: 30 % fail (95 %: 18.1 to 45.4 %), 12 of 40\n");
    has(said, "within 200 cycles: 50 % fail (95 %: 35.2 to 64.8 %), 20 of 40\n");
    has(said, "within 1000 cycles: at least 75 % fail; the runs are shorter than that (220 cycles)\n");
    has(said, "within 180 efc: 27.5 % fail");
    has(said, "early warning: up to cycle 49 1 cell fades far faster than the rest");
    has(said, "\n  cell-20: 1.99 times the median, z = ");
    has(said, "a median  b best 5 %  c worst 5 %\n");
    free(said);
    json_t *v = as_json(&r, &a), *f = json_array_get(json_object_get(v, "fleets"), 0), *at;
    assert_near(number(f, "cells"), 40, 0);
    at = json_array_get(json_object_get(f, "percentiles"), 3);
    assert_true(is_null(at, "cycles"));
    assert_near(number(at, "cycles_at_least"), 220, 0);
    at = json_array_get(json_object_get(f, "within"), 2);
    assert_true(is_null(at, "probability") && is_null(at, "upper"));
    assert_near(number(at, "probability_at_least"), 0.75, 1e-12);
    at = json_array_get(json_object_get(json_object_get(f, "early_warning"), "cells"), 0);
    assert_string_equal(json_string_value(json_object_get(at, "cell")), "cell-20");
    assert_true(number(json_object_get(json_object_get(f, "weibull"), "cycles"), "shape") > 3);
    json_decref(v);
    lived_done(&r);
}

static void horizons(void **state)
{
    (void)state;
    static const struct { const char *said; int base; double at; } good[] = {
        { "8 years", LIFETIME_YEARS, 8 },      { "365 days", LIFETIME_YEARS, 1 }, { "3000", LIFETIME_CYCLES, 3000 },
        { "3e3 cycles", LIFETIME_CYCLES, 3000 }, { "1 cycle", LIFETIME_CYCLES, 1 },  { "2500efc", LIFETIME_EFC, 2500 },
        { "12.5 EFC", LIFETIME_EFC, 12.5 },
    };
    static const char *const bad[] = { "", "cycles", "-3 cycles", "0", "8 parsecs", "5 V", "nan", "inf cycles", "efc" };
    lifetime_horizon h;
    why w;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(lifetime_horizon_read(good[i].said, &h, &w), E_OK);
        assert_int_equal(h.base, good[i].base);
        assert_near(h.at, good[i].at, 1e-9);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(lifetime_horizon_read(bad[i], &h, &w), E_USAGE);
}

static void a_picture(void **state)
{
    (void)state;
    char path[128];
    why w;
    if (system("command -v gnuplot > /dev/null"))
        skip();
    lived r = live("[run]\nname = \"many\"\ncycles = 250\n" CELL CONSTANT "cells = 30\n[physics]\n"
                   "plugin = \"exp-fade\"\nk = { mean = 0.13, sd = 0.01 }\n");
    lifetime_asked a = asked(&r, 0);
    snprintf(path, sizeof path, "%s/life.svg", rig_folder);
    assert_int_equal(lifetime_plot(&r.l, &a, path, &w), E_OK);
    char *made = NULL;
    size_t n;
    assert_int_equal(file_read(path, 1 << 20, &made, &n, &w), E_OK);
    has(made, "<svg");
    has(made, "best 5 %");
    has(made, "end of life, 80 %");
    free(made);
    assert_int_equal(lifetime_plot(&r.l, &a, "life.bmp", &w), E_USAGE);
    lived_done(&r);
}

static void no_memory(void **state)
{
    (void)state;
    lived r = live("[run]\ncycles = 100\n" CELL CONSTANT "cells = 20\n" LINE);
    lifetime_asked a = asked(&r, 0);
    lifetime_fleet *f;
    lifetime_lines lines;
    size_t n;
    why w;
    mem_fail_at(1);
    assert_int_equal(lifetime_fleets(&r.l, &a, &f, &n, &w), E_NOMEM);
    mem_fail_at(3);
    assert_int_equal(lifetime_fleets(&r.l, &a, &f, &n, &w), E_NOMEM);
    assert_null(f);
    mem_fail_at(0);
    assert_int_equal(lifetime_fleets(&r.l, &a, &f, &n, &w), E_OK);
    for (long k = 1; k <= 2; k++) {
        mem_fail_at(k);
        assert_int_equal(lifetime_lines_open(&r.l, f, n, &lines, &w), E_NOMEM);
        mem_fail_at(0);
    }
    lifetime_fleets_free(f, n);
    lived_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_life),
        cmocka_unit_test(not_reached_is_said),
        cmocka_unit_test(several_lives),
        cmocka_unit_test(errors_against_what_was_measured),
        cmocka_unit_test(a_fleet),
        cmocka_unit_test(horizons),
        cmocka_unit_test(a_picture),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
