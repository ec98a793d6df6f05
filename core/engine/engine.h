/* SPDX-License-Identifier: MIT
 * engine.h - runs a checked scenario: chunks of rows outermost, tiles in the middle, rows inside.
 *
 * engine_open does all that can fail before anything runs (objects made, columns decided, wired); it is what `fade check` calls.
 */
#ifndef FADE_ENGINE_ENGINE_H
#define FADE_ENGINE_ENGINE_H
#include "core/base/json.h"
#include "core/engine/hooks.h"
#include "core/scenario/scenario.h"
#include <stdatomic.h>

typedef struct engine engine;

typedef struct engine_progress {
    double      done;                             /* 0..1; NaN: no end in sight */
    uint64_t    rows, lanes, ended;               /* rows made so far, lanes, lanes that are over */
    double      rate;                             /* rows per second */
    double      left;                             /* s; NaN unknown */
    const char *doing;                            /* "run", "train" */
} engine_progress;

/* Many points of one scenario as lanes: each cell of the source lives once per point.  What differs between points is written here,
 * in the declared unit of the parameter or column.  Cells are called POINT, or POINT.CELL where the source has several. */
enum { ENGINE_AXIS_PARAM, ENGINE_AXIS_COLUMN };
typedef struct engine_axis {
    int           where;                          /* ENGINE_AXIS_PARAM: a FADE_PER_CELL real; _COLUMN: a condition, or a column of a held source */
    size_t        physics, part;                  /* _PARAM: scenario.physics[physics].part[part] */
    uint32_t      param;                          /* index in desc->params */
    const char   *column;                         /* _COLUMN: key */
    const double *value;                          /* [points]; lent for as long as the engine lives */
} engine_axis;

typedef struct engine_points {
    size_t             n;
    const char *const *id;                        /* [n], fit to be a cell's id and all different */
    const engine_axis *axis;
    size_t             naxis;
} engine_points;

/* An output that is no plugin: what a study gathers rows with.  Same calls and thread as a plugin's (fade_output_v1). */
typedef struct engine_tap {
    const fade_output_v1 *vt;                     /* open and close are not called */
    void                 *self;
    void                (*columns)(void *self, const fade_column *, size_t n);     /* before the first row; may be NULL */
    uint64_t              every;                  /* as in scenario_output; 0 with nat: only `at` and each lane's last */
    const uint64_t       *at;                     /* cycles that are wanted besides */
    size_t                nat;
    bool                  samples;                /* samples too (stream 1), their columns by engine_sample_columns */
    /* Not NULL: this column of each row of the first physics goes here and nothing by vt, which spares making rows.  Called by the workers: rows
     * of one lane in their order, of several lanes at once; lane counts from 0, its names in the order of the source, point by point. */
    const char           *key;                    /* what a law writes, as a row calls it: physics_capacity, .. */
    void                (*value)(void *self, uint32_t lane, const char *cell, double v);
} engine_tap;

struct engine_study;
typedef struct engine_options {
    const struct engine_study *study;             /* training and scores (study_table()); NULL: neither */
    const engine_hooks  *hooks;                   /* a script's functions; NULL: none */
    const engine_points *points;                  /* NULL: each cell lives once */
    const engine_tap    *tap;                     /* NULL: none; works without a folder too */
    const char *folder;                           /* where results lie; NULL: nothing is written (bench, tests) */
    bool        resume;                           /* go on from folder's snapshot */
    atomic_int *stop;                             /* set by a signal handler: end at the next chunk, snapshot, E_CANCEL */
    void      (*progress)(void *ctx, const engine_progress *);    /* at most 10 a second; may be NULL */
    void       *ctx;
} engine_options;

/* Problems of wiring, columns and files are gathered in *p. */
int engine_open(const scenario *, const engine_options *, engine **out, tree_problems *p, why *w);
/* E_OK; E_PARTIAL: some lanes failed; E_CANCEL; others.  Whatever the outcome, finished rows are on disk and outputs closed. */
int engine_run(engine *, why *w);
void engine_plan(const engine *, text *out);                      /* what --dry-run prints */
void engine_result(const engine *, json *out);                    /* rows, lanes, ends, failures, scores, provenance: one object */
size_t engine_sample_columns(const engine *, const fade_column **out);   /* of the samples within a cycle; 0: none are kept */
size_t engine_row_columns(const engine *, const fade_column **out);      /* of the row table, in the units outputs get */

/* How one lane's life under one physics went, after (or while) it ran. */
enum { ENGINE_RUNNING, ENGINE_ENDED, ENGINE_FAILED, ENGINE_THROUGH };   /* _ENDED: a stop condition; _THROUGH: all its rows are done */
typedef struct engine_life {
    const char *cell, *physics;                   /* lent */
    const char *reason;                           /* of an end or a failure; else NULL */
    int         state;                            /* ENGINE_* */
    size_t      point;                            /* in engine_points; 0 without */
    uint64_t    rows, end_cycle, eol_cycle;       /* 0: not reached */
    uint64_t    origin;                           /* rows that are known to a forecast; UINT64_MAX: all */
    double      first, capacity;                  /* Ah, first and last; NaN unknown */
    double      eol_seconds, seconds;             /* test time of the end of life (NaN: not reached) and of the last row, s; 0 where no row says how long it is */
} engine_life;
size_t engine_lives(const engine *);                              /* lanes x physics, lane by lane */
void engine_life_at(const engine *, size_t i, engine_life *out);
double engine_seconds(const engine *, size_t physics);            /* spent stepping it, summed over threads */

/* An input of a law beside the range in which the law was shown to hold; after the run, in units people read. */
typedef struct engine_range {
    const char *part, *column, *unit;             /* lent; part: its label */
    double      lo, hi;                           /* declared */
    double      least, most;                      /* of what was outside; NaN: nothing was */
    uint64_t    rows, stepped;                    /* of all cells: with a value outside; in all */
    bool        stretches;                        /* those are not rows but what a duty has between break points */
} engine_range;
/* The inputs that declare one, part by part; writes the first `most` and returns how many there are.  Rows before a --resume do not count. */
size_t engine_ranges(const engine *, size_t physics, engine_range *out, size_t most);
void engine_close(engine *);                                      /* accepts NULL */
#endif
