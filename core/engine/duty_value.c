/* SPDX-License-Identifier: MIT
 * duty_value.c - what each step hands to the laws: stress since the last break point, integrals of rates, sums over
 * rainflow cycles.  Laws whose lanes differ in what they read there make the last two themselves (duty_run.c).
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CYCLES = 16 };
enum { IN_DEPTH, IN_SOC, IN_T, IN_DURATION, IN_N };

/* Adds up cycles() of n events, each as often as it counts, in their order. */
int duty_cycles(const duty_use *u, const part *q, const fade_tile *like, const rainflow_event *event, size_t n,
                const duty_rule *rule, double *sum, why *w)
{
    double in_at[IN_N][64] __attribute__((aligned(64))), out_at[MOST_CYCLES][64] __attribute__((aligned(64)));
    const double *in[IN_N] = { in_at[0], in_at[1], in_at[2], in_at[3] };
    double *out[MOST_CYCLES];
    int32_t status[64] = { 0 };
    fade_tile b = *like;
    for (size_t k = 0; k < u->ncycle; k++) {
        out[k] = out_at[k];
        sum[k] = 0;
    }
    b.in = in;
    b.out = out;
    b.status = status;
    for (size_t at = 0; at < n; at += 64) {
        size_t m = n - at < 64 ? n - at : 64;
        b.live = (uint32_t)m;
        b.n = (uint32_t)(m + 7) / 8 * 8;
        for (size_t i = 0; i < b.n; i++) {
            const rainflow_event *ev = &event[at + (i < m ? i : m - 1)];
            double span = ev->end - ev->start;
            in_at[IN_DEPTH][i] = ev->depth;
            in_at[IN_SOC][i] = ev->mean;
            in_at[IN_T][i] = duty_heat(rule, ev->carried, span);
            in_at[IN_DURATION][i] = span;
        }
        int32_t rc = u->vt->cycles(q->model, &b);
        if (rc < 0)
            return object_why(q->object, rc, "weigh rainflow cycles", w);
        for (size_t k = 0; k < u->ncycle; k++)
            for (size_t i = 0; i < m; i++)
                sum[k] += event[at + i].count * out[k][i];
    }
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

/* The steps of one law; `stress`: of each break point, in their order. */
static int use_values(duty *d, duty_stream *s, size_t which, const double *first, const double *stress, why *w)
{
    const duty_use *u = &d->use[which];
    const duty_at *at = &s->at[u->rule];
    size_t nstep = duty_used(d, s, u->rule);
    const part *q = duty_part(d->e, u->part);
    fade_tile like = { .size = sizeof like, .param = u->param_at, .scratch = u->scratch,
                       .worker = d->e->worker[0].part[u->part].worker };
    double closed[MOST_CYCLES] = { 0 }, *open = s->open[which];
    const double *stand = first;
    int rc = room(&s->value[which], nstep * VALUE_WIDTH(u), w);
    for (size_t i = 0; i < nstep && !rc; i++) {
        const duty_step *step = &at->step[i];
        if (step->brk) {
            stand = stress;
            stress += DUTY_N;
        }
        if (u->ncycle && !u->own)
            rc = duty_cycles(u, q, &like, at->event + step->e0, step->e1 - step->e0, &d->rule[u->rule], closed, w);
        if (u->ncycle && !u->own && !rc)
            rc = duty_cycles(u, q, &like, at->event + step->o0, step->o1 - step->o0, &d->rule[u->rule], open, w);
        fill_step(s, u, step, stand, closed, open, s->value[which] + i * VALUE_WIDTH(u));
    }
    return rc;
}

/* The stress of each break point of a rule, one behind the other, in s->stress. */
static int rule_stress(duty *d, duty_stream *s, size_t r, why *w)
{
    const duty_at *at = &s->at[r];
    size_t nstep = duty_used(d, s, r);
    int rc = room(&s->stress, nstep * DUTY_N, w);
    double *to = s->stress;
    for (size_t i = 0; i < nstep && !rc; i++)
        if (at->step[i].brk) {
            duty_stress(s, &d->rule[r], (duty_pos){ at->step[i].b0, 0 }, (duty_pos){ at->step[i].b.i, 0 }, to);
            to += DUTY_N;
        }
    return rc;
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
