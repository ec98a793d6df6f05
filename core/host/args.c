/* SPDX-License-Identifier: MIT
 * args.c - a plugin's table in a scenario -> values in table order; each cell's value of what differs by cell.
 */
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/units.h"
#include "core/base/vmath.h"
#include "core/host/args_inside.h"
#include "core/host/descriptor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fade_param *param_at(const fade_desc *d, uint32_t i)
{
    return library_at(&d->params, i);
}

/* Some parameter's key begins with `path` and a dot. */
static bool leads_on(const fade_desc *d, const char *path)
{
    size_t n = strlen(path);
    for (uint32_t i = 0; i < d->params.n; i++)
        if (strncmp(param_at(d, i)->key, path, n) == 0 && param_at(d, i)->key[n] == '.')
            return true;
    return false;
}

/* A dotted key may stand as one word or as tables. */
static const tree_node *given(const tree_node *table, const char *key)
{
    const tree_node *n = tree_get(table, key);
    return n ? n : tree_find(table, key);
}

/* ---- unknown keys
 * ---------------------------------------------------------------------------------------------------------- */

static void mark(tree_node *n)
{
    n->used = true;
    for (tree_node *c = n->first; c; c = c->next)
        mark(c);
}

static bool listed(const char *const *list, const char *word)
{
    for (; list && *list; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

/* Another plugin that has the key, of the same kind if there is one. */
static const char *owner_of(const fade_desc *d, const char *key, const char **kind)
{
    library_entry *e;
    size_t n;
    const char *id = NULL;
    if (library_list(&e, &n, NULL))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const fade_desc *other = e[i].plugin->desc;
        if (!other || other == d || strcmp(other->id, d->id) == 0 || !descriptor_param(other, key, NULL))
            continue;
        bool alike = strcmp(other->kind, d->kind) == 0;
        if (!id || alike) {
            id = other->id;
            *kind = other->kind;
        }
        if (alike)
            break;
    }
    free(e);
    return id;
}

static const char *nearest_key(const fade_desc *d, const char *const *skip, const char *key)
{
    size_t n = d->params.n, extra = 0;
    while (skip && skip[extra])
        extra++;
    const char **words = mem_zero(n + extra + 1, sizeof *words);
    if (!words)
        return NULL;
    for (uint32_t i = 0; i < n; i++)
        words[i] = param_at(d, i)->flags & FADE_DEPRECATED ? NULL : param_at(d, i)->key;
    for (size_t i = 0; i < extra; i++)
        words[n + i] = skip[i];
    const char *near = text_nearest(key, words, n + extra);
    free(words);
    return near;
}

static void complain_unknown(args_reader *r, const tree_node *n, const char *key, const char *const *skip)
{
    const char *kind = "", *near = nearest_key(r->desc, skip, key), *owner = owner_of(r->desc, key, &kind);
    text t = { 0 };
    text_addf(&t, "unknown key '%s' of %s %s", key, r->desc->kind, r->desc->id);
    if (near)
        text_addf(&t, ", did you mean '%s'?", near);
    if (owner)
        text_addf(&t, "%s '%s' is a key of %s %s", near ? "" : ";", key, kind, owner);
    if (!near && !owner)
        text_addf(&t, "; its keys: fade plugin show %s", r->desc->id);
    tree_complain_key(r->p, n, E_INPUT, "%s", text_of(&t));
    text_free(&t);
}

/* Recurses as deep as keys have dots. */
static void check_keys(args_reader *r, const tree_node *table, const char *prefix, const char *const *skip)
{
    for (tree_node *c = table->first; c; c = c->next) {
        char path[200];
        snprintf(path, sizeof path, "%.90s%s%.90s", prefix, *prefix ? "." : "", c->key);
        bool top = !*prefix;
        if (descriptor_param(r->desc, path, NULL) || (top && strcmp(c->key, "plugin") == 0))
            mark(c);
        else if (top && listed(skip, c->key))
            continue;
        else if (c->kind == TREE_TABLE && leads_on(r->desc, path)) {
            c->used = true;
            check_keys(r, c, path, skip);
        } else {
            complain_unknown(r, c, path, skip);
            mark(c);
        }
    }
}

/* ---- reading
 * --------------------------------------------------------------------------------------------------------------- */

/* The value of a key that replaces another may still stand under the old one. */
static const tree_node *given_as(args_reader *r, const fade_param *q)
{
    const tree_node *n = given(r->table, q->key);
    for (uint32_t i = 0; i < r->desc->params.n; i++) {
        const fade_param *old = param_at(r->desc, i);
        if (!(old->flags & FADE_DEPRECATED) || !old->text || strcmp(old->text, q->key) != 0)
            continue;
        const tree_node *o = given(r->table, old->key);
        if (o && n && o != n)
            tree_complain(r->p, o, E_INPUT, "'%s' was replaced by '%s', which is given too: leave out '%s'", old->key,
                          q->key, old->key);
        n = n ? n : o;
    }
    return n;
}

static void say_deprecated(const args_reader *r, const fade_param *q, const tree_node *n)
{
    char at[300];
    snprintf(at, sizeof at, "%.250s:%d", n->file ? n->file : "", n->line);
    log_field fields[] = { { "plugin", r->desc->id }, { "at", at }, { NULL, NULL } };
    log_say(LOG_WARNING, fields, "%s: key '%s' is deprecated, write '%s'", r->desc->id, q->key, q->text ? q->text : "");
}

/* Of an entry in another unit: "85.2 um". */
static const tree_node *with_unit(args_reader *r, const fade_param *q, const tree_node *value, const char *unit_text)
{
    bool number = value->kind == TREE_REAL || value->kind == TREE_INT;
    char digits[32], whole[120];
    if (strcmp(unit_text, q->unit) == 0 || !*unit_text || (!*q->unit && strcmp(unit_text, "1") == 0))
        return value;
    if (!number) {
        if (q->type <= FADE_INT || strchr(unit_text, ';'))
            tree_complain(r->p, value, E_INPUT, "%s: the set gives it in %s, the plugin wants %s", q->key, unit_text,
                          q->unit);
        return value;
    }
    text_number(value->real, digits);
    snprintf(whole, sizeof whole, "%s %.60s", digits, unit_text);
    tree_node *n = tree_make(r->tree, TREE_TEXT, value->file, value->line, value->column);
    if (n)
        n->text = tree_text(r->tree, whole);
    return n && n->text ? n : value;
}

/* The parameter in the set, NULL: not there. */
static const tree_node *given_by_set(args_reader *r, const fade_param *q)
{
    const tree_node *set = tree_get(r->table, "parameters"), *n = set ? given(set, q->key) : NULL;
    const tree_node *value = tree_get(n, "value"), *unit_node = value ? tree_get(n, "unit") : NULL;
    if (value && unit_node && unit_node->kind == TREE_TEXT)
        return with_unit(r, q, value, unit_node->text);
    return value ? value : n;
}

/* Keys that are not set are the cell's: its capacities, its end of life. */
static bool from_cell(args_reader *r, const fade_param *q, const args_cell *cell, fade_value *v)
{
    double scale, offset;
    unit from, to;
    if (!cell || q->type != FADE_REAL)
        return false;
    const struct { const char *key, *unit; double value; } given[] = {
        { "nominal_capacity", "Ah", cell->nominal_capacity },
        { "initial_capacity", "Ah", cell->initial_capacity },
        { "end_of_life", "1", cell->end_of_life > 0 ? cell->end_of_life : NAN },
    };
    size_t i = 0, n = sizeof given / sizeof *given;
    while (i < n && strcmp(q->key, given[i].key) != 0)
        i++;
    if (i == n || isnan(given[i].value) || units_parse(given[i].unit, &from, NULL) ||
        units_parse(q->unit, &to, NULL) || !units_convert(&from, &to, NAN, &scale, &offset))
        return false;
    double x = given[i].value * scale + offset;
    if (args_bounds(r, q, r->table, x))
        v->real = x;
    return true;
}

static void read_one(args_reader *r, const fade_param *q, const args_cell *cell, fade_value *v, args_spread *s)
{
    args_default(r, q, v);
    const tree_node *n = given_as(r, q);
    if (n && q->flags & FADE_DEPRECATED)
        say_deprecated(r, q, n);
    if (n)
        args_value(r, q, n, v, s);
    else if (from_cell(r, q, cell, v))
        return;
    else if ((n = given_by_set(r, q))) {
        args_value(r, q, n, v, s);
        s->of_set = true;
    } else if (q->flags & FADE_REQUIRED) {
        bool bare = !*q->unit || strcmp(q->unit, "1") == 0;
        tree_complain(r->p, r->table, E_INPUT, "%s %s needs '%s'%s%s%s: %s", r->desc->kind, r->desc->id, q->key,
                      bare ? "" : " (", bare ? "" : q->unit, bare ? "" : ")", q->doc);
    }
}

int args_read(tree *t, const tree_node *table, const fade_desc *d, const args_cell *cell, const char *const *skip,
              tree_problems *p, const args **out)
{
    *out = NULL;
    uint32_t n = d->params.n;
    args *a = tree_room(t, sizeof *a);
    fade_value *v = tree_room(t, (n + 1) * sizeof *v);
    args_spread *s = tree_room(t, (n + 1) * sizeof *s);
    if (!a || !v || !s)
        return E_NOMEM;
    args_reader r = { .tree = t, .table = table, .desc = d, .nominal = cell ? cell->nominal_capacity : NAN, .p = p };
    check_keys(&r, table, "", skip);
    for (uint32_t i = 0; i < n; i++)
        read_one(&r, param_at(d, i), cell, &v[i], &s[i]);
    a->fade = (fade_args){ .size = sizeof a->fade, .n = n, .at = v, .desc = d };
    a->spread = s;
    a->node = table;
    if (r.nomem || p->failed)
        return E_NOMEM;
    *out = a;
    return E_OK;
}

/* ---- cells
 * ----------------------------------------------------------------------------------------------------------------- */

bool args_varies(const args *a, uint32_t param)
{
    return a->spread[param].kind != ARGS_ONE;
}

/* Draws of one parameter: named by plugin and key, so that a new parameter in a table moves no other's. */
static uint64_t stream_of(const fade_desc *d, const fade_param *q)
{
    return text_hash(d->id) ^ (text_hash(q->key) * 2 + 1);
}

/* mean and sd are the number's own, not its logarithm's */
static double lognormal(double mean, double sd, double z)
{
    double rel = sd / mean, var = vmath_log1(1 + rel * rel);
    return vmath_exp1(vmath_log1(mean) - var / 2 + sqrt(var) * z);
}

double args_lane(const args *a, uint32_t param, uint64_t seed, uint64_t id, uint64_t position)
{
    const args_spread *s = &a->spread[param];
    const fade_param *q = param_at(a->fade.desc, param);
    uint64_t stream = s->kind == ARGS_ONE || s->kind == ARGS_BOUND ? 0 : stream_of(a->fade.desc, q);
    double x = a->fade.at[param].real;
    if (s->kind == ARGS_LIST)
        return s->list[position < s->n ? position : s->n - 1];
    if (s->kind == ARGS_NORMAL)
        x = s->a + s->b * random_normal(seed, id, 0, stream);
    if (s->kind == ARGS_LOGNORMAL)
        x = lognormal(s->a, s->b, random_normal(seed, id, 0, stream));
    if (s->kind == ARGS_UNIFORM)
        x = s->a + (s->b - s->a) * random_uniform(seed, id, 0, stream);
    if (s->kind != ARGS_ONE && s->kind != ARGS_BOUND && q->min < q->max)
        x = x < q->min ? q->min : x > q->max ? q->max : x;
    return x;
}
