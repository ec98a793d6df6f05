/* SPDX-License-Identifier: MIT
 * newton.c - one stage of a step solved: properties at the unknowns, a linearisation, the current that meets the
 * demand.
 *
 * Each lane has its own count of iterations and stands still once it has converged: what it comes to does not depend on
 * its neighbours.
 */
#include "dfn.h"
#include <math.h>

enum { MOST = 80 };
static const double CLOSE = 3e-7; /* V, and relative in c_e: after the step that was so small the error is its square */
static const double NEAREST = 1e-9; /* of a surface stoichiometry to 0 and 1 */

void dfn_surface(const dfn_laws *m, group *g)
{
    bool entropy = false;
    dfn_stoichiometry(g);
    for (int s = 0; s < 2; s++) {
        uint32_t from = s ? g->nn : 0, n = (s ? g->np : g->nn) * W;
        dfn_curve(m->U[s], n, g->x[from], g->U[from], g->dU[from]);
        if (m->E[s])
            dfn_curve(m->E[s], n, g->x[from], g->E[from], g->dE[from]);
        else
            memset(g->E[from], 0, n * sizeof(double)), memset(g->dE[from], 0, n * sizeof(double));
        entropy |= m->E[s] != NULL;
    }
    if (entropy)
        dfn_entropic(g);
}

static void kinetics(const dfn_laws *m, group *g)
{
    dfn_surface(m, g);
    dfn_exchange(g);
    m->math->asinh(g->ne * W, g->y[0], g->ash[0]);
    dfn_reaction(g);
}

void dfn_react(const dfn_laws *m, group *g)
{
    memset(g->j, 0, g->ne * sizeof(v8));
    dfn_surface(m, g);
    dfn_exchange(g);
    for (uint32_t e = 0; e < g->ne; e++)
        for (int l = 0; l < W; l++)
            g->y[e][l] = fmin(fmax((g->phi[e][l] - g->U[e][l]) / g->rtf[l], -30), 30);
    m->math->exp(g->ne * W, g->y[0], g->ash[0]);
    for (uint32_t e = 0; e < g->ne; e++)
        for (int l = 0; l < W; l++)
            g->j[e][l] = g->j0[e][l] * (g->ash[e][l] - 1 / g->ash[e][l]);
    for (int k = 0; k < (m->layer ? 4 : 1);
         k++) { /* surfaces follow their reaction a little at once, a layer has its drop */
        kinetics(m, g);
        for (uint32_t e = 0; e < g->ne; e++)
            for (int l = 0; l < W; l++)
                g->j[e][l] += g->gr[e][l];
    }
}

static void properties(const dfn_laws *m, group *g)
{
    uint32_t n = g->n * W;
    dfn_curve(m->kappa, n, g->c[0], g->rk[0], g->qk[0]);
    dfn_curve(m->D, n, g->c[0], g->rd[0], g->qd[0]);
    dfn_transport(g);
    m->math->log(n, g->c[0], g->lnc[0]);
    kinetics(m, g);
}

/* How far i moves by the condition that is held. */
static double current(const group *g, int l)
{
    double V = g->V0[l], A = g->area[l], I = g->i[l] * A, d = g->demand[l], gV = 0, gI = 0, gap = 0;
    switch ((int)g->control[l]) {
    case FADE_BY_CURRENT: return d / A - g->i[l];
    case FADE_BY_VOLTAGE: gV = 1, gap = V - d; break;
    case FADE_BY_POWER: gV = I, gI = V, gap = V * I - d; break;
    default: gV = 1, gI = -d, gap = V - I * d; break;
    }
    return -(gap + gV * g->vz[l]) / (gV * (g->vw[l] + g->vi[l]) + gI * A);
}

/* A first guess whose surfaces are inside. */
static void inside(group *g, const bool want[W])
{
    for (uint32_t e = 0; e < g->ne; e++) {
        const part *p = &g->p[e < g->nn ? NEGATIVE : POSITIVE];
        for (int l = 0; l < W; l++) {
            double x = g->S[e][l] + p->B[l] * g->j[e][l];
            if (want[l] && !(x > NEAREST && x < 1 - NEAREST))
                g->j[e][l] = (fmin(fmax(x, 1e-4), 1 - 1e-4) - g->S[e][l]) / p->B[l];
        }
    }
}

static void linear(const dfn_laws *m, group *g, const bool busy[W])
{
    v8 worst;
    bool any = false;
    dfn_sweep(g, false, worst);
    for (int l = 0; l < W; l++)
        any |= busy[l] && !(worst[l] > m->pivot);
    if (any)
        dfn_sweep(g, true, worst);
    dfn_back(g);
    for (int l = 0; l < W && any; l++)
        if (busy[l] && !(worst[l] > m->pivot) && !dfn_band(g, (uint32_t)l))
            g->vz[l] = NAN;
}

void dfn_solve(const dfn_laws *m, group *g, const bool want[W], bool ok[W])
{
    bool busy[W], any = false;
    for (int l = 0; l < W; l++) {
        busy[l] = want[l];
        ok[l] = false;
        any |= want[l];
    }
    inside(g, want);
    for (int n = 0; n < MOST && any; n++) {
        v8 di, most, size, by;
        properties(m, g);
        linear(m, g, busy);
        for (int l = 0; l < W; l++)
            di[l] = current(g, l);
        dfn_moves(g, di, most, size);
        any = false;
        for (int l = 0; l < W; l++) {
            bool sound = isfinite(size[l]) && isfinite(di[l]) && isfinite(g->vz[l]) && size[l] < 1e3;
            /* Should the corners of a curve or an empty surface make it hop, its steps shrink after a while. */
            double shy = n < 12 || size[l] < 1e-3 ? 1 : n < 24 ? 0.5 : 0.2;
            by[l] = busy[l] && sound ? most[l] * shy : 0;
            ok[l] |= busy[l] && sound && most[l] == 1 && size[l] < CLOSE;
            busy[l] &= sound && !ok[l];
            any |= busy[l];
        }
        dfn_move(g, by);
        for (int l = 0; l < W; l++)
            if (by[l] > 0) {
                g->V[l] = g->V0[l] + g->vz[l] + (g->vw[l] + g->vi[l]) * di[l];
                g->i[l] += by[l] * di[l];
            }
    }
}
