/* SPDX-License-Identifier: MIT
 * drift_run.h - has a scenario's source changed since, and does its law err as it did: columns side by side, and a watch over each cell's error.
 */
#ifndef FADE_STUDY_DRIFT_RUN_H
#define FADE_STUDY_DRIFT_RUN_H
#include "core/base/json.h"
#include "core/study/dataset.h"
#include "core/study/drift.h"

typedef struct drift_options {
    dataset_options    data;                      /* physics, target, where, hooks, stop */
    double             split;                     /* one scenario: the first so much of each cell's rows is the reference */
    double             fdr;                       /* false discovery rate of the columns called drifted */
    double             psi;                       /* a column drifts only where its index is above this, too: large samples find anything */
    double             slack, rate;               /* of the watch, as drift_watch_open */
    const char        *watch;                     /* column watched; NULL: target - physics_target, with a physics */
    const char *const *column;                    /* of these alone */
    size_t             ncolumn;
    uint64_t           seed;
} drift_options;

typedef struct drift_column {
    const char *key, *unit, *doc;                 /* the arena's */
    drift_pair  pair;
    double      q;                                /* p, adjusted for the number of columns */
    bool        drifted;
} drift_column;

typedef struct drift_cell {
    const char *name;                             /* the arena's */
    drift_watch watch;
    int64_t     alarm_cycle, began_cycle;         /* -1: none */
    char        refused[120];                     /* why it is not watched; "" */
} drift_cell;

typedef struct drift_report {
    drift_column *column;
    drift_cell   *cell;
    size_t        ncolumn, ncell, reference, fresh;           /* rows */
    char          watched[160];                   /* "capacity - physics_capacity"; "" nothing is */
    bool          drifted;                        /* some column, or some cell's alarm */
    mem_arena    *arena;
} drift_report;

/* `fresh` NULL: the later rows of the same scenario.  Cells that are in both are watched; all cells of the one.  *out: from {0}. */
int drift_run(const scenario *reference, const scenario *fresh, const drift_options *, drift_report *out, why *w);
void drift_run_free(drift_report *);
void drift_json(const drift_report *, const drift_options *, json *out);
#endif
