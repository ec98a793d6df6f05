/* SPDX-License-Identifier: MIT
 * hooks.h - functions of a script that the engine calls: conditions as functions of a cell's health, and what is done after a row.
 *
 * The engine knows no script; core/script fills this table.  Calls for one worker come from one thread; what they answer may depend on
 * nothing but the row, or results would depend on the number of threads.
 */
#ifndef FADE_ENGINE_HOOKS_H
#define FADE_ENGINE_HOOKS_H
#include "core/base/why.h"
#include "core/scenario/scenario.h"

typedef struct engine_row {                       /* one lane's row; numbers in the units people read, NaN unknown */
    const char   *cell, *physics;                 /* id; label */
    uint64_t      id, index;                      /* the cell's number (random numbers are keyed by it); row, from 1 */
    int64_t       cycle, time;                    /* time: us since 1970, INT64_MIN unknown */
    double        capacity, soh, efc, test_time;  /* Ah; 1; 1; s */
    const double *value;                          /* [ncolumn] of the row table; NULL before the row's step */
} engine_row;

typedef struct engine_said {                      /* what on_cycle answers; starts as all zero and NaN */
    char    stop[160];                            /* "" or why the lane ends here */
    char    mark[160];                            /* "" or an event "mark" with this text */
    double *set;                                  /* [ncondition + nsource columns], see engine_script_columns: NaN as it is */
} engine_said;

typedef struct engine_columns {                   /* lent while the engine lives */
    const fade_column *row, *set;                 /* the row table; columns on_cycle may change: conditions and a held source's */
    size_t             nrow, nset;
} engine_columns;

typedef struct engine_hooks {
    void *ctx;
    int  (*open)(void *ctx, const scenario *, const engine_columns *, why *);       /* at check time; may be NULL */
    int  (*worker)(void *ctx, int index, void **state, why *);                     /* one per worker, at check time */
    void (*worker_close)(void *ctx, void *state);
    int  (*start)(void *ctx, why *);                                               /* before the first row; may be NULL */
    /* Value of condition `which` (of scenario.condition, one with a `call`) in its column's unit, for the row that follows `now`. */
    int  (*condition)(void *ctx, void *state, size_t which, const engine_row *now, double *value, why *);
    int  (*cycle)(void *ctx, void *state, const engine_row *, engine_said *, why *);       /* after each row; may be NULL */
    int  (*end)(void *ctx, int outcome, const char *result, why *);                /* result: engine_result's JSON; may be NULL */
} engine_hooks;
#endif
