/* SPDX-License-Identifier: MIT
 * evaluate.h - a score sheet: a law, correctors on it and the naive forecasts, each asked for rows that it was not shown.
 *
 * For each fold of a split the law is fitted (where that is wanted) and every corrector trained on the training rows alone; all are then asked for
 * the test rows.  What was said is kept row by row; scores are made of any rows of that table.
 */
#ifndef FADE_STUDY_EVALUATE_H
#define FADE_STUDY_EVALUATE_H
#include "core/study/leak.h"
#include "core/study/learner.h"
#include "core/study/metrics.h"
#include "core/study/metrics_band.h"
#include "core/study/metrics_class.h"
#include "core/study/metrics_life.h"
#include "core/study/metrics_residual.h"
#include "core/study/split_rows.h"
#include "core/study/worth.h"

enum { EVALUATE_PHYSICS, EVALUATE_LEARNT, EVALUATE_NAIVE };
/* The last value, the mean change from first to last, the straight line, the mean of the cell's training rows, that of all training rows. */
enum { EVALUATE_PERSISTENCE, EVALUATE_DRIFT, EVALUATE_LINE, EVALUATE_MEAN, EVALUATE_FLEET, EVALUATE_NAIVES };
enum { EVALUATE_LEVELS = 6 };

typedef struct evaluate_options {
    split_spec   split;
    int          ask;                             /* ASK_* */
    int64_t      physics;                         /* index; -1: none */
    const char  *target, *where, *groups;         /* NULL: as dataset_options; groups as dataset_group takes them */
    const char *const *corrector;                 /* names of those to be asked; ncorrector 0: all of the scenario */
    size_t       ncorrector;
    const char *const *fit;                       /* parameters, as fit_add takes them; nfit 0: the scenario's values */
    size_t       nfit;
    bool         importance, curve, unchecked;    /* unchecked: without the checks of leak.h */
    const char *const *allow;                     /* features that may tell the target by themselves: the user says why */
    size_t       nallow;
    size_t       samples;                         /* of bootstraps; 0: 1000 */
    uint64_t     seed;
    const struct engine_hooks *hooks;
    atomic_int  *stop;
    void       (*progress)(void *ctx, const char *fold, size_t done, size_t of);
    void        *ctx;
} evaluate_options;

typedef struct evaluate_model {
    char    name[140];                            /* "power-law", "power-law+ridge", "persistence" */
    int     kind;                                 /* EVALUATE_* */
    double *said, *sigma, *lower, *upper;         /* [table rows]; NaN: it could not say.  The last three NULL but for LEARNT */
} evaluate_model;

typedef struct evaluate_taught {                  /* one training */
    uint32_t fold, corrector;
    int64_t  cell;                                /* -1: all cells of the fold together */
    uint64_t rows;
    double   gate, reach, before, after;
    bool     model;                               /* false: too few rows, or the corrector declined */
} evaluate_taught;

typedef struct evaluate_pupil {                   /* a corrector at work */
    learner  learner;
    size_t   model;                               /* of evaluate.model */
    worth    worth;                               /* of its features, over all rows asked for */
    size_t   leak_rows;
    leak_report leak;                             /* of the first fold's training rows; nruler 0: not checked */
    double   level_square[EVALUATE_LEVELS], level_rows[EVALUATE_LEVELS], level_trained[EVALUATE_LEVELS];  /* learning curve: sums */
} evaluate_pupil;

typedef struct evaluate {
    const scenario  *s;
    evaluate_options o;
    dataset          data;
    split_rows       split;
    evaluate_model  *model;
    size_t           nmodel, naive, rival;        /* naive: the first of EVALUATE_NAIVES; rival: the best of them */
    bool             binary;                      /* the target is 0 or 1: an event that comes or does not */
    evaluate_pupil  *pupil;
    size_t           npupil;
    struct evaluate_law *law;                     /* NULL: nothing is fitted */
    size_t           n, cap;                      /* the table, fold by fold */
    size_t          *row;                         /* of the data set */
    uint32_t        *fold;
    double          *horizon, *target;            /* horizon 0: nothing of the cell before it is known */
    double          *before, *scale;              /* last value known to a forecast; mean |change| in the training part, for MASE */
    size_t          *order;                       /* [n] table rows by cell, row, fold */
    char           (*fold_name)[96];
    size_t           folds, trained;              /* folds done; training rows of the last */
    evaluate_taught *taught;
    size_t           ntaught, captaught;
} evaluate;

