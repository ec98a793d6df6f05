/* SPDX-License-Identifier: MIT
 * duty_value.c - what each step hands to the laws: stress since the last break point, integrals of rates, sums over
 * rainflow cycles.  Laws whose lanes differ in what they read there make the last two themselves (duty_run.c).
 */
#include "core/base/mem.h"
#include "core/engine/duty_again.h"
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

/* The values of one law, but for rainflow cycles. */
static void fill_step(const duty_stream *s, const duty_use *u, const duty_step *step, const double *stand, double *to)
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
        default: to[f] = 0; break;
        }
    }
    to[u->nfill + VALUE_TOLD] = duty_told(u, to, step->brk);
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

/* What cycles() makes of the cycles that close in each step, or are open at its end. */
static void fill_cycles(const duty_use *u, const duty_stream *s, size_t nstep, size_t nevent, double *to)
{
    const duty_step *step = s->at[u->rule].step;
    for (size_t i = 0; i < nstep; i++, to += VALUE_WIDTH(u))
        for (size_t f = 0; f < u->nfill; f++) {
            const double *made = s->made + (size_t)u->fill[f].index * nevent;
            if (u->fill[f].what == FILL_CYCLE)
                to[f] = sum(made, step[i].e0, step[i].e1);
            else if (u->fill[f].what == FILL_OPEN)
                to[f] = sum(made, step[i].o0, step[i].o1);
        }
}

/* The steps of one law. */
static int use_values(duty *d, duty_stream *s, size_t which, why *w)
{
    const duty_use *u = &d->use[which];
    const duty_at *at = &s->at[u->rule];
    size_t nstep = duty_used(d, s, u->rule), nevent = nstep ? at->step[nstep - 1].o1 : 0, width = VALUE_WIDTH(u);
    if (!duty_weighs(u))
        return E_OK;
    int rc = room(&s->value[which], nstep * width, w);
    for (size_t i = 0; i < nstep && !rc; i++)
        memcpy(s->value[which] + i * width, at->account[i]->value + u->value, width * sizeof(double));
    rc = rc ? rc : weigh(d, u, s, nevent, w);
    if (!rc)
        fill_cycles(u, s, nstep, nevent, s->value[which]);
    return rc;
}

/* ---- accounts ---- */

static int account_room(duty_at *at, size_t n, size_t width, why *w)
{
    if (n <= at->capaccount)
        return E_OK;
    duty_account **account = mem_grow(at->account, 2 * n, sizeof *account);
    at->account = account ? account : at->account;
    double *fresh = account ? mem_grow(at->fresh, 2 * n * width, sizeof *fresh) : NULL;
    if (!fresh)
        return fail(w, E_NOMEM, "no memory for %zu steps of a duty", n);
    at->fresh = fresh;
    at->capaccount = 2 * n;
    return E_OK;
}

/* `stand`: the stress of the last break point before this step's end. */
static void make_account(const duty *d, const duty_stream *s, size_t r, const duty_step *step, const double *stand,
                         duty_account *to)
{
    duty_pos b0 = { step->b0, 0 };
    bool whole = step->brk && step->a.i == step->b0 && step->a.f == 0;
    duty_past_need(d, s, step->b0, step->b.i + 1 + (step->b.f > 0));
    if (step->brk) {
        duty_totals_between(s, b0, step->b, &to->total);
        duty_stress(s, &d->rule[r], b0, step->b, &to->total, to->stress);
    } else
        memcpy(to->stress, stand, sizeof to->stress);
    if (r == 0 && !whole)                         /* rows are added up from those of the first rule */
        duty_totals_between(s, step->a, step->b, &to->total);
    for (size_t i = 0; i < d->nuse; i++)
        if (d->use[i].rule == r)
            fill_step(s, &d->use[i], step, to->stress, to->value + d->use[i].value);
}

static int rule_accounts(duty *d, duty_stream *s, size_t r, why *w)
{
    duty_at *at = &s->at[r];
    const size_t n = duty_used(d, s, r), width = ACCOUNT_WIDTH(&d->rule[r]);
    const double *stand = at->stand;
    int rc = account_room(at, n, width, w);
    const duty_rule_again *q = s->again && s->again->from == s->known.from ? &s->again->rule[r] : NULL;
    for (size_t i = 0; i < n && !rc; i++) {
        bool known;
        duty_step *step = &at->step[i];
        if (q && step->again && step->from == (uint32_t)s->known.from && q->at[step->again].known) {
            at->account[i] = (duty_account *)(q->account + step->again * width);
            stand = at->account[i]->stress;
            continue;
        }
        duty_account *a = duty_again_account(d, s, r, step, &known);
        a = a ? a : (duty_account *)(at->fresh + i * width);
        if (!known)
            make_account(d, s, r, step, stand, a);
        at->account[i] = a;
        stand = a->stress;
    }
    if (!rc && n)
        memcpy(at->stand, stand, sizeof at->stand);
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
    *t = s->at[0].account[from]->total;
    for (size_t i = from + 1; i < to; i++)
        duty_totals_add(t, &s->at[0].account[i]->total);
}

int duty_values(duty *d, duty_stream *s, why *w)
{
    int rc = E_OK;
    for (size_t r = 0; r < d->nrule && !rc; r++)
        rc = rule_accounts(d, s, r, w);
    for (size_t i = 0; i < d->nuse && !rc; i++)
        rc = use_values(d, s, i, w);
    return rc;
}
