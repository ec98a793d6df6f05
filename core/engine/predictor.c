/* SPDX-License-Identifier: MIT
 * predictor.c - one call of a corrector's model on a tile of rows.
 */
#include "core/engine/predictor.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int index_of(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

int predictor_open(predictor *p, why *w)
{
    if (p->in)
        return E_OK;
    double *at = mem_columns((p->nfeature + 1) * PREDICTOR_ROWS);
    p->in = mem_zero(p->nfeature + 1, sizeof *p->in);
    if (!at || !p->in) {
        free(at);
        return fail(w, E_NOMEM, "no memory for the predictions of %s", p->object->plugin->desc->id);
    }
    for (size_t i = 0; i <= p->nfeature; i++)
        p->in[i] = at + i * PREDICTOR_ROWS;
    return E_OK;
}

static int open_outputs(predictor *p, const void *model, why *w)
{
    const fade_desc *d = p->object->plugin->desc;
    fade_columns c = d->columns;
    int32_t rc = p->vt->model->columns ? p->vt->model->columns(model, &c) : 0;
    if (rc < 0)
        return object_why(p->object, rc, "tell its columns", w);
    if (c.state.n)
        return fail(w, E_PLUGIN, "corrector %s keeps state from row to row; this fade runs correctors without state",
                    d->id);
    p->mean = index_of(&c.out, "mean");
    p->sigma = index_of(&c.out, "sigma");
    if (p->mean < 0)
        return fail(w, E_PLUGIN, "corrector %s writes no column mean", d->id);
    p->nout = c.out.n;
    p->out = mem_zero(p->nout + 1, sizeof *p->out);
    p->mem = mem_columns(p->nout * PREDICTOR_ROWS);
    if (!p->out || !p->mem)
        return fail(w, E_NOMEM, "no memory for the predictions of %s", d->id);
    for (size_t i = 0; i < p->nout; i++)
        p->out[i] = p->mem + i * PREDICTOR_ROWS;
    return E_OK;
}

static int cover_scratch(predictor *p, const void *model, why *w)
{
    size_t bytes = p->vt->model->scratch ? p->vt->model->scratch(model, PREDICTOR_ROWS) : 0;
    if (bytes <= p->scratch_bytes)
        return E_OK;
    free(p->scratch);
    p->scratch = mem_columns(bytes / sizeof(double) + 8);
    p->scratch_bytes = p->scratch ? bytes : 0;
    return p->scratch
               ? E_OK
               : fail(w, E_NOMEM, "no memory: %s wants %zu bytes of scratch", p->object->plugin->desc->id, bytes);
}

int predictor_run(predictor *p, const void *model, uint64_t cell, uint32_t n, why *w)
{
    uint32_t wide = (n + 7) / 8 * 8;
    uint64_t id[PREDICTOR_ROWS], row[PREDICTOR_ROWS];
    double t[PREDICTOR_ROWS] = { 0 }, dt[PREDICTOR_ROWS], wish[PREDICTOR_ROWS];
    int32_t status[PREDICTOR_ROWS] = { 0 };
    int rc = p->out ? E_OK : open_outputs(p, model, w);
    if (rc || (rc = cover_scratch(p, model, w)))
        return rc;
    for (uint32_t i = 0; i < wide; i++) {
        id[i] = cell;
        row[i] = i;
        dt[i] = 1;
        wish[i] = INFINITY;
        for (size_t f = 0; i >= n && f < p->nfeature; f++)
            p->in[f][i] = p->in[f][n - 1];
    }
    fade_tile b = { .size = sizeof b,
                    .n = wide,
                    .live = n,
                    .id = id,
                    .row = row,
                    .t = t,
                    .dt = dt,
                    .in = (const double *const *)p->in,
                    .out = p->out,
                    .wish = wish,
                    .status = status,
                    .scratch = p->scratch };
    int32_t s = p->vt->model->step(model, &b);
    return s < 0 ? object_why(p->object, s, "predict", w) : E_OK;
}

void predictor_free(predictor *p)
{
    free(p->in ? p->in[0] : NULL);
    free(p->in);
    free(p->out);
    free(p->mem);
    free(p->scratch);
}
