/* SPDX-License-Identifier: MIT
 * kernel.c - what a linearisation needs at each node, and the moves that come out of it.
 */
#define DFN_VECTORS
#include "dfn.h"

static inline __attribute__((always_inline)) void conduct(group *g, uint32_t from, uint32_t to, const part *p)
{
    for (uint32_t k = from; k < to; k++)
        for (int l = 0; l < W; l++) {
            real half = 0.5 * p->h[l] / p->b[l], K = g->rk[k][l], D = g->rd[k][l];
            K = PICK(K > 1e-6, K, 0 * K + 1e-6); /* a formula far outside what it was made for */
            D = PICK(D > 1e-16, D, 0 * D + 1e-16);
            g->qk[k][l] /= K;
            g->qd[k][l] /= D;
            g->rk[k][l] = half / (K * g->kf[l]);
            g->rd[k][l] = half / (D * g->df[l]);
        }
}

LANES_WIDE static void dfn_transport_lanes(group *g)
{
    uint32_t s = g->nn, p = g->nn + g->ns;
    conduct(g, 0, s, &g->p[NEGATIVE]);
    conduct(g, s, p, &g->p[SEPARATOR]);
    conduct(g, p, g->n, &g->p[POSITIVE]);
}

LANES_WIDE static void dfn_stoichiometry_lanes(group *g)
{
    for (uint32_t e = 0; e < g->ne; e++) {
        const part *p = &g->p[e < g->nn ? NEGATIVE : POSITIVE];
        for (int l = 0; l < W; l++)
            g->x[e][l] = g->S[e][l] + p->B[l] * g->j[e][l];
    }
}

LANES_WIDE static void dfn_entropic_lanes(group *g)
{
    for (uint32_t e = 0; e < g->ne; e++)
        for (int l = 0; l < W; l++) {
            g->U[e][l] += g->shift[l] * g->E[e][l];
            g->dU[e][l] += g->shift[l] * g->dE[e][l];
        }
}

/* Plain loops: this is how compilers find the vector's square root. */
LANES_WIDE static void roots(uint32_t n, const double *restrict c, const double *restrict x, double *restrict j0)
{
    for (uint32_t i = 0; i < n; i++) {
        double xx = x[i] * (1 - x[i]);
        xx = xx > 1e-20 ? xx : 1e-20;
        j0[i] = __builtin_sqrt(c[i] * xx);
    }
}

LANES_WIDE static void hypotenuse(uint32_t n, const double *restrict y, double *restrict root)
{
    for (uint32_t i = 0; i < n; i++)
        root[i] = __builtin_sqrt(1 + y[i] * y[i]);
}

static inline double *plain(v8 *a) { return (double *)(void *)a; }

LANES_WIDE static void ratio(group *g)
{
    for (uint32_t e = 0; e < g->ne; e++) {
        const part *p = &g->p[e < g->nn ? NEGATIVE : POSITIVE];
        for (int l = 0; l < W; l++) {
            g->j0[e][l] *= p->rate[l] * p->cmax[l];
            g->y[e][l] = 0.5 * g->j[e][l] / g->j0[e][l];
        }
    }
}

void dfn_exchange(group *g)
{
    roots(g->nn * LANES, plain(g->c), plain(g->x), plain(g->j0));
    roots(g->np * LANES, plain(g->c + g->nn + g->ns), plain(g->x + g->nn), plain(g->j0 + g->nn));
    ratio(g);
    hypotenuse(g->ne * LANES, plain(g->y), plain(g->root));
}

/* Butler-Volmer with the open-circuit potential of the surface, linear in dphi and dc_e. */
LANES_WIDE static void dfn_reaction_lanes(group *g)
{
    for (uint32_t e = 0; e < g->ne; e++) {
        const part *p = &g->p[e < g->nn ? NEGATIVE : POSITIVE];
        const real *c = g->c[e < g->nn ? e : e + g->ns];
        for (int l = 0; l < W; l++) {
            real x = g->x[e][l], far = 1.0 - x, B = p->B[l], root = g->root[e][l];
            x = PICK(x > 1e-12, x, 0 * x + 1e-12);
            far = PICK(far > 1e-12, far, 0 * x + 1e-12);
            real G = g->rtf[l] * g->ash[e][l] + g->U[e][l] + g->rf[e][l] * (g->j[e][l] - g->js[e][l]) - g->phi[e][l];
            real kinetic = 0.5 * g->rtf[l] / (g->j0[e][l] * root); /* of asinh(j / 2 j0), j0 standing */
            real Gj = kinetic * (1.0 - 0.5 * g->j[e][l] * B * (far - x) / (x * far)) + g->dU[e][l] * B;
            real least = 0.05 * kinetic; /* a potential that rises with filling does not turn the move round */
            real by = 1.0 / (PICK(Gj > least, Gj, least) + g->rf[e][l]);
            g->gp[e][l] = by;
            g->gc[e][l] = 0.5 * g->rtf[l] * g->y[e][l] / (root * c[l]) * by;
            g->gr[e][l] = -G * by;
        }
    }
}

