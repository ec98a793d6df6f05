/* SPDX-License-Identifier: MIT
 * cycler_drive.c - drive cycles: the demand is linear between points; the model's steps end at the points.
 *
 * Over a step the model is given the mean demand, which of a current moves the exact charge; voltage and current at the
 * end of the step are observed under the demand there.
 */
#include "core/engine/cycler.h"
#include <math.h>

static double now(const lanerun *l) { return l->in_step - l->pass; }

/* Ends of the segment at hand; the one behind the last leads to the next pass. */
static void segment(const lanerun *l, double *t0, double *t1, double *y0, double *y1)
{
    const protocol_drive *d = l->s->drive;
    size_t a = l->point, b = a + 1 < d->n ? a + 1 : 0;
    *t0 = d->t[a];
    *t1 = b ? d->t[b] : d->t[a] + d->gap;
    *y0 = d->y[a];
    *y1 = d->y[b];
}

double cycler_drive_end(lanerun *l)
{
    double t0, t1, y0, y1;
    segment(l, &t0, &t1, &y0, &y1);
    return t1 - now(l);
}

double cycler_drive_at(const lanerun *l, double ahead)
{
    double t0, t1, y0, y1, at = now(l) + ahead;
    segment(l, &t0, &t1, &y0, &y1);
    double f = (at - t0) / (t1 - t0);
    return f >= 1 ? y1 : f <= 0 ? y0 : y0 + f * (y1 - y0);
}

void cycler_drive_on(lanerun *l)
{
    const protocol_drive *d = l->s->drive;
    while (cycler_drive_end(l) <= 1e-9) {
        if (l->point + 1 < d->n) {
            l->point++;
        } else {
            l->pass += d->t[d->n - 1] + d->gap;
            l->point = 0;
            l->tries = 0;
        }
    }
}
