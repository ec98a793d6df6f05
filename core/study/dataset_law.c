/* SPDX-License-Identifier: MIT
 * dataset_law.c - what a law says of the rows of a data set: the engine runs over the replayed source, a tap takes its
 * columns.
 */
#include "core/base/log.h"
#include "core/study/dataset_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAKEN = 256 };

typedef struct tap {
    dataset    *d;
    const replay *r;
    int         from[TAKEN];                      /* columns of the engine */
    fade_column column[TAKEN];
    double     *v[TAKEN];
    size_t      ntaken;
    uint32_t   *count, cell;                      /* rows of each cell so far; the last row's */
    const char *last;
    bool        lost, failed;
} tap;

/* What the source has is in the data set already; the rest is the law's and the engine's. */
static void tap_columns(void *self, const fade_column *c, size_t n)
{
    tap *t = self;
    for (size_t i = 0; i < n && t->ntaken < TAKEN; i++) {
        if (dataset_find(t->d, c[i].key) >= 0)
            continue;
        fade_column *to = &t->column[t->ntaken];
        *to = c[i];
        to->key = mem_arena_text(t->d->arena, c[i].key);
        to->unit = mem_arena_text(t->d->arena, c[i].unit);
        to->doc = mem_arena_text(t->d->arena, c[i].doc);
        double *v = t->v[t->ntaken] = mem_zero(t->d->store->n + 1, sizeof *v);
        t->failed |= !to->key || !to->unit || !to->doc || !v;
        for (size_t k = 0; v && k < t->d->store->n; k++)
            v[k] = NAN;
        t->from[t->ntaken++] = (int)i;
    }
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    tap *t = self;
    const dataset_store *s = t->d->store;
    if (t->failed)
        return FADE_ENOMEM;
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->cell[i] != t->last) {
            t->last = b->cell[i];
            for (t->cell = 0; t->cell < t->d->ncell && strcmp(t->d->name[t->cell], b->cell[i]) != 0;)
                t->cell++;
        }
        size_t row = t->cell < t->d->ncell ? s->first[t->cell] + t->count[t->cell]++ : SIZE_MAX;
        if (t->cell == t->d->ncell || row >= s->first[t->cell + 1]) {
            t->lost = true;
            continue;
        }
        for (size_t k = 0; k < t->ntaken; k++)
            t->v[k][row] = b->col[t->from[k]][i];
    }
    return FADE_OK;
}

static int run(const scenario *s, const dataset_options *o, tap *t, why *w)
{
    static const fade_output_v1 vt = { .size = sizeof vt, .rows = tap_rows };
    engine_tap out = { .vt = &vt, .self = t, .columns = tap_columns, .every = 1 };
    engine_options opt = { .tap = &out, .stop = o->stop, .hooks = o->hooks };
    tree_problems problems = { 0 };
    engine *e = NULL;
    scenario sc;
    int rc = replay_scenario(s, t->r, -1, &sc, w);
    sc.physics = &s->physics[o->physics];
    sc.nphysics = 1;
    sc.cycles = 0;
    log_reading(true);                            /* what the law says of these data, once */
    rc = rc ? rc : engine_open(&sc, &opt, &e, &problems, w);
    if (rc && problems.n)
        fail(w, rc, "%s", problems.at[0].text);
    rc = rc ? rc : engine_run(e, w);
    log_reading(false);
    engine_close(e);
    tree_problems_free(&problems);
    return rc == E_PARTIAL ? E_OK : rc;           /* rows behind a failure have no numbers */
}

/* The law's first capacity is the first measured one, unless the scenario says otherwise. */
static bool starts_from_data(const scenario *s)
{
    return isnan(s->cell.initial_capacity);
}

/* What is known of a cell behind its first rows: planned columns, and means of the others over those rows. */
static void hold_column(const replay *r, const size_t *known, double *sum, double *n, const double *x, double *v)
{
    uint32_t *row = (uint32_t *)(n + r->ncell);   /* rows of each cell so far */
    memset(sum, 0, 3 * r->ncell * sizeof *sum);
    for (size_t i = 0; i < r->n; i++) {
        uint32_t c = r->cell[i];
        bool seen = row[c]++ < known[c];
        sum[c] += seen && isfinite(x[i]) ? x[i] : 0;
        n[c] += seen && isfinite(x[i]);
        v[i] = seen ? x[i] : n[c] > 0 ? sum[c] / n[c] : NAN;
    }
}

static void held_free(const replay *r, replay *held)
{
    for (size_t k = 0; held->col && k < r->ncol; k++)
        if (held->col[k] != r->col[k])
            free(held->col[k]);
    free(held->col);
}

/* A replay that lends r's rows and has its own late columns. */
static int hold(const replay *r, const split_spec *origin, replay *held, why *w)
{
    size_t *known = mem_zero(r->ncell + 1, sizeof *known);
    double *sums = mem_zero(3 * r->ncell + 1, sizeof *sums);
    *held = *r;
    held->col = mem_zero(r->ncol + 1, sizeof *held->col);
    int rc = known && sums && held->col ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows", r->n);
    for (size_t i = 0; i < r->n && !rc; i++)
        known[r->cell[i]]++;
    for (size_t c = 0; c < r->ncell && !rc; c++)
        known[c] = split_origin(origin, known[c]);
    for (size_t k = 0; k < r->ncol && !rc; k++) {
        held->col[k] = r->col[k];
        if (r->column[k].flags & FADE_PLANNED)
            continue;
        double *v = mem_zero(r->n + 1, sizeof *v);
        rc = v ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows", r->n);
        held->col[k] = v;
        if (v)
            hold_column(r, known, sums, sums + r->ncell, r->col[k], v);
    }
    free(known);
    free(sums);
    return rc;
}

static int take(const scenario *s, const dataset_options *o, tap *t, why *w)
{
    for (size_t k = 0; k < t->ntaken; k++) {
        const fade_column *c = &t->column[k];
        bool law = strncmp(c->key, "physics_", 8) == 0 || strcmp(c->key, "soh") == 0;
        dataset_column like = { .key = c->key, .unit = c->unit, .doc = c->doc, .of_start = law && starts_from_data(s),
                                .when = o->origin ? WHEN_PLANNED : dataset_moment(c->flags) };
        int to = dataset_add(t->d, &like, t->v[k], w);
        t->v[k] = NULL;
        if (to < 0)
            return -to;
    }
    return E_OK;
}

int dataset_law(const scenario *s, const dataset_options *o, const replay *r, const size_t *at, dataset *d, why *w)
{
    (void)at;
    char key[120];
    tap t = { .d = d, .r = r, .count = mem_zero(d->ncell + 1, sizeof *t.count) };
    replay held = { 0 };
    int rc = t.count ? E_OK : fail(w, E_NOMEM, "no memory to run a law");
    if (!rc && o->origin) {
        rc = hold(r, o->origin, &held, w);
        t.r = &held;
    }
    rc = rc ? rc : run(s, o, &t, w);
    if (!rc && t.lost)
        rc = fail(w, E_BUG, "a data set got more rows than its source has");
    rc = rc ? rc : take(s, o, &t, w);
    for (size_t k = 0; k < t.ntaken; k++)
        free(t.v[k]);
    free(t.count);
    held_free(r, &held);
    snprintf(key, sizeof key, "physics_%.100s", d->col[d->target].key);
    d->physics = dataset_find(d, key);
    if (!rc && d->physics < 0)
        rc = fail(w, E_INPUT, "%s writes nothing to compare with %s", s->physics[o->physics].label,
                  d->col[d->target].key);
    return rc;
}
