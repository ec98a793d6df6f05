/* SPDX-License-Identifier: MIT
 * fit_all.h - a scenario's cells fitted as one was asked to: each by itself, one, all together, with own values, or row by row; with draws.
 */
#ifndef FADE_STUDY_FIT_ALL_H
#define FADE_STUDY_FIT_ALL_H
#include "core/base/json.h"
#include "core/study/filter_law.h"
#include "core/study/fit_draws.h"

typedef struct fit_all {
    fit_options    o;                             /* sample is its own */
    const char    *cell, *own;                    /* this cell alone; "c0,c": each cell's own values; NULL */
    bool           pooled, sequential, draw;      /* draw: sets of likely values are kept */
    filter_options filter;                        /* of sequential */
    fit            fit;
    fit_result    *result;                        /* [n], or */
    filter_course *course;                        /* [n], where sequential */
    size_t         n, ndraws;
    text           draws;                         /* CSV as fit_draws.h has it */
} fit_all;

/* Why what is asked does not go together: a sentence without its subject's dashes; NULL: it does. */
const char *fit_all_refuses(const fit_all *);
/* The settings filled in, the rest {0}.  E_CANCEL: what was done stands.  fit_all_close in any case. */
int fit_all_run(const scenario *, fit_all *, const char *const *param, size_t nparam, why *w);
/* A fit whose draws are too narrow as what it left has a memory; false: there is no such. */
bool fit_all_narrow(const fit_all *, size_t i);
void fit_all_json(const fit_all *, json *out);
void fit_json(const fit *, const fit_result *, size_t n, json *out);
void fit_all_close(fit_all *);
#endif
