/* SPDX-License-Identifier: MIT
 * explain.h - what each feature adds to what a corrector says of a row, and what it gained in training.
 *
 * Shares are Shapley values of the corrector's own answer, before gate and fading: with the base they add up to it.  A plugin with
 * fade.explain/1 tells its own (ridge: exact; xgboost: the library's); of others they are sampled: features are shown one after the other in
 * random orders, those not yet shown hold what a random row of training held.
 */
#ifndef FADE_STUDY_EXPLAIN_H
#define FADE_STUDY_EXPLAIN_H
#include "core/study/learner.h"

typedef struct explain {                          /* n rows, p features */
    size_t  n, p;
    double *share;                                /* [p + 1][n]; the last is the base: what is said of no row in particular */
    bool    sampled;
} explain;

/* Rows by number, in rising order; train[ntrain]: what it learnt from.  E_NOMEM, or what the plugin says. */
int explain_rows(learner *, const learnt *, const size_t *row, size_t n, const size_t *train, size_t ntrain, uint64_t seed, explain *out,
                 why *w);
void explain_free(explain *);
/* Shares of what splits on each feature gained in training, which add up to 1.  *has: false where the plugin knows none. */
int explain_gain(const learner *, const learnt *, double *gain, bool *has, why *w);
#endif
