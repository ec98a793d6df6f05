/* SPDX-License-Identifier: MIT
 * duty_lend.c - the memory of a worker's desk; samples lent to a step; rates and sums that a lane makes for itself
 * because it differs from the others, or from the new cell.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the desk ---- */

static size_t most_columns(const duty *d)
{
    size_t most = 0;
    for (size_t i = 0; i < d->nuse; i++) {
        size_t n = d->use[i].vt->in.n + d->use[i].nrate;
        most = n > most ? n : most;
    }
    return most;
}

int duty_desk_open(engine *e, worker *k, why *w)
{
    const duty *d = e->duty;
    size_t n = e->width, state = 1, outs = 1, params = 1, bytes = 0;
    for (size_t at = 0; at < e->nparts; at++) {
        const part *q = duty_part(e, at);
        size_t b = q->vt->scratch && d->use_of[at] >= 0 ? q->vt->scratch(q->model, DUTY_BATCH) : 0;
        state = q->wstate > state ? q->wstate : state;
        outs = q->wout > outs ? q->wout : outs;
        params = q->nparam > params ? q->nparam : params;
        bytes = b > bytes ? b : bytes;
    }
    duty_desk *k_desk = k->desk = mem_zero(1, sizeof *k->desk);
    if (!k_desk)
        return fail(w, E_NOMEM, "no memory for a worker's duty");
    k_desk->run = mem_zero(n, sizeof *k_desk->run);
    k_desk->soh = mem_columns(n);
    k_desk->soh0 = mem_columns(n);
    k_desk->dt = mem_columns(n);
    k_desk->x0 = mem_columns(state * n);
    k_desk->out0 = mem_columns(outs * n);
    k_desk->refused = mem_zero(n, sizeof *k_desk->refused);
    k_desk->of = mem_zero(n, sizeof *k_desk->of);
    k_desk->set = mem_zero(n, sizeof *k_desk->set);
    k_desk->at = mem_zero(n * (most_columns(d) + 1), sizeof *k_desk->at);
    k_desk->param = mem_columns(params * DUTY_BATCH);
    k_desk->param_at = mem_zero(params, sizeof *k_desk->param_at);
    k_desk->scratch = mem_columns(bytes / sizeof(double) + 8);
    bool ok = k_desk->run && k_desk->soh && k_desk->soh0 && k_desk->dt && k_desk->x0 && k_desk->out0 && k_desk->of &&
              k_desk->set && k_desk->at && k_desk->param && k_desk->param_at && k_desk->scratch;
    for (size_t i = 0; ok && i < params; i++)
        k_desk->param_at[i] = k_desk->param + i * DUTY_BATCH;
    int rc = ok ? duty_steps_open(e, k, w) : fail(w, E_NOMEM, "no memory for a worker's duty");
    return rc ? rc : duty_days_open(e, k, w);
}

void duty_desk_close(worker *k)
{
    duty_desk *d = k->desk;
    if (!d)
        return;
    duty_days_close(k->engine->duty, d);
    duty_steps_close(k->engine->duty, d);
    free(d->run);
    free(d->soh);
    free(d->soh0);
    free(d->dt);
    free(d->x0);
    free(d->out0);
    free(d->refused);
    free(d->of);
    free(d->set);
    free(d->at);
    free(d->mem);
    free(d->param);
    free(d->param_at);
    free(d->scratch);
    free(d);
}

static bool lends(const duty_use *u) { return u->vt->flags & FADE_LENT_SAMPLES; }

static size_t eights(size_t n) { return (n + 7) / 8 * 8; }

/* Samples between two break points, or of one step, of any stream at hand. */
static size_t longest(const duty *d)
{
    size_t most = 0;
    for (size_t i = 0; i < d->nstream; i++)
        for (size_t r = 0; r < d->nrule; r++)
            for (size_t k = 0; k < d->stream[i]->at[r].nstep; k++) {
                const duty_step *s = &d->stream[i]->at[r].step[k];
                size_t from = s->brk && s->b0 < s->a.i ? s->b0 : s->a.i, n = s->b.i + 2 - from;
                most = n > most ? n : most;
            }
    return most;
}

