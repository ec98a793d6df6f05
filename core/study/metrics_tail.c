/* SPDX-License-Identifier: MIT
 * metrics_tail.c - tails of the distributions that tests look up.
 *
 * The chi-square tail is the upper incomplete gamma function Q(k/2, x/2): a series below its shoulder, a continued
 * fraction (Lentz) above it.
 */
#include "core/study/metrics_tail.h"

#include <math.h>

enum { TERMS = 10000 };
static const double LAST_BIT = 1e-16, TINY = 1e-300;

static double lower_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < TERMS && fabs(term) > fabs(sum) * LAST_BIT; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

static double upper_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int i = 1; i < TERMS; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        h *= d * c;
        if (fabs(d * c - 1) < LAST_BIT)
            break;
    }
    return h * exp(a * log(x) - x - lgamma(a));
}

double metrics_tail_chi2(double x, double freedom)
{
    double a = freedom / 2, h = x / 2;
    if (isnan(x) || !(freedom > 0))
        return NAN;
    if (!(h > 0))
        return 1;
    return h < a + 1 ? 1 - lower_series(a, h) : upper_fraction(a, h);
}

double metrics_tail_kolmogorov(double x)
{
    double sum = 0, pi = acos(-1);
    if (isnan(x))
        return NAN;
    if (x < 1) {                                  /* the dual series converges there */
        for (int k = 1; k < 100 && x > 0; k++)
            sum += exp(-pow((2 * k - 1) * pi / x, 2) / 8);
        return 1 - (x > 0 ? sqrt(2 * pi) / x * sum : 0);
    }
    for (int k = 1; k < 100; k++)
        sum += (k % 2 ? 2 : -2) * exp(-2 * pow(k * x, 2));
    return sum;
}

double metrics_normal_cdf(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}
