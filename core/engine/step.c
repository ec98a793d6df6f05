/* SPDX-License-Identifier: MIT
 * step.c - one tile through one chunk: rows inside, each row every physics of every lane.
 *
 * A lane that is over, or has no row, is idle: its state stays.  Past the forecast origin, and past the end of the
 * data, a column that is only known during or after the cycle is replaced by its mean over the cell's known rows.
 */
#include "core/base/clock.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

/* Which tile this thread has at work: only messages ask. */
static _Thread_local struct { const engine *e; const tile *t; } here;

const char *step_lane_name(void *ctx, int32_t lane_in_tile, int64_t *cycle)
{
    (void)ctx;
    if (!here.t || lane_in_tile < 0 || (uint32_t)lane_in_tile >= here.t->live)
        return NULL;
    const lane *l = &here.e->lane[here.t->first + (uint32_t)lane_in_tile];
    *cycle = l->cycle;
    return l->cell;
}

void step_values(worker *k, const physics *ph, const workpart *first)
{
    for (size_t i = 0; i < ph->pool.n; i++) {
        const wire_end *end = &ph->pool.at[i];
        k->val[i] = end->place == -1   ? k->source[end->index]
                    : end->place == -2 ? k->cycle[end->index]
                    : end->place == -3 ? k->cap
                    : end->place == -4 ? k->combined[end->index]
                                       : first[end->place].out[end->index];
    }
}

static void fill(double *to, const double *from, const wire_link *l, uint32_t live, uint32_t n)
{
    double scale = l->scale, offset = l->offset;
    for (uint32_t i = 0; i < live; i++)
        to[i] = from[i] * scale + offset;
    for (uint32_t i = live; i < n; i++)
        to[i] = to[live - 1];
}

/* Inputs and bound parameters of a part from worker.val; `all`: also those that do not move from row to row. */
void step_inputs(worker *k, const part *q, workpart *wp, uint32_t live, bool all)
{
    uint32_t n = wp->b.n;
    for (uint32_t i = 0; i < q->cols.in.n; i++) {
        if (q->in[i].from >= 0 && (all || q->moves[i]))
            fill(wp->in[i], k->val[q->in[i].from], &q->in[i], live, n);
        else if (q->in[i].from < 0 && all) {
            bool driven = !q->per_cycle && ((int)i == q->control || (int)i == q->demand);
            for (uint32_t l = 0; l < n; l++)
                wp->in[i][l] =
                    driven ? 0 : NAN; /* FADE_BY_CURRENT, no current: a cell at rest until the protocol begins */
        }
    }
    for (uint32_t j = 0; j < q->nparam; j++)
        if (q->bound[j].from >= 0)
            fill(wp->param[j], k->val[q->bound[j].from], &q->bound[j], live, n);
}

void step_lane_over(engine *e, tile *t, uint32_t i, size_t p, int over, const char *reason, int64_t cycle)
{
    lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + p];
    t->ended++;
    lp->over = over;
    lp->over_cycle = (uint64_t)cycle;
    lp->reason = strdup(reason);
}

static bool lane_idle(const engine *e, uint32_t lane_index)
{
    for (size_t p = 0; p < e->nphysics; p++)
        if (!e->lp[(size_t)lane_index * e->nphysics + p].over)
            return false;
    return true;
}

/* ---- what a lane knows at this row ---- */

static void known_row(engine *e, tile *t, uint32_t i, uint32_t slot)
{
    for (size_t s = 0; s < e->nread; s++) {
        double v = e->chunk.val[s][slot];
        if (isnan(v))
            continue;
        size_t at = s * e->width + i;
        t->cur[at] = v;
        if (!(e->source_column[s].flags & FADE_PLANNED)) {
            t->sum[at] += v;
            t->count[at] += 1;
        }
    }
}

/* A row of the forecast: planned columns as read (slot UINT32_MAX: they hold), others by their mean so far. */
static void forecast_row(engine *e, tile *t, uint32_t i, uint32_t slot)
{
    for (size_t s = 0; s < e->nread; s++) {
        size_t at = s * e->width + i;
        if (!(e->source_column[s].flags & FADE_PLANNED)) {
            if (t->count[at] > 0)
                t->cur[at] = t->sum[at] / t->count[at];
        } else if (slot != UINT32_MAX && !isnan(e->chunk.val[s][slot]))
            t->cur[at] = e->chunk.val[s][slot];
    }
}

/* Moves every lane with a row to it; returns how many there are. */
static uint32_t take_row(engine *e, worker *k, tile *t, uint64_t r)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->live; i++) {
        lane *l = &e->lane[t->first + i];
        k->active[i] = r < e->chunk.count[t->first + i];
        if (!k->active[i])
            continue;
        n++;
        if (e->chunk.hold) {
            l->cycle++;
            if (!e->hold)
                forecast_row(e, t, i, UINT32_MAX);
        } else {
            uint32_t slot = e->chunk.order[e->chunk.begin[t->first + i] + r];
            if (l->done + 1 <= l->origin)
                known_row(e, t, i, slot);
            else
                forecast_row(e, t, i, slot);
            l->cycle = e->chunk.cycle[slot];
            l->time = e->chunk.time[slot];
        }
        k->row[i] = ++l->done;
    }
    return n;
}

