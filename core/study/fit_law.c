/* SPDX-License-Identifier: MIT
 * fit_law.c - a law as a function of its parameters: each point a lane of one engine over the same rows.
 */
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 4096, WIDE = 128 };               /* of one engine at most; lanes of a tile */

typedef struct tap {                              /* rows of one engine on their way by */
    fit_law    *l;
    size_t      k;
    int         target, physics;                  /* columns */
    double     *y, *seen, *clock;                 /* [k][nall]; of the first point only, NULL: not wanted */
    uint32_t   *count;                            /* [k][ncell] rows so far */
    const char *last;                             /* a lane's name and where its rows go */
    size_t lane, *place; /* place[lane of the engine]: where its rows go, SIZE_MAX not known yet */
    atomic_bool lost;
} tap;

static void tap_columns(void *self, const fade_column *c, size_t n)
{
    tap *t = self;
    char physics[120];
    snprintf(physics, sizeof physics, "physics_%.100s", t->l->f->o.target);
    t->target = t->physics = -1;
    for (size_t i = 0; i < n; i++) {
        t->target = strcmp(c[i].key, t->l->f->o.target) == 0 ? (int)i : t->target;
        t->physics = strcmp(c[i].key, physics) == 0 ? (int)i : t->physics;
    }
}

/* "p12" or "p12.B0005" as point * ncell + cell. */
static size_t lane_of(const tap *t, const char *name)
{
    char *end;
    size_t point = strtoul(name + 1, &end, 10);
    const replay *r = &t->l->f->rows;
    for (size_t c = 0; *end == '.' && t->l->ncell > 1 && c < r->ncell; c++)
        if (strcmp(end + 1, r->name[c]) == 0)
            return point * t->l->ncell + c;
    return point * t->l->ncell;
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    tap *t = self;
    fit_law *l = t->l;
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->cell[i] != t->last) {
            t->last = b->cell[i];
            t->lane = lane_of(t, b->cell[i]);
        }
        size_t point = t->lane / l->ncell, cell = t->lane % l->ncell, row = l->first[cell] + t->count[t->lane]++;
        if (point >= t->k || row >= l->first[cell + 1]) {
            t->lost = true;
            continue;
        }
        t->y[point * l->nall + row] = t->physics >= 0 ? b->col[t->physics][i] : NAN;
        if (t->seen && point == 0) {
            t->seen[row] = t->target >= 0 ? b->col[t->target][i] : NAN;
            t->clock[row] = b->cycle[i] >= 0 ? (double)b->cycle[i] : (double)(row - l->first[cell]);
        }
    }
    return FADE_OK;
}

/* One row of a lane; the workers' (engine_tap.value). */
static void tap_value(void *self, uint32_t lane, const char *name, double v)
{
    tap *t = self;
    fit_law *l = t->l;
    size_t *place = &t->place[lane];
    *place = *place == SIZE_MAX ? lane_of(t, name) : *place;
    size_t point = *place / l->ncell, cell = *place % l->ncell, row = l->first[cell] + t->count[*place]++;
    if (row >= l->first[cell + 1])
        t->lost = true;
    else
        t->y[point * l->nall + row] = v;
}

/* Points as lanes: names, and a column of values per parameter. */
typedef struct lanes {
    const char **id;
    char       (*name)[16];
    double      *value;                           /* [nparam][k] */
    engine_axis  axis[FIT_PARAMS];
    size_t       naxis;
} lanes;

static int make_lanes(const fit *f, size_t k, const double *x, lanes *p, why *w)
{
    p->id = mem_zero(k, sizeof *p->id);
    p->name = mem_zero(k, sizeof *p->name);
    p->value = mem_zero(k * (f->nparam + 1), sizeof *p->value);
    if (!p->id || !p->name || !p->value)
        return fail(w, E_NOMEM, "no memory for %zu points of a fit", k);
    for (size_t i = 0; i < k; i++) {
        snprintf(p->name[i], sizeof p->name[i], "p%zu", i);
        p->id[i] = p->name[i];
    }
    for (size_t j = 0; j < f->nparam; j++) {
        if (f->param[j].scale)
            continue;
        for (size_t i = 0; i < k; i++)
            p->value[j * k + i] = fit_outside(&f->param[j], x[i * f->nparam + j]);
        p->axis[p->naxis++] = (engine_axis){ .where = ENGINE_AXIS_PARAM, .physics = 0, .part = f->param[j].part,
                                    .param = f->param[j].index, .value = p->value + j * k };
    }
    return E_OK;
}

