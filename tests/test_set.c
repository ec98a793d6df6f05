/* SPDX-License-Identifier: MIT
 * test_set.c - parameter sets: where values come from and which wins, units, bases, places of mistakes; and the shipped
 * ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/set_rig.h"

static const char mine[] =
    "nominal_capacity = { value = 3200, unit = \"mAh\", source = \"a: table 1\", flag = \"measured\" }\n"
    "needed = 3.5\n"
    "heat_capacity = 50\n"
    "[set]\ndoc = \"A cell\"\nsource = \"a\"\nflag = \"fitted\"\n"
    "[sources]\na = \"Author 2020\"\n"
    "[negative]\n"
    "thickness = { value = 85.2, unit = \"um\", source = \"b\" }\n"
    "ocp_table = { value = { x = [0, 0.5, 1], y = [1, 0.2, 0.1] }, unit = \"1;V\", flag = \"measured\" }\n"
    "[sei]\nreaction_rate = \"2e-12 m/s\"\n";

static void expect(set_rig *r)
{
    if (r->rc || r->p.n)
        fail_msg("%s", r->lines);
}

static void wrong(const char *body, const char *part)
{
    set_rig r = set_rig_open(body, NULL, 0);
    if (!r.lines || !strstr(r.lines, part) || r.s)
        fail_msg("wanted \"%s\", got\n%s", part, r.lines);
    set_rig_close(&r);
}

/* default < set < scenario; units are turned; what the plugin does not know is passed over */
static void precedence(void **state)
{
    (void)state;
    set_rig_file("mine.toml", mine);
    set_rig r = set_rig_open("parameters = \"mine.toml\"\n", NULL, 0);
    expect(&r);
    assert_true(fabs(set_rig_value(&r, RIG_NOMINAL)->real - 3.2) < 1e-15);
    assert_true(r.s->cell.nominal_capacity == set_rig_value(&r, RIG_NOMINAL)->real);
    assert_true(fabs(set_rig_value(&r, RIG_THICKNESS)->real / 85.2e-6 - 1) < 1e-15);
    assert_true(set_rig_value(&r, RIG_R0)->real == 0.01);
    assert_true(set_rig_value(&r, RIG_SEI_RATE)->real == 2e-12);
    assert_string_equal(set_rig_value(&r, RIG_SEI)->text, "none");
    assert_int_equal(set_rig_value(&r, RIG_OCP_TABLE)->n, 3);
    assert_true(set_rig_value(&r, RIG_OCP_TABLE)->v[4] == 0.2);
    assert_true(set_rig_value(&r, RIG_NEEDED)->real == 3.5);
    assert_true(r.s->physics[0].part[0].args->spread[RIG_NEEDED].of_set);
    set_rig_close(&r);

    r = set_rig_open("parameters = \"mine.toml\"\nneeded = 4\nsei = { model = \"reaction\", reaction_rate = 3e-12 }\n"
                     "[physics.negative]\nthickness = \"0.1 mm\"\n[cell]\nnominal_capacity = 2\n", NULL, 0);
    expect(&r);
    assert_true(set_rig_value(&r, RIG_NEEDED)->real == 4 && set_rig_value(&r, RIG_NOMINAL)->real == 2);
    assert_true(set_rig_value(&r, RIG_THICKNESS)->real == 1e-4 && set_rig_value(&r, RIG_SEI_RATE)->real == 3e-12);
    assert_string_equal(set_rig_value(&r, RIG_SEI)->text, "reaction");
    assert_false(r.s->physics[0].part[0].args->spread[RIG_NEEDED].of_set);
    set_rig_close(&r);
}

