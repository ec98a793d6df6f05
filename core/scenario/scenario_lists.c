/* SPDX-License-Identifier: MIT
 * scenario_lists.c - conditions, stop conditions and the split: lists with readers of their own.
 */
#include "core/scenario/inside.h"
#include "core/scenario/stop.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *scenario_text(reading *r, const tree_node *node, const char *what)
{
    if (node->kind == TREE_TEXT && *node->text)
        return node->text;
    tree_complain(r->p, node, E_INPUT, "%s: a text is expected", what);
    return NULL;
}

/* ---- stops ------------------------------------------------------------------------------------------------------- */

static void read_stop(reading *r, const tree_node *node)
{
    why w = { 0 };
    const char *plain = scenario_text(r, node, "stop");
    scenario_stop *s = &r->s->stop[r->s->nstop];
    if (!plain)
        return;
    int rc = stop_parse(r->t, plain, r->s->cell.nominal_capacity, s, &w);
    if (rc) {
        tree_complain(r->p, node, rc, "%s", w.text);
        return;
    }
    s->node = node;
    r->s->nstop++;
}

void scenario_read_stops(reading *r, const tree_node *node)
{
    if (!node)
        return;
    bool list = node->kind == TREE_ARRAY;
    r->s->stop = tree_block(r->t, (list ? node->n : 1) + 1, sizeof *r->s->stop);
    if (!r->s->stop)
        return;
    if (!list)
        read_stop(r, node);
    for (const tree_node *c = list ? node->first : NULL; c; c = c->next)
        read_stop(r, c);
}

/* ---- the split --------------------------------------------------------------------------------------------------- */

static void refuse_random(reading *r, const tree_node *at)
{
    if (r->s->evaluate.split.kind == SPLIT_RANDOM)
        tree_complain(r->p, at, E_INPUT, "[evaluate] split: " SPLIT_LEAKS);
}

/* "time:0.8" */
static void read_split_text(reading *r, const tree_node *node)
{
    why w = { 0 };
    int rc = split_parse(node->text, &r->s->evaluate.split, &w);
    if (rc)
        tree_complain(r->p, node, rc, "[evaluate] split: %s", w.text);
    refuse_random(r, node);
}

static bool read_share(reading *r, const tree_node *c, double *out)
{
    why w = { 0 };
    double x = c->real;
    int rc = c->kind == TREE_TEXT                          ? units_quantity(c->text, "1", NAN, &x, &w)
             : c->kind == TREE_REAL || c->kind == TREE_INT ? E_OK
                                                           : E_INPUT;
    if (rc)
        tree_complain(r->p, c, rc, "[evaluate] split.%s: %s", c->key, *w.text ? w.text : "a number is expected");
    else if (!(x > 0 && x < 1))
        tree_complain(r->p, c, E_DOMAIN, "[evaluate] split: the fraction %g of known rows is outside 0..1", x);
    else
        *out = x;
    return rc == E_OK;
}

static void read_count(reading *r, const tree_node *c, uint64_t *out)
{
    if (c->kind == TREE_INT && c->integer > 0)
        *out = (uint64_t)c->integer;
    else
        tree_complain(r->p, c, E_DOMAIN, "[evaluate] split.%s: a whole number from 1 is expected", c->key);
}

static void read_split_table(reading *r, const tree_node *node)
{
    split_spec *s = &r->s->evaluate.split;
    const tree_node *kind = tree_get(node, "kind");
    why w = { 0 };
    if (kind && scenario_text(r, kind, "[evaluate] split.kind")) {
        int k = split_kind(kind->text, &w);
        if (k < 0)
            tree_complain(r->p, kind, E_INPUT, "[evaluate] split: %s", w.text);
        else
            *s = split_default(k);
        refuse_random(r, kind);
    }
    struct { const char *key; uint64_t *out; } count[] = { { "rows", &s->rows },
                                                           { "every", &s->every },
                                                           { "ahead", &s->ahead } };
    for (const tree_node *c = node->first; c; c = c->next) {
        size_t i = 0;
        while (i < 3 && strcmp(c->key, count[i].key))
            i++;
        if (i < 3)
            read_count(r, c, count[i].out);
        else if (strcmp(c->key, "fraction") == 0)
            read_share(r, c, &s->fraction);
        else if (strcmp(c->key, "kind") != 0)
            tree_complain_key(r->p, c, E_INPUT,
                              "unknown key \"%.60s\" in [evaluate] split: it has kind, fraction, rows, every and ahead",
                              c->key);
    }
    if (!tree_get(node, "ahead"))
        s->ahead = s->every;
    if (tree_get(node, "fraction"))
        s->rows = 0;
}

