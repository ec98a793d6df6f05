/* SPDX-License-Identifier: MIT
 * drift_run.c - the rows of one source in two parts, or of two sources, column by column, and each cell's error row by
 * row.
 */
#include "core/study/drift_run.h"
#include "core/base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct part { const dataset *d; size_t *row, n; } part;         /* rows of a data set, cell by cell */

typedef struct job {
    const drift_options *o;
    dataset  data[2];                             /* the second unused where there is one scenario */
    part     old, fresh;
    drift_report *out;
    why     *w;
} job;

static int read_data(job *k, const scenario *one, const scenario *other)
{
    int rc = dataset_read(one, &k->o->data, &k->data[0], k->w);
    if (!rc && other)
        rc = dataset_read(other, &k->o->data, &k->data[1], k->w);
    const dataset *a = &k->data[0], *b = other ? &k->data[1] : a;
    k->old = (part){ a, mem_zero(a->n + 1, sizeof(size_t)), 0 };
    k->fresh = (part){ b, mem_zero(b->n + 1, sizeof(size_t)), 0 };
    if (!rc && (!k->old.row || !k->fresh.row))
        rc = fail(k->w, E_NOMEM, "no memory for %zu rows", a->n + b->n);
    for (size_t c = 0; c < a->ncell && !rc; c++) {
        size_t n = a->first[c + 1] - a->first[c], some = other ? n : (size_t)floor(k->o->split * (double)n + 1e-9);
        for (size_t i = 0; i < n; i++) {
            part *p = i < some ? &k->old : &k->fresh;
            if (!other || p == &k->old)
                p->row[p->n++] = a->first[c] + i;
        }
    }
    for (size_t i = 0; i < b->n && other && !rc; i++)
        k->fresh.row[k->fresh.n++] = i;
    if (!rc && (k->old.n == 0 || k->fresh.n == 0))
        rc = fail(k->w, E_INPUT, "%zu reference rows and %zu newer ones: both are needed to compare", k->old.n,
                  k->fresh.n);
    k->out->reference = k->old.n;
    k->out->fresh = k->fresh.n;
    return rc;
}

/* Values of a column (or of the error: minus another) at a part's rows, of one cell or all. */
static size_t values(const part *p, int column, int minus, int64_t cell, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        size_t r = p->row[i];
        if (cell < 0 || p->d->cell[r] == (uint64_t)cell)
            out[n++] = p->d->col[column].v[r] - (minus >= 0 ? p->d->col[minus].v[r] : 0);
    }
    return n;
}

static int find(const dataset *d, const char *key)
{
    for (size_t c = 0; c < d->ncol; c++)
        if (strcmp(d->col[c].key, key) == 0)
            return (int)c;
    return -1;
}

/* ---- columns ---- */

/* What the law and the engine make of a row says nothing of the data. */
static bool is_made(const char *key)
{
    static const char *const made[] = { "soh", "test_time", "equivalent_full_cycles" };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(key, made[i]) == 0)
            return true;
    return text_starts(key, "physics_");
}

static int one_column(job *k, int c, double *a, double *b)
{
    const dataset_column *from = &k->data[0].col[c];
    int other = find(k->fresh.d, from->key);
    if (other < 0)
        return E_OK;
    size_t n = values(&k->old, c, -1, -1, a), m = values(&k->fresh, other, -1, -1, b);
    drift_column *to = &k->out->column[k->out->ncolumn];
    int rc = drift_compare(a, n, b, m, &to->pair, k->w);
    if (rc || isnan(to->pair.ks))
        return rc;
    to->key = mem_arena_text(k->out->arena, from->key);
    to->unit = mem_arena_text(k->out->arena, from->unit ? from->unit : "");
    to->doc = mem_arena_text(k->out->arena, from->doc ? from->doc : "");
    k->out->ncolumn++;
    return to->key && to->unit && to->doc ? E_OK : fail(k->w, E_NOMEM, "no memory for a column");
}

static int all_columns(job *k, double *a, double *b)
{
    double *p = mem_zero(k->data[0].ncol + k->o->ncolumn + 1, sizeof *p);
    int rc = E_OK;
    size_t known = k->data[0].ncol;
    for (size_t i = 0; i < k->o->ncolumn && !rc; i++) {
        int c = dataset_column_of(&k->data[0], k->o->column[i], k->w);
        int d = c < 0 || k->fresh.d == &k->data[0] ? 0 : dataset_column_of(&k->data[1], k->o->column[i], k->w);
        rc = c < 0 ? -c : d < 0 ? -d : E_OK;
    }
    free(k->out->column);
    k->out->column = mem_zero(k->data[0].ncol + 1, sizeof *k->out->column);
    if (!p || !k->out->column)
        rc = rc ? rc : fail(k->w, E_NOMEM, "no memory for %zu columns", k->data[0].ncol);
    for (size_t i = 0; i < k->o->ncolumn && !rc; i++)
        rc = one_column(k, find(&k->data[0], k->o->column[i]), a, b);
    for (size_t i = 0; i < known && !rc && !k->o->ncolumn; i++)
        rc = is_made(k->data[0].col[i].key) ? E_OK : one_column(k, (int)i, a, b);
    for (size_t i = 0; i < k->out->ncolumn && p; i++)
        p[i] = k->out->column[i].pair.p;
    rc = rc ? rc : drift_adjust(p, k->out->ncolumn, k->w);
    for (size_t i = 0; i < k->out->ncolumn && !rc; i++) {
        drift_column *c = &k->out->column[i];
        c->q = p[i];
        c->drifted = c->q <= k->o->fdr && c->pair.psi > fmax(k->o->psi, c->pair.psi_chance);
        k->out->drifted |= c->drifted;
    }
    free(p);
    return rc;
}

