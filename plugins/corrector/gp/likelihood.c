/* SPDX-License-Identifier: MIT
 * likelihood.c - how probable the targets are under a kernel, and how that changes with each hyper-parameter.
 *
 *     L = -1/2 y'a - sum ln C_ii - n/2 ln 2 pi,  K = C C', a = K^-1 y        Rasmussen & Williams (2.30), algorithm 2.1
 *     dL/dt = 1/2 trace((a a' - K^-1) dK/dt)                                 (5.9)
 */
#include "gp.h"
#include <lapacke.h>
#include <stdlib.h>

/* Some BLAS come with threads of their own; the host's rule is one. */
extern void openblas_set_num_threads(int) __attribute__((weak));

int evidence_open(evidence *e, const gp_kernel *k, uint32_t n)
{
    size_t wide = (n + 7) / 8 * 8, p = k->p;
    e->n = n;
    e->wide = (uint32_t)wide;
    e->k = k;
    size_t size = 2 * p * wide + 3 * wide + (size_t)n * n + (k->nleaf + 4) * wide + 8;
    double *at = calloc(size, sizeof *at);
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    if (!at)
        return 0;
    e->z = at;
    e->row = e->z + p * wide;
    e->y = e->row + p * wide;
    e->share = e->y + wide;
    e->alpha = e->share + wide;
    e->room = e->alpha + wide;
    e->K = e->room + (k->nleaf + 4) * wide;
    return 1;
}

void evidence_close(evidence *e)
{
    free(e->z);
    e->z = NULL;
}

/* Column r of the lower triangle, from lane r rounded down to 8.  Leaves' values stay in room; returns that lane. */
static uint32_t column(evidence *e, const double *theta, uint32_t r, double **value)
{
    uint32_t from = r / 8 * 8, n = e->wide - from;
    *value = e->room + (e->k->nleaf + 1) * (size_t)n;
    covariance_rows(e->k, theta, 1, e->row + r * (size_t)e->k->p, n, e->z + from, e->wide, e->room, *value);
    return from;
}

double evidence_factor(evidence *e, const double *theta)
{
    lapack_int n = (lapack_int)e->n;
    for (uint32_t r = 0; r < e->n; r++) {
        double *v, noise;
        uint32_t from = column(e, theta, r, &v);
        memcpy(e->K + r * (size_t)e->n + r, v + (r - from), (e->n - r) * sizeof *v);
        covariance_one(e->k, theta, e->row + r * (size_t)e->k->p, &noise);
        e->K[r * (size_t)e->n + r] += noise / e->share[r] + e->jitter;
    }
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, e->K, n) != 0)
        return -INFINITY;
    memcpy(e->alpha, e->y, e->n * sizeof *e->y);
    if (LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', n, 1, e->K, n, e->alpha, n) != 0)
        return -INFINITY;
    double fit = 0, logs = 0;
    for (uint32_t i = 0; i < e->n; i++) {
        fit += e->y[i] * e->alpha[i];
        logs += log(e->K[i * (size_t)e->n + i]);
    }
    double all = -0.5 * fit - logs - 0.5 * (double)e->n * log(2 * 3.14159265358979323846);
    return isfinite(all) ? all : -INFINITY;
}

/* Noise is on the diagonal alone. */
static void noise_slope(const evidence *e, const double *theta, uint32_t r, double g, double *slope)
{
    const gp_kernel *k = e->k;
    uint32_t first = k->ntheta - k->nterm;
    for (uint32_t t = 0; t < k->nterm; t++) {
        if (!(k->term[t] & k->white))
            continue;
        gp_kernel one = { .nleaf = k->nleaf, .nterm = 1, .ntheta = 1, .p = k->p, .white = k->white };
        one.term[0] = k->term[t];
        double noise;
        for (uint32_t l = 0; l < k->nleaf; l++)
            if (k->term[t] >> l & 1)
                one.leaf[l] = k->leaf[l];
        covariance_one(&one, theta + first + t, e->row + r * (size_t)k->p, &noise);
        slope[first + t] += g * noise / e->share[r];
    }
}

double evidence_slope(evidence *e, const double *theta, double *slope)
{
    const gp_kernel *k = e->k;
    double likelihood = evidence_factor(e, theta);
    memset(slope, 0, k->ntheta * sizeof *slope);
    if (!(likelihood > -INFINITY) ||
        LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'L', (lapack_int)e->n, e->K, (lapack_int)e->n) != 0)
        return -INFINITY;
    double *g = e->room + (k->nleaf + 3) * (size_t)e->wide;
    for (uint32_t r = 0; r < e->n; r++) {
        double *v;
        uint32_t from = column(e, theta, r, &v), n = e->wide - from;
        memset(g, 0, n * sizeof *g);
        for (uint32_t i = r; i < e->n; i++)
            g[i - from] = e->alpha[r] * e->alpha[i] - e->K[r * (size_t)e->n + i];
        g[r - from] *= 0.5;
        noise_slope(e, theta, r, g[r - from], slope);
        covariance_slope(k, theta, e->row + r * (size_t)k->p, n, e->z + from, e->wide, e->room, g,
                         e->room + (k->nleaf + 1) * (size_t)n, slope);
    }
    return likelihood;
}
