/* SPDX-License-Identifier: MIT
 * compare_inside.h - what the files of compare share.
 */
#ifndef FADE_STUDY_COMPARE_INSIDE_H
#define FADE_STUDY_COMPARE_INSIDE_H
#include "core/study/baseline.h"
#include "core/study/compare.h"

enum { COMPARE_NAIVE = 3 };                       /* persistence, drift, line: as score.c calls them */
extern const char *const compare_naive[COMPARE_NAIVE];

/* The numbers of a model, for tables, files and changes. */
typedef struct compare_number {
    const char *key, *head, *unit;                /* "rmse"; "RMSE, Ah"; "Ah" */
    const char *format;                           /* in the table; NULL: not shown there */
    size_t      at;                               /* offset of the double */
    size_t      least;                            /* offset of its lower bound; 0: has none */
    int         rank;                             /* COMPARE_*; -1: not ranked */
    bool        more, size;                       /* the more the better; by its magnitude */
    bool        changes, marked;                  /* told of an ablation; the best one is marked */
} compare_number;
enum { COMPARE_NUMBERS = 12 };
extern const compare_number compare_numbers[COMPARE_NUMBERS];
double compare_value(const compare_model *, size_t at);
/* What it is ranked by, less is better; NaN: not ranked. */
double compare_merit(const compare_model *, const compare_number *);

/* What became of a number without a part; *least: it rose by at least so much (the end of life is out of sight now).  NaN: unknown. */
double compare_changed(const compare *, const compare_model *, const compare_number *, bool *least);

/* ---- compare_follow.c: the rows of a run as they pass ---- */

typedef struct crossing {                         /* when a state of health falls below the end of life, and stays there */
    uint64_t below;
    int64_t  since, cycle;
    bool     reached;
} crossing;

typedef struct follow_lane {                      /* what is the same for all models of a cell */
    uint64_t rows, origin, digest;
    int64_t  origin_cycle, last_cycle;
    baseline known;
    crossing observed, naive[COMPARE_NAIVE];
    bool     measured;                            /* a value was seen */
} follow_lane;

typedef struct follow_model {                     /* one cell under one variant */
    uint64_t rows;
    int64_t  last_cycle;
    double   capacity;                            /* Ah, the last one, corrected where there is a corrector */
    crossing hybrid;
} follow_model;

typedef struct follow {                           /* lent to the engine as a tap */
    const scenario *sc;
    const engine   *engine;                       /* set once it is open */
    frame          *rows;
    size_t          most, stride;                 /* of the frame */
    bool            full;
    size_t          nvariant;                     /* per physics */
    const char    **variant;                      /* [nphysics * nvariant] as the engine calls them */
    char          **own;                          /* the same, to be freed */
    int             capacity, soh, hybrid, target, truth;         /* columns; -1 */
    size_t          nloss;
    int            *loss;                         /* [nloss] */
    char          **loss_key, **loss_unit;        /* [nloss] */
    size_t          cap, at, at_variant;          /* lanes there is room for; those looked at last */
    follow_lane    *lane;                         /* [cap] */
    follow_model   *model;                        /* [cap * nphysics * nvariant] */
    double         *share;                        /* [cap * nphysics * nloss] */
    why             why;                          /* what went wrong in the tap */
} follow;

int compare_follow_open(follow *, const scenario *, frame *rows, size_t most, why *w);
engine_tap compare_follow_tap(follow *);
void compare_follow_close(follow *);
const char *compare_follow_variant(const follow *, size_t physics, size_t corrector);
void compare_crossing(crossing *, double soh, double eol, uint64_t hold, int64_t cycle);

/* ---- compare_harvest.c: a finished run to models ---- */

typedef struct compare_entry {                    /* a scenario at work */
    const char         *file;
    char               *made;                     /* its text, where a host opens it */
    scenario           *sc;
    const engine_hooks *hooks;
    void               *keep;
    engine             *engine;
    engine_tap          tap;
    follow              follow;
    frame               rows;
} compare_entry;

int compare_harvest(const compare_entry *, compare_model **out, size_t *n, bool naive, why *w);
void compare_model_free(compare_model *);
/* Moves *m to the end of *at. */
int compare_push(compare_model **at, size_t *n, compare_model *m, why *w);

/* ---- compare_ranges.c: where laws were shown to hold ---- */

int compare_ranges_take(const engine *, size_t physics, compare_model *, why *w);
void compare_ranges_free(compare_model *);
void compare_range_say(const compare_model *, const compare_range *, text *out);   /* of one that was left */
void compare_ranges_json(const compare_model *, json *);

/* ---- compare_ablate.c ---- */

typedef struct compare_change {                   /* one part taken away */
    char  *set, *without;                         /* --set that does it, NULL: nothing to run */
    size_t physics, corrector;                    /* whose models change; SIZE_MAX: all */
    char  *refused;
} compare_change;
int compare_changes(const scenario *, compare_change **out, size_t *n, why *w);
void compare_changes_free(compare_change *, size_t n);

/* ---- compare.c ---- */

typedef struct compare_job {
    const compare_options *o;
    compare               *c;
    compare_entry         *at;
    size_t                 n, step, steps;
    const char            *doing;                 /* file at work */
    const char            *without;
} compare_job;
int compare_entry_open(compare_job *, compare_entry *, const char *set, tree_problems *p, why *w);
int compare_entry_run(compare_job *, compare_entry *, why *w);
void compare_entry_close(compare_job *, compare_entry *);
int compare_ablate(compare_job *, size_t number, why *w);
/* A line more in compare.note. */
int compare_note(compare *, why *w, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