static double current_value(const engine *e, const tile *t, int column, uint32_t i, double scale, double otherwise)
{
    double v = column < 0 ? NAN : t->cur[(size_t)column * e->width + i] * scale;
    return isnan(v) ? otherwise : v;
}

/* What a row adds to each lane's clocks: its cycles, equivalent full cycles and seconds. */
static void clock_steps(engine *e, worker *k, tile *t)
{
    for (uint32_t i = 0; i < t->live; i++) {
        k->count[i] = current_value(e, t, e->count_col, i, 1, 1);
        k->efc[i] = k->count[i] * current_value(e, t, e->depth_col, i, e->depth_scale, 1);
        k->seconds[i] = current_value(e, t, e->duration_col, i, e->duration_scale, 0);
    }
    for (uint32_t i = t->live; i < k->part[0].b.n; i++)
        k->count[i] = k->count[t->live - 1];
}

/* Time under test of lane i: the rows' calendar, and not less than its protocols took. */
double step_clock(const engine *e, const tile *t, size_t p, uint32_t i)
{
    double calendar = t->seconds[i];
    return e->physics[p].cell ? fmax(calendar, e->lp[(size_t)(t->first + i) * e->nphysics + p].seconds) : calendar;
}

static void clocks(engine *e, worker *k, tile *t, bool first)
{
    if (first || !e->hold || e->scripted)
        clock_steps(e, k, t);
    for (uint32_t i = 0; i < t->live; i++) {
        double on = k->active[i];
        t->efc[i] += on * k->efc[i];
        t->seconds[i] += on * k->seconds[i];
    }
}

/* ---- the first row of a lane ---- */

static void begin_columns(const part *q, workpart *wp, uint32_t i)
{
    uint32_t n = wp->b.n;
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        const fade_column *fc = library_at(&q->cols.state, c);
        for (uint32_t j = 0; j < (fc->width ? fc->width : 1); j++)
            wp->x[c][j * n + i] = wp->x1[c][j * n + i] = fc->init;
    }
    for (uint32_t c = 0; c < q->cols.out.n; c++) {
        const fade_column *fc = library_at(&q->cols.out, c);
        for (uint32_t j = 0; j < (fc->width ? fc->width : 1); j++)
            wp->out[c][j * n + i] = fc->init;
    }
}

static void copy_lane(const part *q, workpart *wp, uint32_t i, double *const *to, double *const *from)
{
    uint32_t n = wp->b.n;
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        const fade_column *fc = library_at(&q->cols.state, c);
        for (uint32_t j = 0; j < (fc->width ? fc->width : 1); j++)
            to[c][j * n + i] = from[c][j * n + i];
    }
}

/* Runs init() on the whole tile, keeps it for the new lanes; then observe(), so that outputs stand before the first
 * step. */
static void begin_part(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t, const bool *fresh)
{
    memset(k->status, 0, wp->b.n * sizeof *k->status);
    int32_t rc = q->vt->init ? q->vt->init(q->model, &wp->b) : 0;
    for (uint32_t i = 0; i < wp->b.n; i++) {
        uint32_t from = i < t->live ? i : t->live - 1;
        if (!fresh[from])
            continue;
        if (q->vt->init)
            copy_lane(q, wp, i, wp->x, wp->x1);
        if (i < t->live && (rc < 0 || k->status[i] < 0)) {
            why w = { 0 };
            object_why(q->object, rc < 0 ? rc : k->status[i], "start", &w);
            step_lane_over(e, t, i, p, OVER_FAILED, w.text, 0);
        }
    }
}

static void observe_part(worker *k, const part *q, workpart *wp)
{
    if (!q->vt->observe)
        return;
    memset(k->status, 0, wp->b.n * sizeof *k->status);
    q->vt->observe(q->model, &wp->b);
}

static void begin_capacity(engine *e, worker *k, tile *t, uint32_t i)
{
    lane *l = &e->lane[t->first + i];
    (void)k;
    if (isnan(l->c0) && e->capacity_col >= 0) {
        l->c0 = t->cur[(size_t)e->capacity_col * e->width + i] * e->capacity_scale;
        if (!atomic_load(&e->doubted) && scenario_doubt(e->sc, l->cell, l->c0))
            atomic_store(&e->doubted, true);
    }
    if (isnan(l->c0))
        l->c0 = e->sc->cell.nominal_capacity;
    if (!isnan(l->c0))
        return;
    for (size_t p = 0; p < e->nphysics; p++)
        if (e->physics[p].capacity < 0)
            step_lane_over(e, t, i, p, OVER_FAILED,
                           "its initial capacity is unknown: set [cell] nominal_capacity or initial_capacity", 0);
}

