/* SPDX-License-Identifier: MIT
 * train.c - a corrector learns the residual of the rows up to the origin, one model a cell or one for all, behind a
 * gate.
 *
 * The gate is the weight a correction earned where it could be tested: a model of the first two thirds of each cell's
 * known rows predicts the last third, and w = sum(r m) / sum(m m), kept within 0..1, is what would have been right.  A
 * correction that did not lower the error there gets 0: it may help and may not hurt.  The same third stretches sigma
 * until its 90 % band holds 90 %.
 */
#include "core/base/mem.h"
#include "core/engine/predictor.h"
#include "core/study/study.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROWS = 6 };
static const double FIRST_PART = 2.0 / 3, LEAST_GAIN = 0.98, BAND = 1.6448536269514722;

typedef struct rows {                             /* the table, sorted by cell, then row */
    fade_table   fade;
    double     **col;
    double      *target;
    uint32_t    *cell, *row;
} rows;

typedef struct key { uint32_t cell, row; size_t at; } key;

static int by_cell(const void *a, const void *b)
{
    const key *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static void rows_free(rows *r)
{
    free(r->col ? r->col[0] : NULL);
    free(r->col);
    free(r->target);
    free(r->cell);
    free(r->row);
}

static int rows_open(rows *r, const engine_table *t, const fade_column *features, why *w)
{
    size_t n = t->n;
    key *k = mem_zero(n + 1, sizeof *k);
    double *mem = mem_zero((t->ncol + 1) * (n + 1), sizeof *mem);
    *r = (rows){ .col = mem_zero(t->ncol + 1, sizeof *r->col), .target = mem_zero(n + 1, sizeof *r->target),
                 .cell = mem_zero(n + 1, sizeof *r->cell), .row = mem_zero(n + 1, sizeof *r->row) };
    if (!k || !mem || !r->col || !r->target || !r->cell || !r->row) {
        free(k);
        free(mem);
        return fail(w, E_NOMEM, "no memory to train on %zu rows", n);
    }
    for (size_t i = 0; i < n; i++)
        k[i] = (key){ t->cell[i], t->row[i], i };
    qsort(k, n, sizeof *k, by_cell);
    for (size_t c = 0; c <= t->ncol; c++)
        r->col[c] = mem + c * (n + 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < t->ncol; c++)
            r->col[c][i] = t->col[c * t->cap + k[i].at];
        r->target[i] = t->target[k[i].at];
        r->cell[i] = k[i].cell;
        r->row[i] = k[i].row;
    }
    free(k);
    r->fade = (fade_table){ .size = sizeof r->fade, .ncol = (uint32_t)t->ncol, .n = n, .column = features,
                            .col = (const double *const *)r->col, .target = r->target, .cell = r->cell, .row = r->row };
    return E_OK;
}

/* One training at work: who teaches, from what, into what. */
typedef struct teacher {
    const scenario_corrector *sc;
    object                   *object;
    const fade_corrector_v1  *vt;
    rows                      rows;
    predictor                 tile;
    engine_correction        *out;
    why                      *why;
} teacher;

typedef struct picked {                           /* rows of the table, by index */
    size_t *at, n;
} picked;

/* Trains on the picked rows; *model NULL when the corrector declines. */
static int train_on(teacher *k, const picked *pick, void **model)
{
    const rows *r = &k->rows;
    rows some;
    engine_table t = { .ncol = r->fade.ncol };
    double x[256];
    *model = NULL;
    for (size_t i = 0; i < pick->n; i++) {
        size_t at = pick->at[i];
        for (size_t c = 0; c < t.ncol; c++)
            x[c] = r->col[c][at];
        if (engine_table_add(&t, x, r->target[at], r->cell[at], r->row[at])) {
            engine_table_free(&t);
            return fail(k->why, E_NOMEM, "no memory to train on %zu rows", pick->n);
        }
    }
    int rc = rows_open(&some, &t, r->fade.column, k->why);
    if (!rc) {
        int32_t s = k->vt->train(&k->object->host, &k->sc->part.args->fade, &some.fade, NULL, model);
        rc = s < 0 ? object_why(k->object, s, "train", k->why) : E_OK;
    }
    rows_free(&some);
    engine_table_free(&t);
    return rc;
}

typedef struct trial { double *mean, *sigma, *residual; size_t n; } trial;

static int predict_on(teacher *k, const void *model, const picked *pick, trial *out)
{
    const rows *r = &k->rows;
    predictor *p = &k->tile;
    int rc = predictor_open(p, k->why);
    for (size_t at = 0; at < pick->n && !rc; at += PREDICTOR_ROWS) {
        uint32_t some = pick->n - at < PREDICTOR_ROWS ? (uint32_t)(pick->n - at) : PREDICTOR_ROWS;
        for (uint32_t i = 0; i < some; i++)
            for (size_t c = 0; c < r->fade.ncol; c++)
                p->in[c][i] = r->col[c][pick->at[at + i]];
        rc = predictor_run(p, model, r->cell[pick->at[at]], some, k->why);
        for (uint32_t i = 0; i < some && !rc; i++, out->n++) {
            out->mean[out->n] = p->out[p->mean][i];
            out->sigma[out->n] = p->sigma >= 0 ? p->out[p->sigma][i] : NAN;
            out->residual[out->n] = r->target[pick->at[at + i]];
        }
    }
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The weight that would have been right, and the RMSE without and with it. */
static double weigh(trial *t, double *before, double *after)
{
    double rr = 0, rm = 0, mm = 0, ww = 0;
    for (size_t i = 0; i < t->n; i++) {
        double m = isfinite(t->mean[i]) ? t->mean[i] : 0;
        t->mean[i] = m;
        rr += t->residual[i] * t->residual[i];
        rm += t->residual[i] * m;
        mm += m * m;
    }
    double w = mm > 0 ? fmin(1, fmax(0, rm / mm)) : 0;
    for (size_t i = 0; i < t->n; i++)
        ww += pow(t->residual[i] - w * t->mean[i], 2);
    *before = sqrt(rr / (double)t->n);
    *after = sqrt(ww / (double)t->n);
    return *after < LEAST_GAIN * *before ? w : 0;
}

/* The factor on sigma that makes its 90 % band hold 90 % of the trial. */
static double stretch_of(trial *t, double gate)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        double z = fabs(t->residual[i] - gate * t->mean[i]) / t->sigma[i];
        if (isfinite(z))
            t->mean[n++] = z;                     /* the means are done with */
    }
    qsort(t->mean, n, sizeof *t->mean, by_value);
    size_t at = (size_t)ceil(0.9 * (double)(n + 1));
    return n ? fmax(1, t->mean[at > n ? n - 1 : at - 1] / BAND) : 1;
}