/* Reads, trains, asks.  E_CANCEL: stopped; what is done is whole and may be scored.  *out: from {0}; close it whatever came. */
int evaluate_run(const scenario *, const evaluate_options *, evaluate *out, why *w);
void evaluate_close(evaluate *);

/* ---- evaluate_score.c ---- */

typedef struct evaluate_scores {                  /* NaN: cannot be said */
    size_t n;
    double rmse, rmse_lower, rmse_upper;          /* 95 %, block bootstrap (of cells, where there are several) */
    double mae, median, largest, bias, sd, r2, mape, smape, mase, theil_u1, theil_u2, direction;
    double skill[EVALUATE_NAIVES];                /* 1 - rmse / the naive one's, over rows that both said */
    double skill_lower, skill_upper;              /* 95 % of the skill against `rival` */
    metrics_band band;                            /* of the 90 % band */
    double crps;                                  /* gaussian */
    metrics_pit pit;
    metrics_residual left;
    metrics_class chance;                         /* of a target that is 0 or 1; n 0: it is not */
} evaluate_scores;

/* Table rows at[n], in the order of evaluate.order.  `sure`: with bootstraps (slow).  E_NOMEM. */
int evaluate_score(const evaluate *, size_t model, const size_t *at, size_t n, bool sure, evaluate_scores *out, why *w);
/* Rows of one cell (-1: all) with horizons in least..most (0, INFINITY: all): their number; at has room for evaluate.n. */
size_t evaluate_pick(const evaluate *, int64_t cell, double least, double most, size_t *at);
double evaluate_rmse(const evaluate *, size_t model, const size_t *at, size_t n);      /* of rows that it said */
bool evaluate_spoke(const evaluate *, size_t model);  /* said anything at all */
/* The naive one with the least error over all rows (in hindsight: a model must beat them all); evaluate.rival keeps it. */
size_t evaluate_rival(const evaluate *);
/* Against whom cells are counted: persistence, or the rival where that said nothing. */
size_t evaluate_usual(const evaluate *);
/* Of `cells` that both said: on how many the first has the smaller RMSE, and the worst ratio of the two. */
typedef struct evaluate_duel { size_t better, cells; double worst; } evaluate_duel;
int evaluate_compare(const evaluate *, size_t model, size_t against, evaluate_duel *out, why *w);
/* Bounds of horizons: [least, most] of bin i; false: no such bin. */
bool evaluate_bin(size_t i, double *least, double *most);

/* ---- evaluate_life.c: ends of life, of capacities that were forecast ---- */

bool evaluate_has_lives(const evaluate *);
bool evaluate_doubts_laws(const evaluate *);            /* bands hold how wrong laws were elsewhere: a capacity, forecast behind rows of its own */
/* pair, of: room for all cells.  Cells whose life ended before the origin, and those the model said nothing of, are left out; of: which cells
 * they are.  In cycles; a prediction that reaches no end is "at least" the cell's last row.  E_NOMEM. */
int evaluate_lives(const evaluate *, size_t model, life_pair *pair, int64_t *of, size_t *n, why *w);

/* ---- evaluate_json.c, evaluate_words.c: what is said of it; E_NOMEM ---- */

int evaluate_json(const evaluate *, json *out, why *w);
void evaluate_csv(const evaluate *, text *out);       /* the table, a line a row and fold */
int evaluate_words(const evaluate *, text *out, why *w);      /* what the sheet comes to, a line a model */

/* ---- what the files share ---- */

int evaluate_naive(evaluate *, const split_fold *, size_t from, why *w);               /* fills table rows from..n */
int evaluate_law_open(evaluate *, why *w);
int evaluate_law_fold(evaluate *, const split_fold *, why *w);                         /* fits, and puts the law's values into the data set */
int evaluate_law_anew(void *evaluate, const size_t *row, size_t n, double *law, why *w);        /* learner.anew */
void evaluate_law_close(struct evaluate_law *);
int evaluate_learn(evaluate *, const split_fold *, size_t from, why *w);
#endif