/* A table in place of a name, --set of a name, and of a key below a text. */
static void tables_and_sets(void **state)
{
    (void)state;
    set_rig r = set_rig_open("parameters = { needed = 1, r0 = { value = 20, unit = \"mohm\" } }\n", NULL, 0);
    expect(&r);
    assert_true(set_rig_value(&r, RIG_R0)->real == 0.02 && isnan(r.s->cell.nominal_capacity));
    set_rig_close(&r);
    char path[200];
    snprintf(path, sizeof path, "physics.parameters=%s", set_rig_file("mine.toml", mine));
    const char *const set[] = { path, "physics.sei.model=diffusion", "physics.sei.reaction_rate=5e-12",
                                "physics.negative.thickness=5e-5" };
    r = set_rig_open("parameters = { needed = 1 }\n", set, 4);
    expect(&r);
    assert_true(set_rig_value(&r, RIG_NEEDED)->real == 3.5 && set_rig_value(&r, RIG_SEI_RATE)->real == 5e-12);
    assert_true(set_rig_value(&r, RIG_THICKNESS)->real == 5e-5);
    assert_string_equal(set_rig_value(&r, RIG_SEI)->text, "diffusion");
    set_rig_close(&r);
    r = set_rig_open("parameters = { needed = 1 }\nsei = { model = \"none\", reaction_rte = 1 }\n", NULL, 0);
    assert_non_null(
        strstr(r.lines, "unknown key 'sei.reaction_rte' of physics t-cell, did you mean 'sei.reaction_rate'"));
    set_rig_close(&r);
}

/* The merged scenario depends on no file, and a set named over it replaces the old one whole. */
static void merged(void **state)
{
    (void)state;
    set_rig_file("mine.toml", mine);
    set_rig r = set_rig_open("parameters = \"mine.toml\"\n", NULL, 0);
    expect(&r);
    assert_non_null(strstr(r.s->merged, "sha256 = \""));
    assert_non_null(strstr(r.s->merged, "source = \"a: table 1\""));
    set_rig_file("other.toml", "needed = 9\n");
    for (int k = 0; k < 2; k++) {
        tree *t = tree_open();
        tree_node *read = NULL;
        scenario *s = NULL;
        const char *const set[] = { "physics.parameters=other.toml" };
        assert_int_equal(toml_parse(t, "x.toml", r.s->merged, strlen(r.s->merged), &r.p, &read), E_OK);
        *tree_root(t) = *read;
        char before[1000];
        assert_non_null(getcwd(before, sizeof before));
        assert_int_equal(chdir(set_rig_folder), 0);
        assert_int_equal(scenario_from_tree(t, "x.toml", &(scenario_options){ .set = set, .nset = k }, &s, &r.p, &r.w),
                         E_OK);
        assert_int_equal(chdir(before), 0);
        const fade_value *v = s->physics[0].part[0].args->fade.at;
        assert_true(k ? v[RIG_NEEDED].real == 9 && v[RIG_THICKNESS].real == 1e-4 && isnan(s->cell.nominal_capacity)
                      : v[RIG_NEEDED].real == 3.5 && s->cell.nominal_capacity == r.s->cell.nominal_capacity);
        if (!k)
            assert_string_equal(s->merged, r.s->merged);
        scenario_close(s);
    }
    set_rig_close(&r);
}

static void bases(void **state)
{
    (void)state;
    set_rig_file("mine.toml", mine);
    set_rig_file("on.toml", "[set]\nbase = \"mine.toml\"\nname = \"on\"\n[negative]\nthickness = { value = 1e-6 }\n");
    set_rig r = set_rig_open("parameters = \"on.toml\"\n", NULL, 0);
    expect(&r);
    assert_true(set_rig_value(&r, RIG_THICKNESS)->real == 1e-6 && set_rig_value(&r, RIG_NEEDED)->real == 3.5);
    set_entry e;
    const tree_node *set = tree_get(r.s->physics[0].part[0].node, "parameters");
    assert_true(set_find(set, "negative.thickness", &e));
    assert_string_equal(e.source, "Author 2020");     /* the whole entry is replaced, its source too */
    assert_true(set_find(set, "nominal_capacity", &e));
    assert_string_equal(e.source, "Author 2020: table 1");
    assert_string_equal(e.flag, "measured");
    assert_string_equal(set_text(set, "name"), "on");
    set_rig_close(&r);
    r = set_rig_open("parameters = { set = { base = \"lg-m50-chen2020\" }, needed = 1 }\n", NULL, 0);
    expect(&r);
    assert_true(set_rig_value(&r, RIG_THICKNESS)->real == 85.2e-6 && r.s->cell.nominal_capacity == 5);
    set_rig_close(&r);
    set_rig_file("me.toml", "[set]\nbase = \"me.toml\"\n");
    wrong("parameters = \"me.toml\"\n", "more than 8 sets on each other");
}

