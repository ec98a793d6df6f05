/* SPDX-License-Identifier: MIT
 * metrics_scaled.h - errors without a unit: against what a naive forecast would have made, and whether the direction was right.
 *
 * Columns of n pairs; a pair with an unknown side is passed over.  `before`: the value last known before the pair's row, which a forecast of
 * no change would give.  NaN where nothing can be said.
 */
#ifndef FADE_STUDY_METRICS_SCALED_H
#define FADE_STUDY_METRICS_SCALED_H
#include <stddef.h>

/* Mean |change| from one training value to the next: what MASE divides by (Hyndman and Koehler, Int. J. Forecasting 22, 2006). */
double metrics_mase_scale(const double *train, size_t n);
double metrics_mase(const double *target, const double *predicted, size_t n, double scale);
/* U1 = RMSE / (rms target + rms predicted), 0..1 (Theil, Economic Forecasts and Policy, 1961). */
double metrics_theil_u1(const double *target, const double *predicted, size_t n);
/* U2 = sqrt(sum ((p - t) / b)^2 / sum ((t - b) / b)^2): 1 is no better than no change (Theil, Applied Economic Forecasting, 1966). */
double metrics_theil_u2(const double *target, const double *predicted, const double *before, size_t n);
/* Share of rows that moved from `before` in which the prediction moved the same way. */
double metrics_direction(const double *target, const double *predicted, const double *before, size_t n);
/* 1 - rmse / baseline's rmse: 0 no better, 1 without error, below 0 worse. */
double metrics_skill(double rmse, double baseline);
#endif
