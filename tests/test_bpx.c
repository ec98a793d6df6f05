/* SPDX-License-Identifier: MIT
 * test_bpx.c - BPX files, 0.x and 1.x: what becomes of each value, functions and tables, and mistakes with their
 * places.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/base/log.h"
#include "tests/set_rig.h"
#include "tests/data.h"

static const double F = 96485.33212;

static double number(const set_rig *r, const char *key, const char *unit_text)
{
    double x = set_number(r->set, key, unit_text);
    if (isnan(x))
        fail_msg("there is no %s in %s", key, unit_text);
    return x;
}

static void close_to(const set_rig *r, const char *key, const char *unit_text, double value)
{
    double x = number(r, key, unit_text);
    if (!(fabs(x - value) <= 1e-14 * fabs(value)))
        fail_msg("%s is %.17g, not %.17g", key, x, value);
}

static double at(set_rig *r, const char *key, double x)
{
    set_entry e;
    bpx_work k = { r->t, &r->p };
    assert_true(set_find(r->set, key, &e));
    assert_int_equal(e.value->kind, TREE_TEXT);
    return bpx_at(&k, e.value, x);
}

/* Reaction rates: j0 must be the same by BPX's formula and by ours. */
static void same_exchange(const set_rig *r, const char *side, double k, double c_e0)
{
    char rate[80], most[80];
    snprintf(rate, sizeof rate, "%s.reaction_rate", side);
    snprintf(most, sizeof most, "%s.concentration_max", side);
    double m = number(r, rate, ""), c_max = number(r, most, "mol/m3");
    for (double s = 0.1; s < 1; s += 0.2)
        for (double c_e = 500; c_e < 2000; c_e += 400) {
            double theirs = F * k * sqrt(c_e / c_e0) * sqrt(s) * sqrt(1 - s);
            double ours = m * sqrt(c_e) * sqrt(s * c_max) * sqrt(c_max - s * c_max);
            assert_true(fabs(ours / theirs - 1) < 1e-13);
        }
}

static void version_1(void **state)
{
    (void)state;
    set_rig r = set_rig_read("tests/bpx/lg-m50.json");
    if (!r.set || r.p.n)
        fail_msg("%s", r.lines);
    close_to(&r, "nominal_capacity", "Ah", 5);
    close_to(&r, "area", "m2", 0.1027);
    close_to(&r, "voltage_max", "V", 4.2);
    close_to(&r, "initial_soc", "1", 0.9);
    close_to(&r, "electrolyte.concentration", "mol/m3", 1000);
    close_to(&r, "heat_capacity", "J/K", 2525 * 2.42e-5 * 700);
    close_to(&r, "cooling", "W/K", 0.0531);
    close_to(&r, "negative.stoichiometry_full", "1", 0.910618);
    close_to(&r, "negative.stoichiometry_empty", "1", 0.026346);
    close_to(&r, "positive.stoichiometry_full", "1", 0.263845);
    close_to(&r, "positive.stoichiometry_empty", "1", 0.853975);
    close_to(&r, "negative.active_fraction", "1", 0.75);
    close_to(&r, "positive.transport_efficiency", "1", 0.19389526812173635);
    close_to(&r, "negative.reaction_rate", "", 6.48e-7);
    close_to(&r, "positive.reaction_rate", "", 3.42e-6);
    close_to(&r, "positive.diffusivity", "m2/s", 4e-15);
    same_exchange(&r, "negative", 6.48e-7 * 33133 * sqrt(1000) / F, 1000);
    close_to(&r, "negative.diffusivity", "m2/s", 1);     /* all of it is in the function */
    assert_true(fabs(at(&r, "negative.diffusivity_function", 0.2) / (3.3e-14 * (1 + 0.1 * pow(cosh(-0.3), 2))) - 1) <
                1e-14);
    assert_true(fabs(at(&r, "negative.ocp", 0.1) - 0.406516) < 5e-7 &&
                fabs(at(&r, "positive.ocp", 0.5) - 3.971959) < 5e-7);
    assert_true(fabs(at(&r, "electrolyte.conductivity", 1000) - 0.9487) < 1e-12);
    assert_true(at(&r, "positive.entropic", 0.3) == -1e-5);
    set_rig_close(&r);
}

