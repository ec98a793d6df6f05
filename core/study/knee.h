/* SPDX-License-Identifier: MIT
 * knee.h - the knee of a fade curve, from which it falls faster: by two lines (Bacon-Watts) and by the distance from the chord (Kneedle).
 *
 * Bacon-Watts, after Fermin-Cueto et al., Energy and AI 1, 100006 (2020), eq. 1:
 *     y = b0 + b1 (x - x1) + b2 (x - x1) tanh((x - x1) / gamma),
 * b0, b1, b2 by least squares for each x1, x1 where the squares are least over the middle 90 % of x; gamma is small and fixed, as there.
 * The knee must be earned: by the Bayesian information criterion the model must beat a straight line, which has no knee, and a parabola,
 * which has none at any place of its own; and the second line must be the steeper one.
 *
 * Kneedle, after Satopaa, Albrecht, Irwin, Raghavan, ICDCS Workshops 2011, 166-171: smoothed (local lines over 5 % of the points), laid into
 * the unit square, and the point farthest from the line between its ends, which stands for the greatest curvature.
 */
#ifndef FADE_STUDY_KNEE_H
#define FADE_STUDY_KNEE_H
#include "core/base/why.h"
#include <stddef.h>

enum { KNEE_LEAST = 12 };                         /* points with fewer have no knee that could be told */

typedef struct knee {
    double      x, y;                             /* NaN: none, and `reason` says why */
    double      lower, upper;                     /* 95 % of x by the likelihood's profile, for errors that are independent; NaN (Kneedle) */
    double      before, after;                    /* slopes of the two lines; of Kneedle: of the chords on its sides */
    const char *reason;                           /* NULL where there is one; a static clause, "the fade slows down" */
} knee;

/* x rises; points with an unknown side are left out, many are averaged first.  E_NOMEM. */
int knee_bacon_watts(const double *x, const double *y, size_t n, knee *out, why *w);
int knee_kneedle(const double *x, const double *y, size_t n, knee *out, why *w);
#endif
