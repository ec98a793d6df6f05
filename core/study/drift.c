/* SPDX-License-Identifier: MIT
 * drift.c - two samples side by side: Kolmogorov and Smirnov, population stability, and many p values at once.
 *
 * The exact p value counts, step by step, the paths of two sorted samples that stay closer than what was seen (Hodges
 * 1958; scaled as it goes, so nothing overflows); beyond DRIFT_EXACT pairs Kolmogorov's limit with Stephens' correction
 * (1970).
 */
#include "core/study/drift.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Known values, sorted; *n becomes their number. */
static double *sorted(const double *v, size_t *n)
{
    double *out = mem_zero(*n + 1, sizeof *out);
    size_t k = 0;
    for (size_t i = 0; i < *n && out; i++)
        if (isfinite(v[i]))
            out[k++] = v[i];
    *n = k;
    if (out)
        qsort(out, k, sizeof *out, rising);
    return out;
}

static void moments(const double *v, size_t n, double *mean, double *sd)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (v[i] - *mean) * (v[i] - *mean);
    *sd = n > 1 ? sqrt(square / ((double)n - 1)) : NAN;
}

static double distance(const double *a, size_t n, const double *b, size_t m)
{
    double far = 0;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        double v = fmin(a[i], b[j]);
        for (; i < n && a[i] <= v; i++) {}
        for (; j < m && b[j] <= v; j++) {}
        far = fmax(far, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return far;
}

static double limit(double d, double n, double m)
{
    double root = sqrt(n * m / (n + m)), x = (root + 0.12 + 0.11 / root) * d, sum = 0, sign = 2;
    if (x < 0.3)
        return 1;
    for (int k = 1; k <= 100; k++, sign = -sign)
        sum += sign * exp(-2 * k * k * x * x);
    return fmin(1, fmax(0, sum));
}

/* Chance of a distance of d or more: u is the chance that a path to (i, j) stayed inside. */
static double exact(double d, size_t n, size_t m, double *u)
{
    double q = (0.5 + floor(d * (double)n * (double)m - 1e-7)) / ((double)n * (double)m);
    for (size_t j = 0; j <= m; j++)
        u[j] = (double)j / (double)m > q ? 0 : 1;
    for (size_t i = 1; i <= n; i++) {
        double w = (double)i / (double)(i + m);
        u[0] = (double)i / (double)n > q ? 0 : w * u[0];
        for (size_t j = 1; j <= m; j++)
            u[j] = fabs((double)i / (double)n - (double)j / (double)m) > q ? 0 : w * u[j] + u[j - 1];
    }
    return fmin(1, fmax(0, 1 - u[m]));
}

/* Half a value is added to each bin, so that an empty one says something finite. */
static double stability(const double *a, size_t n, const double *b, size_t m)
{
    double psi = 0;
    size_t before_a = 0, before_b = 0;
    for (size_t k = 1; k <= DRIFT_BINS; k++) {
        size_t in_a = n, in_b = m;
        if (k < DRIFT_BINS) {
            double edge = a[k * n / DRIFT_BINS];
            for (in_a = before_a; in_a < n && a[in_a] < edge; in_a++) {}
            for (in_b = before_b; in_b < m && b[in_b] < edge; in_b++) {}
        }
        double p = ((double)(in_a - before_a) + 0.5) / ((double)n + 0.5 * DRIFT_BINS);
        double q = ((double)(in_b - before_b) + 0.5) / ((double)m + 0.5 * DRIFT_BINS);
        psi += (q - p) * log(q / p);
        before_a = in_a;
        before_b = in_b;
    }
    return psi;
}

int drift_compare(const double *reference, size_t n, const double *fresh, size_t m, drift_pair *out, why *w)
{
    const double chi95 = 16.918977604620448;      /* 95 % of chi squared with DRIFT_BINS - 1 degrees of freedom */
    double *a = sorted(reference, &n), *b = sorted(fresh, &m), *u = NULL;
    *out = (drift_pair){ n, m, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    int rc = a && b ? E_OK : fail(w, E_NOMEM, "no memory to compare %zu values", n + m);
    if (!rc && n > 1 && m > 1) {
        bool few = (double)n * (double)m <= DRIFT_EXACT;
        moments(a, n, &out->mean, &out->sd);
        moments(b, m, &out->new_mean, &out->new_sd);
        out->shift = out->sd > 0 ? (out->new_mean - out->mean) / out->sd : out->new_mean == out->mean ? 0 : INFINITY;
        out->ks = distance(a, n, b, m);
        out->psi = stability(a, n, b, m);
        out->psi_chance = chi95 * (1 / (double)n + 1 / (double)m);
        u = few ? mem_zero(m + 1, sizeof *u) : NULL;
        if (few && !u)
            rc = fail(w, E_NOMEM, "no memory to compare %zu values", n + m);
        else
            out->p = few ? exact(out->ks, n, m, u) : limit(out->ks, (double)n, (double)m);
    }
    free(a);
    free(b);
    free(u);
    return rc;
}

typedef struct ranked { double p; size_t at; } ranked;

static int by_p(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : (x->at > y->at) - (x->at < y->at);
}

int drift_adjust(double *p, size_t n, why *w)
{
    ranked *r = mem_zero(n + 1, sizeof *r);
    size_t k = 0;
    if (!r)
        return fail(w, E_NOMEM, "no memory for %zu p values", n);
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            r[k++] = (ranked){ p[i], i };
    qsort(r, k, sizeof *r, by_p);
    double least = 1;
    for (size_t i = k; i-- > 0;) {
        least = fmin(least, r[i].p * (double)k / (double)(i + 1));
        p[r[i].at] = least;
    }
    free(r);
    return E_OK;
}
