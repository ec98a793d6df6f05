/* SPDX-License-Identifier: MIT
 * model_train.h - a corrector of a scenario trained on its source's rows, and saved as a folder.
 */
#ifndef FADE_STUDY_MODEL_TRAIN_H
#define FADE_STUDY_MODEL_TRAIN_H
#include "core/study/leak.h"
#include "core/study/learner.h"
#include "core/study/model_work.h"
#include "core/study/worth.h"

typedef struct model_training_options {
    const char *corrector;                        /* label; NULL: the only one */
    const char *physics;                          /* label, or "none"; NULL: the only one */
    const char *target, *where;                   /* as in dataset_options */
    int         ask;                              /* ASK_* */
    bool        all;                              /* also the rows that [evaluate] keeps back */
    const char *const *allow;                     /* features that may tell the target (leak.h) */
    size_t      nallow;
    const struct engine_hooks *hooks;
    atomic_int *stop;
} model_training_options;

typedef struct model_training {
    const scenario           *s;
    const scenario_corrector *sc;
    model_training_options    o;
    int64_t                   physics;            /* index; -1: none */
    dataset                   data;
    learner                   learner;
    size_t                   *row, nrow;          /* of the data set, that may be learnt from */
    learnt                   *part;               /* one of all rows (pooled), or one a cell */
    uint32_t                 *cell;               /* [npart] whose */
    size_t                    npart;
    bool                      split;              /* [evaluate] kept rows back */
    leak_report               leak;
    worth                     worth;              /* of the features, on some of the rows that were learnt from */
} model_training;

/* E_INPUT with a sentence, also where a feature holds the answer: then *out tells which.  *out: from {0}; the scenario is lent. */
int model_train(const scenario *, const model_training_options *, model_training *out, why *w);
/* As a folder.  name: its sha256. */
int model_train_save(const model_training *, const char *folder, char name[65], why *w);
void model_train_close(model_training *);
void model_json(const model_saved *, const char *key, json *out);               /* one object */
void model_json_training(const model_training *, const char *folder, const char *name, json *out);
void model_json_worth(const model_training *, json *out);       /* "importance": [..]; nothing where nothing was asked */
/* RMSE without and with, over the trials of all parts; NaN: none could be made.  Rows of trials. */
uint64_t model_train_skill(const model_training *, double *before, double *after);
#endif
