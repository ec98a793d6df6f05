/* SPDX-License-Identifier: MIT
 * engine.h - runs a checked scenario: chunks of rows outermost, tiles in the middle, rows inside.
 *
 * engine_open does all that can fail before anything runs (objects made, columns decided, wired); it is what `fade check` calls.
 */
#ifndef FADE_ENGINE_ENGINE_H
#define FADE_ENGINE_ENGINE_H
#include "core/base/json.h"
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

struct engine_study;
typedef struct engine_options {
    const struct engine_study *study;             /* training and scores (study_table()); NULL: neither */
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
void engine_close(engine *);                                      /* accepts NULL */
#endif
