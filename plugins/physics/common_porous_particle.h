/* SPDX-License-Identifier: MIT
 * common_porous_particle.h - diffusion in a sphere as modes that step exactly, by Chebyshev collocation or by volumes.
 *
 * With y = c / c_max, tau = R^2 / D and q = N / (R c_max), N the flux out of the surface in mol/(m2 s):
 *   dz_k/dt = lambda_k z_k / tau + beta_k q        y_surface = sum z_k + direct q tau        z_0 = the mean, lambda_0 = 0, beta_0 = -3
 * Chebyshev (as SLIDE): u = r c at the nodes cos(pi j / (2 n + 2)) is odd, the surface follows from the flux, which leaves n modes; they
 * converge faster than any power of n.  Volumes: n shells of equal thickness, second order in 1/n.  Both are diagonalised once.
 */
#ifndef FADE_PHYSICS_COMMON_POROUS_PARTICLE_H
#define FADE_PHYSICS_COMMON_POROUS_PARTICLE_H
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { PARTICLE_SPECTRAL, PARTICLE_VOLUMES, PARTICLE_MOST = 64 };
typedef long double particle_matrix[PARTICLE_MOST][PARTICLE_MOST];

typedef struct particle {
    uint32_t n;
    double lambda[PARTICLE_MOST], beta[PARTICLE_MOST], direct;
} particle;

/* What is diagonalised: du/dt = A u + b q, y_surface = s u + d q (tau = 1). */
typedef struct particle_system {
    uint32_t n;
    long double b[PARTICLE_MOST], s[PARTICLE_MOST], d;
    particle_matrix A, W; /* W: work */
} particle_system;

static inline long double particle_node(uint32_t j, uint32_t n)
{
    return cosl(3.14159265358979323846264338327950288L * j / (2 * n + 2));
}

/* Derivative at node i of the polynomial that is 1 at node k and 0 at the others. */
static inline long double particle_entry(const long double *x, uint32_t last, uint32_t i, uint32_t k)
{
    long double ci = i == 0 || i == last ? 2 : 1, ck = k == 0 || k == last ? 2 : 1;
    if (i != k)
        return ci / ck * ((i + k) % 2 ? -1 : 1) / (x[i] - x[k]);
    return i == 0 ? (2.0L * last * last + 1) / 6 : -x[i] / (2 * (1 - x[i] * x[i]));
}

/* The second derivative is the first of the first, which is even: its values at mirrored nodes are the same. */
static inline void particle_chebyshev(particle_system *p, uint32_t n)
{
    static _Thread_local long double d1[PARTICLE_MOST + 2][PARTICLE_MOST + 1], d2[PARTICLE_MOST + 1][PARTICLE_MOST + 1], x[2 * PARTICLE_MOST + 3];
    uint32_t last = 2 * n + 2;
    for (uint32_t k = 0; k <= last; k++)
        x[k] = particle_node(k, n);
    for (uint32_t i = 0; i <= n + 1; i++)
        for (uint32_t j = 0; j <= n; j++)
            d1[i][j] = particle_entry(x, last, i, j) - particle_entry(x, last, i, last - j);
    for (uint32_t i = 0; i <= n; i++) {
        for (uint32_t j = 0; j <= n; j++)
            d2[i][j] = 0;
        for (uint32_t k = 0; k <= last; k++) {
            long double one = particle_entry(x, last, i, k);
            for (uint32_t j = 0; j <= n; j++)
                d2[i][j] += one * d1[k <= n + 1 ? k : last - k][j];
        }
    }
    /* u'(1) - u(1) = -q: u_0 = (-q - sum d1_j u_j) / (d1_0 - 1) */
    long double g = 1 / (d1[0][0] - 1);
    p->n = n;
    p->d = -g;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            p->A[i][j] = d2[i + 1][j + 1] - d2[i + 1][0] * g * d1[0][j + 1];
        p->b[i] = -d2[i + 1][0] * g;
        p->s[i] = -g * d1[0][i + 1];
    }
}

static inline void particle_volumes(particle_system *p, uint32_t n)
{
    long double h = 1.0L / n;
    p->n = n;
    for (uint32_t i = 0; i < n; i++) {
        long double in = i * h, out = (i + 1) * h, volume = (out * out * out - in * in * in) / 3;
        for (uint32_t j = 0; j < n; j++)
            p->A[i][j] = 0;
        if (i > 0) {
            p->A[i][i - 1] += in * in / h / volume;
            p->A[i][i] -= in * in / h / volume;
        }
        if (i + 1 < n) {
            p->A[i][i + 1] += out * out / h / volume;
            p->A[i][i] -= out * out / h / volume;
        }
        p->b[i] = i + 1 == n ? -1 / volume : 0;
        p->s[i] = i + 1 == n ? 1 : 0;
    }
    p->d = -h / 2;
}

