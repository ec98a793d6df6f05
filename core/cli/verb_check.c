/* SPDX-License-Identifier: MIT
 * verb_check.c - fade check FILE: everything wrong with a scenario, or one line of what it is.
 */
#include <jansson.h>

#include "core/cli/cli_open.h"
#include "core/script/script.h"
#include <stdlib.h>
#include <string.h>

/* Cells are known by the engine alone; it says so in its result. */
static json_int_t cells_of(const engine *e)
{
    json j = { 0 };
    engine_result(e, &j);
    json_t *read = json_loads(text_of(&j.out), 0, NULL);
    json_int_t n = json_integer_value(json_object_get(read, "cells"));
    json_decref(read);
    text_free(&j.out);
    return n;
}

static void add_parts(text *t, const char *what, const scenario *s, const char *(*label)(const scenario *, size_t),
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_addf(t, "%s%s", i ? ", " : what, label(s, i));
}

static const char *physics_label(const scenario *s, size_t i)
{
    return s->physics[i].label;
}

static const char *corrector_label(const scenario *s, size_t i)
{
    return s->corrector[i].part.label;
}

static const char *output_label(const scenario *s, size_t i)
{
    return s->output[i].part.label;
}

static void good_text(const scenario *s, json_int_t cells, text *t)
{
    text_addf(t, "%s is good: ", s->file);
    if (cells)
        text_addf(t, "%lld cell%s of %s", (long long)cells, cells == 1 ? "" : "s", s->source.label);
    else
        text_addf(t, "cells as %s has them", s->source.label);
    add_parts(t, "; physics ", s, physics_label, s->nphysics);
    add_parts(t, "; corrector ", s, corrector_label, s->ncorrector);
    add_parts(t, "; output ", s, output_label, s->noutput);
    text_add(t, "\n");
}

static void labels_json(json *j, const char *key, const scenario *s, const char *(*label)(const scenario *, size_t),
                        size_t n)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        json_text(j, NULL, label(s, i));
    json_close(j, ']');
}

static void good_json(const scenario *s, json_int_t cells, text *t)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_bool(&j, "ok", true);
    json_text(&j, "file", s->file);
    json_text(&j, "name", s->name);
    json_whole(&j, "cells", cells);
    json_text(&j, "source", s->source.label);
    labels_json(&j, "physics", s, physics_label, s->nphysics);
    labels_json(&j, "correctors", s, corrector_label, s->ncorrector);
    labels_json(&j, "outputs", s, output_label, s->noutput);
    json_open(&j, "problems", '[');
    json_close(&j, ']');
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    *t = j.out;
}

/* A [sweep] is checked by planning it. */
static int check_sweep(const cli *c)
{
    const char *set[CLI_VALUES];
    tree_problems p = { 0 };
    why w = { 0 };
    sweep *plan = NULL;
    scenario_options o = { .set = set, .nset = cli_all(c, "set", set, CLI_VALUES), .environment = true };
    int rc = sweep_plan(c->arg[0], &o, script_host(&(script_options){ .trust = cli_has(c, "trust") }), &plan, &p, &w);
    int status = rc ? cli_problems(&p, &w) : CLI_GO;
    tree_problems_free(&p);
    sweep_close(plan);
    return status;
}

static int check_run(int argc, char **argv)
{
    cli c;
    scenario *s = NULL;
    engine *e = NULL;
    script *k = NULL;
    int status = cli_parse(&verb_check, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    status = cli_scenario(&c, c.arg[0], NULL, 0, &s, &k);
    engine_options o = { .hooks = script_hooks(k) };
    if (status == CLI_GO)
        status = cli_engine(s, &o, &e);
    if (status == CLI_GO && s->sweep)
        status = check_sweep(&c);
    if (status == CLI_GO) {
        text t = { 0 };
        (cli_json() ? good_json : good_text)(s, cells_of(e), &t);
        status = why_status(cli_quiet() && !cli_json() ? E_OK : cli_put(text_of(&t), t.n));
        text_free(&t);
    }
    engine_close(e);
    scenario_close(s);
    script_close(k);
    return status;
}

static const cli_flag check_flags[] = { CLI_SET_FLAG, CLI_TRUST_FLAG, { NULL, 0, NULL, NULL, false } };
static const char *const check_examples[] = {
    "fade check scenarios/minimal.toml",
    "fade check scenarios/minimal.toml --set physics.k_t=4.14e-10 --json",
    NULL,
};
const cli_verb verb_check = {
    .name = "check",
    .help = "say everything that is wrong with a scenario, or what it is",
    .args = "FILE",
    .flag = check_flags,
    .example = check_examples,
    .run = check_run,
};
