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
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEEN 1e-8 /* what part of it health must change by to tell how gains go with it */
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
    uint32_t rest, rested; /* rows that go step by step before this is tried again; those last time */
    double   *gain;                               /* [wstate] of the state from step to step, as it was last */
    double   *bend;                               /* [2][wstate] of the health with the state, at both ends */
    double    whole;                              /* what of the health's change over all steps bends do not tell */
    double   *g, *ahead;                          /* [wstate][DAYS] gains of the last sweep, [DAYS] its health */
    double   *before;                             /* [wstate + 1][DAYS] states and health that were stepped from last */
    double *lean; /* [wstate] what part of itself a gain changes by, over the part that health changes by */
    double   *end;                                /* [wstate] the states before the step that ends a row, */
    uint16_t  last;                               /* .. and which stretch that is */
    double *was;         /* [stretches][wstate] what stretches that come again gained the last time */
    double *more, *pace; /* [wstate] what is gained now over that; how it changes from row to row */
    size_t    lo;                                 /* the first lane of the tile at hand */
    const duty_stream *was_of;                    /* whose stretches they are, */
    uint64_t  was_from;                           /* .. and since when */
    uint16_t  again[DAYS];                        /* which of them each step is; 0: none */
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
    m->was = mem_zero((DUTY_STRETCHES + 1) * q->wstate, sizeof *m->was);
    m->more = mem_columns(4 * q->wstate);
    m->g = mem_columns((2 * q->wstate + 2) * DAYS);
    m->param_at = mem_zero(q->nparam + 1, sizeof *m->param_at);
    m->in_at = mem_zero(q->cols.in.n + 1, sizeof *m->in_at);
    m->x_at = mem_zero(ns + 1, sizeof *m->x_at);
    m->x1_at = mem_zero(ns + 1, sizeof *m->x1_at);
    m->out_at = mem_zero(no + 1, sizeof *m->out_at);
    return m->x && m->x1 && m->out && m->in && m->base && m->param && m->scratch && m->dt && m->gain && m->bend &&
           m->was && m->more && m->g && m->param_at && m->in_at && m->x_at && m->x1_at && m->out_at;
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
        m->ahead = m->g + q->wstate * DAYS;
        m->before = m->ahead + DAYS;
        m->lean = m->more + q->wstate;
        m->pace = m->lean + q->wstate;
        m->end = m->pace + q->wstate;
        for (size_t r = 0; r < q->wstate; r++)
            m->more[r] = 1;
        for (uint32_t j = 0; j < q->nparam; j++)
            m->param_at[j] = m->param + (size_t)j * DAYS;
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
        free(m->was);
        free(m->more);
        free(m->g);
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
static void lay_steps(const duty *d, const duty_use *u, const duty_run_of *run, duty_days *m, size_t n, size_t padded,
                      size_t wstate)
{
    const duty_step *step = run->stream->at[u->rule].step;
    const uint32_t from = (uint32_t)run->stream->known.from;
    if (m->was_of != run->stream || m->was_from != run->stream->known.from) /* others: nothing is known of them */
        memset(m->was, 0, (DUTY_STRETCHES + 1) * wstate * sizeof *m->was);
    m->was_of = run->stream;
    m->was_from = run->stream->known.from;
    for (size_t j = 0; j < padded; j++) {
        size_t at = run->step + (j < n ? j : n - 1);
        const double *v = run->stream->value[u - d->use] + at * VALUE_WIDTH(u);
        double efc = v[u->nfill + VALUE_EFC], depth = v[u->nfill + VALUE_MAX] - v[u->nfill + VALUE_MIN];
        m->brk[j] = step[at].brk;
        m->again[j] = j < n && step[at].from == from ? step[at].again : 0;
        m->count[j] = step[at].brk && depth > 0 ? efc / depth : 0;
        for (size_t f = 0; f < u->nfill; f++)
            m->base[f * DAYS + j] = v[f];
    }
    for (size_t f = 0; f < u->nfill; f++)
        memcpy(m->in + (size_t)u->fill[f].input * DAYS, m->base + f * DAYS, padded * sizeof *m->in);
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

/* How the health's slope changes with a state. */
static double bent(const part *q, const duty_days *m, uint32_t r, size_t n)
{
    double wide = (double)n * m->gain[r];
    return wide != 0 ? 0.5 * (m->bend[q->wstate + r] - m->bend[r]) / wide : 0;
}

/* The first guess: states go on as they went, or as they did in the same stretches; the health follows them. */
static void guess(const part *q, const workpart *wp, duty_days *m, size_t padded, size_t n, double soh)
{
    double h[DAYS] = { 0 }, whole = m->whole;
    for (uint32_t r = 0; r < q->wstate; r++) {
        double from = wp->x[0][(size_t)r * wp->b.n], now = from, *x = m->x + r * padded;
        const double bend = m->bend[r], more = bent(q, m, r, n), wide = (double)n * m->gain[r];
        whole -= (bend + more * wide) * wide;
        for (size_t j = 0; j < n; j++) {
            double was = m->was[m->again[j] * q->wstate + r];
            x[j] = now;
            h[j] += (bend + more * (now - from)) * (now - from);
            now += was != 0 ? was * (m->more[r] + m->pace[r] * (0.5 + ((double)j + 0.5) / (double)n)) : m->gain[r];
        }
        for (size_t j = n; j < padded; j++)
            x[j] = x[n - 1];
    }
    m->soh[0] = soh;
    for (size_t j = 1; j < padded; j++) {
        double s = (double)j / (double)n, rest = m->whole != 0 ? whole * s * s * (3 - 2 * s) : 0;
        m->soh[j] = j >= n ? m->soh[n - 1] : m->brk[j - 1] ? soh + (h[j] + rest) : m->soh[j - 1];
    }
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
    memset(m->bend, 0, 2 * ns * sizeof *m->bend);
    m->whole = 0;
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
    lay_tile(q, wp, m, padded, lanes, 0, padded, &b);
    if (q->vt->observe(q->model, &b) != 0)
        return;
    left(ph, m, c0, lanes, next);
    m->whole = next[ns + 1] - next[0];
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

/* How gains go with the health, from what both did since the sweep before, if that is more than the last digits. */
static double leaning(size_t n, const double *restrict g, const double *restrict g0, const double *restrict s,
                      const double *restrict s0, double old)
{
    double both = 0, own = 0, far = 0;
    for (size_t j = 0; j < n; j++) {
        double d = (s[j] - s0[j]) / s0[j], e = g0[j] * d;
        both += (g[j] - g0[j]) * e;
        own += e * e;
        far = d > far || -d > far ? fabs(d) : far;
    }
    double lean = both / own;
    return far > SEEN && lean - lean == 0 ? lean : old;
}

static void lay_health(duty_days *m, size_t padded, size_t n, const double *next)
{
    for (size_t j = 1; j < padded; j++)
        m->soh[j] = j >= n ? m->soh[n - 1] : m->brk[j - 1] ? next[j - 1] : m->soh[j - 1];
}

/* What each lane gained, one behind the other.  Inside a binade a gain is a whole number of units in the last place,
 * whatever the low bits of the state, so that sums of gains are the states themselves. */
static void sum_up(const part *q, duty_days *m, uint32_t r, size_t padded, size_t n, int sweep, double *next)
{
    double *x = m->x + r * padded, *g = m->g + r * DAYS, now = x[0], g1[DAYS];
    const double *x1 = m->x1 + r * padded;
    for (size_t j = 0; j < n; j++) {
        g1[j] = x1[j] - x[j];
        x[j] = now;
        now = now + g1[j];
    }
    for (size_t j = n; j < padded; j++)
        x[j] = x[n - 1];
    if (sweep == 2)
        m->lean[r] = leaning(n, g1, g, m->soh, m->ahead, m->lean[r]);
    if (sweep == 1)
        memcpy(g, g1, n * sizeof *g);
    follow(n, x, x1, m->bend[r], bent(q, m, r, n), next);
}

/* The same with gains that go with the health, which was `was`. */
static void lean_on(const part *q, duty_days *m, uint32_t r, size_t padded, size_t n, const double *was, double *next)
{
    double *x = m->x + r * padded, now = x[0], moved[DAYS], lean = m->lean[r];
    const double *g = m->g + r * DAYS;
    memcpy(moved, x, n * sizeof *x);
    for (size_t j = 0; j < n; j++) {
        x[j] = now;
        now = now + (g[j] + lean * g[j] * ((m->soh[j] - was[j]) / was[j]));
    }
    for (size_t j = n; j < padded; j++)
        x[j] = x[n - 1];
    follow(n, x, moved + 1, m->bend[r], bent(q, m, r, n), next);
}

/* The health goes with the states, and after the first sweep the gains go with the health.  What these guesses come to
 * is stepped: only the number of sweeps is theirs. */
static void go_on(const part *q, duty_days *m, size_t padded, size_t n, int sweep, double *next)
{
    double was[DAYS];
    memcpy(was, m->soh, padded * sizeof *was);
    for (uint32_t r = 0; r < q->wstate; r++) {
        if (memcmp(m->x + r * padded + 1, m->x1 + r * padded, (n - 1) * sizeof *m->x) != 0)
            sum_up(q, m, r, padded, n, sweep, next);
        else if (sweep == 2)
            m->lean[r] = 0;
    }
    lay_health(m, padded, n, next);
    if (sweep != 1)
        return;
    memcpy(m->ahead, was, n * sizeof *was);
    for (uint32_t r = 0; r < q->wstate; r++)
        if (m->lean[r] != 0)
            lean_on(q, m, r, padded, n, was, next);
    lay_health(m, padded, n, next);
}

/* What stretches that may come again gained. */
static void remember(const part *q, duty_days *m, uint32_t r, size_t padded, size_t good)
{
    double before = 0, now = 0;
    for (size_t j = 0; j < good; j++) {
        double *was = m->was + m->again[j] * q->wstate + r, gain = m->x1[r * padded + j] - m->x[r * padded + j];
        if (!m->again[j])
            continue;
        before += *was;
        now += *was != 0 ? gain : 0;
        *was = gain;
    }
    double more = before != 0 ? now / before : 1;
    m->pace[r] = m->more[r] != 1 ? more - m->more[r] : 0;
    m->more[r] = more;
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
        m->gain[r] = (end - m->x[r * padded]) / (double)good;
        remember(q, m, r, padded, good);
        for (uint32_t i = 0; i < wp->b.n; i++)
            wp->x[0][(size_t)r * wp->b.n + i] = end;
    }
    for (uint32_t i = 0; i < wp->b.n; i++)
        desk->soh[i] = next[good - 1];
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
    lay_steps(e->duty, u, run, m, n, padded, q->wstate);
    bends(ph, q, wp, m, c0, n);
    guess(q, wp, m, padded, n, k->desk->soh[0]);

    int sweep = 0;
    for (; sweep < SWEEPS && good < n; sweep++) {
        if (sweep) {
            keep(q, m, padded);
            go_on(q, m, padded, n, sweep, next);
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

/* What the step gained that ended the row before: it was stepped alone. */
static void ended(const part *q, const workpart *wp, duty_days *m)
{
    for (uint32_t r = 0; r < q->wstate && m->last; r++)
        m->was[m->last * q->wstate + r] = wp->x[0][(size_t)r * wp->b.n] - m->end[r];
    m->last = 0;
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
    ended(q, wp, m);
    while (!m->rest && run->end >= run->step + FEWEST + 1) {
        size_t left = run->end - run->step - 1, took = some(e, k, ph, q, u, wp, run, left < DAYS ? left : DAYS);
        run->step += took;
        if (took < FEWEST)
            return;
    }
    m->last = m->again[0] && run->end == run->step + 1 ? run->stream->at[u->rule].step[run->step].again : 0;
    for (uint32_t r = 0; r < q->wstate; r++)
        m->end[r] = wp->x[0][(size_t)r * wp->b.n];
}