/* A table is straight pieces, beyond its ends too; a curve's x rises whichever way it was written. */
static void tables(void **state)
{
    (void)state;
    set_rig r = set_rig_read("tests/bpx/lg-m50.json");
    static const double x[] = { 0, 500, 1000, 2000, 3000 },
                        y[] = { 4.862e-10, 3.0954e-10, 1.7694e-10, 4.356e-11, 8.6046e-11 };
    for (int i = 0; i < 5; i++)
        assert_true(fabs(at(&r, "electrolyte.diffusivity", x[i]) / y[i] - 1) < 1e-12);
    assert_true(fabs(at(&r, "electrolyte.diffusivity", 1500) / ((y[2] + y[3]) / 2) - 1) < 1e-12);
    assert_true(fabs(at(&r, "electrolyte.diffusivity", 3500) / (y[4] + (y[4] - y[3]) / 2) - 1) < 1e-12);
    set_entry e;
    assert_true(set_find(r.set, "negative.entropic_table", &e));
    const tree_node *xs = tree_get(e.value, "x"), *ys = tree_get(e.value, "y");
    assert_true(xs->first->real == 0 && xs->last->real == 1 && xs->n == 3);
    assert_true(ys->first->real == 2e-4 && ys->first->next->real == -1e-4 && ys->last->real == 1e-4);
    assert_string_equal(e.unit, "1;V/K");
    assert_non_null(strstr(e.source, "Chen et al. 2020"));
    assert_string_equal(set_text(r.set, "doc"), "LG M50 of Chen 2020 in BPX 1.x, for tests");
    set_rig_close(&r);
}

static const char *data(const char *name)
{
    char file[100];
    snprintf(file, sizeof file, "bpx/%s.json", name);
    const char *path = data_file(file);
    if (!path)
        skip();
    return path;
}

static void version_0(void **state)
{
    (void)state;
    set_rig r = set_rig_read(data("nmc_pouch_cell_BPX"));
    if (!r.set)
        fail_msg("%s", r.lines);
    close_to(&r, "nominal_capacity", "Ah", 12.5);
    close_to(&r, "electrode_pairs", "1", 34);
    close_to(&r, "heat_capacity", "J/K", 1847 * 0.000128 * 913);
    close_to(&r, "negative.stoichiometry_full", "1", 0.75668);
    close_to(&r, "positive.stoichiometry_full", "1", 0.42424);
    assert_true(isnan(set_number(r.set, "cooling", "W/K")));
    same_exchange(&r, "positive", 2.305e-5, 1000);
    double full = at(&r, "positive.ocp", 0.42424) - at(&r, "negative.ocp", 0.75668);
    double empty = at(&r, "positive.ocp", 0.9621) - at(&r, "negative.ocp", 0.005504);
    assert_true(fabs(full - 4.2) < 0.01 && fabs(empty - 2.7) < 0.01);       /* the file's own limits */
    set_rig_close(&r);
    r = set_rig_read(data("lfp_18650_cell_BPX"));
    assert_non_null(r.set);
    full = at(&r, "positive.ocp", 0.0875) - at(&r, "negative.ocp", 0.82258);
    assert_true(fabs(full - 3.65) < 0.01);
    set_rig_close(&r);
    r = set_rig_read(data("nmc_pouch_cell_BPX_SPM"));
    assert_non_null(r.set);
    close_to(&r, "electrolyte.concentration", "mol/m3", 1000);
    assert_true(isnan(set_number(r.set, "separator.porosity", "1")) &&
                isnan(set_number(r.set, "negative.porosity", "1")));
    same_exchange(&r, "negative", 5.199e-6, 1000);
    set_rig_close(&r);
    r = set_rig_read(data("nmc_pouch_cell_BPX_blended_electrode"));
    assert_null(r.set);
    assert_non_null(strstr(r.lines, ".json:53:19: \"Positive electrode\" is a blend (\"Particle\")"));
    set_rig_close(&r);
}

/* ---- mistakes ---- */

static char *good;

/* The file with the first `from` replaced. */
static void wrong(const char *from, const char *to, const char *says)
{
    text t = { 0 };
    const char *there = strstr(good, from);
    if (!there)
        fail_msg("the file has no %s", from);
    text_addn(&t, good, (size_t)(there - good));
    text_addf(&t, "%s%s", to, there + strlen(from));
    set_rig r = set_rig_read(set_rig_file("x.json", text_of(&t)));
    if (r.set || !strstr(r.lines, says))
        fail_msg("wanted \"%s\", got\n%s", says, r.lines);
    text_free(&t);
    set_rig_close(&r);
}

