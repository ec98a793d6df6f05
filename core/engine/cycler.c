/* SPDX-License-Identifier: MIT
 * cycler.c - drives a cell model through the protocol, one cycle: the tester of the laboratory.
 *
 * Every lane stands at its own step of the protocol with its own dt.  A limit is located without overshoot: a step that
 * passed it is refused for that lane alone and comes again, shorter, from the same state.
 */
#include "core/base/mem.h"
#include "core/engine/cycler.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TRIALS = 80, MOST_TRIES = 2000000, LOOK_EVERY = 64 };
enum { PATIENCE = 8 }; /* steps a lane waits for others to look at a new step together: observing costs all */
static const double TINY = 1e-9;                  /* s: a bracket this narrow holds nothing but rounding */

size_t cycler_bytes(const engine *e) { return sizeof(lanerun) * (e->width + 1); }

/* ---- a new step of the protocol ---------------------------------------------------------------------------------- */

/* What the jump of current at once says of the cell's resistance: the largest counts. */
static void see_jump(lanerun *l, double V, double I)
{
    double by = I - l->I;
    if (fabs(by) > l->jump && isfinite(l->V)) {
        l->jump = fabs(by);
        l->ohm = -(V - l->V) / by;
    }
}

/* What stands at the start of each new step; a limit that is already passed ends it at once. */
static void look(cycler *c)
{
    const part *q = c->q;
    memset(c->k->status, 0, c->wp->b.n * sizeof *c->k->status);
    if (q->vt->observe)
        q->vt->observe(q->model, &c->wp->b);
    for (uint32_t i = 0; i < c->t->live; i++) {
        lanerun *l = &c->run[i];
        if (!l->fresh)
            continue;
        double V = c->wp->out[q->voltage][i], I = c->wp->out[q->current][i];
        if (c->k->status[i] < 0) {
            cycler_give_up(c, i, c->k->status[i]);
            continue;
        }
        see_jump(l, V, I);
        if (!l->ran && q->soc >= 0)
            cycler_stress_begin(l, c->wp->out[q->soc][i]);
        l->V = V;
        l->I = I;
        l->g = cycler_past(c, l, i, V, I, 0);
        l->fresh = false;
        c->fresh--;
        if (l->g > -1)
            cycler_next(c, i);
        else if (!c->test)
            trace_edge(c->k, c->wp, i, &(trace_sentence){ (uint32_t)c->plan->op[l->pc].number - 1, l->s->control,
                                                          l->s->demand, l->s->period });
    }
}

/* ---- one step of the model --------------------------------------------------------------------------------------- */

static void set_steps(cycler *c)
{
    uint32_t n = c->wp->b.n, live = c->t->live;
    worker *k = c->k;
    for (uint32_t i = 0; i < live; i++) {
        lanerun *l = &c->run[i];
        double left = l->end - l->in_step, dt = l->dt < left ? l->dt : left;
        if (l->s && l->s->drive && !l->fresh) {
            double to = cycler_drive_end(l);
            dt = dt < to ? dt : to;
            c->wp->in[c->q->demand][i] = cycler_drive_at(l, dt / 2);
        }
        k->dt[i] = l->s && !l->fresh ? dt : 0;
    }
    for (uint32_t i = live; i < n; i++)
        k->dt[i] = k->dt[live - 1];
    for (uint32_t i = live; c->drives && i < n; i++)
        c->wp->in[c->q->demand][i] = c->wp->in[c->q->demand][live - 1];
    for (uint32_t i = 0; i < n; i++)
        k->wish[i] = INFINITY;
    memset(k->status, 0, n * sizeof *k->status);
}

