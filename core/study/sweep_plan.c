/* SPDX-License-Identifier: MIT
 * sweep_plan.c - from a scenario with [sweep] to a plan that never changes, and back.
 *
 * A plan is one JSON file: the scenario's text (TOML: merged, so that it depends on nothing else; Lua: as written, with
 * what was set), and a hash of it.  Everything else follows from that text.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include "core/scenario/toml.h"
#include "core/study/sweep_inside.h"
#include "core/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;
enum { FORMAT = 1, PLAN_MOST = 64 << 20 };

/* ---- TOML opened from text ---- */

static int toml_open(void *ctx, const char *file, const char *made, const scenario_options *o, scenario **out,
                     const engine_hooks **hooks, void **keep, tree_problems *p, why *w)
{
    (void)ctx;
    *hooks = NULL;
    *keep = NULL;
    tree *t = tree_open();
    tree_node *root = NULL;
    const char *name = t ? tree_text(t, file) : NULL;
    int rc = name ? toml_parse(t, name, made, strlen(made), p, &root) : fail(w, E_NOMEM, "no memory for %s", file);
    if (rc) {
        text line = { 0 };
        if (p->n && !tree_problem_line(&p->at[0], &line))
            fail(w, rc, "%s", text_of(&line));
        text_free(&line);
        tree_close(t);
        return rc;
    }
    *tree_root(t) = *root;
    return scenario_from_tree(t, file, o, out, p, w);
}

static void toml_close(void *ctx, void *keep, scenario *s)
{
    (void)ctx;
    (void)keep;
    scenario_close(s);
}

const sweep_host *sweep_host_toml(void)
{
    static const sweep_host host = { toml_open, toml_close, NULL, NULL };
    return &host;
}

/* ---- [sweep] ---- */

static bool whole(const tree_node *node, int64_t least, int64_t most)
{
    return node->kind == TREE_INT && node->integer >= least && node->integer <= most;
}

static tree_node *take(const tree_node *sweep_table, const char *key)
{
    tree_node *n = tree_get(sweep_table, key);
    if (n)
        n->used = true;
    return n;
}

static void read_own(sweep *s, tree_problems *p)
{
    const tree_node *table = s->s->sweep, *n;
    why w = { 0 };
    s->every = 1;
    if ((n = take(table, "block"))) {
        if (whole(n, 1, 1 << 20))
            s->most = (uint64_t)n->integer;
        else
            tree_complain(p, n, E_INPUT, "[sweep] block: a number of cases from 1 to %d is expected", 1 << 20);
    }
    if ((n = take(table, "retry"))) {
        if (whole(n, 0, 100))
            s->retry = (int)n->integer;
        else
            tree_complain(p, n, E_INPUT, "[sweep] retry: a number from 0 to 100 is expected");
    }
    if ((n = take(table, "every"))) {
        if (whole(n, 1, INT64_MAX))
            s->every = (uint64_t)n->integer;
        else
            tree_complain(p, n, E_INPUT, "[sweep] every: a number of cycles is expected");
    }
    for (int i = 0; i < 2; i++)
        if ((n = take(table, i ? "isolate" : "rows"))) {
            if (n->kind == TREE_BOOL)
                *(i ? &s->isolate : &s->rows) = n->integer;
            else
                tree_complain(p, n, E_INPUT, "[sweep] %s: true or false is expected", n->key);
        }
    if ((n = take(table, "timeout"))) {
        s->timeout = n->real;
        int rc = n->kind == TREE_TEXT ? units_quantity(n->text, "s", NAN, &s->timeout, &w) : E_OK;
        if (rc || (n->kind != TREE_TEXT && n->kind != TREE_INT && n->kind != TREE_REAL) || !(s->timeout > 0))
            tree_complain(p, n, E_INPUT, "[sweep] timeout: a time above 0 s is expected%s%s", rc ? ": " : "", w.text);
    }
    for (int i = 0; i < 3; i++)                   /* read by axis.h */
        take(table, i == 0 ? "design" : i == 1 ? "n" : "seed");
    take(table, "axes");
    take(table, "correlation");
}

