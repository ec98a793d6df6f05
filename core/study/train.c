/* SPDX-License-Identifier: MIT
 * train.c - a corrector learns the residual of the rows up to the origin, one model a cell or one for all, behind the
 * gate of lesson_gate.c.
 */
#include "core/base/mem.h"
#include "core/study/lesson.h"
#include "core/study/model_work.h"
#include "core/study/study.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct rows {                             /* the table, sorted by cell, then row */
    double     **col;
    double      *target, *law;
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
    free(r->law);
    free(r->cell);
    free(r->row);
}

static int rows_open(rows *r, const engine_table *t, why *w)
{
    size_t n = t->n;
    key *k = mem_zero(n + 1, sizeof *k);
    double *mem = mem_zero((t->ncol + 1) * (n + 1), sizeof *mem);
    *r = (rows){ .col = mem_zero(t->ncol + 1, sizeof *r->col),
                 .target = mem_zero(n + 1, sizeof *r->target),
                 .law = mem_zero(n + 1, sizeof *r->law),
                 .cell = mem_zero(n + 1, sizeof *r->cell),
                 .row = mem_zero(n + 1, sizeof *r->row) };
    if (!k || !mem || !r->col || !r->target || !r->law || !r->cell || !r->row) {
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
        r->law[i] = t->law[k[i].at];
        r->cell[i] = k[i].cell;
        r->row[i] = k[i].row;
    }
    free(k);
    return E_OK;
}

static int one_model(lesson *k, const picked *pick, engine_correction *out, size_t m)
{
    learnt l = { 0 };
    out->stretch[m] = 1;
    out->reach[m] = INFINITY;
    if (pick->n < LESSON_LEAST)
        return E_OK;
    int rc = lesson_earn(k, pick, &l);
    if (rc)
        return rc;
    out->rows[m] = pick->n;
    out->gate[m] = l.gate;
    out->stretch[m] = l.stretch;
    out->reach[m] = l.reach;
    out->before[m] = l.before;
    out->after[m] = l.after;
    out->band[m].n = l.nband;
    out->band[m].grow = l.grow;
    memcpy(out->band[m].horizon, l.horizon, sizeof l.horizon);
    memcpy(out->band[m].half, l.half, sizeof l.half);
    lesson_starts(k, pick, l.risen, out->start);
    return lesson_train(k, pick, &out->model[m]);
}

int train_corrector(const engine_training *in, engine_table *t, engine_correction *out, why *w)
{
    rows r;
    void *from = NULL;                            /* what training starts from */
    picked pick = { mem_zero(t->n + 1, sizeof *pick.at), 0 };
    bool pooled = in->corrector->pooled || in->nlane == 1;
    int rc = rows_open(&r, t, w);
    lesson k = { .sc = in->corrector,
                 .object = in->object,
                 .vt = in->vt,
                 .column = in->features,
                 .ncol = t->ncol,
                 .n = t->n,
                 .col = (const double *const *)r.col,
                 .target = r.target,
                 .law = r.law,
                 .cell = r.cell,
                 .row = r.row,
                 .tile = { .object = in->object, .vt = in->vt, .nfeature = t->ncol },
                 .gate = in->corrector->gate,
                 .id = in->id,
                 .why = w };
    if (!rc && !pick.at)
        rc = fail(w, E_NOMEM, "no memory to train on %zu rows", t->n);
    rc = rc ? rc : engine_correction_open(out, pooled ? 1 : in->nlane, w);
    rc = rc ? rc : engine_start_open(out, in->nlane, w);
    if (!rc && in->corrector->from)
        rc = model_start(in->corrector->from, NULL, in->features, t->ncol, in->object, in->vt, in->corrector->part.args,
                         &from, w);
    k.from = from;
    for (size_t i = 0; i < t->n && !rc;) {
        uint32_t cell = r.cell[i];
        for (pick.n = 0; i < t->n && (pooled || r.cell[i] == cell); i++)
            pick.at[pick.n++] = i;
        rc = one_model(&k, &pick, out, pooled ? 0 : cell);
    }
    lesson_drop(&k, from);
    predictor_free(&k.tile);
    rows_free(&r);
    free(pick.at);
    return rc;
}
