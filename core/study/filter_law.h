/* SPDX-License-Identifier: MIT
 * filter_law.h - a law that learns as rows arrive: its parameters, and how far the cell is off it, believed by lanes.
 *
 * Row by row a value is forecast, seen, and weighed.  Beside the parameters each lane has an offset that remembers (what no law says: a
 * recovery after a rest).  A law's state is what its parameters made of all rows so far: it is run again when they change.
 */
#ifndef FADE_STUDY_FILTER_LAW_H
#define FADE_STUDY_FILTER_LAW_H
#include "core/study/fit.h"

enum { FILTER_PARTICLE, FILTER_ENSEMBLE };
typedef struct filter_options {
    int    kind;
    size_t particles;                             /* 0: 400 */
    double noise;                                 /* standard deviation of an observation; 0: from what was seen so far */
    double wander;                                /* of the offset's step, in noises; 0: no offset */
    double memory;                                /* of the offset from row to row; 0: 0.98 */
} filter_options;

typedef struct filter_row {
    int64_t cycle;
    double  seen, forecast, sd;                   /* of the value before it was seen; NaN unknown */
    double  value[FIT_PARAMS][3];                 /* 5, 50, 95 % of each parameter, after it was seen */
    double  ess;
} filter_row;

typedef struct filter_course {
    const char *cell;
    filter_row *row;
    size_t      n, known, resampled, runs;        /* rows; values seen; resamplings; runs of the law */
    double      rmse, persistence, evidence, noise;              /* one row ahead; log evidence; at the end */
    double      inside;                           /* share of the values within their 90 % band */
} filter_course;

int filter_law(fit *, int64_t cell, const filter_options *, filter_course *out, why *w);
void filter_course_free(filter_course *);
#endif
