/* SPDX-License-Identifier: MIT
 * explain.c - Shapley values, told by the plugin or sampled: Strumbelj and Kononenko, Knowl. Inf. Syst. 41, 647 (2014),
 * doi 10.1007/s10115-013-0679-x; each order of features is walked forth and back.
 */
#include "core/study/explain.h"
#include "core/base/mem.h"
#include "core/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 8, STREAM_ORDER = 0x65786f, STREAM_ROW = 0x657872 };

static const fade_explain_v1 *told_by(const learner *k)
{
    const fade_desc *d = k->sc->part.plugin->desc;
    const fade_explain_v1 *vt = library_iface(d, "fade.explain/1");
    return vt && FADE_HAS(vt, shares) && vt->shares ? vt : NULL;
}

static int says(const learner *k, int32_t code, why *w)
{
    return code < 0 ? object_why(k->object, code, "explain its model", w) : E_OK;
}

/* ---- by the plugin, in pieces of n rows ---- */

static int told(const learner *k, const learnt *m, const fade_explain_v1 *vt, const size_t *row, explain *x, why *w)
{
    double *v = mem_zero(x->p * x->n + 1, sizeof *v);
    const double **in = mem_zero(x->p + 1, sizeof *in);
    double **share = mem_zero(x->p + 1, sizeof *share);
    int rc = v && in && share ? E_OK : fail(w, E_NOMEM, "no memory to explain %zu rows", x->n);
    for (size_t j = 0; j <= x->p && !rc; j++) {
        share[j] = x->share + j * x->n;
        for (size_t i = 0; i < x->n && j < x->p; i++)
            v[j * x->n + i] = k->data->col[k->feature[j]].v[row[i]];
        in[j] = v + j * x->n;
    }
    rc = rc ? rc : says(k, vt->shares(m->model, x->n, in, share), w);
    free(v);
    free(in);
    free(share);
    return rc;
}

/* ---- sampled ---- */

typedef struct walk {
    learner *k;
    learnt m;                                     /* without its gate */
    const size_t *row;
    size_t nplace; /* rows that are changed: those asked for, or all where a model has a memory */
    bool all;
    double *kept, *now, *before, *other;          /* [p][nplace], [n], [n]; [PAIRS][p] of rows of training */
    size_t *order;                                /* [p] */
    explain *x;
} walk;

static double *column(const walk *t, size_t feature)
{
    return t->k->data->col[t->k->feature[feature]].v;
}

static void restore(const walk *t, size_t feature)
{
    double *v = column(t, feature);
    for (size_t i = 0; i < t->nplace; i++)
        v[t->all ? i : t->row[i]] = t->kept[feature * t->nplace + i];
}

static int ask(walk *t, double *said, why *w)
{
    return learner_predict(t->k, &t->m, t->row, t->x->n, &(learner_said){ .correction = said }, w);
}

/* Shows the features in order, forth or back, behind a row of training. */
static int show(walk *t, const double *behind, bool back, why *w)
{
    size_t p = t->x->p, n = t->x->n;
    for (size_t j = 0; j < p; j++) {
        double *v = column(t, j);
        for (size_t i = 0; i < t->nplace; i++)
            v[t->all ? i : t->row[i]] = behind[j];
    }
    int rc = ask(t, t->before, w);
    for (size_t i = 0; i < n && !rc; i++)
        t->x->share[p * n + i] += t->before[i] / (2 * PAIRS);
    for (size_t s = 0; s < p && !rc; s++) {
        size_t j = t->order[back ? p - 1 - s : s];
        restore(t, j);
        rc = ask(t, t->now, w);
        for (size_t i = 0; i < n && !rc; i++)
            t->x->share[j * n + i] += (t->now[i] - t->before[i]) / (2 * PAIRS);
        double *other = t->before;
        t->before = t->now;
        t->now = other;
    }
    return rc;
}

static void prepare(walk *t, const size_t *train, size_t ntrain, uint64_t seed)
{
    size_t p = t->x->p;
    for (size_t j = 0; j < p; j++) {
        const double *v = column(t, j);
        t->order[j] = j;
        for (size_t i = 0; i < t->nplace; i++)
            t->kept[j * t->nplace + i] = v[t->all ? i : t->row[i]];
        for (uint64_t pair = 0; pair < PAIRS; pair++)
            t->other[pair * p + j] = v[train[(size_t)(random_uniform(seed, pair, 0, STREAM_ROW) * (double)ntrain)]];
    }
}

static int sample(walk *t, uint64_t seed, why *w)
{
    size_t p = t->x->p;
    int rc = E_OK;
    for (uint64_t pair = 0; pair < PAIRS && !rc; pair++) {
        for (size_t j = p; j > 1; j--) {
            size_t at = (size_t)(random_uniform(seed, pair, j, STREAM_ORDER) * (double)j), held = t->order[j - 1];
            t->order[j - 1] = t->order[at];
            t->order[at] = held;
        }
        rc = show(t, t->other + pair * p, false, w);
        rc = rc ? rc : show(t, t->other + pair * p, true, w);
    }
    for (size_t j = 0; j < p; j++)
        restore(t, j);
    return rc;
}

static int sampled(learner *k, const learnt *m, const size_t *row, const size_t *train, size_t ntrain, uint64_t seed,
                   explain *x, why *w)
{
    size_t p = x->p, n = x->n;
    walk t = { .k = k, .m = *m, .row = row, .x = x, .now = mem_zero(n + 1, sizeof *t.now),
               .before = mem_zero(n + 1, sizeof *t.before), .other = mem_zero(PAIRS * p + 1, sizeof *t.other),
               .order = mem_zero(p + 1, sizeof *t.order) };
    t.m.gate = 1;
    t.m.reach = INFINITY;
    int rc = t.now && t.before && t.other && t.order ? ask(&t, t.now, w)      /* after which the tile knows its state */
                                                     : fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    t.all = k->tile.nstate > 0;
    t.nplace = t.all ? k->data->n : n;
    t.kept = rc ? NULL : mem_zero(p * t.nplace + 1, sizeof *t.kept);
    if (t.kept) {
        prepare(&t, train, ntrain, seed);
        rc = sample(&t, seed, w);
    } else if (!rc)
        rc = fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    x->sampled = true;
    free(t.kept);
    free(t.now);
    free(t.before);
    free(t.other);
    free(t.order);
    return rc;
}

int explain_rows(learner *k, const learnt *m, const size_t *row, size_t n, const size_t *train, size_t ntrain,
                 uint64_t seed, explain *out, why *w)
{
    const fade_explain_v1 *vt = told_by(k);
    *out = (explain){ .n = n, .p = k->nfeature, .share = mem_zero((k->nfeature + 1) * n + 1, sizeof *out->share) };
    if (!out->share)
        return fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    if (!m->model || !n || !ntrain)
        return E_OK;
    return vt ? told(k, m, vt, row, out, w) : sampled(k, m, row, train, ntrain, seed, out, w);
}

void explain_free(explain *x)
{
    free(x->share);
    *x = (explain){ 0 };
}

int explain_gain(const learner *k, const learnt *m, double *gain, bool *has, why *w)
{
    const fade_explain_v1 *vt = told_by(k);
    double sum = 0;
    *has = vt && FADE_HAS(vt, gain) && vt->gain && m->model;
    int rc = *has ? says(k, vt->gain(m->model, gain), w) : E_OK;
    for (size_t j = 0; j < k->nfeature && *has && !rc; j++)
        sum += gain[j];
    for (size_t j = 0; j < k->nfeature && sum > 0; j++)
        gain[j] /= sum;
    return rc;
}
