/* SPDX-License-Identifier: MIT
 * duty_days.c - the steps of one cell's row side by side: step j is lane j of a tile.
 *
 * A lane needs the state and the health that the lane before it ends with.  Both are guessed, all lanes step at once,
 * and what they gain makes the next guess, until no bit moves: then each lane began where the one before it ended, and
 * the row is that of one step after the other, to the bit.  A law whose gains do not depend on where it stands takes
 * two sweeps, one whose gains health bends about six: between sweeps the health follows the states by its slope.  Where
 * it takes more than it saves, rows go step by step, and it is tried again later.  What is not settled begins the next
 * sweeps.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <stdlib.h>
#include <string.h>

enum { DAYS = 64, FEWEST = 6, SWEEPS = 12, CHEAP = 8, LONGEST_REST = 31 };

struct duty_days {
    size_t    part;                               /* for whom; each part that may go by days has its own */
    double   *x, *x1, *out, *in, *base, *param, *scratch;
    double   *dt, *count, *t, *wish, *soh;        /* count: cycles of a cell that is new */
    uint64_t  id[DAYS], row[DAYS];
    int32_t   status[DAYS];
    bool      brk[DAYS];
    const fade_samples *of[DAYS];                 /* none is lent */
    const double **param_at, **in_at, **x_at;
    double  **x1_at, **out_at;
    double    slope;                              /* of the health from step to step, as it was last */
    uint32_t rest, rested; /* rows that go step by step before this is tried again; those last time */
    double   *gain;                               /* [wstate] of the state from step to step, as it was last */
    double   *bend;                               /* [2][wstate] of the health with the state, at both ends */
};

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
    m->gain = mem_columns(q->wstate);
    m->bend = mem_columns(2 * q->wstate);
    m->param_at = mem_zero(q->nparam + 1, sizeof *m->param_at);
    m->in_at = mem_zero(q->cols.in.n + 1, sizeof *m->in_at);
    m->x_at = mem_zero(ns + 1, sizeof *m->x_at);
    m->x1_at = mem_zero(ns + 1, sizeof *m->x1_at);
    m->out_at = mem_zero(no + 1, sizeof *m->out_at);
    return m->x && m->x1 && m->out && m->in && m->base && m->param && m->scratch && m->dt && m->gain && m->bend &&
           m->param_at && m->in_at && m->x_at && m->x1_at && m->out_at;
}

/* One per part that may go by days, in tiles of a single cell or not: a run may end with one. */
int duty_days_open(engine *e, worker *k, why *w)
{
    const duty *d = e->duty;
    duty_desk *desk = k->desk;
    if (!(desk->days = mem_zero(d->nuse + 1, sizeof *desk->days)))
        return fail(w, E_NOMEM, "no memory for a worker's duty");
    for (size_t p = 0, at = 0; p < e->nphysics; at += e->physics[p++].n) {
        const part *q = &e->physics[p].part[0];
        int which = d->use_of[at];
        if (which < 0 || !may_go(d, &d->use[which], &e->physics[p], q))
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
        for (uint32_t i = 0; i < q->cols.in.n; i++)
            m->in_at[i] = m->in + (size_t)i * DAYS;
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
        free(m->gain);
        free(m->bend);
        free(m->param_at);
        free(m->in_at);
        free(m->x_at);
        free(m->x1_at);
        free(m->out_at);
        free(m);
    }
    free(desk->days);
}

/* ---- what stands ---- */

static void spread(double *to, double v)
{
    for (uint32_t j = 0; j < DAYS; j++)
        to[j] = v;
}

/* Parameters and the inputs that are the row's, as far as they are others than before. */
static void lay_row(const worker *k, const part *q, const workpart *wp, duty_days *m)
{
    for (uint32_t j = 0; j < q->nparam; j++)
        if (memcmp(m->param + (size_t)j * DAYS, wp->param[j], sizeof(double)) != 0)
            spread(m->param + (size_t)j * DAYS, wp->param[j][0]);
    for (uint32_t i = 0; i < q->cols.in.n; i++)
        if (memcmp(m->in + (size_t)i * DAYS, wp->in[i], sizeof(double)) != 0)
            spread(m->in + (size_t)i * DAYS, wp->in[i][0]);
    spread(m->t, k->t[0]);
    for (uint32_t j = 0; j < DAYS; j++) {
        m->id[j] = k->id[0];
        m->row[j] = k->row[0];
    }
}

