/* SPDX-License-Identifier: MIT
 * lesson.c - a corrector's train and step, on picked rows.
 */
#include "core/study/lesson.h"
#include "core/base/mem.h"
#include "core/study/series.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Copies of the picked rows: a plugin sees one table. */
typedef struct copy {
    double   **col, *mem, *target;
    uint32_t  *cell, *row;
    uint64_t  *id;
} copy;

static void copy_free(copy *c)
{
    free(c->col);
    free(c->mem);
    free(c->target);
    free(c->cell);
    free(c->row);
    free(c->id);
}

static int copy_rows(lesson *k, const picked *p, copy *c, fade_table *t)
{
    size_t n = p->n + 1;
    *c = (copy){ .col = mem_zero(k->ncol + 1, sizeof *c->col), .mem = mem_zero((k->ncol + 1) * n, sizeof *c->mem),
                 .target = mem_zero(n, sizeof *c->target), .cell = mem_zero(n, sizeof *c->cell),
                 .row = mem_zero(n, sizeof *c->row), .id = mem_zero(n, sizeof *c->id) };
    if (!c->col || !c->mem || !c->target || !c->cell || !c->row || !c->id)
        return fail(k->why, E_NOMEM, "no memory to train on %zu rows", p->n);
    for (size_t j = 0; j < k->ncol; j++) {
        c->col[j] = c->mem + j * n;
        for (size_t i = 0; i < p->n; i++)
            c->col[j][i] = k->col[j][p->at[i]];
    }
    for (size_t i = 0; i < p->n; i++) {
        c->target[i] = k->target[p->at[i]];
        c->cell[i] = k->cell[p->at[i]];
        c->row[i] = k->row[p->at[i]];
        c->id[i] = k->id ? k->id[c->cell[i]] : c->cell[i];
    }
    *t = (fade_table){ .size = sizeof *t, .ncol = (uint32_t)k->ncol, .n = p->n, .column = k->column,
                       .col = (const double *const *)c->col, .target = c->target, .cell = c->cell, .row = c->row,
                       .id = c->id };
    return E_OK;
}

int lesson_train(lesson *k, const picked *p, void **model)
{
    copy c;
    fade_table t;
    *model = NULL;
    int rc = copy_rows(k, p, &c, &t);
    if (!rc) {
        int32_t s = k->vt->train(&k->object->host, &k->sc->part.args->fade, &t, k->from, model);
        rc = s < 0 ? object_why(k->object, s, "train", k->why) : E_OK;
    }
    copy_free(&c);
    return rc;
}

static uint64_t id_of(const void *ctx, uint32_t cell)
{
    const lesson *k = ctx;
    return k->id ? k->id[cell] : cell;
}

static void fill(const void *ctx, size_t row, double *const *in, uint32_t at)
{
    const lesson *k = ctx;
    for (size_t c = 0; c < k->ncol; c++)
        in[c][at] = k->col[c][row];
}

int lesson_predict(lesson *k, const void *model, const picked *p, double *mean, double *sigma, double *distance)
{
    const predictor *t = &k->tile;
    series s = { .tile = &k->tile, .model = model, .cell = k->cell, .row = k->row, .pick = p->at, .npick = p->n,
                 .id = id_of, .fill = fill, .ctx = k };
    int rc = E_OK;
    while (s.done < s.npick && !(rc = series_run(&s, k->why)))
        for (uint32_t i = 0; i < s.n; i++) {
            size_t at = s.asked[i];
            if (at == SIZE_MAX)
                continue;
            mean[at] = isfinite(t->out[t->mean][i]) ? t->out[t->mean][i] : 0;
            sigma[at] = t->sigma >= 0 ? t->out[t->sigma][i] : NAN;
            double far = t->distance >= 0 ? t->out[t->distance][i] : 0;
            distance[at] = isfinite(far) ? far : 0;
        }
    return rc;
}

void lesson_starts(const lesson *k, const picked *pick, double risen, engine_start *out)
{
    enum { SMOOTH = 5 };                          /* rows: without the noise of one */
    for (size_t i = 0, end; i < pick->n; i = end) {
        uint32_t cell = k->cell[pick->at[i]];
        double first = 0, last = 0;
        for (end = i; end < pick->n && k->cell[pick->at[end]] == cell; end++)
            ;
        size_t n = end - i < SMOOTH ? end - i : SMOOTH;
        for (size_t j = 0; j < n; j++) {
            first += k->target[pick->at[i + j]] / (double)n;
            last += k->target[pick->at[end - 1 - j]] / (double)n;
        }
        out[cell] = (engine_start){ k->law[pick->at[i]] + first, k->law[pick->at[end - 1]] + last, risen };
    }
}

void lesson_drop(lesson *k, void *model)
{
    if (model && k->vt->model->destroy)
        k->vt->model->destroy(model);
}
