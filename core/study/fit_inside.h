/* SPDX-License-Identifier: MIT
 * fit_inside.h - what the files of a fit share: the law as a function of its parameters over the rows of one cell, or of all.
 */
#ifndef FADE_STUDY_FIT_INSIDE_H
#define FADE_STUDY_FIT_INSIDE_H
#include "core/study/fit.h"

typedef struct fit_law {
    fit     *f;
    scenario sc;                                  /* the source played again, the one physics */
    int64_t  cell;                                /* -1: all */
    size_t   ncell, nall;                         /* cells, and rows, of this fit */
    size_t  *first;                               /* [ncell + 1] row at which a cell's begin */
    double  *seen;                                /* [nall] observed; NaN unknown */
    double  *clock;                               /* [nall] cycle numbers, for the line */
    size_t  *pick, n;                             /* [n] rows fitted to */
    size_t   until;                               /* row of the replay behind the last one that is fitted to; 0: all */
    size_t  *rest, nrest;                         /* [nrest] known rows behind them */
    double  *data;                                /* [n] = seen[pick] */
    double  *all;                                 /* [nall] what the law says at the last point asked for alone */
} fit_law;

int fit_law_open(fit *, int64_t cell, fit_law *, why *);
void fit_law_close(fit_law *);
/* The law at k points x[k][nparam] (as fitted: logarithms where so marked): y[k][n]; with `whole`, y[k][nall] instead. */
int fit_law_at(fit_law *, size_t k, const double *x, bool whole, double *y, why *);
/* fit_search.c: a global search in the box (as fitted) before the local one; x: one of its points, and the best. */
int fit_search(fit_law *, const double *lo, const double *hi, double *x, size_t *evaluations, why *);
int fit_law_model(void *law, size_t k, const double *x, double *y, why *);             /* for lsq */

static inline double fit_inside(const fit_param *p, double v) { return p->log ? log(v) : v; }
static inline double fit_outside(const fit_param *p, double x) { return p->log ? exp(x) : x; }
#endif