static void book(cycler *c, lanerun *l, uint32_t i, double dt, double V, double I)
{
    double ah = (l->I + I) * dt * (0.5 / 3600), wh = (l->V * l->I + V * I) * dt * (0.5 / 3600);
    double T = c->q->temperature >= 0 ? c->wp->out[c->q->temperature][i] : NAN, *sum = l->sum;
    sum[ah > 0 ? CYCLE_DISCHARGE : CYCLE_CHARGE] += fabs(ah);
    sum[CYCLE_THROUGHPUT] += fabs(ah);
    sum[CYCLE_ENERGY] += wh > 0 ? wh : 0;
    sum[CYCLE_T_MEAN] += T * dt;
    sum[CYCLE_T_MAX] = T > sum[CYCLE_T_MAX] ? T : sum[CYCLE_T_MAX];
    sum[CYCLE_V_MIN] = V < sum[CYCLE_V_MIN] ? V : sum[CYCLE_V_MIN];
    sum[CYCLE_V_MAX] = V > sum[CYCLE_V_MAX] ? V : sum[CYCLE_V_MAX];
    if (c->q->soc >= 0)
        cycler_stress_book(l, dt, c->wp->out[c->q->soc][i]);
    l->seconds += dt;
    l->in_step += dt;
    l->moved += fabs(ah);
    l->drawn += ah;
    l->ran |= dt > 0;
    l->idle = 0;
    l->V = V;
    l->I = I;
}

/* The dt after an accepted step: as the model wishes, twice the last at most, and not past where the limit seems to be.
 */
static double next_dt(const lanerun *l, double dt, double wish, double g)
{
    double next = wish < 2 * dt ? wish : 2 * dt;
    double rate = (g - l->g) / dt, meets = rate > 0 ? -g / rate : INFINITY;
    next = next > TINY ? next : TINY;
    return meets < next ? meets : next;
}

/* The model refused the step or wrote what cannot be: what to do with lane i. */
static void trouble(cycler *c, lanerun *l, uint32_t i)
{
    int32_t status = c->k->status[i];
    if (status == FADE_RETRY && ++l->trials < MOST_TRIALS) {
        l->dt = fmin(c->k->dt[i] / 2, c->k->wish[i]);
        l->hi = l->lo = 0;
        return;
    }
    if (status != FADE_OK) {
        cycler_give_up(c, i, status > 0 ? FADE_ESOLVE : status);
        return;
    }
    if (c->test || law_sound(c->e, c->k, c->p, c->q, c->wp, c->t, i))
        cycler_fail(c, i, "%s wrote no number for voltage or current", c->q->sp->label);
    else
        cycler_fail(c, i, "%s", "");              /* law_sound has said why */
}

/* The step is over for a reason of its own, or must be. */
static void end_step(cycler *c, lanerun *l, uint32_t i)
{
    const protocol_step *s = l->s;
    if (!isfinite(s->duration) && !(l->end - l->in_step > TINY))
        cycler_fail(
            c, i, "%s: step %zu of the protocol, \"%.80s\", has not come to its end in %g h: its limit is out of reach",
            c->q->sp->label, c->plan->op[l->pc].number, s->text, l->end / 3600);
    else if (!c->test && !law_sound(c->e, c->k, c->p, c->q, c->wp, c->t, i))
        cycler_fail(c, i, "%s", "");
    else
        cycler_next(c, i);
}

static void unsafe(cycler *c, lanerun *l, uint32_t i, double V)
{
    cycler_fail(
        c, i,
        "%s: %.6g V is more than 1 V outside the cell's %g..%g V, %.6g s into step %zu of the protocol, \"%.80s\": "
        "give the step a limit, until = \"..\"",
        c->q->sp->label, V, l->safe_min + 1, l->safe_max - 1, l->in_step, c->plan->op[l->pc].number, l->s->text);
}

