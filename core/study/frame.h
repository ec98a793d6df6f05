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

typedef struct frame_index { uint32_t *slot; size_t n; } frame_index;   /* names to numbers; frame.c's */

typedef struct frame {
    size_t        n, cap, ncol;
    frame_column *col;
    int64_t      *cycle, *time;                   /* [n]; time in us since 1970, INT64_MIN unknown */
    uint32_t     *cell, *variant;                 /* [n]: index into the names */
    char        **cell_name, **variant_name;      /* a variant without a name is "" */
    size_t        ncell, nvariant;
    size_t        most;                           /* rows it may hold; 0: no bound.  Above it gathering fails with E_NOMEM and a sentence */
    frame_index   cell_at, variant_at;            /* frame.c's, as what follows */
    int          *from;                           /* column of the frame for each of the run that is tapped */
    size_t        nfrom;
    bool          failed;                         /* memory ran out between columns and rows of a tap */
} frame;

void frame_free(frame *);                                           /* what it holds; start from {0} */
int frame_find(const frame *, const char *name);                    /* by file name or key; -1: none */
/* Rows of a duty are stretches of time ([duty] row), no cycles: their column test_time; -1: the rows are cycles. */
int frame_duty_time(const frame *);
/* "years", "days" or "hours", whichever so many seconds are told in; *per: its seconds. */
const char *frame_time_unit(double seconds, double *per);
/* Letters of a variant's name that are its physics: all of them, or what stands before "+CORRECTOR" where its rows are corrected. */
size_t frame_physics_length(const frame *, size_t variant);
/* What a picture calls a column: of what a sweep varies ("physics.k") the sentence it was declared with, as far as it is short and no other
 * axis has the same; else its name. */
void frame_label(const frame *, int column, char *out, size_t n);
const char *frame_nearest(const frame *, const char *name);         /* for "did you mean"; NULL */
/* A tap that fills *f: give it to engine_options.tap.  `every`, `at` as there.  Several runs may follow one another into one frame. */
engine_tap frame_tap(frame *f);

/* Number of the column so named, added (NaN in rows that are there) where there is none; < 0: -E_NOMEM.  key, unit NULL: told from the
 * name's ending ("capacity_ah" is "capacity" in "Ah"). */
int frame_add_column(frame *, const char *name, const char *key, const char *unit, const char *doc, why *w);
/* One more row, all NaN, at *at.  E_NOMEM: no memory, or frame.most reached; the sentence says which. */
int frame_add_row(frame *, const char *cell, const char *variant, int64_t cycle, int64_t time, size_t *at, why *w);
/* Number of a cell or variant, -1: none such. */
int64_t frame_cell(const frame *, const char *name);
int64_t frame_variant(const frame *, const char *name);
/* *out (from {0}) becomes a copy with the rows of one cell and one variant (-1: of all). */
int frame_pick(const frame *, int64_t cell, int64_t variant, frame *out, why *w);

/* What a finished (or interrupted) result holds.  `folder` may also be a file: rows.csv, rows.jsonl, a .sqlite. */
typedef struct result {
    char   *folder, *name;                        /* the folder as given (of a file: where it lies); [run].name, else of the folder or file */
    char   *scenario;                             /* scenario.toml as run; NULL: none there */
    char   *script;                               /* scenario.lua, NULL unless it came from Lua */
    json_t *about;                                /* result.json; NULL: none there */
    frame   rows;
    char   *rows_from;                            /* file of the rows, also where none were asked for; NULL: none are kept */
    bool    cases;                                /* a sweep's store: a row is a case, "cell" its id, "cycle" its number, "variant" what was
                                                     varied in words; a column's doc is "axis" or "outcome" */
    bool    samples;                              /* a row is a sample within a cycle (docs/traces.md) */
} result;
enum { RESULT_ROWS = 20000000 };                  /* the most rows result_open reads */
/* E_INPUT with a sentence: no result there, no rows kept (naming the outputs that keep them), damaged at line N.  E_NOMEM: more than
 * RESULT_ROWS rows.  A last row that was cut short by a kill is left out.  `rows` false: only what stands beside them. */
int result_open(const char *path, bool rows, result **out, why *w);
void result_close(result *);                      /* accepts NULL */

typedef struct result_options {                   /* which rows; all zero: all of them */
    bool        none;                             /* no rows at all */
    const char *cell, *variant;                   /* of these alone; E_INPUT with the nearest name where there is none such */
    size_t      most;                             /* 0: RESULT_ROWS */
    int         samples;                          /* RESULT_NO_SAMPLES; _SAMPLES instead of rows, E_INPUT where none are kept; _ANY: if there are */
} result_options;
enum { RESULT_NO_SAMPLES, RESULT_SAMPLES, RESULT_SAMPLES_ANY };
int result_open_some(const char *path, const result_options *, result **out, why *w);

/* How each cell fared under each variant: of the rows that were read, and of result.json. */
typedef struct result_life {
    const char *cell, *variant;                   /* lent by the result */
    size_t      rows, first, last;                /* rows of the frame; none: 0, SIZE_MAX, SIZE_MAX (known from result.json alone) */
    int64_t     cycle;                            /* of the last row; -1 unknown */
    double      first_ah, last_ah;                /* physics; without that column: capacity */
    double      hybrid_ah, observed_ah;           /* last ones that are known; NaN */
    double      soh;                              /* so is this: of the corrected prediction where there is one, else of the physics */
    double      eol, eol_least;                   /* cycle; NaN: not reached, or not known.  Not reached: it is at least eol_least */
    const char *end, *reason;                     /* "rows" "stop" "failed", NULL unknown; why, NULL */
    double      eol_seconds;                      /* test time of the row `eol`; NaN */
} result_life;
int result_lives(const result *, result_life **out, size_t *n, why *w);       /* the caller frees *out */
double result_eol(const result *, uint64_t *hold);            /* [health]: SoH at the end of life, and for how many cycles; hold may be NULL */
int64_t result_started(const result *);           /* us since 1970, INT64_MIN unknown */
#endif
