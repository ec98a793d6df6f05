/* SPDX-License-Identifier: MIT
 * predictor.c - one call of a corrector's model on a tile of rows; or a call a row, where a row needs what the one
 * before it left.
 */
#include "core/engine/predictor.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 };                               /* of the tile of one row: the least there may be */
static const size_t MOST_STATE = 1 << 20;

/* Rows taken one by one: lane 0 counts, the others are copies. */
struct predictor_walk {
    size_t   ncol;                                /* state columns */
    uint32_t *width;
    double  **x, **x1, **in, **out, *mem;
};

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

static int columns_of(const predictor *p, const void *model, fade_columns *c, why *w)
{
    *c = p->object->plugin->desc->columns;
    int32_t rc = p->vt->model->columns ? p->vt->model->columns(model, c) : 0;
    return rc < 0 ? object_why(p->object, rc, "tell its columns", w) : E_OK;
}

static uint32_t width_of(const fade_list *l, uint32_t i)
{
    const fade_column *c = library_at(l, i);
    return c->width ? c->width : 1;
}

static size_t state_of(const fade_list *l)
{
    size_t n = 0;
    for (uint32_t i = 0; i < l->n && n <= MOST_STATE; i++)
        n += width_of(l, i);
    return n;
}

static void free_walk(struct predictor_walk *k)
{
    if (!k)
        return;
    free(k->width);
    free(k->x);
    free(k->mem);
    free(k);
}

/* One block of pointers, one of numbers. */
static int open_walk(predictor *p, const fade_list *state, why *w)
{
    size_t rows = p->nfeature + p->nout + 2 * p->nstate;
    struct predictor_walk *k = p->walk = mem_zero(1, sizeof *k);
    if (!k || !(k->width = mem_zero(state->n, sizeof *k->width)) ||
        !(k->x = mem_zero(2 * state->n + p->nfeature + p->nout + 1, sizeof *k->x)) ||
        !(k->mem = mem_columns((rows + 1) * LANES)) || !(p->state = mem_zero(p->nstate, sizeof *p->state)))
        return fail(w, E_NOMEM, "no memory for the state of %s", p->object->plugin->desc->id);
    double *at = k->mem;
    k->ncol = state->n;
    k->x1 = k->x + k->ncol;
    k->in = k->x1 + k->ncol;
    k->out = k->in + p->nfeature;
    for (size_t c = 0; c < k->ncol; c++) {
        k->width[c] = width_of(state, (uint32_t)c);
        k->x[c] = at;
        k->x1[c] = at + (size_t)k->width[c] * LANES;
        at += 2 * (size_t)k->width[c] * LANES;
    }
    for (size_t f = 0; f < p->nfeature; f++, at += LANES)
        k->in[f] = at;
    for (size_t o = 0; o < p->nout; o++, at += LANES)
        k->out[o] = at;
    return E_OK;
}

const fade_column *predictor_extra(const fade_desc *d, size_t k)
{
    static const char *const known[] = { "mean", "sigma", "distance" };
    for (uint32_t i = 0; i < d->columns.out.n && k < PREDICTOR_EXTRAS; i++) {
        const fade_column *c = library_at(&d->columns.out, i);
        bool extra = true;
        for (int m = 0; m < 3; m++)
            extra = extra && strcmp(c->key, known[m]) != 0;
        if (extra && k-- == 0)
            return c;
    }
    return NULL;
}

static int open_outputs(predictor *p, const void *model, why *w)
{
    const fade_desc *d = p->object->plugin->desc;
    fade_columns c;
    int rc = columns_of(p, model, &c, w);
    if (rc)
        return rc;
    p->mean = index_of(&c.out, "mean");
    p->sigma = index_of(&c.out, "sigma");
    p->distance = index_of(&c.out, "distance");
    for (size_t k = 0; k < PREDICTOR_EXTRAS; k++) {
        const fade_column *one = predictor_extra(d, k);
        p->extra[k] = one ? index_of(&c.out, one->key) : -1;
    }
    if (p->mean < 0)
        return fail(w, E_PLUGIN, "corrector %s writes no column mean", d->id);
    p->nout = c.out.n;
    p->nstate = state_of(&c.state);
    if (p->nstate > MOST_STATE)
        return fail(w, E_PLUGIN, "corrector %s keeps more than %zu numbers from row to row", d->id, MOST_STATE);
    p->out = mem_zero(p->nout + 1, sizeof *p->out);
    p->mem = mem_columns(p->nout * PREDICTOR_ROWS);
    if (!p->out || !p->mem)
        return fail(w, E_NOMEM, "no memory for the predictions of %s", d->id);
    for (size_t i = 0; i < p->nout; i++)
        p->out[i] = p->mem + i * PREDICTOR_ROWS;
    return p->nstate ? open_walk(p, &c.state, w) : E_OK;
}

static int cover_scratch(predictor *p, const void *model, why *w)
{
    size_t bytes = p->vt->model->scratch ? p->vt->model->scratch(model, p->nstate ? LANES : PREDICTOR_ROWS) : 0;
    if (bytes <= p->scratch_bytes)
        return E_OK;
    free(p->scratch);
    p->scratch = mem_columns(bytes / sizeof(double) + 8);
    p->scratch_bytes = p->scratch ? bytes : 0;
    return p->scratch
               ? E_OK
               : fail(w, E_NOMEM, "no memory: %s wants %zu bytes of scratch", p->object->plugin->desc->id, bytes);
}

