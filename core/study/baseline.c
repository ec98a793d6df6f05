/* SPDX-License-Identifier: MIT
 * baseline.c - naive forecasts, one lane at a time.
 */
#include "core/study/baseline.h"

#include <math.h>

void baseline_add(baseline *b, double x, double y)
{
    if (!isfinite(x) || !isfinite(y))
        return;
    if (b->n++ == 0) {
        b->first = y;
        b->first_x = x;
    }
    b->last = y;
    b->last_x = x;
    double dx = x - b->mean_x;
    b->mean_x += dx / (double)b->n;
    b->mean_y += (y - b->mean_y) / (double)b->n;
    b->sxx += dx * (x - b->mean_x);
    b->sxy += dx * (y - b->mean_y);
}

double baseline_persistence(const baseline *b)
{
    return b->n ? b->last : NAN;
}

double baseline_drift(const baseline *b, double x)
{
    double span = b->last_x - b->first_x;
    if (!(span > 0))
        return baseline_persistence(b);
    return b->last + (x - b->last_x) * (b->last - b->first) / span;
}

double baseline_line(const baseline *b, double x)
{
    if (!b->n)
        return NAN;
    return b->sxx > 0 ? b->mean_y + (x - b->mean_x) * b->sxy / b->sxx : b->mean_y;
}
