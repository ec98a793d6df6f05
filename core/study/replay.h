/* SPDX-License-Identifier: MIT
 * replay.h - the rows of a scenario's source kept in memory, and a source that plays them again: for studies that run one scenario often.
 */
#ifndef FADE_STUDY_REPLAY_H
#define FADE_STUDY_REPLAY_H
#include "core/base/mem.h"
#include "core/engine/engine.h"

typedef struct replay {
    fade_column *column;                          /* as the source told; texts are the arena's */
    size_t       ncol, n, cap;
    double     **col;                             /* [ncol][n] in the source's units */
    int64_t     *time, *cycle;
    uint32_t    *cell;                            /* [n]: index into name */
    char       **name;                            /* in the order they came */
    size_t       ncell;
    size_t      *begin, *end;                     /* [ncell] rows between which a cell's lie; NULL: not looked for */
    mem_arena   *arena;
} replay;

enum { REPLAY_ROWS = 20000000 };

/* Reads all rows.  E_INPUT with a sentence: a source without an end, of duties or of no rows.  *r: from {0}. */
int replay_read(const scenario *, atomic_int *stop, replay *r, why *w);
void replay_free(replay *);

/* The same in pieces of whole cells, so that memory does not grow with the rows: for sources whose rows lie cell by cell. */
typedef struct replay_batches replay_batches;
int replay_batches_open(const scenario *, replay_batches **out, why *w);
/* The cells that fill `rows` rows, at least one; *out is lent until the next call.  out->n 0: there are no more.  E_INPUT: a cell of an
 * earlier piece comes again. */
int replay_batches_next(replay_batches *, size_t rows, atomic_int *stop, replay **out, why *w);
void replay_batches_close(replay_batches *);      /* accepts NULL */
/* *out is s with this for a source, without correctors, outputs, scores and stops; one cell of it, or all (-1).  One at a time in a process:
 * both are lent until the engine that runs it is closed. */
/* Which rows play next, where several scenarios were made. */
void replay_stage(const replay *, int64_t cell);
/* The same, but for the rows from this one of the replay on. */
void replay_stage_until(const replay *, int64_t cell, size_t until);
int replay_scenario(const scenario *s, const replay *r, int64_t cell, scenario *out, why *w);
#endif
