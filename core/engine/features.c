/* SPDX-License-Identifier: MIT
 * features.c - the columns a corrector may see, and the guard against those that hold the answer.
 *
 * A correction forecasts: at the origin only what is planned is known of later rows.  So a feature is a planned column
 * of the source, the row's number, what the physics makes of planned values, or a transform of one of these
 * ("rest_log"); anything else is refused by name, with the reason.
 */
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

static const char *refusal(const fade_column *c)
{
    if (c->flags & FADE_TARGET)
        return "contains the answer: it is what is predicted, or is made of it";
    if (c->flags & FADE_PLANNED)
        return NULL;
    return c->flags & FADE_EARLY ? "is known only during the cycle, not when it is forecast"
                                 : "is known only after the cycle, not when it is forecast";
}

static int unknown(engine *e, const scenario_corrector *sc, const char *key, tree_problems *p)
{
    const char *words[512] = { "cycle", "cycle_sqrt" };
    size_t n = 2;
    for (size_t i = 0; i < e->ncolumn && n < 512; i++)
        if (!refusal(&e->column[i]))
            words[n++] = e->column[i].key;
    const char *near = text_nearest(key, words, n);
    return tree_complain(p, sc->feature_node, E_INPUT, "corrector %s: there is no column %s to learn from%s%s%s",
                         sc->part.label, key, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* The column of the row table, or FEATURE_CYCLE; -1: there is none. */
static int column_of(const engine *e, const char *key)
{
    if (strcmp(key, "cycle") == 0)
        return FEATURE_CYCLE;
    for (size_t i = 0; i < e->ncolumn; i++)
        if (strcmp(e->column[i].key, key) == 0)
            return (int)i;
    return -1;
}

/* What the transforms at the end of a key are made of; *n of them, the last of the key first.  "": memory failed. */
static const char *stem_of(engine *e, const char *key, const transform *by[FEATURE_STEPS], size_t *n)
{
    size_t length;
    for (*n = 0; column_of(e, key) == -1 && *n + 1 < FEATURE_STEPS && (by[*n] = transform_of(key, &length)); ++*n) {
        key = mem_arena_format(e->arena, "%.*s", (int)length, key);
        if (!key)
            return "";
    }
    return key;
}

static int bind_feature(engine *e, const scenario_corrector *sc, corrector_use *u, const char *key, tree_problems *p)
{
    static const fade_column cycle = { .key = "cycle", .unit = "", .doc = "Number of the cycle.", .width = 1,
                                       .flags = FADE_PLANNED };
    const transform *by[FEATURE_STEPS];
    size_t n, at = u->nfeature;
    const char *stem = stem_of(e, key, by, &n);
    int column = column_of(e, stem);
    if (column == -1)
        return unknown(e, sc, stem, p);
    const fade_column *c = column == FEATURE_CYCLE ? &cycle : &e->column[column];
    const char *no = refusal(c);
    if (no)
        return tree_complain(p, sc->feature_node, E_INPUT, "corrector %s: feature %s %s", sc->part.label, key, no);
    for (size_t i = 0; i < n; i++)
        u->by[at][i] = by[n - 1 - i];
    u->feature[at] = column;
    u->feature_column[at] = *c;
    u->feature_column[at].key = key;
    u->feature_column[at].unit = n ? by[0]->unit : c->unit;
    u->nfeature++;
    return E_OK;
}

static int open_use(corrector_use *u, const scenario_corrector *sc, uint64_t seed, size_t n, why *w)
{
    u->vt = library_iface(sc->part.plugin->desc, "fade.corrector/1");
    if (!u->vt || !u->vt->model || !u->vt->model->step)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.corrector/1 with a model", sc->part.plugin->desc->id);
    u->feature = mem_zero(n + 1, sizeof *u->feature);
    u->feature_column = mem_zero(n + 1, sizeof *u->feature_column);
    u->by = mem_zero(n + 1, sizeof *u->by);
    if (!u->by || !u->feature || !u->feature_column)
        return fail(w, E_NOMEM, "no memory for %zu features", n);
    int rc = object_open(sc->part.plugin, sc->part.node, seed, &u->object, w);
    u->tile = (predictor){ .object = u->object, .vt = u->vt, .nfeature = n };
    return rc;
}

/* What a saved model learnt in other units is converted; what is another quantity by now is refused. */
static int features_of_model(corrector_use *u, const scenario_corrector *sc, tree_problems *p, why *w)
{
    u->scale = mem_zero(u->nfeature + 1, sizeof *u->scale);
    u->offset = mem_zero(u->nfeature + 1, sizeof *u->offset);
    if (!u->scale || !u->offset)
        return fail(w, E_NOMEM, "no memory for %zu features", u->nfeature);
    for (size_t i = 0; i < u->nfeature && u->nfeature == sc->nfeature; i++) {
        const char *here = u->feature_column[i].unit, *there = sc->model->feature[i].unit;
        unit a, b;
        u->scale[i] = 1;
        if (strcmp(here, there) == 0)
            continue;
        if (units_parse(here, &a, NULL) || units_parse(there, &b, NULL) ||
            !units_convert(&a, &b, NAN, &u->scale[i], &u->offset[i]))
            tree_complain(p, sc->feature_node, E_DOMAIN,
                          "corrector %s: feature %s is in %s here, the model learnt it in %s: no factor leads from "
                          "one to the other",
                          sc->part.label, sc->feature[i], *here ? here : "no unit", *there ? there : "no unit");
    }
    return E_OK;
}

int features_bind(engine *e, tree_problems *p, why *w)
{
    static const char *const usual[] = { "cycle" };
    const scenario *sc = e->sc;
    e->corrector = mem_zero(sc->ncorrector + 1, sizeof *e->corrector);
    e->correction = mem_zero(e->nphysics * sc->ncorrector + 1, sizeof *e->correction);
    e->table = mem_zero(e->nphysics * sc->ncorrector + 1, sizeof *e->table);
    if (!e->corrector || !e->correction || !e->table)
        return fail(w, E_NOMEM, "no memory for correctors");
    for (size_t c = 0; c < sc->ncorrector; c++) {
        const scenario_corrector *k = &sc->corrector[c];
        const char *const *key = k->nfeature ? k->feature : usual;
        size_t n = k->nfeature ? k->nfeature : 1;
        int rc = open_use(&e->corrector[c], k, sc->seed, n, w);
        if (rc)
            return rc;
        if (!sc->evaluate.on && !k->model)
            tree_complain(p, k->part.node, E_INPUT,
                          "corrector %s has nothing to learn from: [evaluate] says which rows are known",
                          k->part.label);
        for (size_t i = 0; i < n; i++)
            bind_feature(e, k, &e->corrector[c], key[i], p);
        if (k->model && (rc = features_of_model(&e->corrector[c], k, p, w)))
            return rc;
    }
    return E_OK;
}

void features_fill(const corrector_use *u, const double *row, const struct recinfo *info, double *const *in,
                   uint32_t at)
{
    for (size_t f = 0; f < u->nfeature; f++) {
        double v = u->feature[f] == FEATURE_CYCLE ? (double)info->cycle : row[u->feature[f]];
        for (size_t i = 0; u->by[f][i]; i++)
            v = u->by[f][i]->of(v);
        in[f][at] = v;
    }
    for (size_t f = 0; u->scale && f < u->nfeature; f++)
        in[f][at] = in[f][at] * u->scale[f] + u->offset[f];
}

void features_free(engine *e)
{
    for (size_t c = 0; e->corrector && c < e->sc->ncorrector; c++) {
        free(e->corrector[c].feature);
        free(e->corrector[c].feature_column);
        free(e->corrector[c].by);
        free(e->corrector[c].scale);
        free(e->corrector[c].offset);
        object_close(e->corrector[c].object);
    }
    free(e->corrector);
}
