/* SPDX-License-Identifier: MIT
 * gp.h - what a trained Gaussian process is: a kernel, its hyper-parameters, the rows it remembers, a factor of their covariance.
 *
 * All in standardised features z and a standardised target.
 */
#ifndef FADE_GP_H
#define FADE_GP_H
#include "../common_features.h"
#include "../common_wide.h"

enum {
    GP_FEATURES = 256,
    GP_LEAVES = 16,                               /* kernels named in a text */
    GP_TERMS = 32,                                /* addends, once products of sums are multiplied out */
    GP_THETA = 192,                               /* hyper-parameters */
    GP_TEXT = 256,
    GP_ROWS = 5000,
    GP_CHUNK = 8,                                 /* rows of which kernels are worked out together, for long columns of exp */
    GP_BLOCK = 16                                 /* rows of the factor that share a width */
};
enum { GP_RBF, GP_MATERN12, GP_MATERN32, GP_MATERN52, GP_PERIODIC, GP_LINEAR, GP_CONSTANT, GP_WHITE, GP_KINDS };

typedef struct gp_leaf {
    int      kind;
    uint32_t n, nlength, theta;                   /* features; lengths: 0, 1 or n; its first hyper-parameter */
    uint16_t feature[GP_FEATURES];
} gp_leaf;

/* k(x, x') = sum over terms of variance * the product of its leaves */
typedef struct gp_kernel {
    uint32_t nleaf, nterm, ntheta, p;
    uint32_t term[GP_TERMS];                      /* bits: leaves of the product */
    uint32_t white;                               /* bits: leaves that are noise */
    gp_leaf  leaf[GP_LEAVES];
} gp_kernel;

typedef struct gp {
    const fade_host    *host;
    const fade_math_v1 *math;
    features            f;
    gp_kernel           k;
    struct gp_numbers {                           /* saved as they lie */
        char     text[GP_TEXT];
        double   y_mean, y_scale, likelihood;
        double   jitter;                          /* added to the diagonal, no part of the noise */
        uint64_t seen;                            /* rows with a target */
        uint64_t ard;
    } s;
    double  *theta;                               /* ntheta, natural values */
    double  *z;                                   /* n rows of p */
    double  *alpha;                               /* n */
    double  *factor;                              /* inverse of the Cholesky factor: blocks of GP_BLOCK rows, each as wide as its last; NULL: no sigma */
    uint32_t n;
} gp;

/* kernel.c: text to kernel.  A noise is added where the text has none.  < 0: said, with the letter. */
int32_t kernel_parse(const fade_host *, const char *text, int ard, const features *, gp_kernel *);
/* "rbf.length(cycle)", "variance of rbf * linear" */
void kernel_theta_name(const gp_kernel *, const features *, uint32_t theta, char *out, size_t n);
/* Bounds and first guess of a hyper-parameter, natural values. */
void kernel_theta_range(const gp_kernel *, uint32_t theta, double *least, double *most, double *guess);

/* covariance.c: R <= GP_CHUNK rows x (p numbers each) against n lanes, feature j at z + j * stride; n a multiple of 8.
 * leaf: (nleaf + 1) * R * n numbers of room, left with the leaves' values; out: R * n.  White counts as 0. */
void covariance_rows(const gp_kernel *, const double *theta, uint32_t R, const double *x, uint32_t n,
                     const double *z, size_t stride, double *leaf, double *out);
/* k(x, x) with noise, over lanes. */
void covariance_self(const gp_kernel *, const double *theta, uint32_t n, const double *z, size_t stride, double *out);
/* The same of one row, what is noise apart. */
double covariance_one(const gp_kernel *, const double *theta, const double *x, double *noise);
/* slope[] += the sum over lanes of g * dk / d ln theta, for row x and the leaf values that covariance_rows left (R = 1).
 * with: 2 n numbers of room. */
void covariance_slope(const gp_kernel *, const double *theta, const double *x, uint32_t n, const double *z, size_t stride,
                      const double *leaf, const double *g, double *with, double *slope);

/* likelihood.c */
typedef struct evidence {
    const gp_kernel    *k;
    const fade_math_v1 *math;
    const fade_host    *host;
    uint32_t            n, wide;                  /* rows; the same as a multiple of 8 */
    double              jitter;
    double             *z, *row;                  /* p columns of `wide`; n rows of p: the same numbers */
    double             *y, *share;                /* n; noise of row i is noise / share */
    double             *K, *alpha;                /* n * n: the factor after evidence_factor, then the inverse; n */
    double             *room;
} evidence;
int evidence_open(evidence *, const gp_kernel *, uint32_t n);  /* 0: no memory */
void evidence_close(evidence *);
/* Cholesky factor in K, alpha = K^-1 y; the log marginal likelihood, -INFINITY where K has no factor. */
double evidence_factor(evidence *, const double *theta);
/* The same, and slope[ntheta] = d / d ln theta. */
double evidence_slope(evidence *, const double *theta, double *slope);

/* climb.c: the most of f over lo..hi, from x; returns f there.  f says INFINITY to stop all.  n <= GP_THETA. */
typedef double climb_f(void *ctx, const double *x, double *slope);
double climb(climb_f *, void *ctx, uint32_t n, const double *lo, const double *hi, int steps, double *x);

/* fit.c */
gp *gp_new(const fade_host *, uint32_t p);
int gp_room(gp *, uint32_t n, int factor);        /* theta, z, alpha, factor: k set before.  0: no memory */
void gp_free(void *);
size_t gp_factor_size(uint32_t n);                /* doubles */
int32_t gp_fit(gp *, const fade_table *, const fade_args *, const gp *from);

int32_t gp_save(const void *model, const fade_stream *);
int32_t gp_load(const fade_host *, const fade_args *, const fade_stream *, void **model);

enum { GP_KERNEL, GP_ARD, GP_STARTS, GP_OPTIMISE, GP_START, GP_MOST_ROWS, GP_TUNE_ROWS, GP_SIGMA }; /* parameters */
#endif
