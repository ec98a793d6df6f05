/* SPDX-License-Identifier: MIT
 * worth.h - what each feature of a corrector is worth: the error with it dealt out anew, what it adds (SHAP), what it gained in training.
 */
#ifndef FADE_STUDY_WORTH_H
#define FADE_STUDY_WORTH_H
#include "core/base/json.h"
#include "core/study/explain.h"

enum { WORTH_SHUFFLES = 5 };
typedef struct worth {                            /* sums over the rows asked of all models so far; p features */
    size_t  p, rows, gained;                      /* gained: rows of models that know their gain */
    double  plain, *shuffled, *shap, *gain;       /* squares of errors, with each feature shuffled; of |what it adds|; of gain shares */
    bool    sampled;                              /* shap is sampled, not told by the plugin */
} worth;

typedef struct worth_rows {                       /* of the data set, in rising order; id: another draw of shuffles */
    const size_t *ask, *train;
    size_t        nask, ntrain;
    uint64_t      seed, id;
} worth_rows;

int worth_open(worth *, size_t p, why *w);
/* Two rows and a model are needed, else nothing is added.  E_NOMEM, or what the plugin says. */
int worth_add(worth *, learner *, const learnt *, const worth_rows *, why *w);
double worth_importance(const worth *, size_t feature);        /* by how much the RMSE rises; NaN: nothing was asked */
void worth_json(const worth *, size_t feature, json *out);     /* members of an object; none where nothing was asked */
/* A line; in the unit `in`, which is `per` of the target's. */
void worth_text(const worth *, size_t feature, const char *name, double per, const char *in, text *out);
void worth_free(worth *);
#endif
