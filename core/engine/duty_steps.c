/* SPDX-License-Identifier: MIT
 * duty_steps.c - the steps of one cell's row in one call, where its law takes them so (fade_duty_v1.steps).
 *
 * What comes out is what one step after the other makes, to the bit.  A law that refuses is not asked again.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 64 };                              /* at once */

struct duty_steps {                               /* one per use of a worker's */
    fade_steps of;                                /* what the law sees, */
    double     scale, offset, c0;                 /* .. and how the output that it names becomes health */
    double    *in, *param, *dt, *t, *wish, *health, *scratch;
    const double **in_at, **param_at;
    uint8_t   *scaled, ends[STEPS];
    bool      *filled;                            /* inputs that are the duty's */
    uint64_t   id[STEPS], row[STEPS];
    int32_t    status[STEPS];
    const fade_samples *lent[STEPS];              /* those behind the cycles of each, where the law asks for them */
    fade_samples set[STEPS];
    const double **set_at;                        /* [STEPS][columns]: where they are in the window */
    double    *weight;                            /* [STEPS][most] */
    size_t     most;
    bool       refused;
};

/* ---- room ---- */

/* Steps that read nothing of a cell but its state, inputs and health. */
static bool may_go(const duty *d, const duty_use *u, const physics *ph)
{
    int from = ph->capacity >= 0 ? ph->capacity : ph->loss;
    return FADE_HAS(u->vt, steps) && u->vt->steps && ph->n == 1 && !ph->combined && !u->own &&
           d->e->sc->duty.keep != DUTY_ENERGY && from >= 0 &&
           ph->pool.at[from].place == 0;
}

static double by_capacity(const fade_steps *s, double v)
{
    const duty_steps *m = (const duty_steps *)s;
    return duty_soh((v * m->scale + m->offset) / m->c0);
}

static double by_loss(const fade_steps *s, double v)
{
    const duty_steps *m = (const duty_steps *)s;
    return duty_soh(m->c0 * (1 - v) / m->c0);
}

CLONES static void all_by_capacity(const fade_steps *s, uint32_t n, const double *restrict v, double *restrict health)
{
    const duty_steps *m = (const duty_steps *)s;
    const double scale = m->scale, offset = m->offset, c0 = m->c0;
    for (uint32_t i = 0; i < n; i++)
        health[i] = duty_soh((v[i] * scale + offset) / c0);
}

CLONES static void all_by_loss(const fade_steps *s, uint32_t n, const double *restrict v, double *restrict health)
{
    const double c0 = ((const duty_steps *)s)->c0;
    for (uint32_t i = 0; i < n; i++)
        health[i] = duty_soh(c0 * (1 - v[i]) / c0);
}

static bool open_one(const duty_use *u, const physics *ph, duty_steps *m)
{
    const part *q = &ph->part[0];
    size_t bytes = q->vt->scratch ? q->vt->scratch(q->model, STEPS) : 0;
    m->in = mem_columns((q->cols.in.n + 1) * STEPS);
    m->param = mem_columns((q->nparam + 1) * STEPS);
    m->dt = mem_columns(3 * STEPS);
    m->health = mem_columns(STEPS + 1);
    m->scratch = mem_columns(bytes / sizeof(double) + 8);
    m->in_at = mem_zero(q->cols.in.n + 1, sizeof *m->in_at);
    m->param_at = mem_zero(q->nparam + 1, sizeof *m->param_at);
    m->scaled = mem_zero(q->cols.in.n + 1, sizeof *m->scaled);
    m->filled = mem_zero(q->cols.in.n + 1, sizeof *m->filled);
    m->set_at = mem_zero((u->vt->in.n + u->nrate + 1) * STEPS, sizeof *m->set_at);
    if (!m->in || !m->param || !m->dt || !m->health || !m->scratch || !m->in_at || !m->param_at || !m->scaled ||
        !m->filled || !m->set_at)
        return false;
    m->t = m->dt + STEPS;
    m->wish = m->t + STEPS;
    for (size_t i = 0; i < q->cols.in.n; i++)
        m->in_at[i] = m->in + i * STEPS;
    for (size_t i = 0; i < q->nparam; i++)
        m->param_at[i] = m->param + i * STEPS;
    for (size_t f = 0; f < u->nfill; f++) {
        m->scaled[u->fill[f].input] = u->fill[f].what == FILL_STRESS && duty_scaled[u->fill[f].index];
        m->filled[u->fill[f].input] = true;
    }
    m->scale = ph->capacity_link.scale;
    m->offset = ph->capacity_link.offset;
    m->of = (fade_steps){ .size = sizeof m->of, .scaled = m->scaled, .ends = m->ends, .health = m->health,
                          .left = ph->capacity >= 0 ? by_capacity : by_loss,
                          .left_all = ph->capacity >= 0 ? all_by_capacity : all_by_loss,
                          .output = (uint32_t)ph->pool.at[ph->capacity >= 0 ? ph->capacity : ph->loss].index };
    return true;
}

