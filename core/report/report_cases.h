/* SPDX-License-Identifier: MIT
 * report_cases.h - what the files on a sweep's store share: what was varied and what came of it, as columns.
 */
#ifndef FADE_REPORT_REPORT_CASES_H
#define FADE_REPORT_REPORT_CASES_H
#include "core/report/report_inside.h"

enum { CASES_COLUMNS = 24, CASES_SAMPLE = 400 };

typedef struct cases_column {
    char          name[96], label[120], in[32];   /* label: of an axis of a picture; in: the unit */
    const double *v;                              /* [n]; its logarithm where `log` */
    double       *own, lo, hi;
    size_t        known;                          /* cases that have one */
    bool          log;
    double        rho[CASES_COLUMNS];             /* outcomes: rank correlation with each axis */
    size_t        by[CASES_COLUMNS];              /* axes, the strongest first */
} cases_column;

typedef struct cases {
    const frame *f;
    size_t       n, naxis, noutcome, *order;
    cases_column axis[CASES_COLUMNS], outcome[CASES_COLUMNS];
    double      *room;                            /* [4 n] */
    size_t       sample[CASES_SAMPLE], nsample;   /* cases drawn one by one, in no order */
} cases;

/* report_cases_views.c */
void report_cases_surface(page *, const cases *);
int report_cases_bands(page *, const cases *, why *);
void report_cases_matrix(page *, const cases *);
void report_cases_parallel(page *, const cases *);
#endif
