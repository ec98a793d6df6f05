/* SPDX-License-Identifier: MIT
 * axis.h - what a study varies: [sweep.axes] read and checked, and the values a point of the design gives them.
 *
 *     [sweep.axes]
 *     "physics.k" = [1, 2, "3 1/s"]                         a list: numbers, texts with units, words, true and false, tables
 *     "physics.k" = { from = 1e-10, to = 1e-9, n = 10, scale = "log" }        a range of n levels; or step = ..; without either: any
 *                                                           number between them (designs random, lhs and sobol)
 *     "physics.k" = { kind = "normal", mean = 1, sd = 0.1, min = 0.5, max = 2 }        a distribution, truncated where min, max say so
 *     "physics.k" = a function of the point so far          (Lua)
 * or [[sweep.axes]] with key = ".." and values = [..] or any of the keys above.
 * correlation = [[..]]: of the distributions and ranges without levels, in their order (Gaussian copula).
 *
 * What a key addresses is the caller's to know: `find`.
 */
#ifndef FADE_STUDY_AXIS_H
#define FADE_STUDY_AXIS_H
#include "core/base/tree.h"
#include "core/study/design.h"

enum { AXIS_LIST, AXIS_RANGE, AXIS_SPREAD, AXIS_CALL };
enum { AXIS_MOST = 256, AXIS_LEVELS = 1000000 };

typedef struct axis_target {                      /* what a key addresses */
    const char *unit;                             /* declared unit of a number, "" a bare one; NULL: not a number (a plugin, a text) */
    double      min, max;                         /* bounds in that unit; min == max: none */
    bool        whole;                            /* whole numbers only: made ones are rounded */
    const char *doc;                              /* a sentence; NULL: none */
} axis_target;

typedef struct axis_host {
    /* E_OK and *out (from {0}); else a code and a sentence with the nearest name: it is complained of where the key stands. */
    int  (*find)(void *ctx, const char *key, axis_target *out, why *w);
    double nominal_ah;                            /* for C-rates in texts; NaN unknown */
    void  *ctx;
} axis_host;

typedef struct axis_value {
    double           real;                        /* in the declared unit; NaN: not a number */
    const tree_node *node;                        /* as written in a list; NULL: made (range, distribution, function) */
    uint64_t         level;                       /* its number in the list or range; 0 otherwise */
} axis_value;

typedef struct axis {
    const char      *key;                         /* "physics.k" */
    const tree_node *node;                        /* where it stands */
    int              kind;                        /* AXIS_* */
    axis_target      target;
    bool             number;                      /* every value it can take is a number */
    uint64_t         size;                        /* levels; 0: a continuous one, or a function */
    int              dim;                         /* coordinate of the design; -1: a function */
    const axis_value *level;                      /* [size] */
    int              spread;                      /* of the continuous ones, for axis_quantile: which, and what is prepared of it */
    double           a, b, c, lo, hi, u_lo, u_hi;
    bool             upper;
} axis;

typedef struct axis_set {                         /* in the tree's room */
    axis    *at;
    size_t   n, ndim;                             /* axes; those with a coordinate */
    uint64_t size[AXIS_MOST];                     /* [ndim]: for design_open */
    size_t   ncorrelated, *correlated;            /* dims of the continuous axes, in order, when there is a correlation; else 0 */
    double  *factor;                              /* [ncorrelated^2]: Cholesky factor, row-major */
} axis_set;

/* Reads `axes` and `correlation` of `sweep`, marking nodes used.  All that is wrong is added to `p`; E_OK even then; E_NOMEM. */
int axis_read(tree *t, const tree_node *sweep, const axis_host *, tree_problems *p, const axis_set **out);

/* Reads `design` ("grid", "zip", "random", "lhs", "sobol"; default grid where every axis has levels, else sobol), `n` and `seed` of
 * `sweep`.  *out is NULL where something was complained of.  Close it with design_close. */
int axis_design(const axis_set *, const tree_node *sweep, uint64_t seed, tree_problems *p, design **out, const char **word);

/* One axis that is a function: *out from the axes already known (functions see all that are none, then those before them), and the
 * point's number from 0 under the name "point".  An axis whose value is no number is left out. */
typedef int axis_call(void *ctx, const tree_node *function, const char *const *name, const double *value, size_t n, double *out, why *w);
/* Values [set->n] of point i, in the order of the axes.  E_DOMAIN, E_INPUT: a function gave what its key cannot be.  Thread: any, as far
 * as `call` is. */
int axis_point(const axis_set *, const design *, uint64_t i, axis_call *call, void *ctx, axis_value *out, why *w);

/* The value of a continuous axis at u in (0, 1): its quantile function. */
double axis_quantile(const axis *, double u);
#endif
