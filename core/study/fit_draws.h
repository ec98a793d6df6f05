/* SPDX-License-Identifier: MIT
 * fit_draws.h - how unsure a fit is, as sets of parameters that are all likely: written by a fit, taken by a forecast.
 *
 * A CSV of a column `cell` (empty, or no such column: every cell's) and one for each parameter, by its key ("physics.1.c",
 * "cell.initial_capacity") in its declared unit; a row is a draw.
 */
#ifndef FADE_STUDY_FIT_DRAWS_H
#define FADE_STUDY_FIT_DRAWS_H
#include "core/study/fit.h"

typedef struct fit_draws {
    char   (*key)[160];                           /* [nparam] */
    size_t   nparam, n, cap;
    char   (*cell)[64];                           /* [n]; "": every cell's */
    double  *v;                                   /* [n][nparam] in declared units */
    size_t  *line;                                /* [n] of the file */
} fit_draws;

/* E_INPUT with a sentence that names file and line.  *out: from {0}; freed by fit_draws_free in any case. */
int fit_draws_read(const char *path, fit_draws *out, why *w);
void fit_draws_free(fit_draws *);
/* Draws that are for a cell: its own, else every cell's; of[] holds their numbers, room for n. */
size_t fit_draws_of(const fit_draws *, const char *cell, size_t *of);

/* n draws x[n][nparam] (as they are fitted) of the normal distribution that a fit's covariance says, within the bounds; a parameter that
 * the data do not see is as wide as these. */
int fit_draws_normal(const fit *, const fit_result *, size_t n, uint64_t seed, double *x, why *w);
void fit_draws_head(const fit *, text *csv);
void fit_draws_row(const fit *, const char *cell, const double *x, text *csv);              /* x: as fitted; cell NULL: every one's */
#endif
