/* SPDX-License-Identifier: MIT
 * model_predict.h - a saved model over the rows of a source, in pieces of whole cells: memory does not grow with the rows.
 */
#ifndef FADE_STUDY_MODEL_PREDICT_H
#define FADE_STUDY_MODEL_PREDICT_H
#include "core/study/explain.h"
#include "core/study/model_work.h"

typedef struct model_predicted {                  /* a piece; lent during the call */
    const dataset *d;
    size_t         n;                             /* all rows of d */
    const double  *measured, *physics, *correction, *total, *lower, *upper, *sigma, *distance;       /* NaN: unknown, or there is none */
    size_t         nextra;                        /* outputs besides the correction: scores */
    const double  *extra[PREDICTOR_EXTRAS];
    size_t         p;                             /* features; 0: not explained */
    const double  *base, *error;                  /* error: the largest standard error of a row's contributions; NULL: none is sampled */
    const double *const *contribution;            /* [p]: base + all of them = correction, row by row */
} model_predicted;

/* The columns of an answer: measured .. distance, what the plugin says besides (scores), then, where contributions are wanted, base, one a
 * feature and the sampling's error. */
enum { MODEL_PREDICT_REALS = 8, MODEL_PREDICT_NAME = 160 };
enum { MODEL_PREDICT_MOST = MODEL_PREDICT_REALS + PREDICTOR_EXTRAS + 2 + MODEL_FEATURES };
int model_predict_columns(const model_saved *, const model_opened *, bool told);
const double *model_predict_real(const model_predicted *, int k);
void model_predict_key(const model_saved *, int k, char out[MODEL_PREDICT_NAME]);                /* "measured", .. "contribution_cycle" */
const char *model_predict_unit(const model_saved *, int k);
void model_predict_name(const model_saved *, int k, char out[MODEL_PREDICT_NAME]);               /* as in files: "total_ah" */

enum { MODEL_EXPLAIN_PAIRS = 64 };                /* of orders: two behind each row of the background */
typedef struct model_predict_options {
    const char *where;                            /* rows that are wanted, as in dataset_options */
    size_t      batch;                            /* rows of a piece, about; 0: 16384 */
    bool        explain;                          /* how much each feature adds, too (explain.h) */
    size_t      pairs;                            /* of orders, where that is sampled; 0: MODEL_EXPLAIN_PAIRS */
    const struct engine_hooks *hooks;
    atomic_int *stop;
    int       (*rows)(void *ctx, const model_predicted *, why *w);
    void       *ctx;
} model_predict_options;

typedef struct model_predict_sums {               /* what came of it */
    uint64_t rows, cells, alone;                  /* alone: cells for which the folder holds no model */
    uint64_t known, inside, banded;               /* rows that were measured; of those with a band, those within it */
    uint64_t alarms;                              /* rows of which the plugin's output `alarm` is not 0 */
    bool     scored;                              /* it has one */
    double   physics, total;                      /* sums of squared errors over the known rows */
} model_predict_sums;

/* The scenario a model was trained in, with other data for its source and without what is not needed to predict. */
int model_scenario(const model_saved *, const char *data, const scenario_options *, scenario **out, tree_problems *p, why *w);
/* Rows of the model's background that so many pairs (0: as usual) are shown behind: two pairs each at least. */
size_t model_explain_rows(const model_saved *, size_t pairs);
/* E_USAGE, E_INPUT: pairs without explain or of a plugin that needs none, a model that cannot be explained. */
int model_predict_can(const model_saved *, const model_opened *, const model_predict_options *, why *w);
/* E_INPUT with a sentence: a feature the source lacks, in units that do not meet, or not known when it is asked. */
int model_predict(const model_saved *, const model_opened *, const scenario *, const model_predict_options *, model_predict_sums *sums, why *w);
#endif
