/* SPDX-License-Identifier: MIT
 * sensitivity_run.c - points of a box become lanes of one engine; the outcomes of each are its last rows, and how its
 * life went.
 */
#include "core/study/sensitivity_run.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/study/sweep_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 16384 };                         /* points of one engine */
static const double FIFTH = 0.2, HUNDREDTH = 0.01;

/* ---- what is varied ---- */

static int read_range(const sensitivity_study *k, sensitivity_axis *a, const char *said, why *w)
{
    const char *dots = strstr(said, "..");
    char first[96];
    if (!dots || dots == said || !dots[2])
        return fail(w, E_INPUT, "%s=%.60s: a range is LEAST..MOST, as in %s=0.01..0.1", a->key, said, a->key);
    snprintf(first, sizeof first, "%.*s", (int)(dots - said), said);
    int rc = units_quantity(first, a->unit, k->s->cell.nominal_capacity, &a->lo, w);
    rc = rc ? rc : units_quantity(dots + 2, a->unit, k->s->cell.nominal_capacity, &a->hi, w);
    if (!rc && !(a->lo < a->hi))
        rc = fail(w, E_INPUT, "%s=%.60s: the first bound is not below the second", a->key, said);
    return rc;
}

static int own_range(sensitivity_axis *a, const fade_param *p, why *w)
{
    bool bounded = p && p->min < p->max;
    if (p && p->lo < p->hi) {
        a->lo = p->lo;
        a->hi = p->hi;
        return E_OK;
    }
    if (!isfinite(a->now) || a->now == 0)
        return fail(w, E_INPUT, "%s has no range of its own and no value to go a fifth around: say %s=LEAST..MOST",
                    a->key, a->key);
    a->lo = fmin(a->now * (1 - FIFTH), a->now * (1 + FIFTH));
    a->hi = fmax(a->now * (1 - FIFTH), a->now * (1 + FIFTH));
    if (bounded) {
        a->lo = fmax(a->lo, p->min);
        a->hi = fmin(a->hi, p->max);
    }
    return E_OK;
}

static int add_param(sensitivity_study *k, sensitivity_axis *a, const sweep_use *u, const char *range, why *w)
{
    const scenario_part *part = &k->s->physics[u->physics].part[u->part];
    const fade_param *p = library_at(&part->plugin->desc->params, u->param);
    if (part->args->spread[u->param].kind == ARGS_BOUND)
        return fail(w, E_INPUT, "%s is bound to a column and cannot be varied", a->key);
    a->unit = p->unit;
    a->physics = u->physics;
    a->part = u->part;
    a->param = u->param;
    a->now = args_lane(part->args, u->param, k->s->seed, 0, 0);
    int rc = range ? read_range(k, a, range, w) : own_range(a, p, w);
    if (!rc && p->min < p->max && (a->lo < p->min || a->hi > p->max))
        rc = fail(w, E_INPUT, "%s=%g..%g: the plugin takes %g .. %g %s", a->key, a->lo, a->hi, p->min, p->max, p->unit);
    a->log = p->flags & FADE_LOG && a->lo > 0;
    return rc;
}

static int add_column(sensitivity_study *k, sensitivity_axis *a, const sweep_use *u, const char *range, why *w)
{
    axis_target t;
    int rc = sweep_find((void *)(uintptr_t)k->s, a->key, &t, w);
    a->column = u->column;
    a->unit = t.unit ? t.unit : "";
    a->now = NAN;
    for (size_t i = 0; i < k->s->ncondition; i++)
        if (strcmp(k->s->condition[i].column.key, u->column) == 0)
            a->now = k->s->condition[i].value;
    for (uint32_t i = 0; i < k->s->source.plugin->desc->params.n && isnan(a->now); i++) {
        const fade_param *p = library_at(&k->s->source.plugin->desc->params, i);
        if (strcmp(p->key, u->column) == 0)
            a->now = args_lane(k->s->source.args, i, k->s->seed, 0, 0);
    }
    return rc ? rc : range ? read_range(k, a, range, w) : own_range(a, NULL, w);
}

