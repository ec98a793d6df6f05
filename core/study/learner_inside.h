/* SPDX-License-Identifier: MIT
 * learner_inside.h - a learner's rows as a lesson, for training and for the checks that run with it.
 */
#ifndef FADE_STUDY_LEARNER_INSIDE_H
#define FADE_STUDY_LEARNER_INSIDE_H
#include "core/study/lesson.h"

typedef struct learner_rows {
    const double **col;                           /* [nfeature], of the data set */
    double        *target;                        /* [data.n]: what is learnt */
    double        *law;                           /* [data.n]: beside it, of a capacity that is forecast; NULL: of something else */
    uint64_t      *id;                            /* [ncell] */
    uint32_t      *group;                         /* [ncell]: the first cell of its group */
    picked         pick;                          /* the rows asked for whose target is known */
} learner_rows;

/* E_NOMEM; learner_rows_free in any case. */
int learner_rows_open(const learner *, const size_t *row, size_t n, learner_rows *, why *w);
void learner_rows_free(learner_rows *);
/* Its tile is the learner's: give it back when done. */
lesson learner_lesson(const learner *, const learner_rows *, why *w);
#endif