static int run(fit_law *l, tap *t, const lanes *p, bool whole, why *w)
{
    static const fade_output_v1 vt = { .size = sizeof vt, .rows = tap_rows };
    engine_points points = { .n = t->k, .id = p->id, .axis = p->axis, .naxis = p->naxis };
    engine_tap out = { .vt = &vt, .self = t, .columns = tap_columns, .every = 1 };
    char key[120];
    snprintf(key, sizeof key, "physics_%.100s", l->f->o.target);
    if (!t->seen) {
        out.key = key;
        out.value = tap_value;
    }
    engine_options o = { .points = &points, .tap = &out, .stop = l->f->o.stop, .hooks = l->f->o.hooks };
    tree_problems problems = { 0 };
    engine *e = NULL;
    replay_stage_until(&l->f->rows, l->cell, whole || !l->until ? SIZE_MAX : l->until);
    size_t lanes_asked = t->k * l->ncell;
    l->sc.tile = l->f->s->tile ? l->f->s->tile : lanes_asked < WIDE ? (lanes_asked + 7) / 8 * 8 : WIDE;
    int rc = engine_open(&l->sc, &o, &e, &problems, w);
    if (rc && problems.n)
        fail(w, rc, "%s", problems.at[0].text);
    rc = rc ? rc : engine_run(e, w);
    engine_close(e);
    tree_problems_free(&problems);
    return rc == E_PARTIAL ? E_OK : rc;           /* points at which the law fails have no numbers */
}

/* A law's capacity is in proportion to the one it starts from. */
static void scale(const fit_law *l, size_t k, const double *x, double *y)
{
    for (size_t j = 0; j < l->f->nparam; j++)
        for (size_t i = 0; i < k && l->f->param[j].scale; i++) {
            double by = fit_outside(&l->f->param[j], x[i * l->f->nparam + j]) / l->f->unit_capacity;
            for (size_t r = 0; r < l->nall; r++)
                y[i * l->nall + r] *= by;
        }
}

/* k points at once, all rows of each. */
static int evaluate(fit_law *l, size_t k, const double *x, bool whole, double *y, double *seen, why *w)
{
    lanes p = { 0 };
    tap t = { .l = l, .k = k, .y = y, .seen = seen, .clock = seen ? l->clock : NULL };
    t.count = mem_zero(k * l->ncell, sizeof *t.count);
    t.place = mem_zero(k * l->ncell + 1, sizeof *t.place);
    for (size_t i = 0; t.place && i < k * l->ncell; i++)
        t.place[i] = SIZE_MAX;
    int rc =
        t.count && t.place ? make_lanes(l->f, k, x, &p, w) : fail(w, E_NOMEM, "no memory for %zu points of a fit", k);
    for (size_t i = 0; i < k * l->nall; i++)
        y[i] = NAN;
    rc = rc ? rc : run(l, &t, &p, whole, w);
    if (!rc)
        scale(l, k, x, y);
    if (!rc && t.lost)
        rc = fail(w, E_BUG, "a fit got more rows than its source has");
    if (!rc && seen && t.physics < 0)
        rc = fail(w, E_INPUT, "%s writes nothing to compare with %s", l->sc.physics[0].label, l->f->o.target);
    free(t.count);
    free(t.place);
    free(p.id);
    free(p.name);
    free(p.value);
    return rc;
}

int fit_law_at(fit_law *l, size_t k, const double *x, bool whole, double *y, why *w)
{
    size_t some = k < POINTS ? k : POINTS;
    double *all = mem_zero(some * l->nall + 1, sizeof *all);
    int rc = all ? E_OK : fail(w, E_NOMEM, "no memory for %zu points of a fit", k);
    for (size_t at = 0; at < k && !rc; at += some) {
        size_t n = k - at < some ? k - at : some;
        rc = evaluate(l, n, x + at * l->f->nparam, whole, all, NULL, w);
        for (size_t i = 0; i < n && !rc; i++)
            for (size_t r = 0; r < (whole ? l->nall : l->n); r++)
                y[(at + i) * (whole ? l->nall : l->n) + r] = all[i * l->nall + (whole ? r : l->pick[r])];
    }
    free(all);
    return rc;
}

int fit_law_model(void *law, size_t k, const double *x, double *y, why *w)
{
    return fit_law_at(law, k, x, false, y, w);
}

/* Which rows are fitted to: of each cell's known ones the first `fraction`. */
static void choose(fit_law *l)
{
    for (size_t c = 0; c < l->ncell; c++) {
        size_t known = 0, taken = 0, end = l->first[c + 1], rows = l->f->o.rows;
        if (rows && end - l->first[c] > rows)
            end = l->first[c] + rows;
        for (size_t r = l->first[c]; r < end; r++)
            known += isfinite(l->seen[r]) != 0;
        size_t most = (size_t)floor(l->f->o.fraction * (double)known + 1e-9);
        for (size_t r = l->first[c]; r < l->first[c + 1]; r++) {
            if (!isfinite(l->seen[r]))
                continue;
            if (taken++ < most) {
                l->data[l->n] = l->seen[r];
                l->pick[l->n++] = r;
            } else {
                l->rest[l->nrest++] = r;
            }
        }
    }
}

