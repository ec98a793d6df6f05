/* SPDX-License-Identifier: MIT
 * scenario.c - from a file to one plain, checked struct; every problem is found in one pass.
 */
#include "core/scenario/scenario.h"
#include "core/base/mem.h"
#include "core/scenario/inside.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLUG = 60 };

/* "B0005: Wang against Xu" -> "b0005-wang-against-xu" */
static const char *slug_of(tree *t, const char *name)
{
    char made[SLUG + 1];
    size_t n = 0;
    for (const char *at = name; *at && n < SLUG; at++) {
        bool keep = isascii(*at) && isalnum((unsigned char)*at);
        if (keep)
            made[n++] = (char)tolower((unsigned char)*at);
        else if (n && made[n - 1] != '-')
            made[n++] = '-';
    }
    while (n && made[n - 1] == '-')
        n--;
    made[n] = '\0';
    return tree_text(t, n ? made : "run");
}

/* life.toml -> life */
static const char *stem_of(tree *t, const char *file)
{
    const char *slash = strrchr(file, '/'), *from = slash ? slash + 1 : file, *dot = strrchr(from, '.');
    char *copy = mem_dup(from);
    if (copy && dot && dot > from)
        copy[dot - from] = '\0';
    const char *stem = copy ? tree_text(t, *copy ? copy : "run") : NULL;
    free(copy);
    return stem;
}

/* ---- sections ---------------------------------------------------------------------------------------------------- */

static void read_run(reading *r, const tree_node *node)
{
    scenario *s = r->s;
    scenario_read_section(r, "run", node, s, false);
    if (!s->name)
        s->name = stem_of(r->t, s->file);
    s->slug = s->name ? slug_of(r->t, s->name) : NULL;
    if (s->tile % 8)
        tree_complain(r->p, tree_get(node, "tile"), E_DOMAIN, "[run] tile = %llu is no multiple of 8",
                      (unsigned long long)s->tile);
}

static void read_cell(reading *r, const tree_node *root)
{
    const tree_node *node = tree_get(root, "cell");
    scenario *s = r->s;
    s->cell.nominal_capacity = s->cell.initial_capacity = NAN;
    s->soh_reference = -1;
    scenario_read_section(r, "cell", node, s, false);
    if (!tree_get(node, "nominal_capacity"))
        s->cell.nominal_capacity = scenario_set_capacity(r, root);
    bool nominal = !isnan(s->cell.nominal_capacity);
    if (s->soh_reference == SOH_NOMINAL && !nominal)
        tree_complain(r->p, tree_get(node, "soh_reference"), E_INPUT,
                      "[cell] soh_reference = \"nominal\" needs nominal_capacity");
    if (s->soh_reference < 0)
        s->soh_reference = nominal ? SOH_NOMINAL : SOH_INITIAL;
}

static void read_evaluate(reading *r, const tree_node *node)
{
    scenario *s = r->s;
    scenario_read_section(r, "evaluate", node, s, false);
    s->evaluate.on = node != NULL;
    s->evaluate.node = node;
    if (!s->evaluate.truth)
        s->evaluate.truth = s->evaluate.target;
    scenario_read_split(r, tree_get(node, "split"));
}

static void read_health(reading *r, const tree_node *node)
{
    const tree_node *preset = tree_get(node, "preset");
    scenario_read_section(r, "health", node, r->s, false);
    r->s->cell.end_of_life = r->s->health.eol;
    if (!preset)
        return;
    bool nasa = preset->kind == TREE_TEXT && strcmp(preset->text, "nasa") == 0;
    if (!nasa && !(preset->kind == TREE_TEXT && strcmp(preset->text, "default") == 0))
        tree_complain(r->p, preset, E_INPUT,
                      "[health] preset: there is \"nasa\" (end of life at 0.7) and \"default\" (0.8)");
    if (nasa && !tree_get(node, "eol"))
        r->s->health.eol = 0.7;                   /* 2.0 Ah to 1.4 Ah: NASA's README */
    r->s->cell.end_of_life = r->s->health.eol;
}

/* What rooms above read: the sweep, and a script's functions. */
static void read_calls(reading *r, const tree_node *root)
{
    scenario *s = r->s;
    s->sweep = tree_get(root, "sweep");
    s->on_start = tree_get(root, "on_start");
    s->on_cycle = tree_get(root, "on_cycle");
    s->on_end = tree_get(root, "on_end");
    if (s->sweep && s->sweep->kind != TREE_TABLE)
        tree_complain(r->p, s->sweep, E_INPUT, "[sweep] is a table: write [sweep], then its keys below");
}

