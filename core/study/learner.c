/* SPDX-License-Identifier: MIT
 * learner.c - a corrector plugin over the rows of a data set.
 */
#include "core/study/learner.h"
#include "core/base/mem.h"
#include "core/study/learner_inside.h"
#include "core/study/model_work.h"
#include "core/study/series.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double BAND = 1.6448536269514722;

/* ---- opening ---- */

static int bind(learner *k, dataset *d, why *w)
{
    static const char *const usual[] = { "cycle" };
    const char *const *key = k->sc->nfeature ? k->sc->feature : usual;
    size_t n = k->sc->nfeature ? k->sc->nfeature : 1;
    k->feature = mem_zero(n + 1, sizeof *k->feature);
    k->column = mem_zero(n + 1, sizeof *k->column);
    if (!k->feature || !k->column)
        return fail(w, E_NOMEM, "no memory for %zu features", n);
    for (; k->nfeature < n; k->nfeature++) {
        int c = dataset_column_of(d, key[k->nfeature], w);
        if (c < 0)
            return why_prefix(w, "corrector %s", k->sc->part.label);
        const char *no = dataset_refuses(d, c, k->ask);
        int other = 0;                            /* asked otherwise it may be known */
        while (no && other < NASK && dataset_refuses(d, c, other))
            other++;
        if (no && other < NASK)
            return fail(w, E_INPUT, "corrector %s: feature %s %s (asked \"%s\" it is known)", k->sc->part.label,
                        key[k->nfeature], no, dataset_ask_word(other));
        if (no)
            return fail(w, E_INPUT, "corrector %s: feature %s %s", k->sc->part.label, key[k->nfeature], no);
        k->feature[k->nfeature] = c;
        k->column[k->nfeature] = (fade_column){ .key = d->col[c].key, .unit = d->col[c].unit, .doc = d->col[c].doc,
                                                .width = 1 };
    }
    return E_OK;
}

int learner_open(const scenario_corrector *sc, dataset *d, int ask, uint64_t seed, learner *k, why *w)
{
    *k = (learner){ .sc = sc, .data = d, .ask = ask, .unseen = sc->pooled || ask == ASK_ESTIMATE };
    k->ahead = k->unseen && ask != ASK_ESTIMATE;
    k->vt = library_iface(sc->part.plugin->desc, "fade.corrector/1");
    if (!k->vt || !k->vt->model || !k->vt->model->step || !k->vt->train)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.corrector/1 with a model", sc->part.plugin->desc->id);
    int rc = bind(k, d, w);
    rc = rc ? rc : object_open(sc->part.plugin, sc->part.node, seed, &k->object, w);
    k->tile = (predictor){ .object = k->object, .vt = k->vt, .nfeature = k->nfeature };
    if (!rc && sc->from && sc->from->npart == 1)
        rc = model_start(sc->from, NULL, k->column, k->nfeature, k->object, k->vt, sc->part.args, &k->from, w);
    return rc;
}

void learner_close(learner *k)
{
    if (k->from && k->vt->model->destroy)
        k->vt->model->destroy(k->from);
    predictor_free(&k->tile);
    object_close(k->object);
    free(k->feature);
    free(k->column);
    *k = (learner){ 0 };
}

/* ---- training ---- */

void learner_rows_free(learner_rows *r)
{
    free(r->col);
    free(r->target);
    free(r->law);
    free(r->id);
    free(r->group);
    free(r->pick.at);
}

/* What other labs' cells say of laws, they say of capacities that are forecast. */
static bool is_capacity(const learner *k)
{
    const dataset_column *c = &k->data->col[k->data->target];
    return k->ask == ASK_FORECAST && strcmp(c->key, "capacity") == 0 && strcmp(c->unit, "Ah") == 0;
}

