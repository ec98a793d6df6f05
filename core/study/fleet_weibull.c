/* SPDX-License-Identifier: MIT
 * fleet_weibull.c - the Weibull distribution that makes a fleet's lives likeliest, censored ones among them.
 *
 * With u = ln t the shape k solves  sum t^k u / sum t^k - 1/k = mean of u over the lives that ended,  whose left side
 * rises with k; then scale^k = sum t^k / (lives that ended).  Sums run over all lives, centred so that none overflows.
 */
#include "core/study/fleet.h"
#include <math.h>

enum { HALVINGS = 200 };
static const double MOST_SHAPE = 1e4;                   /* steeper: all lives are as good as equal */

typedef struct sums { double most, ended, mean; size_t n; } sums;   /* the largest u; lives that ended, their mean u */

static bool counts(double t)
{
    return isfinite(t) && t > 0;
}

static sums add_up(const double *at, const bool *ended, size_t n)
{
    sums s = { .most = -INFINITY };
    for (size_t i = 0; i < n; i++) {
        if (!counts(at[i]))
            continue;
        double u = log(at[i]);
        s.n++;
        s.most = fmax(s.most, u);
        if (ended[i]) {
            s.ended++;
            s.mean += u;
        }
    }
    s.mean /= s.ended;
    return s;
}

/* weight <- sum (t/most)^k; returns the mean of u by these weights. */
static double weigh(const double *at, size_t n, const sums *s, double k, double *weight)
{
    double mean = 0;
    *weight = 0;
    for (size_t i = 0; i < n; i++)
        if (counts(at[i])) {
            double u = log(at[i]), e = exp(k * (u - s->most));
            *weight += e;
            mean += e * u;
        }
    return mean / *weight;
}

static double find_shape(const double *at, size_t n, const sums *s)
{
    double lo = 1e-4, hi = MOST_SHAPE, weight;
    for (int i = 0; i < HALVINGS && hi > lo * (1 + 1e-14); i++) {
        double k = sqrt(lo * hi);
        *(weigh(at, n, s, k, &weight) - 1 / k < s->mean ? &lo : &hi) = k;
    }
    return sqrt(lo * hi);
}

/* The information of a = ln shape and b = ln scale, turned into intervals. */
static void intervals(const double *at, const bool *ended, size_t n, fleet_weibull *f)
{
    const double z95 = 1.959963984540054;
    double aa = 0, ab = 0, bb = 0, k = f->shape;
    for (size_t i = 0; i < n; i++) {
        if (!counts(at[i]))
            continue;
        double z = log(at[i] / f->scale), e = exp(k * z), d = ended[i];
        aa += (k * z + k * k * z * z) * e - d * k * z;
        ab -= k * ((1 + k * z) * e - d);
        bb += k * k * e;
    }
    double det = aa * bb - ab * ab, da = exp(z95 * sqrt(bb / det)), db = exp(z95 * sqrt(aa / det));
    f->shape_lower = f->shape / da;
    f->shape_upper = f->shape * da;
    f->scale_lower = f->scale / db;
    f->scale_upper = f->scale * db;
}

fleet_weibull fleet_fit_weibull(const double *at, const bool *ended, size_t n)
{
    fleet_weibull f = { NAN, NAN, NAN, NAN, NAN, NAN, NULL };
    sums s = add_up(at, ended, n);
    double weight, shape = s.ended >= 2 ? find_shape(at, n, &s) : NAN;
    f.reason = s.ended < 2                   ? "fewer than two lives have ended"
               : shape > 0.99 * MOST_SHAPE ? "all lives are alike"
                                           : NULL;
    if (f.reason)
        return f;
    weigh(at, n, &s, shape, &weight);
    f.shape = shape;
    f.scale = exp(s.most + log(weight / s.ended) / shape);
    intervals(at, ended, n, &f);
    return f;
}

double fleet_weibull_percentile(const fleet_weibull *f, double p)
{
    return f->scale * pow(-log1p(-p), 1 / f->shape);
}
