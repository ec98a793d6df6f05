/* SPDX-License-Identifier: MIT
 * trace.c - follows the protocol runner through a cycle: what the cycle came to (always), and its samples (where
 * asked for).
 */
#include "core/engine/trace.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPENT_CC, SPENT_CV, SPENT_DISCHARGE, SPENT_REST };
enum { MEMORY = 128 << 20 };                      /* bytes of samples in memory, over all workers */

/* ---- a worker's ---- */

static bool drives_a_cell(const engine *e)
{
    for (size_t p = 0; p < e->nphysics; p++)
        if (e->physics[p].cell)
            return true;
    return false;
}

int trace_worker(engine *e, worker *k, why *w)
{
    size_t n = e->width;
    if (!drives_a_cell(e))
        return E_OK;
    tracer *r = k->tracer = mem_zero(1, sizeof *r);
    if (!r)
        return fail(w, E_NOMEM, "no memory for a worker's samples");
    *r = (tracer){ .plan = e->trace, .home = k->index, .fd = -1, .folder = e->opt.folder };
    size_t threads = e->sc->threads ? (size_t)e->sc->threads : 8;
    r->most = MEMORY / threads / (TRACE_PAGE * sizeof(double));
    r->lane = mem_zero(n, sizeof *r->lane);
    r->peaks = mem_zero(n, sizeof *r->peaks);
    r->cycle = mem_zero(n, sizeof *r->cycle);
    r->base = mem_columns(n);
    return r->lane && r->peaks && r->cycle && r->base ? E_OK : fail(w, E_NOMEM, "no memory for a worker's samples");
}

void trace_worker_close(worker *k)
{
    tracer *r = k->tracer;
    if (!r)
        return;
    trace_store_close(r);
    free(r->lane);
    free(r->peaks);
    free(r->cycle);
    free(r->base);
    free(r);
    k->tracer = NULL;
}

/* ---- a cycle ---- */

static int mode_of(const engine *e, const lane *l)
{
    const scenario *sc = e->sc;
    uint64_t cycle = (uint64_t)l->cycle;
    if (!e->sampled)
        return TRACE_NO;
    if (sc->trace.all || (sc->trace.first && l->done == 1) || (sc->trace.every && cycle % sc->trace.every == 0))
        return TRACE_KEEP;
    for (size_t i = 0; i < sc->trace.nat; i++)
        if (sc->trace.at[i] == cycle)
            return TRACE_KEEP;
    return sc->trace.last ? TRACE_MAYBE : TRACE_NO;
}

void trace_cycle(engine *e, worker *k, size_t p, const part *q, tile *t)
{
    tracer *r = k->tracer;
    r->q = q;
    r->physics = p;
    r->tile = t;
    r->out = e->trace->out[p];
    for (uint32_t i = 0; i < t->live; i++) {
        const lane *l = &e->lane[t->first + i];
        const lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + p];
        r->lane[i] = (trace_lane){ .mode = k->active[i] ? mode_of(e, l) : TRACE_NO, .count = lp->steps };
        memcpy(r->lane[i].life, lp->moved, sizeof lp->moved);
        trace_page *last = r->lane[i].mark = e->sampled ? t->trace_last[i] : NULL;
        r->lane[i].marked = last ? last->used : 0;
        r->peaks[i].used = 0;
        r->cycle[i] = l->cycle;
        r->base[i] = lp->seconds;
    }
}

static int type_of(int control, double demand, double I)
{
    if (control == FADE_BY_CURRENT)
        return demand == 0 ? TYPE_REST : demand < 0 ? TYPE_CC_CHG : TYPE_CC_DCH;
    if (control == FADE_BY_POWER)
        return demand == 0 ? TYPE_REST : demand < 0 ? TYPE_CP_CHG : TYPE_CP_DCH;
    return control == FADE_BY_RESISTANCE ? TYPE_CR_DCH : I < 0 ? TYPE_CV_CHG : TYPE_CV_DCH;
}

static void step_over(tracer *r, uint32_t i)
{
    trace_lane *l = &r->lane[i];
    if (l->open && l->mode)
        trace_close(r, i);
    l->open = false;
}