/* ---- the error ---- */

static int watched_columns(job *k, dataset *d, int *column, int *minus)
{
    *minus = -1;
    if (k->o->watch) {
        *column = dataset_column_of(d, k->o->watch, k->w);
        snprintf(k->out->watched, sizeof k->out->watched, "%s", k->o->watch);
        return *column < 0 ? -*column : E_OK;
    }
    *column = d->target;
    *minus = d->physics;
    if (d->physics >= 0 && d->target >= 0)
        snprintf(k->out->watched, sizeof k->out->watched, "%s - %s", d->col[d->target].key, d->col[d->physics].key);
    return E_OK;
}

static void one_cell(job *k, size_t c, const int *old, const int *fresh, double *a, double *b)
{
    const dataset *d = k->fresh.d;
    drift_cell *to = &k->out->cell[k->out->ncell++];
    int64_t same = -1;
    *to = (drift_cell){ .alarm_cycle = -1, .began_cycle = -1 };
    to->name = mem_arena_text(k->out->arena, d->name[c]);
    for (size_t i = 0; i < k->old.d->ncell; i++)
        same = strcmp(k->old.d->name[i], d->name[c]) == 0 ? (int64_t)i : same;
    size_t n = values(&k->old, old[0], old[1], same, a);
    size_t m = values(&k->fresh, fresh[0], fresh[1], (int64_t)c, b);
    why w = { 0 };
    if (drift_watch_open(a, n, k->o->slack, k->o->rate, m, k->o->seed, &to->watch, &w)) {
        snprintf(to->refused, sizeof to->refused, "%.110s", w.text);
        return;
    }
    for (size_t i = 0, seen = 0; i < k->fresh.n; i++) {
        size_t r = k->fresh.row[i];
        if (d->cell[r] != c)
            continue;
        bool alarm = drift_watch_see(&to->watch, b[seen++]);
        if (alarm)
            to->alarm_cycle = d->cycle[r];
        if (alarm) {
            size_t back = to->watch.seen - to->watch.began - 1;    /* rows of a cell lie together */
            to->began_cycle = d->cycle[k->fresh.row[i - back]];
            k->out->drifted = true;
        }
    }
}

static int watch_cells(job *k, double *a, double *b)
{
    int old[2], fresh[2];
    int rc = watched_columns(k, &k->data[0], &old[0], &old[1]);
    rc = rc ? rc : watched_columns(k, k->fresh.d == &k->data[0] ? &k->data[0] : &k->data[1], &fresh[0], &fresh[1]);
    if (rc || !*k->out->watched)
        return rc;
    k->out->cell = mem_zero(k->fresh.d->ncell + 1, sizeof *k->out->cell);
    if (!k->out->cell)
        return fail(k->w, E_NOMEM, "no memory for %zu cells", k->fresh.d->ncell);
    for (size_t c = 0; c < k->fresh.d->ncell; c++)
        one_cell(k, c, old, fresh, a, b);
    return E_OK;
}

int drift_run(const scenario *reference, const scenario *fresh, const drift_options *o, drift_report *out, why *w)
{
    job *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory to look for drift");
    *k = (job){ .o = o, .out = out, .w = w };
    out->arena = mem_arena_open();
    int rc = out->arena ? read_data(k, reference, fresh) : fail(w, E_NOMEM, "no memory to look for drift");
    double *a = mem_zero(out->reference + 1, sizeof *a), *b = mem_zero(out->fresh + 1, sizeof *b);
    if (!rc && (!a || !b))
        rc = fail(w, E_NOMEM, "no memory for %zu rows", out->reference + out->fresh);
    rc = rc ? rc : all_columns(k, a, b);
    rc = rc ? rc : watch_cells(k, a, b);
    free(a);
    free(b);
    free(k->old.row);
    free(k->fresh.row);
    dataset_free(&k->data[0]);
    dataset_free(&k->data[1]);
    free(k);
    return rc;
}

void drift_run_free(drift_report *r)
{
    free(r->column);
    free(r->cell);
    mem_arena_close(r->arena);
    *r = (drift_report){ 0 };
}
