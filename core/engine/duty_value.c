/* SPDX-License-Identifier: MIT
 * duty_value.c - what each step hands to the laws: stress since the last break point, integrals of rates, sums over
 * rainflow cycles.  Laws whose lanes differ in what they read there make the last two themselves (duty_run.c).
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IN_DEPTH, IN_SOC, IN_T, IN_DURATION, IN_N };

/* What cycles() makes of up to DUTY_CYCLES events, each as often as it counts. */
int duty_cycles(const duty_use *u, const part *q, const fade_tile *like, const rainflow_event *event, size_t n,
                const duty_rule *rule, double out_at[DUTY_MOST_CYCLES][DUTY_CYCLES], why *w)
{
    double in_at[IN_N][DUTY_CYCLES] __attribute__((aligned(64)));
    const double *in[IN_N] = { in_at[0], in_at[1], in_at[2], in_at[3] };
    double *out[DUTY_MOST_CYCLES];
    int32_t status[DUTY_CYCLES] = { 0 };
    fade_tile b = *like;
    for (size_t k = 0; k < u->ncycle; k++)
        out[k] = out_at[k];
    b.in = in;
    b.out = out;
    b.status = status;
    b.live = (uint32_t)n;
    b.n = (uint32_t)(n + 7) / 8 * 8;
    for (size_t i = 0; i < b.n; i++) {
        const rainflow_event *ev = &event[i < n ? i : n - 1];
        double span = ev->end - ev->start;
        in_at[IN_DEPTH][i] = ev->depth;
        in_at[IN_SOC][i] = ev->mean;
        in_at[IN_T][i] = duty_heat(rule, ev->carried, span);
        in_at[IN_DURATION][i] = span;
    }
    int32_t rc = u->vt->cycles(q->model, &b);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = status[i] < 0 ? status[i] : rc;
    if (rc < 0)
        return object_why(q->object, rc, "weigh rainflow cycles", w);
    for (size_t k = 0; k < u->ncycle; k++)
        for (size_t i = 0; i < n; i++)
            out_at[k][i] *= event[i].count;
    return E_OK;
}

