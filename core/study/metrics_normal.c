/* SPDX-License-Identifier: MIT
 * metrics_normal.c - W and its p by Royston, Applied Statistics 44, 547 (1995), doi 10.2307/2986146.
 *
 *   W = (sum a_i x_(i))^2 / sum (x_i - mean)^2
 *   a: expected values of normal order statistics, made to fit at both ends by polynomials in 1/sqrt(n)
 *   p: log(1 - W) taken for normal from 12 numbers on, log(gamma - log(1 - W)) below, exact for three
 */
#include "core/study/metrics_normal.h"
#include "core/base/mem.h"
#include "core/study/design.h"

#include <math.h>
#include <stdlib.h>

static double polynomial(const double *c, int n, double x)
{
    double sum = 0;
    while (n-- > 0)
        sum = sum * x + c[n];
    return sum;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* a[n / 2]: of the least, the second, ..; those of the largest are their negatives. */
static void coefficients(double *a, size_t n)
{
    static const double last[] = { 0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056 };
    static const double next[] = { 0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633 };
    size_t half = n / 2, ends = n > 5 ? 2 : 1;
    double square = 0, per = 1 / sqrt((double)n), fit[2];
    if (n == 3) {
        a[0] = sqrt(0.5);
        return;
    }
    for (size_t i = 0; i < half; i++) {
        a[i] = design_normal(((double)i + 0.625) / ((double)n + 0.25));
        square += 2 * a[i] * a[i];
    }
    fit[0] = polynomial(last, 6, per) - a[0] / sqrt(square);
    fit[1] = polynomial(next, 6, per) - a[1] / sqrt(square);
    double left = square, share = 1;
    for (size_t i = 0; i < ends; i++) {
        left -= 2 * a[i] * a[i];
        share -= 2 * fit[i] * fit[i];
    }
    for (size_t i = 0; i < half; i++)
        a[i] = i < ends ? fit[i] : -a[i] / sqrt(left / share);
}

/* 1 - W of sorted x, which loses no digits where W is near 1; NaN: all alike. */
static double short_of_one(const double *x, const double *a, size_t n)
{
    double range = x[n - 1] - x[0], mean = 0, sax = 0, ssa = 0, ssx = 0;
    if (!(range > 1e-14 * fmax(fabs(x[0]), fabs(x[n - 1]))) || !isfinite(range))
        return NAN;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / range / (double)n;
    for (size_t i = 0; i < n; i++) {
        size_t j = n - 1 - i;
        double c = i < n / 2 ? -a[i] : j < n / 2 ? a[j] : 0, d = x[i] / range - mean;
        ssa += c * c;
        ssx += d * d;
        sax += c * d;
    }
    double both = sqrt(ssa * ssx);
    return (both - sax) * (both + sax) / (ssa * ssx);
}

static double chance(double rest, size_t n)
{
    static const double gamma[] = { -2.273, 0.459 }, mean_few[] = { 0.544, -0.39978, 0.025054, -6.714e-4 },
                        sd_few[] = { 1.3822, -0.77857, 0.062767, -0.0020322 },
                        mean_many[] = { -1.5861, -0.31082, -0.083751, 0.0038915 },
                        sd_many[] = { -0.4803, -0.082676, 0.0030302 };
    double y = log(rest), size = (double)n, at = log(size), mean, sd;
    if (n == 3)
        return fmax(0, 6 / M_PI * (asin(sqrt(1 - rest)) - asin(sqrt(0.75))));
    if (n <= 11) {
        double most = polynomial(gamma, 2, size);
        if (y >= most)
            return 1e-99;
        y = -log(most - y);
        mean = polynomial(mean_few, 4, size);
        sd = exp(polynomial(sd_few, 4, size));
    } else {
        mean = polynomial(mean_many, 4, at);
        sd = exp(polynomial(sd_many, 3, at));
    }
    return design_normal_cdf((mean - y) / sd);
}

int metrics_normal_shapiro(const double *v, size_t n, double *W, double *p, why *w)
{
    size_t known = 0;
    *W = *p = NAN;
    for (size_t i = 0; i < n; i++)
        known += isfinite(v[i]) ? 1 : 0;
    if (known < NORMAL_LEAST || known > NORMAL_MOST)
        return E_OK;
    double *x = mem_zero(known + known / 2, sizeof *x), *a = x + known;
    if (!x)
        return fail(w, E_NOMEM, "no memory to test %zu numbers", known);
    known = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]))
            x[known++] = v[i];
    qsort(x, known, sizeof *x, rising);
    coefficients(a, known);
    double rest = short_of_one(x, a, known);
    *W = 1 - rest;
    *p = isnan(rest) ? NAN : rest > 0 ? chance(rest, known) : 1;
    free(x);
    return E_OK;
}
