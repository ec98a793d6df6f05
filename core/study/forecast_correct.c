/* SPDX-License-Identifier: MIT
 * forecast_correct.c - what a corrector adds to the fitted law from an origin: it learns the known rows' distance from
 * that law, as fitted there, and says the later ones'.
 *
 * Its own standard deviation holds the noise of what it learnt from; what is above that noise is how unsure the
 * correction is.
 */
#include "core/base/mem.h"
#include "core/study/forecast_inside.h"
#include "core/study/learner.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct lesson {
    const scenario         *s;
    const forecast_options *o;
    course                 *q;
    view                   *v;
    size_t                  n;                    /* cells */
    replay                  rows;                 /* of all of them */
    dataset                 d;
    learner                 l;
    size_t                 *known, *later;        /* rows of the data set */
    size_t                 *who;                  /* [ncell] course of a cell: some have no view */
    why                    *w;
} lesson;

/* The courses one behind the other, as far as their views reach; texts and columns are lent. */
static int join(lesson *k)
{
    replay *r = &k->rows;
    size_t at = 0;
    k->who = mem_zero(k->n + 1, sizeof *k->who);
    for (size_t c = 0; c < k->n; c++)
        r->n += k->v[c].n;
    r->column = k->q[0].rows.column;
    r->ncol = k->q[0].rows.ncol;
    r->cap = r->n;
    r->time = mem_zero(r->n + 1, sizeof *r->time);
    r->cycle = mem_zero(r->n + 1, sizeof *r->cycle);
    r->cell = mem_zero(r->n + 1, sizeof *r->cell);
    r->name = mem_zero(k->n + 1, sizeof *r->name);
    r->col = mem_zero(r->ncol + 1, sizeof *r->col);
    bool good = k->who && r->time && r->cycle && r->cell && r->name && r->col;
    for (size_t c = 0; c < r->ncol && good; c++)
        good = (r->col[c] = mem_zero(r->n + 1, sizeof **r->col)) != NULL;
    if (!good)
        return fail(k->w, E_NOMEM, "no memory for the %zu rows of a corrector", r->n);
    for (size_t c = 0; c < k->n; c++) {
        const replay *from = &k->q[c].rows;
        size_t n = k->v[c].n;
        if (n == 0)
            continue;
        r->name[r->ncell] = from->name[0];
        k->who[r->ncell] = c;
        for (size_t i = 0; i < r->ncol; i++)
            memcpy(r->col[i] + at, from->col[i], n * sizeof **r->col);
        memcpy(r->time + at, from->time, n * sizeof *r->time);
        memcpy(r->cycle + at, from->cycle, n * sizeof *r->cycle);
        for (size_t i = 0; i < n; i++)
            r->cell[at + i] = (uint32_t)r->ncell;
        at += n;
        r->ncell++;
    }
    return E_OK;
}

static void part(lesson *k)
{
    replay *r = &k->rows;
    for (size_t c = 0; r->col && c < r->ncol; c++)
        free(r->col[c]);
    free(r->col);
    free(r->time);
    free(r->cycle);
    free(r->cell);
    free(r->name);
    free(k->who);
    free(k->known);
    free(k->later);
    learner_close(&k->l);
    dataset_free(&k->d);
}

static int read_set(lesson *k)
{
    scenario sc;
    dataset_options o = { .physics = k->q[0].f.physics < k->s->nphysics ? (int64_t)k->q[0].f.physics : 0,
                          .target = k->q[0].f.o.target, .hooks = k->o->fit.hooks, .stop = k->o->fit.stop };
    int rc = replay_scenario(k->s, &k->rows, -1, &sc, k->w);
    rc = rc ? rc : dataset_read(&sc, &o, &k->d, k->w);
    if (rc)
        return rc;
    for (size_t i = 0; i < k->d.n; i++)           /* the law as fitted, not as the scenario has it */
        k->d.col[k->d.physics].v[i] = k->v[k->who[k->d.cell[i]]].middle[k->d.row[i] - 1];
    k->known = mem_zero(k->d.n + 1, sizeof *k->known);
    k->later = mem_zero(k->d.n + 1, sizeof *k->later);
    if (!k->known || !k->later)
        return fail(k->w, E_NOMEM, "no memory for the %zu rows of a corrector", k->d.n);
    const scenario_corrector *c = &k->s->corrector[k->o->corrector];
    int opened = learner_open(c, &k->d, ASK_FORECAST, k->s->seed, &k->l, k->w);
    k->l.ahead = false;                           /* its bands are made elsewhere */
    return opened;
}

/* Rows of cells first .. end - 1: one model. */
static int teach(lesson *k, size_t first, size_t end)
{
    learnt m = { 0 };
    size_t nknown = 0, nlater = 0;
    for (size_t i = 0; i < k->d.n; i++) {
        size_t c = k->who[k->d.cell[i]];
        if (c < first || c >= end)
            continue;
        if (k->d.row[i] <= k->v[c].known)
            k->known[nknown++] = i;
        else
            k->later[nlater++] = i;
    }
    double *said = mem_zero(2 * nlater + 1, sizeof *said);
    int rc = said ? E_OK : fail(k->w, E_NOMEM, "no memory for the predictions of a corrector");
    rc = rc ? rc : learner_train(&k->l, k->known, nknown, NULL, &m, k->w);
    learner_said out = { .correction = said, .sigma = said + nlater };
    if (!rc && m.model)
        rc = learner_predict(&k->l, &m, k->later, nlater, &out, k->w);
    for (size_t i = 0; i < nlater && !rc; i++) {
        view *v = &k->v[k->who[k->d.cell[k->later[i]]]];
        size_t row = k->d.row[k->later[i]] - 1;
        double sigma = said[nlater + i], own = sigma * sigma - v->noise * v->noise;
        v->gate = m.model ? m.gate : 0;
        v->correction[row] = m.model && isfinite(said[i]) ? said[i] : 0;
        v->spread_c[row] = m.model && own > 0 ? m.gate * sqrt(own) : 0;
    }
    learner_drop(&k->l, &m);
    free(said);
    return rc;
}

int forecast_correct(const scenario *s, const forecast_options *o, course *q, view *v, size_t n, why *w)
{
    lesson *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory for a corrector");
    *k = (lesson){ .s = s, .o = o, .q = q, .v = v, .n = n, .w = w };
    int rc = join(k);
    if (rc || k->rows.n == 0) {                   /* too early an origin for any cell */
        part(k);
        free(k);
        return rc;
    }
    rc = read_set(k);
    bool pooled = s->corrector[o->corrector].pooled;
    for (size_t c = 0; c < (pooled ? 1 : n) && !rc; c++)
        if (pooled || v[c].n)
            rc = teach(k, c, pooled ? n : c + 1);
    part(k);
    free(k);
    return rc;
}
