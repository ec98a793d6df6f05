/* SPDX-License-Identifier: MIT
 * args_many.c - values of many parts: lists, curves, grids, texts, maps; and what an absent parameter has.
 */
#include "core/host/args_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_POINTS = 1 << 20 };

void args_read_list(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    double *one = NULL;
    if (n->kind == TREE_ARRAY)
        one = args_list(r, q, q->unit, n, true);
    else if ((one = args_room(r, 1, sizeof *one)) && !args_bounded(r, q, n, one))
        return;
    if (!one)
        return;
    v->v = one;
    v->n = n->kind == TREE_ARRAY ? (uint32_t)n->n : 1;
    args_hold(r, q, n, one, v->n);
}

static bool rises(args_reader *r, const fade_param *q, const tree_node *n, const double *x, size_t count,
                  const char *axis)
{
    if (count < 2) {
        tree_complain(r->p, n, E_INPUT, "%s: %s needs two points, got %zu", q->key, axis, count);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]) || (i && !(x[i] > x[i - 1]))) {
            tree_complain(r->p, n, E_DOMAIN, "%s: %s[%zu] = %g does not rise above %g", q->key, axis, i + 1, x[i],
                          i ? x[i - 1] : -INFINITY);
            return false;
        }
    return true;
}

/* x[n] then y[n] from what is written as pairs: [[x, y], ..] or "x,y x,y". */
static double *pairs(args_reader *r, const fade_param *q, const tree_node *n, size_t *count)
{
    char ux[64], uy[64];
    args_axis(q->unit, 0, ux);
    args_axis(q->unit, 1, uy);
    if (n->kind == TREE_TEXT) {
        size_t length = strlen(n->text), k = args_numbers(n->text, length, NULL, 0);
        if (k == SIZE_MAX || k % 2 || k > MAX_POINTS) {
            tree_complain(r->p, n, E_INPUT, "%s: pairs \"x,y x,y\" of numbers are expected", q->key);
            return NULL;
        }
        double *flat = args_room(r, k, sizeof *flat), *v = args_room(r, k, sizeof *v);
        if (!flat || !v)
            return NULL;
        args_numbers(n->text, length, flat, k);
        *count = k / 2;
        for (size_t i = 0; i < k; i++)
            v[(i % 2) * *count + i / 2] = flat[i];
        return v;
    }
    *count = n->n;
    double *v = args_room(r, 2 * n->n, sizeof *v);
    size_t i = 0;
    for (const tree_node *c = n->first; v && c; c = c->next, i++) {
        if (c->kind != TREE_ARRAY || c->n != 2) {
            args_expected(r, q, c, "a pair [x, y]");
            return NULL;
        }
        if (!args_number(r, q, ux, c->first, &v[i]) || !args_number(r, q, uy, c->first->next, &v[n->n + i]))
            return NULL;
    }
    return v;
}

static bool only_keys(args_reader *r, const fade_param *q, const tree_node *table, const char *const *keys, size_t n)
{
    bool ok = true;
    for (const tree_node *c = table->first; c; c = c->next) {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || strcmp(c->key, keys[i]) == 0;
        if (!known)
            tree_complain_key(r->p, c, E_INPUT, "%s: unknown key '%s', known are %s", q->key, c->key,
                              n == 2 ? "x and y" : "x, y and z");
        ok = ok && known;
    }
    for (size_t i = 0; i < n; i++)
        if (!tree_get(table, keys[i])) {
            tree_complain(r->p, table, E_INPUT, "%s: the list '%s' is missing", q->key, keys[i]);
            ok = false;
        }
    return ok;
}

static double *curve_table(args_reader *r, const fade_param *q, const tree_node *n, size_t *count)
{
    static const char *const keys[] = { "x", "y" };
    char ux[64], uy[64];
    if (!only_keys(r, q, n, keys, 2))
        return NULL;
    const tree_node *nx = tree_get(n, "x"), *ny = tree_get(n, "y");
    const double *x = args_list(r, q, args_axis(q->unit, 0, ux), nx, false),
                 *y = args_list(r, q, args_axis(q->unit, 1, uy), ny, false);
    if (!x || !y)
        return NULL;
    if (nx->n != ny->n) {
        tree_complain(r->p, n, E_INPUT, "%s: x has %zu values, y has %zu", q->key, nx->n, ny->n);
        return NULL;
    }
    double *v = args_room(r, 2 * nx->n, sizeof *v);
    if (!v)
        return NULL;
    memcpy(v, x, nx->n * sizeof *v);
    memcpy(v + nx->n, y, nx->n * sizeof *v);
    *count = nx->n;
    return v;
}

