/* SPDX-License-Identifier: MIT
 * fleet.h - lives of many cells, some still going on: percentiles, chances to fail, a Weibull distribution, cells that stand out.
 *
 * A life is how long it lasted (cycles, years: any unit, all alike) and whether it ended; one that did not is known to last longer
 * (censored on the right).  Lives that end at the time at which others are last seen end before these.
 */
#ifndef FADE_STUDY_FLEET_H
#define FADE_STUDY_FLEET_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct fleet_step { double at, left, spread; size_t ended; } fleet_step;   /* survival behind `at`; Greenwood's sum; ended so far */

typedef struct fleet {                            /* the product-limit curve of Kaplan and Meier (1958) */
    fleet_step *step;                             /* [nstep], where lives end, rising */
    double     *seen;                             /* [n]: how long each was watched, rising */
    size_t      nstep, n, ended;
} fleet;
/* Lives that are NaN are left out.  E_NOMEM. */
int fleet_open(const double *at, const bool *ended, size_t n, fleet *out, why *w);
void fleet_close(fleet *);

/* The time by which a share p has ended: the first at which it is reached.  Too few have: NaN, and *at_least (may be NULL) is the longest
 * life so far, else NaN. */
double fleet_percentile(const fleet *, double p, double *at_least);

typedef struct fleet_chance {
    double p, lower, upper;                       /* share that ends within, and Wilson's interval; NaN unknown */
    bool   known;                                 /* false: nobody was watched for so long, and p is at least that */
    size_t ended;                                 /* lives that ended within */
} fleet_chance;
/* Wilson (1927) on the cells there are; where some were lost from sight on the way, on as many as have Greenwood's variance. */
fleet_chance fleet_within(const fleet *, double horizon, double level);

typedef struct fleet_weibull {                    /* F(t) = 1 - exp(-(t / scale)^shape) */
    double      shape, shape_lower, shape_upper, scale, scale_lower, scale_upper;   /* 95 %, by the information of the logarithms */
    const char *reason;                           /* why there is none: a static clause; NULL */
} fleet_weibull;
/* By maximum likelihood, censored lives counted as such. */
fleet_weibull fleet_fit_weibull(const double *at, const bool *ended, size_t n);
double fleet_weibull_percentile(const fleet_weibull *, double p);

/* How far each v lies from the median in robust standard deviations: 0.6745 (v - median) / MAD (Iglewicz and Hoaglin 1993, who call it far
 * above 3.5); where more than half are alike, by the mean absolute deviation.  NaN: unknown; all alike: 0.  Returns the median.  E_NOMEM
 * gives NaN in all. */
enum { FLEET_FEW = 5 };                           /* cells with fewer beside them are not judged: all NaN */
double fleet_outliers(const double *v, size_t n, double *z);
static const double fleet_far = 3.5;
#endif
