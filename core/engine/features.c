/* SPDX-License-Identifier: MIT
 * features.c - the columns a corrector may see, and the guard against those that hold the answer.
 *
 * A correction forecasts: at the origin only what is planned is known of later rows.  So a feature is a planned column
 * of the source, the row's number, or what the physics makes of planned values; anything else is refused by name, with
 * the reason.
 */
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

static const struct { const char *key; int code; const char *doc; } made[] = {
    { "cycle", FEATURE_CYCLE, "Number of the cycle." },
    { "cycle_sqrt", FEATURE_CYCLE_SQRT, "Its square root." },
};
enum { NMADE = sizeof made / sizeof made[0] };

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
    const char *words[512];
    size_t n = 0;
    for (; n < NMADE; n++)
        words[n] = made[n].key;
    for (size_t i = 0; i < e->ncolumn && n < 512; i++)
        if (!refusal(&e->column[i]))
            words[n++] = e->column[i].key;
    const char *near = text_nearest(key, words, n);
    return tree_complain(p, sc->feature_node, E_INPUT, "corrector %s: there is no column %s to learn from%s%s%s",
                         sc->part.label, key, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static int bind_feature(engine *e, const scenario_corrector *sc, corrector_use *u, const char *key, tree_problems *p)
{
    for (size_t i = 0; i < NMADE; i++)
        if (strcmp(made[i].key, key) == 0) {
            u->feature[u->nfeature] = made[i].code;
            u->feature_column[u->nfeature++] =
                (fade_column){ .key = made[i].key, .unit = "", .doc = made[i].doc, .width = 1 };
            return E_OK;
        }
    for (size_t i = 0; i < e->ncolumn; i++) {
        if (strcmp(e->column[i].key, key) != 0)
            continue;
        const char *no = refusal(&e->column[i]);
        if (no)
            return tree_complain(p, sc->feature_node, E_INPUT, "corrector %s: feature %s %s", sc->part.label, key, no);
        u->feature[u->nfeature] = (int)i;
        u->feature_column[u->nfeature++] = e->column[i];
        return E_OK;
    }
    return unknown(e, sc, key, p);
}

static int open_use(corrector_use *u, const scenario_corrector *sc, uint64_t seed, size_t n, why *w)
{
    u->vt = library_iface(sc->part.plugin->desc, "fade.corrector/1");
    if (!u->vt || !u->vt->model || !u->vt->model->step)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.corrector/1 with a model", sc->part.plugin->desc->id);
    u->feature = mem_zero(n + 1, sizeof *u->feature);
    u->feature_column = mem_zero(n + 1, sizeof *u->feature_column);
    if (!u->feature || !u->feature_column)
        return fail(w, E_NOMEM, "no memory for %zu features", n);
    int rc = object_open(sc->part.plugin, sc->part.node, seed, &u->object, w);
    u->tile = (predictor){ .object = u->object, .vt = u->vt, .nfeature = n };
    return rc;
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
        if (!sc->evaluate.on)
            tree_complain(p, k->part.node, E_INPUT,
                          "corrector %s has nothing to learn from: [evaluate] says which rows are known",
                          k->part.label);
        for (size_t i = 0; i < n; i++)
            bind_feature(e, k, &e->corrector[c], key[i], p);
    }
    return E_OK;
}

void features_fill(const corrector_use *u, const double *row, const struct recinfo *info, double *const *in,
                   uint32_t at)
{
    for (size_t f = 0; f < u->nfeature; f++)
        switch (u->feature[f]) {
        case FEATURE_CYCLE: in[f][at] = (double)info->cycle; break;
        case FEATURE_CYCLE_SQRT: in[f][at] = sqrt((double)info->cycle); break;
        default: in[f][at] = row[u->feature[f]];
        }
}

void features_free(engine *e)
{
    for (size_t c = 0; e->corrector && c < e->sc->ncorrector; c++) {
        free(e->corrector[c].feature);
        free(e->corrector[c].feature_column);
        object_close(e->corrector[c].object);
    }
    free(e->corrector);
}
