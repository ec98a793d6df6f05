/* SPDX-License-Identifier: MIT
 * report_gather.h - rows of a run as they come, kept within a bound: of very many cells a sample, of long lives the least and the
 * greatest of each stretch.
 */
#ifndef FADE_REPORT_REPORT_GATHER_H
#define FADE_REPORT_REPORT_GATHER_H
#include "core/study/frame.h"

enum { GATHER_VARIANTS = 16, GATHER_CELLS = 64, GATHER_ROWS = 200, GATHER_KEPT = 3 };

typedef struct gather_pending {                   /* a stretch of one cell under one variant that is not over */
    uint64_t rows;
    double  *value;                               /* [GATHER_KEPT][ncol]: the least, the greatest, the last */
    int64_t  cycle[3], time[3];
    double   key[3];
} gather_pending;

typedef struct report_gather {                    /* start from report_gather_open */
    frame           f;
    size_t          most;
    unsigned        shift;                        /* cells whose hash ends in so many zeros are kept */
    uint64_t        span;                         /* rows of a stretch; 1: all are kept */
    gather_pending *pending;                      /* [cells * GATHER_VARIANTS] */
    size_t          npending;
    uint64_t       *seen;                         /* hashes of all cells met; open addressing, 0 free */
    size_t          nseen, capseen;
    const char     *recent;                       /* the last row's cell, and whether it is kept */
    bool            recent_kept;
    int             key;                          /* column that says least and greatest */
    uint64_t        rows;
} report_gather;

int report_gather_open(report_gather *, const fade_columns *, size_t most, why *w);
int report_gather_rows(report_gather *, const fade_block *, uint32_t from, why *w);
/* One row; value[ncol] in the order of the columns. */
int report_gather_row(report_gather *, const char *cell, const char *variant, int64_t cycle, int64_t time, const double *value, why *w);
/* All that is kept as a frame of its own, to be freed by the caller; *note says what was left out, "" nothing. */
int report_gather_end(report_gather *, frame *out, char note[240], why *w);
void report_gather_free(report_gather *);

/* For report_state.c: a cell's hash is known; a lane's open stretch (NULL: of one that has none), its names as yet unknown. */
int report_gather_seen(report_gather *, uint64_t hash, why *w);
int report_gather_pending(report_gather *, const char *cell, const char *variant, gather_pending **out, why *w);
#endif
