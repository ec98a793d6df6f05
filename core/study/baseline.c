/* SPDX-License-Identifier: MIT
 * baseline.c - persistence, drift and the straight line.
 */
#include "core/study/baseline.h"
#include <math.h>

void baseline_add(baseline *b, double row, double value)
{
    if (isnan(value))
        return;
    if (b->n == 0) {
        b->first = value;
        b->first_row = row;
    }
    b->n++;
    b->last = value;
    b->last_row = row;
    double dx = row - b->mx;
    b->mx += dx / (double)b->n;
    b->my += (value - b->my) / (double)b->n;
    b->sxx += dx * (row - b->mx);
    b->sxy += dx * (value - b->my);
}

double baseline_persistence(const baseline *b) { return b->n ? b->last : NAN; }

double baseline_drift(const baseline *b, double row)
{
    double span = b->last_row - b->first_row;
    return span > 0 ? b->last + (row - b->last_row) * (b->last - b->first) / span : baseline_persistence(b);
}

double baseline_line(const baseline *b, double row)
{
    return b->sxx > 0 ? b->my + (row - b->mx) * b->sxy / b->sxx : baseline_persistence(b);
}
