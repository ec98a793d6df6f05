/* SPDX-License-Identifier: MIT
 * vmath_special.c - the values that columns of vmath leave to one at a time, as C11 annex F has them.
 */
#include "core/base/vmath_inside.h"
#include <math.h>
#include <stdbool.h>

double vmath_special_expm1(double x)
{
    return isnan(x) ? x + x : vmath_exp1(x);            /* the 1 is far below the last bit */
}

double vmath_special_log(double x)
{
    if (x > 0 && x < 1)
        return vmath_denormal_log(x);
    if (isnan(x) || x > 0)
        return x + x;
    return x == 0 ? -INFINITY : (double)NAN;
}

double vmath_special_log1p(double x)
{
    if (isnan(x))
        return x + x;
    if (x > 0)
        return vmath_log1(x);
    return x == -1 ? -INFINITY : (double)NAN;
}

double vmath_special_asinh(double x)
{
    return x + x;
}

static bool is_whole(double p)
{
    return fabs(p) >= 0x1p53 || p == (double)(int64_t)p;
}

static bool is_odd(double p)
{
    return fabs(p) < 0x1p53 && p == (double)(int64_t)p && ((int64_t)p & 1);
}

double vmath_special_pow(double x, double p)
{
    if (p == 0 || x == 1)
        return 1;
    if (isnan(x) || isnan(p))
        return x + p;
    double a = fabs(x);
    bool minus = signbit(x) && is_odd(p);
    if (a == 0 || isinf(a) || fabs(p) >= 0x1p64) {
        if (a == 1)
            return 1;
        double r = (a > 1) == (p > 0) ? INFINITY : 0;
        return minus ? -r : r;
    }
    if (!is_whole(p))
        return NAN;
    double r = vmath_pow1(a, p);
    return minus ? -r : r;
}