int duty_steps_open(engine *e, worker *k, why *w)
{
    const duty *d = e->duty;
    if (!(k->desk->steps = mem_zero(d->nuse + 1, sizeof(duty_steps *))))
        return fail(w, E_NOMEM, "no memory for a worker's duty");
    for (size_t p = 0, at = 0; p < e->nphysics; at += e->physics[p++].n) {
        int which = d->use_of[at];
        if (which < 0 || !may_go(d, &d->use[which], &e->physics[p]))
            continue;
        duty_steps *m = k->desk->steps[which] = mem_zero(1, sizeof *m);
        if (!m || !open_one(&d->use[which], &e->physics[p], m))
            return fail(w, E_NOMEM, "no memory for a worker's duty");
    }
    return E_OK;
}

bool duty_steps_room(const duty *d, duty_desk *desk, size_t samples)
{
    for (size_t i = 0; i < d->nuse; i++) {
        duty_steps *m = desk->steps[i];
        if (!m || samples <= m->most || !(d->use[i].vt->flags & FADE_LENT_TO_STEPS))
            continue;
        free(m->weight);
        m->most = samples + samples / 2;
        if (!(m->weight = mem_columns(STEPS * m->most))) {
            m->most = 0;
            return false;
        }
    }
    return true;
}

void duty_steps_close(const duty *d, duty_desk *desk)
{
    for (size_t i = 0; desk->steps && i < d->nuse; i++) {
        duty_steps *m = desk->steps[i];
        if (!m)
            continue;
        free(m->in);
        free(m->param);
        free(m->dt);
        free(m->health);
        free(m->scratch);
        free(m->in_at);
        free(m->param_at);
        free(m->scaled);
        free(m->filled);
        free(m->set_at);
        free(m->weight);
        free(m);
    }
    free(desk->steps);
}

/* ---- a row ---- */

static void fill(double *to, size_t n, double v)
{
    for (size_t j = 0; j < n; j++)
        to[j] = v;
}

/* Parameters and the inputs that are the row's, as far as they are others than before. */
static void lay_row(const worker *k, const part *q, const workpart *wp, duty_steps *m)
{
    for (uint32_t i = 0; i < q->nparam; i++)
        if (memcmp(m->param_at[i], wp->param[i], sizeof(double)) != 0)
            fill(m->param + (size_t)i * STEPS, STEPS, wp->param[i][0]);
    for (uint32_t i = 0; i < q->cols.in.n; i++)
        if (!m->filled[i] && memcmp(m->in_at[i], wp->in[i], sizeof(double)) != 0)
            fill(m->in + (size_t)i * STEPS, STEPS, wp->in[i][0]);
    fill(m->t, STEPS, k->t[0]);
    for (uint32_t j = 0; j < STEPS; j++) {
        m->id[j] = k->id[0];
        m->row[j] = k->row[0];
    }
}

/* What the duty says of `live` steps, and of the last one again up to n. */
static void lay_steps(const duty *d, const duty_use *u, const duty_run_of *run, duty_steps *m, size_t live, size_t n)
{
    const duty_step *step = run->stream->at[u->rule].step + run->step;
    const struct duty_fill *to = u->fill;
    for (size_t j = 0; j < n; j++) {
        size_t at = j < live ? j : live - 1;
        const double *v = duty_value(d, run->stream, u, run->step + at), *more = v + u->nfill;
        double depth = more[VALUE_MAX] - more[VALUE_MIN];
        m->ends[j] = step[at].brk;
        m->dt[j] = step[at].brk && depth > 0 ? more[VALUE_EFC] / depth : 0;
        for (size_t f = 0; f < u->nfill; f++)
            m->in[(size_t)to[f].input * STEPS + j] = v[f];
    }
    memset(m->status, 0, n * sizeof *m->status);
    fill(m->wish, n, INFINITY);
}