/* Rows of the replay behind the last one that is fitted to are of no use to a fit. */
static int find_last(fit_law *l, why *w)
{
    const replay *r = &l->f->rows;
    size_t *at = mem_zero(l->ncell + 1, sizeof *at), *last = mem_zero(l->ncell + 1, sizeof *last);
    bool known = l->cell >= 0 && r->begin;
    int rc = at && last ? E_OK : fail(w, E_NOMEM, "no memory for a fit");
    for (size_t i = 0, c = 0; i < l->n && !rc; i++) {
        while (l->pick[i] >= l->first[c + 1])
            c++;
        last[c] = l->pick[i] - l->first[c] + 1;
    }
    for (size_t i = known ? r->begin[l->cell] : 0; i < (known ? r->end[l->cell] : r->n) && !rc; i++) {
        if (l->cell >= 0 && r->cell[i] != (uint64_t)l->cell)
            continue;
        size_t c = l->cell < 0 ? r->cell[i] : 0;
        l->until = at[c]++ < last[c] ? i + 1 : l->until;
    }
    free(at);
    free(last);
    return rc;
}

static int count_rows(fit_law *l, int64_t cell, why *w)
{
    const replay *r = &l->f->rows;
    l->ncell = cell < 0 ? r->ncell : 1;
    l->first = mem_zero(l->ncell + 1, sizeof *l->first);
    if (!l->first)
        return fail(w, E_NOMEM, "no memory for a fit");
    bool known = cell >= 0 && r->begin;
    for (size_t i = known ? r->begin[cell] : 0; i < (known ? r->end[cell] : r->n); i++)
        if (cell < 0 || r->cell[i] == (uint64_t)cell)
            l->first[(cell < 0 ? r->cell[i] : 0) + 1]++;
    for (size_t c = 0; c < l->ncell; c++)
        l->first[c + 1] += l->first[c];
    l->nall = l->first[l->ncell];
    l->seen = mem_zero(l->nall + 1, sizeof *l->seen);
    l->clock = mem_zero(l->nall + 1, sizeof *l->clock);
    l->pick = mem_zero(l->nall + 1, sizeof *l->pick);
    l->rest = mem_zero(l->nall + 1, sizeof *l->rest);
    l->data = mem_zero(l->nall + 1, sizeof *l->data);
    l->all = mem_zero(l->nall + 1, sizeof *l->all);
    return l->seen && l->clock && l->pick && l->rest && l->data && l->all
        ? E_OK
        : fail(w, E_NOMEM, "no memory for the %zu rows of a fit", l->nall);
}

static int can_scale(const fit_law *l, why *w)
{
    const scenario_physics *ph = &l->sc.physics[0];
    for (size_t i = 0; i < ph->n; i++) {
        const fade_list *out = &ph->part[i].plugin->desc->columns.out;
        for (uint32_t c = 0; c < out->n; c++)
            if (strcmp(((const fade_column *)library_at(out, c))->key, "loss") == 0)
                return E_OK;
    }
    return l->f->unit_capacity > 0
               ? fail(w, E_INPUT, "c0 can be fitted of a law that writes loss; %s does not", ph->label)
               : E_OK;
}

static int has_target(const fit *f, why *w)
{
    for (size_t c = 0; c < f->rows.ncol; c++)
        if (strcmp(f->rows.column[c].key, f->o.target) == 0)
            return E_OK;
    return fail(w, E_INPUT, "source %s has no column %s to fit to: it is not in the data, or without a single number",
                f->s->source.label, f->o.target);
}

int fit_law_open(fit *f, int64_t cell, fit_law *l, why *w)
{
    double x[FIT_PARAMS];
    *l = (fit_law){ .f = f, .cell = cell };
    int rc = replay_scenario(f->s, &f->rows, cell, &l->sc, w);
    l->sc.physics = &f->s->physics[f->physics];
    l->sc.nphysics = 1;
    if (f->unit_capacity > 0)
        l->sc.cell.initial_capacity = f->unit_capacity;
    rc = rc ? rc : can_scale(l, w);
    for (size_t j = 0; j < f->nparam; j++)
        x[j] = fit_inside(&f->param[j], f->param[j].start);
    rc = rc ? rc : count_rows(l, cell, w);
    log_reading(true);                            /* what the law says of these data, at the scenario's values */
    rc = rc ? rc : evaluate(l, 1, x, true, l->all, l->seen, w);
    log_reading(false);
    rc = rc ? rc : has_target(f, w);
    if (!rc)
        choose(l);
    return rc ? rc : find_last(l, w);
}

void fit_law_close(fit_law *l)
{
    free(l->first);
    free(l->seen);
    free(l->clock);
    free(l->pick);
    free(l->rest);
    free(l->data);
    free(l->all);
    *l = (fit_law){ 0 };
}
