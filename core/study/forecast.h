/* SPDX-License-Identifier: MIT
 * forecast.h - the rest of each cell's life from its known rows: a fitted law, a corrector and noise, in bands that were calibrated on
 * earlier origins within the known rows; the end of life and what remains until it as distributions.
 *
 * Behind the origin only what is planned is read of the source's rows; where they end, or where a plan is made up, the known ones say how it
 * goes on.  Four parts are kept apart and add up: var_physics (which values of the parameters), var_error (that the law is wrong),
 * var_corrector, var_noise.
 */
#ifndef FADE_STUDY_FORECAST_H
#define FADE_STUDY_FORECAST_H
#include "core/base/json.h"
#include "core/engine/discrepancy.h"
#include "core/study/fit_draws.h"
#include "core/study/metrics_band.h"

enum { FORECAST_RECORDED, FORECAST_REPEAT, FORECAST_HOLD };     /* planned inputs: the source's, then repeated; the known rows' repeated; their median */
enum { FORECAST_SHARES = 7 };                     /* 5 10 25 50 75 90 95 % */
/* Whose rows tell how wide a band must be: those known of all cells; or the whole records of the other cells, where these lived before it: cells that began at
 * the same moment are left out.  AUTO: of the others, of a capacity, where each cell has FORECAST_OTHERS_LEAST of them; else those known. */
enum { FORECAST_KNOWN, FORECAST_OTHERS, FORECAST_AUTO };
enum { FORECAST_OTHERS_LEAST = 12 };
extern const double forecast_share[FORECAST_SHARES];

typedef struct forecast_options {
    fit_options        fit;                       /* target, loss, starts, seed, hooks, stop; the rest is not read */
    const char *const *param;                     /* as fit_add takes them */
    size_t             nparam;                    /* 0: those whose defaults are examples or were fitted */
    const fit_draws   *draws;                     /* likely sets of parameters, in place of a fit; `param` names theirs.  Earlier origins
                                                     would know what these learnt later: nothing is calibrated on them.  NULL; lent */
    int64_t            physics;                   /* without param: whose */
    double             fraction;                  /* the origin: of each cell's rows that are known; 0: see `known` */
    size_t             known;                     /* that many rows; 0: all */
    size_t             horizon;                   /* rows behind the origin; 0: as many as the source has, or as are known where it has none */
    bool               until_eol;                 /* on until nine tenths of the samples have ended, at most horizon rows (0: nine times the known ones) */
    int                plan;                      /* FORECAST_* */
    size_t             samples;                   /* 0: 200 */
    size_t             origins;                   /* rolling ones a cell, that calibrate the band: 0: 7; 13 of other cells whose whole records count */
    int                calibrate;                 /* FORECAST_KNOWN, _OTHERS, _AUTO */
    bool               raw;                       /* no calibration, no error of the law: what the parts say */
    bool               no_error;                  /* nothing is known of how wrong such laws were elsewhere */
    const discrepancy *error;                     /* NULL: as shipped, learnt from cells of six labs; lent.  Of capacities alone */
    int64_t            corrector;                 /* index into scenario.corrector; -1: none */
    double             eol;                       /* in the target's unit; NaN: [health] of a capacity, none of other targets */
    void             (*progress)(void *ctx, size_t done, size_t of);         /* cells, from each origin; NULL */
    void              *ctx;
} forecast_options;

typedef struct forecast_cell {
    const char *name;
    size_t   n, known, recorded;                  /* rows; up to the origin; that the source has */
    int64_t *cycle, *time;                        /* [n]; time INT64_MIN unknown */
    double  *seen;                                /* [n] as the source has it, also behind the origin; NaN unknown */
    double  *physics, *correction, *shift;        /* [n] median of the fitted law; what a corrector, what other cells' forecasts missed by, add to it */
    double  *median, *lower50, *upper50, *lower90, *upper90;      /* [n] of a value that would be measured */
    double  *var_physics, *var_error, *var_corrector, *var_noise; /* [n] calibrated: they add to the variance of the band */
    double  *stretch_down, *stretch_up;           /* [n] factors of the calibration on the two halves of the 90 % band */
    double  *place;                               /* [n][5] 5 25 50 75 95 % about physics + correction; NULL: by the factors */
    double  *failed;                              /* [n] probability that the end of life is at this row or before */
    fit_value value[FIT_PARAMS];                  /* of the law, at the origin */
    size_t   nparam;
    double   rmse, noise, memory;                 /* of the known rows; standard deviation of the noise; correlation of neighbours */
    double   gate;                                /* of the corrector; NaN: none */
    double   risen;                               /* factor on other labs' errors above: how the cell's own earlier forecasts did there */
    double   eol;                                 /* NaN: none */
    double   reached;                             /* share of the samples that ended within the rows */
    double   eol_cycle[FORECAST_SHARES], rul[FORECAST_SHARES];    /* percentiles; rul in rows behind the origin; NaN: not within the rows */
    double   least;                               /* "at least": rows behind the origin that were simulated */
    double  *life;                                /* [samples] rows behind the origin, rising; INFINITY: not reached */
    size_t   nlife;
    double   seen_life;                           /* as measured: rows behind the origin; NaN not reached, or before it */
    const char *refused;                          /* why there is no forecast; NULL */
} forecast_cell;

typedef struct forecast {
    forecast_cell *cell;
    size_t         ncell, nparam, scores;         /* scores: values behind rolling origins that calibrated the bands */
    fit_param      param[FIT_PARAMS];
    bool           given;                         /* parameters were given, not fitted */
    int            calibrate;                     /* FORECAST_KNOWN, _OTHERS: what it came to */
    const char    *target, *unit, *physics, *corrector;           /* lent by the scenario */
    mem_arena     *arena;
} forecast;

/* All cells of the source; a cell with too few known rows is refused by itself.  *out: from {0}; freed by forecast_free in any case. */
int forecast_run(const scenario *, const forecast_options *, forecast *out, why *w);
/* Probability that the cell has ended so many rows behind the origin; NaN without an end of life, or behind the rows. */
double forecast_failed_by(const forecast_cell *, size_t rows);
/* Where a measured end of life lies in the distribution, 0..1 (ties and the open end halved); NaN: one of both is not there. */
double forecast_pit(const forecast_cell *);
/* Whether measured ends lie evenly in their distributions, over all cells.  A cell that had not ended when it was last seen spreads over what its
 * distribution has left; cells that had ended before the origin are left out. */
typedef struct forecast_pits { size_t ended, censored, before; metrics_pit pit; } forecast_pits;
void forecast_pits_add(const forecast_cell *, double *from, double *to, forecast_pits *);        /* one cell: [ended + censored] before; NaN none */
int forecast_pits_of(const forecast *, forecast_pits *out, why *w);                              /* E_NOMEM */
void forecast_free(forecast *);

typedef struct forecast_say {
    const size_t *within;                         /* probability of an end so many rows behind the origin */
    size_t        nwithin;
    bool          rows;                           /* JSON: the rows too */
} forecast_say;
void forecast_json(const forecast *, const forecast_say *, json *out);

/* How the bands did on what was measured behind the origin. */
typedef struct forecast_score { size_t n; double rmse, persistence, line, picp50, picp90, mpiw, crps, pit; } forecast_score;
forecast_score forecast_scored(const forecast_cell *);
#endif