static void mistakes_have_places(void **state)
{
    (void)state;
    static const struct { const char *body, *says;
    } cases[] = {
        { "r1x = 1\n", "/x.toml:1:1: no plugin has a parameter 'r1x'" },
        { "[negative]\nthicknes = 1e-6\n",
          "/x.toml:2:1: no plugin has a parameter 'negative.thicknes', did you mean 'negative.thickness'?" },
        { "r0 = { value = 1, unit = \"ohmm\" }\n", "/x.toml:1:26: unit = \"ohmm\": " },
        { "r0 = { value = 1, unit = \"V\" }\n", "/x.toml:1:16: r0: " },
        { "r0 = { value = 1, flg = \"fitted\" }\n",
          "/x.toml:1:19: unknown key 'flg' of the entry 'r0', did you mean 'flag'?" },
        { "r0 = { value = 1, flag = \"fited\" }\n", "flag = \"fited\", did you mean \"fitted\"?: one of measured," },
        { "r0 = 11\n", "/x.toml:1:6: r0 = 11 ohm is above its maximum 10 ohm" },
        { "r0 = \"x\"\n", "/x.toml:1:6: r0: " },
        { "[set]\nnme = \"x\"\n", "/x.toml:2:1: unknown key 'nme' of [set], did you mean 'name'?" },
        { "r0 = = 1\n", "/x.toml:1:6: " },
        { "negative.ocp_table = { value = { x = [0, 1], y = [1, 2] }, unit = \"1;mV\" }\n",
          "the set gives it in 1;mV, the plugin wants 1;V" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_rig_file("x.toml", cases[i].body);
        wrong("parameters = \"x.toml\"\nneeded = 1\n", cases[i].says);
    }
    wrong("parameters = \"lg-m50-chen2O20\"\nneeded = 1\n",
          "/life.toml:5:14: there is no parameter set \"lg-m50-chen2O20\", did you mean \"lg-m50-chen2020\"?");
    wrong("parameters = \"absent.toml\"\nneeded = 1\n", "/life.toml:5:14: parameters = \"absent.toml\": cannot read");
    wrong("parameters = 7\nneeded = 1\n", "/life.toml:5:14: parameters is the name of a set");
    wrong("parameters = \"lg-m50-chen2020\"\nneeded = 1\n[[physics]]\nname = \"b\"\nplugin = \"t-cell\"\nneeded = "
          "1\nparameters = \"kokam-slide\"\n",
          "the parameter sets lg-m50-chen2020 (5 Ah) and kokam-slide (2.7 Ah) differ in nominal capacity");
}

/* ---- shipped ---- */

static void sourced(void *ctx, const set_entry *e)
{
    static const char *const bare[] = { "ocp",
                                        "entropic",
                                        "interpolation",
                                        "electrolyte.diffusivity",
                                        "electrolyte.conductivity",
                                        "reaction_rate",
                                        "electrode_pairs",
                                        "faraday",
                                        "gas",
                                        "lithium_per_mole",
                                        "exponent",
                                        "stress_factor",
                                        "cracks.rate",
                                        "delacourt_root",
                                        "kindermann_rate" };
    int *n = ctx;
    unit u;
    bool may = false;
    ++*n;
    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
        may = may || text_ends(e->key, bare[i]);
    if (!*e->source || !*e->flag || (!may && !*e->unit))
        fail_msg("%s: unit \"%s\", source \"%s\", flag \"%s\"", e->key, e->unit, e->source, e->flag);
    if (!strstr(e->source, "20") && !strstr(e->source, "alculated") && !strstr(e->source, "PyBaMM"))
        fail_msg("%s: \"%s\" is no reference", e->key, e->source);
    if (*e->unit && !strchr(e->unit, ';'))
        assert_int_equal(units_parse(e->unit, &u, NULL), E_OK);
}

/* Every number has unit, source and flag, and every key is one that a plugin has. */
static void shipped(void **state)
{
    (void)state;
    static const struct { const char *name; int entries; double capacity; } sets[] = {
        { "lg-m50-chen2020", 60, 5 }, { "lg-m50-okane2022", 80, 5 }, { "kokam-slide", 50, 2.7 } };
    size_t k = 0;
    for (const set_shipped *s; (s = set_shipped_at(k)); k++) {
        int n = 0;
        assert_string_equal(s->name, sets[k].name);
        assert_int_equal(strlen(s->at), s->n);
        set_rig r = set_rig_read(s->name);
        expect(&r);
        set_walk(r.set, sourced, &n);
        assert_true(n >= sets[k].entries);
        assert_true(set_number(r.set, "nominal_capacity", "Ah") == sets[k].capacity);
        assert_true(set_number(r.set, "nominal_capacity", "mAh") == 1000 * sets[k].capacity);
        assert_true(isnan(set_number(r.set, "nominal_capacty", "Ah")));
        const plugin *porous = NULL;
        if (library_find("spm", &porous, NULL) == E_OK)
            set_check(r.set, true, &r.p);
        if (r.p.n)
            fail_msg("%s: %s", s->name, r.p.at[0].text);
        set_rig_close(&r);
    }
    assert_int_equal(k, 3);
}

/* Facts 3.3 and 3.4: charge of the electrodes, and the window between the limits, to the digits there. */
static void chen_is_chen(void **state)
{
    (void)state;
    static const struct { const char *key, *unit; double value, close;
    } facts[] = {
        { "negative.transport_efficiency", "1", 0.125, 1e-15 },
        { "positive.reaction_rate", "", 3.42e-6, 0 },
        { "negative.stoichiometry_full", "1", 0.910618, 5e-7 },
        { "positive.stoichiometry_full", "1", 0.263845, 5e-7 },
        { "negative.stoichiometry_empty", "1", 0.026346, 5e-7 },
        { "positive.stoichiometry_empty", "1", 0.853975, 5e-7 },
        { "negative.concentration_max", "mol/m3", 33133, 0 },
        { "positive.conductivity", "S/m", 0.18, 0 },
    };
    set_rig r = set_rig_read("lg-m50-chen2020");
    expect(&r);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        assert_true(fabs(set_number(r.set, facts[i].key, facts[i].unit) - facts[i].value) <= facts[i].close);
#define N(key, unit) set_number(r.set, key, unit)
    double Q = 96485.33212 / 3600 * N("negative.active_fraction", "1") * N("negative.thickness", "m") *
               N("area", "m2") * N("negative.concentration_max", "mol/m3");
    double used = Q * (N("negative.stoichiometry_full", "1") - N("negative.stoichiometry_empty", "1"));
    assert_true(fabs(Q - 5.827615) < 1e-6 && fabs(used - 5.153198) < 1e-6);
    set_rig_close(&r);
    r = set_rig_read("kokam-slide");
    assert_true(fabs(N("negative.reaction_rate", "") / (96487 * 1.764e-11) - 1) < 1e-15);
    set_rig_close(&r);
#undef N
}

/* Wherever memory ends: a set, or none. */
static void memory_may_end(void **state)
{
    (void)state;
    bool over = false;
    set_rig_file("on.toml", "needed = 1\n[set]\nbase = \"lg-m50-okane2022\"\n");
    char path[200];
    snprintf(path, sizeof path, "%s/on.toml", set_rig_folder);
    for (long k = 1; !over; k++) {
        tree *t = tree_open();
        tree_problems p = { 0 };
        tree_node *node = tree_make(t, TREE_TEXT, "", 0, 0), *set = NULL;
        node->text = path;
        mem_fail_at(k);
        set_read(t, node, &p, &set);
        bool failed = tree_failed(t);
        mem_fail_at(0);
        over = set && !failed && !p.n && !p.failed;
        assert_true(over || failed || p.n || p.failed || set);
        tree_problems_free(&p);
        tree_close(t);
        assert_true(k < 100000);
    }
}

static int open_all(void **state)
{
    (void)state;
    library_register(&set_rig_library);
    return mkdtemp(set_rig_folder) == NULL;
}

static int close_all(void **state)
{
    char command[200];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", set_rig_folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precedence),   cmocka_unit_test(tables_and_sets),      cmocka_unit_test(merged),
        cmocka_unit_test(bases),        cmocka_unit_test(mistakes_have_places), cmocka_unit_test(shipped),
        cmocka_unit_test(chen_is_chen), cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