/* What became of lane i's trial; true: x1 is taken. */
static bool judge(cycler *c, lanerun *l, uint32_t i)
{
    double dt = c->k->dt[i], V = c->wp->out[c->q->voltage][i], I = c->wp->out[c->q->current][i];
    if (c->k->status[i] != FADE_OK || !isfinite(V) || !isfinite(I)) {
        trouble(c, l, i);
        return false;
    }
    double moved = l->moved + fabs(l->I + I) * dt * (0.5 / 3600), g = cycler_past(c, l, i, V, I, moved);
    bool located = g >= -1 && g <= 1;
    if (!located && (g > 1 || l->hi > 0) && l->trials < MOST_TRIALS && !(l->hi > 0 && l->hi - l->lo < TINY)) {
        l->dt = cycler_bracket(l, dt, g);
        return false;
    }
    bool met = located || g > 1 || l->hi > 0;
    book(c, l, i, dt, V, I);
    if (!c->test)
        trace_step(c->k, c->wp, i, dt);
    if (l->s->drive)
        cycler_drive_on(l);
    l->dt = next_dt(l, dt, c->k->wish[i], g);
    l->g = g;
    l->trials = 0;
    if (met || !(l->end - l->in_step > TINY))
        end_step(c, l, i);
    else if (!(V >= l->safe_min && V <= l->safe_max))
        unsafe(c, l, i, V);
    else if (++l->tries % LOOK_EVERY == 0 && !c->test && !law_sound(c->e, c->k, c->p, c->q, c->wp, c->t, i))
        cycler_fail(c, i, "%s", "");
    else if (l->tries > MOST_TRIES)
        cycler_fail(c, i,
                    "%s: step %zu of the protocol, \"%.80s\", takes more than %d steps of the model, the last of %g s",
                    c->q->sp->label, c->plan->op[l->pc].number, l->s->text, MOST_TRIES, dt);
    return true;
}

static void swap(cycler *c)
{
    for (uint32_t s = 0; s < c->q->cols.state.n; s++) {
        double *x = c->wp->x[s];
        c->wp->x[s] = c->wp->x1[s];
        c->wp->x1[s] = x;
    }
}

/* Lanes under a drive cycle: what stands at the end of the step, under the demand there. */
static void judge_drives(cycler *c, uint8_t *ok)
{
    const uint8_t *at_work = ok;
    uint32_t n = c->wp->b.n, live = c->t->live;
    int32_t status[TILE_MAX];
    double *demand = c->wp->in[c->q->demand];
    memcpy(status, c->k->status, n * sizeof *status);
    for (uint32_t i = 0; i < live; i++)
        if (at_work[i] == 2)
            demand[i] = cycler_drive_at(&c->run[i], c->k->dt[i]);
    for (uint32_t i = live; i < n; i++)
        demand[i] = demand[live - 1];
    swap(c);
    if (c->q->vt->observe)
        c->q->vt->observe(c->q->model, &c->wp->b);
    swap(c);
    for (uint32_t i = 0; i < live; i++)
        if (at_work[i] == 2) {
            c->k->status[i] = status[i] != FADE_OK ? status[i] : c->k->status[i];
            ok[i] = judge(c, &c->run[i], i);
        }
}

/* Lanes whose step was not taken keep their state. */
static void take(cycler *c, const uint8_t *ok)
{
    const part *q = c->q;
    uint32_t n = c->wp->b.n, live = c->t->live;
    for (uint32_t i = 0; i < n; i++) {
        if (ok[i < live ? i : live - 1])
            continue;
        const double *x = c->wp->x[0];
        double *x1 = c->wp->x1[0];
        for (uint32_t r = 0; r < q->wstate; r++)  /* states lie one behind the other */
            x1[(size_t)r * n + i] = x[(size_t)r * n + i];
    }
    swap(c);
}

static void step_all(cycler *c)
{
    uint8_t ok[TILE_MAX];
    bool drives = c->drives > 0;
    set_steps(c);
    int32_t rc = c->q->vt->step(c->q->model, &c->wp->b);
    for (uint32_t i = 0; rc < 0 && i < c->t->live; i++)
        c->k->status[i] = rc;
    for (uint32_t i = 0; i < c->t->live; i++) {
        lanerun *l = &c->run[i];
        ok[i] = !l->s || l->fresh ? 0 : l->s->drive ? 2 : judge(c, l, i);
    }
    if (drives)
        judge_drives(c, ok);
    take(c, ok);
}

