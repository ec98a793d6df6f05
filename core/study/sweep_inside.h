/* SPDX-License-Identifier: MIT
 * sweep_inside.h - what the files of a sweep share: the opened plan, its cases in groups and blocks, and its store.
 */
#ifndef FADE_STUDY_SWEEP_INSIDE_H
#define FADE_STUDY_SWEEP_INSIDE_H
#include "core/study/axis.h"
#include "core/study/sweep.h"
#include <jansson.h>
#include <sqlite3.h>

enum { SWEEP_ID = 17, SWEEP_COLLECT = 64, SWEEP_POINTS = 100000000 };
enum { USE_PARAM, USE_COLUMN, USE_STRUCTURE };
enum { COLLECT_END, COLLECT_END_CYCLE, COLLECT_EOL, COLLECT_FIRST, COLLECT_CAPACITY, COLLECT_ROW, COLLECT_SCORE };

typedef struct sweep_use {                        /* what an axis addresses */
    int         where;                            /* USE_* */
    size_t      physics, part;
    uint32_t    param;
    const char *column;                           /* USE_COLUMN: key */
    bool        path;                             /* a text that is a file's name, meant from the scenario's folder */
} sweep_use;

typedef struct sweep_collect {                    /* one column of the result */
    char     name[128], key[80], unit[40];        /* its column, "capacity_ah@1000"; the row table's key, or the score's word; "Ah" */
    int      kind;                                /* COLLECT_* */
    uint64_t cycle;                               /* COLLECT_ROW: at this cycle; 0: the last row */
    int      column;                              /* in the row table at work; -1 */
    bool     known;                               /* some group has it */
    const tree_node *node;                        /* where it is asked for */
} sweep_collect;

typedef struct sweep_block {                      /* cases order[first .. first + count - 1] */
    uint64_t index, group, first, count;
    int      tries;                               /* how often it broke a worker */
} sweep_block;

struct sweep {
    const sweep_host   *host;
    scenario           *s;                        /* the base */
    const engine_hooks *hooks;
    void               *keep;
    char               *file, *text, *plan, hash[65];      /* plan: the file's JSON, written as it is */
    char              **set;
    size_t              nset;
    const axis_set     *axes;
    const char        **axis_key, **axis_unit;
    sweep_use          *use;
    design             *design;
    const char         *word;
    uint64_t            n, seed, ngroup, nblock, most;     /* cases; groups; blocks; cases a block has at most */
    uint64_t            points, nequal;           /* of the design; those left out since they equal an earlier one */
    uint32_t           *equal, *point;            /* [nequal] rising; [n] point of each case, NULL: its own number */
    uint32_t           *by_key;                   /* [axes->n] axes in the order of their keys */
    bool                structured;               /* some axis makes groups; else order is the cases' own */
    uint64_t           *order;                    /* [n] cases by group */
    uint64_t           *group_first;              /* [ngroup + 1] in order */
    sweep_block        *block;
    sweep_collect       collect[SWEEP_COLLECT];
    const char         *collect_name[SWEEP_COLLECT];
    size_t              ncollect;
    uint64_t           *at, nat, every;           /* cycles a tap must see; rows: every N-th cycle */
    bool                rows, isolate;
    double              timeout;                  /* s */
    int                 retry;
};

