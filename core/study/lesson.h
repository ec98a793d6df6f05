/* SPDX-License-Identifier: MIT
 * lesson.h - rows that a corrector learns from, and the trials on them that its weight, its reach and its band are earned by.
 *
 * The one gate of fade: a run's correctors (train.c) and learners over data sets (learner.c) both come here.
 */
#ifndef FADE_STUDY_LESSON_H
#define FADE_STUDY_LESSON_H
#include "core/engine/predictor.h"
#include "core/study/learner.h"
#include <math.h>

typedef struct picked { size_t *at, n; } picked;  /* rows of the lesson, rising */

typedef struct lesson {                           /* sorted by cell, then row; lent but for tile */
    const scenario_corrector *sc;
    object                   *object;
    const fade_corrector_v1  *vt;
    const fade_column        *column;             /* [ncol] features */
    size_t                    ncol, n;
    const double *const      *col;                /* [ncol][n] */
    const double             *target;             /* [n]: what is learnt; finite */
    const double             *law;                /* [n]: a capacity that the target is added to; NULL: not told, or something else */
    const uint32_t           *cell, *row;         /* [n] */
    const uint64_t           *id;                 /* per cell: what a model's step is told; NULL: its number */
    const uint32_t           *group;              /* per cell: cells of one group are held out together; NULL: each by itself */
    predictor                 tile;
    /* What is learnt, [n], where only these rows are known; NULL: `target` whatever is known. */
    int                     (*anew)(void *ctx, const picked *known, double *target, why *w);
    void                     *ctx;
    bool                      gate;               /* false: the weight is 1 whatever a trial says */
    bool                      unseen;             /* tried on groups of cells held out, where there are 3; else behind origins */
    bool                      ahead;              /* unseen: tried behind origins too, for the band of cells that are learnt from */
    bool                      step;               /* a row is predicted when the one before it is known: horizons are 1 */
    const void               *from;               /* a model to start from */
    why                      *why;
} lesson;

enum { LESSON_LEAST = 6 };                        /* rows a model is made from, at least */

/* Fills gate, stretch, reach, before, after and the band of *out from trials on the picked rows. */
int lesson_earn(lesson *, const picked *, learnt *out);
/* The capacities that each cell's picked rows begin and end with (lesson.law: not NULL), and what they earned; out[cell]. */
void lesson_starts(const lesson *, const picked *, double risen, engine_start *out);
/* A model of the picked rows; NULL: the corrector declined. */
int lesson_train(lesson *, const picked *, void **model);
/* mean, sigma (NaN: has none) and distance (0: has none) at rows of the lesson. */
int lesson_predict(lesson *, const void *model, const picked *, double *mean, double *sigma, double *distance);
void lesson_drop(lesson *, void *model);

static inline double lesson_fading(double distance, double reach)
{
    double d = distance > 0 && reach < INFINITY ? distance / reach : 0;
    return exp(-d * d);
}
/* The half width of the 90 % band at a horizon: between the known ones, and growing on as they did behind the last. */
double lesson_half(const learnt *, double horizon);
#endif
