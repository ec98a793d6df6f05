/* SPDX-License-Identifier: MIT
 * drift.h - have the data changed, has the error changed: two samples side by side, and a watch over what comes in.
 *
 * Two samples: Kolmogorov and Smirnov's distance with its p value; the population stability index over the reference's deciles.  A watch: Page
 * and Hinkley's test, both ways, whose threshold is set so that undisturbed rows raise an alarm as rarely as asked; rows with a memory are
 * allowed for by an autoregressive model of the reference.  Sources: Page, Biometrika 41 (1954) 100; Hinkley, Biometrika 58 (1971) 509; Benjamini
 * and Hochberg, J. R. Stat. Soc. B 57 (1995) 289.
 */
#ifndef FADE_STUDY_DRIFT_H
#define FADE_STUDY_DRIFT_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DRIFT_BINS = 10, DRIFT_EXACT = 10000000 };  /* the exact p value up to so many pairs */

typedef struct drift_pair {                       /* of two samples; NaN: fewer than 2 values in one */
    size_t n, m;                                  /* known values of the reference, of what is new */
    double ks, p;                                 /* largest distance of the two distributions; chance of so much by chance */
    double psi;                                   /* 0: alike; above 0.1 some, above 0.25 a lot, by custom; see psi_chance */
    double psi_chance;                            /* what 95 % of undisturbed pairs of this size stay below */
    double mean, sd, new_mean, new_sd, shift;     /* shift: of the mean, in the reference's standard deviations */
} drift_pair;
/* Unknown values are left out.  E_NOMEM. */
int drift_compare(const double *reference, size_t n, const double *fresh, size_t m, drift_pair *out, why *w);
/* p[n] as they would be had one looked at n things at once (Benjamini and Hochberg): below q are those called at false discovery rate q. */
int drift_adjust(double *p, size_t n, why *w);

typedef struct drift_watch {                      /* one stream; plain data: may be copied and saved */
    double mean, sd, memory;                      /* of the reference: lag-1 autocorrelation */
    double slack, threshold;                      /* in sd: changes smaller than slack are let pass; an alarm beyond threshold */
    double rate;                                  /* chance of a false alarm within `horizon` undisturbed rows, as simulated */
    size_t horizon, seen, alarm;                  /* rows so far; row (from 1) of the first alarm, 0 none */
    size_t began;                                 /* row behind which the change that is alarmed began, as the sums have it */
    int    way;                                   /* +1 it went up, -1 down */
    double up, down;                              /* sums above their minimum */
    size_t up_from, down_from;
} drift_watch;
/* From a reference (residuals on rows nothing was wrong with): threshold such that a share `rate` of undisturbed series of `horizon` rows
 * raises an alarm.  E_DOMAIN: fewer than 8 known values, or all alike. */
int drift_watch_open(const double *reference, size_t n, double slack, double rate, size_t horizon, uint64_t seed, drift_watch *out, why *w);
/* One more row (NaN: passed over).  True at the row of the alarm; the watch stands then. */
bool drift_watch_see(drift_watch *, double v);
#endif