void scenario_read_split(reading *r, const tree_node *node)
{
    r->s->evaluate.split = split_default(SPLIT_HOLDOUT);
    if (node && node->kind == TREE_TEXT)
        read_split_text(r, node);
    else if (node && node->kind == TREE_TABLE)
        read_split_table(r, node);
    else if (node)
        tree_complain(r->p, node, E_INPUT,
                      "[evaluate] split is { kind = \"holdout\", fraction = 0.5 } or \"time:0.8\"");
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static void no_column(reading *r, const tree_node *node)
{
    const fade_column *const *all;
    size_t n = scenario_columns(&all), k = 0;
    const char *words[64];
    for (size_t i = 0; i < n && k < 64; i++)
        words[k++] = all[i]->key;
    const char *near = text_nearest(node->key, words, k);
    tree_complain_key(r->p, node, E_INPUT,
                      "[conditions] %.60s is no standard column%s%s%s; any other is { value = .., unit = \"..\" }",
                      node->key, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* A legal key of a column: a letter, then letters, digits, _ and dots. */
static bool is_key(const char *key)
{
    return *key >= 'a' && *key <= 'z' && strlen(key) <= 64 &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(key);
}

/* The value of a number or text node in `unit`. */
static bool read_value(reading *r, const tree_node *node, const char *key, const char *unit_text, double *out)
{
    why w = { 0 };
    *out = node->real;
    if (node->kind == TREE_REAL || node->kind == TREE_INT)
        return true;
    if (node->kind != TREE_TEXT) {
        tree_complain(r->p, node, E_INPUT, "[conditions] %s: a number or a quantity like \"25 degC\" is expected", key);
        return false;
    }
    int rc = units_quantity(node->text, unit_text, r->s->cell.nominal_capacity, out, &w);
    if (rc)
        tree_complain(r->p, node, rc, "[conditions] %s: %s", key, w.text);
    return rc == E_OK;
}

/* { value = 1, unit = "V" }: the unit as written, which of a standard column must fit. */
static bool read_table(reading *r, const tree_node *node, const fade_column *standard, scenario_condition *out)
{
    const tree_node *value = tree_get(node, "value"), *written = tree_get(node, "unit");
    unit own, want;
    why w = { 0 };
    for (const tree_node *c = node->first; c; c = c->next)
        if (c != value && c != written)
            tree_complain_key(r->p, c, E_INPUT, "unknown key \"%.60s\" in [conditions] %.60s: it has value and unit",
                              c->key, node->key);
    const char *unit_text = written ? scenario_text(r, written, "unit") : standard ? standard->unit : "";
    if (!value) {
        tree_complain(r->p, node, E_INPUT, "[conditions] %.60s needs value = ..", node->key);
        return false;
    }
    if (!unit_text)
        return false;
    int rc = units_parse(unit_text, &own, &w);
    if (rc) {
        tree_complain(r->p, written, rc, "[conditions] %.60s: %s", node->key, w.text);
        return false;
    }
    double scale = 1, offset = 0;
    if (standard && (units_parse(standard->unit, &want, &w) ||
                     !units_convert(&own, &want, r->s->cell.nominal_capacity, &scale, &offset))) {
        tree_complain(r->p, written, E_DOMAIN, "[conditions] %s is in %s, but %s is wanted", node->key, unit_text,
                      standard->unit);
        return false;
    }
    if (!read_value(r, value, node->key, unit_text, &out->value))
        return false;
    out->value = out->value * scale + offset;
    out->column.unit = standard ? standard->unit : unit_text;
    return true;
}

static void read_condition(reading *r, const tree_node *node, scenario_condition *out)
{
    const fade_column *c = scenario_column(node->key);
    *out = (scenario_condition){ .node = node };
    out->column = c ? *c : (fade_column){ .key = node->key, .doc = "Given by [conditions].", .width = 1 };
    out->column.flags = FADE_PLANNED;
    if (c && c->flags & FADE_TARGET) {
        tree_complain(r->p, node, E_INPUT,
                      "[conditions] %s is what is to be predicted, or contains it: it cannot be a constant", node->key);
        return;
    }
    if (!is_key(node->key)) {
        tree_complain_key(r->p, node, E_INPUT,
                          "[conditions] \"%.60s\" is no key of a column: lower case letters, digits, _ and dots",
                          node->key);
        return;
    }
    if (!c && node->kind != TREE_TABLE) {
        no_column(r, node);
        return;
    }
    if (node->kind == TREE_CALL) {
        out->call = node;
        out->value = NAN;
        r->s->ncondition++;
        return;
    }
    bool read =
        node->kind == TREE_TABLE ? read_table(r, node, c, out) : read_value(r, node, node->key, c->unit, &out->value);
    if (!read)
        return;
    if (!isfinite(out->value) || (c && c->min < c->max && !(out->value >= c->min && out->value <= c->max))) {
        bool is_ratio = strcmp(out->column.unit, "1") == 0;
        tree_complain(r->p, node, E_DOMAIN, "[conditions] %s = %g%s%s is outside %g..%g%s", node->key, out->value,
                      is_ratio ? "" : " ", is_ratio ? "" : out->column.unit, out->column.min, out->column.max,
                      strcmp(out->column.unit, "K") == 0 ? " (a temperature may be written \"25 degC\")" : "");
        return;
    }
    r->s->ncondition++;
}

void scenario_read_conditions(reading *r, const tree_node *node)
{
    if (!node)
        return;
    if (node->kind != TREE_TABLE) {
        tree_complain(r->p, node, E_INPUT, "[conditions] is a table: write [conditions], then its keys below");
        return;
    }
    r->s->condition = tree_block(r->t, node->n + 1, sizeof *r->s->condition);
    for (tree_node *c = r->s->condition ? node->first : NULL; c; c = c->next) {
        c->used = true;
        read_condition(r, c, &r->s->condition[r->s->ncondition]);
    }
}
