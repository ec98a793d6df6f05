/* SPDX-License-Identifier: MIT
 * verb_params.c - fade params: the parameters of a scenario's plugins, or of a parameter set, shown, compared, written
 * to a file and put into a scenario.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/cli/params.h"
#include "core/cli/verb_params.h"
#include "core/scenario/set.h"
#include <stdlib.h>
#include <string.h>

static int run_list(int, char **), run_show(int, char **), run_diff(int, char **), run_export(int, char **),
    run_import(int, char **);

static const cli_flag set_flags[] = { CLI_SET_FLAG, { NULL, 0, NULL, NULL, false } };
static const cli_flag file_flags[] = {
    CLI_SET_FLAG,
    { "out", 'o', "FILE", "write to FILE instead of stdout", false },
    { NULL, 0, NULL, NULL, false },
};
static const cli_verb params_list = { .name = "list",
                                      .help = "the parameter sets that are part of this command",
                                      .args = "",
                                      .run = run_list };
static const char *const show_examples[] = { "fade params show scenarios/minimal.toml",
                                             "fade params show lg-m50-okane2022", "fade params show cell_BPX.json",
                                             NULL };
static const cli_verb params_show = { .name = "show",
                                      .help = "every parameter with value, unit and meaning; * are set",
                                      .args = "[SCENARIO|SET|FILE]",
                                      .flag = set_flags,
                                      .example = show_examples,
                                      .run = run_show };
static const cli_verb params_diff = { .name = "diff",
                                      .help = "those that differ between two scenarios, sets or files",
                                      .args = "A B",
                                      .flag = set_flags,
                                      .run = run_diff };
static const char *const export_examples[] = { "fade params export scenarios/minimal.toml -o parameters.toml",
                                               "fade params export scenarios/minimal.toml --json", NULL };
static const cli_verb params_export = { .name = "export",
                                        .help = "all of them as TOML (or JSON) that reads back exactly",
                                        .args = "SCENARIO",
                                        .flag = file_flags,
                                        .example = export_examples,
                                        .run = run_export };
static const char *const import_examples[] = {
    "fade params import scenarios/minimal.toml parameters.toml -o with-parameters.toml", NULL
};
static const cli_verb params_import = { .name = "import",
                                        .help = "the scenario with the parameters of a file",
                                        .args = "SCENARIO FILE",
                                        .flag = file_flags,
                                        .example = import_examples,
                                        .run = run_import };
static const cli_verb *const params_verbs[] = { &params_list,   &params_show,   &params_diff,
                                                &params_export, &params_import, &verb_params_validate, NULL };
const cli_verb verb_params = { .name = "params",
                               .help = "show, compare, export, import and validate parameters",
                               .args = "list|show|diff|export|import|validate",
                               .sub = params_verbs };

/* The shipped set that is meant: its name begins so, or is nearly that; NULL: none. */
static const char *nearest_set(const char *said)
{
    enum { MOST = 64 };
    const char *name[MOST];
    size_t n = 0;
    for (const set_shipped *one; n < MOST && (one = set_shipped_at(n)); n++) {
        name[n] = one->name;
        if (text_starts(one->name, said))
            return one->name;
    }
    return text_nearest(said, name, n);
}

/* Opens a scenario and what it says.  CLI_GO or an exit status. */
static int open_params(const cli *c, const char *path, scenario **s, params *p)
{
    why w = { 0 };
    int status = CLI_GO;
    if (params_is_set(path)) {
        tree_problems problems = { 0 };
        int rc = params_of_set(path, p, &problems, &w);
        status = rc && problems.n ? cli_problems(&problems, &w) : rc ? cli_fail(&w) : CLI_GO;
        tree_problems_free(&problems);
        return status;
    }
    if (params_is_file(path))
        return params_read(path, p, &w) ? cli_fail(&w) : CLI_GO;
    const char *set = file_exists(path) ? NULL : nearest_set(path);
    if (set) {
        fail(&w, E_INPUT, "there is no file and no parameter set %s, did you mean %s?", path, set);
        return cli_fail(&w);
    }
    status = cli_scenario(c, path, NULL, 0, s, NULL);
    return status != CLI_GO ? status : params_of(*s, p, &w) ? cli_fail(&w) : CLI_GO;
}

static int put_text(text *t)
{
    why w = { 0 };
    int status = t->failed ? (fail(&w, E_NOMEM, "no memory for parameters"), cli_fail(&w))
                           : why_status(cli_put(text_of(t), t->n));
    text_free(t);
    return status;
}

