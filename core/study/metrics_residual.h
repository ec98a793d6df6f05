/* SPDX-License-Identifier: MIT
 * metrics_residual.h - what is left when a prediction is taken off: has it a memory, is it normal?
 *
 * A prediction that used all there is to use leaves errors without memory.  Errors come as one series, or as several one after another (of
 * several cells): products of neighbours are taken within a series only.
 */
#ifndef FADE_STUDY_METRICS_RESIDUAL_H
#define FADE_STUDY_METRICS_RESIDUAL_H
#include <stddef.h>

enum { RESIDUAL_LAGS = 20 };
typedef struct metrics_residual {                 /* NaN: fewer errors than it takes, or all alike */
    size_t n, lags;
    double mean;
    double durbin_watson;                         /* 2 no memory, 0 a persistent error, 4 one that alternates */
    double skew, kurtosis;                        /* of a normal one 0 and 3 */
    double jarque_bera, jarque_bera_p;
    double shapiro_wilk, shapiro_wilk_p;          /* metrics_normal_shapiro fills them */
    double acf[RESIDUAL_LAGS + 1];                /* of lag 0, 1, ..; about the mean */
    double ljung_box, ljung_box_p;                /* over `lags` lags */
} metrics_residual;

/* e[n]; NaN is left out (neighbours then are the rows on either side).  first[nseries]: where each series begins; nseries 0: one.
 * lags: at most RESIDUAL_LAGS and half of n; 0: 10 or a fifth of n, whichever is less. */
void metrics_residual_of(const double *e, size_t n, const size_t *first, size_t nseries, size_t lags, metrics_residual *out);
#endif
