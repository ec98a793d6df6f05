/* SPDX-License-Identifier: MIT
 * curve.c - the material's functions over many surfaces at once.
 */
#include "dfn.h"

LANES_WIDE static void cubic(const porous_curve *c, uint32_t n, const double *restrict x, double *restrict y,
                             double *restrict dy)
{
    const double lo = c->lo, hi = c->hi, per = c->per, *a = c->cell;
    const int32_t last = (int32_t)c->n - 1;
    for (uint32_t i = 0; i < n; i++) {
        double at = x[i] > lo ? x[i] : lo;
        at = at < hi ? at : hi;
        double t = (at - lo) * per;
        int32_t k = (int32_t)t;
        k = k < last ? k : last;
        double u = t - k, a0 = a[4 * k], a1 = a[4 * k + 1], a2 = a[4 * k + 2], a3 = a[4 * k + 3];
        double d = (a1 + u * (2 * a2 + u * 3 * a3)) * per;
        dy[i] = d;
        y[i] = a0 + u * (a1 + u * (a2 + u * a3)) + d * (x[i] - at);
    }
}

LANES_WIDE static void lines(const porous_curve *c, uint32_t n, const double *restrict x, double *restrict y,
                             double *restrict dy)
{
    const double lo = c->lo, hi = c->hi, per = c->per, *a = c->cell;
    const int32_t last = (int32_t)c->n - 1;
    for (uint32_t i = 0; i < n; i++) {
        double at = x[i] > lo ? x[i] : lo;
        at = at < hi ? at : hi;
        int32_t k = (int32_t)((at - lo) * per);
        k = k < last ? k : last;
        double d = x[i] - a[4 * k], s = d < 0 ? a[4 * k + 2] : a[4 * k + 3];
        dy[i] = s;
        y[i] = a[4 * k + 1] + d * s;
    }
}

void dfn_curve(const porous_curve *c, uint32_t n, const double *x, double *y, double *dy)
{
    (c->knots ? lines : cubic)(c, n, x, y, dy);
}