static void unknown_keys(const sweep *s, tree_problems *p)
{
    static const char *const keys[] = { "design", "n",     "seed",  "axes",    "correlation", "collect",
                                        "rows",   "every", "block", "timeout", "retry",       "isolate" };
    for (const tree_node *c = s->s->sweep->first; c; c = c->next) {
        if (c->used)
            continue;
        const char *near = text_nearest(c->key, keys, sizeof keys / sizeof *keys);
        tree_complain_key(p, c, E_INPUT, "unknown key \"%.60s\" in [sweep]%s%s%s", c->key,
                          near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

/* Cases, groups and blocks; a plan that is read back knows its equal points. */
static int build_cases(sweep *s, bool fresh, why *w)
{
    s->points = design_points(s->design);
    const tree_node *seed = tree_get(s->s->sweep, "seed");
    s->seed = seed ? (uint64_t)seed->integer : s->s->seed;
    if (s->points > SWEEP_POINTS)
        return fail(w, E_INPUT, "%s: a sweep of %llu points, the most are %d", s->file, (unsigned long long)s->points,
                    SWEEP_POINTS);
    int rc = sweep_order_keys(s, w);
    if (!rc && fresh)
        rc = sweep_find_equal(s, w);
    rc = rc ? rc : sweep_leave_out(s, w);
    s->most = s->most ? s->most : sweep_block_size(s);
    for (size_t i = 0; i < s->ncollect; i++)      /* scores are a run's: such a case runs alone */
        s->most = s->collect[i].kind == COLLECT_SCORE ? 1 : s->most;
    return rc ? rc : sweep_groups(s, w);
}

/* All that follows from the opened scenario. */
static int build(sweep *s, bool fresh, tree_problems *p, why *w)
{
    const scenario *sc = s->s;
    size_t before = p->n;
    if (!sc->sweep)
        return fail(w, E_INPUT, "%s has no [sweep]: it says what varies, see docs/sweep.md", s->file);
    axis_host host = { sweep_find, sc->cell.nominal_capacity, (void *)(uintptr_t)sc };
    read_own(s, p);
    size_t own = p->n;
    int rc = axis_read(sc->tree, sc->sweep, &host, p, &s->axes);
    if (!rc && p->n == own)                       /* else its default would be guessed wrongly */
        rc = axis_design(s->axes, sc->sweep, sc->seed, p, &s->design, &s->word);
    if (!rc)
        rc = sweep_bind(s, p, w);
    if (!rc)
        rc = sweep_read_collect(s, p, w);
    if (!rc)
        unknown_keys(s, p);
    if (!rc && p->n == before)
        rc = build_cases(s, fresh, w);
    if (!rc && p->n == before)
        rc = sweep_check_columns(s, p, w);
    if (rc && !*w->text)
        fail(w, rc, "no memory for a sweep");
    if (rc || p->n == before)
        return rc;
    text line = { 0 };
    tree_problem_line(&p->at[before], &line);
    rc = fail(w, p->at[before].code, "%s", text_of(&line));
    text_free(&line);
    return rc;
}

/* ---- the plan's file ---- */

static void hash_of(const sweep *s, char hex[65])
{
    sha256 h;
    sha256_start(&h);
    sha256_add(&h, s->text, strlen(s->text) + 1);
    for (size_t i = 0; i < s->nset; i++)
        sha256_add(&h, s->set[i], strlen(s->set[i]) + 1);
    sha256_add(&h, s->equal, s->nequal * sizeof *s->equal);
    sha256_end(&h, hex);
}

static int write_plan(sweep *s, why *w)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_whole(&j, "fade_sweep_plan", FORMAT);
    json_text(&j, "name", s->s->name);
    json_text(&j, "fade", FADE_VERSION);
    json_text(&j, "hash", s->hash);
    json_whole(&j, "cases", (int64_t)s->n);
    json_text(&j, "file", s->file);
    json_open(&j, "equal", '[');
    for (uint64_t i = 0; i < s->nequal; i++)
        json_whole(&j, NULL, s->equal[i]);
    json_close(&j, ']');
    json_open(&j, "set", '[');
    for (size_t i = 0; i < s->nset; i++)
        json_text(&j, NULL, s->set[i]);
    json_close(&j, ']');
    json_text(&j, "scenario", s->text);
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    s->plan = text_take(&j.out);
    return s->plan ? E_OK : fail(w, E_NOMEM, "no memory for the plan");
}

static int keep_set(sweep *s, const char *set, why *w)
{
    char **more = mem_grow(s->set, s->nset + 1, sizeof *more);
    if (more)
        s->set = more;
    if (!more || !(s->set[s->nset] = mem_dup(set)))
        return fail(w, E_NOMEM, "no memory for the plan");
    s->nset++;
    return E_OK;
}

/* A Lua scenario stays text, so what is set lies beside it: first the environment, then --set. */
static int keep_sets(sweep *s, const scenario_options *o, why *w)
{
    int rc = E_OK;
    for (char **e = environ; o && o->environment && e && *e && !rc; e++) {
        if (!text_starts(*e, "FADE_SET_"))
            continue;
        text t = { 0 };
        for (const char *at = *e + 9; *at; at++)
            if (at[0] == '_' && at[1] == '_' && !memchr(*e, '=', (size_t)(at - *e)))
                text_addc(&t, '.'), at++;
            else
                text_addc(&t, *at);
        rc = t.failed ? fail(w, E_NOMEM, "no memory for the plan") : keep_set(s, text_of(&t), w);
        text_free(&t);
    }
    for (size_t i = 0; o && i < o->nset && !rc; i++)
        rc = keep_set(s, o->set[i], w);
    return rc;
}

/* The scenario as TOML that depends on nothing else.  [sweep] is written in place, in lines of its own: its axes keep
 * their order, from which the points follow. */
static char *plan_text(const scenario *sc)
{
    tree_node *root = tree_root(sc->tree), *before = NULL, *last = root->last;
    text t = { 0 };
    for (tree_node *c = root->first; c && c != sc->sweep; c = c->next)
        before = c;
    tree_node *own = before ? before->next : root->first;
    *(before ? &before->next : &root->first) = own->next;
    root->last = own == last ? before : last;
    tree_toml(root, &t);
    *(before ? &before->next : &root->first) = own;
    root->last = last;
    text_add(&t, "\n[sweep]\n");
    for (const tree_node *c = own->first; c; c = c->next) {
        json_quote(&t, c->key);
        text_add(&t, " = ");
        tree_inline(c, &t);
        text_addc(&t, '\n');
    }
    return text_take(&t);
}

static sweep *sweep_new(const sweep_host *host, const char *file, why *w)
{
    sweep *s = mem_zero(1, sizeof *s);
    char *real = realpath(file, NULL);
    if (s)
        *s = (sweep){ .host = host, .file = mem_dup(real ? real : file) };
    free(real);
    if (s && s->file)
        return s;
    sweep_close(s);
    fail(w, E_NOMEM, "no memory for a sweep");
    return NULL;
}

int sweep_plan(const char *file, const scenario_options *o, const sweep_host *host, sweep **out, tree_problems *p,
               why *w)
{
    *out = NULL;
    size_t n;
    char *made = NULL;
    sweep *s = sweep_new(host, file, w);
    if (!s)
        return w->code;
    bool lua = text_ends(file, ".lua");
    int rc = file_read(file, PLAN_MOST, &made, &n, w);
    if (!rc)
        rc = host->open(host->ctx, file, made, o, &s->s, &s->hooks, &s->keep, p, w);
    if (!rc && lua)
        rc = keep_sets(s, o, w);
    if (!rc) {
        s->text = lua ? made : s->s->sweep ? plan_text(s->s) : mem_dup("");
        made = lua ? NULL : made;
        rc = s->text ? E_OK : fail(w, E_NOMEM, "no memory for the plan");
    }
    rc = rc ? rc : build(s, true, p, w);
    if (!rc) {
        hash_of(s, s->hash);
        rc = write_plan(s, w);
    }
    free(made);
    if (rc) {
        sweep_close(s);
        return rc;
    }
    *out = s;
    return E_OK;
}

int sweep_save(const sweep *s, const char *path, why *w) { return file_write(path, s->plan, strlen(s->plan), w); }

static int read_plan(sweep *s, const char *path, const json_t *j, why *w)
{
    const json_t *set = json_object_get(j, "set"), *equal = json_object_get(j, "equal"), *one;
    const char *made = json_string_value(json_object_get(j, "scenario"));
    const char *file = json_string_value(json_object_get(j, "file"));
    const char *hash = json_string_value(json_object_get(j, "hash"));
    size_t i;
    char hex[65];
    if (!json_is_integer(json_object_get(j, "fade_sweep_plan")) || !made || !file || !hash || !json_is_array(set) ||
        !json_is_array(equal))
        return fail(w, E_INPUT, "%s is no plan of a sweep: fade sweep plan makes one", path);
    if (json_integer_value(json_object_get(j, "fade_sweep_plan")) != FORMAT)
        return fail(w, E_INPUT, "%s is a plan of format %lld, this fade reads %d", path,
                    (long long)json_integer_value(json_object_get(j, "fade_sweep_plan")), FORMAT);
    free(s->file);
    s->file = mem_dup(file);
    s->text = mem_dup(made);
    int rc = s->file && s->text ? E_OK : fail(w, E_NOMEM, "no memory for the plan");
    json_array_foreach(set, i, one)
        if (!rc)
            rc = keep_set(s, json_string_value(one) ? json_string_value(one) : "", w);
    s->equal = mem_zero(json_array_size(equal) + 1, sizeof *s->equal);
    if (!rc && !s->equal)
        rc = fail(w, E_NOMEM, "no memory for the plan");
    if (rc)
        return rc;
    json_array_foreach(equal, i, one)
        s->equal[s->nequal++] = (uint32_t)json_integer_value(one);
    hash_of(s, hex);
    if (strcmp(hex, hash) != 0)
        return fail(w, E_INPUT, "%s was changed: its hash is %.16s, not %.16s", path, hex, hash);
    memcpy(s->hash, hex, sizeof hex);
    return E_OK;
}

int sweep_open(const char *path, const sweep_host *host, sweep **out, tree_problems *p, why *w)
{
    *out = NULL;
    size_t n = 0;
    json_error_t error;
    sweep *s = sweep_new(host, path, w);
    if (!s)
        return w->code;
    int rc = file_read(path, PLAN_MOST, &s->plan, &n, w);
    json_t *j = rc ? NULL : json_loadb(s->plan, n, JSON_REJECT_DUPLICATES, &error);
    if (!rc && !j)
        rc = fail(w, E_INPUT, "%s:%d:%d: %s", path, error.line, error.column, error.text);
    rc = rc ? rc : read_plan(s, path, j, w);
    json_decref(j);
    scenario_options o = { .set = (const char *const *)s->set, .nset = s->nset };
    if (!rc)
        rc = host->open(host->ctx, s->file, s->text, &o, &s->s, &s->hooks, &s->keep, p, w);
    rc = rc ? rc : build(s, false, p, w);
    if (rc) {
        sweep_close(s);
        return rc;
    }
    *out = s;
    return E_OK;
}

void sweep_close(sweep *s)
{
    if (!s)
        return;
    design_close(s->design);
    if (s->s)
        s->host->close(s->host->ctx, s->keep, s->s);
    for (size_t i = 0; i < s->nset; i++)
        free(s->set[i]);
    free(s->set);
    free(s->file);
    free(s->text);
    free(s->plan);
    free(s->axis_key);
    free(s->axis_unit);
    free(s->use);
    free(s->by_key);
    free(s->equal);
    free(s->point);
    free(s->order);
    free(s->group_first);
    free(s->block);
    free(s->at);
    free(s);
}

/* ---- what it says of itself ---- */

void sweep_tell(const sweep *s, sweep_about *out)
{
    *out = (sweep_about){ .name = s->s->name, .hash = s->hash, .design = s->word, .cases = s->n, .groups = s->ngroup,
                          .blocks = s->nblock, .seed = s->seed, .naxis = s->axes->n, .ncollect = s->ncollect,
                          .axis = s->axis_key, .axis_unit = s->axis_unit, .collect = s->collect_name };
}

static void axis_text(const sweep *s, size_t i, text *out)
{
    static const char *const ways[] = { "by lane", "by lane", "by run" };
    const axis *a = &s->axes->at[i];
    text_addf(out, "  axis       %s", a->key);
    if (*s->axis_unit[i] && strcmp(s->axis_unit[i], "1") != 0)
        text_addf(out, " in %s", s->axis_unit[i]);
    if (a->size)
        text_addf(out, ", %llu level%s", (unsigned long long)a->size, a->size == 1 ? "" : "s");
    text_addf(out, ", %s\n", ways[s->use[i].where]);
}

/* The first few, as they are kept. */
static void cases_text(const sweep *s, text *out)
{
    enum { SHOWN = 3 };
    axis_value v[AXIS_MOST];
    char id[SWEEP_ID];
    why w;
    for (uint64_t k = 0; k < s->n && k < SHOWN; k++) {
        if (sweep_values(s, k, v, &w) || sweep_id(s, v, id, &w))
            return;
        text_addf(out, "  case %-5llu %s ", (unsigned long long)k, id);
        for (size_t i = 0; i < s->axes->n; i++) {
            text_addf(out, "%s %s = ", i ? "," : "", s->axis_key[i]);
            if (isnan(v[i].real) && v[i].node)
                tree_inline(v[i].node, out);
            else
                text_addf(out, "%.6g", v[i].real);
        }
        text_addc(out, '\n');
    }
}

void sweep_text(const sweep *s, text *out)
{
    text_addf(out, "%s\n  cases      %llu, design %s, seed %llu\n", s->s->name, (unsigned long long)s->n, s->word,
              (unsigned long long)s->seed);
    if (s->nequal)
        text_addf(out, "  equal      %llu of %llu points equal an earlier one: they are left out\n",
                  (unsigned long long)s->nequal, (unsigned long long)s->points);
    for (size_t i = 0; i < s->axes->n; i++)
        axis_text(s, i, out);
    text_add(out, "  collects  ");
    for (size_t i = 0; i < s->ncollect; i++)
        text_addf(out, "%s %s", i ? "," : "", s->collect_name[i]);
    text_addf(out, "\n  work       %llu group%s of alike structure, %llu block%s of at most %llu cases\n",
              (unsigned long long)s->ngroup, s->ngroup == 1 ? "" : "s", (unsigned long long)s->nblock,
              s->nblock == 1 ? "" : "s", (unsigned long long)s->most);
    cases_text(s, out);
    text_addf(out, "  hash       %.16s\n", s->hash);
}
