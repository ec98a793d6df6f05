/* SPDX-License-Identifier: MIT
 * metrics_life.h - predicted ends of life against what came, where some lives outlast the data and some predictions their horizon.
 *
 * A life is known, or only "at least" so long (censored).  A prediction too: one that does not reach its end is "at least" its horizon.  What
 * remains of a life (RUL) is a life counted from now.
 */
#ifndef FADE_STUDY_METRICS_LIFE_H
#define FADE_STUDY_METRICS_LIFE_H
#include "core/study/metrics_band.h"
#include "core/study/metrics_class.h"
#include <stdbool.h>

typedef struct life_pair {
    double predicted, observed;                   /* cycles, or any unit of life */
    bool   open, censored;                        /* predicted, observed is "at least" */
    double lower, upper;                          /* of the prediction's band; NaN none, upper infinite: open */
} life_pair;

typedef struct metrics_life {                     /* NaN: none such */
    size_t n, skipped;                            /* pairs; those with an unknown side */
    size_t exact;                                 /* both known: error = predicted - observed */
    size_t agree;                                 /* not contradicted: both open, or a prediction that outlasts a censored life */
    size_t early, late;                           /* contradicted: an end before a censored life's last row; open behind an observed end */
    size_t unsaid;                                /* the prediction's horizon ends before the observed life does */
    double mae, rmse, bias, median, largest, relative;        /* of the exact ones; relative: mean of |error| / observed */
    double mae_least;                             /* of the exact ones and the contradicted, these with the least error they can have */
    double concordance;                           /* Harrell's C: of two lives whose order is known the longer one was said to be longer */
    size_t comparable;                            /* pairs of lives it is made of */
    size_t in_band, with_band, open_band;         /* of the known lives with a band; censored ones that reach beyond their band's upper end count
                                                     as outside, those below its lower end are neither: open_band */
    metrics_pit pit;                              /* where lives lie in their bands' distributions (5, 50, 95 %), censored ones spread over what is left */
} metrics_life;
int metrics_life_of(const life_pair *, size_t n, metrics_life *out, why *w);           /* E_NOMEM */

/* Quantiles of predicted lives (q[n][k] at level[k], rising) against observed ones; a censored life spreads evenly over what is left above it
 * (Kaplan and Meier's redistribution to the right within its own prediction).  chi2 and ks are of the known lives alone. */
int metrics_life_pit(const double *level, size_t k, const double *q, const life_pair *, size_t n, metrics_pit *out, why *w);

/* Whether each life ends within `horizon`: came 1, 0, or NaN where it is censored before that; p: the share of the quantiles at or below it. */
void metrics_life_within(const double *level, size_t k, const double *q, const life_pair *, size_t n, double horizon, double *p, double *came);
#endif