/* Lends each step that books the samples behind it, as they lie in the window: none is copied.  Stretches that were
 * found to last as long, evenly, share their weights. */
static void lend(const duty_use *u, const duty_run_of *run, duty_steps *m, size_t live)
{
    const duty_stream *s = run->stream;
    const size_t ncol = u->vt->in.n + u->nrate;
    const double *weight = NULL;
    size_t alike = 0;
    for (size_t j = 0; j < live; j++) {
        const duty_step *step = &s->at[u->rule].step[run->step + j];
        const double **at = m->set_at + j * ncol;
        size_t n = step->b.i - step->b0 + 1;
        m->lent[j] = NULL;
        if (!step->brk)
            continue;
        bool even = duty_known_has(&s->known, step->b0, n);
        if (!even || n != alike) {
            double *more = m->weight + j * m->most;
            duty_shares(s, step, (n + 7) / 8 * 8, more);
            weight = more;
        }
        alike = even ? n : 0;
        for (uint32_t c = 0; c < u->vt->in.n; c++)
            at[c] = s->col[u->in[c]] + step->b0;
        for (size_t c = 0; c < u->nrate; c++)
            at[u->vt->in.n + c] = s->col[u->rate + c] + step->b0;
        m->set[j] = (fade_samples){ .size = sizeof m->set[j], .n = (uint32_t)(n + 7) / 8 * 8, .live = (uint32_t)n,
                                    .weight = weight, .in = at, .rate = at + u->vt->in.n };
        m->lent[j] = &m->set[j];
    }
}

/* The row ends with step `last`: what it was asked and what it said is the row's. */
static void land(worker *k, const part *q, const duty_use *u, workpart *wp, const duty_steps *m, size_t last)
{
    uint32_t n = wp->b.n;
    double health = m->health[last];
    for (size_t f = 0; f < u->nfill; f++) {
        uint32_t i = (uint32_t)u->fill[f].input;
        fill(wp->in[i], n, m->scaled[i] ? health * m->in_at[i][last] : m->in_at[i][last]);
    }
    for (uint32_t c = 0; c < q->wout; c++)
        fill(wp->outbuf + (size_t)c * n, n, wp->outbuf[(size_t)c * n]);
    fill(k->count, n, health * m->dt[last]);
    fill(k->dt, n, health * m->dt[last]);
}

/* Up to STEPS of them; false: the law refuses. */
static bool some(const duty_use *u, worker *k, const part *q, workpart *wp, duty_steps *m, size_t live, size_t n)
{
    fade_tile b = wp->b;
    b.n = (uint32_t)n;
    b.live = (uint32_t)live;
    b.id = m->id;
    b.row = m->row;
    b.t = m->t;
    b.dt = m->dt;
    b.param = m->param_at;
    b.in = m->in_at;
    b.wish = m->wish;
    b.status = m->status;
    b.samples = m->lent;
    b.scratch = m->scratch;
    m->health[0] = k->desk->soh[0];
    m->refused = u->vt->steps(q->model, &b, &m->of) != 0;
    if (m->refused)
        return false;
    for (uint32_t r = 0; r < q->wstate; r++)
        fill(wp->x1[0] + (size_t)r * wp->b.n, wp->b.n, wp->x1[0][(size_t)r * wp->b.n]);
    fill(k->desk->soh, wp->b.n, m->health[live]);
    return true;
}

/* The steps of a row: run->step moves on by as many as were taken. */
void duty_steps_run(engine *e, worker *k, const physics *ph, const duty_use *u, workpart *wp, duty_run_of *run)
{
    duty_steps *m = k->desk->steps[u - e->duty->use];
    const part *q = &ph->part[0];
    if (!m || m->refused || run->step >= run->end)
        return;
    m->c0 = e->lane[k->tile->first].c0;
    lay_row(k, q, wp, m);
    size_t live = 0;
    for (; run->step < run->end; run->step += live) {
        live = run->end - run->step < STEPS ? run->end - run->step : STEPS;
        size_t n = (live + 7) / 8 * 8;
        lay_steps(e->duty, u, run, m, live, n);
        if (u->vt->flags & FADE_LENT_TO_STEPS)
            lend(u, run, m, live);
        if (!some(u, k, q, wp, m, live, n))
            return;
        law_swap(q, wp);
    }
    land(k, q, u, wp, m, live - 1);
}