/* sweep_keys.c */
int sweep_find(void *ctx, const char *key, axis_target *out, why *w);              /* for axis_host; ctx: scenario */
int sweep_bind(sweep *, tree_problems *, why *);                                   /* use[] */
void sweep_lane_key(const scenario *, const char *key, sweep_use *out);            /* USE_STRUCTURE: lanes cannot differ in it */
int sweep_param(const scenario *, const char *key, size_t *physics, size_t *part, uint32_t *index, why *w);      /* "physics.2.k", "physics.ecm.k" */
void sweep_set_key(const scenario *, const char *key, text *out);                  /* as --set takes it: labels become numbers */
int sweep_read_collect(sweep *, tree_problems *, why *);
/* sweep_check.c */
int sweep_find_equal(sweep *, why *);             /* equal[] of a new plan, from the points themselves */
int sweep_leave_out(sweep *, why *);              /* n and point[] from equal[] */
int sweep_check_columns(sweep *, tree_problems *, why *);      /* every collected column is there; its name and unit */
const fade_column *sweep_column_of(const fade_column *, size_t n, const char *key);       /* "loss" is physics_loss where there is one */
uint64_t sweep_block_size(const sweep *);         /* cases a block has unless [sweep] says */
/* sweep_case.c */
int sweep_order_keys(sweep *, why *);             /* by_key[] */
void sweep_canonical(const sweep *, const axis_value *, text *);                   /* what an id is the hash of */
int sweep_groups(sweep *, why *);
uint64_t sweep_case_at(const sweep *, uint64_t place);                             /* number of the case at a place of the order */
int sweep_values(const sweep *, uint64_t number, axis_value *out, why *w);         /* [axes->n] */
int sweep_id(const sweep *, const axis_value *, char out[SWEEP_ID], why *w);
int sweep_open_group(const sweep *, const axis_value *, int threads, scenario **out, const engine_hooks **hooks, void **keep, why *w);
/* sweep_store.c */
typedef struct sweep_store {
    sqlite3      *db;
    sqlite3_stmt *insert, *row;
    char         *row_columns;                    /* of the rows that wait; NULL: none do */
    const sweep  *sweep;
    char         *path;
} sweep_store;
typedef struct sweep_result {                     /* one case's */
    uint64_t          number, block;
    const char       *id, *reason;                /* reason NULL: it is done */
    const axis_value *value;                      /* [axes->n] */
    const double     *collected;                  /* [ncollect] */
    const char       *end;                        /* how it ended */
    uint64_t          cells;
} sweep_result;
int sweep_store_open(const sweep *, const char *path, sweep_store *, why *);       /* makes it, or proves it is this plan's */
int sweep_store_begin(sweep_store *, why *);
int sweep_store_case(sweep_store *, const sweep_result *, why *);
int sweep_store_commit(sweep_store *, why *);
void sweep_store_rollback(sweep_store *);
int sweep_store_forget(sweep_store *, why *);                                      /* the failed cases */
int sweep_store_done(sweep_store *, uint8_t *done, uint64_t *cases, uint64_t *failed, why *);      /* [n] cases there are */
void sweep_store_close(sweep_store *);
/* Rows, where they are asked for, wait in a table of this process' own, so that nobody else has to: keep moves them into sweep_row. */
int sweep_store_rows_open(sweep_store *, const fade_column *, size_t n, why *);
int sweep_store_rows_keep(sweep_store *, why *);
void sweep_store_rows_drop(sweep_store *);
int sweep_store_row(sweep_store *, uint64_t number, const char *cell, const char *variant, int64_t cycle, const double *v, size_t n, why *);
int sweep_sql_fail(sqlite3 *, const char *path, const char *doing, why *);
/* sweep_block.c: cases order[first ..] of one group, run and stored. */
typedef struct sweep_group {                      /* the scenario of a group, kept from block to block */
    scenario           *s;
    const engine_hooks *hooks;
    void               *keep;
    uint64_t            group;
    bool                open;
    void              (*tick)(void *ctx, double done);    /* of the block at work, 0 .. 1; may be NULL */
    void               *ctx;
} sweep_group;
void sweep_group_close(const sweep *, sweep_group *);
int sweep_block_run(const sweep *, sweep_group *, const sweep_block *, const sweep_options *, sweep_store *, uint64_t *failed, why *);
/* sweep_run.c */
typedef struct sweep_due { sweep_block *at; size_t n, cap; } sweep_due;            /* what is left to do */
void sweep_count(const sweep_options *, sweep_progress *, uint64_t cases, uint64_t failed, int64_t began_ns, uint64_t before);
/* sweep_jobs.c: in worker processes. */
int sweep_jobs(const sweep *, const sweep_options *, sweep_store *, sweep_due *, sweep_progress *, why *);
#endif
