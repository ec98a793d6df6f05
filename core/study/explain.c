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

enum { STREAM_ORDER = 0x65786f, STREAM_ROW = 0x657872 };

static const fade_explain_v1 *told_by(const fade_desc *d)
{
    const fade_explain_v1 *vt = library_iface(d, "fade.explain/1");
    return vt && FADE_HAS(vt, shares) && vt->shares ? vt : NULL;
}

bool explain_is_told(const fade_desc *d) { return told_by(d) != NULL; }

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
    size_t first, nplace; /* rows that are changed: those asked for, or all of their cells where a model has a memory */
    bool all;
    double *kept, *mem;                           /* [p][nplace]; the five behind */
    double *now, *before;                         /* [n] */
    double *pair, *last, *square; /* [p][n] shares of one order forth and back, of the one before, squares */
    size_t *order;                                /* [p] */
    const explain_options *o;
    size_t pairs, couples; /* couples: of pairs behind the same row, whose differences are summed */
    explain *x;
} walk;

static double *column(const walk *t, size_t feature)
{
    return t->k->data->col[t->k->feature[feature]].v;
}

static size_t place(const walk *t, size_t i) { return t->all ? t->first + i : t->row[i]; }

static void restore(const walk *t, size_t feature)
{
    double *v = column(t, feature);
    for (size_t i = 0; i < t->nplace; i++)
        v[place(t, i)] = t->kept[feature * t->nplace + i];
}

static int ask(walk *t, double *said, why *w)
{
    return learner_predict(t->k, &t->m, t->row, t->x->n, &(learner_said){ .correction = said }, w);
}

/* Shows the features in order, forth or back, behind a row of training. */
static int show(walk *t, const double *behind, double count, bool back, why *w)
{
    size_t p = t->x->p, n = t->x->n;
    for (size_t j = 0; j < p; j++) {
        double *v = column(t, j);
        for (size_t i = 0; i < t->nplace; i++)
            v[place(t, i)] = behind[j];
    }
    int rc = ask(t, t->before, w);
    for (size_t i = 0; i < n && !rc; i++)
        t->x->share[p * n + i] += t->before[i] / (2 * count);
    for (size_t s = 0; s < p && !rc; s++) {
        size_t j = t->order[back ? p - 1 - s : s];
        restore(t, j);
        rc = ask(t, t->now, w);
        for (size_t i = 0; i < n && !rc; i++)
            t->pair[j * n + i] += (t->now[i] - t->before[i]) / 2;
        double *other = t->before;
        t->before = t->now;
        t->now = other;
    }
    return rc;
}

void explain_background(const learner *k, const size_t *train, size_t ntrain, uint64_t seed, bool spread, size_t n,
                        double *background)
{
    for (size_t i = 0; i < n; i++) {
        double at = random_uniform(seed, i, 0, STREAM_ROW);
        at = spread ? ((double)i + at) / (double)n : at;
        for (size_t j = 0; j < k->nfeature; j++)
            background[i * k->nfeature + j] = k->data->col[k->feature[j]].v[train[(size_t)(at * (double)ntrain)]];
    }
}

static void keep(walk *t)
{
    for (size_t j = 0; j < t->x->p; j++) {
        const double *v = column(t, j);
        t->order[j] = j;
        for (size_t i = 0; i < t->nplace; i++)
            t->kept[j * t->nplace + i] = v[place(t, i)];
    }
}

static void shuffle(walk *t, uint64_t pair)
{
    for (size_t j = t->x->p; j > 1; j--) {
        double u = random_uniform(t->o->seed, pair, j, STREAM_ORDER);
        size_t at = (size_t)(u * (double)j), held = t->order[j - 1];
        t->order[j - 1] = t->order[at];
        t->order[at] = held;
    }
}

/* Pairs go to rows of the background in turn; the first one of a row. */
static size_t behind_of(const walk *t, uint64_t pair) { return (size_t)pair * t->o->nbackground / t->pairs; }

static size_t first_of(const walk *t, size_t row)
{
    size_t n = t->o->nbackground;
    return (row * t->pairs + n - 1) / n;
}

/* One over the weight of a pair: rows count alike, whether or not as many pairs stand behind each. */
static double count_of(const walk *t, size_t row)
{
    size_t n = t->o->nbackground < t->pairs ? t->o->nbackground : t->pairs;
    return (double)(n * (first_of(t, row + 1) - first_of(t, row)));
}

