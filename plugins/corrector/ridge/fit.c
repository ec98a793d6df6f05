/* SPDX-License-Identifier: MIT
 * fit.c - ridge regression on standardised features, by the eigenvectors of their Gram matrix.
 *
 * With Z'Z = V diag(d) V' every lambda costs p operations, so generalised cross-validation walks a grid for nothing:
 *   GCV(lambda) = n RSS / (n - df)^2,   df = 1 + sum d / (d + lambda)
 * Leave-one-out residuals are e / (1 - h) in closed form; their product with e estimates the noise without bias by the
 * fit.
 */
#include "ridge.h"
#include <lapacke.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some BLAS come with threads of their own; the host's rule is one. */
extern void openblas_set_num_threads(int) __attribute__((weak));

typedef struct fit {
    ridge *r;
    const fade_table *t;
    double sum, centre, yy;       /* of weights; mean target; weighted squares about it */
    double *z, *b, *G, *d, *work; /* p, p, p * p (then eigenvectors by column), p, 34 p */
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
        f->z[j] = r->varied[j] > 0 && isfinite(x) ? (x - r->mean[j]) / r->scale[j] : 0;
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
    f->yy = m2 / f->sum;
    for (uint32_t j = 0; j < r->p; j++)
        standardise(f, j);
    return FADE_OK;
}

/* G <- Z'WZ, b <- Z'W(y - centre) */
static int32_t gram(fit *f)
{
    const fade_host *h = f->r->host;
    uint32_t p = f->r->p;
    for (uint64_t i = 0; i < f->t->n; i++) {
        double w = weight(f->t, i) / f->sum;
        if (h->progress && i % 65536 == 0 && h->progress(h, 0.5 * (double)i / (double)f->t->n, "train") == FADE_ECANCEL)
            return FADE_ECANCEL;
        if (!(w > 0))
            continue;
        row(f, i);
        for (uint32_t j = 0; j < p; j++) {
            double wz = w * f->z[j];
            f->b[j] += wz * (f->t->target[i] - f->centre);
            for (uint32_t k = 0; k <= j; k++)
                f->G[k * (size_t)p + j] += wz * f->z[k];
        }
    }
    return FADE_OK;
}

/* G <- eigenvectors, d <- eigenvalues, b <- V'b */
static int32_t decompose(fit *f)
{
    lapack_int p = (lapack_int)f->r->p;
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    lapack_int rc = LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'L', p, f->G, p, f->d, f->work, 34 * p);
    if (rc != 0) {
        char text[100];
        snprintf(text, sizeof text, "the features' Gram matrix has no eigenvalues (dsyev gave %d)", (int)rc);
        return deny(f->r, FADE_ESOLVE, text);
    }
    memcpy(f->z, f->b, f->r->p * sizeof *f->b);
    for (lapack_int k = 0; k < p; k++) {
        f->b[k] = 0;
        f->d[k] = fmax(f->d[k], 0);
        for (lapack_int j = 0; j < p; j++)
            f->b[k] += f->G[k * p + j] * f->z[j];
    }
    return FADE_OK;
}

static double gcv(const fit *f, double lambda)
{
    double n = (double)f->r->rows, df = 1, rss = f->yy;
    for (uint32_t k = 0; k < f->r->p; k++) {
        double d = f->d[k] + lambda;
        df += f->d[k] / d;
        rss -= f->b[k] * f->b[k] * (f->d[k] + 2 * lambda) / (d * d);
    }
    return n - df > 0.5 ? n * fmax(rss, 0) / ((n - df) * (n - df)) : INFINITY;
}

/* Least GCV over lambda = rows * 1e-9 .. 1e3, four to a decade; of equals the larger. */
static double choose(const fit *f)
{
    double best = INFINITY, chosen = 0;
    for (int k = 48; k >= 0; k--) {
        double lambda = (double)f->r->rows * pow(10, -9 + 0.25 * k), score = gcv(f, lambda);
        if (score < best) {
            best = score;
            chosen = lambda;
        }
    }
    return chosen > 0 ? chosen : (double)f->r->rows * 1e3;
}

/* w: coefficients, then the rows whose squares add up to the leverage. */
static void weights(fit *f)
{
    ridge *r = f->r;
    uint32_t p = r->p;
    double least = 1e-13 * f->d[p - 1]; /* directions that data do not know, when lambda is 0 */
    memset(r->w, 0, (size_t)(1 + p) * p * sizeof *r->w);
    for (uint32_t k = 0; k < p; k++) {
        double d = f->d[k] + r->lambda;
        if (!(d > least))
            continue;
        for (uint32_t j = 0; j < p; j++) {
            double v = f->G[k * (size_t)p + j];
            r->w[j] += v * f->b[k] / d;
            r->w[(1 + k) * (size_t)p + j] = v / sqrt(d);
        }
    }
    r->intercept = f->centre;
    r->share = 1 / (double)r->rows;
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
                u += r->w[k * (size_t)p + j] * f->z[j];
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
    double *block = calloc((size_t)p * (p + 37), sizeof *block);
    if (!block)
        return deny(r, FADE_ENOMEM, "no memory to fit a ridge");
    fit f = { .r = r, .t = t, .z = block, .b = block + p, .d = block + 2 * (size_t)p, .work = block + 3 * (size_t)p };
    f.G = f.work + 34 * (size_t)p;
    int32_t rc = gather(&f);
    if (!rc)
        rc = gram(&f);
    if (!rc)
        rc = decompose(&f);
    if (!rc) {
        r->lambda = isnan(lambda) ? choose(&f) : lambda;
        weights(&f);
        rc = noise(&f);
    }
    free(block);
    return rc;
}
