/* SPDX-License-Identifier: MIT
 * axis.c - [sweep.axes], its correlation and its design, read and checked.
 */
#include "core/study/axis.h"
#include "core/study/axis_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void mark(tree_node *n)
{
    n->used = true;
    for (tree_node *c = n->first; c; c = c->next)
        mark(c);
}

/* ---- one axis ---------------------------------------------------------------------------------------------------- */

/* An element of a list: a number where one is wanted and written, else the node itself. */
static bool element(axis_reader *r, axis *a, const tree_node *n, axis_value *v)
{
    bool bound = n->kind == TREE_TEXT && n->text[0] == '@';
    v->node = n;
    v->real = NAN;
    if (!a->target.unit || bound || n->kind == TREE_TABLE || n->kind == TREE_ARRAY) {
        a->number = false;
        return true;
    }
    return axis_number(r, a, n, &v->real) && axis_bounded(r, a, n, v->real);
}

static void read_list(axis_reader *r, axis *a, const tree_node *array)
{
    a->kind = AXIS_LIST;
    if (array->kind != TREE_ARRAY || array->n == 0 || array->n > AXIS_LEVELS) {
        tree_complain(r->p, array, E_INPUT, "%s: a list of 1 to %d values is expected", a->key, AXIS_LEVELS);
        return;
    }
    axis_value *v = tree_block(r->tree, array->n, sizeof *v);
    r->nomem = r->nomem || !v;
    uint64_t i = 0;
    for (const tree_node *c = array->first; v && c; c = c->next, i++) {
        v[i].level = i;
        element(r, a, c, &v[i]);
    }
    a->size = array->n;
    a->level = v;
}

static void read_table(axis_reader *r, axis *a, const tree_node *table)
{
    const tree_node *values = tree_get(table, "values");
    if (values) {
        for (const tree_node *c = table->first; c; c = c->next)
            if (c != values && strcmp(c->key, "key") != 0)
                tree_complain_key(r->p, c, E_INPUT, "%s: '%s' beside values has no meaning", a->key, c->key);
        a->node = values;
        if (values->kind == TREE_CALL)
            a->kind = AXIS_CALL;
        else
            read_list(r, a, values);
    } else if (!a->target.unit)
        a->kind = AXIS_SPREAD;
    else if (tree_get(table, "from") || tree_get(table, "to"))
        axis_read_range(r, a, table);
    else
        axis_read_spread(r, a, table);
}