int sensitivity_add_axis(sensitivity_study *k, const char *said, why *w)
{
    char key[200];
    size_t n = strcspn(said, "=");
    const char *range = said[n] ? said + n + 1 : NULL;
    axis_target t = { 0 };
    sweep_use u;
    if (k->naxis == SENS_AXES)
        return fail(w, E_INPUT, "more than %d inputs at once", SENS_AXES);
    snprintf(key, sizeof key, "%s%.*s", memchr(said, '.', n) ? "" : "physics.", (int)(n < 150 ? n : 150), said);
    int rc = sweep_find((void *)(uintptr_t)k->s, key, &t, w);
    if (rc)
        return rc;
    sweep_lane_key(k->s, key, &u);
    if (u.where == USE_STRUCTURE)
        return fail(w, E_INPUT,
                    "%s cannot be varied here: a real parameter of a cell, a condition or a column of a held source "
                    "can (the rest is for fade sweep)", key);
    sensitivity_axis *a = &k->axis[k->naxis];
    *a = (sensitivity_axis){ 0 };
    text whole = { 0 };
    sweep_set_key(k->s, key, &whole);
    snprintf(a->key, sizeof a->key, "%s", text_of(&whole));
    text_free(&whole);
    for (size_t i = 0; i < k->naxis; i++)
        if (strcmp(k->axis[i].key, a->key) == 0)
            return fail(w, E_INPUT, "%s is named twice", key);
    rc = u.where == USE_PARAM ? add_param(k, a, &u, range, w) : add_column(k, a, &u, range, w);
    k->naxis += rc == E_OK;
    return rc;
}

int sensitivity_add_outcome(sensitivity_study *k, const char *said, why *w)
{
    static const struct { const char *name, *unit; int kind; } known[] = {
        { "capacity", "Ah", SENS_CAPACITY }, { "end_of_life_cycle", "", SENS_EOL }, { "end_cycle", "", SENS_END } };
    const char *at = strchr(said, '@');
    if (k->noutcome == SENS_OUTCOMES)
        return fail(w, E_INPUT, "more than %d outcomes at once", SENS_OUTCOMES);
    sensitivity_outcome *o = &k->outcome[k->noutcome];
    *o = (sensitivity_outcome){ .kind = SENS_ROW };
    snprintf(o->name, sizeof o->name, "%s", said);
    snprintf(o->key, sizeof o->key, "%.*s", (int)(at ? at - said : 79), said);
    if (at) {
        char *end;
        unsigned long long cycle = strtoull(at + 1, &end, 10);
        if (*end || cycle == 0)
            return fail(w, E_INPUT, "%s: behind @ stands a cycle, 1 or more", said);
        o->cycle = cycle;
    }
    for (size_t i = 0; !at && i < sizeof known / sizeof *known; i++)
        if (strcmp(o->key, known[i].name) == 0) {
            o->kind = known[i].kind;
            snprintf(o->unit, sizeof o->unit, "%s", known[i].unit);
        }
    k->noutcome++;
    return E_OK;
}

/* ---- a run ---- */

typedef struct work {
    sensitivity_study *k;
    scenario    sc;
    size_t      n, ncell;                         /* points of this run; cells of the source, as met */
    char      **cell;
    double     *last;                             /* [noutcome][n]: sums over cells, then means */
    uint32_t   *seen;
    double     *row;                              /* [ncell cap][n][noutcome] the newest of each life */
    size_t      cap;
    int         column[SENS_OUTCOMES];
    char        near[300];                        /* instead of an unknown column */
    const char *unknown;
    size_t      done, of;
} work;

static void tap_columns(void *self, const fade_column *c, size_t n)
{
    work *g = self;
    const char *words[512];
    size_t nword = 0;
    for (size_t i = 0; i < n && nword < 512; i++)
        words[nword++] = text_starts(c[i].key, "physics_") ? c[i].key + 8 : c[i].key;
    for (size_t i = 0; i < g->k->noutcome; i++) {
        sensitivity_outcome *o = &g->k->outcome[i];
        const fade_column *at = o->kind == SENS_ROW ? sweep_column_of(c, n, o->key) : NULL;
        g->column[i] = at ? (int)(at - c) : -1;
        if (at)
            snprintf(o->unit, sizeof o->unit, "%s", at->unit);
        else if (o->kind == SENS_ROW) {
            const char *near = text_nearest(o->key, words, nword);
            g->unknown = o->key;
            size_t used = (size_t)snprintf(g->near, sizeof g->near, near ? "did you mean %s?" : "there are", near);
            for (size_t w = 0; !near && w < nword && used + 80 < sizeof g->near; w++)
                used += (size_t)snprintf(g->near + used, sizeof g->near - used, "%s %s", w ? "," : "", words[w]);
        }
    }
}

