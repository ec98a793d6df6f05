/* SPDX-License-Identifier: MIT
 * compare.h - models side by side on the same rows: errors, end of life, what made the fade, time; ranks; what each part is worth.
 */
#ifndef FADE_STUDY_COMPARE_H
#define FADE_STUDY_COMPARE_H
#include "core/base/json.h"
#include "core/engine/engine.h"
#include "core/study/frame.h"
#include "core/study/sweep.h"

typedef struct compare_model {
    char    *scenario, *variant, *model;          /* file or name; "xu2018+ridge" or "naive"; "physics", "hybrid", "persistence", .. */
    uint64_t n;
    double   rmse, mae, mape, r2, max_error, bias;             /* Ah; mape in %; NaN unknown */
    double   eol, eol_observed, eol_error;        /* cycles, mean over cells that reach it; NaN not reached */
    double   seconds;                             /* stepping it; NaN for naive ones */
    double   rank[6];                             /* by rmse, mae, mape, r2, |bias|, |eol_error|; ties share the mean; NaN: not ranked */
    double   rank_mean;
    struct { char *key, *unit; double value; } *loss;          /* fade split by mechanism at the last row: outs called loss_.. */
    size_t   nloss;
    char    *without;                             /* ablation: what was taken away; NULL */
} compare_model;

typedef struct compare {
    compare_model *at;
    size_t         n;
    frame         *rows;                          /* [nscenario], for pictures; names of scenarios in `name` */
    char         **name;
    size_t         nscenario;
} compare;

typedef struct compare_options {
    const scenario_options *scenario;
    const sweep_host       *host;                 /* opens scenarios, Lua too */
    bool                    ablate;
    atomic_int             *stop;
    void                  (*progress)(void *ctx, const char *doing);
    void                   *ctx;
} compare_options;
int compare_run(const char *const *file, size_t n, const compare_options *, compare **out, tree_problems *p, why *w);
void compare_json(const compare *, json *out);
void compare_csv(const compare *, text *out);
void compare_text(const compare *, text *out);    /* a table for the terminal */
void compare_close(compare *);                    /* accepts NULL */
#endif
