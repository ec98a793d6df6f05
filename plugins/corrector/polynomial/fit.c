/* SPDX-License-Identifier: MIT
 * fit.c - a polynomial by penalised least squares on its standardised products.
 *
 * A feature's 1st and 99th percentile go to -1 and 1, so that one wild row does not squeeze the others together; what
 * lies further out than the reach is held there in training as in use.
 */
#include "polynomial.h"
#include "../common_penalty.h"
#include <stdlib.h>

static const double TAIL = 0.01;

typedef struct fit {
    poly *q;
    const fade_table *t;
    double sum, centre, *at, *term;               /* weights; mean target; t and products of a row */
    penalty s;
} fit;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear between neighbours, as numpy's default. */
static double quantile(const double *x, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t k = (size_t)at;
    return k + 1 < n ? x[k] + (at - (double)k) * (x[k + 1] - x[k]) : x[n - 1];
}

/* Centre and half width of feature j's known values, which need room for all rows. */
static void widths(fit *f, uint32_t j, double *room)
{
    poly *q = f->q;
    size_t n = 0;
    for (uint64_t i = 0; i < f->t->n; i++)
        if (features_weight(f->t, i) > 0 && isfinite(f->t->col[j][i]))
            room[n++] = f->t->col[j][i];
    q->centre[j] = q->f.mean[j];
    q->half[j] = q->f.scale[j];
    if (!(q->f.varied[j] > 0))
        return;
    qsort(room, n, sizeof *room, by_value);
    double low = quantile(room, n, TAIL), high = quantile(room, n, 1 - TAIL);
    if (!(high - low > 1e-3 * q->f.scale[j])) {   /* nearly all are alike: the ends */
        low = q->f.low[j];
        high = q->f.high[j];
    }
    q->centre[j] = 0.5 * (low + high);
    q->half[j] = 0.5 * (high - low);
}

double poly_t(const poly *q, uint32_t j, double x)
{
    double known = isfinite(x) ? x : q->f.mean[j];
    return q->f.varied[j] > 0 ? (known - q->centre[j]) / q->half[j] : 0;
}

/* Products of row i in term[] */
static void products(fit *f, uint64_t i)
{
    poly *q = f->q;
    double most = 1 + q->s.reach;
    for (uint32_t j = 0; j < q->f.p; j++)
        f->at[j] = fmin(most, fmax(-most, poly_t(q, j, f->t->col[j][i])));
    poly_products(q, 1, f->at, f->term);
}

static void row(fit *f, uint64_t i)
{
    products(f, i);
    for (uint32_t k = 0; k < f->q->terms; k++)
        f->s.z[k] = (f->term[k] - f->q->mean[k]) * f->q->per[k];
}

/* The target's mean, the products' means and deviations.  Weights are scaled to sum to the number of rows. */
static int32_t gather(fit *f)
{
    poly *q = f->q;
    double m2 = 0, *square = f->s.d;
    char text[120];
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = features_weight(f->t, i), by = f->t->target[i] - f->centre;
        if (!(w > 0))
            continue;
        q->s.rows++;
        f->sum += w;
        f->centre += by * w / f->sum;
        m2 += w * by * (f->t->target[i] - f->centre);
        products(f, i);
        for (uint32_t k = 0; k < q->terms; k++) {
            by = f->term[k] - q->mean[k];
            q->mean[k] += by * w / f->sum;
            square[k] += w * by * (f->term[k] - q->mean[k]);
        }
    }
    snprintf(text, sizeof text, "%llu of %llu rows have a known target and a weight, polynomial needs 3 or more",
             (unsigned long long)q->s.rows, (unsigned long long)f->t->n);
    if (q->s.rows < 3 || !isfinite(m2))
        return features_say(q->host, FADE_EINVAL, text);
    for (uint32_t k = 0; k < q->terms; k++) {
        double sd = sqrt(square[k] / f->sum);
        q->per[k] = sd > 1e-10 ? 1 / sd : 0;
        square[k] = 0;
    }
    f->sum /= (double)q->s.rows;
    f->s.yy = m2 / f->sum;
    f->s.rows = q->s.rows;
    return FADE_OK;
}

static int32_t gram(fit *f)
{
    const fade_host *h = f->q->host;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = features_weight(f->t, i) / f->sum;
        if (h->progress && i % 16384 == 0 && h->progress(h, 0.5 * (double)i / (double)f->t->n, "train") == FADE_ECANCEL)
            return FADE_ECANCEL;
        if (!(w > 0))
            continue;
        row(f, i);
        penalty_add(&f->s, w, f->t->target[i] - f->centre);
    }
    return FADE_OK;
}

/* noise^2 = mean of e * e_loo = e^2 / (1 - h) */
static int32_t noise(fit *f)
{
    poly *q = f->q;
    double sum = 0;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = features_weight(f->t, i) / f->sum;
        if (!(w > 0))
            continue;
        row(f, i);
        double h = q->s.share, e = f->t->target[i] - q->s.intercept;
        for (uint32_t k = 0; k <= q->terms; k++) {
            double u = 0;
            for (uint32_t j = 0; j < q->terms; j++)
                u += q->w[k * (size_t)q->terms + j] * f->s.z[j];
            if (k)
                h += u * u;
            else
                e -= u;
        }
        sum += w * e * e / fmax(1 - w * h, 1e-3);
    }
    q->s.noise = sqrt(sum / (double)q->s.rows);
    return isfinite(q->s.noise) && isfinite(q->s.intercept)
               ? FADE_OK
               : features_say(q->host, FADE_ESOLVE, "the fit is no finite number: targets or features are too large");
}

static int32_t solve(fit *f, double lambda)
{
    poly *q = f->q;
    int32_t rc = gather(f);
    rc = rc ? rc : gram(f);
    rc = rc ? rc : penalty_decompose(&f->s, q->host);
    if (rc)
        return rc;
    q->s.lambda = isnan(lambda) ? penalty_choose(&f->s) : lambda;
    penalty_weights(&f->s, q->s.lambda, q->w);
    q->s.intercept = f->centre;
    q->s.share = 1 / (double)q->s.rows;
    return noise(f);
}

int32_t poly_fit(poly *q, const fade_table *t, double lambda)
{
    double *block = calloc(penalty_room(q->terms) + q->f.p + q->terms, sizeof *block),
           *room = calloc(t->n + 1, sizeof *room);
    fit f = { .q = q, .t = t };
    int32_t rc = block && room ? FADE_OK : features_say(q->host, FADE_ENOMEM, "no memory to fit a polynomial");
    if (!rc) {
        penalty_place(&f.s, block, q->terms);
        f.at = block + penalty_room(q->terms);
        f.term = f.at + q->f.p;
        features_measure(&q->f, t);
        for (uint32_t j = 0; j < q->f.p; j++)
            widths(&f, j, room);
        rc = solve(&f, lambda);
    }
    free(block);
    free(room);
    return rc;
}
