/* SPDX-License-Identifier: MIT
 * duty_days.c - the steps of one cell's row side by side: step j is lane j of a tile.
 *
 * A lane needs the state and the health that the lane before it ends with.  Both are guessed, all lanes step at once,
 * and what they gain makes the next guess, until no bit moves: then each lane began where the one before it ended, and
 * the row is that of one step after the other, to the bit.  A law whose gains do not depend on where it stands takes
 * two sweeps, one whose gains health bends four or five: only the lanes that begin otherwise are stepped again.  Where
 * it takes more than it saves, rows go step by step, and it is tried again later.  What is not settled begins the next
 * sweeps.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_days.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 6, SWEEPS = 12, CHEAP = 8, LONGEST_REST = 31 };

static size_t eights(size_t n) { return (n + 7) / 8 * 8; }

/* ---- room ---- */

/* Steps of one cell alone that read nothing of it but state, inputs and health. */
static bool may_go(const duty *d, const duty_use *u, const physics *ph, const part *q)
{
    int from = ph->capacity >= 0 ? ph->capacity : ph->loss;
    return ph->n == 1 && !ph->combined && !u->own && !(u->vt->flags & FADE_LENT_SAMPLES) &&
           d->e->sc->duty.keep != DUTY_ENERGY && from >= 0 && ph->pool.at[from].place == 0 && q->wstate;
}

static size_t whole(size_t n) { return n ? n : 1; }

static bool open_one(const part *q, duty_days *m)
{
    size_t bytes = q->vt->scratch ? q->vt->scratch(q->model, DAYS) : 0, ns = q->cols.state.n, no = q->cols.out.n;
    m->x = mem_columns(q->wstate * DAYS);
    m->x1 = mem_columns(q->wstate * DAYS);
    m->out = mem_columns(whole(q->wout) * DAYS);
    m->in = mem_columns(whole(q->cols.in.n) * DAYS);
    m->base = mem_columns(whole(q->cols.in.n) * DAYS);
    m->param = mem_columns(whole(q->nparam) * DAYS);
    m->scratch = mem_columns(bytes / sizeof(double) + 8);
    m->dt = mem_columns(5 * DAYS);
    m->before = mem_columns((q->wstate + 1) * DAYS);
    m->param_at = mem_zero(q->nparam + 1, sizeof *m->param_at);
    m->in_at = mem_zero(q->cols.in.n + 1, sizeof *m->in_at);
    m->x_at = mem_zero(ns + 1, sizeof *m->x_at);
    m->x1_at = mem_zero(ns + 1, sizeof *m->x1_at);
    m->out_at = mem_zero(no + 1, sizeof *m->out_at);
    m->filled = mem_zero(q->cols.in.n + 1, sizeof *m->filled);
    return m->x && m->x1 && m->out && m->in && m->base && m->param && m->scratch && m->dt && m->before &&
           m->param_at && m->in_at && m->x_at && m->x1_at && m->out_at && m->filled &&
           duty_guess_open(&m->guess, q->wstate);
}

/* One per part that may go by days and not by steps(), in tiles of a single cell or not: a run may end with one. */
int duty_days_open(engine *e, worker *k, why *w)
{
    const duty *d = e->duty;
    duty_desk *desk = k->desk;
    if (!(desk->days = mem_zero(d->nuse + 1, sizeof *desk->days)))
        return fail(w, E_NOMEM, "no memory for a worker's duty");
    for (size_t p = 0, at = 0; p < e->nphysics; at += e->physics[p++].n) {
        const part *q = &e->physics[p].part[0];
        int which = d->use_of[at];
        if (which < 0 || desk->steps[which] || !may_go(d, &d->use[which], &e->physics[p], q))
            continue;
        duty_days *m = desk->days[which] = mem_zero(1, sizeof *m);
        if (!m || !open_one(q, m))
            return fail(w, E_NOMEM, "no memory for a worker's duty");
        m->count = m->dt + DAYS;
        m->t = m->count + DAYS;
        m->wish = m->t + DAYS;
        m->soh = m->wish + DAYS;
        for (uint32_t j = 0; j < q->nparam; j++)
            m->param_at[j] = m->param + (size_t)j * DAYS;
        for (size_t f = 0; f < d->use[which].nfill; f++)
            m->filled[d->use[which].fill[f].input] = true;
    }
    return E_OK;
}

void duty_days_close(const duty *d, duty_desk *desk)
{
    for (size_t i = 0; desk->days && i < d->nuse; i++) {
        duty_days *m = desk->days[i];
        if (!m)
            continue;
        free(m->x);
        free(m->x1);
        free(m->out);
        free(m->in);
        free(m->base);
        free(m->param);
        free(m->scratch);
        free(m->dt);
        free(m->before);
        duty_guess_close(&m->guess);
        free(m->param_at);
        free(m->in_at);
        free(m->x_at);
        free(m->x1_at);
        free(m->out_at);
        free(m->filled);
        free(m);
    }
    free(desk->days);
}