static int sample(walk *t, why *w)
{
    size_t p = t->x->p, n = t->x->n;
    int rc = E_OK;
    for (uint64_t pair = 0; pair < t->pairs && !rc; pair++) {
        bool twin = pair % 2 && behind_of(t, pair) == behind_of(t, pair - 1);
        const double *behind = t->o->background + behind_of(t, pair) * p;
        double count = count_of(t, behind_of(t, pair)), *last = t->pair;
        t->pair = t->last;
        t->last = last;
        shuffle(t, pair);
        memset(t->pair, 0, p * n * sizeof *t->pair);
        rc = show(t, behind, count, false, w);
        rc = rc ? rc : show(t, behind, count, true, w);
        for (size_t i = 0; i < p * n; i++)
            t->x->share[i] += t->pair[i] / count;
        for (size_t i = 0; i < p * n && twin; i++)
            t->square[i] += (t->pair[i] - last[i]) * (t->pair[i] - last[i]) / 2;
        t->couples += twin;
    }
    for (size_t j = 0; j < p; j++)
        restore(t, j);
    return rc;
}

/* What two orders behind the same row differ by tells how far the mean of all may be off. */
static void err(const walk *t)
{
    explain *x = t->x;
    for (size_t i = 0; i < x->n; i++) {
        double most = 0;
        for (size_t j = 0; j < x->p; j++)
            most = fmax(most, t->square[j * x->n + i]);
        x->error[i] = t->couples ? sqrt(most / (double)t->couples / (double)t->pairs) : NAN;
    }
}

/* Rows that are changed: where a model has a memory all of the cells that are asked for. */
static void places(walk *t)
{
    const dataset *d = t->k->data;
    t->all = t->k->tile.nstate > 0;
    t->first = d->first[d->cell[t->row[0]]];
    t->nplace = t->all ? d->first[d->cell[t->row[t->x->n - 1]] + 1] - t->first : t->x->n;
}

static int sampled(learner *k, const learnt *m, const size_t *row, const explain_options *o, explain *x, why *w)
{
    size_t p = x->p, n = x->n;
    walk t = { .k = k, .m = *m, .row = row, .x = x, .o = o, .pairs = o->pairs ? o->pairs : EXPLAIN_PAIRS,
               .mem = mem_zero((3 * p + 2) * n + 1, sizeof *t.mem), .order = mem_zero(p + 1, sizeof *t.order) };
    x->error = mem_zero(n + 1, sizeof *x->error);
    t.m.gate = 1;
    t.m.reach = INFINITY;
    int rc = t.mem && t.order && x->error ? E_OK : fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    if (!rc) {
        t.now = t.mem;
        t.before = t.now + n;
        t.pair = t.before + n;
        t.last = t.pair + p * n;
        t.square = t.last + p * n;
        rc = ask(&t, t.now, w);                   /* after which the tile knows its state */
    }
    if (!rc) {
        places(&t);
        t.kept = mem_zero(p * t.nplace + 1, sizeof *t.kept);
        rc = t.kept ? E_OK : fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    }
    if (!rc) {
        keep(&t);
        rc = sample(&t, w);
        err(&t);
    }
    x->sampled = true;
    free(t.kept);
    free(t.mem);
    free(t.order);
    return rc;
}

int explain_rows(learner *k, const learnt *m, const size_t *row, size_t n, const explain_options *o, explain *out,
                 why *w)
{
    const fade_explain_v1 *vt = told_by(k->sc->part.plugin->desc);
    *out = (explain){ .n = n, .p = k->nfeature, .share = mem_zero((k->nfeature + 1) * n + 1, sizeof *out->share) };
    if (!out->share)
        return fail(w, E_NOMEM, "no memory to explain %zu rows", n);
    if (!m->model || !n || (!vt && !o->nbackground))
        return E_OK;
    return vt ? told(k, m, vt, row, out, w) : sampled(k, m, row, o, out, w);
}

void explain_free(explain *x)
{
    free(x->share);
    free(x->error);
    *x = (explain){ 0 };
}

int explain_gain(const learner *k, const learnt *m, double *gain, bool *has, why *w)
{
    const fade_explain_v1 *vt = told_by(k->sc->part.plugin->desc);
    double sum = 0;
    *has = vt && FADE_HAS(vt, gain) && vt->gain && m->model;
    int rc = *has ? says(k, vt->gain(m->model, gain), w) : E_OK;
    for (size_t j = 0; j < k->nfeature && *has && !rc; j++)
        sum += gain[j];
    for (size_t j = 0; j < k->nfeature && sum > 0; j++)
        gain[j] /= sum;
    return rc;
}
