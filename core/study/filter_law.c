/* SPDX-License-Identifier: MIT
 * filter_law.c - particles, or an ensemble, of a law's parameters over the rows of a cell as they come.
 *
 * Particles hold the offset as a mean and a variance of its own (Rao and Blackwell), so that only parameters are
 * resampled.  The ensemble holds it as a column, and the values of the next rows as columns too, which are drawn along
 * until the law is run again.
 */
#include "core/study/filter_law.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/filter.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    USUAL = 400,
    AHEAD = 24,
    RUNS = 200,
    STREAM_PRIOR = 41,
    STREAM_WANDER = 42,
    PRIOR_ROWS = 4,
    FIRST_ROWS = 5,
    PARTS = 50
};
#define MEMORY      0.98
#define HALF        0.5                           /* of the lanes: fewer that count are resampled */
#define FEW         0.02                          /* fewer would be left: what is seen is weighed in parts */
#define PRIOR_LOG   1.0                           /* where no prior is said: a factor of e, */
#define PRIOR_SHARE 0.3                           /* a share of the value, */
#define PRIOR_C0    0.03                          /* and of the initial capacity */
#define Z90         1.6448536269514722

typedef struct work {
    fit                  *f;
    const filter_options *o;
    filter_course        *out;
    fit_law               l;
    filter                b;                      /* columns: parameters, offset, values of the rows of a block */
    size_t                p, n, block, from;      /* from: row at which the block begins */
    double               *x, *y, *said;           /* [n][p] as the law wants them; [n][nall]; [n] */
    double                mean, variance;         /* of the offsets of particles: the variance; each mean is a column */
    double                noise, square, count;
    why                  *w;
} work;

static double *column(work *k, size_t d) { return k->b.x + d * k->n; }
static bool ensemble(const work *k) { return k->o->kind == FILTER_ENSEMBLE; }

