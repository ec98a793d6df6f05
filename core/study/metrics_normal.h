/* SPDX-License-Identifier: MIT
 * metrics_normal.h - are these numbers of a normal distribution?  Shapiro and Wilk's test.
 */
#ifndef FADE_STUDY_METRICS_NORMAL_H
#define FADE_STUDY_METRICS_NORMAL_H
#include "core/base/why.h"
#include <stddef.h>

enum { NORMAL_LEAST = 3, NORMAL_MOST = 5000 };    /* numbers that the test is made for */
/* Of v[n], NaN left out: *W near 1 for a normal one, *p how likely it would be as small.  Both NaN where there are fewer or more than the
 * test is made for, or all are alike.  Fails for want of memory. */
int metrics_normal_shapiro(const double *v, size_t n, double *W, double *p, why *w);
#endif
