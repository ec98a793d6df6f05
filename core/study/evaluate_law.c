/* SPDX-License-Identifier: MIT
 * evaluate_law.c - the law fitted anew in each fold, to the training rows and to nothing else.
 *
 * The fit reads the source's rows; the target of every row outside the training part is made unknown in its copy
 * before it looks.
 */
#include "core/base/mem.h"
#include "core/study/evaluate.h"
#include "core/study/fit_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL_STARTS = 2, TRIAL_ROWS = 8, KEPT_BYTES = 64 << 20 };

/* Laws of a fold's trials: each corrector is tried behind the same origins. */
typedef struct kept_law { uint64_t of; double *law; } kept_law;

struct evaluate_law {
    fit     f;
    kept_law *kept;
    size_t  nkept;
    double *seen, *target;                        /* as measured; the copy the fit looks at (the replay's) */
    size_t *place, *first;                        /* rows of the replay by cell, and where each cell's begin */
    size_t *cell;                                 /* the replay's number of each cell */
    size_t *known;                                /* rows of each cell up to the last that is trained on */
    double **late;                                /* [columns] as measured, where not planned; NULL: all known */
};

static int find_target(struct evaluate_law *k, const char *key, why *w)
{
    const replay *r = &k->f.rows;
    for (size_t c = 0; c < r->ncol; c++)
        if (strcmp(r->column[c].key, key) == 0)
            k->target = r->col[c];
    k->seen = mem_zero(r->n + 1, sizeof *k->seen);
    if (!k->target)
        return fail(w, E_INPUT, "the source writes no %s, and a law can be fitted to nothing else", key);
    if (!k->seen)
        return fail(w, E_NOMEM, "no memory to fit to %zu rows", r->n);
    memcpy(k->seen, k->target, r->n * sizeof *k->seen);
    return E_OK;
}

static int find_rows(struct evaluate_law *k, const dataset *d, why *w)
{
    const replay *r = &k->f.rows;
    k->place = mem_zero(r->n + 1, sizeof *k->place);
    k->first = mem_zero(d->ncell + 2, sizeof *k->first);
    k->cell = mem_zero(d->ncell + 1, sizeof *k->cell);
    k->known = mem_zero(d->ncell + 1, sizeof *k->known);
    if (!k->place || !k->first || !k->cell || !k->known)
        return fail(w, E_NOMEM, "no memory to fit to %zu rows", r->n);
    size_t n = 0;
    for (size_t c = 0; c < d->ncell; c++) {
        while (k->cell[c] < r->ncell && strcmp(r->name[k->cell[c]], d->name[c]))
            k->cell[c]++;
        k->first[c] = n;
        for (size_t i = 0; i < r->n; i++)
            if (r->cell[i] == k->cell[c])
                k->place[n++] = i;
        k->first[c + 1] = n;
    }
    return E_OK;
}

/* Of a forecast the law sees no later temperature than the origin's: what is not planned is kept, to be held there. */
static int keep_late(struct evaluate_law *k, const evaluate *e, why *w)
{
    const replay *r = &k->f.rows;
    if (e->o.ask != ASK_FORECAST || !split_in_time(&e->o.split))
        return E_OK;
    k->late = mem_zero(r->ncol + 1, sizeof *k->late);
    for (size_t c = 0; k->late && c < r->ncol; c++) {
        if (r->column[c].flags & FADE_PLANNED || r->col[c] == k->target)
            continue;
        if (!(k->late[c] = mem_zero(r->n + 1, sizeof **k->late)))
            return fail(w, E_NOMEM, "no memory to fit to %zu rows", r->n);
        memcpy(k->late[c], r->col[c], r->n * sizeof **k->late);
    }
    return k->late ? E_OK : fail(w, E_NOMEM, "no memory to fit to %zu rows", r->n);
}