static int64_t cell_of(work *g, const char *name)
{
    for (size_t i = 0; i < g->ncell; i++)
        if (strcmp(g->cell[i], name) == 0)
            return (int64_t)i;
    size_t many = g->k->noutcome * g->n, cap = g->cap ? 2 * g->cap : 1;
    if (g->ncell == g->cap) {
        char **more = mem_grow(g->cell, cap, sizeof *more);
        g->cell = more ? more : g->cell;
        double *row = more ? mem_grow(g->row, cap * many, sizeof *row) : NULL;
        if (!row)
            return -1;
        g->row = row;
        for (size_t i = g->cap * many; i < cap * many; i++)
            row[i] = NAN;
        g->cap = cap;
    }
    g->cell[g->ncell] = mem_dup(name);
    return g->cell[g->ncell] ? (int64_t)g->ncell++ : -1;
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    work *g = self;
    const sensitivity_study *k = g->k;
    const char *label = k->s->physics[0].label;
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->variant[i] && *b->variant[i] && strcmp(b->variant[i], label) != 0)
            continue;
        char *end;
        size_t point = strtoul(b->cell[i] + 1, &end, 10);
        int64_t cell = cell_of(g, *end == '.' ? end + 1 : "");
        if (cell < 0)
            return FADE_ENOMEM;
        double *to = g->row + ((size_t)cell * g->n + point) * k->noutcome;
        for (size_t o = 0; o < k->noutcome && point < g->n; o++)
            if (g->column[o] >= 0 && (!k->outcome[o].cycle || (int64_t)k->outcome[o].cycle == b->cycle[i]))
                to[o] = b->col[g->column[o]][i];
    }
    return FADE_OK;
}

static void add(work *g, size_t o, size_t point, double v)
{
    if (!isfinite(v))
        return;
    g->last[o * g->n + point] += v;
    g->seen[o * g->n + point]++;
}

static void gather(work *g, const engine *e)
{
    const sensitivity_study *k = g->k;
    for (size_t i = 0; i < engine_lives(e); i++) {
        engine_life l;
        engine_life_at(e, i, &l);
        if (strcmp(l.physics, k->s->physics[0].label) != 0)
            continue;
        if (l.state == ENGINE_FAILED) {
            if (!*g->k->reason)
                snprintf(g->k->reason, sizeof g->k->reason, "%s", l.reason ? l.reason : "it failed");
            continue;
        }
        for (size_t o = 0; o < k->noutcome; o++)
            switch (k->outcome[o].kind) {
            case SENS_CAPACITY: add(g, o, l.point, l.capacity); break;
            case SENS_EOL: add(g, o, l.point, l.eol_cycle ? (double)l.eol_cycle : NAN); break;
            case SENS_END: add(g, o, l.point, (double)(l.end_cycle ? l.end_cycle : l.rows)); break;
            default: break;
            }
    }
    for (size_t c = 0; c < g->ncell; c++)
        for (size_t i = 0; i < g->n; i++)
            for (size_t o = 0; o < k->noutcome; o++)
                if (k->outcome[o].kind == SENS_ROW)
                    add(g, o, i, g->row[(c * g->n + i) * k->noutcome + o]);
}

/* Rows are wanted only where a column is looked at; where nobody knows which row is the last, all of them. */
static void want(const work *g, engine_tap *tap, uint64_t *cycles)
{
    const fade_source_v1 *vt = library_iface(g->k->s->source.plugin->desc, "fade.source/1");
    bool last = false;
    for (size_t o = 0; o < g->k->noutcome; o++) {
        const sensitivity_outcome *q = &g->k->outcome[o];
        last |= q->kind == SENS_ROW && !q->cycle;
        if (q->cycle)
            cycles[tap->nat++] = q->cycle;
    }
    tap->every = last && !(vt->flags & FADE_HOLD) ? 1 : 0;
    tap->at = cycles;
    tap->nat = tap->every ? 0 : tap->nat ? tap->nat : 1;
}

