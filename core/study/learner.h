/* SPDX-License-Identifier: MIT
 * learner.h - a corrector plugin over a data set: train on some rows, behind a gate earned on the training part, predict others with a band.
 *
 * What is learnt is target - physics, or the target where there is no physics.  A prediction is physics + gate * fading * mean;
 * without physics the mean alone.
 */
#ifndef FADE_STUDY_LEARNER_H
#define FADE_STUDY_LEARNER_H
#include "core/engine/predictor.h"
#include "core/engine/study.h"
#include "core/study/dataset.h"

typedef struct learner {                          /* a corrector opened with its settings; one thread */
    const scenario_corrector *sc;
    object                   *object;
    const fade_corrector_v1  *vt;
    const dataset            *data;               /* lent */
    int                      *feature, ask;       /* columns of the data set */
    size_t                    nfeature;
    fade_column              *column;             /* [nfeature] */
    bool                      unseen;             /* it will predict cells it does not learn from: tried on held-out cells where there are 3
                                                     or more groups.  As opened: scope = "pooled", or ASK_ESTIMATE */
    bool                      ahead;              /* unseen, and cells it learns from are asked for too: they have a band of their own */
    void                     *from;               /* what training starts from unless told another: the only model of scenario_corrector.from */
    predictor                 tile;
    /* Set by who fits the law to the training rows: law[data.n] as fitted to these rows alone.  Then trials behind an origin see no law that
     * was fitted to what they are tried on.  NULL: the law's column as it stands. */
    int                     (*anew)(void *ctx, const size_t *row, size_t n, double *law, why *w);
    void                     *ctx;
    double                   *extra;              /* [PREDICTOR_EXTRAS][stride]: learner_predict's other outputs, as scores; NULL: not wanted */
    size_t                    stride;
} learner;

enum { LEARNT_BANDS = ENGINE_BANDS };
typedef struct learnt {                           /* a trained model and what it earned */
    void    *model;                               /* NULL: too few rows, or declined */
    double   gate, stretch, reach;                /* weight 0..1; factor on sigma; distance at which the weight has fallen to 1/e */
    uint64_t rows;
    double   before, after;                       /* RMSE without and with, on the training part's own later rows (unseen cells, where pooled) */
    size_t   nband;                               /* conformal half widths of the 90 % band by horizon (rows behind the last known one) */
    double   horizon[LEARNT_BANDS], half[LEARNT_BANDS];
    double   grow;                                /* behind the last horizon the band widens as (h / horizon)^grow */
    engine_band ahead;                            /* the same of cells it learnt from, where the one above is of cells held out; n 0: none */
    double   ahead_stretch;
    uint32_t *last;                               /* [nlast] per cell of the data set: its last row that was learnt from; 0: none */
    engine_start *start;                          /* [nlast] beside it; NULL: of no capacity, nothing is known of how wrong such laws are */
    size_t   nlast;
    size_t   trials;                              /* rows the gate was earned on */
    double   risen;                               /* factor on what laws fall short by elsewhere: how the trials did; 1: lesson.law is NULL */
} learnt;

typedef struct learner_said {                     /* of n rows; the caller's arrays, NULL: not wanted */
    double *physics, *correction, *total, *sigma, *distance, *lower, *upper;
} learner_said;

/* Refuses features by name (dataset_refuses).  E_INPUT, E_PLUGIN. */
int learner_open(const scenario_corrector *, dataset *, int ask, uint64_t seed, learner *out, why *w);
/* Rows by number, any of them, in rising order; those with an unknown target are passed over.  from: start from it (transfer), or NULL. */
int learner_train(learner *, const size_t *row, size_t n, const learnt *from, learnt *out, why *w);
/* What the corrector's own answer is weighed with at that distance from what it knows. */
double learner_weight(const learner *, const learnt *, double distance);
int learner_predict(learner *, const learnt *, const size_t *row, size_t n, const learner_said *out, why *w);
void learner_drop(learner *, learnt *);           /* the model it holds */
void learner_close(learner *);
#endif
