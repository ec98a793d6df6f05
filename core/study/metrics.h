/* SPDX-License-Identifier: MIT
 * metrics.h - how far predictions lie from what came: streaming sums, one pair at a time, plain data to copy and save.
 *
 * error = predicted - target.  A pair with a NaN or an infinity is skipped and counted.  What cannot be said is NaN:
 *   everything with no pair; sd with one; r2 where the target never varied; mape where a target is 0 in every pair.
 */
#ifndef FADE_STUDY_METRICS_H
#define FADE_STUDY_METRICS_H
#include "core/base/why.h"
#include <stddef.h>
#include <stdint.h>

typedef struct metrics {            /* start from {0}; no pointers: may be copied, saved and loaded as bytes */
    uint64_t n, skipped;            /* pairs counted; pairs with an unknown side */
    uint64_t n_ape;                 /* pairs whose target is not 0 */
    double abs, ape, sape, largest; /* sums, and the largest |error| */
    double bias, m2;                /* mean error and squares about it (Welford) */
    double mean_target, m2_target;
} metrics;

void metrics_add(metrics *, double target, double predicted);
void metrics_merge(metrics *into, const metrics *other); /* as if other's pairs had been added */

double metrics_rmse(const metrics *); /* in the target's unit, as all but mse, mape, smape and r2 */
double metrics_mse(const metrics *);
double metrics_mae(const metrics *);
double metrics_worst(const metrics *); /* largest |error| */
double metrics_bias(const metrics *);  /* mean error */
double metrics_sd(const metrics *);    /* of the error about its mean (n - 1) */
double metrics_mape(const metrics *);  /* %: mean of |e / target|, pairs with target 0 left out */
double metrics_smape(const metrics *); /* %: mean of 2|e| / (|target| + |predicted|); 0 where both are 0 */
double metrics_r2(const metrics *);    /* 1 - SS_error / SS_target; below 0: worse than the mean */

/* The median of |error| needs all of them. */
typedef struct metrics_kept { /* start from {0} */
    double *at;
    size_t n, cap;
} metrics_kept;

int metrics_keep(metrics_kept *, double target, double predicted, why *w); /* unknown pairs are skipped; E_NOMEM */
double metrics_median(metrics_kept *);                                     /* of |error|; reorders; NaN with none */
void metrics_kept_free(metrics_kept *);
#endif