static int room(double **at, size_t n, why *w)
{
    double *more = mem_grow(*at, n + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for %zu values of a duty", n);
    *at = more;
    return E_OK;
}

static void fill_step(const duty_stream *s, const duty_use *u, const duty_step *step, const double *stand,
                      const double *closed, const double *open, double *to)
{
    double duration = s->col[S_TIME][step->b.i] - s->col[S_TIME][step->a.i] + (step->b.f - step->a.f);
    duty_pos b0 = { step->b0, 0 };
    double span = s->col[S_TIME][step->b.i] - s->col[S_TIME][step->b0];
    to[u->nfill + VALUE_EFC] = stand[DUTY_EFC];
    to[u->nfill + VALUE_MEAN] = stand[DUTY_SOC_MEAN];
    to[u->nfill + VALUE_MIN] = stand[DUTY_SOC_MIN];
    to[u->nfill + VALUE_MAX] = stand[DUTY_SOC_MAX];
    for (size_t f = 0; f < u->nfill; f++) {
        int k = u->fill[f].index;
        switch (u->fill[f].what) {
        case FILL_STRESS: to[f] = stand[k]; break;
        case FILL_DURATION: to[f] = duration; break;
        case FILL_RATE:
            to[f] = u->own ? (double)NAN : duty_integral(s, s->col[u->rate + (size_t)k], step->a, step->b);
            break;
        case FILL_MEAN:
            to[f] = u->own || !step->brk ? (double)NAN
                    : span > 0           ? duty_integral(s, s->col[u->rate + (size_t)k], b0, step->b) / span
                                         : s->col[u->rate + (size_t)k][step->b.i];
            break;
        case FILL_CYCLE: to[f] = closed[k]; break;
        default: to[f] = open[k]; break;
        }
    }
}

/* s->made: column by column what cycles() makes of the first n events of a rule. */
static int weigh(const duty *d, const duty_use *u, duty_stream *s, size_t n, why *w)
{
    const part *q = duty_part(d->e, u->part);
    const fade_tile like = { .size = sizeof like, .param = u->param_at, .scratch = u->scratch,
                             .worker = d->e->worker[0].part[u->part].worker };
    double out[DUTY_MOST_CYCLES][DUTY_CYCLES] __attribute__((aligned(64)));
    int rc = room(&s->made, n * u->ncycle, w);
    for (size_t at = 0; at < n && !rc; at += DUTY_CYCLES) {
        size_t m = n - at < DUTY_CYCLES ? n - at : DUTY_CYCLES;
        rc = duty_cycles(u, q, &like, s->at[u->rule].event + at, m, &d->rule[u->rule], out, w);
        for (size_t k = 0; k < u->ncycle && !rc; k++)
            memcpy(s->made + k * n + at, out[k], m * sizeof *out[k]);
    }
    return rc;
}

static double sum(const double *v, uint32_t from, uint32_t to)
{
    double all = 0;
    for (uint32_t i = from; i < to; i++)
        all += v[i];
    return all;
}

/* Where this law's values of a step are in those of a stretch that came again. */
static size_t values_at(const duty *d, size_t which)
{
    size_t at = AGAIN_LAWS;
    for (size_t i = 0; i < which; i++)
        at += d->use[i].rule == d->use[which].rule ? VALUE_WIDTH(&d->use[i]) : 0;
    return at;
}

/* What was told of a stretch before, but for the cycles that close in it. */
static void fill_again(const duty_use *u, const double *again, const double *closed, const double *open, double *to)
{
    memcpy(to, again, VALUE_WIDTH(u) * sizeof *to);
    for (size_t f = 0; f < u->nfill && u->ncycle; f++) {
        int k = u->fill[f].index;
        to[f] = u->fill[f].what == FILL_CYCLE ? closed[k] : u->fill[f].what == FILL_OPEN ? open[k] : to[f];
    }
}

/* The steps of one law; `stress`: of each break point, in their order. */
static int use_values(duty *d, duty_stream *s, size_t which, const double *first, const double *stress, why *w)
{
    const duty_use *u = &d->use[which];
    const duty_at *at = &s->at[u->rule];
    size_t nstep = duty_used(d, s, u->rule);
    double closed[DUTY_MOST_CYCLES] = { 0 }, open[DUTY_MOST_CYCLES] = { 0 };
    const double *stand = first;
    size_t nevent = nstep ? at->step[nstep - 1].o1 : 0, mine = values_at(d, which);
    int rc = room(&s->value[which], nstep * VALUE_WIDTH(u), w);
    rc = rc || !u->ncycle || u->own ? rc : weigh(d, u, s, nevent, w);
    for (size_t i = 0; i < nstep && !rc; i++) {
        const duty_step *step = &at->step[i];
        if (step->brk) {
            stand = stress;
            stress += DUTY_N;
        }
        for (size_t k = 0; k < u->ncycle && !u->own; k++) {
            closed[k] = sum(s->made + k * nevent, step->e0, step->e1);
            open[k] = sum(s->made + k * nevent, step->o0, step->o1);
        }
        double *to = s->value[which] + i * VALUE_WIDTH(u), *again = s->told[i].again;
        if (again && s->told[i].known) {
            fill_again(u, again + mine, closed, open, to);
            continue;
        }
        fill_step(s, u, step, stand, closed, open, to);
        if (again)
            memcpy(again + mine, to, VALUE_WIDTH(u) * sizeof *to);
    }
    return rc;
}

static int told_room(duty_stream *s, size_t n, why *w)
{
    if (n <= s->captold)
        return E_OK;
    struct duty_told *told = mem_grow(s->told, 2 * n, sizeof *told);
    s->told = told ? told : s->told;
    duty_totals *total = told ? mem_grow(s->total, 2 * n, sizeof *total) : NULL;
    if (!total)
        return fail(w, E_NOMEM, "no memory for %zu steps of a duty", n);
    s->total = total;
    s->captold = 2 * n;
    return E_OK;
}

/* The stress of a break point; `total`: of its step, unless NULL. */
static void step_stress(duty *d, duty_stream *s, size_t r, duty_step *step, struct duty_told *told, double *stress,
                        duty_totals *total)
{
    duty_totals t;
    duty_pos b0 = { step->b0, 0 };
    bool whole = step->a.i == step->b0 && step->a.f == 0;
    told->again = duty_again_values(d, s, r, step, &told->known);
    if (told->known) {
        memcpy(stress, told->again, DUTY_N * sizeof *stress);
        memcpy(&t, told->again + AGAIN_TOTALS, sizeof t);
    } else {
        duty_totals_between(s, b0, step->b, &t);
        duty_stress(s, &d->rule[r], b0, step->b, &t, stress);
    }
    if (told->again && !told->known) {
        memcpy(told->again, stress, DUTY_N * sizeof *stress);
        memcpy(told->again + AGAIN_TOTALS, &t, sizeof t);
    }
    if (total && whole)
        *total = t;
    else if (total)
        duty_totals_between(s, step->a, step->b, total);
}

/* The stress of each break point of a rule, one behind the other, in s->stress; the totals of the first one's steps. */
static int rule_stress(duty *d, duty_stream *s, size_t r, why *w)
{
    duty_at *at = &s->at[r];
    size_t nstep = duty_used(d, s, r);
    int rc = room(&s->stress, nstep * DUTY_N, w);
    rc = rc ? rc : told_room(s, nstep, w);
    double *to = s->stress;
    for (size_t i = 0; i < nstep && !rc; i++) {
        struct duty_told *told = &s->told[i];
        duty_step *step = &at->step[i];
        *told = (struct duty_told){ 0 };
        if (step->brk) {
            step_stress(d, s, r, step, told, to, r ? NULL : &s->total[i]);
            to += DUTY_N;
        } else if (!r)
            duty_totals_between(s, step->a, step->b, &s->total[i]);
    }
    return rc;
}

/* A row is what its steps are, added up in their order: the first rule's, if there is one. */
void duty_row_totals(const duty *d, const duty_stream *s, size_t row, duty_totals *t)
{
    size_t from = row && d->nrule ? s->row_step[(row - 1) * d->nrule] : 0,
           to = d->nrule ? s->row_step[row * d->nrule] : 0;
    if (from == to) {
        duty_totals_between(s, s->row[row].a, s->row[row].b, t);
        return;
    }
    *t = s->total[from];
    for (size_t i = from + 1; i < to; i++)
        duty_totals_add(t, &s->total[i]);
}

int duty_values(duty *d, duty_stream *s, why *w)
{
    int rc = E_OK;
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        duty_at *at = &s->at[r];
        size_t n = 0;
        rc = rule_stress(d, s, r, w);
        for (size_t i = 0; i < d->nuse && !rc; i++)
            if (d->use[i].rule == r)
                rc = use_values(d, s, i, at->stand, s->stress, w);
        for (size_t i = 0; i < duty_used(d, s, r); i++)
            n += at->step[i].brk;
        if (n && !rc)
            memcpy(at->stand, s->stress + (n - 1) * DUTY_N, sizeof at->stand);
    }
    return rc;
}