/* ---- what stands ---- */

static void fill(double *to, uint32_t n, double v)
{
    for (uint32_t j = 0; j < n; j++)
        to[j] = v;
}

/* Parameters and the inputs that are the row's, as far as they are others than before. */
static void lay_row(const worker *k, const part *q, const workpart *wp, duty_days *m)
{
    for (uint32_t j = 0; j < q->nparam; j++)
        if (memcmp(m->param + (size_t)j * DAYS, wp->param[j], sizeof(double)) != 0)
            fill(m->param + (size_t)j * DAYS, DAYS, wp->param[j][0]);
    for (uint32_t i = 0; i < q->cols.in.n; i++)
        if (!m->filled[i] && memcmp(m->in + (size_t)i * DAYS, wp->in[i], sizeof(double)) != 0)
            fill(m->in + (size_t)i * DAYS, DAYS, wp->in[i][0]);
    fill(m->t, DAYS, k->t[0]);
    for (uint32_t j = 0; j < DAYS; j++) {
        m->id[j] = k->id[0];
        m->row[j] = k->row[0];
    }
}

/* What the duty says of n steps from `first` on; the last one again where n is no multiple of eight. */
static void lay_steps(const duty *d, const duty_use *u, const duty_run_of *run, duty_days *m, size_t n, size_t padded)
{
    const duty_step *step = run->stream->at[u->rule].step;
    const uint32_t from = (uint32_t)run->stream->known.from;
    for (size_t j = 0; j < padded; j++) {
        size_t at = run->step + (j < n ? j : n - 1);
        const double *v = duty_value(d, run->stream, u, at) + u->nfill;
        double efc = v[VALUE_EFC], depth = v[VALUE_MAX] - v[VALUE_MIN];
        m->brk[j] = step[at].brk;
        m->guess.again[j] = j < n && step[at].from == from ? step[at].again : 0;
        m->count[j] = step[at].brk && depth > 0 ? efc / depth : 0;
    }
    for (size_t j = 0; j < n; j++) {
        const double *v = duty_value(d, run->stream, u, run->step + j);
        for (size_t f = 0; f < u->nfill; f++)
            m->base[f * DAYS + j] = v[f];
    }
    for (size_t f = 0; f < u->nfill; f++) {
        double *base = m->base + f * DAYS;
        fill(base + n, (uint32_t)(padded - n), base[n - 1]);
        memcpy(m->in + (size_t)u->fill[f].input * DAYS, base, padded * sizeof *base);
    }
}

/* ---- sweeps ---- */

CLONES static void times(const double *restrict a, const double *restrict b, size_t lo, size_t hi, double *restrict to)
{
    for (size_t j = lo; j < hi; j++)
        to[j] = a[j] * b[j];
}

/* Rates and throughput are of the capacity at hand: what health makes of them. */
static void scale(const duty_use *u, duty_days *m, size_t lo, size_t hi)
{
    for (size_t f = 0; f < u->nfill; f++)
        if (u->fill[f].what == FILL_STRESS && duty_scaled[u->fill[f].index])
            times(m->soh, m->base + f * DAYS, lo, hi, m->in + (size_t)u->fill[f].input * DAYS);
    times(m->soh, m->count, lo, hi, m->dt);
}

/* Lanes lo .. hi - 1, both by eights. */
static void lay_tile(const part *q, const workpart *wp, duty_days *m, size_t padded, size_t n, size_t lo, size_t hi,
                     fade_tile *b)
{
    size_t row = 0, live = (n < hi ? n : hi) - lo;
    m->lo = lo;
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        const fade_column *fc = library_at(&q->cols.state, c);
        m->x_at[c] = m->x + row * padded + lo;
        m->x1_at[c] = m->x1 + row * padded + lo;
        row += fc->width ? fc->width : 1;
    }
    row = 0;
    for (uint32_t c = 0; c < q->cols.out.n; c++) {
        const fade_column *fc = library_at(&q->cols.out, c);
        m->out_at[c] = m->out + row * padded + lo;
        row += fc->width ? fc->width : 1;
    }
    for (uint32_t i = 0; i < q->cols.in.n; i++)
        m->in_at[i] = m->in + (size_t)i * DAYS + lo;
    *b = (fade_tile){ .size = sizeof *b, .n = (uint32_t)(hi - lo), .live = (uint32_t)live, .id = m->id, .row = m->row,
                      .t = m->t, .dt = m->dt + lo, .param = m->param_at, .in = m->in_at, .x = m->x_at, .x1 = m->x1_at,
                      .out = m->out_at, .wish = m->wish, .status = m->status, .scratch = m->scratch,
                      .worker = wp->worker, .samples = m->of };
}