/* Room for what the chunk at hand lends: called between chunks, so that no step allocates. */
int duty_desk_room(engine *e, why *w)
{
    duty *d = e->duty;
    bool own = false, lent = false, own_lent = false;
    for (size_t i = 0; i < d->nuse; i++) {
        own |= d->use[i].own;
        lent |= lends(&d->use[i]);
        own_lent |= d->use[i].own && lends(&d->use[i]);
    }
    if (!own && !lent)
        return E_OK;
    d->groups = own_lent ? e->width : 2 * d->nstream < e->width ? 2 * d->nstream + 1 : e->width;
    size_t most = eights(longest(d)), need = most * (most_columns(d) + 1) * d->groups;
    for (int i = 0; i < e->nworker; i++) {
        duty_desk *k = e->worker[i].desk;
        if (!duty_steps_room(d, k, most))
            return fail(w, E_NOMEM, "no memory to lend %zu samples", need);
        if (need <= k->cap)
            continue;
        free(k->mem);
        k->cap = need + need / 2;
        if (!(k->mem = mem_columns(k->cap))) {
            k->cap = 0;
            return fail(w, E_NOMEM, "no memory to lend %zu samples", need);
        }
    }
    return E_OK;
}

/* ---- samples ---- */

typedef struct span { /* samples first .. first + n - 1 of a stream, laid out in a desk's memory */
    const duty_stream *s;
    size_t   first, n, stride;
    double  *weight, *in, *rate;
} span;

static span span_of(const duty_use *u, const duty_step *step, const duty_stream *s, double *mem)
{
    size_t first = step->brk && step->b0 < step->a.i ? step->b0 : step->a.i;
    size_t n = step->b.i + (step->b.f > 0) + 1 - first, stride = eights(n);
    return (span){ s, first, n, stride, mem, mem + stride, mem + stride * (1 + u->vt->in.n) };
}

/* One column, padded with its last. */
static void lay(const span *p, const double *from, double *to)
{
    double last = from[p->n - 1];
    memcpy(to, from, p->n * sizeof *to);
    for (size_t i = p->n; i < p->stride; i++)
        to[i] = last;
}

/* Copies the samples, deepened where a cell keeps the energy of its duty, padded with the last. */
static void lay_samples(const duty_use *u, const span *p, double top, double q)
{
    for (uint32_t c = 0; c < u->vt->in.n; c++) {
        double *to = p->in + c * p->stride;
        const double *from = p->s->col[u->in[c]] + p->first;
        lay(p, from, to);
        for (size_t i = 0; q != 1 && u->in[c] == S_SOC && i < p->stride; i++)
            to[i] = duty_lowered(to[i], top, q);
    }
    for (uint32_t c = 0; c < u->vt->in.n && q != 1; c++)
        if (u->in[c] == S_ANODE) {
            double *to = p->in + c * p->stride;
            for (size_t i = 0; i < p->stride; i++) {
                double soc = p->s->col[S_SOC][p->first + (i < p->n ? i : p->n - 1)];
                to[i] = duty_lowered(soc, top, q);
            }
            duty_anode(p->stride, to, to);
        }
}

/* Of samples between two others: half the stretch before and half the one behind. */
CLONES static void shares(size_t n, const double *restrict t, double all, double *restrict weight)
{
    for (size_t i = 1; i + 1 < n; i++)
        weight[i] = 0.5 * (t[i] - t[i - 1]) / all + 0.5 * (t[i + 1] - t[i]) / all;
}

/* The share of the time between two break points that each of a step's samples has; `room` at least as many. */
void duty_shares(const duty_stream *s, const duty_step *step, size_t room, double *weight)
{
    const double *t = s->col[S_TIME] + step->b0;
    double all = s->col[S_TIME][step->b.i] - s->col[S_TIME][step->b0];
    size_t n = step->b.i - step->b0 + 1;
    if (!(all > 0)) {
        memset(weight, 0, room * sizeof *weight);
        return;
    }
    weight[0] = 0.5 * (t[1] - t[0]) / all;
    shares(n, t, all, weight);
    weight[n - 1] = 0.5 * (t[n - 1] - t[n - 2]) / all;
    memset(weight + n, 0, (room - n) * sizeof *weight);
}

/* ---- a lane's own ---- */

