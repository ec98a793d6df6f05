/* SPDX-License-Identifier: MIT
 * metrics.h - errors of a prediction against what was measured, gathered one pair at a time.
 *
 * Plain data: it may be copied, saved and added up.  A pair with NaN on either side is counted apart and left out.
 * Definitions (docs/statistics.md): e = predicted - measured; MAPE is the plain mean of |e / measured|, in percent, over measured
 * values that are not 0; SMAPE is 200 |e| / (|measured| + |predicted|) in percent; R2 = 1 - SSE / SST, NaN where all measured values are equal.
 */
#ifndef FADE_STUDY_METRICS_H
#define FADE_STUDY_METRICS_H
#include <stdint.h>

typedef struct metrics {
    uint64_t n, unknown, nmape, nsmape;
    double   e, ee, ae, ape, sape, worst;         /* sums of e, e^2, |e|, ..; greatest |e| */
    double   mean, ss;                            /* of the measured values, by Welford */
} metrics;                                        /* start from {0} */

void metrics_add(metrics *, double measured, double predicted);
double metrics_rmse(const metrics *);             /* NaN without a pair, like all of these */
double metrics_mse(const metrics *);
double metrics_mae(const metrics *);
double metrics_mape(const metrics *);             /* % */
double metrics_smape(const metrics *);            /* % */
double metrics_r2(const metrics *);
double metrics_bias(const metrics *);
double metrics_sd(const metrics *);               /* of the errors about their mean */
double metrics_worst(const metrics *);
#endif
