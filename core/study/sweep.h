/* SPDX-License-Identifier: MIT
 * sweep.h - many points of one scenario: planned once, run in shares, kept in one SQLite file, merged.
 *
 * A plan is an immutable file: the scenario's text, its [sweep], and what follows from them.  A case is one point; its id is the hash of
 * its resolved values, its seed follows from the id.  Cases that differ only in per-cell parameters or conditions are lanes of one
 * engine; others are groups of their own.  A block of lanes is the unit that is finished, stored and, after a kill, done again.
 */
#ifndef FADE_STUDY_SWEEP_H
#define FADE_STUDY_SWEEP_H
#include "core/base/json.h"
#include "core/engine/engine.h"
#include <stdatomic.h>

/* How the sweep opens the scenario of its plan: TOML here, Lua by the room above.  `text` is the file's text. */
typedef struct sweep_host {
    /* Scenario `text` (of the kind the file's name ends with) with `set`; *hooks may be set, *keep is handed to close. */
    int  (*open)(void *ctx, const char *file, const char *text, const scenario_options *, scenario **out, const engine_hooks **hooks,
                 void **keep, tree_problems *p, why *w);
    void (*close)(void *ctx, void *keep, scenario *);
    /* A function of the script called with numbers by name: an axis that is a function of the others, or of the point's number. */
    int  (*call)(void *ctx, void *keep, const tree_node *, const char *const *name, const double *value, size_t n, double *out, why *w);
    void  *ctx;
} sweep_host;
const sweep_host *sweep_host_toml(void);

typedef struct sweep sweep;                       /* an opened plan */
/* From a scenario with [sweep]: checks all, makes the plan.  sweep_save writes it; sweep_open reads one back and proves its hash. */
int sweep_plan(const char *file, const scenario_options *, const sweep_host *, sweep **out, tree_problems *p, why *w);
int sweep_open(const char *plan, const sweep_host *, sweep **out, tree_problems *p, why *w);
int sweep_save(const sweep *, const char *path, why *w);
void sweep_close(sweep *);                        /* accepts NULL */

typedef struct sweep_about {
    const char *name, *hash, *design;             /* hash: of the plan, hex */
    uint64_t    cases, groups, blocks, seed;
    size_t      naxis, ncollect;
    const char *const *axis, *const *axis_unit, *const *collect;          /* keys; declared units; columns of the result */
} sweep_about;
void sweep_tell(const sweep *, sweep_about *out);
void sweep_text(const sweep *, text *out);        /* what `fade sweep plan` prints */

typedef struct sweep_progress { uint64_t done, failed, cases; double rate, left; } sweep_progress;
typedef struct sweep_options {
    const char *store;                            /* the SQLite file */
    uint64_t    shard, shards;                    /* 1..shards; 0, 0: all of it */
    int         threads, jobs;                    /* threads of the engine; worker processes (0: none, unless the plan or a timeout wants them) */
    double      timeout;                          /* s a case may take in a worker process; 0: no bound */
    int         retry;                            /* how often a crashed case is tried again */
    const char *exe;                              /* the command, for worker processes; NULL: none can be had */
    bool        trust;                            /* no sandbox for a script, in workers too */
    bool        again;                            /* cases that failed are run once more */
    atomic_int *stop;
    void      (*progress)(void *ctx, const sweep_progress *);
    void       *ctx;
} sweep_options;
/* Runs what is not in the store yet.  E_OK; E_PARTIAL: some cases failed (rows with a reason); E_CANCEL; others. */
int sweep_run(sweep *, const sweep_options *, sweep_progress *out, why *w);
/* A worker process: does what comes on `in`, says so on `out`, until `in` ends. */
int sweep_work(sweep *, const char *store, int threads, int in, int out, why *w);
int sweep_merge(const char *const *store, size_t n, const char *out, json *about, why *w);   /* E_INPUT: mixed plans; E_PARTIAL: cases missing */
int sweep_status(const char *store, json *out, why *w);
/* The cases in order, as CSV, piece by piece: `put` returns E_OK or what ends it. */
int sweep_table(const char *store, int (*put)(void *ctx, const char *, size_t), void *ctx, why *w);
/* The plan a store holds, to a file. */
int sweep_plan_of(const char *store, const char *path, why *w);
#endif