static int own_rates(const duty_use *u, worker *k, const part *q, workpart *wp, const span *p, uint32_t i, why *w)
{
    duty_desk *desk = k->desk;
    const double *in[64];
    double *out[64];
    int32_t status[DUTY_BATCH] = { 0 };
    for (uint32_t j = 0; j < q->nparam; j++)
        for (size_t m = 0; m < DUTY_BATCH && m < p->stride; m++)
            desk->param[j * DUTY_BATCH + m] = wp->param[j][i];
    fade_tile b = { .size = sizeof b, .param = desk->param_at, .in = in, .out = out, .status = status,
                    .scratch = desk->scratch, .worker = wp->worker };
    for (size_t at = 0; at < p->stride; at += DUTY_BATCH) {
        b.n = (uint32_t)(p->stride - at < DUTY_BATCH ? p->stride - at : DUTY_BATCH);
        b.live = (uint32_t)(p->n - at < b.n ? p->n - at : b.n);
        for (uint32_t c = 0; c < u->vt->in.n; c++)
            in[c] = duty_unread(u, c) ? u->unknown : p->in + c * p->stride + at;
        for (size_t c = 0; c < u->nrate; c++)
            out[c] = p->rate + c * p->stride + at;
        int32_t rc = duty_rates(u, q, &b);
        if (rc < 0)
            return object_why(q->object, rc, "make rates of samples", w);
    }
    return E_OK;
}

/* A cycle between two states of charge that are farther apart in a cell that has faded; nothing lies below empty. */
static rainflow_event deepened(const rainflow_event *ev, double top, double soh)
{
    rainflow_event to = *ev;
    if (soh == 1)
        return to;
    double lo = duty_lowered(ev->mean - 0.5 * ev->depth, top, soh),
           hi = duty_lowered(ev->mean + 0.5 * ev->depth, top, soh);
    to.depth = hi - lo;
    to.mean = 0.5 * (hi + lo);
    return to;
}

/* The sums over events from .. to - 1 of one lane. */
static int own_sum(const duty *d, const duty_use *u, const part *q, const fade_tile *like, const duty_step *step,
                   const rainflow_event *event, size_t n, double soh, double *sum, why *w)
{
    double out[DUTY_MOST_CYCLES][DUTY_CYCLES] __attribute__((aligned(64)));
    rainflow_event some[DUTY_CYCLES];
    int rc = E_OK;
    for (size_t at = 0; at < n && !rc; at += DUTY_CYCLES) {
        size_t m = n - at < DUTY_CYCLES ? n - at : DUTY_CYCLES;
        for (size_t i = 0; i < m; i++)
            some[i] = deepened(&event[at + i], step->top, soh);
        rc = duty_cycles(u, q, like, some, m, &d->rule[u->rule], out, w);
        for (size_t k = 0; k < u->ncycle && !rc; k++)
            for (size_t i = 0; i < m; i++)
                sum[k] += out[k][i];
    }
    return rc;
}

static void own_sums(const duty *d, const duty_use *u, worker *k, const part *q, workpart *wp, const duty_step *step,
                     const duty_stream *s, uint32_t i, bool energy, why *w)
{
    const rainflow_event *event = s->at[u->rule].event;
    duty_desk *desk = k->desk;
    double soh = energy ? desk->soh[i] : 1, closed[DUTY_MOST_CYCLES] = { 0 }, open[DUTY_MOST_CYCLES] = { 0 };
    for (uint32_t j = 0; j < q->nparam; j++)
        for (size_t m = 0; m < DUTY_CYCLES; m++)
            desk->param[j * DUTY_BATCH + m] = wp->param[j][i];
    fade_tile like = { .size = sizeof like, .param = desk->param_at, .scratch = desk->scratch, .worker = wp->worker };
    if (own_sum(d, u, q, &like, step, event + step->e0, step->e1 - step->e0, soh, closed, w) ||
        own_sum(d, u, q, &like, step, event + step->o0, step->o1 - step->o0, soh, open, w))
        return;
    for (size_t f = 0; f < u->nfill; f++) {
        bool is_open = u->fill[f].what == FILL_OPEN;
        if (u->fill[f].what == FILL_CYCLE || is_open)
            wp->in[u->fill[f].input][i] = (is_open ? open : closed)[u->fill[f].index];
    }
}

