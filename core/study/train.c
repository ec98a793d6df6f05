/* SPDX-License-Identifier: MIT
 * train.c - a corrector learns the residual of the rows up to the origin, one model a cell or one for all, behind a gate.
 *
 * The gate is the weight a correction earned where it could be tested: a model of the first two thirds of each cell's known rows
 * predicts the last third, and w = sum(r m) / sum(m m), kept within 0..1, is what would have been right.  A correction that did not
 * lower the error there gets 0: it may help and may not hurt.  The same third stretches sigma until its 90 % band holds 90 %.
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

/* Trains on the rows of pick[n]; *model NULL when the corrector declines. */
static int train_on(object *o, const fade_corrector_v1 *vt, const args *a, const rows *r, const size_t *pick, size_t n, void **model, why *w)
{
    rows some;
    size_t nc = r->fade.ncol;
    engine_table t = { .ncol = nc };
    double x[256];
    *model = NULL;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < nc; c++)
            x[c] = r->col[c][pick[i]];
        if (engine_table_add(&t, x, r->target[pick[i]], r->cell[pick[i]], r->row[pick[i]]))
            return engine_table_free(&t), fail(w, E_NOMEM, "no memory to train on %zu rows", n);
    }
    int rc = rows_open(&some, &t, r->fade.column, w);
    if (!rc) {
        int32_t s = vt->train(&o->host, &a->fade, &some.fade, NULL, model);
        rc = s < 0 ? object_why(o, s, "train", w) : E_OK;
    }
    rows_free(&some);
    engine_table_free(&t);
    return rc;
}

typedef struct trial { double *mean, *sigma, *residual; size_t n; } trial;

static int predict_on(predictor *p, const void *model, const rows *r, const size_t *pick, size_t n, trial *out, why *w)
{
    int rc = predictor_open(p, w);
    for (size_t at = 0; at < n && !rc; at += PREDICTOR_ROWS) {
        uint32_t some = n - at < PREDICTOR_ROWS ? (uint32_t)(n - at) : PREDICTOR_ROWS;
        for (uint32_t i = 0; i < some; i++)
            for (size_t c = 0; c < r->fade.ncol; c++)
                p->in[c][i] = r->col[c][pick[at + i]];
        rc = predictor_run(p, model, r->cell[pick[at]], some, w);
        for (uint32_t i = 0; i < some && !rc; i++, out->n++) {
            out->mean[out->n] = p->out[p->mean][i];
            out->sigma[out->n] = p->sigma >= 0 ? p->out[p->sigma][i] : NAN;
            out->residual[out->n] = r->target[pick[at + i]];
        }
    }
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What the trial earned: weight, RMSE without and with it, and the factor that makes sigma's band hold. */
static void judge(trial *t, double *gate, double *stretch, double *before, double *after)
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
    *gate = *after < LEAST_GAIN * *before ? w : 0;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        double z = fabs(t->residual[i] - *gate * t->mean[i]) / t->sigma[i];
        if (isfinite(z))
            t->mean[n++] = z;
    }
    qsort(t->mean, n, sizeof *t->mean, by_value);
    size_t at = (size_t)ceil(0.9 * (double)(n + 1));
    *stretch = n ? fmax(1, t->mean[at > n ? n - 1 : at - 1] / BAND) : 1;
}

static int gate_of(object *o, const fade_corrector_v1 *vt, const args *a, const rows *r, const size_t *pick, size_t n, bool on, predictor *p,
                   double *gate, double *stretch, double *before, double *after, why *w)   /* long: one figure per argument */
{
    size_t *first = mem_zero(n + 1, sizeof *first), *last = mem_zero(n + 1, sizeof *last), nf = 0, nl = 0;
    trial t = { mem_zero(n + 1, sizeof(double)), mem_zero(n + 1, sizeof(double)), mem_zero(n + 1, sizeof(double)), 0 };
    void *model = NULL;
    int rc = first && last && t.mean && t.sigma && t.residual ? E_OK : fail(w, E_NOMEM, "no memory to test a correction on %zu rows", n);
    for (size_t i = 0; i < n && !rc;) {
        size_t end = i;
        while (end < n && r->cell[pick[end]] == r->cell[pick[i]])
            end++;
        size_t cut = i + (size_t)((double)(end - i) * FIRST_PART);
        for (; i < end; i++)
            *(i < cut ? &first[nf++] : &last[nl++]) = pick[i];
    }
    *gate = *stretch = 1;
    *before = *after = NAN;
    if (!rc && nf >= LEAST_ROWS / 2 && nl > 0)
        rc = train_on(o, vt, a, r, first, nf, &model, w);
    if (!rc && model)
        rc = predict_on(p, model, r, last, nl, &t, w);
    if (!rc && model)
        judge(&t, gate, stretch, before, after);
    if (!on)
        *gate = 1;
    if (model && vt->model->destroy)
        vt->model->destroy(model);
    free(first);
    free(last);
    free(t.mean);
    free(t.sigma);
    free(t.residual);
    return rc;
}

static int one_model(const scenario_corrector *sc, object *o, const fade_corrector_v1 *vt, const rows *r, const size_t *pick, size_t n,
                     predictor *p, engine_correction *out, size_t m, why *w)   /* long: one figure per argument */
{
    out->gate[m] = 0;
    out->stretch[m] = 1;
    if (n < LEAST_ROWS)
        return E_OK;
    int rc = gate_of(o, vt, sc->part.args, r, pick, n, sc->gate, p, &out->gate[m], &out->stretch[m], &out->before[m], &out->after[m], w);
    out->rows[m] = n;
    return rc ? rc : train_on(o, vt, sc->part.args, r, pick, n, &out->model[m], w);
}

static int room(engine_correction *k, size_t n, why *w)
{
    k->model = mem_zero(n + 1, sizeof *k->model);
    k->gate = mem_zero(n + 1, sizeof *k->gate);
    k->stretch = mem_zero(n + 1, sizeof *k->stretch);
    k->rows = mem_zero(n + 1, sizeof *k->rows);
    k->before = mem_zero(n + 1, sizeof *k->before);
    k->after = mem_zero(n + 1, sizeof *k->after);
    k->nmodel = n;
    return k->model && k->gate && k->stretch && k->rows && k->before && k->after ? E_OK : fail(w, E_NOMEM, "no memory for %zu models", n);
}

int train_corrector(const scenario_corrector *sc, object *o, const fade_corrector_v1 *vt, engine_table *t, const fade_column *features,
                    size_t nlane, engine_correction *out, why *w)
{
    rows r = { 0 };
    predictor p = { .object = o, .vt = vt, .nfeature = t->ncol };
    size_t *pick = mem_zero(t->n + 1, sizeof *pick);
    bool pooled = sc->pooled || nlane == 1;
    int rc = pick ? rows_open(&r, t, features, w) : fail(w, E_NOMEM, "no memory to train on %zu rows", t->n);
    rc = rc ? rc : room(out, pooled ? 1 : nlane, w);
    for (size_t i = 0; i < t->n && !rc;) {
        size_t n = 0;
        uint32_t cell = r.cell[i];
        for (; i < t->n && (pooled || r.cell[i] == cell); i++)
            pick[n++] = i;
        rc = one_model(sc, o, vt, &r, pick, n, &p, out, pooled ? 0 : cell, w);
    }
    predictor_free(&p);
    rows_free(&r);
    free(pick);
    return rc;
}
