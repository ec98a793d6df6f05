/* SPDX-License-Identifier: MIT
 * split_rows.h - a split as lists of rows: what may be trained on, what is asked for, and how far ahead that is.
 *
 * Rows lie cell by cell.  A fold's lists rise; a row with an unknown target is in neither.  In splits in time no row of a cell that is trained
 * on lies behind that cell's origin.
 */
#ifndef FADE_STUDY_SPLIT_ROWS_H
#define FADE_STUDY_SPLIT_ROWS_H
#include "core/scenario/split.h"
#include <stddef.h>

typedef struct split_layout {                     /* of the rows; lent */
    size_t             n, ncell;
    const size_t      *first;                     /* [ncell + 1] row at which a cell's begin */
    const double      *target;                    /* [n]; NaN: unknown */
    const char *const *name, *const *group;       /* [ncell] */
} split_layout;

typedef struct split_fold {
    char          name[96];                       /* "holdout:0.5", "row 84", "B0005" */
    size_t       *train, ntrain, *test, ntest;
    double       *horizon;                        /* [ntest] rows behind the last one known of the cell; 0: nothing of the cell before it is known */
    size_t       *origin;                         /* [ncell] known rows at a cell's beginning, trained on or not */
} split_fold;

typedef struct split_rows {
    split_spec   s;
    split_layout at;
    uint64_t     seed;
    size_t       nfold;
    size_t      *held, nheld;                     /* cells, or the first cell of each group, left out in turn */
    split_fold   fold;
} split_rows;

/* E_INPUT with a sentence: a single cell or group to leave out, nothing left to ask for.  *out: from {0}. */
int split_rows_open(const split_spec *, const split_layout *, uint64_t seed, split_rows *out, why *w);
/* Fold i of nfold; its lists are overwritten by the next. */
const split_fold *split_rows_fold(split_rows *, size_t i);
void split_rows_close(split_rows *);
#endif
