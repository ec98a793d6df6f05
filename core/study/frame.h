/* SPDX-License-Identifier: MIT
 * frame.h - rows of results in memory, column by column: gathered from a run, or read back from a result's folder.
 *
 * Columns are named as in files (capacity_ah, temperature_mean_celsius) and are in the units people read.  Missing is NaN.
 */
#ifndef FADE_STUDY_FRAME_H
#define FADE_STUDY_FRAME_H
#include "core/base/json.h"
#include "core/engine/engine.h"
#include <jansson.h>

typedef struct frame_column {
    char   *name, *key, *unit, *doc;              /* "physics_capacity_ah", "physics_capacity", "Ah", a sentence; unit, doc "" if unknown */
    double *v;                                    /* [frame.n] */
} frame_column;

typedef struct frame {
    size_t        n, cap, ncol;
    frame_column *col;
    int64_t      *cycle, *time;                   /* [n]; time in us since 1970, INT64_MIN unknown */
    uint32_t     *cell, *variant;                 /* [n]: index into the names */
    char        **cell_name, **variant_name;
    size_t        ncell, nvariant;
    size_t        most;                           /* rows it may hold; 0: no bound.  Above it gathering fails with E_NOMEM and a sentence */
} frame;

void frame_free(frame *);                                           /* what it holds; start from {0} */
int frame_find(const frame *, const char *name);                    /* by file name or key; -1: none */
const char *frame_nearest(const frame *, const char *name);         /* for "did you mean"; NULL */
/* A tap that fills *f: give it to engine_options.tap.  `every`, `at` as there. */
engine_tap frame_tap(frame *f);

/* What a finished (or interrupted) result holds.  `folder` may also be a file: rows.csv, rows.jsonl, a .sqlite. */
typedef struct result {
    char   *folder, *name;
    char   *scenario;                             /* scenario.toml as run; NULL: none there */
    char   *script;                               /* scenario.lua, NULL unless it came from Lua */
    json_t *about;                                /* result.json; NULL: none there */
    frame   rows;
    char   *rows_from;                            /* file the rows came from */
} result;
/* E_INPUT with a sentence: no result there, no rows kept (naming the outputs that keep them), damaged at line N. */
int result_open(const char *path, bool rows, result **out, why *w);
void result_close(result *);                      /* accepts NULL */
#endif
