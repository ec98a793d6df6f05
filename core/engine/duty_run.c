/* SPDX-License-Identifier: MIT
 * duty_run.c - a law that sees inside rows through one row: step by step of its rule, each lane with the step of its
 * own stream.
 *
 * Steps are checked at the end of the row; only when something is wrong is the row done again from its start,
 * carefully, to find the lane and the step.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const bool duty_scaled[DUTY_N] = {
#define SCALED(name, key, unit, is, doc) is,
    DUTY_STRESS(SCALED)
#undef SCALED
};

/* ---- who steps what ---- */

/* Neighbouring lanes on one stream, and their steps in row r. */
static uint32_t find_runs(const duty *d, const duty_use *u, const tile *t, uint64_t r, uint32_t n, duty_run_of *run)
{
    uint32_t nrun = 0;
    for (uint32_t i = 0; i < t->live; i++) {
        duty_stream *s = duty_of_lane(d, t->first + i);
        if (nrun && run[nrun - 1].stream == s) {
            run[nrun - 1].hi = i + 1;
            continue;
        }
        duty_run_of *q = &run[nrun++];
        *q = (duty_run_of){ .stream = s, .lo = i, .hi = i + 1 };
        if (!s || r >= s->nrow)
            continue;
        q->step = r ? s->row_step[(r - 1) * d->nrule + u->rule] : 0;
        q->end = s->row_step[r * d->nrule + u->rule];
    }
    run[nrun - 1].hi = n;                         /* what pads the tile goes with the last lane */
    return nrun;
}

/* ---- inputs ---- */

_Static_assert(DUTY_DEPTH == 0 && DUTY_SOC_MEAN < DUTY_SOC_MAX && DUTY_SOC_MIN < DUTY_SOC_MAX &&
                   DUTY_SOC_MAX < DUTY_T_MEAN,
               "what a swing says of the soc comes first");

/* The stress of a cell that is asked for the energy of a new one: its swings below `top` are deeper. */
static double deepened(const duty_use *u, const double *v, int what, double top, double q)
{
    double lo = duty_lowered(v[u->nfill + VALUE_MIN], top, q), hi = duty_lowered(v[u->nfill + VALUE_MAX], top, q);
    switch (what) {
    case DUTY_DEPTH: return hi - lo;
    case DUTY_SOC_MIN: return lo;
    case DUTY_SOC_MAX: return hi;
    default: return duty_lowered(v[u->nfill + VALUE_MEAN], top, q);
    }
}

static void deepen(const duty_use *u, double *restrict to, const duty_run_of *run, const double *v, int what,
                   double top, const double *soh)
{
    for (uint32_t i = run->lo; i < run->hi; i++)
        to[i] = deepened(u, v, what, top, soh[i]);
}

typedef double v8 __attribute__((vector_size(64), may_alias));

/* A column is 64-byte aligned; a run of all its lanes goes by eights. */
static void spread(double *restrict to, uint32_t lo, uint32_t hi, double v)
{
    uint32_t i = lo;
    for (; lo % 8 == 0 && i + 8 <= hi; i += 8)
        *(v8 *)(to + i) = (v8){ v, v, v, v, v, v, v, v };
    for (; i < hi; i++)
        to[i] = v;
}

static void spread_by(double *restrict to, uint32_t lo, uint32_t hi, double v, const double *restrict by)
{
    uint32_t i = lo;
    for (; lo % 8 == 0 && i + 8 <= hi; i += 8)
        *(v8 *)(to + i) = *(const v8 *)(by + i) * v;
    for (; i < hi; i++)
        to[i] = v * by[i];
}

/* How many cycles as deep as the swing at hand are booked. */
static void count_cycles(const duty_use *u, worker *k, const duty_run_of *run, const duty_step *step, const double *v,
                         bool energy)
{
    double efc = v[u->nfill + VALUE_EFC], depth = v[u->nfill + VALUE_MAX] - v[u->nfill + VALUE_MIN];
    if (!step->brk || !(depth > 0)) {
        spread(k->count, run->lo, run->hi, 0);
        return;
    }
    if (!energy) {
        spread_by(k->count, run->lo, run->hi, efc / depth, k->desk->soh);
        return;
    }
    for (uint32_t i = run->lo; i < run->hi; i++) {
        double deep = deepened(u, v, DUTY_DEPTH, step->top, k->desk->soh[i]);
        k->count[i] = deep > 0 ? efc / deep : 0;
    }
}