static void show_one(const param *p, json *j)
{
    json_open(j, NULL, '{');
    json_text(j, "at", p->at);
    json_text(j, "plugin", p->plugin);
    json_text(j, "key", p->key);
    params_value_json(j, "value", p->value);
    json_text(j, "unit", *p->unit || p->desc ? p->unit : NULL);
    json_bool(j, "set", p->set);
    json_text(j, "doc", *p->doc || p->desc ? p->doc : NULL);
    json_text(j, "source", *p->source || p->desc ? p->source : NULL);
    json_text(j, "flag", *p->flag ? p->flag : NULL);
    json_close(j, '}');
}

/* Of a set: key, value, unit, flag, where from; then the references. */
static void show_set_of(const params *p, text *out)
{
    size_t key = 0, value = 0;
    const tree_node *set = tree_get(tree_root(p->tree), "parameters"), *sources = tree_get(set, "sources");
    for (size_t i = 0; i < p->n; i++) {
        text v = { 0 };
        params_short(p->at[i].value, &v);
        key = strlen(p->at[i].key) > key ? strlen(p->at[i].key) : key;
        value = v.n > value ? v.n : value;
        text_free(&v);
    }
    text_addf(out, "%s: %s\n", set_text(set, "name"), set_text(set, "doc"));
    for (size_t i = 0; i < p->n; i++) {
        const param *m = &p->at[i];
        text v = { 0 };
        params_short(m->value, &v);
        text_addf(out, "  %-*s  %-*s  %-6s  %-10s  %s%s%s\n", (int)key, m->key, (int)value, text_of(&v), m->unit,
                  m->flag, m->ref, *m->ref && *m->doc ? "; " : "", m->doc);
        text_free(&v);
    }
    for (const tree_node *c = sources ? sources->first : NULL; c; c = c->next)
        text_addf(out, "%s%s: %s\n", c == sources->first ? "\n" : "", c->key, c->kind == TREE_TEXT ? c->text : "");
}

static void show_text_of(const params *p, text *out)
{
    if (tree_get(tree_root(p->tree), "parameters")) {
        show_set_of(p, out);
        return;
    }
    size_t key = 0, value = 0;
    for (size_t i = 0; i < p->n; i++) {
        text v = { 0 };
        params_short(p->at[i].value, &v);
        key = strlen(p->at[i].key) > key ? strlen(p->at[i].key) : key;
        value = v.n > value && v.n < 24 ? v.n : value;
        text_free(&v);
    }
    for (size_t i = 0; i < p->n; i++) {
        const param *m = &p->at[i];
        text v = { 0 };
        if (i == 0 || strcmp(m->at, p->at[i - 1].at) != 0)
            text_addf(out, "%s%s: %s\n", i ? "\n" : "", m->at, m->plugin);
        params_short(m->value, &v);
        text_addf(out, "%c %-*s  %-*s  %-6s %s%s%s%s\n", m->set ? '*' : ' ', (int)key, m->key, (int)value, text_of(&v),
                  m->unit, m->doc, *m->ref ? " [" : "", m->ref, *m->ref ? "]" : "");
        text_free(&v);
    }
}

/* ---- list ---- */

static void about_set(const set_shipped *one, json *j, text *out)
{
    params p = { 0 };
    tree_problems problems = { 0 };
    if (params_of_set(one->name, &p, &problems, NULL) == E_OK) {
        const tree_node *set = tree_get(tree_root(p.tree), "parameters");
        json_open(j, NULL, '{');
        json_text(j, "name", one->name);
        json_text(j, "doc", set_text(set, "doc"));
        json_whole(j, "parameters", (int64_t)p.n);
        json_text(j, "sha256", set_text(set, "sha256"));
        json_close(j, '}');
        text_addf(out, "%-18s  %3zu  %s\n", one->name, p.n, set_text(set, "doc"));
    }
    tree_problems_free(&problems);
    params_free(&p);
}

static int list(void)
{
    json j = { 0 };
    text t = { 0 };
    const set_shipped *one;
    json_open(&j, NULL, '[');
    for (size_t k = 0; (one = set_shipped_at(k)); k++)
        about_set(one, &j, &t);
    json_close(&j, ']');
    text_addc(&j.out, '\n');
    int status = put_text(cli_json() ? &j.out : &t);
    text_free(cli_json() ? &t : &j.out);
    return status;
}

static int run_list(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&params_list, argc, argv, 0, 0, &c);
    return status != CLI_GO ? status : list();
}

