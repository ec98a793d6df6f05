/* SPDX-License-Identifier: MIT
 * metrics_tail.h - how likely a test statistic is to be at least so large by chance.
 */
#ifndef FADE_STUDY_METRICS_TAIL_H
#define FADE_STUDY_METRICS_TAIL_H

double metrics_tail_chi2(double x, double freedom);            /* chi-square; within 1e-12 of the exact value */
double metrics_tail_kolmogorov(double x);                      /* sqrt(n) D, n large */
double metrics_normal_cdf(double z);
#endif