/* To Hessenberg form by elimination with pivots, then QR with real shifts: all eigenvalues are real here. */
static inline int particle_eigenvalues(particle_system *p, long double *lambda)
{
    uint32_t n = p->n;
    long double(*H)[PARTICLE_MOST] = p->W;
    memcpy(p->W, p->A, sizeof p->W);
    for (uint32_t m = 1; m + 1 < n; m++) {
        uint32_t at = m;
        for (uint32_t i = m; i < n; i++)
            if (fabsl(H[i][m - 1]) > fabsl(H[at][m - 1]))
                at = i;
        if (H[at][m - 1] == 0)
            continue;
        for (uint32_t j = 0; j < n && at != m; j++) {
            long double t = H[at][j];
            H[at][j] = H[m][j];
            H[m][j] = t;
        }
        for (uint32_t i = 0; i < n && at != m; i++) {
            long double t = H[i][at];
            H[i][at] = H[i][m];
            H[i][m] = t;
        }
        for (uint32_t i = m + 1; i < n; i++) {
            long double y = H[i][m - 1] / H[m][m - 1];
            for (uint32_t j = 0; j < n; j++)
                H[i][j] -= y * H[m][j];
            for (uint32_t k = 0; k < n; k++)
                H[k][m] += y * H[k][i];
            H[i][m - 1] = 0;
        }
    }
    long double size = 0;
    for (uint32_t i = 0; i < n; i++)
        size = fmaxl(size, fabsl(H[i][i]));
    uint32_t end = n, tries = 0;
    while (end > 1) {
        if (fabsl(H[end - 1][end - 2]) <= 1e-19L * (fabsl(H[end - 1][end - 1]) + fabsl(H[end - 2][end - 2]))) {
            lambda[end - 1] = H[end - 1][end - 1];
            end--;
            tries = 0;
            continue;
        }
        if (++tries > 2000)
            return 0;
        long double a = H[end - 2][end - 2], b = H[end - 2][end - 1], c = H[end - 1][end - 2], d = H[end - 1][end - 1];
        long double half = (a - d) / 2, root = half * half + b * c, mu = d;
        if (root >= 0)
            mu = d - (half >= 0 ? -1 : 1) * -b * c / (fabsl(half) + sqrtl(root) + 1e-300L);
        for (uint32_t i = 0; i < end; i++)
            H[i][i] -= mu;
        long double cs[PARTICLE_MOST], sn[PARTICLE_MOST];
        for (uint32_t k = 0; k + 1 < end; k++) {
            long double r = hypotl(H[k][k], H[k + 1][k]);
            cs[k] = r > 0 ? H[k][k] / r : 1;
            sn[k] = r > 0 ? H[k + 1][k] / r : 0;
            for (uint32_t j = k; j < end; j++) {
                long double u = H[k][j], v = H[k + 1][j];
                H[k][j] = cs[k] * u + sn[k] * v;
                H[k + 1][j] = cs[k] * v - sn[k] * u;
            }
        }
        for (uint32_t k = 0; k + 1 < end; k++)
            for (uint32_t i = 0; i <= k + 1; i++) {
                long double u = H[i][k], v = H[i][k + 1];
                H[i][k] = cs[k] * u + sn[k] * v;
                H[i][k + 1] = cs[k] * v - sn[k] * u;
            }
        for (uint32_t i = 0; i < end; i++)
            H[i][i] += mu;
    }
    lambda[0] = H[0][0];
    (void)size;
    return 1;
}

/* The vector that A - lambda (or its transpose) takes to nothing, by two inverse iterations. */
static inline void particle_vector(particle_system *p, long double lambda, int left, long double *v)
{
    uint32_t n = p->n;
    long double(*M)[PARTICLE_MOST] = p->W, shift = lambda + 1e-12L * (1 + fabsl(lambda));
    for (uint32_t i = 0; i < n; i++)
        v[i] = 1 + 0.3L * i / n;
    for (int times = 0; times < 3; times++) {
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                M[i][j] = (left ? p->A[j][i] : p->A[i][j]) - (i == j ? shift : 0);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t at = k;
            for (uint32_t i = k + 1; i < n; i++)
                if (fabsl(M[i][k]) > fabsl(M[at][k]))
                    at = i;
            for (uint32_t j = 0; j < n && at != k; j++) {
                long double t = M[at][j];
                M[at][j] = M[k][j];
                M[k][j] = t;
            }
            long double t = v[at];
            v[at] = v[k];
            v[k] = t;
            for (uint32_t i = k + 1; i < n; i++) {
                long double y = M[i][k] / M[k][k];
                for (uint32_t j = k; j < n; j++)
                    M[i][j] -= y * M[k][j];
                v[i] -= y * v[k];
            }
        }
        long double most = 0;
        for (uint32_t k = n; k-- > 0;) {
            for (uint32_t j = k + 1; j < n; j++)
                v[k] -= M[k][j] * v[j];
            v[k] /= M[k][k];
            most = fmaxl(most, fabsl(v[k]));
        }
        for (uint32_t k = 0; k < n; k++)
            v[k] /= most;
    }
}

/* 0: no such modes. */
static inline int particle_make(particle *q, int kind, uint32_t n, particle_system *p)
{
    long double lambda[PARTICLE_MOST], v[PARTICLE_MOST], w[PARTICLE_MOST];
    if (kind == PARTICLE_SPECTRAL)
        particle_chebyshev(p, n);
    else
        particle_volumes(p, n);
    if (!particle_eigenvalues(p, lambda))
        return 0;
    q->n = n;
    q->direct = (double)p->d;
    for (uint32_t i = 0; i < n; i++) /* the mean first, then from slow to fast */
        for (uint32_t j = i + 1; j < n; j++)
            if (lambda[j] > lambda[i]) {
                long double t = lambda[i];
                lambda[i] = lambda[j];
                lambda[j] = t;
            }
    for (uint32_t k = 0; k < n; k++) {
        long double s = 0, g = 0, norm = 0;
        particle_vector(p, lambda[k], 0, v);
        particle_vector(p, lambda[k], 1, w);
        for (uint32_t i = 0; i < n; i++) {
            s += p->s[i] * v[i];
            g += w[i] * p->b[i];
            norm += w[i] * v[i];
        }
        q->lambda[k] = (double)lambda[k];
        q->beta[k] = (double)(s * g / norm);
    }
    int sound = fabs(q->lambda[0]) < 1e-6 && fabs(q->beta[0] + 3) < 1e-6;
    q->lambda[0] = 0;
    q->beta[0] = -3;
    for (uint32_t k = 1; k < n; k++)
        sound &= q->lambda[k] < 0;
    return sound;
}
#endif