static int run_show(int argc, char **argv)
{
    cli c;
    scenario *s = NULL;
    params p = { 0 };
    json j = { 0 };
    int status = cli_parse(&params_show, argc, argv, 0, 1, &c);
    if (status != CLI_GO)
        return status;
    if (!c.narg)
        return list();
    status = open_params(&c, c.arg[0], &s, &p);
    if (status == CLI_GO && cli_json()) {
        json_open(&j, NULL, '[');
        for (size_t i = 0; i < p.n; i++)
            show_one(&p.at[i], &j);
        json_close(&j, ']');
        text_addc(&j.out, '\n');
    } else if (status == CLI_GO)
        show_text_of(&p, &j.out);
    status = status == CLI_GO ? put_text(&j.out) : status;
    params_free(&p);
    scenario_close(s);
    return status;
}

/* ---- diff ---- */

static const param *find(const params *p, const char *at, const char *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->at[i].at, at) == 0 && (!key || strcmp(p->at[i].key, key) == 0))
            return &p->at[i];
    return NULL;
}

static bool is_number(const tree_node *n)
{
    return n->kind == TREE_REAL || n->kind == TREE_INT;
}

static bool same(const tree_node *a, const tree_node *b)
{
    if (is_number(a) && is_number(b))
        return !(a->real < b->real || a->real > b->real);
    text x = { 0 }, y = { 0 };
    tree_inline(a, &x);
    tree_inline(b, &y);
    bool equal = strcmp(text_of(&x), text_of(&y)) == 0;
    text_free(&x);
    text_free(&y);
    return equal;
}

static void tell(const char *at, const char *key, const tree_node *a, const tree_node *b, json *j, text *out)
{
    json_open(j, NULL, '{');
    json_text(j, "at", at);
    json_text(j, "key", key);
    text_addf(out, "%s.%s: ", at, key);
    for (int i = 0; i < 2; i++) {
        const tree_node *n = i ? b : a;
        text_add(out, i ? " | " : "");
        if (n) {
            params_short(n, out);
            params_value_json(j, i ? "b" : "a", n);
        } else {
            text_add(out, "-");
            json_text(j, i ? "b" : "a", NULL);
        }
    }
    text_addc(out, '\n');
    json_close(j, '}');
}

static tree_node worded(const char *said)
{
    return (tree_node){ .kind = TREE_TEXT, .text = said };
}

/* Another plugin has other parameters: that is all there is to say. */
static void tell_missing(const params *a, const params *b, bool turned, json *j, text *out)
{
    for (size_t i = 0; i < a->n; i++) {
        const param *x = &a->at[i], *there = find(b, x->at, NULL), *y = find(b, x->at, x->key);
        bool other = there && strcmp(there->plugin, x->plugin) != 0,
             first = i == 0 || strcmp(a->at[i - 1].at, x->at) != 0;
        tree_node p = worded(x->plugin), q = worded(there ? there->plugin : "");
        if (other && first && !turned)
            tell(x->at, "plugin", &p, &q, j, out);
        else if (!other && !y)
            tell(x->at, x->key, turned ? NULL : x->value, turned ? x->value : NULL, j, out);
        else if (!other && !turned && !same(x->value, y->value))
            tell(x->at, x->key, x->value, y->value, j, out);
    }
}

static int run_diff(int argc, char **argv)
{
    cli c;
    scenario *s[2] = { NULL, NULL };
    params p[2] = { { 0 }, { 0 } };
    json j = { 0 };
    text t = { 0 };
    int status = cli_parse(&params_diff, argc, argv, 2, 2, &c);
    if (status != CLI_GO)
        return status;
    for (int i = 0; i < 2 && status == CLI_GO; i++)
        status = open_params(&c, c.arg[i], &s[i], &p[i]);
    if (status == CLI_GO) {
        json_open(&j, NULL, '[');
        tell_missing(&p[0], &p[1], false, &j, &t);
        tell_missing(&p[1], &p[0], true, &j, &t);
        json_close(&j, ']');
        text_addc(&j.out, '\n');
        status = put_text(cli_json() ? &j.out : &t);
    }
    text_free(&j.out);
    text_free(&t);
    for (int i = 0; i < 2; i++) {
        params_free(&p[i]);
        scenario_close(s[i]);
    }
    return status;
}

/* ---- export, import ---- */

static int put_file(const cli *c, text *t)
{
    const char *path = cli_text(c, "out");
    why w = { 0 };
    if (!path)
        return put_text(t);
    int rc = t->failed ? fail(&w, E_NOMEM, "no memory for %s", path) : file_write(path, text_of(t), t->n, &w);
    text_free(t);
    return rc ? cli_fail(&w) : 0;
}

