/* SPDX-License-Identifier: MIT
 * predictor.h - a tile in which a trained corrector predicts: up to PREDICTOR_ROWS rows of one cell are its lanes.
 *
 * A corrector that keeps state (a window of past rows, a hidden layer) sees the rows of a cell one after the other, from its first:
 * predictor_begin() before that one, then predictor_run() with rows in order, in pieces of any size.
 */
#ifndef FADE_ENGINE_PREDICTOR_H
#define FADE_ENGINE_PREDICTOR_H
#include "core/host/object.h"

enum { PREDICTOR_ROWS = 64, PREDICTOR_EXTRAS = 8 };

typedef struct predictor {
    object                  *object;              /* lent */
    const fade_corrector_v1 *vt;
    size_t                   nfeature, nout, scratch_bytes;
    double                 **in, **out;           /* columns of PREDICTOR_ROWS; the caller fills in[feature][row] */
    uint64_t                 row[PREDICTOR_ROWS]; /* numbers of the rows, the caller's too: what a model's randomness goes by */
    double                  *mem, *scratch;
    int                      mean, sigma, distance;       /* of its outputs; the last two -1: none */
    size_t                   nstate;              /* numbers kept from row to row of a cell; 0: any rows in any order */
    double                  *state;               /* [nstate] of the cell at hand, which a caller may swap between runs */
    struct predictor_walk   *walk;                /* columns in which rows are taken one by one; NULL without state */
    int                      extra[PREDICTOR_EXTRAS];     /* of predictor_extra, in order; -1: the model has it not */
} predictor;

/* The k-th output besides mean, sigma and distance: a score; NULL: there are not so many. */
const fade_column *predictor_extra(const fade_desc *, size_t k);
/* Makes sure in[] is there before the first run. */
int predictor_open(predictor *, why *w);
/* Start from {0} with object, vt and nfeature set.  What columns and state the model has, and the state before a cell's first row. */
int predictor_begin(predictor *, const void *model, uint64_t id, why *w);
/* Predicts n rows (at most PREDICTOR_ROWS); results in out[], state moves on.  Without predictor_begin only where nstate is 0. */
int predictor_run(predictor *, const void *model, uint64_t id, uint32_t n, why *w);
void predictor_free(predictor *);
#endif
