/* SPDX-License-Identifier: MIT
 * verb_params_validate.c - fade params validate: a cell model with the parameters of a BPX file against the voltages in
 * it.
 */
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/cli/verb_params.h"
#include "core/scenario/toml.h"
#include "core/study/validate.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_validate(int, char **);
static const cli_flag flags[] = {
    { "plugin", 'p', "NAME", "the cell model (default: spm); repeatable", true },
    CLI_SET_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const examples[] = { "fade params validate cell_BPX.json",
                                        "fade params validate cell_BPX.json -p spme -p dfn --json", NULL };
const cli_verb verb_params_validate = { .name = "validate",
                                   .help = "a BPX file's own measured voltages against a model, in mV",
                                   .args = "FILE.json",
                                   .flag = flags,
                                   .example = examples,
                                   .run = run_validate };

/* The least scenario with this model and these parameters. */
static int open_with(const cli *c, const char *model, const char *path, scenario **out)
{
    tree_problems p = { 0 };
    why w = { 0 };
    const char *set[CLI_VALUES];
    char whole[PATH_MAX];
    text made = { 0 };
    tree *t = tree_open();
    tree_node *root = NULL;
    if (!realpath(path, whole))
        snprintf(whole, sizeof whole, "%s", path);
    text_add(&made, "[source]\nplugin = \"constant\"\n[[physics]]\nplugin = ");
    json_quote(&made, model);
    text_add(&made, "\nparameters = ");
    json_quote(&made, whole);
    text_add(&made, "\n");
    int rc = t ? toml_parse(t, "params validate", text_of(&made), made.n, &p, &root) : E_NOMEM;
    text_free(&made);
    if (!rc) {
        *tree_root(t) = *root;
        size_t n = cli_all(c, "set", set, CLI_VALUES);
        rc = scenario_from_tree(t, "params validate", &(scenario_options){ .set = set, .nset = n }, out, &p, &w);
    } else
        tree_close(t);
    int status = rc && p.n ? cli_problems(&p, &w) : rc ? cli_fail(&w) : CLI_GO;
    tree_problems_free(&p);
    return status;
}

static void say(const char *model, const validate_run *r, json *j, text *out)
{
    json_open(j, NULL, '{');
    json_text(j, "plugin", model);
    json_text(j, "experiment", r->name);
    json_whole(j, "points", (int64_t)r->n);
    json_whole(j, "reached", (int64_t)r->reached);
    json_number(j, "rmse_mv", r->rmse * 1e3);
    json_number(j, "worst_mv", r->worst * 1e3);
    json_number(j, "worst_at_s", r->worst_at);
    json_text(j, "stopped", *r->stopped ? r->stopped : NULL);
    json_close(j, '}');
    text_addf(out, "%-6s  %-24s  %4zu of %-4zu  %8.2f  %9.2f at %.0f s%s%s\n", model, r->name, r->reached, r->n,
              r->rmse * 1e3, r->worst * 1e3, r->worst_at, *r->stopped ? "; " : "", r->stopped);
}

static int one_model(const cli *c, const char *model, validate_file *f, json *j, text *out)
{
    scenario *s = NULL;
    why w = { 0 };
    int status = open_with(c, model, c->arg[0], &s);
    if (status != CLI_GO)
        return status;
    for (size_t i = 0; i < f->n; i++)
        f->run[i].worst = f->run[i].reached = 0, *f->run[i].stopped = '\0';
    if (validate_all(s, f, &w))
        status = cli_fail(&w);
    for (size_t i = 0; i < f->n && status == CLI_GO; i++)
        say(model, &f->run[i], j, out);
    scenario_close(s);
    return status;
}

static int run_validate(int argc, char **argv)
{
    cli c;
    validate_file f = { 0 };
    tree_problems p = { 0 };
    why w = { 0 };
    json j = { 0 };
    text t = { 0 };
    const char *model[CLI_VALUES] = { "spm" };
    int status = cli_parse(&verb_params_validate, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    size_t n = cli_all(&c, "plugin", model, CLI_VALUES);
    if (validate_read(c.arg[0], &f, &p, &w))
        status = p.n ? cli_problems(&p, &w) : cli_fail(&w);
    json_open(&j, NULL, '[');
    text_add(&t, "model   experiment                points        RMSE      worst\n"
                 "                                                mV         mV\n");
    for (size_t i = 0; i < (n ? n : 1) && status == CLI_GO; i++)
        status = one_model(&c, model[i], &f, &j, &t);
    json_close(&j, ']');
    text_addc(&j.out, '\n');
    text *shown = cli_json() ? &j.out : &t;
    if (status == CLI_GO)
        status = why_status(cli_put(text_of(shown), shown->n));
    text_free(&j.out);
    text_free(&t);
    tree_problems_free(&p);
    validate_free(&f);
    return status;
}