/* From here on a capacity is the pack's: C-rates of the protocol, the state of health.  Its cells have theirs by now.
 */
static void read_pack(reading *r, const tree_node *root)
{
    scenario *s = r->s;
    const tree_node *node = tree_get(root, "pack");
    scenario_read_section(r, "pack", node, s, false);
    s->pack.on = node != NULL;
    if (s->pack.on && (double)s->pack.series * s->pack.parallel > 1024)
        tree_complain(r->p, node, E_DOMAIN, "[pack] of %d x %d cells: at most 1024 are taken", s->pack.series,
                      s->pack.parallel);
    if (s->pack.on) {
        s->cell.nominal_capacity *= s->pack.parallel;
        s->cell.initial_capacity *= s->pack.parallel;
    }
}

static void read_all(reading *r, tree_node *root)
{
    scenario_check_sections(r, root);
    read_run(r, tree_get(root, "run"));
    read_health(r, tree_get(root, "health"));
    read_cell(r, root);
    scenario_read_stops(r, tree_get(tree_get(root, "run"), "stop"));
    scenario_read_conditions(r, tree_get(root, "conditions"));
    scenario_read_source(r, root);
    r->s->duty.break_time = r->s->duty.break_efc = NAN;
    scenario_read_section(r, "duty", tree_get(root, "duty"), r->s, false);
    scenario_read_physics(r, root);
    read_pack(r, root);
    scenario_read_correctors(r, root);
    scenario_read_protocol(r, tree_get(root, "protocol"));
    scenario_read_section(r, "trace", tree_get(root, "trace"), r->s, false);
    scenario_read_trace(r, tree_get(root, "trace"));
    read_evaluate(r, tree_get(root, "evaluate"));
    scenario_read_outputs(r, root);
    read_calls(r, root);
    scenario_read_section(r, "logging", tree_get(root, "logging"), r->s, false);
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

/* Lays everything over everything and reads it.  What is wrong is in r->p, or in r->w. */
static void work(reading *r, const scenario_options *opt)
{
    tree_node *root = tree_root(r->t);
    if (scenario_lay_base(r, root))
        return;
    scenario_make_lists(r, root);
    if (opt && opt->environment)
        scenario_lay_environment(r, root);
    if (opt)
        scenario_lay_sets(r, root, opt);
    scenario_expand_paths(r, root);
    scenario_lay_parameters(r, root);
    read_all(r, root);
    text merged = { 0 };
    tree_toml(root, &merged);
    r->s->merged = text_take(&merged);
    if (!r->s->merged)
        fail(r->w, E_NOMEM, "no memory for the merged scenario");
}

/* The first problem's code, its line in w. */
static int first_problem(tree_problems *p, why *w)
{
    text line = { 0 };
    tree_problems_sort(p);
    int code = p->at[0].code;
    tree_problem_line(&p->at[0], &line);
    fail(w, code, "%s", text_of(&line));
    text_free(&line);
    return code;
}

int scenario_from_tree(tree *takes, const char *file, const scenario_options *opt, scenario **out, tree_problems *p,
                       why *w)
{
    why own = { 0 };
    *out = NULL;
    size_t before = p->n;
    scenario *s = mem_zero(1, sizeof *s);
    if (!s) {
        tree_close(takes);
        return fail(w, E_NOMEM, "no memory for a scenario");
    }
    s->tree = takes;
    s->file = tree_text(takes, file);
    reading r = { s, takes, p, &own };
    if (s->file)
        work(&r, opt);
    if (!own.code && (tree_failed(takes) || p->failed))
        fail(&own, E_NOMEM, "no memory for the scenario %s", file);
    if (!own.code && p->n == before) {
        *out = s;
        return E_OK;
    }
    scenario_close(s);
    return own.code ? fail(w, own.code, "%s", own.text) : first_problem(p, w);
}

int scenario_open(const char *path, const scenario_options *opt, scenario **out, tree_problems *p, why *w)
{
    *out = NULL;
    tree *t = tree_open();
    if (!t)
        return fail(w, E_NOMEM, "no memory for the scenario %s", path);
    why own = { 0 };
    reading r = { NULL, t, p, &own };
    tree_node *read = NULL;
    int rc = scenario_read_file(&r, path, &read);
    if (!rc) {
        tree_node *root = tree_root(t);
        *root = *read;
        return scenario_from_tree(t, path, opt, out, p, w);
    }
    tree_close(t);
    return p->n ? first_problem(p, w) : fail(w, rc, "no memory for the scenario %s", path);
}

void scenario_close(scenario *s)
{
    if (!s)
        return;
    scenario_models_close(s);
    free(s->merged);
    tree_close(s->tree);
    free(s);
}
