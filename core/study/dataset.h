/* SPDX-License-Identifier: MIT
 * dataset.h - rows to learn from: what a source measured, what a law says of the same rows, and the columns made of both, each with the moment
 * it is known.
 *
 * Rows lie cell by cell, in the order they came.  Values are in the units people read (degC, Ah), as in a run's row table; unknown is NaN.
 */
#ifndef FADE_STUDY_DATASET_H
#define FADE_STUDY_DATASET_H
#include "core/scenario/split.h"
#include "core/study/replay.h"

/* When a column's value of a row is known: before the cycle, during it, only after it; or it is the answer, or holds it. */
enum { WHEN_PLANNED, WHEN_EARLY, WHEN_AFTER, WHEN_ANSWER };

/* What is asked decides which columns may be features.
 * FORECAST: any row behind the origin, from what is planned.  NEXT: one cycle ahead, so that what earlier rows showed is known.
 * BEGUN: NEXT, and what this row shows early.  ESTIMATE: a cell whose capacity was never measured: what rows show but for the answer, early or
 * before, and no lagged answer. */
enum { ASK_FORECAST, ASK_NEXT, ASK_BEGUN, ASK_ESTIMATE, NASK };

typedef struct dataset_column {
    const char *key, *unit, *doc;                 /* the arena's */
    int         when;                             /* WHEN_*: of the row it is read from */
    uint32_t    lag;                              /* made of rows at least so many before; 0: of the row itself too */
    bool        of_answer;                        /* made of the target, of earlier rows where lag > 0 */
    bool        of_start;                         /* made of the cell's first measured capacity, and of nothing later of the target */
    double     *v;                                /* [n] */
} dataset_column;

typedef struct dataset {
    size_t           n, ncol, ncell;
    dataset_column  *col;
    uint32_t        *cell, *row;                  /* [n]: index into name; 1-based within its cell, rows that `where` left out counted */
    int64_t         *cycle, *time;                /* [n]; time in us since 1970, INT64_MIN unknown */
    size_t          *first;                       /* [ncell + 1]: row at which a cell's begin */
    const char     **name, **group;               /* [ncell]; group: as the source's column of that name says, else of cells that ran side by side
                                                     (the same time stamps) the first one's name, else the cell's own */
    int              target, physics;             /* columns; physics -1: none, the target itself is learnt */
    mem_arena       *arena;
    struct dataset_store *store;                  /* all rows, also those that `where` left out */
} dataset;

typedef struct dataset_options {
    int64_t     physics;                          /* index into scenario.physics; -1: none */
    const char *target;                           /* NULL: evaluate.target, else capacity */
    const char *where;                            /* rows kept: an expression of columns, "temperature_mean > 36 and cycle < 100"; NULL: all */
    const split_spec *origin;                     /* the law sees late columns of the rows that this split in time first knows, behind them their
                                                     means, as in a run's forecast: what it says is then planned.  NULL: all as measured */
    const char *lacks;                            /* the target may be missing, and is unknown then: its unit; NULL: it may not */
    struct engine_hooks const *hooks;
    atomic_int *stop;
} dataset_options;

/* Reads the source once, runs the law over it.  E_INPUT with a sentence (a name in `where` nobody knows, and the nearest).  *d: from {0}. */
int dataset_read(const scenario *, const dataset_options *, dataset *d, why *w);
/* The same of rows that were read before: the source is not asked. */
int dataset_of_rows(const scenario *, const dataset_options *, const replay *, dataset *d, why *w);
/* Number of a column; a made one ("capacity_lag_3", "rest_log", "cycle_sqrt") is made now.  < 0: -E_INPUT with the nearest name. */
int dataset_column_of(dataset *, const char *key, why *w);
/* Whether a column may be a feature: NULL, or why not, as the end of a sentence that begins with its name. */
const char *dataset_refuses(const dataset *, int column, int ask);
/* Says that cells belong together: "B0005 B0006 B0007; B0029 B0030".  Cells not named keep what they have.  E_INPUT: no such cell. */
int dataset_group(dataset *, const char *groups, why *w);
void dataset_free(dataset *);

const char *dataset_ask_word(int ask);            /* "forecast", "next", "begun", "estimate" */
int dataset_ask_of(const char *word);             /* -1: none of them */
const char *dataset_when_word(int when);          /* "planned", "early", "after", "answer" */

/* The catalogue of made columns, for help and docs: pattern ("COLUMN_lag_K"), what it is, its unit and moment in words. */
typedef struct dataset_made { const char *pattern, *unit, *moment, *doc; } dataset_made;
size_t dataset_catalogue(const dataset_made **out);
#endif
