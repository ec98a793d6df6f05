/* SPDX-License-Identifier: MIT
 * metrics.c - sums of errors, and the figures they give.
 */
#include "core/study/metrics.h"
#include <math.h>

void metrics_add(metrics *m, double measured, double predicted)
{
    double e = predicted - measured;
    if (isnan(e)) {
        m->unknown++;
        return;
    }
    double away = measured - m->mean, both = fabs(measured) + fabs(predicted);
    m->n++;
    m->mean += away / (double)m->n;
    m->ss += away * (measured - m->mean);
    m->e += e;
    m->ee += e * e;
    m->ae += fabs(e);
    m->worst = fmax(m->worst, fabs(e));
    if (fabs(measured) > 0) {
        m->ape += fabs(e / measured);
        m->nmape++;
    }
    m->sape += both > 0 ? 2 * fabs(e) / both : 0;
    m->nsmape++;
}

static double mean_of(double sum, uint64_t n) { return n ? sum / (double)n : NAN; }

double metrics_mse(const metrics *m) { return mean_of(m->ee, m->n); }
double metrics_rmse(const metrics *m) { return sqrt(metrics_mse(m)); }
double metrics_mae(const metrics *m) { return mean_of(m->ae, m->n); }
double metrics_mape(const metrics *m) { return 100 * mean_of(m->ape, m->nmape); }
double metrics_smape(const metrics *m) { return 100 * mean_of(m->sape, m->nsmape); }
double metrics_bias(const metrics *m) { return mean_of(m->e, m->n); }
double metrics_worst(const metrics *m) { return m->n ? m->worst : NAN; }

double metrics_r2(const metrics *m)
{
    return m->n && m->ss > 0 ? 1 - m->ee / m->ss : NAN;
}

double metrics_sd(const metrics *m)
{
    double bias = metrics_bias(m), v = metrics_mse(m) - bias * bias;
    return m->n ? sqrt(fmax(0, v)) : NAN;
}
