/* SPDX-License-Identifier: MIT
 * wire.c - outputs meet inputs by key: dimensions are checked, values converted, moments handed on.
 */
#include "core/host/wire.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { uint32_t moment; const char *word; } moments[] = {
    { FADE_PLANNED, "planned" },
    { FADE_EARLY, "early" },
    { 0, "after" },
};

static uint32_t rank(uint32_t moment)
{
    for (uint32_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
        if (moment & moments[i].moment)
            return i;
    return 2;
}

uint32_t wire_later(uint32_t a, uint32_t b)
{
    uint32_t i = rank(a), j = rank(b);
    return moments[i > j ? i : j].moment;
}

const char *wire_moment(uint32_t moment)
{
    return moments[rank(moment)].word;
}

static const wire_end *find(const wire_pool *pool, const char *key)
{
    for (size_t i = 0; i < pool->n; i++)
        if (strcmp(pool->at[i].column->key, key) == 0)
            return &pool->at[i];
    return NULL;
}

int wire_add(wire_pool *pool, const wire_end *end, tree_problems *p)
{
    const wire_end *other = find(pool, end->column->key);
    if (other)
        return tree_complain(p, end->node, E_INPUT, "two writers of column '%s': %s and %s; each column has one",
                             end->column->key, other->owner, end->owner);
    if (pool->n == pool->cap) {
        size_t cap = pool->cap ? pool->cap * 2 : 32;
        wire_end *more = mem_grow(pool->at, cap, sizeof *more);
        if (!more)
            return tree_complain(p, end->node, E_NOMEM, "no memory for column '%s' of %s", end->column->key,
                                 end->owner);
        pool->at = more;
        pool->cap = cap;
    }
    pool->at[pool->n++] = *end;
    return E_OK;
}

static const char *spoken(const char *unit_text)
{
    if (!unit_text || !*unit_text)
        return "a bare number";
    return strcmp(unit_text, "1") == 0 ? "a ratio" : unit_text;
}

static int missing(const wire_pool *pool, const char *reader, const fade_column *in, const tree_node *node,
                   tree_problems *p)
{
    const wire_end *near = NULL;
    const char **words = mem_zero(pool->n + 1, sizeof *words);
    for (size_t i = 0; words && i < pool->n; i++)
        words[i] = pool->at[i].column->key;
    const char *word = words ? text_nearest(in->key, words, pool->n) : NULL;
    free(words);
    if (word)
        near = find(pool, word);
    if (near)
        return tree_complain(p, node, E_INPUT,
                             "%s needs column '%s' (%s) and nobody writes it; did you mean '%s' of %s?", reader,
                             in->key, spoken(in->unit), near->column->key, near->owner);
    return tree_complain(p, node, E_INPUT,
                         "%s needs column '%s' (%s) and nobody writes it: a source may, or a constant in [conditions]",
                         reader, in->key, spoken(in->unit));
}

/* The wanted unit may list alternatives, "A|V|W|ohm": the first that fits.  E_DOMAIN: none does. */
static int fit(const wire_end *end, const char *want, double nominal_ah, wire_link *out, why *w)
{
    for (const char *at = want ? want : ""; at;) {
        char one[64];
        unit to;
        size_t n = strcspn(at, "|");
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        int rc = units_parse(one, &to, w);
        if (rc)
            return rc;
        if (units_convert(&end->unit, &to, nominal_ah, &out->scale, &out->offset))
            return E_OK;
        if (end->unit.rate != to.rate && isnan(nominal_ah) &&
            units_convert(&end->unit, &to, 1.0, &out->scale, &out->offset))
            return fail(w, E_INPUT, "a C-rate meets amperes only by [cell] nominal_capacity, which is not given");
        at = at[n] ? at + n + 1 : NULL;
    }
    return fail(w, E_DOMAIN, "these have different dimensions");
}

int wire_find(const wire_pool *pool, const char *reader, const fade_column *in, double nominal_ah,
              const tree_node *node, tree_problems *p, wire_link *out)
{
    *out = (wire_link){ -1, 1.0, 0.0 };
    const wire_end *end = find(pool, in->key);
    if (!end)
        return in->flags & FADE_OPTIONAL ? E_OK : missing(pool, reader, in, node, p);
    uint32_t want = in->width ? in->width : 1, has = end->column->width ? end->column->width : 1;
    if (want != has)
        return tree_complain(p, node, E_INPUT, "%s: %s wants %u values a cell, %s writes %u", in->key, reader, want,
                             end->owner, has);
    why w = { 0 };
    int rc = fit(end, in->unit, nominal_ah, out, &w);
    if (rc) {
        *out = (wire_link){ -1, 1.0, 0.0 };
        return tree_complain(p, node, rc, "%s: %s wants %s, %s writes %s: %s", in->key, reader, spoken(in->unit),
                             end->owner, spoken(end->column->unit), w.text);
    }
    out->from = (int)(end - pool->at);
    return E_OK;
}

void wire_free(wire_pool *pool)
{
    free(pool->at);
    *pool = (wire_pool){ 0 };
}
