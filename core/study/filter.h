/* SPDX-License-Identifier: MIT
 * filter.h - beliefs as lanes: a particle filter with systematic resampling and a kernel, and an ensemble Kalman filter with perturbed
 * observations.  The caller moves the lanes on; here they meet what was observed.
 *
 * Gordon, Salmond, Smith, IEE Proceedings F 140, 107 (1993); Liu and West 2001 for the kernel that keeps mean and variance; Evensen, J.
 * Geophys. Res. 99, 10143 (1994), Burgers, van Leeuwen, Evensen, Mon. Weather Rev. 126, 1719 (1998).
 */
#ifndef FADE_STUDY_FILTER_H
#define FADE_STUDY_FILTER_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILTER_DIMS = 64 };
typedef struct filter {
    size_t   n, dim;
    double  *x;                                   /* [dim][n]: columns of lanes; the caller's to write */
    double  *w;                                   /* [n] weights, adding to 1 */
    double   evidence;                            /* log of the probability of all observed so far */
    double   ess;                                 /* effective sample size: 1 / sum w^2 */
    uint64_t seed, steps, resampled;
    double  *spare;
    size_t  *from, *order;
} filter;

int filter_open(size_t n, size_t dim, uint64_t seed, filter *out, why *w);
void filter_close(filter *);

/* Particles: weights times likelihoods, given as logarithms [n] (-INFINITY or NaN: impossible).  False: impossible for all; nothing changes. */
bool filter_weigh(filter *, const double *log_likelihood);
/* Resamples where fewer than `least` of the lanes count.  The first `kernel` columns are then drawn anew about what they were drawn to, so
 * that mean and covariance stay (discount 0.98).  True: it did; from[i] is the lane that lane i was. */
bool filter_resample(filter *, double least, size_t kernel);

/* Ensemble: all columns are drawn towards an observation of which lane i says y[i], with a noise of standard deviation sd. */
void filter_ensemble(filter *, const double *y, double observed, double sd);

double filter_mean(const filter *, const double *column);       /* weighted, of any column [n] */
double filter_variance(const filter *, const double *column);
double filter_quantile(const filter *, const double *column, double share);
#endif