void trace_edge(worker *k, const workpart *wp, uint32_t i, const trace_sentence *s)
{
    tracer *r = k->tracer;
    trace_lane *l = &r->lane[i];
    step_over(r, i);
    l->V = wp->out[r->q->voltage][i];
    l->I = wp->out[r->q->current][i];
    l->control = s->control;
    l->type = type_of(s->control, s->demand, l->I);
    l->step = s->index;
    l->count++;
    l->open = true;
    /* as the last sample of the step before was booked: time never falls */
    l->begin += l->tb;
    l->tb = 0;
    if (!l->mode)
        return;
    l->period = s->period > 0 ? s->period : r->plan->period;
    memcpy(l->from, l->sum, sizeof l->from);
    trace_point(r, wp, i, 0);
}

/* What the step adds to the cycle: trapezoids, each end on its own side of zero where the current turned. */
static void add(trace_lane *l, double dt, double V, double I)
{
    double half = dt * TRACE_HALF_HOUR, ah = (l->I + I) * half, wh = (l->V * l->I + V * I) * half;
    l->sum[ah < 0 ? TRACE_CHARGED : TRACE_DISCHARGED] += fabs(ah);
    l->sum[wh < 0 ? TRACE_WH_CHARGED : TRACE_WH_DISCHARGED] += fabs(wh);
    l->spent[ah > 0    ? SPENT_DISCHARGE
             : ah == 0 ? SPENT_REST
             : l->control == FADE_BY_VOLTAGE ? SPENT_CV
                                             : SPENT_CC] += dt;
}

void trace_step(worker *k, const workpart *wp, uint32_t i, double dt)
{
    tracer *r = k->tracer;
    trace_lane *l = &r->lane[i];
    double V = wp->out[r->q->voltage][i], I = wp->out[r->q->current][i], before = l->sum[TRACE_CHARGED];
    if (!(dt > 0) || !l->open)
        return;
    double t = l->tb + dt;
    add(l, t - l->tb, V, I);                      /* to the bit what the points will say */
    if (l->control != FADE_BY_VOLTAGE)
        trace_peaks_add(&r->peaks[i], l->V, V, l->sum[TRACE_CHARGED] - before);
    l->V = V;
    l->I = I;
    if (l->mode)
        trace_point(r, wp, i, t);
    else
        l->tb = t;
}

static double ratio(double a, double b) { return b > 0 ? a / b : NAN; }

static void summary(worker *k, uint32_t i)
{
    const trace_lane *l = &k->tracer->lane[i];
    const double *s = l->sum;
    double *const *c = k->cycle;
    c[CYCLE_CHARGE_ENERGY][i] = s[TRACE_WH_CHARGED];
    c[CYCLE_ENERGY_EFFICIENCY][i] = ratio(s[TRACE_WH_DISCHARGED], s[TRACE_WH_CHARGED]);
    c[CYCLE_COULOMBIC_EFFICIENCY][i] = ratio(s[TRACE_DISCHARGED], s[TRACE_CHARGED]);
    c[CYCLE_V_CHARGE][i] = ratio(s[TRACE_WH_CHARGED], s[TRACE_CHARGED]);
    c[CYCLE_V_DISCHARGE][i] = ratio(s[TRACE_WH_DISCHARGED], s[TRACE_DISCHARGED]);
    c[CYCLE_CC_TIME][i] = l->spent[SPENT_CC];
    c[CYCLE_CV_TIME][i] = l->spent[SPENT_CV];
    c[CYCLE_DISCHARGE_TIME][i] = l->spent[SPENT_DISCHARGE];
    c[CYCLE_REST_TIME][i] = l->spent[SPENT_REST];
    trace_peaks_find(&k->tracer->peaks[i], &c[CYCLE_PEAK_V][i], &c[CYCLE_PEAK][i]);
}

void trace_end(engine *e, worker *k, size_t p, tile *t)
{
    tracer *r = k->tracer;
    for (uint32_t i = 0; i < t->live; i++) {
        trace_lane *l = &r->lane[i];
        lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + p];
        step_over(r, i);
        if (l->count == lp->steps)                /* it did not run */
            continue;
        if (k->active[i])
            summary(k, i);
        lp->steps = l->count;
        lp->seconds += l->begin + l->tb;
        for (int s = 0; s < TRACE_SUMS; s++)
            lp->moved[s] += l->sum[s];
    }
}

void trace_row(engine *e, worker *k, size_t p, tile *t)
{
    tracer *r = k->tracer;
    if (!e->sampled || !r || !e->physics[p].cell)
        return;
    for (uint32_t i = 0; i < t->live; i++)
        if (r->lane[i].mode == TRACE_MAYBE && !record_last(e, t, i, p))
            trace_cut(r, t, i, r->lane[i].mark, r->lane[i].marked);
}
