/* SPDX-License-Identifier: MIT
 * inside.h - what the files of this plugin share.
 *
 * Header -> specs (which field is what, in which unit) -> lines -> rows: either one line a cycle (cycles.c) or many (samples.c).
 * Reading is a function of the file alone, so a position is a number of rows: a resumed run reads again and drops what it has.
 */
#ifndef FADE_CSV_INSIDE_H
#define FADE_CSV_INSIDE_H
#include "fade_plugin.h"
#include <stdbool.h>

enum { MOST_COLUMNS = 40, MOST_GROUPS = 4096, KEY_BYTES = 65, UNIT_BYTES = 32, WINDOW = 31, WINDOW_LEAST = 8 };
enum { PEEK = 200000 };                           /* lines looked at before the first row */
enum { DUP_FIRST, DUP_LAST, DUP_MEAN, DUP_ERROR };
enum { GAP_HOLD, GAP_NAN, GAP_ERROR };
enum { SIGN_AUTO, SIGN_DISCHARGE, SIGN_CHARGE };
enum { ROWS_AUTO, ROWS_CYCLES, ROWS_SAMPLES, ROWS_LINES };
enum { FLAG_WORD = 1, FLAG_OUTLIER = 2 };         /* bits of the column `flags` */

/* Fields that are not numbers of a cycle: where they stand, -1 absent. */
enum { ROLE_CELL, ROLE_CYCLE, ROLE_DATE, ROLE_FLAG, ROLE_TIME, ROLE_VOLTAGE, ROLE_CURRENT, ROLE_TEMPERATURE, ROLE_N };

typedef struct standard {                         /* a key everybody knows */
    const char *key, *unit, *doc;                 /* the unit meant when a file says none */
    uint32_t    flags;
} standard;

typedef struct named {                            /* one header, understood */
    int         role;                             /* ROLE_* or -1 */
    const char *key;                              /* of a number; NULL: unknown header */
    char        unit[UNIT_BYTES];                 /* "" none said */
    bool        either;                           /* "time": seconds or a date, as its content says */
} named;

typedef struct spec {                             /* one column written */
    char     key[KEY_BYTES], unit[UNIT_BYTES];
    int      at;                                  /* field of the line; -1: made here */
    int      made;                                /* samples.c: which of its sums; -1 */
    double   sign;                                /* 1, -1; 0: not decided yet */
    uint32_t flags;
    bool     mapped, seen;                        /* asked for by `columns`; has a number somewhere */
} spec;

typedef struct options {
    const char        *path, *cell, *cell_column, *cycle_column, *time_column, *group_column;
    const fade_value  *cells, *columns, *keep;
    int                separator, sign, duplicates, gaps, missing, rows, ragged;
    double             outliers, rest_current, cut_off;
} options;

typedef struct cell cell;
struct cell {
    cell    *same;                                /* next of the same hash */
    char    *raw;                                 /* as in the file */
    char     id[65];
    bool     wanted, begun, waiting;              /* has a row; one waits in `row` */
    int64_t  cycle, time, row_cycle, row_time;    /* of the last line taken; of the waiting row */
    double   duration;                            /* s, of the row before; NaN unknown */
    double  *row, *held, *merged, *window;        /* per column: waiting, last known, lines in the waiting one; WINDOW values each */
    uint32_t *nwindow;                            /* values met, per column */
    struct run *run;                              /* samples.c */
};

typedef struct counts {
    uint64_t lines, flagged, ragged, repeats, outliers, held, gaps, undated, empty;
} counts;

typedef struct source {
    const fade_host      *host;
    const fade_text_v1   *text;
    const fade_clock_v1  *clock;
    const fade_csv_v1    *csv;
    options               o;
    fade_csv             *in;
    const fade_csv_field *field;
    uint32_t              n, width;               /* fields of the line, of the header */
    uint64_t              before;                 /* rows of the file before the data: titles, header, units */
    char                **header;
    int                   role[ROLE_N];
    char                  role_unit[ROLE_N][UNIT_BYTES];
    double                role_sign[ROLE_N];
    spec                  spec[MOST_COLUMNS];
    uint32_t              nspec;
    int                   count, flags, duration; /* specs made here; -1 */
    fade_column           column[MOST_COLUMNS];
    bool                  samples, waits;         /* rows wait for the next of their cell */
    char                  stem[65];
    char                **word;                   /* groups that are no numbers, in the order they were met */
    uint32_t              nword;
    bool                  numbered;               /* the first group was a number: all are */
    cell                **bucket, **order;
    size_t                nbucket, ncell, flushed;
    counts                met;
    /* The row that is ready. */
    const cell           *ready;
    double                out[MOST_COLUMNS];
    int64_t               out_cycle, out_time;
    uint64_t              made, skip;             /* rows made; rows a resumed run has already */
    bool                  ended;
    int32_t               failed;
} source;

/* names.c */
const standard *names_standard(const char *key);          /* NULL: not one */
const char *names_unit(const char *word);                 /* "mA.h" -> "mAh"; NULL unknown */
double names_scale(const char *unit);                     /* to s, A, V, Ah; 1 when unknown */
void names_read(const char *header, named *);
int names_role(const char *key);                          /* ROLE_* or -1 */

/* header.c */
int32_t header_find(source *);                            /* reads up to the first line of data; fills roles and specs */
int32_t header_rewind(source *);                          /* back to the first line of data */
int header_add(source *, const char *key, const char *unit, int at);      /* the new spec, or -1 */

/* source.c */
int32_t source_fail(const source *, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));   /* says it */
void source_say(const source *, int32_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));
int32_t source_line(source *);                            /* the next line that counts; FADE_END */
double source_flag(const source *);                       /* FLAG_WORD where the line was kept in spite of its flag */
int32_t source_real(source *, int at, double *x);         /* field `at`; NaN where empty or absent */
int32_t source_value(source *, const spec *, double *x);  /* of the spec's field: source_real, or the number of a group */
int32_t source_date(source *, int64_t *us);               /* ROLE_DATE */
int32_t source_cell(source *, cell **out);                /* of the line; *out NULL: not wanted */
int32_t source_cycle(source *, const cell *, int64_t *cycle);
int32_t source_absent(const source *);                    /* none of the cells met was asked for: says so */
void source_missing(const source *);                      /* warns of each of `cells` that was not met */
void source_free_cells(source *);

/* cycles.c, samples.c: one line taken, which may make a row ready; and the rows still waiting at the end */
int32_t cycles_open(source *);                            /* columns without any number are left out */
int32_t cycles_line(source *);
bool cycles_flush(source *, cell *);
void cycles_finish(source *, cell *, const double *row, int64_t cycle, int64_t time);   /* outliers, gaps, ready */
int32_t samples_open(source *);
int32_t samples_sign(source *);                           /* which way the current counts, when each line is a row */
int32_t samples_line(source *);
bool samples_flush(source *, cell *);
#endif
