/* SPDX-License-Identifier: MIT
 * baseline.h - what a forecast must beat: the last value, the drift, the straight line; streaming, plain data per lane.
 *
 * Known values are added as they come (x: row or cycle number, rising); what is asked for later sees only those.
 */
#ifndef FADE_STUDY_BASELINE_H
#define FADE_STUDY_BASELINE_H
#include <stdint.h>

typedef struct baseline { /* start from {0}; no pointers: may be copied, saved and loaded as bytes */
    uint64_t n;           /* known values */
    double first, last, first_x, last_x;
    double mean_x, mean_y, sxx, sxy; /* means, and squares and products about them */
} baseline;

void baseline_add(baseline *, double x, double y); /* NaN is skipped */
/* Forecasts for x.  NaN with no known value; with one, that value. */
double baseline_persistence(const baseline *);     /* the last value */
double baseline_drift(const baseline *, double x); /* from the last value on, by the mean change from first to last */
double baseline_line(const baseline *, double x);  /* least squares through all known values */
#endif
