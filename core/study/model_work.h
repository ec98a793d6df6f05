/* SPDX-License-Identifier: MIT
 * model_work.h - a saved model as something that predicts: its plugin found, its settings read, its weights loaded.
 */
#ifndef FADE_STUDY_MODEL_WORK_H
#define FADE_STUDY_MODEL_WORK_H
#include "core/engine/study.h"
#include "core/scenario/model.h"

/* One part's weights by the plugin.  *out NULL: it holds none, the physics stands alone.  E_INPUT, E_PLUGIN with the folder named. */
int model_part_load(const model_saved *, const model_part *, object *, const fade_corrector_v1 *, const args *, void **out, why *w);
/* What a plugin saves of a trained model, added to *out. */
int model_part_save(object *, const fade_corrector_v1 *, const void *trained, text *out, why *w);

/* A saved model by itself, without a scenario. */
typedef struct model_opened {
    tree                    *tree;                /* of its settings */
    const plugin            *plugin;
    const args              *args;
    object                  *object;
    const fade_corrector_v1 *vt;
    void                   **part;                /* [npart]; NULL: learnt nothing */
    size_t                   npart;
} model_opened;
int model_open(const model_saved *, model_opened *out, why *w);         /* *out: from {0} */
void model_opened_close(model_opened *);

/* What training starts from, for a cell (NULL: all, or not known): its own model, or the only one; the features have to be the same ones in the
 * same order and units, as weights know them by place.  The caller destroys *out. */
int model_start(const model_saved *, const char *cell, const fade_column *feature, size_t nfeature, object *, const fade_corrector_v1 *,
                const args *, void **out, why *w);

/* The band of cells it was trained on, where that is another than of cells never seen. */
void model_part_ahead(const model_part *, engine_band *out);
/* Bands count rows of a cell, whether it was trained on or not. */
bool model_counts_rows(const model_saved *);
/* For engine_study: a correction made of the saved model a corrector names. */
int model_correction(const engine_training *, engine_correction *out, why *w);
#endif
