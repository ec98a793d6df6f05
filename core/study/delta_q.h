/* SPDX-License-Identifier: MIT
 * delta_q.h - the difference of two discharge curves, Q(V) of a late cycle less that of an early one, in numbers that foretell a life.
 *
 * Severson et al., Nature Energy 4, 383 (2019), doi 10.1038/s41560-019-0356-8: the logarithm of its variance between cycles 100 and 10 is
 * nearly a straight line against the logarithm of the cycle life of LFP cells.
 */
#ifndef FADE_STUDY_DELTA_Q_H
#define FADE_STUDY_DELTA_Q_H
#include "core/base/why.h"
#include <stddef.h>

enum { DELTA_Q_POINTS = 1000 };

typedef struct delta_q_curve {                    /* a discharge, in the order of time: the voltage falls, the charge drawn rises */
    const double *v, *q;                          /* V, Ah; a NaN is passed over */
    size_t        n;
} delta_q_curve;

typedef struct delta_q {
    double low, high;                             /* V: between these they were compared */
    double minimum, mean, variance;               /* Ah, Ah, Ah^2 (over n) */
    double skewness, kurtosis;                    /* moments over n, as scipy's skew and kurtosis(fisher = False); NaN where the curves are one */
    double log_variance, log_minimum;             /* log10 of |variance|, of |minimum|; NaN of 0 */
} delta_q;

/* On `points` equidistant voltages (0: DELTA_Q_POINTS) from low to high; NaN: as far as both curves go.  A voltage that rises again in
 * between is passed over.  E_INPUT: fewer than two usable samples, or no voltage that both have. */
int delta_q_of(const delta_q_curve *early, const delta_q_curve *late, double low, double high, size_t points, delta_q *out, why *w);
#endif
