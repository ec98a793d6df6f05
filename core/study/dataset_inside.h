/* SPDX-License-Identifier: MIT
 * dataset_inside.h - what the files of a data set share.
 */
#ifndef FADE_STUDY_DATASET_INSIDE_H
#define FADE_STUDY_DATASET_INSIDE_H
#include "core/study/dataset.h"

typedef struct dataset_store {                    /* every row of the source, cell by cell: what came before a row stays known */
    size_t    n, capcol;
    uint32_t *cell, *row;
    int64_t  *cycle, *time;
    size_t   *first;                              /* [ncell + 1] */
    double  **col;                                /* [ncol][n], beside dataset.col */
    size_t   *kept;                               /* [dataset.n] rows of the store; NULL: all */
} dataset_store;

/* Appends a column whose values of the whole store are v (taken, also on failure).  Its number, or -E_NOMEM. */
int dataset_add(dataset *, const dataset_column *like, double *v, why *w);
int dataset_find(const dataset *, const char *key);        /* -1: not there yet */
int dataset_moment(uint32_t flags);                        /* FADE_PLANNED .. as WHEN_* */
int dataset_law(const scenario *, const dataset_options *, const replay *, const size_t *at, dataset *d, why *w);
int dataset_keep(dataset *, const char *where, why *w);     /* applies `where`; *d's rows are the store's */
#endif
