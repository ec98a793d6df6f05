/* SPDX-License-Identifier: MIT
 * compare_same.c - do two scenarios stand on the same rows, scored the same way?  If not, what differs, in one
 * sentence.
 */
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct difference {
    const char *section, *key;
    char        a[160], b[160];
} difference;

static bool say(difference *d, const char *section, const char *key, const char *a, const char *b)
{
    d->section = section;
    d->key = key;
    snprintf(d->a, sizeof d->a, "%s", a && *a ? a : "not set");
    snprintf(d->b, sizeof d->b, "%s", b && *b ? b : "not set");
    return false;
}

static bool texts(difference *d, const char *section, const char *key, const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0 || say(d, section, key, a, b);
}

static bool numbers(difference *d, const char *section, const char *key, double a, double b)
{
    char x[32] = "", y[32] = "";
    if ((isnan(a) && isnan(b)) || !(a < b || a > b || isnan(a) || isnan(b)))
        return true;
    text_number(a, x);
    text_number(b, y);
    return say(d, section, key, x, y);
}

/* ---- a plugin's parameters ---- */

static bool same_list(const fade_value *a, const fade_value *b)
{
    if (a->n != b->n || a->m != b->m || !a->v != !b->v || !a->texts != !b->texts || !a->key != !b->key)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if ((a->texts && strcmp(a->texts[i], b->texts[i]) != 0) || (a->key && strcmp(a->key[i], b->key[i]) != 0))
            return false;
    return true;
}

static size_t doubles(const fade_param *p, const fade_value *v)
{
    return !v->v                   ? 0
           : p->type == FADE_CURVE ? 2 * (size_t)v->n
           : p->type == FADE_GRID  ? v->n + v->m + (size_t)v->n * v->m
                                   : v->n;
}

static bool same_spread(const args_spread *a, const args_spread *b)
{
    return a->kind == b->kind && a->n == b->n && memcmp(&a->a, &b->a, sizeof a->a) == 0 &&
           memcmp(&a->b, &b->b, sizeof a->b) == 0 &&
           (!a->list || !b->list || memcmp(a->list, b->list, a->n * sizeof *a->list) == 0) &&
           strcmp(a->column ? a->column : "", b->column ? b->column : "") == 0;
}

static bool same_param(difference *d, const char *section, const scenario_part *a, const scenario_part *b, uint32_t i)
{
    const fade_param *p = library_at(&a->plugin->desc->params, i);
    const fade_value *x = &a->args->fade.at[i], *y = &b->args->fade.at[i];
    if (p->type != FADE_TEXT && p->type != FADE_PATH && p->type != FADE_CHOICE &&
        !numbers(d, section, p->key, x->real, y->real))
        return false;
    if (!texts(d, section, p->key, x->text, y->text))
        return false;
    bool many = same_list(x, y) && (!x->v || memcmp(x->v, y->v, doubles(p, x) * sizeof *x->v) == 0) &&
                (!a->args->spread || same_spread(&a->args->spread[i], &b->args->spread[i]));
    return many || say(d, section, p->key, "one list", "another");
}

static bool same_source(difference *d, const scenario *a, const scenario *b)
{
    const scenario_part *x = &a->source, *y = &b->source;
    if (!texts(d, "source", "plugin", x->plugin->desc->id, y->plugin->desc->id))
        return false;
    for (uint32_t i = 0; i < x->plugin->desc->params.n; i++)
        if (!same_param(d, "source", x, y, i))
            return false;
    return true;
}

/* ---- the rest ---- */

static const scenario_condition *condition(const scenario *sc, const char *key)
{
    for (size_t i = 0; i < sc->ncondition; i++)
        if (strcmp(sc->condition[i].column.key, key) == 0)
            return &sc->condition[i];
    return NULL;
}

static bool same_conditions(difference *d, const scenario *a, const scenario *b)
{
    for (size_t i = 0; i < b->ncondition; i++)
        if (!condition(a, b->condition[i].column.key))
            return say(d, "conditions", b->condition[i].column.key, NULL, "set");
    for (size_t i = 0; i < a->ncondition; i++) {
        const scenario_condition *x = &a->condition[i], *y = condition(b, x->column.key);
        if (!y)
            return say(d, "conditions", x->column.key, "set", NULL);
        if (!numbers(d, "conditions", x->column.key, x->value, y->value) ||
            !texts(d, "conditions", x->column.key, x->call ? x->call->text : NULL, y->call ? y->call->text : NULL))
            return false;
    }
    return true;
}

static bool same_use(difference *d, const scenario *a, const scenario *b)
{
    const protocol_plan *pa = &a->protocol.cycle, *pb = &b->protocol.cycle;
    for (size_t i = 0; i < pa->n || i < pb->n; i++)
        if (!texts(d, "protocol", "steps", i < pa->n ? pa->op[i].step.text : NULL,
                   i < pb->n ? pb->op[i].step.text : NULL))
            return false;
    if (!texts(d, "run", "protocol", a->protocol.text, b->protocol.text))
        return false;
    for (size_t i = 0; i < a->nstop || i < b->nstop; i++)
        if (!texts(d, "run", "stop", i < a->nstop ? a->stop[i].text : NULL, i < b->nstop ? b->stop[i].text : NULL))
            return false;
    return numbers(d, "run", "cycles", (double)a->cycles, (double)b->cycles) &&
           numbers(d, "cell", "nominal_capacity", a->cell.nominal_capacity, b->cell.nominal_capacity) &&
           numbers(d, "cell", "initial_capacity", a->cell.initial_capacity, b->cell.initial_capacity) &&
           texts(d, "cell", "soh_reference", a->soh_reference == SOH_NOMINAL ? "nominal" : "initial",
                 b->soh_reference == SOH_NOMINAL ? "nominal" : "initial");
}

static bool same_scores(difference *d, const scenario *a, const scenario *b)
{
    char known[2][64];
    split_say(&a->evaluate.split, known[0]);
    split_say(&b->evaluate.split, known[1]);
    if (a->evaluate.on != b->evaluate.on)
        return say(d, "evaluate", "split", a->evaluate.on ? "set" : NULL, b->evaluate.on ? "set" : NULL);
    return (!a->evaluate.on || (texts(d, "evaluate", "target", a->evaluate.target, b->evaluate.target) &&
                                texts(d, "evaluate", "truth", a->evaluate.truth, b->evaluate.truth) &&
                                texts(d, "evaluate", "split", known[0], known[1]))) &&
           numbers(d, "health", "eol", a->health.eol, b->health.eol) &&
           numbers(d, "health", "hold", (double)a->health.hold, (double)b->health.hold);
}

int compare_same(const scenario *a, const scenario *b, why *w)
{
    difference d;
    if (same_source(&d, a, b) && same_conditions(&d, a, b) && same_use(&d, a, b) && same_scores(&d, a, b))
        return E_OK;
    return fail(w, E_INPUT,
                "%s cannot stand beside %s: %s.%s is %s there, %s here; models are compared on the same rows", b->file,
                a->file, d.section, d.key, d.b, d.a);
}
