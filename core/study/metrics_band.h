/* SPDX-License-Identifier: MIT
 * metrics_band.h - whether a band holds what it promises, and how wide it is for that.
 */
#ifndef FADE_STUDY_METRICS_BAND_H
#define FADE_STUDY_METRICS_BAND_H
#include <stddef.h>
#include <stdint.h>

enum { PIT_BINS = 10 };
typedef struct metrics_band {                     /* start from {0}; plain data */
    uint64_t n, below, above;                     /* rows with a band and a target; targets below and above it */
    double   width, interval;                     /* sums; of the interval score */
} metrics_band;
/* `miss`: share the band is to leave out, 0.1 of a 90 % band. */
void metrics_band_add(metrics_band *, double target, double lower, double upper, double miss);
void metrics_band_merge(metrics_band *, const metrics_band *);
double metrics_picp(const metrics_band *);        /* share inside: prediction interval coverage probability; NaN: no rows, as those below */
double metrics_mpiw(const metrics_band *);        /* mean width, in the target's unit */
double metrics_interval_score(const metrics_band *);   /* mean of width + 2/miss * how far outside (Gneiting and Raftery 2007, eq. 43) */

/* Continuous ranked probability score, in the target's unit: of a certain prediction the absolute error. */
double metrics_crps_gauss(double target, double mean, double sd);       /* Gneiting and Raftery 2007, eq. 21 */
/* From quantiles q[n] at rising levels: 2 * sum of pinball losses, each level weighed by the share of 0..1 nearest to it. */
double metrics_crps_quantiles(double target, const double *level, const double *q, size_t n);
/* The level at which the predicted distribution reaches the target: 0..1, uniform if the distribution is right. */
double metrics_pit_gauss(double target, double mean, double sd);
double metrics_pit_quantiles(double target, const double *level, const double *q, size_t n);  /* 0 below all, 1 above all */

typedef struct metrics_pit {
    uint64_t n;
    double   bin[PIT_BINS];                       /* rows in [0, 0.1), ..; of a censored one shares */
    double   chi2, chi2_p;                        /* of the bins against uniform */
    double   ks, ks_p;                            /* largest distance from uniform; for n large.  Rows that are alike make both p too small */
} metrics_pit;
/* Sorts v[n]; NaN is left out. */
void metrics_pit_of(double *v, size_t n, metrics_pit *out);
/* Of rows that are only known to lie evenly between from[n] and to[n] (ties of a distribution in steps; of a censored row up to 1): ks is the distance of
 * the mean of their distribution functions, ks_p takes it as of n rows (Stephens 1970), chi2 NaN.  NaN is left out. */
void metrics_pit_between(const double *from, const double *to, size_t n, metrics_pit *out);
#endif