/* What the duty says of n steps from `first` on; the last one again where n is no multiple of eight. */
static void lay_steps(const duty *d, const duty_use *u, const duty_run_of *run, duty_days *m, size_t n, size_t padded)
{
    const duty_step *step = run->stream->at[u->rule].step;
    for (size_t j = 0; j < padded; j++) {
        size_t at = run->step + (j < n ? j : n - 1);
        const double *v = run->stream->value[u - d->use] + at * VALUE_WIDTH(u);
        double efc = v[u->nfill + VALUE_EFC], depth = v[u->nfill + VALUE_MAX] - v[u->nfill + VALUE_MIN];
        m->brk[j] = step[at].brk;
        m->count[j] = step[at].brk && depth > 0 ? efc / depth : 0;
        for (size_t f = 0; f < u->nfill; f++)
            m->base[f * DAYS + j] = v[f];
    }
    for (size_t f = 0; f < u->nfill; f++)
        memcpy(m->in + (size_t)u->fill[f].input * DAYS, m->base + f * DAYS, padded * sizeof *m->in);
}

/* ---- sweeps ---- */

/* Rates and throughput are of the capacity at hand: what health makes of them. */
static void scale(const duty_use *u, duty_days *m, size_t padded)
{
    for (size_t f = 0; f < u->nfill; f++) {
        double *to = m->in + (size_t)u->fill[f].input * DAYS;
        const double *base = m->base + f * DAYS;
        for (size_t j = 0; u->fill[f].what == FILL_STRESS && duty_scaled[u->fill[f].index] && j < padded; j++)
            to[j] = m->soh[j] * base[j];
    }
    for (size_t j = 0; j < padded; j++)
        m->dt[j] = m->soh[j] * m->count[j];
}

static void lay_tile(const part *q, const workpart *wp, duty_days *m, size_t padded, size_t n,
                     fade_tile *b)
{
    size_t row = 0;
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        const fade_column *fc = library_at(&q->cols.state, c);
        m->x_at[c] = m->x + row * padded;
        m->x1_at[c] = m->x1 + row * padded;
        row += fc->width ? fc->width : 1;
    }
    row = 0;
    for (uint32_t c = 0; c < q->cols.out.n; c++) {
        const fade_column *fc = library_at(&q->cols.out, c);
        m->out_at[c] = m->out + row * padded;
        row += fc->width ? fc->width : 1;
    }
    *b = (fade_tile){ .size = sizeof *b, .n = (uint32_t)padded, .live = (uint32_t)n, .id = m->id, .row = m->row,
                      .t = m->t, .dt = m->dt, .param = m->param_at, .in = m->in_at, .x = m->x_at, .x1 = m->x1_at,
                      .out = m->out_at, .wish = m->wish, .status = m->status, .scratch = m->scratch,
                      .worker = wp->worker, .samples = m->of };
}

/* The first guess: the state and the health go on as they went. */
static void guess(const part *q, const workpart *wp, duty_days *m, size_t padded, size_t n, double soh)
{
    for (uint32_t r = 0; r < q->wstate; r++)
        for (size_t j = 0; j < padded; j++) {
            double from = wp->x[0][(size_t)r * wp->b.n];
            m->x[r * padded + j] = j ? from + (double)(j < n ? j : n - 1) * m->gain[r] : from;
        }
    for (size_t j = 0; j < padded; j++)
        m->soh[j] = j ? soh + (double)(j < n ? j : n - 1) * m->slope : soh;
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
    const double *v = m->out_at[ph->pool.at[from].index];
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
    memset(m->bend, 0, 2 * ns * sizeof *m->bend);
    if (padded > DAYS || !q->vt->observe)
        return;
    for (size_t r = 0; r < ns; r++)
        for (size_t j = 0; j < padded; j++) {
            size_t end = j < lanes ? j / (ns + 1) : 1;
            double x = wp->x[0][r * wp->b.n] + (double)(end * n) * m->gain[r];
            h[end][r] = x != 0 ? 1e-5 * x : 1e-2 * m->gain[r];
            m->x[r * padded + j] = j % (ns + 1) == r + 1 ? x + h[end][r] : x;
        }
    for (size_t j = 0; j < padded; j++)
        m->status[j] = 0;
    lay_tile(q, wp, m, padded, lanes, &b);
    if (q->vt->observe(q->model, &b) != 0)
        return;
    left(ph, m, c0, lanes, next);
    for (size_t end = 0; end < 2; end++)
        for (size_t r = 0; r < ns; r++) {
            const double *at = next + end * (ns + 1);
            double bend = (at[r + 1] - at[0]) / h[end][r];
            m->bend[end * ns + r] = bend - bend == 0 ? bend : 0;
        }
}

