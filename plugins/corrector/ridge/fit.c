/* SPDX-License-Identifier: MIT
 * fit.c - ridge regression on standardised features.
 *
 * Leave-one-out residuals are e / (1 - h) in closed form; their product with e estimates the noise without bias by the
 * fit.
 */
#include "ridge.h"
#include "../common_penalty.h"
#include <stdlib.h>

typedef struct fit {
    ridge *r;
    const fade_table *t;
    double sum, centre; /* of weights; mean target */
    penalty s;
} fit;

static double weight(const fade_table *t, uint64_t i)
{
    double w = t->weight ? t->weight[i] : 1;
    return isfinite(t->target[i]) && w > 0 && w < INFINITY ? w : 0;
}

static int32_t deny(const ridge *r, int32_t code, const char *text)
{
    fade_say(r->host, 3, code, -1, text);
    return code;
}

/* Mean, scale and range of feature j over its known values. */
static void standardise(fit *f, uint32_t j)
{
    ridge *r = f->r;
    const double *x = f->t->col[j];
    double n = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = weight(f->t, i);
        if (!(w > 0) || !isfinite(x[i]))
            continue;
        n += w;
        double by = x[i] - mean;
        mean += by * w / n;
        m2 += w * by * (x[i] - mean);
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    double sd = n > 0 ? sqrt(m2 / n) : 0;
    r->varied[j] = sd > 1e-10 * fabs(mean) && sd > 1e-150 && sd < 1e150;
    r->mean[j] = n > 0 ? mean : 0;
    r->scale[j] = r->varied[j] > 0 ? sd : fmax(fabs(r->mean[j]), 1e-9);
    r->low[j] = n > 0 ? low : -1e300;
    r->high[j] = n > 0 ? high : 1e300;
}

static void row(const fit *f, uint64_t i)
{
    const ridge *r = f->r;
    for (uint32_t j = 0; j < r->p; j++) {
        double x = f->t->col[j][i];
        f->s.z[j] = r->varied[j] > 0 && isfinite(x) ? (x - r->mean[j]) / r->scale[j] : 0;
    }
}

/* Weights are scaled to sum to the number of rows: lambda and sigma keep their meaning. */
static int32_t gather(fit *f)
{
    ridge *r = f->r;
    double m2 = 0, by;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = weight(f->t, i);
        if (!(w > 0))
            continue;
        r->rows++;
        f->sum += w;
        by = f->t->target[i] - f->centre;
        f->centre += by * w / f->sum;
        m2 += w * by * (f->t->target[i] - f->centre);
    }
    if (r->rows < 3 || !isfinite(m2)) {
        char text[120];
        snprintf(text, sizeof text, "%llu of %llu rows have a known target and a weight, ridge needs 3 or more",
                 (unsigned long long)r->rows, (unsigned long long)f->t->n);
        return deny(r, FADE_EINVAL, text);
    }
    f->sum /= (double)r->rows;
    f->s.yy = m2 / f->sum;
    f->s.rows = r->rows;
    for (uint32_t j = 0; j < r->p; j++)
        standardise(f, j);
    return FADE_OK;
}

/* Z'WZ and Z'W(y - centre) */
static int32_t gram(fit *f)
{
    const fade_host *h = f->r->host;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = weight(f->t, i) / f->sum;
        if (h->progress && i % 65536 == 0 && h->progress(h, 0.5 * (double)i / (double)f->t->n, "train") == FADE_ECANCEL)
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
    ridge *r = f->r;
    double sum = 0;
    uint32_t p = r->p;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = weight(f->t, i) / f->sum;
        if (!(w > 0))
            continue;
        row(f, i);
        double h = r->share, e = f->t->target[i] - r->intercept;
        for (uint32_t k = 0; k <= p; k++) {
            double u = 0;
            for (uint32_t j = 0; j < p; j++)
                u += r->w[k * (size_t)p + j] * f->s.z[j];
            if (k)
                h += u * u;
            else
                e -= u;
        }
        sum += w * e * e / fmax(1 - w * h, 1e-3);
    }
    r->noise = sqrt(sum / (double)r->rows);
    return isfinite(r->noise) && isfinite(r->intercept)
               ? FADE_OK
               : deny(r, FADE_ESOLVE, "the fit is no finite number: targets or features are too large");
}

int32_t fit_ridge(ridge *r, const fade_table *t, double lambda)
{
    uint32_t p = r->p;
    double *block = calloc(penalty_room(p), sizeof *block);
    if (!block)
        return deny(r, FADE_ENOMEM, "no memory to fit a ridge");
    fit f = { .r = r, .t = t };
    penalty_place(&f.s, block, p);
    int32_t rc = gather(&f);
    if (!rc)
        rc = gram(&f);
    if (!rc)
        rc = penalty_decompose(&f.s, r->host);
    if (!rc) {
        r->lambda = isnan(lambda) ? penalty_choose(&f.s) : lambda;
        penalty_weights(&f.s, r->lambda, r->w);
        r->intercept = f.centre;
        r->share = 1 / (double)r->rows;
        rc = noise(&f);
    }
    free(block);
    return rc;
}
