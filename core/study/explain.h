/* SPDX-License-Identifier: MIT
 * explain.h - what each feature adds to what a corrector says of a row, and what it gained in training.
 *
 * Shares are Shapley values of the corrector's own answer, before gate and fading: with the base they add up to it.  A plugin with
 * fade.explain/1 tells its own (ridge, polynomial: exact; xgboost: the library's); of others they are sampled: features are shown one after
 * the other in random orders, each order forth and back, and those not yet shown hold what one row of the background held.
 */
#ifndef FADE_STUDY_EXPLAIN_H
#define FADE_STUDY_EXPLAIN_H
#include "core/study/learner.h"

enum { EXPLAIN_PAIRS = 8, EXPLAIN_BACKGROUND = 32 };

typedef struct explain {                          /* n rows, p features */
    size_t  n, p;
    double *share;                                /* [p + 1][n]; the last is the base: what is said of no row in particular */
    double *error;                                /* [n] the largest standard error of a row's shares against that background; NaN where no
                                                     two pairs are shown behind the same row; NULL: told */
    bool    sampled;
} explain;

typedef struct explain_options {                  /* what is sampled; lent */
    const double *background;                     /* [nbackground][p]: as many pairs of orders are shown behind each, the first ones first */
    size_t        nbackground, pairs;             /* pairs 0: EXPLAIN_PAIRS */
    uint64_t      seed;
} explain_options;

/* The plugin tells its own: no background is needed. */
bool explain_is_told(const fade_desc *);
/* n rows of those learnt from: drawn one by one, or one of each n-th of them (spread), into background[n][p]. */
void explain_background(const learner *, const size_t *train, size_t ntrain, uint64_t seed, bool spread, size_t n, double *background);
/* Rows by number, in rising order.  E_NOMEM, or what the plugin says. */
int explain_rows(learner *, const learnt *, const size_t *row, size_t n, const explain_options *, explain *out, why *w);
void explain_free(explain *);
/* Shares of what splits on each feature gained in training, which add up to 1.  *has: false where the plugin knows none. */
int explain_gain(const learner *, const learnt *, double *gain, bool *has, why *w);
#endif
