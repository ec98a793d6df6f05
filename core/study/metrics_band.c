/* SPDX-License-Identifier: MIT
 * metrics_band.c - coverage, width, CRPS and PIT of predicted bands and distributions.
 */
#include "core/study/metrics_band.h"
#include "core/study/metrics_tail.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void metrics_band_add(metrics_band *b, double target, double lower, double upper, double miss)
{
    if (!isfinite(target) || isnan(lower) || isnan(upper))
        return;
    double outside = fmax(0, lower - target) + fmax(0, target - upper);
    b->n++;
    b->below += target < lower;
    b->above += target > upper;
    b->width += upper - lower;
    b->interval += upper - lower + 2 / miss * outside;
}

void metrics_band_merge(metrics_band *b, const metrics_band *other)
{
    b->n += other->n;
    b->below += other->below;
    b->above += other->above;
    b->width += other->width;
    b->interval += other->interval;
}

double metrics_picp(const metrics_band *b)
{
    return b->n ? (double)(b->n - b->below - b->above) / (double)b->n : NAN;
}

double metrics_mpiw(const metrics_band *b)
{
    return b->n ? b->width / (double)b->n : NAN;
}

double metrics_interval_score(const metrics_band *b)
{
    return b->n ? b->interval / (double)b->n : NAN;
}

double metrics_crps_gauss(double target, double mean, double sd)
{
    static const double ROOT_PI = 1.7724538509055160273;
    if (!(sd > 0))
        return sd == 0 ? fabs(target - mean) : NAN;
    double z = (target - mean) / sd, density = exp(-z * z / 2) / (sqrt(2) * ROOT_PI);
    return sd * (z * (2 * metrics_normal_cdf(z) - 1) + 2 * density - 1 / ROOT_PI);
}

double metrics_crps_quantiles(double target, const double *level, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double from = i ? (level[i - 1] + level[i]) / 2 : 0, to = i + 1 < n ? (level[i] + level[i + 1]) / 2 : 1;
        double by = target - q[i], loss = by >= 0 ? level[i] * by : (level[i] - 1) * by;
        sum += 2 * (to - from) * loss;
    }
    return n ? sum : NAN;
}

double metrics_pit_gauss(double target, double mean, double sd)
{
    return sd > 0 ? metrics_normal_cdf((target - mean) / sd) : NAN;
}

double metrics_pit_quantiles(double target, const double *level, const double *q, size_t n)
{
    if (n == 0 || isnan(target))
        return NAN;
    if (target < q[0])
        return 0;
    for (size_t i = 1; i < n; i++)
        if (target < q[i])
            return level[i - 1] + (level[i] - level[i - 1]) * (target - q[i - 1]) / (q[i] - q[i - 1]);
    return target > q[n - 1] ? 1 : level[n - 1];
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : (x > y) - (x < y);
}

void metrics_pit_of(double *v, size_t n, metrics_pit *out)
{
    *out = (metrics_pit){ .chi2 = NAN, .chi2_p = NAN, .ks = NAN, .ks_p = NAN };
    qsort(v, n, sizeof *v, rising);
    while (n && isnan(v[n - 1]))
        n--;
    out->n = n;
    if (n == 0)
        return;
    double each = (double)n / PIT_BINS;
    out->chi2 = out->ks = 0;
    for (size_t i = 0; i < n; i++) {
        int at = (int)(v[i] * PIT_BINS);
        out->bin[at < 0 ? 0 : at >= PIT_BINS ? PIT_BINS - 1 : at]++;
        out->ks = fmax(out->ks, fmax((double)(i + 1) / (double)n - v[i], v[i] - (double)i / (double)n));
    }
    for (int i = 0; i < PIT_BINS; i++)
        out->chi2 += pow(out->bin[i] - each, 2) / each;
    out->chi2_p = metrics_tail_chi2(out->chi2, PIT_BINS - 1);
    out->ks_p = metrics_tail_kolmogorov(sqrt((double)n) * out->ks);
}

/* Mean of the rows' distribution functions at u; `upto`: with the steps that are at u. */
static double spread_to(const double *from, const double *to, size_t n, double u, bool upto)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(from[i]) && !isnan(to[i]))
            sum += to[i] > from[i] ? fmin(fmax((u - from[i]) / (to[i] - from[i]), 0), 1)
                                   : (double)(upto ? u >= from[i] : u > from[i]);
    return sum;
}

void metrics_pit_between(const double *from, const double *to, size_t n, metrics_pit *out)
{
    *out = (metrics_pit){ .chi2 = NAN, .chi2_p = NAN, .ks = NAN, .ks_p = NAN };
    for (size_t i = 0; i < n; i++)
        out->n += !isnan(from[i]) && !isnan(to[i]);
    double all = (double)out->n, last = 0;
    if (out->n == 0)
        return;
    for (int b = 0; b < PIT_BINS; b++) {
        double now = b + 1 < PIT_BINS ? spread_to(from, to, n, (double)(b + 1) / PIT_BINS, false) : all;
        out->bin[b] = now - last;
        last = now;
    }
    for (size_t i = 0, k = 0; i < 2 * n; i++, k = i / 2) { /* it bends or steps nowhere else */
        double u = i % 2 ? to[k] : from[k];
        if (isnan(from[k]) || isnan(to[k]))
            continue;
        out->ks = fmax(isnan(out->ks) ? 0 : out->ks, fmax(fabs(spread_to(from, to, n, u, true) / all - u),
                                                        fabs(spread_to(from, to, n, u, false) / all - u)));
    }
    out->ks_p = metrics_tail_kolmogorov((sqrt(all) + 0.12 + 0.11 / sqrt(all)) * out->ks);
}