/* A cell would have to go below empty: that is said of one of them. */
static void look_for_empty(const duty *d, const duty_use *u, const worker *k, const duty_run_of *run, const double *v,
                           double top)
{
    for (uint32_t i = run->lo; i < run->hi && i < k->tile->live; i++) {
        const lane *l = &d->e->lane[k->tile->first + i];
        double soc = top - (top - v[u->nfill + VALUE_MIN]) / k->desk->soh[i];
        if (k->active[i] && soc < -1e-9)
            object_warn_once(
                d->e->source_object, "empty",
                "%s, row %lld, with %.3g of its capacity left cannot give the energy of its duty: its state of "
                "charge would be %.3g and is taken as 0",
                l->cell, (long long)l->cycle, k->desk->soh[i], soc);
    }
}

/* The inputs of eight lanes, all there are, where no energy is kept. */
static void set_eight(const duty_use *u, const workpart *wp, const double *v, const double *soh)
{
    v8 by = *(const v8 *)soh;
    for (size_t f = 0; f < u->nfill; f++) {
        const struct duty_fill *to = &u->fill[f];
        v8 x = { v[f], v[f], v[f], v[f], v[f], v[f], v[f], v[f] };
        if (to->what == FILL_STRESS && duty_scaled[to->index])
            x = by * x;
        *(v8 *)wp->in[to->input] = x;
    }
}

CLONES static void set_inputs(const duty *d, const duty_use *u, worker *k, workpart *wp, const duty_run_of *run)
{
    const duty_step *step = &run->stream->at[u->rule].step[run->step];
    const double *v = duty_value(d, run->stream, u, run->step), *soh = k->desk->soh;
    bool energy = d->e->sc->duty.keep == DUTY_ENERGY, eight = !energy && run->lo == 0 && run->hi == 8;
    if (eight)
        set_eight(u, wp, v, soh);
    for (size_t f = 0; f < u->nfill && !eight; f++) {
        int what = u->fill[f].what == FILL_STRESS ? u->fill[f].index : -1;
        double *to = wp->in[u->fill[f].input];
        if (energy && what >= 0 && what <= DUTY_SOC_MAX)
            deepen(u, to, run, v, what, step->top, soh);
        else if (!energy && what >= 0 && duty_scaled[what])
            spread_by(to, run->lo, run->hi, v[f], soh);
        else
            spread(to, run->lo, run->hi, v[f]);
    }
    count_cycles(u, k, run, step, v, energy);
    if (energy && step->brk)
        look_for_empty(d, u, k, run, v, step->top);
}

/* ---- the row ---- */

/* Rows lo..hi - 1 of each of `count` columns that lie one behind the other. */
static void copy_lanes(double *to, const double *from, uint32_t count, size_t n, uint32_t lo, uint32_t hi)
{
    for (uint32_t r = 0; r < count; r++)
        memcpy(to + r * n + lo, from + r * n + lo, (hi - lo) * sizeof *to);
}

/* Around a step: lanes whose row is done while others step on keep their states and outputs. */
static void rest_before(const part *q, workpart *wp, worker *k, uint32_t nrun)
{
    for (const duty_run_of *run = k->desk->run; run < k->desk->run + nrun; run++)
        if (run->step >= run->end)
            copy_lanes(k->desk->out0, wp->outbuf, q->wout, wp->b.n, run->lo, run->hi);
}

static void rest_outputs(const part *q, workpart *wp, worker *k, uint32_t nrun)
{
    for (const duty_run_of *run = k->desk->run; run < k->desk->run + nrun; run++)
        if (run->step >= run->end)
            copy_lanes(wp->outbuf, k->desk->out0, q->wout, wp->b.n, run->lo, run->hi);
}

