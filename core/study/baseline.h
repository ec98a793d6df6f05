/* SPDX-License-Identifier: MIT
 * baseline.h - the forecasts a model must beat: what was last, and where that was going.
 *
 * Plain data, fed with the known values of one cell; row numbers rise.
 */
#ifndef FADE_STUDY_BASELINE_H
#define FADE_STUDY_BASELINE_H
#include <stdint.h>

typedef struct baseline {
    uint64_t n;
    double   first, last, first_row, last_row;
    double   mx, my, sxx, sxy;                    /* means and sums about them, for the line */
} baseline;                                       /* start from {0} */

void baseline_add(baseline *, double row, double value);       /* NaN values are passed over */
double baseline_persistence(const baseline *);                 /* the last known value; NaN without one */
double baseline_drift(const baseline *, double row);           /* from the first through the last known value; persistence with one */
double baseline_line(const baseline *, double row);            /* least squares over all known values; persistence with one */
#endif
