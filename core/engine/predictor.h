/* SPDX-License-Identifier: MIT
 * predictor.h - a tile in which a trained corrector predicts: up to PREDICTOR_ROWS rows of one cell are its lanes.
 */
#ifndef FADE_ENGINE_PREDICTOR_H
#define FADE_ENGINE_PREDICTOR_H
#include "core/host/object.h"

enum { PREDICTOR_ROWS = 64 };

typedef struct predictor {
    object                  *object;              /* lent */
    const fade_corrector_v1 *vt;
    size_t                   nfeature, nout, scratch_bytes;
    double                 **in, **out;           /* columns of PREDICTOR_ROWS; the caller fills in[feature][row] */
    double                  *mem, *scratch;
    int                      mean, sigma;         /* of its outputs; sigma -1: none */
} predictor;

/* Start from {0} with object, vt and nfeature set.  Predicts n rows (at most PREDICTOR_ROWS); results in out[]. */
int predictor_run(predictor *, const void *model, uint64_t id, uint32_t n, why *w);
void predictor_free(predictor *);
/* Makes sure in[] is there before the first run. */
int predictor_open(predictor *, why *w);
#endif