static void inside(const fit_param *p, double *x)
{
    *x = fmin(fmax(*x, fit_inside(p, p->lo)), fit_inside(p, p->hi));
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where a life starts from: what the scenario says, else the median of the cell's own first known values. */
static double first_capacity(const work *k, const fit_param *q)
{
    double first[FIRST_ROWS];
    size_t n = 0;
    for (size_t r = 0; r < k->l.nall && n < FIRST_ROWS; r++)
        if (isfinite(k->l.seen[r]))
            first[n++] = k->l.seen[r];
    qsort(first, n, sizeof *first, by_size);
    return n && isnan(k->f->s->cell.initial_capacity) ? fmin(fmax(first[n / 2], q->lo), q->hi) : q->start;
}

static void believe_first(work *k)
{
    for (size_t j = 0; j < k->p; j++) {
        const fit_param *q = &k->f->param[j];
        bool said = q->prior_sd > 0;
        double start = q->scale ? first_capacity(k, q) : q->start;
        double mean = fit_inside(q, said ? q->prior_mean : start);
        double plain = q->scale        ? PRIOR_C0 * start
                       : q->start != 0 ? PRIOR_SHARE * fabs(q->start)
                                       : 0.25 * (q->hi - q->lo);
        double sd = said     ? q->prior_sd / (q->log ? q->prior_mean : 1)
                    : q->log ? PRIOR_LOG
                             : plain;
        for (size_t i = 0; i < k->n; i++) {
            column(k, j)[i] = mean + sd * random_normal(k->f->o.seed, j, i, STREAM_PRIOR);
            inside(q, &column(k, j)[i]);
        }
    }
}

/* The law at all lanes' parameters, all rows. */
static int run_law(work *k)
{
    for (size_t i = 0; i < k->n; i++)
        for (size_t j = 0; j < k->p; j++) {
            inside(&k->f->param[j], &column(k, j)[i]);
            k->x[i * k->p + j] = column(k, j)[i];
        }
    k->out->runs++;
    return fit_law_at(&k->l, k->n, k->x, true, k->y, k->w);
}

/* Values of the rows of the block at hand as columns. */
static void take_block(work *k, size_t from)
{
    k->from = from;
    for (size_t b = 0; b < k->block && from + b < k->l.nall; b++)
        for (size_t i = 0; i < k->n; i++)
            column(k, k->p + 1 + b)[i] = k->y[i * k->l.nall + from + b];
}

/* ---- noise ---- */

/* Before anything is fitted: from the differences of the first known values. */
static double first_noise(const work *k)
{
    double sum = 0, last = NAN, level = 0;
    size_t n = 0;
    for (size_t r = 0; r < k->l.nall && n < PRIOR_ROWS; r++) {
        double v = k->l.seen[r];
        if (isfinite(v) && isfinite(last)) {
            sum += (v - last) * (v - last) / 2;
            n++;
        }
        level = isfinite(v) ? fabs(v) : level;
        last = isfinite(v) ? v : last;
    }
    return n && sum > 0 ? sqrt(sum / (double)n) : 1e-3 * (level > 0 ? level : 1);
}

/* What a change from value to value says of the noise; jumps are no noise. */
static void learn_noise(work *k, double change)
{
    if (k->o->noise > 0 || isnan(change))
        return;
    k->square += fmin(change * change / 2, 9 * k->noise * k->noise);
    k->count++;
    k->noise = sqrt(k->square / k->count);
}

/* ---- a row ---- */

static void wander(work *k, size_t row)
{
    double memory = k->o->memory > 0 ? k->o->memory : MEMORY, step = k->o->wander * k->noise, *d = column(k, k->p);
    for (size_t i = 0; i < k->n; i++)
        d[i] = memory * d[i] + (ensemble(k) ? step * random_normal(k->f->o.seed, row, i, STREAM_WANDER) : 0);
    k->variance = memory * memory * k->variance + step * step;
}

static void foretell(work *k, size_t row, filter_row *r)
{
    const double *y = column(k, k->p + 1 + row - k->from), *d = column(k, k->p);
    for (size_t i = 0; i < k->n; i++)
        k->said[i] = y[i] + d[i];
    double own = ensemble(k) ? 0 : k->variance;
    r->forecast = filter_mean(&k->b, k->said);
    r->sd = sqrt(filter_variance(&k->b, k->said) + own + k->noise * k->noise);
}

/* Log likelihood of each particle with its offset left out by integration. */
static void likelihoods(work *k, double seen)
{
    double s2 = k->variance + k->noise * k->noise, *l = k->b.spare;
    for (size_t i = 0; i < k->n; i++) {
        double off = seen - k->said[i];
        l[i] = -0.5 * (log(2 * M_PI * s2) + off * off / s2);
    }
}

/* Particles that would count if they were weighed by this share of the likelihood. */
static double left_by(const work *k, double share)
{
    const double *l = k->b.spare;
    double top = -INFINITY, sum = 0, square = 0;
    for (size_t i = 0; i < k->n; i++)
        top = l[i] > top ? l[i] : top;
    for (size_t i = 0; i < k->n; i++) {
        double v = l[i] <= top ? k->b.w[i] * exp(share * (l[i] - top)) : 0;
        sum += v;
        square += v * v;
    }
    return sum > 0 ? sum * sum / square : 0;
}

/* The law anew where particles moved; what each says of the row. */
static int say_again(work *k, size_t row)
{
    int rc = run_law(k);
    if (rc)
        return rc;
    take_block(k, row);
    const double *y = column(k, k->p + 1), *d = column(k, k->p);
    for (size_t i = 0; i < k->n; i++)
        k->said[i] = y[i] + d[i];
    return E_OK;
}

/* Weighed in as many parts as it takes that more than a few particles count behind each (Neal 2001): a first value far
 * from all priors would leave one, and all that are drawn from one are alike for ever.  Then each offset by its own
 * Kalman step. */
static int weigh(work *k, size_t row, double seen)
{
    double left = 1, *l = k->b.spare;
    while (left > 0) {
        double share = left, below = 0;
        likelihoods(k, seen);
        if (left_by(k, left) < FEW * (double)k->n)
            for (int i = 0; i < 40; i++) {
                double mid = (below + share) / 2, *end = left_by(k, mid) < HALF * (double)k->n ? &share : &below;
                *end = mid;
            }
        share = fmax(share, left / PARTS);
        for (size_t i = 0; share != 1 && i < k->n; i++)
            l[i] *= share;
        if (!filter_weigh(&k->b, l))
            return fail(k->w, E_SOLVE, "no particle can say %g: more of them, or wider priors (KEY~MEAN+-SD)", seen);
        left = share < left ? left - share : 0;
        if (left > 0 && filter_resample(&k->b, 2, k->p)) {
            int rc = say_again(k, row);
            if (rc)
                return rc;
        }
    }
    double gain = k->variance / (k->variance + k->noise * k->noise), *d = column(k, k->p);
    for (size_t i = 0; i < k->n; i++)
        d[i] += gain * (seen - k->said[i]);
    k->variance *= 1 - gain;
    return E_OK;
}

static int meet(work *k, size_t row, double seen)
{
    if (ensemble(k)) {
        filter_ensemble(&k->b, k->said, seen, k->noise);
        return E_OK;
    }
    int rc = weigh(k, row, seen);
    if (rc || !filter_resample(&k->b, HALF, k->p))
        return rc;
    rc = run_law(k);
    if (!rc)
        take_block(k, row);
    return rc;
}

static void tell(work *k, filter_row *r)
{
    static const double share[3] = { 0.05, 0.5, 0.95 };
    for (size_t j = 0; j < k->p; j++)
        for (size_t q = 0; q < 3; q++)
            r->value[j][q] = fit_outside(&k->f->param[j], filter_quantile(&k->b, column(k, j), share[q]));
    r->ess = ensemble(k) ? (double)k->n : k->b.ess;
}

/* Lanes as often as they weigh, once the last row that is fitted to was seen. */
static void hand_over(work *k, size_t row)
{
    const fit_options *o = &k->f->o;
    double x[FIT_PARAMS], sum = 0;
    if (!o->sample || !k->l.n || row != k->l.pick[k->l.n - 1])
        return;
    for (size_t i = 0, at = 0; i < k->n; i++) {
        double want = ((double)i + 0.5) / (double)k->n;
        while (at + 1 < k->n && sum + k->b.w[at] < want)
            sum += k->b.w[at++];
        for (size_t j = 0; j < k->p; j++) {
            x[j] = column(k, j)[at];
            inside(&k->f->param[j], &x[j]);
        }
        o->sample(o->sample_ctx, k->out->cell, x);
    }
}

static int all_rows(work *k)
{
    filter_course *out = k->out;
    double square = 0, naive = 0, last = NAN;
    size_t nnaive = 0;
    int rc = E_OK;
    for (size_t row = 0; row < k->l.nall && !rc; row++) {
        filter_row *r = &out->row[row];
        *r = (filter_row){ .cycle = (int64_t)k->l.clock[row], .seen = k->l.seen[row] };
        if (row >= k->from + k->block || row == 0) {
            rc = row && !ensemble(k) ? E_OK : run_law(k);
            take_block(k, row);
        }
        wander(k, row);
        foretell(k, row, r);
        if (!rc && isfinite(r->seen) && isfinite(r->forecast)) {
            double off = r->seen - r->forecast, change = r->seen - last;
            square += off * off;
            out->known++;
            out->inside += fabs(off) <= Z90 * r->sd;
            if (isfinite(last)) {
                naive += (r->seen - last) * (r->seen - last);
                nnaive++;
            }
            last = r->seen;
            rc = meet(k, row, r->seen);
            learn_noise(k, change);
        }
        tell(k, r);
        if (!rc)
            hand_over(k, row);
    }
    out->n = k->l.nall;
    out->rmse = sqrt(square / (double)out->known);
    out->persistence = sqrt(naive / (double)nnaive);
    out->inside /= (double)out->known;
    out->evidence = k->b.evidence;
    out->resampled = k->b.resampled;
    out->noise = k->noise;
    return rc;
}

static int open_all(work *k)
{
    k->p = k->f->nparam;
    k->n = k->o->particles ? k->o->particles : USUAL;
    k->block = ensemble(k) ? (k->l.nall + RUNS - 1) / RUNS : AHEAD;
    k->block = k->block > AHEAD ? AHEAD : k->block;
    int rc = filter_open(k->n, k->p + 1 + k->block, k->f->o.seed, &k->b, k->w);
    k->x = mem_zero(k->n * k->p + 1, sizeof *k->x);
    k->y = mem_zero(k->n * k->l.nall + 1, sizeof *k->y);
    k->said = mem_zero(k->n, sizeof *k->said);
    k->out->row = mem_zero(k->l.nall + 1, sizeof *k->out->row);
    if (!rc && (!k->x || !k->y || !k->said || !k->out->row))
        rc = fail(k->w, E_NOMEM, "no memory for %zu particles over %zu rows", k->n, k->l.nall);
    k->noise = k->o->noise > 0 ? k->o->noise : first_noise(k);
    k->count = PRIOR_ROWS;
    k->square = k->count * k->noise * k->noise;
    return rc;
}

int filter_law(fit *f, int64_t cell, const filter_options *o, filter_course *out, why *w)
{
    work *k = mem_zero(1, sizeof *k);
    *out = (filter_course){ .cell = f->rows.name[cell] };
    if (!k)
        return fail(w, E_NOMEM, "no memory for a filter");
    *k = (work){ .f = f, .o = o, .out = out, .w = w };
    int rc = f->nparam ? fit_law_open(f, cell, &k->l, w) : fail(w, E_INPUT, "nothing to fit: name a parameter");
    if (!rc && (f->nparam > FILTER_DIMS - AHEAD - 1))
        rc = fail(w, E_INPUT, "at most %d parameters learn at once", FILTER_DIMS - AHEAD - 1);
    rc = rc ? rc : open_all(k);
    if (!rc) {
        believe_first(k);
        rc = all_rows(k);
    }
    fit_law_close(&k->l);
    filter_close(&k->b);
    free(k->x);
    free(k->y);
    free(k->said);
    free(k);
    return rc;
}

void filter_course_free(filter_course *c)
{
    free(c->row);
    *c = (filter_course){ 0 };
}
