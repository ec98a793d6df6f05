/* SPDX-License-Identifier: MIT
 * common_penalty.h - least squares with a penalty on the weights of p centred columns, by the eigenvectors of their Gram matrix.
 *
 * With Z'Z = V diag(d) V' every lambda costs p operations, so generalised cross-validation walks a grid for nothing:
 *     GCV(lambda) = n RSS / (n - df)^2,   df = 1 + sum d / (d + lambda)     Golub, Heath, Wahba, Technometrics 21, 215 (1979)
 */
#ifndef FADE_CORRECTOR_COMMON_PENALTY_H
#define FADE_CORRECTOR_COMMON_PENALTY_H
#include "fade_plugin.h"
#include <lapacke.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Some BLAS come with threads of their own; the host's rule is one. */
extern void openblas_set_num_threads(int) __attribute__((weak));

typedef struct penalty {
    uint32_t p;
    uint64_t rows;
    double   yy;                                  /* squares of the target about its mean */
    double  *z, *b, *G, *d, *work;                /* p of room; Z'y; Z'Z, its lower triangle; eigenvalues; 34 p of room */
} penalty;

static inline size_t penalty_room(uint32_t p)     /* doubles */
{
    return (size_t)p * (p + 37);
}

static inline void penalty_place(penalty *s, double *at, uint32_t p)
{
    *s = (penalty){ .p = p, .z = at, .b = at + p, .d = at + 2 * (size_t)p, .work = at + 3 * (size_t)p };
    s->G = s->work + 34 * (size_t)p;
}

/* One row: z of p, its weight, the target less its mean. */
static inline void penalty_add(penalty *s, double w, double y)
{
    for (uint32_t j = 0; j < s->p; j++) {
        double wz = w * s->z[j];
        s->b[j] += wz * y;
        for (uint32_t k = 0; k <= j; k++)
            s->G[k * (size_t)s->p + j] += wz * s->z[k];
    }
}

/* G <- eigenvectors by column, d <- eigenvalues, b <- V'b.  < 0: said. */
static inline int32_t penalty_decompose(penalty *s, const fade_host *host)
{
    lapack_int p = (lapack_int)s->p;
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    lapack_int rc = LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'L', p, s->G, p, s->d, s->work, 34 * p);
    if (rc != 0) {
        char text[100];
        snprintf(text, sizeof text, "the features' Gram matrix has no eigenvalues (dsyev gave %d)", (int)rc);
        fade_say(host, 3, FADE_ESOLVE, -1, text);
        return FADE_ESOLVE;
    }
    memcpy(s->z, s->b, s->p * sizeof *s->b);
    for (lapack_int k = 0; k < p; k++) {
        s->b[k] = 0;
        s->d[k] = fmax(s->d[k], 0);
        for (lapack_int j = 0; j < p; j++)
            s->b[k] += s->G[k * p + j] * s->z[j];
    }
    return FADE_OK;
}

static inline double penalty_gcv(const penalty *s, double lambda)
{
    double n = (double)s->rows, df = 1, rss = s->yy;
    for (uint32_t k = 0; k < s->p; k++) {
        double d = s->d[k] + lambda;
        df += s->d[k] / d;
        rss -= s->b[k] * s->b[k] * (s->d[k] + 2 * lambda) / (d * d);
    }
    return n - df > 0.5 ? n * fmax(rss, 0) / ((n - df) * (n - df)) : INFINITY;
}

/* Least GCV over lambda = rows * 1e-9 .. 1e3, four to a decade; of equals the larger. */
static inline double penalty_choose(const penalty *s)
{
    double best = INFINITY, chosen = 0;
    for (int k = 48; k >= 0; k--) {
        double lambda = (double)s->rows * pow(10, -9 + 0.25 * k), score = penalty_gcv(s, lambda);
        if (score < best) {
            best = score;
            chosen = lambda;
        }
    }
    return chosen > 0 ? chosen : (double)s->rows * 1e3;
}

/* w: p coefficients, then p rows of p, the squares of whose products with z add up to the leverage. */
static inline void penalty_weights(const penalty *s, double lambda, double *w)
{
    uint32_t p = s->p;
    double least = 1e-13 * s->d[p - 1];           /* directions that data do not know, when lambda is 0 */
    memset(w, 0, (size_t)(1 + p) * p * sizeof *w);
    for (uint32_t k = 0; k < p; k++) {
        double d = s->d[k] + lambda;
        if (!(d > least))
            continue;
        for (uint32_t j = 0; j < p; j++) {
            double v = s->G[k * (size_t)p + j];
            w[j] += v * s->b[k] / d;
            w[(1 + k) * (size_t)p + j] = v / sqrt(d);
        }
    }
}
#endif