/* Behind a cell's last training row each late column is the mean of the rows before. */
static void hold_late(struct evaluate_law *k, const dataset *d, const split_fold *f)
{
    const replay *r = &k->f.rows;
    memset(k->known, 0, d->ncell * sizeof *k->known);
    for (size_t i = 0; i < f->ntrain; i++)
        k->known[d->cell[f->train[i]]] = d->row[f->train[i]];
    for (size_t col = 0; k->late && col < r->ncol; col++)
        for (size_t c = 0; k->late[col] && c < d->ncell; c++) {
            double sum = 0;
            size_t n = 0;
            for (size_t i = k->first[c]; i < k->first[c + 1]; i++) {
                double v = k->late[col][k->place[i]];
                bool seen = i - k->first[c] < k->known[c];
                sum += seen && isfinite(v) ? v : 0;
                n += seen && isfinite(v);
                r->col[col][k->place[i]] = seen ? v : n ? sum / (double)n : NAN;
            }
        }
}

int evaluate_law_open(evaluate *e, why *w)
{
    struct evaluate_law *k = e->law = mem_zero(1, sizeof *k);
    const dataset *d = &e->data;
    if (!k)
        return fail(w, E_NOMEM, "no memory to fit");
    if (e->o.physics < 0)
        return fail(w, E_INPUT, "there is no law to fit %s of: --physics none takes it away", e->o.fit[0]);
    const char *target = d->col[d->target].key;
    fit_options o = { .target = target, .loss = LSQ_SOFT_L1, .starts = 8, .fraction = 1, .seed = e->o.seed,
                      .hooks = e->o.hooks, .stop = e->o.stop };
    int rc = fit_open(e->s, &o, &k->f, w);
    for (size_t i = 0; i < e->o.nfit && !rc; i++)
        rc = fit_add(&k->f, e->o.fit[i], w);
    if (!rc && k->f.physics != (size_t)e->o.physics)
        rc = fail(w, E_INPUT, "%s belongs to %s, while %s is evaluated: say --physics", e->o.fit[0],
                  e->s->physics[k->f.physics].label, e->s->physics[e->o.physics].label);
    rc = rc ? rc : find_target(k, target, w);
    rc = rc ? rc : keep_late(k, e, w);
    return rc ? rc : find_rows(k, d, w);
}

static void forget(struct evaluate_law *k)
{
    for (size_t i = 0; i < k->nkept; i++)
        free(k->kept[i].law);
    k->nkept = 0;
}

void evaluate_law_close(struct evaluate_law *k)
{
    if (!k)
        return;
    forget(k);
    free(k->kept);
    for (size_t c = 0; k->late && c < k->f.rows.ncol; c++)
        free(k->late[c]);
    free(k->late);
    free(k->known);
    fit_close(&k->f);
    free(k->seen);
    free(k->place);
    free(k->first);
    free(k->cell);
    free(k);
}

/* Rows of the replay that lie behind a row of the data set. */
static size_t behind(const struct evaluate_law *k, const dataset *d, size_t row)
{
    return k->place[k->first[d->cell[row]] + d->row[row] - 1];
}

/* Training rows are seen; of a cell with none, its first measured value, from which it starts. */
static void show(struct evaluate_law *k, const evaluate *e, const split_fold *f)
{
    const dataset *d = &e->data;
    for (size_t i = 0; i < k->f.rows.n; i++)
        k->target[i] = NAN;
    for (size_t i = 0; i < f->ntrain; i++)
        k->target[behind(k, d, f->train[i])] = k->seen[behind(k, d, f->train[i])];
    for (size_t c = 0; c < d->ncell; c++) {
        size_t at = k->first[c], seen = 0;
        for (size_t i = at; i < k->first[c + 1]; i++)
            seen += isfinite(k->target[k->place[i]]) != 0;
        while (!seen && at < k->first[c + 1] && !isfinite(k->seen[k->place[at]]))
            at++;
        if (!seen && at < k->first[c + 1])
            k->target[k->place[at]] = k->seen[k->place[at]];
    }
    hold_late(k, d, f);
}

