/* SPDX-License-Identifier: MIT
 * model_predict.h - a saved model over the rows of a source, in pieces of whole cells: memory does not grow with the rows.
 */
#ifndef FADE_STUDY_MODEL_PREDICT_H
#define FADE_STUDY_MODEL_PREDICT_H
#include "core/study/learner.h"
#include "core/study/model_work.h"

typedef struct model_predicted {                  /* a piece; lent during the call */
    const dataset *d;
    size_t         n;                             /* all rows of d */
    const double  *measured, *physics, *correction, *total, *lower, *upper, *sigma, *distance;       /* NaN: unknown, or there is none */
} model_predicted;

enum { MODEL_PREDICT_REALS = 8 };                 /* the columns above, in that order but for the band behind the total */
const double *model_predict_real(const model_predicted *, int k);
const char *model_predict_key(int k);             /* "measured", .. */
const char *model_predict_unit(const model_saved *, int k);
void model_predict_name(const model_saved *, int k, char out[64]);               /* as in files: "total_ah" */

typedef struct model_predict_options {
    const char *where;                            /* rows that are wanted, as in dataset_options */
    size_t      batch;                            /* rows of a piece, about; 0: 16384 */
    const struct engine_hooks *hooks;
    atomic_int *stop;
    int       (*rows)(void *ctx, const model_predicted *, why *w);
    void       *ctx;
} model_predict_options;

typedef struct model_predict_sums {               /* what came of it */
    uint64_t rows, cells, alone;                  /* alone: cells for which the folder holds no model */
    uint64_t known, inside, banded;               /* rows that were measured; of those with a band, those within it */
    double   physics, total;                      /* sums of squared errors over the known rows */
} model_predict_sums;

/* The scenario a model was trained in, with other data for its source and without what is not needed to predict. */
int model_scenario(const model_saved *, const char *data, const scenario_options *, scenario **out, tree_problems *p, why *w);
/* E_INPUT with a sentence: a feature the source lacks, in units that do not meet, or not known when it is asked. */
int model_predict(const model_saved *, const model_opened *, const scenario *, const model_predict_options *, model_predict_sums *sums, why *w);
#endif