static void rest_states(const part *q, workpart *wp, worker *k, uint32_t nrun)
{
    for (const duty_run_of *run = k->desk->run; q->wstate && run < k->desk->run + nrun; run++)
        if (run->step >= run->end)
            copy_lanes(wp->x1[0], wp->x[0], q->wstate, wp->b.n, run->lo, run->hi);
}

/* At a break point: what is left of each lane's capacity. */
static void measure(engine *e, worker *k, const physics *ph, tile *t, const duty_run_of *run)
{
    stops_capacity(e, k, ph, t);
    uint32_t hi = run->hi < t->live ? run->hi : t->live;
    for (uint32_t i = run->lo; i < hi; i++) {
        double q = k->cap[i] / e->lane[t->first + i].c0;
        k->desk->soh[i] = duty_soh(q);
    }
    for (uint32_t i = hi; i < run->hi; i++)
        k->desk->soh[i] = k->desk->soh[hi - 1];
}

/* Hands every run its next step; *idle: some run has none left; false: none has. */
static bool next_inputs(const duty *d, duty_use *u, worker *k, const part *q, workpart *wp, tile *t, uint32_t nrun,
                        bool *idle, why *w)
{
    bool any = false;
    *idle = false;
    for (uint32_t j = 0; j < nrun; j++) {
        duty_run_of *run = &k->desk->run[j];
        if (run->step >= run->end) {
            *idle = true;
            spread(k->count, run->lo, run->hi, 0);
            for (uint32_t i = run->lo; i < run->hi; i++)
                k->desk->of[i] = NULL;
            continue;
        }
        any = true;
        set_inputs(d, u, k, wp, run);
        duty_lend(d, u, k, q, wp, t, run, w);
    }
    return any;
}

static void took_step(const duty_use *u, engine *e, worker *k, const physics *ph, tile *t, uint32_t nrun)
{
    for (uint32_t j = 0; j < nrun; j++) {
        duty_run_of *run = &k->desk->run[j];
        if (run->step >= run->end)
            continue;
        if (run->stream->at[u->rule].step[run->step].brk)
            measure(e, k, ph, t, run);
        run->step++;
    }
}

/* The output that steps inside a row are asked for alone, and 1; 0: all of them, as in the step that ends a row. */
static uint32_t only_output(const physics *ph, const worker *k, uint32_t nrun)
{
    const int from = ph->capacity >= 0 ? ph->capacity : ph->loss;
    if (ph->n != 1 || ph->combined || from < 0 || ph->pool.at[from].place != 0)
        return 0;
    for (const duty_run_of *run = k->desk->run; run < k->desk->run + nrun; run++)
        if (run->step + 1 >= run->end)
            return 0;
    return 1 + (uint32_t)ph->pool.at[from].index;
}

/* All steps of the row, unchecked but for status.  False: do it again with care. */
static bool fast(engine *e, worker *k, size_t p, const part *q, duty_use *u, workpart *wp, tile *t, uint32_t nrun,
                 why *w)
{
    bool idle, good = true;
    for (uint32_t i = 0; i < wp->b.n; i++) {
        k->wish[i] = INFINITY;
        k->status[i] = 0;
    }
    if (t->live == 1) {
        duty_steps_run(e, k, &e->physics[p], u, wp, k->desk->run);
        duty_days_run(e, k, &e->physics[p], q, u, wp, k->desk->run);
    }
    while (good && next_inputs(e->duty, u, k, q, wp, t, nrun, &idle, w)) {
        memcpy(k->dt, k->count, wp->b.n * sizeof *k->dt);
        if (idle)
            rest_before(q, wp, k, nrun);
        wp->b.only = only_output(&e->physics[p], k, nrun);
        good = w->code == 0 && q->vt->step(q->model, &wp->b) == 0;
        for (uint32_t i = 0; i < t->live; i++)
            good &= k->status[i] == 0;
        if (idle) {
            rest_outputs(q, wp, k, nrun);
            rest_states(q, wp, k, nrun);
        }
        if (good) {
            law_swap(q, wp);
            took_step(u, e, k, &e->physics[p], t, nrun);
        }
    }
    wp->b.only = 0;
    for (uint32_t i = 0; good && i < t->live; i++)
        for (uint32_t s = 0; !k->active[i] && s < q->wstate; s++)         /* lanes that are over stay as they are */
            wp->x[0][(size_t)s * wp->b.n + i] = k->desk->x0[(size_t)s * wp->b.n + i];
    return good && law_within(q, wp);
}