/* How many lanes began where the one before them ended, `next` being the health each one leaves. */
static size_t settled(const part *q, const duty_days *m, size_t padded, size_t n, const double *next)
{
    size_t good = n;
    for (uint32_t r = 0; r < q->wstate; r++) {
        const double *x = m->x + r * padded, *x1 = m->x1 + r * padded;
        if (memcmp(x + 1, x1, (good - 1) * sizeof *x) != 0)
            for (size_t j = 1; j < good; j++)
                if (memcmp(x + j, x1 + j - 1, sizeof *x) != 0)
                    good = j;
    }
    for (size_t j = 1; j < good; j++)
        if (memcmp(m->soh + j, next + j - 1, sizeof *next) != 0)
            good = j;
    return good;
}

CLONES static void health_by(const double *restrict v, double scale, double offset, double c0, size_t n,
                             double *restrict next)
{
    for (size_t j = 0; j < n; j++)
        next[j] = duty_soh((v[j] * scale + offset) / c0);
}

CLONES static void health_of_loss(const double *restrict v, double c0, size_t n, double *restrict next)
{
    for (size_t j = 0; j < n; j++)
        next[j] = duty_soh(c0 * (1 - v[j]) / c0);
}

/* The health that each lane leaves. */
static void left(const physics *ph, const duty_days *m, double c0, size_t n, double *next)
{
    int from = ph->capacity >= 0 ? ph->capacity : ph->loss;
    const double *v = m->out_at[ph->pool.at[from].index] - m->lo;
    if (ph->capacity >= 0)
        health_by(v, ph->capacity_link.scale, ph->capacity_link.offset, c0, n, next);
    else
        health_of_loss(v, c0, n, next);
}

static void health(const physics *ph, const duty_days *m, double c0, size_t n, double *next)
{
    left(ph, m, c0, n, next);
    for (size_t j = 0; j < n; j++)
        next[j] = m->brk[j] ? next[j] : m->soh[j];
}

/* How the health bends with each state where the steps begin and about where they end: only guesses are made of it. */
static void bends(const physics *ph, const part *q, const workpart *wp, duty_days *m, double c0, size_t n)
{
    size_t ns = q->wstate, lanes = 2 * (ns + 1), padded = eights(lanes);
    double h[2][DAYS], next[DAYS];
    fade_tile b;
    memset(m->guess.bend, 0, 2 * ns * sizeof *m->guess.bend);
    m->guess.whole = 0;
    if (padded > DAYS || !q->vt->observe)
        return;
    for (size_t r = 0; r < ns; r++)
        for (size_t j = 0; j < padded; j++) {
            size_t end = j < lanes ? j / (ns + 1) : 1;
            double x = wp->x[0][r * wp->b.n] + (double)(end * n) * m->guess.gain[r];
            h[end][r] = x != 0 ? 1e-5 * x : 1e-2 * m->guess.gain[r];
            m->x[r * padded + j] = j % (ns + 1) == r + 1 ? x + h[end][r] : x;
        }
    for (size_t j = 0; j < padded; j++)
        m->status[j] = 0;
    lay_tile(q, wp, m, padded, lanes, 0, padded, &b);
    if (q->vt->observe(q->model, &b) != 0)
        return;
    left(ph, m, c0, lanes, next);
    m->guess.whole = next[ns + 1] - next[0];
    for (size_t end = 0; end < 2; end++)
        for (size_t r = 0; r < ns; r++) {
            const double *at = next + end * (ns + 1);
            double bend = (at[r + 1] - at[0]) / h[end][r];
            m->guess.bend[end * ns + r] = bend - bend == 0 ? bend : 0;
        }
}

/* Keeps what lanes begin from. */
static void keep(const part *q, duty_days *m, size_t padded)
{
    for (uint32_t r = 0; r < q->wstate; r++)
        memcpy(m->before + r * DAYS, m->x + r * padded, padded * sizeof *m->x);
    memcpy(m->before + q->wstate * DAYS, m->soh, padded * sizeof *m->soh);
}

