/* SPDX-License-Identifier: MIT
 * series.h - predictions of picked rows, piece by piece; a corrector that keeps state sees each cell from its first row on.
 *
 * The rows between the picked ones are shown to it too, so that no answer depends on which others were asked for.
 */
#ifndef FADE_STUDY_SERIES_H
#define FADE_STUDY_SERIES_H
#include "core/engine/predictor.h"

typedef struct series {                           /* from {0}; the first eight are the caller's, lent */
    predictor      *tile;
    const void     *model;
    const uint32_t *cell, *row;                   /* of all rows: cell by cell, in order */
    const size_t   *pick;                         /* rising */
    size_t          npick;
    uint64_t      (*id)(const void *ctx, uint32_t cell);
    void          (*fill)(const void *ctx, size_t row, double *const *in, uint32_t at);
    const void     *ctx;

    size_t          done, next;                   /* picks answered; the row to be shown next */
    uint32_t        n;                            /* lanes of the last piece */
    size_t          asked[PREDICTOR_ROWS];        /* per lane of it: which pick it answers; SIZE_MAX: none */
} series;

/* Predicts on: answers lie in tile->out.  Go on while done < npick. */
int series_run(series *, why *w);
#endif