static int run_export(int argc, char **argv)
{
    cli c;
    scenario *s = NULL;
    params p = { 0 };
    json j = { 0 };
    why w = { 0 };
    int status = cli_parse(&params_export, argc, argv, 1, 1, &c);
    status = status != CLI_GO ? status : cli_scenario(&c, c.arg[0], NULL, 0, &s, NULL);
    if (status != CLI_GO)
        return status;
    const char *path = cli_text(&c, "out");
    if (params_of(s, &p, &w))
        status = cli_fail(&w);
    else if (cli_json() || (path && text_ends(path, ".json"))) {
        params_json(&p, &j);
        text_addc(&j.out, '\n');
    } else
        params_toml(&p, s->slug, &j.out);
    status = status == CLI_GO ? put_file(&c, &j.out) : status;
    params_free(&p);
    scenario_close(s);
    return status;
}

/* "physics.1.k=0.2" for each; what stands at a place must be the same plugin. */
static int sets_of(const params *from, const params *to, const char *const path[2], char **set, why *w)
{
    for (size_t i = 0; i < from->n; i++) {
        const param *x = &from->at[i], *there = find(to, x->at, NULL);
        if (!there)
            return fail(w, E_INPUT, "%s has parameters of %s, where %s has none", path[1], x->at, path[0]);
        if (*x->plugin && strcmp(x->plugin, there->plugin) != 0)
            return fail(w, E_INPUT, "%s: %s is %s, in %s it is %s", path[1], x->at, x->plugin, path[0], there->plugin);
        text t = { 0 };
        bool dotted = strchr(x->key, '.') != NULL;
        text_addf(&t, dotted ? "%s.\"%s\"=" : "%s.%s=", x->at, x->key);
        tree_inline(x->value, &t);
        if (!(set[i] = text_take(&t)))
            return fail(w, E_NOMEM, "no memory for parameters");
    }
    return E_OK;
}

/* The scenario again with all of them set; --set comes last. */
static int open_with(const cli *c, char *const *set, size_t n, scenario **out)
{
    tree_problems p = { 0 };
    why w = { 0 };
    const char **all = mem_zero(n + CLI_VALUES, sizeof *all);
    if (!all) {
        fail(&w, E_NOMEM, "no memory for parameters");
        return cli_fail(&w);
    }
    for (size_t i = 0; i < n; i++)
        all[i] = set[i];
    n += cli_all(c, "set", all + n, CLI_VALUES);
    int rc = scenario_open(c->arg[0], &(scenario_options){ .set = all, .nset = n, .environment = true }, out, &p, &w);
    int status = rc ? cli_problems(&p, &w) : CLI_GO;
    tree_problems_free(&p);
    free(all);
    return status;
}

static int put_scenario(const cli *c, const scenario *s, size_t n)
{
    text t = { 0 };
    json j = { 0 };
    text_add(&t, s->merged);
    if (!cli_json())
        return put_file(c, &t);
    json_open(&j, NULL, '{');
    json_whole(&j, "parameters", (int64_t)n);
    json_text(&j, "scenario", s->merged);
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    int status = cli_text(c, "out") ? put_file(c, &t) : 0;
    text_free(&t);
    return status ? (text_free(&j.out), status) : put_text(&j.out);
}

static int run_import(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    scenario *s = NULL, *made = NULL;
    params to = { 0 }, from = { 0 };
    char **set = NULL;
    int status = cli_parse(&params_import, argc, argv, 2, 2, &c);
    status = status != CLI_GO ? status : cli_scenario(&c, c.arg[0], NULL, 0, &s, NULL);
    if (status != CLI_GO)
        return status;
    int rc = params_of(s, &to, &w);
    rc = rc ? rc : params_read(c.arg[1], &from, &w);
    set = mem_zero(from.n + 1, sizeof *set);
    if (!rc && !set)
        rc = fail(&w, E_NOMEM, "no memory for parameters");
    rc = rc ? rc : sets_of(&from, &to, (const char *const[]){ c.arg[0], c.arg[1] }, set, &w);
    status = rc ? cli_fail(&w) : open_with(&c, set, from.n, &made);
    if (status == CLI_GO)
        status = put_scenario(&c, made, from.n);
    for (size_t i = 0; set && i < from.n; i++)
        free(set[i]);
    free(set);
    params_free(&from);
    params_free(&to);
    scenario_close(made);
    scenario_close(s);
    return status;
}