LANES_WIDE static void dfn_moves_lanes(group *g, const double by_i[LANES], double most_out[LANES],
                                       double size_out[LANES])
{
    v8 most, size, di;
    memcpy(di, by_i, sizeof di);
    for (int l = 0; l < W; l++)
        size[l] = 0 * di[l], most[l] = size[l] + 1.0;
    for (uint32_t k = 0; k < g->n; k++) {
        const v8 *Y = g->Y + 4 * k;
        v8 *to = g->M + 4 * k;
        for (int l = 0; l < W; l++) {
            real dc = Y[0][l] + Y[2][l] * di[l], c = g->c[k][l], down = -dc / c, far = PICK(down < 0, -down, down);
            real m = PICK(down > 0.8, 0.8 / down, 0 * down + 1.0);
            to[0][l] = dc;
            most[l] = PICK(m < most[l], m, most[l]);
            size[l] = PICK(far <= size[l], size[l], far);
        }
        if (k >= g->nn && k < g->nn + g->ns)
            continue;
        uint32_t e = k < g->nn ? k : k - g->ns;
        const part *p = &g->p[k < g->nn ? NEGATIVE : POSITIVE];
        for (int l = 0; l < W; l++) {
            real dp = Y[1][l] + Y[3][l] * di[l], dj = g->gp[e][l] * dp + g->gc[e][l] * to[0][l] + g->gr[e][l];
            real dx = p->B[l] * dj, x = g->x[e][l], room = 0.9 * PICK(dx > 0, 1.0 - x, x), far = PICK(dx > 0, dx, -dx);
            real m = PICK(far > room, room / far, 0 * far + 1.0), v = PICK(dp < 0, -dp, dp);
            to[1][l] = dp;
            to[2][l] = dj;
            most[l] = PICK(m < most[l], m, most[l]);
            size[l] = PICK(v <= size[l], size[l], v);
        }
    }
    memcpy(most_out, most, sizeof most);
    memcpy(size_out, size, sizeof size);
}

LANES_WIDE static void dfn_move_lanes(group *g, const double share[LANES])
{
    v8 by;
    memcpy(by, share, sizeof by);
    for (uint32_t k = 0; k < g->n; k++) {
        const v8 *d = g->M + 4 * k;
        for (int l = 0; l < W; l++)
            g->c[k][l] = PICK(by[l] > 0, g->c[k][l] + by[l] * d[0][l], g->c[k][l]);
        if (k >= g->nn && k < g->nn + g->ns)
            continue;
        uint32_t e = k < g->nn ? k : k - g->ns;
        for (int l = 0; l < W; l++) {
            g->phi[e][l] = PICK(by[l] > 0, g->phi[e][l] + by[l] * d[1][l], g->phi[e][l]);
            g->j[e][l] = PICK(by[l] > 0, g->j[e][l] + by[l] * d[2][l], g->j[e][l]);
        }
    }
}

/* Of one node, whose mean and modes lie n doubles apart: the surface at t, and what is known of it at both stages. */
LANES_WIDE static void dfn_known_lanes(const dfn_modes *m, const coefs *c, const double *x, uint32_t n, v8 S0, v8 S1,
                                       v8 S2)
{
    real s0[W], s1[W], s2[W];
    memcpy(s0, x, sizeof s0);
    for (int l = 0; l < W; l++)
        s1[l] = s2[l] = s0[l];
    for (uint32_t k = 0; k < m->n; k++) {
        const real *a = (const real *)(const void *)(x + (size_t)(k + 1) * n);
        for (int l = 0; l < W; l++) {
            s0[l] += a[l];
            s1[l] += c->E1[k][l] * a[l];
            s2[l] += c->E2[k][l] * a[l];
        }
    }
    for (int l = 0; l < W; l++)
        S0[l] = s0[l], S1[l] = s1[l], S2[l] = s2[l];
}

/* The same node's mean and modes at the end of the step. */
LANES_WIDE static void dfn_advance_lanes(const dfn_modes *m, const coefs *c, const sphere *p, const v8 dt,
                                         const double *x, const v8 j1, const v8 j2, double *x1, uint32_t n)
{
    real a1[W], a2[W];
    for (int l = 0; l < W; l++) {
        a1[l] = j1[l], a2[l] = j2[l];
        real mean = ((const real *)(const void *)x)[l];
        ((real *)(void *)x1)[l] = mean - 3.0 * dt[l] / (p->R[l] * p->F) * ((1 - DFN_GAMMA) * a1[l] + DFN_GAMMA * a2[l]);
    }
    for (uint32_t k = 0; k < m->n; k++) {
        const real *a = (const real *)(const void *)(x + (size_t)(k + 1) * n);
        real *b = (real *)(void *)(x1 + (size_t)(k + 1) * n);
        for (int l = 0; l < W; l++)
            b[l] = c->E2[k][l] * a[l] + c->P21[k][l] * a1[l] + c->P22[k][l] * a2[l];
    }
}

/* What has clones cannot be hidden: only static ones stay inside the library. */
void dfn_transport(group *g)
{
    dfn_transport_lanes(g);
}

void dfn_stoichiometry(group *g)
{
    dfn_stoichiometry_lanes(g);
}

void dfn_entropic(group *g)
{
    dfn_entropic_lanes(g);
}

void dfn_reaction(group *g)
{
    dfn_reaction_lanes(g);
}

void dfn_moves(group *g, const double by_i[LANES], double most_out[LANES], double size_out[LANES])
{
    dfn_moves_lanes(g, by_i, most_out, size_out);
}

void dfn_move(group *g, const double share[LANES])
{
    dfn_move_lanes(g, share);
}

void dfn_known(const dfn_modes *m, const coefs *c, const double *x, uint32_t n, v8 S0, v8 S1, v8 S2)
{
    dfn_known_lanes(m, c, x, n, S0, S1, S2);
}

void dfn_advance(const dfn_modes *m, const coefs *c, const sphere *p, const v8 dt, const double *x, const v8 j1,
                 const v8 j2, double *x1, uint32_t n)
{
    dfn_advance_lanes(m, c, p, dt, x, j1, j2, x1, n);
}