/* Fits to one cell of the data set (-1: to all together) and writes the law's values of its rows. */
static int fit_some(struct evaluate_law *k, evaluate *e, int64_t cell, why *w)
{
    const dataset *d = &e->data;
    double x[FIT_PARAMS], *y = NULL, *out = d->col[d->physics].v;
    int64_t number = cell < 0 ? -1 : (int64_t)k->cell[cell];
    fit_result *r = mem_zero(1, sizeof *r);
    fit_law l = { 0 };
    int rc = r ? fit_run(&k->f, number, r, w) : fail(w, E_NOMEM, "no memory to fit");
    for (size_t j = 0; j < k->f.nparam && !rc; j++)
        x[j] = fit_inside(&k->f.param[j], r->at[j].value);
    rc = rc ? rc : fit_law_open(&k->f, number, &l, w);
    if (!rc && !(y = mem_zero(l.nall + 1, sizeof *y)))
        rc = fail(w, E_NOMEM, "no memory for the %zu rows of a fit", l.nall);
    rc = rc ? rc : fit_law_at(&l, 1, x, true, y, w);
    for (size_t i = 0; i < d->n && !rc; i++)
        if (cell < 0 || d->cell[i] == (uint64_t)cell)
            out[i] = y[(cell < 0 ? l.first[k->cell[d->cell[i]]] : 0) + d->row[i] - 1];
    fit_law_close(&l);
    free(r);
    free(y);
    return rc;
}

/* ---- behind the origins of trials ---- */

static uint64_t number_of(const size_t *row, size_t n)
{
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ row[i]) * 1099511628211u;
    return h ^ n;
}

/* law[n]: takes it where there is room; a law that is not kept is fitted again when it is asked for. */
static void keep(struct evaluate_law *k, uint64_t of, const double *law, size_t n)
{
    bool room = (k->nkept + 1) * n * sizeof *law < KEPT_BYTES;
    kept_law *more = room ? mem_grow(k->kept, k->nkept + 1, sizeof *more) : NULL;
    double *copy = more ? mem_zero(n + 1, sizeof *copy) : NULL;
    k->kept = more ? more : k->kept;
    if (!copy)
        return;
    memcpy(copy, law, n * sizeof *copy);
    k->kept[k->nkept++] = (kept_law){ of, copy };
}

static int fit_anew(evaluate *e, const size_t *row, size_t n, why *w)
{
    const dataset *d = &e->data;
    struct evaluate_law *k = e->law;
    bool apart = (e->o.split.kind == SPLIT_CELLS || e->o.split.kind == SPLIT_GROUPS) && d->ncell > 1;
    size_t starts = k->f.o.starts;
    k->f.o.starts = TRIAL_STARTS;
    show(k, e, &(split_fold){ .train = (size_t *)(uintptr_t)row, .ntrain = n });
    int rc = apart ? fit_some(k, e, -1, w) : E_OK;
    for (size_t i = 0; i < n && !rc && !apart; i++)
        if (i == 0 || d->cell[row[i]] != d->cell[row[i - 1]])
            rc = fit_some(k, e, (int64_t)d->cell[row[i]], w);
    k->f.o.starts = starts;
    return rc;
}

/* The law of these rows alone, beside what the data set has; of cells without any, what it has. */
int evaluate_law_anew(void *ctx, const size_t *row, size_t n, double *law, why *w)
{
    evaluate *e = ctx;
    const dataset *d = &e->data;
    double *stands = d->col[d->physics].v;
    uint64_t of = number_of(row, n);
    for (size_t i = 0; i < e->law->nkept; i++)
        if (e->law->kept[i].of == of) {
            memcpy(law, e->law->kept[i].law, d->n * sizeof *law);
            return E_OK;
        }
    double *kept = mem_zero(d->n + 1, sizeof *kept);
    if (!kept)
        return fail(w, E_NOMEM, "no memory to fit to %zu rows", n);
    memcpy(kept, stands, d->n * sizeof *kept);
    int rc = n < TRIAL_ROWS ? E_INPUT : fit_anew(e, row, n, w);
    memcpy(law, rc ? kept : stands, d->n * sizeof *law);
    memcpy(stands, kept, d->n * sizeof *kept);
    free(kept);
    if (rc && rc != E_INPUT)                      /* too few rows to fit: the law as it stands */
        return rc;
    keep(e->law, of, law, d->n);
    return E_OK;
}

int evaluate_law_fold(evaluate *e, const split_fold *f, why *w)
{
    struct evaluate_law *k = e->law;
    const dataset *d = &e->data;
    bool apart = e->o.split.kind == SPLIT_CELLS || e->o.split.kind == SPLIT_GROUPS;
    forget(k);
    show(k, e, f);
    if (apart && d->ncell > 1)
        return fit_some(k, e, -1, w);
    int rc = E_OK;
    for (size_t c = 0; c < d->ncell && !rc; c++)
        rc = fit_some(k, e, (int64_t)c, w);
    return rc;
}
