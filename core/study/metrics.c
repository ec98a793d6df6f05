/* SPDX-License-Identifier: MIT
 * metrics.c - errors of predictions, summed as they come.
 */
#include "core/study/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"

void metrics_add(metrics *m, double target, double predicted)
{
    double e = predicted - target;
    if (!isfinite(e)) { /* also where either side is no finite number */
        m->skipped++;
        return;
    }
    double size = fabs(e), both = fabs(target) + fabs(predicted);
    m->n++;
    m->abs += size;
    m->largest = fmax(m->largest, size);
    if (target != 0) {
        m->n_ape++;
        m->ape += size / fabs(target);
    }
    m->sape += both > 0 ? 2 * size / both : 0;
    double by = e - m->bias;
    m->bias += by / (double)m->n;
    m->m2 += by * (e - m->bias);
    by = target - m->mean_target;
    m->mean_target += by / (double)m->n;
    m->m2_target += by * (target - m->mean_target);
}

/* Chan's formula for the mean and the squares about it of two sets together. */
static void join(double *mean, double *m2, double na, double mean_b, double m2_b, double nb)
{
    double by = mean_b - *mean;
    *mean += by * nb / (na + nb);
    *m2 += m2_b + by * by * na * nb / (na + nb);
}

void metrics_merge(metrics *m, const metrics *b)
{
    m->skipped += b->skipped;
    if (b->n == 0)
        return;
    join(&m->bias, &m->m2, (double)m->n, b->bias, b->m2, (double)b->n);
    join(&m->mean_target, &m->m2_target, (double)m->n, b->mean_target, b->m2_target, (double)b->n);
    m->n += b->n;
    m->n_ape += b->n_ape;
    m->abs += b->abs;
    m->ape += b->ape;
    m->sape += b->sape;
    m->largest = fmax(m->largest, b->largest);
}

static double mean_of(double sum, uint64_t n)
{
    return n ? sum / (double)n : NAN;
}

double metrics_mse(const metrics *m)
{
    return m->n ? m->m2 / (double)m->n + m->bias * m->bias : NAN;
}

double metrics_rmse(const metrics *m)
{
    return sqrt(metrics_mse(m));
}

double metrics_mae(const metrics *m)
{
    return mean_of(m->abs, m->n);
}

double metrics_worst(const metrics *m)
{
    return m->n ? m->largest : NAN;
}

double metrics_bias(const metrics *m)
{
    return m->n ? m->bias : NAN;
}

double metrics_sd(const metrics *m)
{
    return m->n > 1 ? sqrt(m->m2 / (double)(m->n - 1)) : NAN;
}

double metrics_mape(const metrics *m)
{
    return 100 * mean_of(m->ape, m->n_ape);
}

double metrics_smape(const metrics *m)
{
    return 100 * mean_of(m->sape, m->n);
}

/* Rounding leaves a constant target with squares of the order of the last bit. */
double metrics_r2(const metrics *m)
{
    double n = (double)m->n, noise = n * m->mean_target * m->mean_target * 1e-30;
    return m->n && m->m2_target > noise ? 1 - metrics_mse(m) * n / m->m2_target : NAN;
}

int metrics_keep(metrics_kept *k, double target, double predicted, why *w)
{
    double e = fabs(predicted - target);
    if (!isfinite(e))
        return E_OK;
    if (k->n == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 64;
        double *at = mem_grow(k->at, cap, sizeof *at);
        if (!at)
            return fail(w, E_NOMEM, "no memory to keep %zu errors for a median", cap);
        k->at = at;
        k->cap = cap;
    }
    k->at[k->n++] = e;
    return E_OK;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double metrics_median(metrics_kept *k)
{
    if (k->n == 0)
        return NAN;
    qsort(k->at, k->n, sizeof *k->at, rising);
    return k->n % 2 ? k->at[k->n / 2] : k->at[k->n / 2 - 1] / 2 + k->at[k->n / 2] / 2;
}

void metrics_kept_free(metrics_kept *k)
{
    free(k->at);
    *k = (metrics_kept){ 0 };
}