void step_begin(engine *e, worker *k, tile *t)
{
    bool fresh[TILE_MAX], any = false;
    for (uint32_t i = 0; i < t->live; i++) {
        lane *l = &e->lane[t->first + i];
        fresh[i] = !l->begun && e->chunk.count[t->first + i] > 0;
        any |= fresh[i];
        if (!fresh[i])
            continue;
        if (!e->chunk.hold) {
            uint32_t slot = e->chunk.order[e->chunk.begin[t->first + i]];
            for (size_t s = 0; s < e->nread; s++)
                t->cur[s * e->width + i] = e->chunk.val[s][slot];
        }
        l->begun = true;
        begin_capacity(e, k, t, i);
    }
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; at += e->physics[p++].n) {
        const physics *ph = &e->physics[p];
        step_values(k, ph, &k->part[at]);
        for (size_t j = 0; any && j < ph->n; j++)
            for (uint32_t i = 0; i < k->part[at + j].b.n; i++)
                if (fresh[i < t->live ? i : t->live - 1])
                    begin_columns(&ph->part[j], &k->part[at + j], i);
        combine_values(k, ph, t->live);
        for (size_t j = 0; any && j < ph->n; j++) {
            step_inputs(k, &ph->part[j], &k->part[at + j], t->live, true);
            begin_part(e, k, p, &ph->part[j], &k->part[at + j], t, fresh);
        }
        for (size_t pass = 0; pass < (ph->n > 1 ? 2 : 1); pass++)
            for (size_t j = 0; j < ph->n; j++) {
                stops_capacity(e, k, ph, t);
                step_inputs(k, &ph->part[j], &k->part[at + j], t->live, true);
                bool sees = duty_sees(e, at + j);         /* what it put out stands, as if no chunk had ended */
                if (sees)
                    duty_outs(k, &ph->part[j], &k->part[at + j], t, fresh, false);
                observe_part(k, &ph->part[j], &k->part[at + j]);
                if (sees)
                    duty_outs(k, &ph->part[j], &k->part[at + j], t, fresh, true);
            }
    }
}

/* ---- rows ---- */

static void step_physics(engine *e, worker *k, size_t p, size_t at, tile *t, uint64_t r)
{
    const physics *ph = &e->physics[p];
    step_values(k, ph, &k->part[at]);
    stops_capacity(e, k, ph, t);
    for (size_t j = 0; j < ph->n; j++) {
        const part *q = &ph->part[j];
        step_inputs(k, q, &k->part[at + j], t->live, false);
        law_inputs(e, k, p, q, &k->part[at + j], t, r == 0);
        if (duty_sees(e, at + j))
            duty_run(e, k, p, at + j, q, &k->part[at + j], t, r);
        else if (q->per_cycle)
            law_step(e, k, p, q, &k->part[at + j], t);
        else
            cycler_run(e, k, p, q, &k->part[at + j], t);
    }
}

/* One row in eight is timed: reading the clock costs as much as some laws. */
static void timed_step(engine *e, worker *k, size_t p, size_t at, tile *t, uint64_t r)
{
    bool time_it = r % 8 == 0;
    int64_t from = time_it ? clock_monotonic_ns() : 0;
    step_physics(e, k, p, at, t, r);
    k->rows[p]++;
    if (time_it) {
        k->spent[p] += clock_monotonic_ns() - from;
        k->timed[p]++;
    }
}

void step_tile(engine *e, worker *k, tile *t)
{
    record_clear(t);
    uint64_t rows = 0;
    for (uint32_t i = 0; i < t->live; i++)
        rows = e->chunk.count[t->first + i] > rows ? e->chunk.count[t->first + i] : rows;
    if (rows == 0)
        return;
    here.e = e;
    here.t = t;
    tiles_load(e, k, t);
    step_begin(e, k, t);
    uint8_t row_active[TILE_MAX];
    for (uint64_t r = 0; r < rows && t->why.code == 0; r++) {
        if (take_row(e, k, t, r) == 0)
            break;
        t->ended = 0;
        hook_conditions(e, k, t);
        clocks(e, k, t, r == 0);
        memcpy(row_active, k->active, t->live);
        size_t at = 0;
        for (size_t p = 0; p < e->nphysics; at += e->physics[p++].n) {
            bool any = false;
            for (uint32_t i = 0; i < t->live; i++) {
                k->active[i] = row_active[i] && !e->lp[(size_t)(t->first + i) * e->nphysics + p].over;
                any |= k->active[i];
            }
            if (!any)
                continue;
            timed_step(e, k, p, at, t, r);
            stops_row(e, k, p, t, r == 0 || r + 1 == rows || !e->hold || e->opt.hooks);
            hook_cycle(e, k, p, t, r);
            trace_row(e, k, p, t);
            if (record_row(e, k, t, p, r))
                break;
        }
        for (uint32_t i = 0; e->chunk.hold && i < t->live; i++)
            if (lane_idle(e, t->first + i))
                e->chunk.count[t->first + i] = 0;
    }
    tiles_store(e, k, t);
    here.t = NULL;
}