static int run_engine(work *g, const engine_points *points, why *w)
{
    static const fade_output_v1 vt = { .size = sizeof vt, .rows = tap_rows };
    uint64_t cycles[SENS_OUTCOMES + 1] = { 0 };
    engine_tap tap = { .vt = &vt, .self = g, .columns = tap_columns };
    want(g, &tap, cycles);
    engine_options opt = { .points = points, .tap = &tap, .stop = g->k->stop, .hooks = g->k->hooks };
    tree_problems p = { 0 };
    engine *e = NULL;
    int rc = engine_open(&g->sc, &opt, &e, &p, w);
    if (rc && p.n)
        fail(w, rc, "%s", p.at[0].text);
    tree_problems_free(&p);
    rc = rc ? rc : engine_run(e, w);
    rc = rc == E_PARTIAL ? E_OK : rc;             /* points at which the law fails have no outcome */
    if (!rc && g->unknown)
        rc = fail(w, E_INPUT, "rows have no column %s: %s", g->unknown, g->near);
    if (!rc)
        gather(g, e);
    engine_close(e);
    return rc;
}

static int some(work *g, size_t n, const double *x, double *y, why *w)
{
    sensitivity_study *k = g->k;
    size_t d = k->naxis, m = k->noutcome;
    char (*name)[24] = mem_zero(n, sizeof *name);
    const char **id = mem_zero(n, sizeof *id);
    double *value = mem_zero(n * d, sizeof *value);
    engine_axis moved[SENS_AXES];
    g->n = n;
    g->last = mem_zero(n * m, sizeof *g->last);
    g->seen = mem_zero(n * m, sizeof *g->seen);
    int rc = name && id && value && g->last && g->seen ? E_OK : fail(w, E_NOMEM, "no memory for %zu points", n);
    for (size_t i = 0; i < n && !rc; i++) {
        snprintf(name[i], sizeof name[i], "p%zu", i);
        id[i] = name[i];
    }
    for (size_t j = 0; j < d && !rc; j++) {
        const sensitivity_axis *a = &k->axis[j];
        for (size_t i = 0; i < n; i++) {
            double u = x[i * d + j];
            value[j * n + i] = a->log ? a->lo * pow(a->hi / a->lo, u) : a->lo + u * (a->hi - a->lo);
        }
        moved[j] = (engine_axis){ .where = a->column ? ENGINE_AXIS_COLUMN : ENGINE_AXIS_PARAM, .physics = a->physics,
                                  .part = a->part, .param = a->param, .column = a->column, .value = value + j * n };
    }
    engine_points points = { n, id, moved, d };
    rc = rc ? rc : run_engine(g, &points, w);
    for (size_t i = 0; i < n && !rc; i++)
        for (size_t o = 0; o < m; o++)
            y[i * m + o] = g->seen[o * n + i] ? g->last[o * n + i] / g->seen[o * n + i] : NAN;
    for (size_t c = 0; c < g->ncell; c++)
        free(g->cell[c]);
    free(g->cell);
    free(g->row);
    free(g->last);
    free(g->seen);
    free(name);
    free(id);
    free(value);
    *g = (work){ .k = k, .sc = g->sc, .done = g->done + n, .of = g->of };
    return rc;
}

static int study(void *ctx, size_t n, const double *x, double *y, why *w)
{
    work *g = ctx;
    int rc = E_OK;
    g->of = n;
    for (size_t at = 0; at < n && !rc; at += AT_ONCE) {
        size_t count = n - at < AT_ONCE ? n - at : AT_ONCE;
        rc = some(g, count, x + at * g->k->naxis, y + at * g->k->noutcome, w);
        if (!rc && g->k->progress)
            g->k->progress(g->k->ctx, g->done, g->of);
    }
    return rc;
}

int sensitivity_run(sensitivity_study *k, int method, size_t n, sensitivity_result *out, why *w)
{
    double at[SENS_AXES];
    work g = { .k = k, .sc = *k->s };
    if (k->s->nphysics == 0)
        return fail(w, E_INPUT, "there is no [[physics]] to study");
    g.sc.ncorrector = g.sc.noutput = 0;
    g.sc.evaluate.on = false;
    g.sc.snapshot = 0;
    for (size_t j = 0; j < k->naxis; j++) {
        const sensitivity_axis *a = &k->axis[j];
        double u = a->log ? log(a->now / a->lo) / log(a->hi / a->lo) : (a->now - a->lo) / (a->hi - a->lo);
        at[j] = isfinite(u) ? fmin(1, fmax(0, u)) : 0.5;
    }
    switch (method) {
    case SENS_SOBOL: return sensitivity_sobol(k->naxis, k->noutcome, n, k->seed, study, &g, out, w);
    case SENS_MORRIS: return sensitivity_morris(k->naxis, k->noutcome, n, k->seed, study, &g, out, w);
    default: return sensitivity_local(k->naxis, k->noutcome, at, HUNDREDTH, study, &g, out, w);
    }
}