/* The integral of rates that lie in a span, over its step; or their mean since the last break point. */
static double span_integral(const span *p, const duty_step *step, size_t rate, bool mean)
{
    const double *r = p->rate + rate * p->stride - p->first;
    if (!mean)
        return duty_integral(p->s, r, step->a, step->b);
    double all = p->s->col[S_TIME][step->b.i] - p->s->col[S_TIME][step->b0];
    return all > 0 ? duty_integral(p->s, r, (duty_pos){ step->b0, 0 }, step->b) / all : r[step->b.i];
}

static void one_lane(const duty *d, duty_use *u, worker *k, const part *q, workpart *wp, const duty_run_of *run,
                     span *p, uint32_t i, why *w)
{
    bool energy = d->e->sc->duty.keep == DUTY_ENERGY;
    const duty_step *step = &run->stream->at[u->rule].step[run->step];
    lay_samples(u, p, step->top, energy ? k->desk->soh[i] : 1);
    if (u->nrate && own_rates(u, k, q, wp, p, i, w))
        return;
    for (size_t f = 0; f < u->nfill; f++)
        if (u->fill[f].what == FILL_RATE || (u->fill[f].what == FILL_MEAN && step->brk))
            wp->in[u->fill[f].input][i] =
                span_integral(p, step, (size_t)u->fill[f].index, u->fill[f].what == FILL_MEAN);
    if (u->ncycle)
        own_sums(d, u, k, q, wp, step, run->stream, i, energy, w);
}

static const fade_samples *lend(const duty_use *u, duty_desk *desk, const span *p, const duty_step *step,
                                uint32_t which)
{
    fade_samples *set = &desk->set[which];
    const double **at = desk->at + (size_t)which * (u->vt->in.n + u->nrate);
    duty_shares(p->s, step, p->stride, p->weight);
    for (uint32_t c = 0; c < u->vt->in.n; c++)
        at[c] = p->in + c * p->stride;
    for (size_t c = 0; c < u->nrate; c++)
        at[u->vt->in.n + c] = p->rate + c * p->stride;
    size_t live = step->b.i - step->b0 + 1;
    *set = (fade_samples){ .size = sizeof *set,
                           .n = (uint32_t)eights(live),
                           .live = (uint32_t)live,
                           .weight = p->weight,
                           .in = at,
                           .rate = at + u->vt->in.n };
    return set;
}

static void lay_rates(const duty_use *u, const span *p)
{
    for (size_t c = 0; c < u->nrate; c++)
        lay(p, p->s->col[u->rate + c] + p->first, p->rate + c * p->stride);
}

/* What pads a tile is a copy of its last lane. */
static void pad(const duty_use *u, workpart *wp, uint32_t live, uint32_t n)
{
    for (size_t f = 0; f < u->nfill; f++)
        for (uint32_t i = live; i < n; i++)
            wp->in[u->fill[f].input][i] = wp->in[u->fill[f].input][live - 1];
}

void duty_lend(const duty *d, duty_use *u, worker *k, const part *q, workpart *wp, tile *t, const duty_run_of *run,
               why *w)
{
    duty_desk *desk = k->desk;
    const duty_step *step = &run->stream->at[u->rule].step[run->step];
    uint32_t hi = run->hi < t->live ? run->hi : t->live;
    bool lent = lends(u) && step->brk;
    for (uint32_t i = run->lo; i < run->hi; i++)
        desk->of[i] = NULL;
    if (!u->own && !lent)
        return;
    size_t room = desk->cap / d->groups / 8 * 8;
    for (uint32_t i = run->lo; i < hi; i++) {
        uint32_t group = u->own && lends(u) ? i : lent ? (uint32_t)(run - desk->run) : 0;
        span p = span_of(u, step, run->stream, desk->mem + (size_t)group * room);
        if (u->own) {
            why one = { 0 };
            one_lane(d, u, k, q, wp, run, &p, i, &one);
            if (one.code && k->active[i]) {       /* a lane that is over may say what it likes */
                desk->refused[i] = true;
                *w = w->code ? *w : one;
            }
        } else if (i == run->lo) {
            lay_samples(u, &p, 0, 1);
            lay_rates(u, &p);
        }
        if (lent && (u->own || i == run->lo))
            desk->of[i] = lend(u, desk, &p, step, group);
        else if (lent)
            desk->of[i] = desk->of[run->lo];
    }
    if (u->own && run->hi > t->live)
        pad(u, wp, t->live, run->hi);
}
