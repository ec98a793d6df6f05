/* SPDX-License-Identifier: MIT
 * lsq.h - bounded nonlinear least squares whose model is asked for many points at once: Levenberg-Marquardt from several starts in step.
 *
 * One call of `model` gets the perturbed points of every start, the next one all their trials: where points are lanes, they cost
 * little more than one.  Cost is 1/2 sum scale^2 rho((r / scale)^2), r = model - data, as in scipy.optimize.least_squares.
 */
#ifndef FADE_BASE_LSQ_H
#define FADE_BASE_LSQ_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>

enum { LSQ_LINEAR, LSQ_SOFT_L1, LSQ_HUBER, LSQ_CAUCHY };                 /* rho(z): z; 2(sqrt(1+z)-1); Huber's; ln(1+z) */
enum { LSQ_MOST = 64 };                           /* parameters */
enum { LSQ_STOPPED, LSQ_GRADIENT, LSQ_SMALL_STEP, LSQ_SMALL_GAIN, LSQ_STUCK };       /* why a start ended; _STOPPED: iterations ran out */

typedef struct lsq {
    size_t n, p;                                  /* data; parameters */
    const double *data;                           /* [n]; all finite */
    const double *lo, *hi;                        /* [p]; lo == hi: held */
    /* y[k][n] of x[k][p]; a value that is no number makes that point worse than any.  < 0 or E_*: all is over. */
    int  (*model)(void *ctx, size_t k, const double *x, double *y, why *w);
    void  *ctx;
    int    loss;                                  /* LSQ_* */
    double scale;                                 /* of the loss, in the data's unit; with LSQ_LINEAR unused */
    const double *prior_mean, *prior_sd;          /* [p] or NULL; sd 0 or infinite: no prior.  Counts as (x - mean) / sd of `noise` */
    double noise;                                 /* what a prior of one sd weighs, in the data's unit */
    int    iterations;                            /* at most; 0: 100 */
    double tolerance;                             /* relative, of cost, step and gradient; 0: 1e-10 */
} lsq;

typedef struct lsq_start {
    const double *data, *lo, *hi;                 /* instead of the problem's; NULL: those */
    double x[LSQ_MOST];                           /* where to start; where it ended */
    double cost;                                  /* INFINITY: the model had no number there */
    int    ended, iterations;                     /* LSQ_* */
} lsq_start;

/* Runs all starts.  E_OK whatever each of them came to (see cost, ended); E_NOMEM, or what the model returned. */
int lsq_run(const lsq *, lsq_start *, size_t nstart, size_t *evaluations, why *w);

typedef struct lsq_shape {                        /* of the cost around a point */
    size_t nfree;                                 /* parameters neither held nor at a bound */
    double noise;                                 /* standard deviation of what is left, n - nfree degrees of freedom; weights of the loss count */
    double sd[LSQ_MOST];                          /* per parameter; NaN: held or at a bound; INFINITY: the data say nothing of it */
    double cov[LSQ_MOST * LSQ_MOST];              /* [p][p] */
    bool   at_bound[LSQ_MOST];
    double condition;                             /* of the scaled normal matrix */
    size_t nflat;                                 /* directions the data do not see: eigenvalue below 1e-10 of the largest */
    double flat[LSQ_MOST * LSQ_MOST];             /* [nflat][p], largest entry 1, in units of each parameter's own effect */
} lsq_shape;
int lsq_look(const lsq *, const double *x, lsq_shape *out, double *fitted, why *w);      /* fitted: y[n] at x; may be NULL */

/* Eigenvalues (rising) and vectors (rows of v) of a symmetric matrix [n][n]; a is overwritten.  Jacobi's rotations. */
void lsq_eigen(size_t n, double *a, double *value, double *v);
/* A symmetric positive definite system by Cholesky: a is overwritten, b becomes the solution; false: not positive definite. */
bool lsq_cholesky(size_t n, double *a, double *b);
#endif