static bool all_bounded(args_reader *r, const fade_param *q, const tree_node *n, const double *v, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!args_bounds(r, q, n, v[i]))
            return false;
    return true;
}

void args_read_curve(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    size_t count = 0;
    double *xy = NULL;
    if (n->kind == TREE_TABLE)
        xy = curve_table(r, q, n, &count);
    else if (n->kind == TREE_ARRAY || n->kind == TREE_TEXT)
        xy = pairs(r, q, n, &count);
    else
        args_expected(r, q, n, "a curve { x = [..], y = [..] }");
    if (!xy || !rises(r, q, n, xy, count, "x") || !all_bounded(r, q, n, xy + count, count))
        return;
    args_hold(r, q, n, xy + count, count);
    v->v = xy;
    v->n = (uint32_t)count;
}

/* z as one list of n * m numbers, or n lists of m. */
static bool grid_z(args_reader *r, const fade_param *q, const tree_node *nz, size_t n, size_t m, double *out)
{
    char uz[64];
    args_axis(q->unit, 2, uz);
    bool nested = nz->kind == TREE_ARRAY && nz->first && nz->first->kind == TREE_ARRAY;
    if (nz->kind != TREE_ARRAY || nz->n != (nested ? n : n * m)) {
        tree_complain(r->p, nz, E_INPUT, "%s: z must be %zu lists of %zu numbers, as x has %zu values and y %zu",
                      q->key, n, m, n, m);
        return false;
    }
    size_t i = 0;
    for (const tree_node *row = nested ? nz->first : nz; row; row = nested ? row->next : NULL) {
        if (row->kind != TREE_ARRAY || (nested && row->n != m)) {
            tree_complain(r->p, row, E_INPUT, "%s: a row of z must be a list of %zu numbers", q->key, m);
            return false;
        }
        for (const tree_node *c = row->first; c; c = c->next)
            if (!args_number(r, q, uz, c, &out[i++]))
                return false;
    }
    return all_bounded(r, q, nz, out, n * m);
}

void args_read_grid(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    static const char *const keys[] = { "x", "y", "z" };
    char unit_text[64];
    if (n->kind != TREE_TABLE) {
        args_expected(r, q, n, "a grid { x = [..], y = [..], z = [[..], ..] }");
        return;
    }
    if (!only_keys(r, q, n, keys, 3))
        return;
    const tree_node *nx = tree_get(n, "x"), *ny = tree_get(n, "y");
    const double *x = args_list(r, q, args_axis(q->unit, 0, unit_text), nx, false);
    const double *y = args_list(r, q, args_axis(q->unit, 1, unit_text), ny, false);
    if (!x || !y || !rises(r, q, nx, x, nx->n, "x") || !rises(r, q, ny, y, ny->n, "y"))
        return;
    if (nx->n * ny->n > MAX_POINTS) {
        tree_complain(r->p, n, E_INPUT, "%s: a grid of %zu x %zu points is more than %d", q->key, nx->n, ny->n,
                      MAX_POINTS);
        return;
    }
    double *all = args_room(r, nx->n + ny->n + nx->n * ny->n, sizeof *all);
    if (!all || !grid_z(r, q, tree_get(n, "z"), nx->n, ny->n, all + nx->n + ny->n))
        return;
    memcpy(all, x, nx->n * sizeof *x);
    memcpy(all + nx->n, y, ny->n * sizeof *y);
    v->v = all;
    v->n = (uint32_t)nx->n;
    v->m = (uint32_t)ny->n;
}

void args_read_texts(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    bool list = n->kind == TREE_ARRAY;
    if (!list && n->kind != TREE_TEXT) {
        args_expected(r, q, n, q->type == FADE_PATHS ? "a list of paths" : "a list of texts");
        return;
    }
    const char **at = args_room(r, list ? n->n : 1, sizeof *at);
    size_t i = 0;
    for (const tree_node *c = list ? n->first : n; at && c; c = list ? c->next : NULL) {
        bool path = q->type == FADE_PATHS;
        if (c->kind != TREE_TEXT || (path && !*c->text)) {
            args_expected(r, q, c, path ? "a path" : "a text");
            return;
        }
        at[i++] = path ? args_path(r, c, c->text) : c->text;
    }
    if (!at)
        return;
    v->texts = at;
    v->n = (uint32_t)i;
}