void cycler_walk(cycler *c)
{
    for (int waited = 0; c->busy; waited += c->fresh > 0) {
        if (c->fresh == c->busy || waited >= PATIENCE) {
            look(c);
            waited = 0;
        }
        if (c->busy > c->fresh)
            step_all(c);
    }
    size_t n = c->wp->b.n;
    for (uint32_t r = 0; r < c->q->wout; r++)
        for (uint32_t i = 0; i < n; i++)
            c->wp->outbuf[r * n + i] = c->wp->kept_out[r * n + (i < c->t->live ? i : c->t->live - 1)];
}

/* ---- the cycle --------------------------------------------------------------------------------------------------- */

/* V as the model's parameter of that key says for lane i. */
static double limit_of(const cycler *c, int32_t index, uint32_t i, double otherwise)
{
    if (index < 0)
        return otherwise;
    for (uint32_t k = 0; k < c->q->nparam; k++)
        if (c->q->param[k] == (uint32_t)index)
            return c->wp->param[k][i];
    return c->q->sp->args->fade.at[index].real;
}

static void begin_lane(cycler *c, uint32_t i)
{
    lanerun *l = &c->run[i];
    const part *q = c->q;
    *l = (lanerun){ .V = NAN, .jump = 0, .ohm = NAN, .best = 0 };
    l->sum[CYCLE_T_MAX] = l->sum[CYCLE_V_MAX] = -INFINITY;
    l->sum[CYCLE_V_MIN] = INFINITY;
    l->ambient = q->ambient >= 0 ? c->wp->in[q->ambient][i] : NAN;
    l->safe_min = limit_of(c, q->voltage_min, i, -INFINITY) - 1;
    l->safe_max = limit_of(c, q->voltage_max, i, INFINITY) + 1;
    for (uint32_t r = 0; r < q->wout; r++)
        c->wp->kept_out[(size_t)r * c->wp->b.n + i] = c->wp->outbuf[(size_t)r * c->wp->b.n + i];
}

/* Conditions of a cycle's first steps see the cell at rest, whether or not a chunk has just begun. */
static void see_rest(cycler *c)
{
    if (!c->q->vt->observe || !c->e->sc->protocol.ncondition)
        return;
    memset(c->k->status, 0, c->wp->b.n * sizeof *c->k->status);
    c->q->vt->observe(c->q->model, &c->wp->b);
}

static void end_cycle(cycler *c)
{
    for (uint32_t i = 0; i < c->t->live; i++) {
        lanerun *l = &c->run[i];
        if (!c->k->active[i])
            continue;
        if (!l->ran) {
            cycler_fail(c, i, "%s: every step of the protocol was over before it began", c->q->sp->label);
            continue;
        }
        l->sum[CYCLE_DURATION] = l->seconds;
        cycler_stress_end(c, l, i);
        l->sum[CYCLE_T_MEAN] /= l->seconds;
        for (int s = 0; s < CYCLE_REFERENCE; s++)
            c->k->cycle[s][i] = l->sum[s];
    }
}

void cycler_run(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t)
{
    cycler c = { .e = e, .k = k, .p = p, .q = q, .wp = wp, .t = t, .run = k->run, .plan = &e->sc->protocol.cycle };
    for (uint32_t i = 0; i < t->live; i++)
        begin_lane(&c, i);
    see_rest(&c);
    for (uint32_t i = 0; i < t->live; i++)
        if (k->active[i])
            cycler_go(&c, i, 0);
    trace_cycle(e, k, p, q, t);
    cycler_walk(&c);
    end_cycle(&c);
    trace_end(e, k, p, t);
    if (e->sc->protocol.test.n)
        cycler_reference(&c);
}
