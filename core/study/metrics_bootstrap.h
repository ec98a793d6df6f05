/* SPDX-License-Identifier: MIT
 * metrics_bootstrap.h - how sure a score is: its percentiles over samples of the rows it was made of.
 *
 * Errors of neighbouring rows are alike, so rows are drawn in blocks of neighbours (Kuensch 1989); where there are several cells, whole cells
 * are drawn first, as rows of one cell are alike too.
 */
#ifndef FADE_STUDY_METRICS_BOOTSTRAP_H
#define FADE_STUDY_METRICS_BOOTSTRAP_H
#include "core/base/why.h"
#include <stddef.h>
#include <stdint.h>

typedef struct metrics_bootstrap {
    size_t        n, nseries;                     /* rows; series they are of, 0: one */
    const size_t *first;                          /* [nseries] row at which each begins */
    size_t        block;                          /* rows of a block; 0: the cube root of a series' rows */
    size_t        samples;                        /* 0: 1000 */
    double        level;                          /* 0: 0.95 */
    uint64_t      seed;
    double      (*score)(void *ctx, const size_t *row, size_t n);        /* of these rows, any of them several times */
    void         *ctx;
} metrics_bootstrap;

/* out[2]: lower, upper; NaN where fewer than three rows, or where the score is NaN in a tenth of the samples.  E_NOMEM. */
int metrics_bootstrap_run(const metrics_bootstrap *, double out[2], why *w);
double metrics_percentile(const double *sorted, size_t n, double p);    /* linear between neighbours, as numpy's default */
#endif