static int32_t call(predictor *p, const void *model, int32_t (*of)(const void *, fade_tile *), const uint64_t *id,
                    const uint64_t *row, int32_t *status)
{
    const struct predictor_walk *k = p->walk;
    double t[LANES] = { 0 }, dt[LANES], wish[LANES];
    for (uint32_t i = 0; i < LANES; i++) {
        dt[i] = 1;
        wish[i] = INFINITY;
        status[i] = 0;
    }
    fade_tile b = { .size = sizeof b,
                    .n = LANES,
                    .live = 1,
                    .id = id,
                    .row = row,
                    .t = t,
                    .dt = dt,
                    .in = (const double *const *)k->in,
                    .x = (const double *const *)k->x,
                    .x1 = k->x1,
                    .out = k->out,
                    .wish = wish,
                    .status = status,
                    .scratch = p->scratch };
    return of(model, &b);
}

/* The state of the cell at hand, between the numbers in a row and the columns of lanes. */
static void spread(predictor *p)
{
    const double *from = p->state;
    for (size_t c = 0; c < p->walk->ncol; c++)
        for (uint32_t j = 0; j < p->walk->width[c]; j++, from++)
            for (uint32_t i = 0; i < LANES; i++)
                p->walk->x[c][j * LANES + i] = *from;
}

static void take(predictor *p)
{
    double *to = p->state;
    for (size_t c = 0; c < p->walk->ncol; c++)
        for (uint32_t j = 0; j < p->walk->width[c]; j++)
            *to++ = p->walk->x1[c][j * LANES];
}

int predictor_begin(predictor *p, const void *model, uint64_t id, why *w)
{
    fade_columns c;
    int rc = p->out ? E_OK : open_outputs(p, model, w);
    if (rc || !p->nstate)
        return rc;
    if ((rc = columns_of(p, model, &c, w)) || (rc = cover_scratch(p, model, w)))
        return rc;
    if (c.state.n != p->walk->ncol || state_of(&c.state) != p->nstate)
        return fail(w, E_PLUGIN, "corrector %s keeps %zu numbers from row to row in one model and %zu in another",
                    p->object->plugin->desc->id, p->nstate, state_of(&c.state));
    double *to = p->state;
    for (uint32_t k = 0; k < c.state.n; k++)
        for (uint32_t j = 0; j < width_of(&c.state, k); j++)
            *to++ = ((const fade_column *)library_at(&c.state, k))->init;
    if (!p->vt->model->init)
        return E_OK;
    uint64_t ids[LANES], rows[LANES] = { 0 };
    int32_t status[LANES];
    for (int i = 0; i < LANES; i++)
        ids[i] = id;
    memset(p->walk->mem, 0, (p->nfeature + p->nout + 2 * p->nstate) * LANES * sizeof(double));
    int32_t s = call(p, model, p->vt->model->init, ids, rows, status);
    s = s < 0 ? s : status[0];
    if (s < 0)
        return object_why(p->object, s, "begin a cell", w);
    take(p);
    return E_OK;
}

/* A row that fails has no prediction and leaves the state as it was. */
static int walk(predictor *p, const void *model, uint64_t id, uint32_t n, why *w)
{
    uint64_t ids[LANES], rows[LANES];
    int32_t status[LANES];
    for (uint32_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < LANES; i++) {
            ids[i] = id;
            rows[i] = p->row[r];
            for (size_t f = 0; f < p->nfeature; f++)
                p->walk->in[f][i] = p->in[f][r];
        }
        spread(p);
        int32_t s = call(p, model, p->vt->model->step, ids, rows, status);
        if (s < 0)
            return object_why(p->object, s, "predict", w);
        for (size_t o = 0; o < p->nout; o++)
            p->out[o][r] = status[0] ? NAN : p->walk->out[o][0];
        if (!status[0])
            take(p);
    }
    return E_OK;
}

int predictor_run(predictor *p, const void *model, uint64_t cell, uint32_t n, why *w)
{
    uint32_t wide = (n + 7) / 8 * 8;
    uint64_t id[PREDICTOR_ROWS];
    double t[PREDICTOR_ROWS] = { 0 }, dt[PREDICTOR_ROWS], wish[PREDICTOR_ROWS];
    int32_t status[PREDICTOR_ROWS] = { 0 };
    int rc = p->out ? E_OK : open_outputs(p, model, w);
    if (rc || (rc = cover_scratch(p, model, w)))
        return rc;
    if (p->nstate)
        return walk(p, model, cell, n, w);
    for (uint32_t i = 0; i < wide; i++) {
        id[i] = cell;
        dt[i] = 1;
        wish[i] = INFINITY;
        p->row[i] = i < n ? p->row[i] : p->row[n - 1];
        for (size_t f = 0; i >= n && f < p->nfeature; f++)
            p->in[f][i] = p->in[f][n - 1];
    }
    fade_tile b = { .size = sizeof b,
                    .n = wide,
                    .live = n,
                    .id = id,
                    .row = p->row,
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
    free(p->state);
    free_walk(p->walk);
}