int learner_rows_open(const learner *k, const size_t *row, size_t n, learner_rows *r, why *w)
{
    const dataset *d = k->data;
    *r = (learner_rows){ .col = mem_zero(k->nfeature + 1, sizeof *r->col),
                         .target = mem_zero(d->n + 1, sizeof *r->target),
                         .law = is_capacity(k) ? mem_zero(d->n + 1, sizeof *r->law) : NULL,
                         .id = mem_zero(d->ncell + 1, sizeof *r->id), .group = mem_zero(d->ncell + 1, sizeof *r->group),
                         .pick.at = mem_zero(n + 1, sizeof *r->pick.at) };
    if (!r->col || !r->target || !r->id || !r->group || !r->pick.at || (is_capacity(k) && !r->law))
        return fail(w, E_NOMEM, "no memory to train on %zu rows", n);
    for (size_t f = 0; f < k->nfeature; f++)
        r->col[f] = d->col[k->feature[f]].v;
    for (size_t i = 0; i < d->n; i++)
        r->target[i] = d->col[d->target].v[i] - (d->physics >= 0 ? d->col[d->physics].v[i] : 0);
    if (r->law && d->physics >= 0)
        memcpy(r->law, d->col[d->physics].v, d->n * sizeof *r->law);
    for (size_t c = 0; c < d->ncell; c++) {
        r->id[c] = text_hash(d->name[c]);
        while (strcmp(d->group[r->group[c]], d->group[c]) != 0)
            r->group[c]++;
    }
    for (size_t i = 0; i < n; i++)
        if (row[i] < d->n && isfinite(r->target[row[i]]))
            r->pick.at[r->pick.n++] = row[i];
    return E_OK;
}

/* ---- a law that is fitted to the training rows is fitted to a trial's known rows ---- */

static int target_anew(void *ctx, const picked *known, double *target, why *w)
{
    const learner *k = ctx;
    const dataset *d = k->data;
    int rc = k->anew(k->ctx, known->at, known->n, target, w);
    for (size_t i = 0; i < d->n; i++)
        target[i] = d->col[d->target].v[i] - target[i];
    return rc;
}

lesson learner_lesson(const learner *k, const learner_rows *r, why *w)
{
    const dataset *d = k->data;
    bool gate = k->sc->gate && d->physics >= 0;   /* without physics nothing is there to fall back to */
    return (lesson){ .sc = k->sc, .object = k->object, .vt = k->vt, .column = k->column, .ncol = k->nfeature, .n = d->n,
                     .col = r->col, .target = r->target, .law = r->law, .cell = d->cell, .row = d->row, .id = r->id,
                     .group = r->group, .tile = k->tile, .gate = gate, .unseen = k->unseen,
                     .ahead = k->ahead, .step = k->ask != ASK_FORECAST, .from = k->from, .why = w,
                     .anew = k->anew && d->physics >= 0 ? target_anew : NULL, .ctx = (void *)(uintptr_t)k };
}

int learner_train(learner *k, const size_t *row, size_t n, const learnt *from, learnt *out, why *w)
{
    const dataset *d = k->data;
    learner_rows r;
    *out = (learnt){ .gate = 1, .stretch = 1, .reach = INFINITY, .before = NAN, .after = NAN, .nlast = d->ncell };
    out->last = mem_zero(d->ncell + 1, sizeof *out->last);
    int rc = learner_rows_open(k, row, n, &r, w);
    out->start = r.law ? mem_zero(d->ncell + 1, sizeof *out->start) : NULL;
    for (size_t c = 0; out->start && c < d->ncell; c++)
        out->start[c] = (engine_start){ NAN, NAN, 1 };
    if (!rc && (!out->last || (r.law && !out->start)))
        rc = fail(w, E_NOMEM, "no memory to train on %zu rows", n);
    for (size_t i = 0; i < r.pick.n && !rc; i++)
        out->last[d->cell[r.pick.at[i]]] = d->row[r.pick.at[i]];
    if (!rc && r.pick.n >= LESSON_LEAST) {
        lesson l = learner_lesson(k, &r, w);
        l.from = from ? from->model : l.from;
        rc = lesson_earn(&l, &r.pick, out);
        rc = rc ? rc : lesson_train(&l, &r.pick, &out->model);
        if (out->start && !rc)
            lesson_starts(&l, &r.pick, out->risen, out->start);
        k->tile = l.tile;
        out->rows = r.pick.n;
    }
    learner_rows_free(&r);
    if (rc)
        learner_drop(k, out);
    return rc;
}

