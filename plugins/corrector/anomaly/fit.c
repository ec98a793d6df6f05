/* SPDX-License-Identifier: MIT
 * fit.c - room for a detector, the distance of Mahalanobis, and the score of both that need no memory of rows before.
 */
#include "anomaly.h"
#include <stdlib.h>

anomaly *anomaly_new(const fade_host *host, uint32_t p)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    anomaly *a = math ? calloc(1, sizeof *a + features_bytes(p)) : NULL;
    if (!a) {
        features_say(host, math ? FADE_ENOMEM : FADE_EBUG,
                     math ? "no memory for a detector" : "anomaly needs the host's fade.math/1");
        return NULL;
    }
    a->host = host;
    a->math = math;
    features_place(&a->f, a + 1, p);
    a->state[0] = (fade_column){ .key = "up", .doc = "Sum of what was above the mean, by feature.", .width = p };
    a->state[1] = (fade_column){ .key = "down", .doc = "Sum of what was below it.", .width = p };
    return a;
}

int32_t anomaly_room(anomaly *a)
{
    size_t factor = a->method == ANOMALY_MAHALANOBIS ? (size_t)a->f.p * a->f.p : 0;
    size_t bytes = (a->trees + 1) * sizeof *a->root + a->nodes * sizeof *a->node + factor * sizeof *a->factor;
    a->root = calloc(bytes, 1);
    if (!a->root)
        return features_say(a->host, FADE_ENOMEM, "no memory for a detector");
    a->node = (anomaly_node *)(void *)(a->root + a->trees + 1);
    a->factor = (double *)(a->node + a->nodes);
    return FADE_OK;
}

void anomaly_free(void *model)
{
    anomaly *a = model;
    if (a)
        free(a->root);
    free(a);
}

/* Lower factor of C + ridge I in place, column by column.  0: there is none. */
static int cholesky(double *C, uint32_t p, double ridge)
{
    for (uint32_t j = 0; j < p; j++) {
        double d = C[j * (size_t)p + j] + ridge;
        for (uint32_t k = 0; k < j; k++)
            d -= C[j * (size_t)p + k] * C[j * (size_t)p + k];
        if (!(d > 1e-12))
            return 0;
        C[j * (size_t)p + j] = sqrt(d);
        for (uint32_t i = j + 1; i < p; i++) {
            double v = C[i * (size_t)p + j];
            for (uint32_t k = 0; k < j; k++)
                v -= C[i * (size_t)p + k] * C[j * (size_t)p + k];
            C[i * (size_t)p + j] = v / C[j * (size_t)p + j];
        }
    }
    return 1;
}

/* to = L^-1, row by row */
static void invert(const double *L, uint32_t p, double *to)
{
    memset(to, 0, (size_t)p * p * sizeof *to);
    for (uint32_t j = 0; j < p; j++)
        for (uint32_t i = j; i < p; i++) {
            double v = i == j;
            for (uint32_t k = j; k < i; k++)
                v -= L[i * (size_t)p + k] * to[k * (size_t)p + j];
            to[i * (size_t)p + j] = v / L[i * (size_t)p + i];
        }
}

/* A feature that never varied stands by itself; features that say the same get a larger diagonal, from 1e-10 on. */
int32_t mahalanobis_fit(anomaly *a, const double *z, const double *weight, uint64_t n)
{
    uint32_t p = a->f.p;
    size_t pp = (size_t)p * p;
    double *C = calloc(2 * pp, sizeof *C), sum = 0, ridge = 0;
    int32_t rc = C ? anomaly_room(a) : features_say(a->host, FADE_ENOMEM, "no memory for a covariance");
    for (uint64_t i = 0; i < n && !rc; i++) {
        sum += weight[i];
        for (uint32_t j = 0; j < p; j++)
            for (uint32_t k = 0; k <= j; k++)
                C[j * (size_t)p + k] += weight[i] * z[i * p + j] * z[i * p + k];
    }
    for (size_t k = 0; k < pp && !rc; k++)
        C[pp + k] = C[k] / sum;
    for (uint32_t j = 0; j < p && !rc; j++)
        C[pp + j * (size_t)p + j] += a->f.varied[j] > 0 ? 0 : 1;
    for (int done = 0; !done && !rc; ridge = ridge > 0 ? 10 * ridge : 1e-10) {
        memcpy(C, C + pp, pp * sizeof *C);
        done = cholesky(C, p, ridge);
        if (!done && ridge > 1)
            rc = features_say(a->host, FADE_ESOLVE, "the features' covariance has no factor: they are too large");
    }
    if (!rc)
        invert(C, p, a->factor);
    free(C);
    return rc;
}

static void mahalanobis(const anomaly *a, uint32_t n, const double *z, double *restrict u, double *restrict score)
{
    uint32_t p = a->f.p;
    a->math->dense(n, p, p, a->factor, z, u);
    for (uint32_t i = 0; i < n; i++)
        score[i] = 0;
    for (uint32_t j = 0; j < p; j++)
        for (uint32_t i = 0; i < n; i++)
            score[i] += u[j * (size_t)n + i] * u[j * (size_t)n + i];
    for (uint32_t i = 0; i < n; i++)
        score[i] = sqrt(score[i]);
}

/* The path's length in one tree. */
static double walk(const anomaly_node *tree, uint32_t at, size_t n, const double *z)
{
    while (tree[at].feature >= 0) {
        const anomaly_node *here = &tree[at];
        uint32_t next[2] = { here->right, at + 1 };
        at = next[z[(uint32_t)here->feature * n] <= here->at];
    }
    return tree[at].at;
}

/* 2^-(mean path / c(sample)), tree by tree: a tree fits the cache, a forest may not. */
static void forest(const anomaly *a, uint32_t n, const double *z, double *score)
{
    double per = -0.69314718055994531 / (a->trees * forest_path(a->s.sample));
    memset(score, 0, n * sizeof *score);
    for (uint32_t k = 0; k < a->trees; k++)
        for (uint32_t i = 0; i < n; i++)
            score[i] += walk(a->node, (uint32_t)a->root[k], n, z + i);
    for (uint32_t i = 0; i < n; i++)
        score[i] *= per;
    a->math->exp(n, score, score);
}

void anomaly_score(const anomaly *a, uint32_t n, const double *z, double *work, double *score)
{
    if (a->method == ANOMALY_FOREST)
        forest(a, n, z, score);
    else
        mahalanobis(a, n, z, work, score);
}
