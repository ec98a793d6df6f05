/* SPDX-License-Identifier: MIT
 * leak.h - checks that run with every training: does one feature hold the answer, does the model know more than chance, does it learn from
 * labels that say nothing.
 *
 * The guard (dataset_refuses) knows what columns say of themselves; these look at the numbers.
 */
#ifndef FADE_STUDY_LEAK_H
#define FADE_STUDY_LEAK_H
#include "core/base/json.h"
#include "core/study/learner.h"

/* How one feature alone tells the target. */
enum { RULER_LINE, RULER_PARABOLA, RULER_ORDER, NRULER };
/* RULER_LEAK: to measurement error, by a column of the row itself.  RULER_NOTE: so does a column that cannot leak (the row's place, earlier
 * rows): the target is smooth, and a fine score says little. */
enum { RULER_NO, RULER_NOTE, RULER_LEAK, RULER_ALLOWED };

typedef struct leak_ruler {
    int    column, kind, verdict;                 /* kind: the best fit, RULER_LINE .. */
    double r2;                                    /* of it: pooled, or the upper quartile over cells where that is higher */
    double error;                                 /* RMSE of the better of line and parabola, in the target's unit */
    size_t rows, cells;                           /* known; cells with enough rows */
} leak_ruler;

typedef struct leak_options {
    uint64_t seed;
    double   r2, fraction;                        /* 0: 0.999; RMSE over the mean of the target, 0: 0.001 (it counts where r2 is above 0.9) */
    size_t   permutations, shuffles;              /* 0: 199, 5 */
    const char *const *allow;                     /* features that may tell the target: the user says why */
    size_t   nallow;
} leak_options;

typedef struct leak_report {
    leak_ruler *ruler;                            /* [nruler]: per feature */
    size_t      nruler, rows;                     /* rows: held out for the other two checks; 0: too few to check */
    double      skill;                            /* 1 - RMSE / RMSE of the training rows' mean, on those; NaN */
    double      p;                                /* of a skill as high when the features' rows are shuffled; NaN */
    double      shuffled, shuffled_worst;         /* mean and highest skill of models of shuffled targets: about 0; NaN */
    bool        suspicious;                       /* they know something: the highest above 0.1, the mean above 0.05 and two standard errors */
} leak_report;

/* One column, whichever it is, against the target over the rows. */
int leak_rule(const dataset *, int column, const size_t *row, size_t n, const leak_options *, leak_ruler *out, why *w);
/* All features of a learner, and the two controls on the part held out of these rows (behind two thirds of each cell, or a group of cells). */
int leak_check(learner *, const size_t *row, size_t n, const leak_options *, leak_report *out, why *w);
/* What the skills of n models of shuffled targets say: shuffled, shuffled_worst, suspicious. */
void leak_shuffles(const double *skill, size_t n, leak_report *out);
/* E_INPUT naming the first feature that is a ruler and not allowed; E_OK. */
int leak_refuses(const leak_report *, const dataset *, why *w);
void leak_text(const leak_report *, const dataset *, text *out);
void leak_json(const leak_report *, const dataset *, const char *key, json *out);
void leak_free(leak_report *);
#endif
