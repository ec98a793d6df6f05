/* SPDX-License-Identifier: MIT
 * forecast_error.c - how wrong a fitted law may be where a cell's own rows cannot tell: see discrepancy.h.
 */
#include "core/study/forecast_inside.h"
#include <math.h>
#include <string.h>

#define Z95 1.6448536269514722                    /* standard normal, 95 % */

bool forecast_error_is(const forecast_options *o, const char *target)
{
    return !o->raw && !o->no_error && strcmp(target, "capacity") == 0;
}

void forecast_error_fill(const forecast_options *o, const course *k, view *v)
{
    const discrepancy *e = o->error ? o->error : &discrepancy_shipped;
    if (!forecast_error_is(o, k->f.o.target))
        return;
    for (size_t r = v->known; r < v->n; r++) {
        double ahead = (double)(r - v->known + 1) / (double)v->known;
        discrepancy_half(e, v->middle[0], v->middle[v->known - 1], v->middle[r], ahead, &v->wrong_down[r],
                         &v->wrong_up[r]);
    }
}

void forecast_error_learn(course *k, const view *v)
{
    discrepancy_risen rows = { 0 };
    double last = -INFINITY, down, up;
    for (size_t r = v->known; r < k->n; r++) {
        double ahead = (double)(r - v->known + 1) / (double)v->known, x = log(ahead);
        double off = k->seen[r] - v->middle[r] - v->correction[r];
        if (!isfinite(off) || x - last < DISCREPANCY_THIN)
            continue;
        last = x;
        discrepancy_scale(v->middle[0], v->middle[v->known - 1], v->middle[r], &down, &up);
        discrepancy_risen_add(&rows, off, up, ahead);
    }
    discrepancy_risen_end(&rows, &k->risen);
}

void forecast_error_rise(const course *k, view *v)
{
    double factor = discrepancy_risen_factor(&k->risen);
    for (size_t r = v->known; r < v->n; r++)
        v->wrong_up[r] *= factor;
}

double forecast_error_variance(const view *v, size_t row)
{
    double sd = (v->wrong_down[row] + v->wrong_up[row]) / 2 / Z95;
    return sd * sd;
}