void learner_drop(learner *k, learnt *m)
{
    if (m->model && k->vt && k->vt->model->destroy)
        k->vt->model->destroy(m->model);
    free(m->last);
    free(m->start);
    m->model = NULL;
    m->last = NULL;
    m->start = NULL;
    m->nlast = 0;
}

/* ---- predicting ---- */

static void say(double *to, size_t i, double v)
{
    if (to)
        to[i] = v;
}

/* The band of a row about `total`: by how many rows behind the last one that was known. */
static engine_half halves(const learner *k, const learnt *m, size_t row, double sigma, double total, double *stretch)
{
    const dataset *d = k->data;
    uint32_t cell = d->cell[row], last = cell < m->nlast && m->last ? m->last[cell] : 0;
    double ahead = d->row[row] > last ? (double)(d->row[row] - last) : 0,
           h = k->ask == ASK_FORECAST ? fmax(ahead, 1) : 1;
    const engine_band *b = last && m->ahead.n ? &m->ahead : NULL;
    double own = b ? engine_band_half(b->horizon, b->half, b->n, b->grow, h) : lesson_half(m, h);
    engine_half out;
    *stretch = b ? m->ahead_stretch : m->stretch;
    own = isnan(own) ? BAND * sigma * *stretch : own;
    engine_halves(own, last && m->start ? &m->start[cell] : NULL, last, ahead, total, &out);
    return out;
}

double learner_weight(const learner *k, const learnt *m, double distance)
{
    return m->gate * (k->data->physics >= 0 ? lesson_fading(distance, m->reach) : 1);
}

static void tell(const learner *k, const learnt *m, size_t row, size_t i, const double *said, const learner_said *out)
{
    const dataset *d = k->data;
    double physics = d->physics >= 0 ? d->col[d->physics].v[row] : 0, mean = said[0], sigma = said[1], far = said[2];
    double weight = learner_weight(k, m, far);
    double correction = m->model ? weight * mean : d->physics >= 0 ? 0 : NAN, total = physics + correction;
    double stretch;
    engine_half half = halves(k, m, row, sigma, total, &stretch);
    bool none = is_capacity(k) && half.down > total && total > 0;       /* no capacity is below 0 */
    say(out->physics, i, d->physics >= 0 ? physics : NAN);
    say(out->correction, i, correction);
    say(out->total, i, total);
    say(out->sigma, i, sigma * stretch);
    say(out->distance, i, far);
    say(out->lower, i, none ? 0 : total - half.down);
    say(out->upper, i, total + half.up);
}

static uint64_t id_of(const void *ctx, uint32_t cell)
{
    return text_hash(((const learner *)ctx)->data->name[cell]);
}

static void fill(const void *ctx, size_t row, double *const *in, uint32_t at)
{
    const learner *k = ctx;
    for (size_t f = 0; f < k->nfeature; f++)
        in[f][at] = k->data->col[k->feature[f]].v[row];
}

int learner_predict(learner *k, const learnt *m, const size_t *row, size_t n, const learner_said *out, why *w)
{
    const dataset *d = k->data;
    const predictor *t = &k->tile;
    series s = { .tile = &k->tile, .model = m->model, .cell = d->cell, .row = d->row, .pick = row, .npick = n,
                 .id = id_of, .fill = fill, .ctx = k };
    for (size_t i = 0; i < n && !m->model; i++)
        tell(k, m, row[i], i, (double[]){ 0, NAN, 0 }, out);
    int rc = E_OK;
    while (m->model && s.done < n && !(rc = series_run(&s, w)))
        for (uint32_t i = 0; i < s.n; i++) {
            if (s.asked[i] == SIZE_MAX)
                continue;
            double said[3] = { isfinite(t->out[t->mean][i]) ? t->out[t->mean][i] : 0,
                               t->sigma >= 0 ? t->out[t->sigma][i] : NAN, 0 };
            said[2] = t->distance >= 0 && isfinite(t->out[t->distance][i]) ? t->out[t->distance][i] : 0;
            tell(k, m, row[s.asked[i]], s.asked[i], said, out);
            for (size_t x = 0; k->extra && x < PREDICTOR_EXTRAS; x++)
                if (t->extra[x] >= 0)
                    k->extra[x * k->stride + s.asked[i]] = t->out[t->extra[x]][i];
        }
    return rc;
}
