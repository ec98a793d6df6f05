/* SPDX-License-Identifier: MIT
 * study.h - what the engine asks of the study room: turn the rows up to the origin into a correction, and score the rows after it.
 *
 * The engine stands below study; the command hands it this table in engine_options.
 */
#ifndef FADE_ENGINE_STUDY_H
#define FADE_ENGINE_STUDY_H
#include "core/base/json.h"
#include "core/host/object.h"
#include "core/scenario/scenario.h"

enum { ENGINE_BANDS = 16 };
typedef struct engine_band {                      /* how far off a correction was, tried on known rows; plain data */
    uint64_t n;                                   /* 0: nobody could try */
    double   horizon[ENGINE_BANDS], half[ENGINE_BANDS];      /* half widths of the 90 % band, by rows behind the last known one */
    double   grow;                                /* behind the last horizon it widens as (h / horizon)^grow */
} engine_band;

typedef struct engine_start {                     /* of a lane */
    double first, last;                           /* capacity at the first known row, at the last: the law and what it missed there */
    double risen;                                 /* factor on what laws fall short by elsewhere (discrepancy.h) */
} engine_start;

typedef struct engine_half {                      /* of a 90 % band */
    double down, up;                              /* half widths */
    double known, error;                          /* standard deviations: what known rows say, how wrong laws were elsewhere */
} engine_half;

typedef struct engine_table {                     /* rows known at the origin, in the order they came; sorted before training */
    size_t    n, cap, ncol;
    double   *col;                                /* [ncol][cap] */
    double   *target;                             /* residual: observed - physics */
    double   *law;                                /* physics */
    uint32_t *cell, *row;                         /* lane; row number */
} engine_table;

typedef struct engine_correction {                /* what training made, or a saved model is: plain data and models */
    size_t    nmodel;                             /* 0: none; 1: pooled; else one per lane */
    void    **model;                              /* immutable; NULL: too few rows */
    double   *gate, *stretch;                     /* per model: weight 0..1 of the correction; factor on sigma */
    double   *reach;                              /* per model: the weight times exp(-(distance / reach)^2) */
    engine_band *band;                            /* per model */
    const engine_band *ahead;                     /* per model, n 0: none: of cells it was trained on, where `band` is of cells held out; or NULL */
    const double *ahead_stretch;                  /* beside it */
    engine_start *start;                          /* [nstart] per lane; NaN: nothing is known of it */
    size_t    nstart;
    const model_cell *seen;                       /* [nseen] a saved model: each cell's last known row; lent by the scenario */
    size_t    nseen;
    uint64_t *rows;                               /* per model: trained on */
    double   *before, *after;                     /* per model: RMSE without and with, on the training part's own later rows */
    size_t    nstate, lanes;                      /* of `state`, once a model that keeps any has predicted; nstate 0: none */
    double   *state;                              /* [lanes][1 + nstate]: rows seen, then what the model keeps from row to row */
    const char *const *cell;                      /* per model: whose it is, NULL all cells'; NULL: lane by lane */
} engine_correction;

typedef struct engine_training {                  /* one corrector for one physics */
    const scenario_corrector *corrector;
    object                   *object;
    const fade_corrector_v1  *vt;
    const fade_column        *features;           /* of the table's columns */
    size_t                    nlane;
    const uint64_t           *id;                 /* per lane, as tiles have it */
} engine_training;

typedef struct engine_scored {                    /* one row past the origin with a known target */
    uint32_t    lane;
    size_t      variant;                          /* in engine order */
    uint64_t    index;                            /* row, 1-based */
    bool        known;                            /* at or before the origin: feeds the baselines only */
    double      target, physics, hybrid, lower, upper;       /* Ah (or the target's unit); NaN unknown */
} engine_scored;

typedef struct engine_study {
    /* Trains one corrector for one physics.  [main] */
    int (*train)(const engine_training *, engine_table *, engine_correction *out, why *w);
    /* The same from the saved model the corrector names (scenario_corrector.model).  [main] */
    int (*load)(const engine_training *, engine_correction *out, why *w);
    int (*score_open)(const char *const *variant, size_t nvariant, void **score, why *w);
    int (*score_row)(void *score, const engine_scored *, why *w);
    /* Calls `said` for each score (JSON object, sentence); adds an array to *out when not NULL. */
    void (*score_end)(void *score, void (*said)(void *ctx, const char *json_text, const char *text), void *ctx, json *out);
    int (*score_save)(const void *score, const fade_stream *);
    int (*score_load)(void *score, const fade_stream *);
    void (*score_close)(void *score);
} engine_study;

int engine_correction_open(engine_correction *, size_t n, why *w);
void engine_table_free(engine_table *);
int engine_table_add(engine_table *, const double *row, double target, double law, uint32_t cell, uint32_t number);
int engine_start_open(engine_correction *, size_t nlane, why *w);        /* each NaN */
/* The half width of a 90 % band at a horizon: between the known ones, and growing on as they did behind the last; NaN: n is 0. */
double engine_band_half(const double *horizon, const double *half, size_t n, double grow, double h);
/* The band of a capacity `ahead` rows behind `known` ones: own is the half width by known rows; start NULL or NaN, and not ahead: that alone. */
void engine_halves(double own, const engine_start *start, double known, double ahead, double capacity, engine_half *out);
#endif