static void read_axis(axis_reader *r, axis *a, const tree_node *key_at, const tree_node *n)
{
    why w = { 0 };
    a->node = n;
    a->number = true;
    a->dim = -1;
    int rc = r->host->find(r->host->ctx, a->key, &a->target, &w);
    if (rc) {
        tree_complain_key(r->p, key_at, rc, "%s", w.text);
        return;
    }
    if (n->kind == TREE_CALL)
        a->kind = AXIS_CALL;
    else if (n->kind == TREE_ARRAY)
        read_list(r, a, n);
    else if (n->kind != TREE_TABLE)
        tree_complain(r->p, n, E_INPUT, "%s: one value is no axis: a list, a range or a distribution is expected",
                      a->key);
    else
        read_table(r, a, n);
    if (!a->target.unit && a->kind != AXIS_LIST)
        tree_complain(r->p, a->node, E_INPUT, "%s is no number: only a list can vary it", a->key);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static void add(axis_reader *r, axis_set *set, const char *key, const tree_node *key_at, const tree_node *n)
{
    for (size_t k = 0; k < set->n; k++)
        if (strcmp(set->at[k].key, key) == 0) {
            tree_complain_key(r->p, key_at, E_INPUT, "%s is varied twice", key);
            return;
        }
    if (set->n == AXIS_MOST) {
        tree_complain_key(r->p, key_at, E_INPUT, "%s is one axis too many: at most %d", key, AXIS_MOST);
        return;
    }
    axis *a = &set->at[set->n++];
    *a = (axis){ .key = key };
    read_axis(r, a, key_at, n);
}

/* Tables that are no axis hold axes: physics.k = [..] is "physics.k".  As deep as trees are. */
static void add_table(axis_reader *r, axis_set *set, const tree_node *table, const char *prefix)
{
    for (const tree_node *c = table->first; c; c = c->next) {
        char path[400];
        snprintf(path, sizeof path, "%.300s%s%.90s", prefix, *prefix ? "." : "", c->key);
        const char *key = tree_text(r->tree, path);
        r->nomem = r->nomem || !key;
        if (!key)
            return;
        if (c->kind == TREE_TABLE && !axis_is_table(c) && c->n)
            add_table(r, set, c, key);
        else
            add(r, set, key, c, c);
    }
}

static void add_list(axis_reader *r, axis_set *set, const tree_node *array)
{
    for (const tree_node *c = array->first; c; c = c->next) {
        const tree_node *key = tree_get(c, "key");
        if (!key || key->kind != TREE_TEXT)
            tree_complain(r->p, key ? key : c, E_INPUT, "an axis of a list says what it varies: key = \"physics.k\"");
        else
            add(r, set, key->text, key, c);
    }
}

static void number_dims(axis_set *set)
{
    for (size_t k = 0; k < set->n; k++) {
        axis *a = &set->at[k];
        a->dim = a->kind == AXIS_CALL ? -1 : (int)set->ndim;
        if (a->dim >= 0)
            set->size[set->ndim++] = a->size;
    }
}

/* ---- correlation ------------------------------------------------------------------------------------------------- */

/* Rows into m; false: complained. */
static bool matrix(axis_reader *r, const tree_node *at, size_t n, double *m)
{
    if (at->kind != TREE_ARRAY || at->n != n)
        return tree_complain(r->p, at, E_INPUT, "correlation: %zu axes vary without levels, so %zu rows are expected",
                             n, n),
               false;
    for (const tree_node *row = at->first; row; row = row->next) {
        if (row->kind != TREE_ARRAY || row->n != n)
            return tree_complain(r->p, row, E_INPUT, "correlation: %zu numbers in a row are expected", n), false;
        for (const tree_node *c = row->first; c; c = c->next) {
            if (c->kind != TREE_REAL && c->kind != TREE_INT)
                return tree_complain(r->p, c, E_INPUT, "correlation: a number is expected"), false;
            *m++ = c->real;
        }
    }
    return true;
}

static void read_correlation(axis_reader *r, axis_set *set, const tree_node *at)
{
    size_t n = 0;
    why w = { 0 };
    set->correlated = tree_block(r->tree, set->ndim + 1, sizeof *set->correlated);
    for (size_t k = 0; set->correlated && k < set->n; k++)
        if (set->at[k].dim >= 0 && set->at[k].size == 0)
            set->correlated[n++] = (size_t)set->at[k].dim;
    set->factor = tree_block(r->tree, n * n + 1, sizeof *set->factor);
    if (!set->correlated || !set->factor) {
        r->nomem = true;
        return;
    }
    if (!matrix(r, at, n, set->factor))
        return;
    if (design_cholesky(set->factor, n, &w))
        tree_complain(r->p, at, E_DOMAIN, "%s", w.text);
    else
        set->ncorrelated = n;
}

int axis_read(tree *t, const tree_node *sweep, const axis_host *host, tree_problems *p, const axis_set **out)
{
    axis_reader r = { .tree = t, .host = host, .p = p };
    axis_set *set = tree_room(t, sizeof *set);
    axis *at = tree_block(t, AXIS_MOST, sizeof *at);
    tree_node *axes = tree_get(sweep, "axes"), *correlation = tree_get(sweep, "correlation");
    size_t before = p->n;
    *out = NULL;
    if (!set || !at)
        return E_NOMEM;
    set->at = at;
    if (axes)
        mark(axes);
    if (axes && axes->kind == TREE_TABLE && axes->n)
        add_table(&r, set, axes, "");
    else if (axes && axes->kind == TREE_ARRAY && axes->n)
        add_list(&r, set, axes);
    else
        tree_complain(p, axes ? axes : sweep, E_INPUT,
                      "a sweep needs axes: [sweep.axes] with \"physics.k\" = [1, 2, 3], say");
    number_dims(set);
    if (correlation) {
        mark(correlation);
        if (p->n == before)                             /* else the axes it speaks of are not known */
            read_correlation(&r, set, correlation);
    }
    if (r.nomem || p->failed)
        return E_NOMEM;
    *out = set;
    return E_OK;
}

/* ---- design ------------------------------------------------------------------------------------------------------ */

static const char *const design_words[] = {
    [DESIGN_GRID] = "grid", [DESIGN_ZIP] = "zip",     [DESIGN_RANDOM] = "random",
    [DESIGN_LHS] = "lhs",   [DESIGN_SOBOL] = "sobol",
};
enum { NDESIGNS = sizeof design_words / sizeof design_words[0] };

static int read_kind(const axis_set *set, tree_node *n, tree_problems *p)
{
    bool levels = set->ndim > 0;
    for (size_t k = 0; k < set->ndim; k++)
        levels = levels && set->size[k];
    if (!n)
        return levels ? DESIGN_GRID : set->ndim ? DESIGN_SOBOL : DESIGN_RANDOM;
    n->used = true;
    for (int k = 0; n->kind == TREE_TEXT && k < NDESIGNS; k++)
        if (strcmp(design_words[k], n->text) == 0)
            return k;
    const char *near = n->kind == TREE_TEXT ? text_nearest(n->text, design_words, NDESIGNS) : NULL;
    tree_complain(p, n, E_INPUT, "design is \"grid\", \"zip\", \"random\", \"lhs\" or \"sobol\"%s%s%s",
                  near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return -1;
}

/* Grid and zip go by levels; said where the axis stands. */
static bool fits(const axis_set *set, int kind, tree_problems *p)
{
    const axis *first = NULL;
    bool ok = true;
    for (size_t k = 0; k < set->n && (kind == DESIGN_GRID || kind == DESIGN_ZIP); k++) {
        const axis *a = &set->at[k];
        if (a->kind == AXIS_CALL)
            continue;
        first = first ? first : a;
        if (a->size == 0) {
            tree_complain(
                p, a->node, E_INPUT,
                "%s has no levels: a %s needs a list, or a range with n or step; \"lhs\" and \"sobol\" do not", a->key,
                design_words[kind]);
            ok = false;
        } else if (kind == DESIGN_ZIP && first->size && a->size != first->size) {
            tree_complain(p, a->node, E_INPUT, "%s has %llu levels and %s has %llu: zip takes them side by side",
                          a->key, (unsigned long long)a->size, first->key, (unsigned long long)first->size);
            ok = false;
        }
    }
    return ok;
}

static bool read_whole(tree_node *n, const char *key, int64_t least, tree_problems *p, uint64_t *out)
{
    if (!n)
        return true;
    n->used = true;
    if (n->kind == TREE_INT && n->integer >= least) {
        *out = (uint64_t)n->integer;
        return true;
    }
    tree_complain(p, n, E_INPUT, "%s of a sweep is a whole number from %lld on", key, (long long)least);
    return false;
}

int axis_design(const axis_set *set, const tree_node *sweep, uint64_t seed, tree_problems *p, design **out,
                const char **word)
{
    tree_node *n_at = tree_get(sweep, "n"), *seed_at = tree_get(sweep, "seed");
    uint64_t n = 0;
    why w = { 0 };
    *out = NULL;
    int kind = read_kind(set, tree_get(sweep, "design"), p);
    bool ok = read_whole(n_at, "n", 1, p, &n);
    ok = read_whole(seed_at, "seed", 0, p, &seed) && ok;
    *word = kind >= 0 ? design_words[kind] : "";
    if (kind < 0 || !ok || !fits(set, kind, p))
        return E_OK;
    if (!n_at && kind != DESIGN_GRID && kind != DESIGN_ZIP) {
        tree_complain(p, sweep, E_INPUT, "a %s design needs n, the number of points", design_words[kind]);
        return E_OK;
    }
    int rc = design_open(kind, set->ndim, set->size, n, seed, out, &w);
    if (rc == E_DOMAIN)
        tree_complain(p, n_at ? n_at : sweep, rc, "%s", w.text);
    return rc == E_DOMAIN ? E_OK : rc;
}