/* What a lane leaves of health when it leaves another state than it did. */
CLONES static void follow(size_t n, const double *restrict x, const double *restrict was, double bend, double more,
                          double *restrict next)
{
    for (size_t j = 0; j + 1 < n; j++)
        next[j] += (bend + more * ((x[j + 1] - x[0]) + (was[j] - x[0]))) * (x[j + 1] - was[j]);
}

/* What each lane gained, one behind the other.  Inside a binade a gain is a whole number of units in the last place,
 * whatever the low bits of the state, so that sums of gains are the states themselves.  The health goes with them. */
static void go_on(const part *q, duty_days *m, size_t padded, size_t n, double *next)
{
    for (uint32_t r = 0; r < q->wstate; r++) {
        double *x = m->x + r * padded, now = x[0], bend = m->bend[r], wide = (double)n * m->gain[r];
        const double *x1 = m->x1 + r * padded;
        double more = wide != 0 ? 0.5 * (m->bend[q->wstate + r] - bend) / wide : 0;
        for (size_t j = 0; j < n; j++) {
            double gain = x1[j] - x[j];
            x[j] = now;
            now = now + gain;
        }
        for (size_t j = n; j < padded; j++)
            x[j] = x[n - 1];
        if (bend != 0 || more != 0)
            follow(n, x, x1, bend, more, next);
    }
    for (size_t j = 1; j < padded; j++)
        m->soh[j] = j >= n ? m->soh[n - 1] : m->brk[j - 1] ? next[j - 1] : m->soh[j - 1];
}

/* Takes the first `good` steps. */
static void take(const part *q, workpart *wp, duty_desk *desk, duty_days *m, size_t padded, size_t good,
                 const double *next)
{
    for (uint32_t r = 0; r < q->wstate; r++) {
        double end = m->x1[r * padded + good - 1];
        m->gain[r] = (end - m->x[r * padded]) / (double)good;
        for (uint32_t i = 0; i < wp->b.n; i++)
            wp->x[0][(size_t)r * wp->b.n + i] = end;
    }
    m->slope = (next[good - 1] - m->soh[0]) / (double)good;
    for (uint32_t i = 0; i < wp->b.n; i++)
        desk->soh[i] = next[good - 1];
}

/* Up to DAYS steps; how many were taken: 0 if a lane is refused, or too few settle to be worth it. */
static size_t some(engine *e, worker *k, const physics *ph, const part *q, const duty_use *u, workpart *wp,
                   const duty_run_of *run, size_t n)
{
    duty_days *m = k->desk->days[u - e->duty->use];
    size_t padded = eights(n), good = 0;
    double next[DAYS], c0 = e->lane[k->tile->first].c0;
    fade_tile b;
    lay_steps(e->duty, u, run, m, n, padded);
    bends(ph, q, wp, m, c0, n);
    lay_tile(q, wp, m, padded, n, &b);
    guess(q, wp, m, padded, n, k->desk->soh[0]);

    int sweep = 0;
    for (; sweep < SWEEPS && good < n; sweep++) {
        if (sweep)
            go_on(q, m, padded, n, next);
        scale(u, m, padded);
        for (size_t j = 0; j < padded; j++) {
            m->wish[j] = INFINITY;
            m->status[j] = 0;
        }
        if (q->vt->step(q->model, &b) != 0)
            return 0;
        for (size_t j = 0; j < n; j++)
            if (m->status[j] != 0)
                return 0;
        health(ph, m, c0, n, next);
        good = settled(q, m, padded, n, next);
        }
    take(q, wp, k->desk, m, padded, good, next);
    m->rested = sweep <= CHEAP ? 0 : m->rested < LONGEST_REST ? 2 * m->rested + 1 : LONGEST_REST;
    m->rest = m->rested;
    return good;
}

/* The steps of a row but the last: run->step moves on by as many as were taken. */
void duty_days_run(engine *e, worker *k, const physics *ph, const part *q, const duty_use *u, workpart *wp,
                   duty_run_of *run)
{
    duty_days *m = k->desk->days[u - e->duty->use];
    if (!m || run->end < run->step + FEWEST + 1)
        return;
    if (m->rest) {
        m->rest--;
        return;
    }
    lay_row(k, q, wp, m);
    while (!m->rest && run->end >= run->step + FEWEST + 1) {
        size_t left = run->end - run->step - 1, took = some(e, k, ph, q, u, wp, run, left < DAYS ? left : DAYS);
        run->step += took;
        if (took < FEWEST)
            return;
    }
}