static void mistakes_have_places(void **state)
{
    (void)state;
    static const struct { const char *from, *to, *says;
    } cases[] = {
        { "\"Porosity\"", "\"Porossity\"",
          "x.json:45:4: BPX has no \"Porossity\" in \"Negative electrode\", did you mean \"Porosity\"?" },
        { "\"Porosity\"", "\"Porossity\"", "x.json:43:25: \"Negative electrode\" needs \"Porosity\"" },
        { "\"Thickness [m]\": 8.52e-05", "\"Thickness [m]\": \"8.52e-05\"",
          "x.json:44:21: \"Thickness [m]\": a number is expected" },
        { "tanh(29.8538", "tahn(29.8538",
          "\"OCP [V]\": column 42: a variable, an earlier formula or a function is expected, not 'tahn'; did you mean "
          "tanh?" },
        { "\"Header\"", "\"Headder\"", "x.json:2:2: BPX has no \"Headder\" at the top, did you mean \"Header\"?" },
        { "\"Model\": \"DFN\"", "\"Model\": \"DFM\"",
          "x.json:6:12: \"Model\": one of SPM, SPMe, DFN and Partial is expected" },
        { "\"1.1.0\"", "\"0.5.0\"", "\"Electrolyte\" needs \"Initial concentration [mol.m-3]\"" },
        { "\"1.1.0\"", "\"2.0\"", "x.json:3:10: \"BPX\": a version from 0.1 to 1.x is expected" },
        { "\"Volume [m3]\"", "\"Initial temperature [K]\"",
          "\"Initial temperature [K]\" is not in \"Cell\" from BPX 1.0 on" },
        { "\"Separator\"", "\"Seperator\"",
          "BPX has no \"Seperator\" in \"Parameterisation\", did you mean \"Separator\"?" },
        { "\"Minimum stoichiometry\": 0.026346", "\"Minimum stoichiometry\": 0.95",
          "stoichiometries from 0.95 to 0.910618" },
        { "   500,", "   -500,", "\"Diffusivity [m2.s-1]\": x neither rises nor falls throughout" },
        { "\"Header\": {", "\"Header\": [", "x.json:3:8: " },
        { "\"User-defined\"", "\"User-defned\"", "did you mean \"User-defined\"?" },
        { "\"Model\": \"DFN\"", "\"Model\": \"SPM\"", "\"Electrolyte\" does not belong to a file of model SPM" },
        { "\"Thermal environment\"", "\"Degradation\": {\"LLI\": 0.1}, \"Thermal environment\"",
          "\"LLI\": a cell that is already aged" },
        { "\"y\": [", "\"z\": [", "unknown key \"z\", a table has \"x\" and \"y\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        wrong(cases[i].from, cases[i].to, cases[i].says);
}

/* ---- memory ---- */

static void memory_may_end(void **state)
{
    (void)state;
    bool over = false;
    for (long k = 1; k < 4000 && !over; k += k < 60 ? 1 : 37) {
        tree *t = tree_open();
        tree_problems p = { 0 };
        tree_node *json = NULL, *set = NULL;
        mem_fail_at(k);
        int rc = set_json(t, "x.json", good, strlen(good), &p, &json);
        rc = rc ? rc : bpx_read(t, json, &p, &set);
        over = mem_count() < k;
        mem_fail_at(0);
        assert_true(rc != E_OK || set != NULL);
        tree_problems_free(&p);
        tree_close(t);
    }
}

static int open_all(void **state)
{
    size_t n;
    (void)state;
    log_open(&(log_options){ .level = LOG_SILENT }, NULL);
    return mkdtemp(set_rig_folder) == NULL || file_read("tests/bpx/lg-m50.json", 1 << 20, &good, &n, NULL);
}

static int close_all(void **state)
{
    char command[200];
    (void)state;
    free(good);
    snprintf(command, sizeof command, "rm -r %s", set_rig_folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1),      cmocka_unit_test(tables),
        cmocka_unit_test(version_0),      cmocka_unit_test(mistakes_have_places),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
