/* SPDX-License-Identifier: MIT
 * cycler.c - drives a cell model through the protocol, one cycle: the tester of the laboratory.
 *
 * Every lane stands at its own step of the protocol with its own dt.  A limit is located without overshoot: a step that
 * passed it is refused for that lane alone and comes again, shorter, by a bracketed secant from the same state.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_STEPS = 4000000, MOST_TRIALS = 80 };
static const double FIRST_DT = 1.0;               /* s */

typedef struct lanerun {
    size_t step;                                  /* of the protocol; nprotocol: done */
    bool   fresh, ran;                            /* a step has just begun; some step of this cycle took time */
    double dt, in_step, moved;                    /* s; s and Ah since the step began */
    double g, lo, glo, hi, ghi;                   /* distance past the limit now; the bracket of dt */
    int    trials;
    double V, I;                                  /* at t */
    double sum[CYCLE_N], seconds;
} lanerun;

size_t cycler_bytes(const engine *e) { return sizeof(lanerun) * (e->width + 1); }

/* How far past the step's limit: negative before it. */
static double past(const protocol_step *s, const lanerun *l, double V, double I, double moved)
{
    (void)l;
    bool charging = s->control == FADE_BY_CURRENT || s->control == FADE_BY_POWER ? s->demand < 0 : false;
    switch (s->until) {
    case PROTOCOL_VOLTAGE: return charging ? V - s->limit : s->limit - V;
    case PROTOCOL_CURRENT: return s->limit - fabs(I);
    case PROTOCOL_CAPACITY: return moved - s->limit;
    default: return -INFINITY;
    }
}

static double tolerance(const protocol_step *s) { return s->until == PROTOCOL_VOLTAGE ? 1e-7 : 1e-8; }

static void begin_cycle(engine *e, worker *k, const tile *t)
{
    for (uint32_t i = 0; i < t->live; i++) {
        k->run[i] = (lanerun){ .step = k->active[i] ? 0 : e->sc->nprotocol, .fresh = true, .dt = FIRST_DT };
        k->run[i].sum[CYCLE_T_MAX] = k->run[i].sum[CYCLE_V_MAX] = -INFINITY;
        k->run[i].sum[CYCLE_V_MIN] = INFINITY;
    }
}

static void next_step(lanerun *l)
{
    l->step++;
    l->fresh = true;
    l->dt = FIRST_DT;
    l->in_step = l->moved = l->hi = l->lo = 0;
    l->trials = 0;
}

static void set_demand(engine *e, worker *k, const part *q, workpart *wp, const tile *t)
{
    for (uint32_t i = 0; i < wp->b.n; i++) {
        const lanerun *l = &k->run[i < t->live ? i : t->live - 1];
        bool over = l->step >= e->sc->nprotocol;
        const protocol_step *s = &e->sc->protocol[over ? 0 : l->step];
        double rest = s->duration - l->in_step;
        if (q->control >= 0)
            wp->in[q->control][i] = over ? FADE_BY_CURRENT : s->control;
        if (q->demand >= 0)
            wp->in[q->demand][i] = over ? 0 : s->demand;
        k->dt[i] = over ? 0 : fmin(l->dt, rest);
        k->wish[i] = INFINITY;
        k->status[i] = 0;
    }
}

/* A new step of the protocol: what stands at its start; a limit that is already passed ends it at once. */
static void look(engine *e, worker *k, const part *q, workpart *wp, const tile *t)
{
    bool any = false;
    for (uint32_t i = 0; i < t->live; i++)
        any |= k->run[i].fresh && k->run[i].step < e->sc->nprotocol;
    if (!any)
        return;
    if (q->vt->observe)
        q->vt->observe(q->model, &wp->b);
    for (uint32_t i = 0; i < t->live; i++) {
        lanerun *l = &k->run[i];
        if (!l->fresh || l->step >= e->sc->nprotocol)
            continue;
        const protocol_step *s = &e->sc->protocol[l->step];
        l->V = wp->out[q->voltage][i];
        l->I = wp->out[q->current][i];
        l->g = past(s, l, l->V, l->I, 0);
        l->fresh = false;
        if (l->g > -tolerance(s))
            next_step(l);
    }
}

static void book(const part *q, lanerun *l, double dt, double V, double I, double T)
{
    double ah = (l->I + I) / 2 * dt / 3600, wh = (l->V * l->I + V * I) / 2 * dt / 3600;
    (void)q;
    l->sum[ah > 0 ? CYCLE_DISCHARGE : CYCLE_CHARGE] += fabs(ah);
    l->sum[CYCLE_THROUGHPUT] += fabs(ah);
    l->sum[CYCLE_ENERGY] += wh > 0 ? wh : 0;
    l->sum[CYCLE_T_MEAN] += T * dt;
    l->sum[CYCLE_T_MAX] = fmax(l->sum[CYCLE_T_MAX], T);
    l->sum[CYCLE_V_MIN] = fmin(l->sum[CYCLE_V_MIN], V);
    l->sum[CYCLE_V_MAX] = fmax(l->sum[CYCLE_V_MAX], V);
    l->seconds += dt;
    l->in_step += dt;
    l->moved += fabs(ah);
    l->ran |= dt > 0;
    l->V = V;
    l->I = I;
}

