/* SPDX-License-Identifier: MIT
 * fit.h - parameters of a law from measured rows: bounded least squares over lanes, and how sure one can be of what comes out.
 *
 * The source's rows are read once and played again; each evaluation of the law is a lane, so that all perturbations of all starts, of all
 * bootstrap samples or of all points of a profile are one run.  Parameters marked FADE_LOG are fitted as their logarithm.
 */
#ifndef FADE_STUDY_FIT_H
#define FADE_STUDY_FIT_H
#include "core/base/lsq.h"
#include "core/study/replay.h"

enum { FIT_PARAMS = 32, FIT_PROFILE = 13 };

typedef struct fit_param {
    char          key[160];                       /* as --set takes it: "physics.1.k" */
    char          name[80];                       /* "k" */
    size_t        physics, part;
    uint32_t      index;
    const fade_param *of;
    bool          own;                            /* fit_joint: each cell has its own value */
    bool          log, scale;                     /* scale: "c0", the cell's initial capacity, which a law's capacity is in proportion to */
    double        lo, hi, start;                  /* in the declared unit */
    double        prior_mean, prior_sd;           /* sd 0: no prior; of the logarithm where `log`: sd is then relative */
} fit_param;

typedef struct fit_options {
    const char *target;                           /* observed column; NULL: evaluate.target, else capacity.  Beside the law's physics_TARGET */
    int         loss;                             /* LSQ_* */
    double      scale;                            /* of the loss, in the target's unit; 0: from the data */
    size_t      starts, bootstrap;                /* 1: from the scenario's values alone; samples, 0: none */
    bool        profile, global;                  /* global: differential evolution before the local fits */
    double      fraction;                         /* of each cell's known rows that is fitted to: the first ones; 1: all */
    size_t      rows;                             /* of each cell's rows, known or not, none behind this many is fitted to; 0: all */
    uint64_t    seed;
    const engine_hooks *hooks;                    /* a Lua scenario's; NULL */
    atomic_int *stop;
    void      (*sample)(void *ctx, const char *cell, const double *x);         /* each sample of a bootstrap, each lane that a filter ends with,
                                                     as fitted; cell NULL: all; NULL: nobody asks */
    void       *sample_ctx;
    void      (*progress)(void *ctx, const char *doing, size_t done, size_t of);
    void       *ctx;
} fit_options;

typedef struct fit_value {                        /* of one parameter, in its declared unit */
    double value, sd;                             /* sd: as lsq_shape.sd; of a FADE_LOG parameter relative times value */
    double lower, upper;                          /* 95 %, from the covariance; NaN unknown */
    double boot_lower, boot_upper;                /* 95 %, percentiles of the bootstrap; NaN without */
    double profile_lower, profile_upper;          /* 95 %, of the likelihood; NaN: without, infinite: open on that side */
    bool   at_bound;
} fit_value;

typedef struct fit_result {                       /* of one cell, or of all together */
    const char *cell;                             /* NULL: all; lent by the fit */
    size_t      n, nparam;
    double      rmse, before, noise;              /* of the fitted rows: after, with the scenario's own values; weighted, per degree of freedom */
    double      rest_rmse, rest_line;             /* of later rows, where fraction < 1: the law's, and the straight line's; NaN: none */
    size_t      nrest;
    fit_value   at[FIT_PARAMS];
    double      x[FIT_PARAMS];                    /* the values as they are fitted: logarithms where so marked */
    double      correlation[FIT_PARAMS * FIT_PARAMS];
    double      condition;
    size_t      nflat;
    double      flat[FIT_PARAMS * FIT_PARAMS];    /* directions the data do not see: [nflat][nparam], in units of each parameter's own effect */
    double      durbin_watson;                    /* of what is left, in the order of rows; 2: no memory */
    size_t      evaluations, starts_agree;        /* starts that came to within 1 % of the best cost */
    int         ended;                            /* LSQ_* of the best */
    double      profile_x[FIT_PARAMS][FIT_PROFILE], profile_d[FIT_PARAMS][FIT_PROFILE];       /* value, and rise of 2 ln L */
} fit_result;

typedef struct fit {
    const scenario *s;
    replay          rows;
    fit_param       param[FIT_PARAMS];
    size_t          nparam, physics;
    fit_options     o;
    bool            lent;                         /* the rows are another's */
    double          unit_capacity;                /* with c0: what laws start from, Ah; its multiple is fitted */
} fit;

/* Reads the source's rows.  The scenario is lent. */
int fit_open(const scenario *, const fit_options *, fit *out, why *w);
/* The same over rows that are there; lent until fit_close. */
int fit_over(const scenario *, const fit_options *, const replay *rows, fit *out, why *w);
/* "k", "k=1e-3..1e-1" (bounds, units allowed), "physics.2.k", "k~0.1+-0.02" (a prior); "c0": the initial capacity. */
int fit_add(fit *, const char *said, why *w);
/* One cell's rows (-1: all cells share the parameters). */
int fit_run(fit *, int64_t cell, fit_result *, why *w);
/* Marks a parameter as each cell's own: "c0".  E_INPUT: it is none of the fit's. */
int fit_own(fit *, const char *name, why *w);
/* All cells at once, with own and shared parameters: out[rows.ncell].  Starts from each cell's own fit; cost is linear in cells. */
int fit_joint(fit *, fit_result *out, why *w);
void fit_close(fit *);
#endif