/* Each cell's first two thirds, and what comes after them. */
static void cut(const rows *r, const picked *pick, picked *first, picked *last)
{
    for (size_t i = 0; i < pick->n;) {
        size_t end = i;
        while (end < pick->n && r->cell[pick->at[end]] == r->cell[pick->at[i]])
            end++;
        size_t to = i + (size_t)((double)(end - i) * FIRST_PART);
        for (; i < end; i++) {
            picked *where = i < to ? first : last;
            where->at[where->n++] = pick->at[i];
        }
    }
}

/* A model of the first part, tried on the last: fills gate, stretch, before and after of model m. */
static int try_it(teacher *k, const picked *first, const picked *last, trial *t, size_t m)
{
    engine_correction *o = k->out;
    void *model = NULL;
    int rc = first->n >= LEAST_ROWS / 2 && last->n > 0 ? train_on(k, first, &model) : E_OK;
    if (!rc && model && !(rc = predict_on(k, model, last, t))) {
        o->gate[m] = weigh(t, &o->before[m], &o->after[m]);
        o->stretch[m] = stretch_of(t, o->gate[m]);
    }
    if (model && k->vt->model->destroy)
        k->vt->model->destroy(model);
    return rc;
}

static int set_gate(teacher *k, const picked *pick, size_t m)
{
    size_t n = pick->n + 1;
    picked first = { mem_zero(n, sizeof *first.at), 0 }, last = { mem_zero(n, sizeof *last.at), 0 };
    trial t = { mem_zero(n, sizeof(double)), mem_zero(n, sizeof(double)), mem_zero(n, sizeof(double)), 0 };
    int rc = E_OK;
    if (!first.at || !last.at || !t.mean || !t.sigma || !t.residual)
        rc = fail(k->why, E_NOMEM, "no memory to test a correction on %zu rows", pick->n);
    k->out->gate[m] = k->out->stretch[m] = 1;
    k->out->before[m] = k->out->after[m] = NAN;
    if (!rc) {
        cut(&k->rows, pick, &first, &last);
        rc = try_it(k, &first, &last, &t, m);
    }
    if (!k->sc->gate)
        k->out->gate[m] = 1;
    free(first.at);
    free(last.at);
    free(t.mean);
    free(t.sigma);
    free(t.residual);
    return rc;
}

static int one_model(teacher *k, const picked *pick, size_t m)
{
    k->out->stretch[m] = 1;
    if (pick->n < LEAST_ROWS)
        return E_OK;
    k->out->rows[m] = pick->n;
    int rc = set_gate(k, pick, m);
    return rc ? rc : train_on(k, pick, &k->out->model[m]);
}

static int room(engine_correction *k, size_t n, why *w)
{
    k->model = mem_zero(n + 1, sizeof *k->model);
    k->gate = mem_zero(n + 1, sizeof *k->gate);
    k->stretch = mem_zero(n + 1, sizeof *k->stretch);
    k->rows = mem_zero(n + 1, sizeof *k->rows);
    k->before = mem_zero(n + 1, sizeof *k->before);
    k->after = mem_zero(n + 1, sizeof *k->after);
    if (!k->model || !k->gate || !k->stretch || !k->rows || !k->before || !k->after)
        return fail(w, E_NOMEM, "no memory for %zu models", n);
    k->nmodel = n;
    return E_OK;
}

int train_corrector(const engine_training *in, engine_table *t, engine_correction *out, why *w)
{
    teacher k = { .sc = in->corrector, .object = in->object, .vt = in->vt, .out = out, .why = w,
                  .tile = { .object = in->object, .vt = in->vt, .nfeature = t->ncol } };
    picked pick = { mem_zero(t->n + 1, sizeof *pick.at), 0 };
    bool pooled = in->corrector->pooled || in->nlane == 1;
    int rc =
        pick.at ? rows_open(&k.rows, t, in->features, w) : fail(w, E_NOMEM, "no memory to train on %zu rows", t->n);
    rc = rc ? rc : room(out, pooled ? 1 : in->nlane, w);
    for (size_t i = 0; i < t->n && !rc;) {
        uint32_t cell = k.rows.cell[i];
        for (pick.n = 0; i < t->n && (pooled || k.rows.cell[i] == cell); i++)
            pick.at[pick.n++] = i;
        rc = one_model(&k, &pick, pooled ? 0 : cell);
    }
    predictor_free(&k.tile);
    rows_free(&k.rows);
    free(pick.at);
    return rc;
}
