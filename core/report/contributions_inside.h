/* SPDX-License-Identifier: MIT
 * contributions_inside.h - what the files of contributions share.
 */
#ifndef FADE_REPORT_CONTRIBUTIONS_INSIDE_H
#define FADE_REPORT_CONTRIBUTIONS_INSIDE_H
#include "core/report/contributions.h"

enum { CONTRIBUTIONS_KEPT = 20000, CONTRIBUTIONS_SHOWN = 30, CONTRIBUTIONS_NAMED = 8 };

typedef struct contribution_row {
    char    cell[40];
    int64_t cycle;
    double  correction, base, *share;             /* [p] */
} contribution_row;

struct contributions {
    const model_saved *m;
    size_t             p, n, every;               /* rows kept; one of so many rows, behind the first ones */
    contribution_row  *row;
    double            *share;                     /* [CONTRIBUTIONS_KEPT][p] */
    double            *size;                      /* [p] sums of |share| over all rows */
    uint64_t           rows, known;               /* seen; with a correction */
    double             square, most;              /* of the sampling's errors; NaN: none */
    uint64_t           sampled;
};

/* Features by their size, largest first: order[p]. */
void contributions_order(const contributions *, size_t *order);
#endif