static size_t leaves(const tree_node *table)
{
    size_t n = 0;
    for (const tree_node *c = table->first; c; c = c->next)
        n += c->kind == TREE_TABLE ? leaves(c) : 1;
    return n;
}

static const char *scalar_text(args_reader *r, const tree_node *n)
{
    char number_text[32];
    if (n->kind == TREE_TEXT || n->kind == TREE_DATE)
        return n->text;
    if (n->kind == TREE_BOOL)
        return n->integer ? "true" : "false";
    if (n->kind == TREE_INT)
        snprintf(number_text, sizeof number_text, "%lld", (long long)n->integer);
    else
        text_number(n->real, number_text);
    return tree_text(r->tree, number_text);
}

/* Recurses as deep as a tree can be: TREE_DEPTH. */
static void map_fill(args_reader *r, const fade_param *q, const tree_node *table, const char *prefix, fade_value *v,
                     const char **key, const char **value)
{
    for (const tree_node *c = table->first; c; c = c->next) {
        size_t length = strlen(prefix) + strlen(c->key) + 2;
        char *whole = args_room(r, length, 1);
        if (!whole)
            return;
        snprintf(whole, length, "%s%s%s", prefix, *prefix ? "." : "", c->key);
        if (c->kind == TREE_TABLE) {
            map_fill(r, q, c, whole, v, key, value);
            continue;
        }
        if (c->kind == TREE_ARRAY) {
            tree_complain(r->p, c, E_INPUT, "%s.%s: a text or a number is expected, not a list", q->key, whole);
            continue;
        }
        key[v->n] = whole;
        value[v->n] = scalar_text(r, c);
        r->nomem = r->nomem || !value[v->n];
        v->n++;
    }
}

void args_read_map(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    if (n->kind != TREE_TABLE) {
        args_expected(r, q, n, "a table");
        return;
    }
    size_t count = leaves(n);
    const char **key = args_room(r, count, sizeof *key), **value = args_room(r, count, sizeof *value);
    if (!key || !value)
        return;
    v->n = 0;
    map_fill(r, q, n, "", v, key, value);
    v->key = key;
    v->texts = value;
}

/* ---- defaults
 * -------------------------------------------------------------------------------------------------------------- */

/* "1 2 3" of a list, "x,y x,y" of a curve, "x x; y y; z z z z" of a grid. */
static void default_numbers(args_reader *r, const fade_param *q, fade_value *v)
{
    size_t length = strlen(q->text), n = args_numbers(q->text, length, NULL, 0);
    if (n == SIZE_MAX || n == 0)
        return;
    double *flat = args_room(r, n, sizeof *flat), *at = args_room(r, n, sizeof *at);
    if (!flat || !at)
        return;
    args_numbers(q->text, length, flat, n);
    size_t nx = strcspn(q->text, ";"), ny = q->text[nx] ? strcspn(q->text + nx + 1, ";") : 0;
    for (size_t i = 0; i < n; i++)
        at[q->type == FADE_CURVE ? (i % 2) * (n / 2) + i / 2 : i] = flat[i];
    v->v = at;
    v->n = (uint32_t)(q->type == FADE_CURVE ? n / 2 : n);
    if (q->type == FADE_GRID) {
        v->n = (uint32_t)args_numbers(q->text, nx, NULL, 0);
        v->m = ny ? (uint32_t)args_numbers(q->text + nx + 1, ny, NULL, 0) : 0;
    }
}

static void default_texts(args_reader *r, const fade_param *q, fade_value *v)
{
    size_t n;
    const char **word = args_words(r, q->text, &n);
    if (!word)
        return;
    if (q->type == FADE_CHOICE) {
        size_t i = q->def >= 0 && q->def < (double)n ? (size_t)q->def : 0;
        v->text = word[i];
        return;
    }
    v->texts = word;
    v->n = (uint32_t)n;
}

void args_default(args_reader *r, const fade_param *q, fade_value *v)
{
    *v = (fade_value){ .real = q->def };
    bool old = q->flags & FADE_DEPRECATED;              /* its text names its successor */
    if (!q->text || old)
        return;
    switch (q->type) {
    case FADE_TEXT:
        v->text = q->text;
        break;
    case FADE_PATH:
        v->text = *q->text ? args_path(r, NULL, q->text) : q->text;
        break;
    case FADE_CHOICE:
    case FADE_TEXTS:
        default_texts(r, q, v);
        break;
    case FADE_LIST_OF:
    case FADE_CURVE:
    case FADE_GRID:
        default_numbers(r, q, v);
        break;
    default:
        break;
    }
}