/* The lanes, by eights, that begin otherwise than they did. */
static void changed(const part *q, const duty_days *m, size_t padded, size_t *lo, size_t *hi)
{
    size_t first = padded, last = 0;
    for (uint32_t r = 0; r <= q->wstate; r++) {
        const double *now = r < q->wstate ? m->x + r * padded : m->soh, *then = m->before + r * DAYS;
        size_t a = 0, b = padded;
        while (a < first && memcmp(now + a, then + a, 8 * sizeof *now) == 0)
            a += 8;
        while (b > last && memcmp(now + b - 8, then + b - 8, 8 * sizeof *now) == 0)
            b -= 8;
        first = a < first ? a : first;
        last = b > last ? b : last;
    }
    *lo = first;
    *hi = last;
}

/* Takes the first `good` steps. */
static void take(const part *q, workpart *wp, duty_desk *desk, duty_days *m, size_t padded, size_t good,
                 const double *next)
{
    for (uint32_t r = 0; r < q->wstate; r++) {
        double end = m->x1[r * padded + good - 1];
        for (uint32_t i = 0; i < wp->b.n; i++)
            wp->x[0][(size_t)r * wp->b.n + i] = end;
    }
    for (uint32_t i = 0; i < wp->b.n; i++)
        desk->soh[i] = next[good - 1];
    duty_guess_taken(m, q, padded, good);
}

/* What a step may say of its lanes is for this step only. */
static void forgive(duty_days *m, size_t padded)
{
    memset(m->status, 0, padded * sizeof *m->status);
    for (size_t j = 0; j < padded; j++)
        m->wish[j] = INFINITY;
}

static bool refused(const duty_days *m, size_t live)
{
    int32_t any = 0;
    for (size_t j = 0; j < live; j++)
        any |= m->status[j];
    return any != 0;
}

/* Up to DAYS steps; how many were taken: 0 if a lane is refused, or too few settle to be worth it. */
static size_t some(engine *e, worker *k, const physics *ph, const part *q, const duty_use *u, workpart *wp,
                   const duty_run_of *run, size_t n)
{
    duty_days *m = k->desk->days[u - e->duty->use];
    size_t padded = eights(n), good = 0, lo = 0, hi = padded;
    double next[DAYS], c0 = e->lane[k->tile->first].c0;
    fade_tile b;
    lay_steps(e->duty, u, run, m, n, padded);
    bends(ph, q, wp, m, c0, n);
    duty_guess_first(m, q, wp, padded, n, k->desk->soh[0]);

    int sweep = 0;
    for (; sweep < SWEEPS && good < n; sweep++) {
        if (sweep) {
            keep(q, m, padded);
            duty_guess_next(m, q, padded, n, sweep, next);
            changed(q, m, padded, &lo, &hi);
            if (lo >= hi)
                break;
        }
        lay_tile(q, wp, m, padded, n, lo, hi, &b);
        forgive(m, padded);
        scale(u, m, lo, hi);
        if (q->vt->step(q->model, &b) != 0 || refused(m, b.live))
            return 0;
        health(ph, m, c0, n, next);
        good = settled(q, m, padded, n, next);
    }
    take(q, wp, k->desk, m, padded, good, next);
    m->rested = sweep <= CHEAP ? 0 : m->rested < LONGEST_REST ? 2 * m->rested + 1 : LONGEST_REST;
    m->rest = m->rested;
    return good;
}

/* The row ends with lane `last`: what it was asked and what it said is the row's. */
static void land(worker *k, const part *q, const duty_use *u, workpart *wp, const duty_days *m, size_t padded,
                 size_t last)
{
    uint32_t n = wp->b.n;
    for (size_t f = 0; f < u->nfill; f++)
        fill(wp->in[u->fill[f].input], n, m->in[(size_t)u->fill[f].input * DAYS + last]);
    for (uint32_t c = 0; c < q->wout; c++)
        fill(wp->outbuf + (size_t)c * n, n, m->out[c * padded + last]);
    fill(k->count, n, m->dt[last]);
    fill(k->dt, n, m->dt[last]);
}

/* The steps of a row: run->step moves on by as many as were taken. */
void duty_days_run(engine *e, worker *k, const physics *ph, const part *q, const duty_use *u, workpart *wp,
                   duty_run_of *run)
{
    duty_days *m = k->desk->days[u - e->duty->use];
    if (!m || run->end < run->step + FEWEST)
        return;
    if (m->rest) {
        m->rest--;
        return;
    }
    lay_row(k, q, wp, m);
    duty_guess_of(&m->guess, run->stream, q->wstate);
    size_t last = 0;
    while (!m->rest && run->end >= run->step + FEWEST) {
        last = run->end - run->step < DAYS ? run->end - run->step : DAYS;
        size_t took = some(e, k, ph, q, u, wp, run, last);
        run->step += took;
        if (took < FEWEST)
            break;
    }
    if (run->step == run->end)
        land(k, q, u, wp, m, eights(last), last - 1);
}