/* The step went past the limit, or stays short of it inside a bracket: the next dt to try from the same state. */
static double bracket(lanerun *l, double dt, double g)
{
    if (g > 0) {
        if (l->hi == 0)
            l->lo = 0, l->glo = l->g;
        l->hi = dt;
        l->ghi = g;
    } else {
        l->lo = dt;
        l->glo = g;
    }
    double f = -l->glo / (l->ghi - l->glo);
    if (++l->trials % 3 == 0 || !(f > 0.001 && f < 0.999))
        f = 0.5;                                  /* a bisection among secants keeps the bracket shrinking */
    return l->lo + (l->hi - l->lo) * f;
}

/* What became of lane i's trial; true: x1 is taken. */
static bool judge(engine *e, worker *k, const part *q, workpart *wp, tile *t, uint32_t i, size_t p)
{
    lanerun *l = &k->run[i];
    const protocol_step *s = &e->sc->protocol[l->step];
    double dt = k->dt[i], V = wp->out[q->voltage][i], I = wp->out[q->current][i];
    if (k->status[i] == FADE_RETRY) {
        l->dt = fmin(dt / 2, k->wish[i]);
        if (++l->trials < MOST_TRIALS)
            return false;
        k->status[i] = FADE_ESOLVE;
    }
    if (k->status[i] < 0 || !law_sound(e, k, p, q, wp, t, i)) {
        char say[200];
        snprintf(say, sizeof say, "%s gave up in step %zu of the protocol, \"%.80s\"", q->sp->label, l->step + 1,
                 s->text);
        if (!e->lp[(size_t)(t->first + i) * e->nphysics + p].over)
            step_lane_over(e, t, i, p, OVER_FAILED, say, e->lane[t->first + i].cycle);
        l->step = e->sc->nprotocol;
        k->active[i] = 0;
        return false;
    }
    double moved = l->moved + fabs((l->I + I) / 2) * dt / 3600, g = past(s, l, V, I, moved);
    bool located = g >= -tolerance(s) && g <= tolerance(s);
    if (!located && (g > 0 || l->hi > 0) && l->trials < MOST_TRIALS) {
        l->dt = bracket(l, dt, g);
        return false;
    }
    double T = q->temperature >= 0 ? wp->out[q->temperature][i] : NAN;
    book(q, l, dt, V, I, T);
    l->g = g;
    if (located || l->trials >= MOST_TRIALS || !(s->duration - l->in_step > 1e-9))
        next_step(l);
    else
        l->dt = fmin(k->wish[i], dt * 2);
    return true;
}

static void end_cycle(engine *e, worker *k, tile *t, size_t p, const part *q)
{
    for (uint32_t i = 0; i < t->live; i++) {
        lanerun *l = &k->run[i];
        if (k->active[i] && !l->ran) {
            char say[200];
            snprintf(say, sizeof say, "%s: every step of the protocol was over before it began", q->sp->label);
            step_lane_over(e, t, i, p, OVER_FAILED, say, e->lane[t->first + i].cycle);
            k->active[i] = 0;
        }
        if (!k->active[i])
            continue;
        l->sum[CYCLE_DURATION] = l->seconds;
        l->sum[CYCLE_T_MEAN] /= l->seconds;
        for (int c = 0; c < CYCLE_N; c++)
            k->cycle[c][i] = l->sum[c];
    }
}

static void take(worker *k, const part *q, workpart *wp, const tile *t, const uint8_t *ok)
{
    size_t n = wp->b.n;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t r = 0; !ok[i < t->live ? i : t->live - 1] && r < q->wstate; r++)
            wp->x1[0][r * n + i] = wp->x[0][r * n + i];
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        double *x = wp->x[c];
        wp->x[c] = wp->x1[c];
        wp->x1[c] = x;
    }
    (void)k;
}

void cycler_run(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t)
{
    uint8_t ok[TILE_MAX];
    begin_cycle(e, k, t);
    for (long n = 0; n < MOST_STEPS; n++) {
        uint32_t busy = 0;
        set_demand(e, k, q, wp, t);
        look(e, k, q, wp, t);
        set_demand(e, k, q, wp, t);
        for (uint32_t i = 0; i < t->live; i++)
            busy += k->run[i].step < e->sc->nprotocol && !k->run[i].fresh;
        if (busy == 0) {
            bool more = false;
            for (uint32_t i = 0; i < t->live; i++)
                more |= k->run[i].step < e->sc->nprotocol;
            if (more)
                continue;
            break;
        }
        for (uint32_t i = 0; i < wp->b.n; i++)
            if (k->run[i < t->live ? i : t->live - 1].fresh)
                k->dt[i] = 0;                     /* looked at next time round */
        int32_t rc = q->vt->step(q->model, &wp->b);
        for (uint32_t i = 0; i < t->live; i++) {
            bool at_work = k->run[i].step < e->sc->nprotocol && !k->run[i].fresh;
            k->status[i] = rc < 0 ? rc : k->status[i];
            ok[i] = at_work && judge(e, k, q, wp, t, i, p);
        }
        take(k, q, wp, t, ok);
    }
    for (uint32_t i = 0; i < t->live; i++)
        if (k->active[i] && k->run[i].step < e->sc->nprotocol) {
            step_lane_over(e, t, i, p, OVER_FAILED, "the protocol did not end", e->lane[t->first + i].cycle);
            k->active[i] = 0;
        }
    end_cycle(e, k, t, p, q);
}
