/* SPDX-License-Identifier: MIT
 * result_inside.h - what the readers of results share: where rows go, which are wanted, and the readers themselves.
 */
#ifndef FADE_STUDY_RESULT_INSIDE_H
#define FADE_STUDY_RESULT_INSIDE_H
#include "core/base/csv.h"
#include "core/study/frame.h"
#include <sqlite3.h>

typedef struct result_reader {
    result        *r;
    result_options o;
    const char    *path;                          /* for sentences */
    frame          seen;                          /* names met, where some are asked for; holds no rows */
    uint64_t       line;                          /* of the row being read; 0: not a text */
    int           *col;                           /* column of the frame for each field of a CSV's row; < 0: one of the fixed ones */
    size_t         ncol;
} result_reader;

/* The row's place among those kept; *wanted is false for one that is not asked for. */
int result_put(result_reader *, const char *cell, const char *variant, int64_t cycle, int64_t time, size_t *at, bool *wanted, why *w);

/* result_text.c: rows as the outputs csv and jsonl write them.  `torn`: the last row has no line end, it was cut short. */
int result_read_csv(result_reader *, fade_csv *, bool torn, why *w);
int result_read_line(result_reader *, const char *at, size_t n, why *w);         /* one object of a .jsonl */
int result_read_text(result_reader *, bool json_lines, why *w);                   /* the file `path` */
/* result_sqlite.c: what the output sqlite writes, and a sweep's store. */
int result_read_sqlite(result_reader *, const char *run, why *w);                 /* the file `path`; run: its id, NULL the latest */
bool result_has_samples(const char *path);                                        /* a database with a row in `sample` */
int result_read_base(result_reader *, sqlite3 *, const char *run, why *w);
/* result_cases.c: the case table of a sweep's store, a row per case. */
int result_read_cases(result_reader *, sqlite3 *, why *w);
#endif