static void forgive(duty_desk *desk, uint32_t live, why *w)
{
    memset(desk->refused, 0, live * sizeof *desk->refused);
    *w = (why){ 0 };
}

static void careful(engine *e, worker *k, size_t p, const part *q, duty_use *u, workpart *wp, tile *t, uint32_t nrun)
{
    uint8_t active[TILE_MAX];
    bool idle;
    why w;
    memcpy(active, k->active, t->live);
    forgive(k->desk, t->live, &w);
    while (next_inputs(e->duty, u, k, q, wp, t, nrun, &idle, &w)) {
        for (uint32_t j = 0; j < nrun; j++)
            for (uint32_t i = k->desk->run[j].lo; i < k->desk->run[j].hi && i < t->live; i++) {
                k->active[i] = active[i] && k->desk->run[j].step < k->desk->run[j].end;
                if (k->active[i] && k->desk->refused[i]) {
                    step_lane_over(e, t, i, p, OVER_FAILED, w.text, e->lane[t->first + i].cycle);
                    k->active[i] = 0;
                }
            }
        forgive(k->desk, t->live, &w);
        rest_before(q, wp, k, nrun);
        law_step(e, k, p, q, wp, t);              /* a lane that is not active keeps its state */
        rest_outputs(q, wp, k, nrun);
        for (uint32_t i = 0; i < t->live; i++)
            active[i] = active[i] && !e->lp[(size_t)(t->first + i) * e->nphysics + p].over;
        took_step(u, e, k, &e->physics[p], t, nrun);
    }
    for (uint32_t i = 0; i < t->live; i++)
        k->active[i] = active[i];
}

/* What lanes put out that are not new: kept, or given back. */
void duty_outs(worker *k, const part *q, workpart *wp, const tile *t, const bool *fresh, bool back)
{
    size_t n = wp->b.n;
    if (!back)
        memcpy(k->desk->out0, wp->outbuf, q->wout * n * sizeof *wp->outbuf);
    for (uint32_t i = 0; back && i < n; i++)
        for (uint32_t c = 0; c < q->wout && !fresh[i < t->live ? i : t->live - 1]; c++)
            wp->outbuf[c * n + i] = k->desk->out0[c * n + i];
}

bool duty_sees(const engine *e, size_t at) { return e->duty && e->duty->use_of[at] >= 0; }

void duty_run(engine *e, worker *k, size_t p, size_t at, const part *q, workpart *wp, tile *t, uint64_t r)
{
    duty_use *u = &e->duty->use[e->duty->use_of[at]];
    duty_desk *desk = k->desk;
    uint32_t n = wp->b.n;
    why w = { 0 };
    double *x = q->wstate ? wp->x[0] : NULL, *count = k->count;
    for (uint32_t i = 0; i < n; i++)
        desk->soh[i] = e->lp[(size_t)(t->first + (i < t->live ? i : t->live - 1)) * e->nphysics + p].soh;
    memcpy(desk->soh0, desk->soh, n * sizeof *desk->soh);
    if (x)
        memcpy(desk->x0, x, (size_t)q->wstate * n * sizeof *x);
    wp->b.samples = desk->of;
    k->count = desk->dt;                          /* the row's own count belongs to laws without an inside */
    uint32_t nrun = find_runs(e->duty, u, t, r, n, desk->run);
    duty_look(e, k, q, u, wp, nrun);
    if (!fast(e, k, p, q, u, wp, t, nrun, &w)) {
        if (x)
            memcpy(wp->x[0], desk->x0, (size_t)q->wstate * n * sizeof *x);
        memcpy(desk->soh, desk->soh0, n * sizeof *desk->soh);
        find_runs(e->duty, u, t, r, n, desk->run);
        careful(e, k, p, q, u, wp, t, nrun);
    }
    k->count = count;
    wp->b.samples = NULL;
    for (uint32_t i = 0; i < t->live; i++)
        e->lp[(size_t)(t->first + i) * e->nphysics + p].soh = desk->soh[i];
}
