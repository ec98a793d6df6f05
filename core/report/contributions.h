/* SPDX-License-Identifier: MIT
 * contributions.h - what each feature added to predictions: a table for few rows, a picture, how unsure sampled ones are.
 */
#ifndef FADE_REPORT_CONTRIBUTIONS_H
#define FADE_REPORT_CONTRIBUTIONS_H
#include "core/study/model_predict.h"

typedef struct contributions contributions;
/* The model is lent.  E_NOMEM. */
int contributions_open(const model_saved *, contributions **, why *w);
/* Of many rows every other one is kept, and again: the sums are of all of them. */
int contributions_rows(contributions *, const model_predicted *, why *w);
/* The first rows, features by their size, largest first. */
void contributions_table(const contributions *, text *out);
/* One row: from the base to the correction, feature by feature; several: their mean sizes, and the largest by cycle.  E_INPUT: no rows. */
int contributions_figure(const contributions *, const char *path, why *w);
/* Standard errors of sampled contributions: the largest, and the root of their mean square; NaN where none is sampled. */
void contributions_error(const contributions *, double *most, double *usual);
void contributions_close(contributions *);              /* accepts NULL */
#endif
