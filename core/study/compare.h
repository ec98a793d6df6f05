/* SPDX-License-Identifier: MIT
 * compare.h - models side by side on the same rows: errors, end of life, what made the fade, time; ranks; what each part is worth.
 *
 * A scenario brings every combination of its physics and correctors; several scenarios must stand on the same rows.  Scores are those
 * of the run (score.c); nothing is computed twice.
 */
#ifndef FADE_STUDY_COMPARE_H
#define FADE_STUDY_COMPARE_H
#include "core/base/json.h"
#include "core/engine/engine.h"
#include "core/study/frame.h"
#include "core/study/sweep.h"

enum { COMPARE_RMSE, COMPARE_MAE, COMPARE_MAPE, COMPARE_R2, COMPARE_BIAS, COMPARE_EOL, COMPARE_RANKS };   /* compare_model.rank */

typedef struct compare_loss { char *key, *unit; double value; } compare_loss;

typedef struct compare_range {                    /* an input of a law and where the law was shown to hold */
    char  *part, *column, *unit;
    double lo, hi;                                /* declared */
    double least, most, share;                    /* of what was outside: its ends (NaN: nothing was), and in how many of the rows */
    bool   stretches;                             /* of a duty's stretches between break points, rather */
} compare_range;

typedef struct compare_model {
    char    *scenario, *variant, *model;          /* file as given; "xu2018", "xu2018+ridge", "naive"; "physics", "hybrid", "persistence", .. */
    uint64_t n;                                   /* rows scored; 0: nothing was measured past the origin */
    double   rmse, mae, mape, r2, max_error, bias;             /* Ah; mape in %; NaN unknown */
    size_t   cells, reached;                      /* cells whose end of life is forecast; those for which the model has one */
    double   eol, eol_least;                      /* cycle, mean over cells; where one never reaches it eol is NaN, and the mean is at least .. */
    double   eol_years, eol_years_least;          /* the same in years of test time; NaN where rows do not say how long they are, and for all but physics */
    double   eol_observed, eol_observed_least;    /* the same, as measured */
    double   eol_error, eol_error_least, eol_bias;             /* cycles: mean of |predicted - observed|, NaN and at least ..; mean of the difference */
    double   capacity;                            /* Ah, at the last row, mean over cells; NaN for naive ones */
    double   seconds;                             /* stepping its physics, all threads; NaN for naive ones */
    double   rank[COMPARE_RANKS];                 /* by rmse, mae, mape, r2, |bias|, eol_error (or its least); ties share the mean; NaN: not ranked */
    double   rank_mean;                           /* over those; NaN: none */
    compare_loss *loss;                           /* fade split by mechanism at the last row, mean over cells: outputs called loss_.. */
    size_t   nloss;
    compare_range *range;                         /* inputs of its laws that declare one */
    size_t   nrange;
    char    *validity;                            /* "inside", "outside: temperature_mean 45..60 of 0..45 degC in 12 % of rows"; NULL: no range */
    char    *without;                             /* ablation: what was taken away; NULL */
    char    *refused;                             /* it does not run without that: why; NULL.  No numbers then */
    size_t   whole;                               /* of an ablation: the model it is held against, in compare.at */
} compare_model;

typedef struct compare {
    compare_model *at;                            /* models in the order they ran, naive ones behind them, ablations last */
    size_t         n;
    frame         *rows;                          /* [nscenario], for pictures: every Nth cycle where there are many */
    char         **name, **file;                  /* [nscenario]: [run] name; as given */
    size_t         nscenario, wanted;             /* finished; asked for */
    char          *target;                        /* key of what was measured; NULL: nothing was, lives are compared */
    double         eol;                           /* state of health at the end of life */
    char          *note;                          /* sentences on what stands in the way of comparing, one a line; NULL */
} compare;

typedef struct compare_options {
    const scenario_options *scenario;             /* NULL: none */
    const sweep_host       *host;                 /* opens scenarios, Lua too; NULL: TOML files */
    bool                    ablate;
    atomic_int             *stop;
    void                  (*progress)(void *ctx, const char *doing);      /* at most ten a second and scenario; may be NULL */
    void                   *ctx;
    size_t                  rows;                 /* most rows kept for pictures; 0: COMPARE_ROWS */
} compare_options;
enum { COMPARE_ROWS = 400000, COMPARE_FILES = 64 };

/* E_INPUT: scenarios on different rows, with a sentence naming the difference; what engine_open says.  E_PARTIAL: lanes failed.
 * E_CANCEL, and failures on the way: *out holds what was finished, NULL if nothing was. */
int compare_run(const char *const *file, size_t n, const compare_options *, compare **out, tree_problems *p, why *w);
void compare_json(const compare *, json *out);
void compare_csv(const compare *, text *out);
void compare_text(const compare *, bool color, text *out);      /* a table for the terminal, best first */
void compare_close(compare *);                    /* accepts NULL */

/* E_OK, or E_INPUT with a sentence: two scenarios whose rows or whose scores would not be the same. */
int compare_same(const scenario *a, const scenario *b, why *w);
/* Ranks 1.. of v[n], the least first; ties share the mean of theirs; NaN has none (NaN). */
int compare_ranks(const double *v, size_t n, double *rank, why *w);
#endif
